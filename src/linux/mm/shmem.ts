/**
 * tmpfs and shared anonymous memory: page cache that has no disk and goes to swap. §8.4.
 *
 * A page that is in swap stands in the inode's cache as -(slot + 1).
 */

import { setCacheEntry } from '../fs/inode';
import { ENOMEM, ENOSPC } from '../include/errno';
import { GFP_HIGHUSER_MOVABLE, GFP_USER_PAGE } from '../include/gfp';
import type { Kernel } from '../include/kernel';
import type { Inode } from '../include/mm_types';
import { PG_DIRTY, PG_LOCKED, PG_SWAPBACKED, PG_WRITEBACK } from '../include/page';
import { TASK_UNINTERRUPTIBLE, type Task } from '../include/sched';
import { PGMAJFAULT } from '../include/vmstat';
import { waitOnPage } from '../kernel/sched/core';
import { filemapAdd, filemapGet, filemapInsert, filemapRemove } from './filemap';
import { allocCharged, memCgroupTryChargeSwap } from './memcontrol';
import { endThrashing, PAGE_SIGBUS, waitForRead } from './memory/codes';
import { ALLOC_NULL, ALLOC_WAIT, freePage } from './page_alloc';
import { folioMarkAccessed } from './swap';
import { addToSwapCache, deleteFromSwapCache, swapCacheGet, swapinReadahead } from './swap_state';
import { freeSwapAndCache, getSwapSlot, swapDuplicate, swapFree, swapSlotFree } from './swapfile';
import { vmEnoughMemory } from './util';

/** The swap slot that a cache entry < 0 of a shmem inode stands for, and back. */
export const shmemEntryToSlot = (entry: number): number => -entry - 1;
export const shmemSlotToEntry = (slot: number): number => -slot - 1;

/** shmem_inode_acct_blocks: room for one page more in the tmpfs and in vm_committed_as. 0 or -ENOSPC. */
function acctBlock(k: Kernel, task: Task, inode: Inode): number {
  if (inode.shmemBlocks >= inode.shmemLimit) return -ENOSPC;
  // An object charged as a whole when it was made needs nothing more.
  if (inode.shmemBlocks < inode.acctPages) return 0;
  const mm = task.mm >= 0 ? k.mms[task.mm] : null;
  if (vmEnoughMemory(k, mm, 1, task.uid === 0) !== 0) return -ENOSPC;
  inode.acctPages++;
  return 0;
}

/** shmem_swapin_folio: brings the page back and gives its slot up. */
function swapin(k: Kernel, task: Task, inode: Inode, index: number): number {
  const m = k.mem;
  const slot = shmemEntryToSlot(inode.cache[index]);
  let pfn = swapCacheGet(k, slot, null, index);
  if (pfn < 0) {
    pfn = swapinReadahead(k, task, slot, null, index);
    if (pfn < 0) return pfn;
    if (!task.faultMajor) {
      task.faultMajor = true;
      k.vmEvents[PGMAJFAULT]++;
    }
  }
  if (m.flags[pfn] & PG_LOCKED) {
    waitForRead(k, task, pfn);
    return ALLOC_WAIT;
  }
  if (m.flags[pfn] & PG_WRITEBACK) {
    waitOnPage(k, task, pfn, TASK_UNINTERRUPTIBLE);
    return ALLOC_WAIT;
  }
  swapFree(k, slot);
  deleteFromSwapCache(k, pfn);
  filemapInsert(k, inode, index, pfn);
  m.flags[pfn] |= PG_DIRTY;
  return pfn;
}

/**
 * shmem_get_folio: the page at this place, from the cache, from swap, or a new one full of zeros.
 *
 * @returns pfn, ALLOC_WAIT, ALLOC_NULL, or -ENOSPC when the tmpfs is full or the promise is refused
 */
export function shmemGetFolio(k: Kernel, task: Task, inode: Inode, index: number): number {
  const cached = filemapGet(inode, index);
  if (cached >= 0) return cached;
  if (index < inode.cache.length && inode.cache[index] < 0) return swapin(k, task, inode, index);
  const pfn = allocCharged(k, task, task.memcg, GFP_USER_PAGE, GFP_HIGHUSER_MOVABLE);
  if (pfn < 0) return pfn;
  if (acctBlock(k, task, inode) !== 0) {
    freePage(k, pfn);
    return -ENOSPC;
  }
  inode.shmemBlocks++;
  k.cost += k.costs.clearPage;
  k.mem.flags[pfn] |= PG_SWAPBACKED | PG_DIRTY;
  filemapAdd(k, inode, index, pfn);
  return pfn;
}

/** shmem_fault: the page of a mapped object. Returns pfn, ALLOC_WAIT, ALLOC_NULL or PAGE_SIGBUS (beyond the end, full). */
export function shmemFault(k: Kernel, task: Task, inode: Inode, index: number): number {
  if (index >= inode.nrPages) return PAGE_SIGBUS;
  const r = shmemGetFolio(k, task, inode, index);
  return r === -ENOSPC ? PAGE_SIGBUS : r;
}

/**
 * write(2) of whole pages [index, index + nr) of a tmpfs file; it gets longer if need be.
 *
 * @returns pages written; ALLOC_WAIT, -ENOSPC or -ENOMEM when not even the first one could be
 */
export function shmemWrite(k: Kernel, task: Task, inode: Inode, index: number, nr: number): number {
  if (task.thrashing) endThrashing(k, task);
  for (let i = 0; i < nr; i++) {
    const pfn = shmemGetFolio(k, task, inode, index + i);
    if (pfn < 0) return i > 0 ? i : pfn === ALLOC_NULL ? -ENOMEM : pfn;
    task.faultMajor = false;
    if (index + i >= inode.nrPages) inode.nrPages = index + i + 1;
    k.mem.flags[pfn] |= PG_DIRTY;
    folioMarkAccessed(k, pfn);
    k.cost += k.costs.copyPage;
  }
  return nr;
}

/**
 * read(2) of pages [index, index + nr) of a tmpfs file. A hole reads as zeros and takes no page.
 *
 * @returns pages read, 0 at the end of the file; ALLOC_WAIT or ALLOC_NULL when not even the first one could be
 */
export function shmemRead(k: Kernel, task: Task, inode: Inode, index: number, nr: number): number {
  if (task.thrashing) endThrashing(k, task);
  const end = Math.min(index + nr, inode.nrPages);
  for (let i = index; i < end; i++) {
    if (i < inode.cache.length && inode.cache[i] !== 0) {
      const pfn = shmemGetFolio(k, task, inode, i);
      if (pfn < 0) return i > index ? i - index : pfn;
      task.faultMajor = false;
      folioMarkAccessed(k, pfn);
    }
    k.cost += k.costs.readPage;
  }
  return Math.max(0, end - index);
}

/** write(2) with O_APPEND: `nr` pages at the end; as shmemWrite. */
export const shmemAppend = (k: Kernel, task: Task, inode: Inode, nr: number): number =>
  shmemWrite(k, task, inode, inode.nrPages, nr);

/**
 * shmem_writepage: gives the page a swap slot: its place in the object's cache becomes a swap entry, the page goes to the
 * swap cache. It must not be mapped, and the caller writes it at once.
 *
 * @returns false when swap is full, or the page's memcg may have no more of it
 */
export function shmemWritepage(k: Kernel, pfn: number): boolean {
  const m = k.mem;
  const slot = getSwapSlot(k);
  if (k.mem.memcg.length > 0 && !memCgroupTryChargeSwap(k, pfn, slot)) {
    swapSlotFree(k, slot);
    return false;
  }
  if (slot < 0) return false;
  const mapping = m.mapping[pfn];
  filemapRemove(k, pfn, shmemSlotToEntry(slot));
  m.mapping[pfn] = mapping;
  addToSwapCache(k, pfn, slot);
  swapDuplicate(k, slot);
  return true;
}

/** shmem_free_swap: drops a page of the object that is in swap. */
export function shmemFreeSwapEntry(k: Kernel, inode: Inode, index: number): void {
  const slot = shmemEntryToSlot(inode.cache[index]);
  setCacheEntry(k, inode, index, 0);
  inode.shmemBlocks--;
  freeSwapAndCache(k, slot);
}
