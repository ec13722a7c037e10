/** zap_pte_range: unmapping pages, and freeing those that nobody else has. §5.2, §7.2. */
import type { Kernel } from '../../include/kernel';
import { MM_ANONPAGES, MM_FILEPAGES, MM_SHMEMPAGES, MM_SWAPENTS, type MmStruct } from '../../include/mm_types';
import {
  PG_COMPOUND,
  PG_LOCKED,
  PG_MLOCKED,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PTE_DIRTY,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_SPECIAL,
  PTE_YOUNG,
} from '../../include/page';
import type { Task } from '../../include/sched';
import { HPAGE_PMD_NR } from '../../include/units';
import { NR_ANON_MAPPED, NR_FILE_MAPPED } from '../../include/vmstat';
import { pageNode } from '../../kernel/sched/core';
import { hugeFrameUnmapped, splitHugePmd, zapHugePmd } from '../huge_memory';
import { munlockFolio } from '../mlock';
import { addMmCounter, syncMmRss, updateHiwaterRss } from '../mm_counters';
import { tlbFull, tlbRemovePage } from '../mmu_gather';
import { freePage } from '../page_alloc';
import { setPageDirty } from '../page-writeback';
import { nextTable, ptePtr } from '../pgtable';
import { dropAnonVmaPage } from '../rmap';
import { folioMarkAccessed, lruDelPage } from '../swap';
import { freeSwapAndCache, freeSwapCache } from '../swapfile';

/**
 * unmap_page_range: unmaps the virtual pages [start, end): an anonymous page without another user is freed, a page in
 * swap gives its slot back, a file's page stays cached and keeps what its entry knew (accessed, dirty). Page tables stay.
 *
 * @param budget stop, after the page table at hand, when `k.cost` (ns) has reached it
 * @param task that does it, if `mm.tlb` is to gather what is to be freed: stops when that is full
 * @returns the virtual page to go on from; `end` when done
 */
export function unmapPageRange(
  k: Kernel,
  mm: MmStruct,
  start: number,
  end: number,
  budget: number,
  task: Task | null = null,
): number {
  const { tlb } = mm;
  syncMmRss(k, mm);
  updateHiwaterRss(mm);
  const { entries, used, huge } = k.pgtables;
  const m = k.mem;
  const { unmapPage } = k.costs;
  let v = nextTable(k, mm, start, end);
  while (v < end) {
    let ptr = ptePtr(k, mm, v);
    const table = ptr >>> 9;
    const last = Math.min(end, Math.floor(v / 512) * 512 + 512);
    if (huge[table] !== 0) {
      if (last - v === HPAGE_PMD_NR) {
        zapHugePmd(k, mm, table);
        if (k.cost >= budget) return last;
        v = nextTable(k, mm, last, end);
        continue;
      }
      splitHugePmd(k, table);
    }
    let anon = 0;
    let file = 0;
    let shmem = 0;
    let swap = 0;
    let zapped = 0;
    let full = false;
    for (; v < last; v++, ptr++) {
      const e = entries[ptr];
      if (e === 0) continue;
      if (tlb !== null && task !== null && tlbFull(k, task, tlb)) {
        full = true;
        break;
      }
      entries[ptr] = 0;
      zapped++;
      if (!(e & PTE_PRESENT)) {
        swap++;
        freeSwapAndCache(k, e >>> PTE_SHIFT);
        continue;
      }
      if (e & PTE_SPECIAL) continue;
      const pfn = e >>> PTE_SHIFT;
      const f = m.flags[pfn];
      if (m.mapping[pfn] > 0) {
        anon++;
        const left = --m.mapcount[pfn];
        if (f & PG_MLOCKED) munlockFolio(k, pfn);
        if (left === 0) {
          pageNode(k, pfn).stat[NR_ANON_MAPPED]--;
          if (f & PG_COMPOUND) hugeFrameUnmapped(k, pfn);
          else if (tlb !== null && !(f & (PG_SWAPCACHE | PG_LOCKED))) tlbRemovePage(k, tlb, pfn);
          else if (!(f & PG_SWAPCACHE) || freeCached(k, pfn)) {
            dropAnonVmaPage(k, m.mapping[pfn]);
            lruDelPage(k, pfn);
            freePage(k, pfn);
          }
        }
      } else {
        if (f & PG_SWAPBACKED) shmem++;
        else file++;
        if (e & PTE_DIRTY) setPageDirty(k, pfn);
        if (e & PTE_YOUNG) folioMarkAccessed(k, pfn);
        if (--m.mapcount[pfn] === 0) pageNode(k, pfn).stat[NR_FILE_MAPPED]--;
        if (m.flags[pfn] & PG_MLOCKED) munlockFolio(k, pfn);
      }
    }
    used[table] -= zapped;
    k.cost += zapped * unmapPage;
    if (anon) addMmCounter(k, mm, MM_ANONPAGES, -anon);
    if (file) addMmCounter(k, mm, MM_FILEPAGES, -file);
    if (shmem) addMmCounter(k, mm, MM_SHMEMPAGES, -shmem);
    if (swap) addMmCounter(k, mm, MM_SWAPENTS, -swap);
    if (full || k.cost >= budget) return v;
    v = nextTable(k, mm, v, end);
  }
  return end;
}

/** Takes an unmapped page out of the swap cache; false when its I/O or another user of the slot keeps it there. */
function freeCached(k: Kernel, pfn: number): boolean {
  freeSwapCache(k, pfn);
  return !(k.mem.flags[pfn] & PG_SWAPCACHE);
}
