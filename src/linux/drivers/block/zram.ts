/**
 * zram: a swap device whose storage is RAM. A page costs its compressed length, so that swapping it out frees the rest
 * of a page and no more; storing it needs memory at the worst of times. §7.5
 *
 * Contents are not modelled: how well a page compresses is drawn once from its owner and address, around the mean the
 * machine is given, and stays the same for that page. The pool is packed without loss.
 */
import { __GFP_HIGHMEM, __GFP_MOVABLE, __GFP_NOWARN, ALLOC_NO_WATERMARKS, GFP_NOIO } from '../../include/gfp';
import type { Disk, Kernel, Zram } from '../../include/kernel';
import { PGTYPE_KERNEL, PGZONE_MASK } from '../../include/page';
import { PAGE_SIZE } from '../../include/units';
import { NR_ZSPAGES } from '../../include/vmstat';
import { pageZone } from '../../kernel/sched/core';
import { allocPagesNowait, freePage } from '../../mm/page_alloc';

const GFP_ZSMALLOC = GFP_NOIO | __GFP_HIGHMEM | __GFP_MOVABLE | __GFP_NOWARN;
/** zsmalloc's size classes are 16 bytes apart. */
const ZS_SIZE_CLASS_DELTA = 16;
/** huge_class_size: what compresses worse than this takes a whole page. */
const HUGE_CLASS_SIZE = 3264;

/**
 * An empty zram device's state.
 *
 * @param slots swap slots it may be asked to store, its header's included
 * @param meanSize compressed length of an average page, bytes
 */
export const newZram = (slots: number, meanSize: number): Zram => ({
  meanSize,
  size: new Uint16Array(slots),
  comprBytes: 0,
  stored: 0,
  pool: new Int32Array(64),
  poolPages: 0,
});

/** Compressed length of a slot's page, bytes: between half and one and a half of the mean, by whose page it is. */
function compressedSize(k: Kernel, zram: Zram, slot: number): number {
  const { index, mapping } = k.swap;
  let h = Math.imul(index[slot], 0x9e3779b1) ^ Math.imul(mapping[slot], 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h ^= h >>> 13;
  const half = zram.meanSize >> 1;
  const bytes = half + ((h >>> 0) % (2 * half + 1));
  if (bytes > HUGE_CLASS_SIZE) return PAGE_SIZE;
  return (bytes + ZS_SIZE_CLASS_DELTA - 1) & ~(ZS_SIZE_CLASS_DELTA - 1);
}

/** zs_malloc's part that can fail: pool pages until `bytes` fit. Reclaim calls it with access to all reserves. */
function growPool(k: Kernel, zram: Zram, bytes: number): boolean {
  while (zram.poolPages * PAGE_SIZE < bytes) {
    const pfn = allocPagesNowait(k, GFP_ZSMALLOC, 0, ALLOC_NO_WATERMARKS);
    if (pfn < 0) return false;
    k.mem.flags[pfn] = (k.mem.flags[pfn] & PGZONE_MASK) | PGTYPE_KERNEL;
    k.mem.index[pfn] = 0;
    pageZone(k, pfn).stat[NR_ZSPAGES]++;
    if (zram.poolPages === zram.pool.length) {
      const larger = new Int32Array(zram.pool.length * 2);
      larger.set(zram.pool);
      zram.pool = larger;
    }
    zram.pool[zram.poolPages++] = pfn;
  }
  return true;
}

/**
 * zram_write_page: stores the page of a slot, on the caller's time.
 *
 * @param first first slot of the device's swap area
 * @returns false when there is no memory to store it in: the page must stay
 */
export function zramWrite(k: Kernel, disk: Disk, zram: Zram, slot: number, first: number): boolean {
  const bytes = compressedSize(k, zram, slot);
  const before = zram.size[slot - first];
  if (!growPool(k, zram, zram.comprBytes - before + bytes)) return false;
  zram.comprBytes += bytes - before;
  if (before === 0) zram.stored++;
  zram.size[slot - first] = bytes;
  disk.writes++;
  k.cost += disk.latency + disk.pageTime;
  return true;
}

/** zram_slot_free_notify: the slot is free, and so is what it was stored in. One page of slack is kept. */
export function zramFree(k: Kernel, zram: Zram, offset: number): void {
  const bytes = zram.size[offset];
  if (bytes === 0) return;
  zram.size[offset] = 0;
  zram.comprBytes -= bytes;
  zram.stored--;
  while (zram.poolPages > 0 && (zram.poolPages - 2) * PAGE_SIZE >= zram.comprBytes) {
    const pfn = zram.pool[--zram.poolPages];
    pageZone(k, pfn).stat[NR_ZSPAGES]--;
    freePage(k, pfn);
  }
}
