/**
 * mmu_gather: what an address space that is being taken apart has unmapped, until it is freed. Nothing is freed before
 * the lists are full or all is unmapped, so that a dying process gives its memory back late and at once. §10.9.
 *
 * A gathered page keeps its place on the LRU lists, where reclaim finds it in use (PG_LOCKED) and leaves it.
 */
import {
  __GFP_KSWAPD_RECLAIM,
  ALLOC_CPUSET,
  ALLOC_KSWAPD,
  ALLOC_NON_BLOCK,
  ALLOC_OOM,
  ALLOC_WMARK_LOW,
  ALLOC_WMARK_MIN,
  GFP_NOWAIT,
} from '../include/gfp';
import type { Kernel } from '../include/kernel';
import type { MmStruct, MmuGather } from '../include/mm_types';
import { PG_LOCKED, PGTYPE_KERNEL, PGTYPE_MASK, PGTYPE_USER, PGZONE_MASK } from '../include/page';
import type { Task } from '../include/sched';
import { allocPagesNowait, freePage } from './page_alloc';
import { dropAnonVmaPage } from './rmap';
import { lruAddDrain, lruDelPage } from './swap';

/** Pages listed in the gather itself, in each page that it allocates, and pages it allocates at most. */
const MMU_GATHER_BUNDLE = 8;
const MAX_GATHER_BATCH = 510;
const MAX_GATHER_BATCH_COUNT = 19;
/** MAX_NR_FOLIOS_PER_FREE: between so many pages others may run. */
const MAX_NR_FOLIOS_PER_FREE = 512;

/** tlb_gather_mmu. */
export const tlbGatherMmu = (): MmuGather => ({ pages: [], freed: 0, batches: [] });

/** Entries for which there is room: each list is taken for full one short of its end. */
const roomOf = (tlb: MmuGather): number => MMU_GATHER_BUNDLE - 1 + tlb.batches.length * (MAX_GATHER_BATCH - 1);

/** tlb_next_batch: another page to list pages in, if one is to be had without waiting. */
function tlbNextBatch(k: Kernel, task: Task, tlb: MmuGather): boolean {
  if (tlb.batches.length === MAX_GATHER_BATCH_COUNT) return false;
  const kswapd = GFP_NOWAIT & __GFP_KSWAPD_RECLAIM ? ALLOC_KSWAPD : 0;
  const ask = (flags: number): number => allocPagesNowait(k, GFP_NOWAIT, 0, flags | ALLOC_CPUSET | kswapd);
  let pfn = ask(ALLOC_WMARK_LOW);
  if (pfn < 0) pfn = ask(ALLOC_WMARK_MIN | ALLOC_NON_BLOCK);
  if (pfn < 0 && task.oomMm >= 0) pfn = ask(ALLOC_WMARK_MIN | ALLOC_OOM);
  if (pfn < 0) return false;
  k.mem.flags[pfn] = (k.mem.flags[pfn] & PGZONE_MASK) | PGTYPE_KERNEL;
  k.mem.index[pfn] = 0;
  tlb.batches.push(pfn);
  return true;
}

/** Whether everything has to be freed before another page can be gathered. */
export const tlbFull = (k: Kernel, task: Task, tlb: MmuGather): boolean =>
  tlb.freed > 0 || (tlb.pages.length >= roomOf(tlb) && !tlbNextBatch(k, task, tlb));

/** tlb_remove_page: an anonymous page that nobody maps any more and that is not in the swap cache. */
export function tlbRemovePage(k: Kernel, tlb: MmuGather, pfn: number): void {
  k.mem.flags[pfn] |= PG_LOCKED;
  tlb.pages.push(pfn);
}

/** tlb_remove_table: a page table that is empty. */
export function tlbRemoveTable(k: Kernel, tlb: MmuGather, pfn: number): void {
  k.mem.flags[pfn] = (k.mem.flags[pfn] & PGZONE_MASK) | PGTYPE_KERNEL;
  k.mem.index[pfn] = 0;
  tlb.pages.push(pfn);
}

/**
 * tlb_batch_pages_flush: frees what was gathered, in order.
 *
 * @param budget stop, after 512 pages, when `k.cost` (ns) has reached it
 * @returns true when the lists are empty
 */
export function tlbFlushMmu(k: Kernel, tlb: MmuGather, budget: number): boolean {
  const { pages } = tlb;
  const { flags, mapping } = k.mem;
  while (tlb.freed < pages.length) {
    const end = Math.min(pages.length, tlb.freed + MAX_NR_FOLIOS_PER_FREE);
    lruAddDrain(k, k.cpu);
    for (let i = tlb.freed; i < end; i++) {
      const pfn = pages[i];
      if ((flags[pfn] & PGTYPE_MASK) === PGTYPE_USER) {
        flags[pfn] &= ~PG_LOCKED;
        dropAnonVmaPage(k, mapping[pfn]);
        lruDelPage(k, pfn);
      }
      freePage(k, pfn);
    }
    tlb.freed = end;
    if (k.cost >= budget) break;
  }
  if (tlb.freed < pages.length) return false;
  pages.length = 0;
  tlb.freed = 0;
  return true;
}

/** tlb_finish_mmu, once all is freed: the lists themselves. */
export function tlbFinishMmu(k: Kernel, mm: MmStruct): void {
  if (mm.tlb === null) return;
  for (const pfn of mm.tlb.batches) freePage(k, pfn);
  mm.tlb = null;
}
