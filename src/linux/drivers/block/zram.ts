/**
 * zram: a swap device whose storage is RAM. A page costs its compressed length, so that swapping it out frees the rest
 * of a page and no more; storing it needs memory at the worst of times. §7.5
 */
import type { Disk, Kernel, Zram } from '../../include/kernel';
import { compressedLength, newZsPool, zsFree, zsMalloc, zsObjectSize } from '../../mm/zsmalloc';

/**
 * An empty zram device's state.
 *
 * @param slots swap slots it may be asked to store, its header's included
 * @param meanSize compressed length of an average page, bytes
 */
export const newZram = (slots: number, meanSize: number): Zram => ({
  ...newZsPool(),
  meanSize,
  size: new Uint16Array(slots),
});

/**
 * zram_write_page: stores the page of a slot, on the caller's time.
 *
 * @param first first slot of the device's swap area
 * @returns false when there is no memory to store it in: the page must stay
 */
export function zramWrite(k: Kernel, disk: Disk, zram: Zram, slot: number, first: number): boolean {
  const bytes = zsObjectSize(compressedLength(k, slot, zram.meanSize));
  if (!zsMalloc(k, zram, bytes, zram.size[slot - first])) return false;
  zram.size[slot - first] = bytes;
  disk.writes++;
  k.cost += disk.latency + disk.pageTime;
  return true;
}

/** zram_slot_free_notify: the slot is free, and so is what it was stored in. */
export function zramFree(k: Kernel, zram: Zram, offset: number): void {
  const bytes = zram.size[offset];
  if (bytes === 0) return;
  zram.size[offset] = 0;
  zsFree(k, zram, bytes);
}
