/** Locking pages in memory. §8.4. */
import { ENOMEM } from '../include/errno';
import type { Kernel } from '../include/kernel';
import { type MmStruct, VM_LOCKED, VM_SHARED, VM_WRITE } from '../include/mm_types';
import { PG_LRU, PG_MLOCKED, PG_TAIL, PTE_PRESENT, PTE_SHIFT, PTE_SPECIAL, PTE_WRITE } from '../include/page';
import { PF_CAP_SYS_ADMIN, type Task } from '../include/sched';
import { NR_MLOCK, UNEVICTABLE_PGMLOCKED, UNEVICTABLE_PGMUNLOCKED } from '../include/vmstat';
import { pageZone } from '../kernel/sched/core';
import { compoundHead, folioNrPages } from './huge_memory/folio';
import { handleMmFault, VM_FAULT_DONE, VM_FAULT_WAIT } from './memory';
import { ALLOC_WAIT } from './page_alloc';
import { nextTable, ptePtr } from './pgtable';
import { pageVpn } from './rmap';
import { folioPutbackLru, lruDelPage } from './swap';
import { findVma, findVmaFrom, mergeVma, splitRange } from './vma';

/** MLOCK_LIMIT: what a process that is not root's may lock by default, 8 MiB. */
const RLIMIT_MEMLOCK_PAGES = 2048;

export const MCL_CURRENT = 1;
export const MCL_FUTURE = 2;

/** mlock_new_folio: a page about to be mapped by a locked VMA. If it is on a list already, it moves. */
export function mlockNewFolio(k: Kernel, pfn: number): void {
  mlockFolio(k, pfn);
}

/** page_folio: the head of a huge page, any other page itself. */
const folioOf = (k: Kernel, page: number): number => (k.mem.flags[page] & PG_TAIL ? compoundHead(page) : page);

/** mlock_folio: marks a page that a locked VMA maps, counts it, moves it to the unevictable list. */
export function mlockFolio(k: Kernel, page: number): void {
  const m = k.mem;
  const pfn = folioOf(k, page);
  if (m.flags[pfn] & PG_MLOCKED) return;
  const listed = m.flags[pfn] & PG_LRU;
  if (listed) lruDelPage(k, pfn);
  m.flags[pfn] |= PG_MLOCKED;
  const n = folioNrPages(m.flags[pfn]);
  pageZone(k, pfn).stat[NR_MLOCK] += n;
  k.vmEvents[UNEVICTABLE_PGMLOCKED] += n;
  if (listed) folioPutbackLru(k, pfn);
}

/** True when a locked VMA still maps the page. */
function mappedLocked(k: Kernel, pfn: number): boolean {
  const mapping = k.mem.mapping[pfn];
  const at = pageVpn(k, pfn);
  const ids = mapping > 0 ? [mapping - 1, ...k.anonVmas[mapping - 1].mms] : k.inodes[-mapping - 1].mappers;
  for (const id of ids) {
    const mm = k.mms[id];
    if (mm.pgd === 0 || mm.lockedVm === 0) continue;
    for (const vma of mm.vmas) {
      if (!(vma.flags & VM_LOCKED)) continue;
      if (mapping < 0 && vma.inode !== -mapping - 1) continue;
      const vpn = mapping > 0 ? at : vma.start + at - vma.pgoff;
      if (vpn < vma.start || vpn >= vma.end) continue;
      const ptr = ptePtr(k, mm, vpn);
      const e = ptr >= 0 ? k.pgtables.entries[ptr] : 0;
      if (e & PTE_PRESENT && !(e & PTE_SPECIAL) && e >>> PTE_SHIFT === pfn) return true;
    }
  }
  return false;
}

/** munlock_folio: a locked mapping of the page is gone; without another one the page is evictable again. */
export function munlockFolio(k: Kernel, page: number): void {
  const m = k.mem;
  const pfn = folioOf(k, page);
  if (!(m.flags[pfn] & PG_MLOCKED)) return;
  if (m.mapcount[pfn] > 0 && mappedLocked(k, pfn)) return;
  const listed = m.flags[pfn] & PG_LRU;
  if (listed) lruDelPage(k, pfn);
  m.flags[pfn] &= ~PG_MLOCKED;
  const n = folioNrPages(m.flags[pfn]);
  pageZone(k, pfn).stat[NR_MLOCK] -= n;
  k.vmEvents[UNEVICTABLE_PGMUNLOCKED] += n;
  if (listed) folioPutbackLru(k, pfn);
}

/** Whether the task may have so many pages locked in all: RLIMIT_MEMLOCK, which root is above. */
export const mayLock = (task: Task, pages: number): boolean =>
  pages <= RLIMIT_MEMLOCK_PAGES || (task.flags & PF_CAP_SYS_ADMIN) !== 0;

/** count_mm_mlocked_page_nr: pages of [start, end) that are locked already. */
function lockedIn(mm: MmStruct, start: number, end: number): number {
  let n = 0;
  for (const vma of mm.vmas) {
    if (vma.flags & VM_LOCKED) n += Math.max(0, Math.min(end, vma.end) - Math.max(start, vma.start));
  }
  return n;
}

/** mlock_pte_range: marks or unmarks the pages of [start, end) that are present. */
function mlockPages(k: Kernel, mm: MmStruct, start: number, end: number, lock: boolean): void {
  for (let v = nextTable(k, mm, start, end); v < end; v = nextTable(k, mm, v + 1, end)) {
    const e = k.pgtables.entries[ptePtr(k, mm, v)];
    if (!(e & PTE_PRESENT) || e & PTE_SPECIAL) continue;
    if (lock) mlockFolio(k, e >>> PTE_SHIFT);
    else munlockFolio(k, e >>> PTE_SHIFT);
  }
}

/** apply_vma_lock_flags: sets or clears VM_LOCKED on [start, end). The range must be mapped without holes. */
function setLocked(k: Kernel, mm: MmStruct, start: number, end: number, lock: boolean): number {
  for (let v = start; v < end; ) {
    const i = findVma(mm, v);
    if (i < 0) return -ENOMEM;
    v = mm.vmas[i].end;
  }
  splitRange(k, mm, start, end);
  for (let i = findVmaFrom(mm, start); i < mm.vmas.length && mm.vmas[i].start < end; i++) {
    const vma = mm.vmas[i];
    if (lock === ((vma.flags & VM_LOCKED) !== 0)) continue;
    vma.flags ^= VM_LOCKED;
    mm.lockedVm += (lock ? 1 : -1) * (vma.end - vma.start);
    mlockPages(k, mm, vma.start, vma.end, lock);
  }
  for (let i = mm.vmas.length - 1; i > 0; i--) mergeVma(mm, Math.min(i, mm.vmas.length - 1));
  return 0;
}

/**
 * mm_populate: faults the pages in that a lock has asked for (`task.populateNext` to `populateEnd`), those of private
 * writable mappings by a store. Pages that cannot be had are left out.
 *
 * @param budget stop when `k.cost` (ns) has reached it
 * @returns 0 when done; ALLOC_WAIT: call again
 */
export function mmPopulate(k: Kernel, task: Task, budget: number): number {
  const mm = k.mms[task.mm];
  while (task.populateNext < task.populateEnd) {
    if (k.cost >= budget) return ALLOC_WAIT;
    const v = task.populateNext;
    const i = findVmaFrom(mm, v);
    if (i >= mm.vmas.length || mm.vmas[i].start > v) {
      task.populateNext = i < mm.vmas.length ? Math.min(mm.vmas[i].start, task.populateEnd) : task.populateEnd;
      continue;
    }
    const vma = mm.vmas[i];
    if (!(vma.flags & VM_LOCKED)) {
      task.populateNext = Math.min(vma.end, task.populateEnd);
      continue;
    }
    const write = (vma.flags & (VM_WRITE | VM_SHARED)) === VM_WRITE;
    const need = write ? PTE_PRESENT | PTE_WRITE : PTE_PRESENT;
    const ptr = ptePtr(k, mm, v);
    if (ptr < 0 || (k.pgtables.entries[ptr] & need) !== need) {
      const r = handleMmFault(k, task, v, write);
      if (r === VM_FAULT_WAIT) return ALLOC_WAIT;
      if (r !== VM_FAULT_DONE) {
        task.populateNext = vma.end;
        continue;
      }
    }
    task.populateNext = v + 1;
  }
  task.populateNext = 0;
  task.populateEnd = 0;
  return 0;
}

/**
 * mlock(2) on [vpn, vpn + pages): the pages that are there are locked at once; call mmPopulate() until it is done for
 * the others.
 *
 * @returns 0, or -ENOMEM when part of the range is not mapped, or when more would be locked than the task may
 */
export function mlock(k: Kernel, task: Task, vpn: number, pages: number): number {
  k.cost += k.costs.syscall;
  const mm = k.mms[task.mm];
  if (!mayLock(task, mm.lockedVm + pages - lockedIn(mm, vpn, vpn + pages))) return -ENOMEM;
  const r = setLocked(k, mm, vpn, vpn + pages, true);
  if (r !== 0) return r;
  task.populateNext = vpn;
  task.populateEnd = vpn + pages;
  return 0;
}

/** munlock(2) on [vpn, vpn + pages). Returns 0 or -ENOMEM. */
export function munlock(k: Kernel, task: Task, vpn: number, pages: number): number {
  k.cost += k.costs.syscall;
  return setLocked(k, k.mms[task.mm], vpn, vpn + pages, false);
}

/**
 * mlockall(2): MCL_CURRENT locks all mappings there are (call mmPopulate() then), MCL_FUTURE all to come.
 *
 * @returns 0, or -ENOMEM when that would be more than the task may lock
 */
export function mlockall(k: Kernel, task: Task, flags: number): number {
  const mm = k.mms[task.mm];
  k.cost += k.costs.syscall;
  if (flags & MCL_CURRENT && !mayLock(task, mm.totalVm)) return -ENOMEM;
  mm.defFlags = flags & MCL_FUTURE ? mm.defFlags | VM_LOCKED : mm.defFlags & ~VM_LOCKED;
  if (flags & MCL_CURRENT && mm.vmas.length > 0) {
    for (const vma of mm.vmas) {
      if (vma.flags & VM_LOCKED) continue;
      vma.flags |= VM_LOCKED;
      mm.lockedVm += vma.end - vma.start;
      mlockPages(k, mm, vma.start, vma.end, true);
    }
    task.populateNext = mm.vmas[0].start;
    task.populateEnd = mm.vmas[mm.vmas.length - 1].end;
  }
  return 0;
}
