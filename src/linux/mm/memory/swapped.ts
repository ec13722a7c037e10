/** Pages that are in swap when a machine begins in the middle of its life. */
import { zramWrite } from '../../drivers/block/zram';
import { ensureCache } from '../../fs/inode';
import type { Kernel } from '../../include/kernel';
import { type Inode, MM_SWAPENTS, type MmStruct, type Vma } from '../../include/mm_types';
import { PTE_SHIFT, PTE_SWAP } from '../../include/page';
import { setSlotMemcg } from '../memcontrol/slot';
import { addMmCounter } from '../mm_counters';
import { pageCounterTryCharge } from '../page_counter';
import { shmemSlotToEntry } from '../shmem';
import { getSwapSlot, swapAreaOf, swapDuplicate, swapSlotFree } from '../swapfile';

/**
 * A slot that holds a page which is nowhere else: the device's copy is taken to be there already.
 *
 * @param memcg it counts for this one
 * @returns −1 when swap is full, or the memcg may have no more of it
 */
function filledSlot(k: Kernel, mapping: number, index: number, memcg: number): number {
  if (memcg > 0 && pageCounterTryCharge(k, memcg, 'swap', 1) >= 0) return -1;
  const slot = getSwapSlot(k);
  if (slot < 0) return -1;
  const s = k.swap;
  s.mapping[slot] = mapping;
  s.index[slot] = index;
  if (memcg > 0) setSlotMemcg(k, slot, memcg);
  swapDuplicate(k, slot);
  const { disk, start } = swapAreaOf(s, slot);
  const d = k.disks[disk];
  if (d.zram === null || zramWrite(k, d, d.zram, slot, start)) return slot;
  s.map[slot] = 0;
  swapSlotFree(k, slot);
  return -1;
}

/**
 * Makes an empty page table entry one of a page in swap: as try_to_unmap and pageout leave it.
 *
 * @param ptr index in `k.pgtables.entries` of the entry of `vpn`
 * @param memcg it counts for this one
 * @returns false when swap is full
 */
export function mapSwapped(k: Kernel, mm: MmStruct, vma: Vma, vpn: number, ptr: number, memcg = 0): boolean {
  const slot = filledSlot(k, mm.id + 1, vpn, memcg);
  if (slot < 0) return false;
  k.anonVmas[mm.id].pages++;
  vma.anon = true;
  k.pgtables.entries[ptr] = (slot << PTE_SHIFT) | PTE_SWAP;
  k.pgtables.used[ptr >>> 9]++;
  addMmCounter(k, mm, MM_SWAPENTS, 1);
  return true;
}

/**
 * Appends pages to a shmem object that are in swap, as shmem_writepage and pageout leave them.
 *
 * @param memcg they count for this one
 * @returns false when swap is full
 */
export function appendSwapped(k: Kernel, inode: Inode, pages: number, memcg = 0): boolean {
  const first = inode.nrPages;
  inode.nrPages += pages;
  for (let index = first; index < inode.nrPages; index++) {
    const slot = filledSlot(k, -(inode.id + 1), index, memcg);
    if (slot < 0) return false;
    ensureCache(inode, index);
    inode.cache[index] = shmemSlotToEntry(slot);
    inode.shmemBlocks++;
  }
  return true;
}
