/** do_exit, exit_mmap, and the reaper's way into an address space. §10.9. */
import { TABLES_END } from '../include/addr';
import type { Kernel } from '../include/kernel';
import { MMF_OOM_SKIP, MMF_UNSTABLE, type MmStruct, type MmuGather, VM_LOCKED, VM_SHARED } from '../include/mm_types';
import {
  PF_EXITING,
  PF_MEMDIE,
  PF_STUCK,
  TASK_DEAD,
  TASK_UNINTERRUPTIBLE,
  type Task,
  WAIT_USER,
} from '../include/sched';
import { trace, tracepointId } from '../include/trace';
import { NR_KERNEL_STACK_KB } from '../include/vmstat';
import { putHeldPage } from '../mm/filemap';
import { abandonCharge, abandonMemcgWork, unchargeSlab } from '../mm/memcontrol';
import { unmapPageRange } from '../mm/memory';
import { endThrashing } from '../mm/memory/codes';
import { syncMmRss, updateHiwaterRss } from '../mm/mm_counters';
import { dropVma } from '../mm/mmap';
import { tlbFinishMmu, tlbFlushMmu, tlbFull, tlbGatherMmu } from '../mm/mmu_gather';
import { abandonAlloc, freePage, freePages } from '../mm/page_alloc';
import { freePgtables, pgdFree } from '../mm/pgtable';
import { endReadahead } from '../mm/readahead';
import { lruAddDrain } from '../mm/swap';
import { cgroupLeave } from './cgroup';
import { abortFork } from './fork';
import { pageNode, sleepOn, tasksChanged } from './sched/core';
import { psiMemstallLeave } from './sched/psi';

/** Values of `Task.exitStage`. */
export const EXIT_ALIVE = 0;
/** exit_mm is done; exit_mmap is under way if this was the last user. */
export const EXIT_MM = 1;
/** The task is off the list. */
export const EXIT_DEAD = 2;

/** Values of `MmStruct.unmapCursor` past the last address: hidden from the OOM killer, and page tables gathered. */
const TABLES_HIDDEN = TABLES_END + 1;
const TABLES_FREED = TABLES_END + 2;

const SCHED_PROCESS_EXIT = tracepointId('sched_process_exit');

/** One page of a kernel stack, in kB of nr_kernel_stack. */
const STACK_PAGE_KB = 4;

/** Gives back the pages of a kernel stack. */
export function freeThreadStack(k: Kernel, stack: number[]): void {
  for (const pfn of stack) {
    pageNode(k, pfn).stat[NR_KERNEL_STACK_KB] -= STACK_PAGE_KB;
    freePage(k, pfn);
  }
  stack.length = 0;
}

/**
 * exit_mmap: takes an address space without users apart. All is unmapped first; then MMF_OOM_SKIP is set, although most
 * of the memory is only gathered so far, and others may run; then it is freed, page tables last; then VMAs and what they
 * had promised.
 *
 * @param task that does it
 * @param budget stop when `k.cost` (ns) has reached it
 * @returns true when all is gone and the mm's slot is free; false: call again (the task may sleep)
 */
export function exitMmap(k: Kernel, task: Task, mm: MmStruct, budget: number): boolean {
  if (mm.unmapCursor < 0) {
    syncMmRss(k, mm);
    updateHiwaterRss(mm);
    mm.unmapCursor = 0;
    mm.tlb = tlbGatherMmu();
    lruAddDrain(k, k.cpu);
  }
  if (mm.tlb !== null && !unmapAll(k, task, mm, mm.tlb, budget)) return false;
  while (mm.vmas.length > 0) {
    if (dropVma(k, task, mm, mm.vmas.length - 1) !== 0) return false;
  }
  pgdFree(k, mm.pgd);
  mm.pgd = 0;
  unchargeSlab(k, mm.slabMemcg, k.release.processSlab);
  mm.slabMemcg = 0;
  for (const id of mm.anonVmas) {
    const { mms } = k.anonVmas[id];
    mms.splice(mms.indexOf(mm.id), 1);
  }
  mm.anonVmas.length = 0;
  return true;
}

/** exit_mmap's first half, up to tlb_finish_mmu; true when it is over. */
function unmapAll(k: Kernel, task: Task, mm: MmStruct, tlb: MmuGather, budget: number): boolean {
  while (mm.unmapCursor < TABLES_END) {
    if (tlbFull(k, task, tlb) && !tlbFlushMmu(k, tlb, budget)) return false;
    mm.unmapCursor = unmapPageRange(k, mm, mm.unmapCursor, TABLES_END, budget, task);
    if (mm.unmapCursor < TABLES_END && k.cost >= budget) return false;
  }
  if (mm.unmapCursor === TABLES_END) {
    mm.flags |= MMF_OOM_SKIP;
    mm.unmapCursor = TABLES_HIDDEN;
    // mmap_write_lock may sleep, so others may run: the killer finds no victim any more, and nothing free yet.
    if (k.cost >= budget) return false;
  }
  if (mm.unmapCursor === TABLES_HIDDEN) {
    freePgtables(k, mm, 0, TABLES_END, 0, TABLES_END);
    mm.unmapCursor = TABLES_FREED;
  }
  if (!tlbFlushMmu(k, tlb, budget)) return false;
  tlbFinishMmu(k, mm);
  return true;
}

/** Goes on with the address space in `task.exitMm`; true when there is none any more. */
export function finishExitMm(k: Kernel, task: Task, budget: number): boolean {
  if (task.exitMm < 0) return true;
  if (!exitMmap(k, task, k.mms[task.exitMm], budget)) return false;
  task.exitMm = -1;
  return true;
}

/** The beginning of do_exit: what the task was waiting for is let go, and its address space with it (exit_mm). */
function beginExit(k: Kernel, task: Task): void {
  task.flags |= PF_EXITING;
  if (task.alloc !== null) {
    const { order } = task.alloc;
    const page = abandonAlloc(k, task);
    if (page >= 0) freePages(k, page, order);
  }
  abandonCharge(k, task);
  abandonMemcgWork(k, task);
  putHeldPage(k, task);
  endReadahead(k, task);
  if (task.thrashing) endThrashing(k, task);
  while (task.memstall > 0) psiMemstallLeave(k, task);
  if (task.forkWork !== null) abortFork(k, task);
  if (task.execWork !== null) task.execWork = null;
  if (task.mm >= 0) {
    const mm = k.mms[task.mm];
    if (--mm.users === 0) task.exitMm = mm.id;
    task.mm = -1;
  }
  task.flags &= ~PF_MEMDIE;
  task.exitStage = EXIT_MM;
}

/**
 * exit(2): the task's own decision to end. From now on its turns belong to doExitStep().
 *
 * @param code exit status, 0 to 255
 */
export function doExit(k: Kernel, task: Task, code: number): void {
  if (task.exitStage !== EXIT_ALIVE) return;
  task.exitSignal = 0;
  task.exitCode = code;
  beginExit(k, task);
}

/**
 * do_exit: one turn of a task's end. Its last step takes the task off `k.tasks`; whoever walks that list at the time must
 * expect it. A stuck task (PF_STUCK) does not get here: it sleeps on, and only the reaper can take its memory.
 *
 * @param budget stop when `k.cost` (ns) has reached it
 * @returns true when the task is gone
 */
export function doExitStep(k: Kernel, task: Task, budget: number): boolean {
  if (task.exitStage === EXIT_DEAD) return true;
  if (task.flags & PF_STUCK) {
    sleepOn(k, task, WAIT_USER, 0, Infinity, TASK_UNINTERRUPTIBLE);
    return false;
  }
  // An exec may have left the old address space half taken apart.
  if (!finishExitMm(k, task, budget)) return false;
  if (task.exitStage === EXIT_ALIVE) beginExit(k, task);
  if (!finishExitMm(k, task, budget)) return false;
  trace(k.trace, k.now, task.pid, SCHED_PROCESS_EXIT, task.pid);
  freeThreadStack(k, task.stack);
  cgroupLeave(k, task);
  for (const t of k.tasks) if (t.ppid === task.pid) t.ppid = 1;
  k.tasks.splice(k.tasks.indexOf(task), 1);
  task.exitTime = k.now;
  task.exitStage = EXIT_DEAD;
  task.state = TASK_DEAD;
  tasksChanged(k);
  return true;
}

/**
 * __oom_reap_task_mm: frees what an address space holds alone: anonymous memory, swap, private file mappings. Shared
 * mappings and page tables stay. From now on a fault in it is a SIGBUS.
 *
 * @param spareLocked leave mlocked mappings alone, as the first reapers did
 * @returns false when the mm is locked: a process is duplicating it right now
 */
export function oomReapMm(k: Kernel, mm: MmStruct, spareLocked = false): boolean {
  for (const t of k.tasks) if (t.mm === mm.id && t.forkWork !== null && t.forkWork.mm >= 0) return false;
  mm.flags |= MMF_UNSTABLE;
  for (const vma of mm.vmas) {
    if (spareLocked && vma.flags & VM_LOCKED) continue;
    if (vma.inode < 0 || !(vma.flags & VM_SHARED)) unmapPageRange(k, mm, vma.start, vma.end, Infinity);
  }
  return true;
}
