/** handle_mm_fault and the faults on anonymous memory. §4.8, §9.2. */
import { TABLES_END } from '../../include/addr';
import { GFP_ANON_FAULT, GFP_USER_PAGE } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import {
  MM_ANONPAGES,
  MM_FILEPAGES,
  MM_SHMEMPAGES,
  MMF_UNSTABLE,
  type MmStruct,
  VM_EXEC,
  VM_GROWSDOWN,
  VM_LOCKED,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type Vma,
} from '../../include/mm_types';
import {
  PG_ANON_EXCLUSIVE,
  PG_COMPOUND,
  PG_MLOCKED,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PTE_DIRTY,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_SPECIAL,
  PTE_WRITE,
  PTE_YOUNG,
} from '../../include/page';
import type { Task } from '../../include/sched';
import { NR_ANON_MAPPED, NR_FILE_MAPPED, PGFAULT, PGREUSE } from '../../include/vmstat';
import { pageNode } from '../../kernel/sched/core';
import { filemapFault, filemapMapPages } from '../filemap';
import { doHugePmdAnonymousPage, doHugeWpPage, hugeFrameUnmapped, VM_FAULT_FALLBACK } from '../huge_memory';
import { allocAnonPage, countMemcgEvents } from '../memcontrol';
import { MEMCG_PGFAULT } from '../memcontrol/stat';
import { vmaPolicy } from '../mempolicy';
import { mlockNewFolio, munlockFolio } from '../mlock';
import { addMmCounterFast, checkSyncRssStat } from '../mm_counters';
import { freePage } from '../page_alloc';
import { setPageDirty } from '../page-writeback';
import { pteAlloc, ptePtr } from '../pgtable';
import { dropAnonVmaPage } from '../rmap';
import { shmemFault } from '../shmem';
import { folioAddLru, lruDelPage } from '../swap';
import { freeSwapCache } from '../swapfile';
import { vmEnoughMemory } from '../util';
import { findVma, findVmaFrom, vmStatAccount } from '../vma';
import {
  endThrashing,
  faultError,
  VM_FAULT_DONE,
  VM_FAULT_OOM,
  VM_FAULT_SIGBUS,
  VM_FAULT_SIGSEGV,
  VM_FAULT_WAIT,
} from './codes';
import { doSwapPage } from './swapin';

export { VM_FAULT_DONE, VM_FAULT_OOM, VM_FAULT_SIGBUS, VM_FAULT_SIGSEGV, VM_FAULT_WAIT };

/** RLIMIT_STACK, 8 MiB in pages: how far the stack may grow. */
const STACK_RLIMIT = 2048;

/** expand_stack: an access below a growing mapping extends it. Index of the VMA, -1 = not possible. */
function expandStack(k: Kernel, task: Task, mm: MmStruct, vpn: number): number {
  const i = findVmaFrom(mm, vpn);
  if (i >= mm.vmas.length) return -1;
  const vma = mm.vmas[i];
  if (!(vma.flags & VM_GROWSDOWN) || vma.end - vpn > STACK_RLIMIT) return -1;
  const pages = vma.start - vpn;
  if (vmEnoughMemory(k, mm, pages, task.uid === 0) !== 0) return -1;
  vma.start = vpn;
  vmStatAccount(mm, vma.flags, pages);
  return i;
}

/**
 * handle_mm_fault: makes the virtual page accessible, or says why not.
 *
 * @param vpn virtual page number in the task's address space
 * @param write a store rather than a load
 * @returns VM_FAULT_*. VM_FAULT_WAIT: the task has begun to wait, the access is to be tried again; a fault counts once,
 *   as a major one if it read from a device. VM_FAULT_OOM: an allocation failed, which in 6.x kills nobody. §4.8
 */
export function handleMmFault(k: Kernel, task: Task, vpn: number, write: boolean): number {
  if (task.thrashing) endThrashing(k, task);
  const mm = k.mms[task.mm];
  let i = findVma(mm, vpn);
  if (i < 0) i = expandStack(k, task, mm, vpn);
  if (i < 0 || (mm.vmas[i].flags & (write ? VM_WRITE : VM_READ | VM_WRITE | VM_EXEC)) === 0) {
    return account(k, task, VM_FAULT_SIGSEGV);
  }
  const vma = mm.vmas[i];
  if (mm.flags & MMF_UNSTABLE || vpn >= TABLES_END) return account(k, task, VM_FAULT_SIGBUS);
  checkSyncRssStat(k, mm);
  let ptr = ptePtr(k, mm, vpn);
  if (ptr < 0) {
    if (write && k.thp.enabled !== 'never') {
      k.inLruFault = true;
      const r = doHugePmdAnonymousPage(k, task, mm, vma, vpn);
      if (r !== VM_FAULT_FALLBACK) return account(k, task, r < 0 ? faultError(r) : VM_FAULT_DONE);
    }
    ptr = pteAlloc(k, task, mm, vpn);
    if (ptr < 0) return account(k, task, faultError(ptr));
  }
  k.inLruFault = true;
  return account(k, task, handlePteFault(k, task, mm, vma, vpn, ptr, write));
}

/**
 * The fault of an access that the VMA allows, where the page table is there: for touchRange, which finds both once for
 * many pages. As handleMmFault.
 */
export function handleTableFault(
  k: Kernel,
  task: Task,
  mm: MmStruct,
  vma: Vma,
  vpn: number,
  ptr: number,
  write: boolean,
): number {
  if (task.thrashing) endThrashing(k, task);
  checkSyncRssStat(k, mm);
  k.inLruFault = true;
  return account(k, task, handlePteFault(k, task, mm, vma, vpn, ptr, write));
}

/** handle_pte_fault: what the entry says is what has to be done. Returns VM_FAULT_*. */
function handlePteFault(
  k: Kernel,
  task: Task,
  mm: MmStruct,
  vma: Vma,
  vpn: number,
  ptr: number,
  write: boolean,
): number {
  const e = k.pgtables.entries[ptr];
  if (e === 0) {
    if (vma.inode < 0) return doAnonymousPage(k, task, mm, vma, vpn, ptr, write);
    return doFault(k, task, mm, vma, vpn, ptr, write);
  }
  if (!(e & PTE_PRESENT)) {
    const r = doSwapPage(k, task, mm, vma, vpn, ptr, write);
    // The slot is shared: the store still needs a copy of its own.
    return r !== VM_FAULT_DONE || !write || k.pgtables.entries[ptr] & PTE_WRITE
      ? r
      : doWpPage(k, task, mm, vma, vpn, ptr);
  }
  return write && !(e & PTE_WRITE) ? doWpPage(k, task, mm, vma, vpn, ptr) : VM_FAULT_DONE;
}

/** mm_account_fault: counts the fault once, when it is over. */
function account(k: Kernel, task: Task, r: number): number {
  k.inLruFault = false;
  if (r === VM_FAULT_WAIT) return r;
  task.noHugeAt = -1;
  k.vmEvents[PGFAULT]++;
  if (task.memcg !== 0) countMemcgEvents(k, task.memcg, MEMCG_PGFAULT, 1);
  k.cost += k.costs.fault;
  if (task.faultMajor) {
    task.faultMajor = false;
    if (r === VM_FAULT_DONE) task.majFlt++;
  } else if (r === VM_FAULT_DONE) {
    task.minFlt++;
  }
  return r;
}

/** folio_add_new_anon_rmap and set_pte: a page of its own for the virtual page. The entry must be empty. */
function mapNewAnon(k: Kernel, mm: MmStruct, vma: Vma, vpn: number, ptr: number, pfn: number, pte: number): void {
  const { flags, mapping, index, mapcount } = k.mem;
  flags[pfn] |= PG_SWAPBACKED | PG_ANON_EXCLUSIVE;
  mapping[pfn] = mm.id + 1;
  index[pfn] = vpn;
  mapcount[pfn] = 1;
  k.anonVmas[mm.id].pages++;
  pageNode(k, pfn).stat[NR_ANON_MAPPED]++;
  if (vma.flags & VM_LOCKED) mlockNewFolio(k, pfn);
  folioAddLru(k, pfn);
  vma.anon = true;
  k.pgtables.entries[ptr] = (pfn << PTE_SHIFT) | PTE_PRESENT | PTE_YOUNG | pte;
}

/**
 * Gives the virtual page a page of its own, for stores: a cleared one or a copy.
 *
 * @param cost of clearing or copying it, ns
 * @param more the process has had no anonymous page there
 * @returns VM_FAULT_DONE, VM_FAULT_WAIT or VM_FAULT_OOM
 */
function ownPage(
  k: Kernel,
  task: Task,
  mm: MmStruct,
  vma: Vma,
  vpn: number,
  ptr: number,
  gfp: number,
  cost: number,
  more: boolean,
): number {
  const pfn = allocAnonPage(k, task, gfp, vmaPolicy(task, vma), vpn);
  if (pfn < 0) return faultError(pfn);
  k.cost += cost;
  if (k.pgtables.entries[ptr] === 0) k.pgtables.used[ptr >>> 9]++;
  if (more) addMmCounterFast(k, mm, MM_ANONPAGES, 1);
  mapNewAnon(k, mm, vma, vpn, ptr, pfn, PTE_WRITE | PTE_DIRTY);
  return VM_FAULT_DONE;
}

/** do_anonymous_page: the zero page for a load, a cleared page for a store. */
function doAnonymousPage(
  k: Kernel,
  task: Task,
  mm: MmStruct,
  vma: Vma,
  vpn: number,
  ptr: number,
  write: boolean,
): number {
  if (!write) {
    k.pgtables.entries[ptr] = PTE_PRESENT | PTE_SPECIAL | PTE_YOUNG;
    k.pgtables.used[ptr >>> 9]++;
    return VM_FAULT_DONE;
  }
  return ownPage(k, task, mm, vma, vpn, ptr, GFP_ANON_FAULT, k.costs.clearPage, true);
}

/** do_fault: a page of a file or a shmem object: do_read_fault, do_cow_fault, do_shared_fault. */
function doFault(k: Kernel, task: Task, mm: MmStruct, vma: Vma, vpn: number, ptr: number, write: boolean): number {
  const inode = k.inodes[vma.inode];
  if (!write && filemapMapPages(k, mm, vma, vpn)) return VM_FAULT_DONE;
  const index = vma.pgoff + (vpn - vma.start);
  const pfn = inode.kind === 'shmem' ? shmemFault(k, task, inode, index) : filemapFault(k, task, inode, index);
  if (pfn < 0) return faultError(pfn);
  if (write && !(vma.flags & VM_SHARED)) {
    return ownPage(k, task, mm, vma, vpn, ptr, GFP_USER_PAGE, k.costs.copyPage, true);
  }
  const shmem = inode.kind === 'shmem';
  k.pgtables.used[ptr >>> 9]++;
  addMmCounterFast(k, mm, shmem ? MM_SHMEMPAGES : MM_FILEPAGES, 1);
  if (k.mem.mapcount[pfn]++ === 0) pageNode(k, pfn).stat[NR_FILE_MAPPED]++;
  if (vma.flags & VM_LOCKED) mlockNewFolio(k, pfn);
  let pte = (pfn << PTE_SHIFT) | PTE_PRESENT | PTE_YOUNG;
  if (write) {
    pte |= PTE_WRITE | PTE_DIRTY;
    setPageDirty(k, pfn);
  } else if (shmem && (vma.flags & (VM_SHARED | VM_WRITE)) === (VM_SHARED | VM_WRITE)) {
    // Nobody needs to hear of the first store to shared memory: it is dirty in any case.
    pte |= PTE_WRITE;
  }
  k.pgtables.entries[ptr] = pte;
  return VM_FAULT_DONE;
}

/** wp_can_reuse_anon_folio: nobody else maps the page or may still read it from swap. */
function canReuse(k: Kernel, pfn: number): boolean {
  const f = k.mem.flags[pfn];
  if (f & PG_ANON_EXCLUSIVE) return true;
  if (f & PG_COMPOUND) return false;
  if (k.mem.mapcount[pfn] !== 1) return false;
  if (f & PG_SWAPCACHE) freeSwapCache(k, pfn);
  if (k.mem.flags[pfn] & PG_SWAPCACHE) return false;
  k.mem.flags[pfn] |= PG_ANON_EXCLUSIVE;
  return true;
}

/** do_wp_page: a store to a page mapped read-only: reuse it, share it dirty, or copy it. §9.3. */
function doWpPage(k: Kernel, task: Task, mm: MmStruct, vma: Vma, vpn: number, ptr: number): number {
  const m = k.mem;
  const { entries } = k.pgtables;
  const e = entries[ptr];
  if (e & PTE_SPECIAL) {
    return ownPage(k, task, mm, vma, vpn, ptr, GFP_ANON_FAULT, k.costs.clearPage, true);
  }
  const old = e >>> PTE_SHIFT;
  const anon = m.mapping[old] > 0;
  if (!anon && vma.flags & VM_SHARED) {
    setPageDirty(k, old);
    entries[ptr] = e | PTE_WRITE | PTE_DIRTY | PTE_YOUNG;
    return VM_FAULT_DONE;
  }
  if (anon && k.mem.flags[old] & PG_COMPOUND && doHugeWpPage(k, ptr)) return VM_FAULT_DONE;
  if (anon && canReuse(k, old)) {
    entries[ptr] = e | PTE_WRITE | PTE_DIRTY | PTE_YOUNG;
    k.vmEvents[PGREUSE]++;
    return VM_FAULT_DONE;
  }
  const r = ownPage(k, task, mm, vma, vpn, ptr, GFP_USER_PAGE, k.costs.copyPage, !anon);
  if (r !== VM_FAULT_DONE) return r;
  if (!anon) addMmCounterFast(k, mm, m.flags[old] & PG_SWAPBACKED ? MM_SHMEMPAGES : MM_FILEPAGES, -1);
  const left = --m.mapcount[old];
  if (m.flags[old] & PG_MLOCKED) munlockFolio(k, old);
  if (left > 0) return VM_FAULT_DONE;
  pageNode(k, old).stat[anon ? NR_ANON_MAPPED : NR_FILE_MAPPED]--;
  if (!anon) return VM_FAULT_DONE;
  if (m.flags[old] & PG_COMPOUND) {
    hugeFrameUnmapped(k, old);
    return VM_FAULT_DONE;
  }
  // Only a page whose swap cache could not be left is still unmapped here; reclaim takes it from there.
  if (m.flags[old] & PG_SWAPCACHE) freeSwapCache(k, old);
  if (!(m.flags[old] & PG_SWAPCACHE)) {
    dropAnonVmaPage(k, m.mapping[old]);
    lruDelPage(k, old);
    freePage(k, old);
  }
  return VM_FAULT_DONE;
}
