/** do_swap_page: an access to a page that is in swap. §7.2. */
import type { Kernel } from '../../include/kernel';
import { MM_ANONPAGES, MM_SWAPENTS, type MmStruct, VM_LOCKED, VM_WRITE, type Vma } from '../../include/mm_types';
import {
  PG_ANON_EXCLUSIVE,
  PG_LOCKED,
  PG_MLOCKED,
  PG_SWAPCACHE,
  PTE_DIRTY,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_WRITE,
  PTE_YOUNG,
} from '../../include/page';
import type { Task } from '../../include/sched';
import { NR_ANON_MAPPED, PGMAJFAULT } from '../../include/vmstat';
import { pageNode } from '../../kernel/sched/core';
import { memCgroupSwapFull } from '../memcontrol';
import { vmaPolicy } from '../mempolicy';
import { mlockFolio } from '../mlock';
import { addMmCounterFast } from '../mm_counters';
import { swapIsSynchronous } from '../page_io';
import { swapCacheGet, swapinReadahead, swapinSync } from '../swap_state';
import { freeSwapCache, swapFree, swapMove } from '../swapfile';
import { faultError, VM_FAULT_DONE, VM_FAULT_WAIT, waitForRead } from './codes';

/**
 * Brings the page back: from the swap cache (a minor fault) or from the device (a major one, with read-ahead). The slot
 * is kept as a clean copy unless the access is a store by its only user, swap is more than half full, or the page is
 * locked in memory.
 *
 * @returns VM_FAULT_DONE (the entry may still be read-only), VM_FAULT_WAIT or VM_FAULT_OOM
 */
export function doSwapPage(
  k: Kernel,
  task: Task,
  mm: MmStruct,
  vma: Vma,
  vpn: number,
  ptr: number,
  write: boolean,
): number {
  const { flags, mapcount } = k.mem;
  const { map } = k.swap;
  const { entries } = k.pgtables;
  const slot = entries[ptr] >>> PTE_SHIFT;
  let pfn = swapCacheGet(k, slot, vma, vpn);
  const direct = pfn < 0 && map[slot] === 1 ? swapIsSynchronous(k, slot) : false;
  if (pfn < 0) {
    const pol = vmaPolicy(task, vma);
    pfn = direct ? swapinSync(k, task, slot, pol, vpn) : swapinReadahead(k, task, slot, vma, vpn, pol);
    if (pfn < 0) return faultError(pfn);
    if (!task.faultMajor) {
      task.faultMajor = true;
      k.vmEvents[PGMAJFAULT]++;
    }
  }
  const f = flags[pfn];
  if (f & PG_LOCKED) {
    waitForRead(k, task, pfn);
    return VM_FAULT_WAIT;
  }
  const mapped = mapcount[pfn];
  const exclusive = mapped === 0 && map[slot] === 1;
  const vmFlags = vma.flags;
  let pte = (pfn << PTE_SHIFT) | PTE_PRESENT | PTE_YOUNG;
  if (exclusive) {
    flags[pfn] = f | PG_ANON_EXCLUSIVE;
    if (vmFlags & VM_WRITE) pte |= write ? PTE_WRITE | PTE_DIRTY : PTE_WRITE;
  }
  entries[ptr] = pte;
  mapcount[pfn] = mapped + 1;
  if (mapped === 0) pageNode(k, pfn).stat[NR_ANON_MAPPED]++;
  addMmCounterFast(k, mm, MM_ANONPAGES, 1);
  addMmCounterFast(k, mm, MM_SWAPENTS, -1);
  vma.anon = true;
  if (direct) swapMove(k, slot);
  else swapFree(k, slot);
  if (f & PG_SWAPCACHE) {
    const locked = vmFlags & VM_LOCKED || f & PG_MLOCKED;
    if (memCgroupSwapFull(k, pfn) || locked || (write && exclusive)) freeSwapCache(k, pfn);
  }
  if (vmFlags & VM_LOCKED) mlockFolio(k, pfn);
  return VM_FAULT_DONE;
}
