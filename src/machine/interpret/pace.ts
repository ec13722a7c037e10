/** How fast a program works: in one go, or so many accesses a second. */
import { TASK_INTERRUPTIBLE, type Task } from '../../linux/include/sched';
import { scheduleTimeout } from '../../linux/kernel/sched/core';
import type { Machine, Program } from '../machine';

/** Programs that keep a rate work in bursts this far apart, as one that serves requests does. ns. */
const BURST_NS = 10_000_000;

/**
 * How many of `left` accesses a program that keeps `rate` may make now. When its burst is used up it sleeps until the
 * next one is due; what it missed while it was held up it does not make up for.
 */
export function allowed(m: Machine, task: Task, prog: Program, rate: number, left: number): number {
  if (rate <= 0) return left;
  const k = m.kernel;
  if (prog.aux > 0) return Math.min(prog.aux, left);
  if (k.now < prog.nextAt) {
    scheduleTimeout(k, task, prog.nextAt - k.now, TASK_INTERRUPTIBLE);
    return 0;
  }
  const burst = Math.min(left, Math.max(1, Math.round((rate * BURST_NS) / 1e9)));
  prog.aux = burst;
  prog.nextAt = Math.max(k.now, prog.nextAt + Math.round((burst * 1e9) / rate));
  return burst;
}

export function made(m: Machine, prog: Program, n: number): void {
  prog.done += n;
  if (prog.aux > 0) prog.aux -= n;
  m.tally.touches += n;
}
