/** What a task does with its turn. */
import type { Kernel } from '../linux/include/kernel';
import {
  PF_KCOMPACTD,
  PF_KSWAPD,
  PF_KTHREAD,
  TASK_INTERRUPTIBLE,
  type Task,
  WAIT_KTHREAD,
} from '../linux/include/sched';
import { doExitStep } from '../linux/kernel/exit';
import { sleepOn } from '../linux/kernel/sched/core';
import { kcompactdStep } from '../linux/mm/compaction';
import { chargeStep, memcgWorkPending, memcgWorkStep } from '../linux/mm/memcontrol';
import { allocSlowpathStep } from '../linux/mm/page_alloc';
import { flusherStep } from '../linux/mm/page-writeback';
import { kswapdStep } from '../linux/mm/vmscan';
import { runProgram } from './interpreter';
import { atEnd, initStep } from './launch';
import type { Machine, Proc } from './machine';

/**
 * One step of a task that can run. An allocation or a charge under way comes first, then a fatal signal, then what its
 * cgroup wants from it, then its own work.
 *
 * @param budget ns after which it is to come back
 */
export function stepTask(m: Machine, proc: Proc, task: Task, budget: number): void {
  if (task.pid === 1 && task.memcgWork === null) task.memcgWork = m.cgroupWork.shift() ?? null;
  if (stepInKernel(m.kernel, task, task.sigkill || proc.leaving, budget)) return;
  if (task.pid === 1 && atEnd(proc)) {
    initStep(m, task);
  } else if (proc.prog !== null) {
    runProgram(m, proc, task, proc.prog, budget);
  } else {
    proc.leaving = true;
  }
}

/**
 * One step of what a task does in the kernel, whatever its program is about: an allocation or a charge under way, its
 * exit, what its cgroup wants from it, or a kernel thread's work.
 *
 * @param leaving it is to exit
 * @param budget ns after which an exit is to come back
 * @returns false when there is nothing of that
 */
export function stepInKernel(k: Kernel, task: Task, leaving: boolean, budget: number): boolean {
  if (task.alloc !== null && !task.alloc.done) allocSlowpathStep(k, task);
  else if (task.charge !== null && !task.charge.done) chargeStep(k, task);
  else if (leaving) doExitStep(k, task, budget);
  else if (memcgWorkPending(task)) memcgWorkStep(k, task);
  else if (task.flags & PF_KTHREAD) kthreadStep(k, task);
  else return false;
  return true;
}

function kthreadStep(k: Kernel, task: Task): void {
  if (task.flags & PF_KSWAPD) kswapdStep(k, task);
  else if (task.pid === k.writeback.flusher) flusherStep(k, task);
  else if (task.flags & PF_KCOMPACTD) kcompactdStep(k, task);
  else sleepOn(k, task, WAIT_KTHREAD, 0, Infinity, TASK_INTERRUPTIBLE);
}
