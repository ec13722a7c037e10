/**
 * Compressed pages in RAM: what zram and zswap keep theirs in. §7.4, §7.5
 *
 * Contents are not modelled: how well a page compresses is drawn once from its owner and address, around the mean the
 * store is given, and stays the same for that page. The pool is packed without loss.
 */
import { __GFP_HIGHMEM, __GFP_MOVABLE, __GFP_NOWARN, ALLOC_NO_WATERMARKS, GFP_NOIO } from '../include/gfp';
import type { Kernel, ZsPool } from '../include/kernel';
import { PGTYPE_KERNEL, PGZONE_MASK } from '../include/page';
import { PAGE_SIZE } from '../include/units';
import { NR_ZSPAGES } from '../include/vmstat';
import { pageZone } from '../kernel/sched/core';
import { allocPagesNowait, freePage } from './page_alloc';

const GFP_ZSMALLOC = GFP_NOIO | __GFP_HIGHMEM | __GFP_MOVABLE | __GFP_NOWARN;
/** Size classes are 16 bytes apart. */
const ZS_SIZE_CLASS_DELTA = 16;
/** huge_class_size: what compresses worse than this takes a whole page. */
const HUGE_CLASS_SIZE = 3264;

export const newZsPool = (): ZsPool => ({ comprBytes: 0, stored: 0, pool: new Int32Array(64), poolPages: 0 });

/** Length a slot's page compresses to, bytes: between half and one and a half of the mean, by whose page it is. */
export function compressedLength(k: Kernel, slot: number, meanSize: number): number {
  const { index, mapping } = k.swap;
  let h = Math.imul(index[slot], 0x9e3779b1) ^ Math.imul(mapping[slot], 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h ^= h >>> 13;
  const half = meanSize >> 1;
  return half + ((h >>> 0) % (2 * half + 1));
}

/** What the pool needs for an object of so many bytes: its size class, or a page. */
export const zsObjectSize = (bytes: number): number =>
  bytes > HUGE_CLASS_SIZE ? PAGE_SIZE : (bytes + ZS_SIZE_CLASS_DELTA - 1) & ~(ZS_SIZE_CLASS_DELTA - 1);

/**
 * zs_malloc: takes an object of this size in, instead of one of `before` bytes (0 = none). Reclaim calls it with access
 * to all reserves.
 *
 * @returns false when there is no memory for it: nothing has changed but the pool's slack
 */
export function zsMalloc(k: Kernel, zs: ZsPool, bytes: number, before = 0): boolean {
  while (zs.poolPages * PAGE_SIZE < zs.comprBytes - before + bytes) {
    const pfn = allocPagesNowait(k, GFP_ZSMALLOC, 0, ALLOC_NO_WATERMARKS);
    if (pfn < 0) return false;
    k.mem.flags[pfn] = (k.mem.flags[pfn] & PGZONE_MASK) | PGTYPE_KERNEL;
    k.mem.index[pfn] = 0;
    pageZone(k, pfn).stat[NR_ZSPAGES]++;
    if (zs.poolPages === zs.pool.length) {
      const larger = new Int32Array(zs.pool.length * 2);
      larger.set(zs.pool);
      zs.pool = larger;
    }
    zs.pool[zs.poolPages++] = pfn;
  }
  zs.comprBytes += bytes - before;
  if (before === 0) zs.stored++;
  return true;
}

/** zs_free: an object of this size goes. One page of slack is kept. */
export function zsFree(k: Kernel, zs: ZsPool, bytes: number): void {
  zs.comprBytes -= bytes;
  zs.stored--;
  while (zs.poolPages > 0 && (zs.poolPages - 2) * PAGE_SIZE >= zs.comprBytes) {
    const pfn = zs.pool[--zs.poolPages];
    pageZone(k, pfn).stat[NR_ZSPAGES]--;
    freePage(k, pfn);
  }
}
