/** oom_lock: one decision at a time in the whole machine. §10.1. */
import type { Kernel } from '../../include/kernel';
import { TASK_KILLABLE, type Task, WAIT_OOM_LOCK } from '../../include/sched';
import { sleepOn, wakeUpProcess } from '../../kernel/sched/core';

/** mutex_lock_killable: false = the task sleeps until it is its turn (ask again then), or SIGKILL has come. */
export function oomLockKillable(k: Kernel, task: Task): boolean {
  if (k.oomLock < 0 || k.oomLock === task.pid) {
    k.oomLock = task.pid;
    return true;
  }
  if (!task.sigkill) sleepOn(k, task, WAIT_OOM_LOCK, k.now, Infinity, TASK_KILLABLE);
  return false;
}

/** mutex_unlock: wakes who has waited longest. */
export function oomUnlock(k: Kernel): void {
  k.oomLock = -1;
  let first: Task | null = null;
  for (const t of k.tasks) {
    if (t.waitKind === WAIT_OOM_LOCK && (first === null || t.waitArg < first.waitArg)) first = t;
  }
  if (first !== null) wakeUpProcess(k, first);
}
