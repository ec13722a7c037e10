/** The fair class: who gets the cpu, and when somebody else does. kernel/sched/fair.c, kernel/sched/core.c. */
import type { Kernel } from '../../include/kernel';
import type { CfsRq, Task } from '../../include/sched';
import { CFS } from './cfs';
import { findTask } from './core';
import { EEVDF } from './eevdf';
import { calcDeltaFair, type FairPolicy, isQueued } from './policy';

export { isQueued, wantsTurn } from './policy';

const policyOf = (k: Kernel): FairPolicy => (k.release.scheduler === 'eevdf' ? EEVDF : CFS);

/**
 * An empty run queue.
 *
 * @param cpu whose, −1 = there is only one for the whole machine
 */
export const newCfsRq = (cpu: number): CfsRq => ({
  cpu,
  curr: 0,
  nrRunning: 0,
  clock: 0,
  vruntime: 0,
  needResched: false,
});

const currOf = (k: Kernel, rq: CfsRq): Task | null => {
  const t = rq.curr === 0 ? null : findTask(k, rq.curr);
  return t !== null && isQueued(rq, t) ? t : null;
};

/** update_curr: the task on the cpu is charged for the time until now. */
function updateCurr(k: Kernel, rq: CfsRq): void {
  const ns = k.now - rq.clock;
  // Another cpu may be a little ahead of this one.
  if (ns <= 0) return;
  rq.clock = k.now;
  const curr = currOf(k, rq);
  if (curr === null) return;
  curr.se.vruntime += calcDeltaFair(ns, curr);
  curr.se.ran += ns;
  policyOf(k).charged(k, rq, curr, rq.nrRunning > 1);
}

/** enqueue_task_fair and wakeup_preempt: the task wants the cpu from now on. */
export function enqueueTask(k: Kernel, rq: CfsRq, t: Task): void {
  updateCurr(k, rq);
  const curr = currOf(k, rq);
  const policy = policyOf(k);
  policy.enqueue(k, rq, t);
  if (curr === null || (curr !== t && policy.wakeupPreempts(k, rq, curr, t))) rq.needResched = true;
}

/** dequeue_task_fair: the task has fallen asleep, or is dead. */
export function dequeueTask(k: Kernel, rq: CfsRq, t: Task): void {
  updateCurr(k, rq);
  policyOf(k).dequeue(k, rq, t);
  if (rq.curr === t.pid) rq.needResched = true;
}

/** set_task_cpu and what follows: the task goes to another cpu, and waits there if it was waiting here. */
export function migrateTask(k: Kernel, from: CfsRq, to: CfsRq, t: Task): void {
  const waits = isQueued(from, t);
  updateCurr(k, from);
  updateCurr(k, to);
  policyOf(k).migrate(k, from, to, t);
  t.cpu = to.cpu;
  if (waits) enqueueTask(k, to, t);
}

/** task_tick_fair. */
export function taskTick(k: Kernel, rq: CfsRq): void {
  updateCurr(k, rq);
  const curr = currOf(k, rq);
  if (curr !== null && rq.nrRunning > 1) policyOf(k).tick(k, rq, curr);
}

/** __schedule's choice, which has the cpu from now on; null = idle. */
export function pickNextTask(k: Kernel, rq: CfsRq): Task | null {
  updateCurr(k, rq);
  const policy = policyOf(k);
  const next = policy.pick(k, rq);
  rq.needResched = false;
  if (next !== null) {
    next.se.ran = 0;
    if (next.pid !== rq.curr) policy.picked(next);
  }
  rq.curr = next === null ? 0 : next.pid;
  return next;
}
