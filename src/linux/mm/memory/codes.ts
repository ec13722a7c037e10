/** What a page fault comes to, and small helpers its parts share. §4.8. */
import type { Kernel } from '../../include/kernel';
import { PG_WORKINGSET } from '../../include/page';
import { TASK_KILLABLE, type Task } from '../../include/sched';
import { waitOnPage } from '../../kernel/sched/core';
import { psiMemstallEnter, psiMemstallLeave } from '../../kernel/sched/psi';
import { ALLOC_WAIT } from '../page_alloc';

export const VM_FAULT_DONE = 0;
/** Not yet: the task waits (for memory or for a page's I/O); the access is tried again. */
export const VM_FAULT_WAIT = 1;
export const VM_FAULT_OOM = 2;
export const VM_FAULT_SIGBUS = 3;
export const VM_FAULT_SIGSEGV = 4;

/** Beside ALLOC_WAIT and ALLOC_NULL: there is no such page of the file, or no room in the tmpfs. */
export const PAGE_SIGBUS = -3;

/** The fault code for a negative answer of allocPages and the like. */
export const faultError = (r: number): number =>
  r === ALLOC_WAIT ? VM_FAULT_WAIT : r === PAGE_SIGBUS ? VM_FAULT_SIGBUS : VM_FAULT_OOM;

/**
 * folio_wait_bit for a page that is being read. A page of the working set that had to be read again makes the wait a
 * memory stall. §12.3.
 */
export function waitForRead(k: Kernel, task: Task, pfn: number): void {
  if (k.mem.flags[pfn] & PG_WORKINGSET && !task.thrashing) {
    task.thrashing = true;
    psiMemstallEnter(k, task);
  }
  waitOnPage(k, task, pfn, TASK_KILLABLE);
}

/** Ends the stall that waitForRead began. */
export function endThrashing(k: Kernel, task: Task): void {
  task.thrashing = false;
  psiMemstallLeave(k, task);
}
