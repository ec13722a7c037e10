/** Pressure stall information, for the machine as a whole. §12. */
import type { Kernel, PsiState } from '../../include/kernel';
import { PF_STOPPED, TASK_DEAD, TASK_RUNNING, type Task } from '../../include/sched';
import { HZ, JIFFY } from '../../include/units';
import { tasksChanged } from './core';

/** Length of an averaging period, ns: 2 s and a tick, so that it does not beat with other timers. */
export const PSI_FREQ = (2 * HZ + 1) * JIFFY;
const FIXED_1 = 2048;
/** Decay of a 10, 60 and 300 s average in one period, of 2048. */
const EXP = [1677, 1981, 2034];

/** How many tasks stall and how many do not, as shares of the cpus that have something to do. */
interface Shares {
  some: number;
  full: number;
  io: number;
}

/**
 * psi's states in aggregate form, as of now: `some` is the share of the cpus' work lost to stalled tasks, `full` the share
 * of the cpus on which nothing but stalled tasks could run.
 */
function takeShares(k: Kernel, s: Shares): void {
  let stalled = 0;
  let productive = 0;
  let waiting = 0;
  let iowait = 0;
  for (let i = 0; i < k.tasks.length; i++) {
    const t = k.tasks[i];
    if (t.state === TASK_DEAD) continue;
    if (t.memstall > 0) stalled++;
    else if (isProductive(t)) productive++;
    else if (t.inIowait) waiting++;
    if (t.inIowait) iowait++;
  }
  s.some = 0;
  s.full = 0;
  s.io = 0;
  if (stalled === 0 && iowait === 0) return;
  const threads = Math.min(stalled + productive + waiting, k.nrCpus);
  s.some = Math.min(stalled / threads, 1);
  // A cpu whose only task waits for something else than memory is not stalled on memory.
  s.full = Math.min((threads - Math.min(productive, threads)) / threads, s.some);
  s.io = Math.min(iowait / threads, 1);
}

const isProductive = (t: Task): boolean => t.state === TASK_RUNNING && !(t.flags & PF_STOPPED);

/** calc_load: one step of an exponentially decaying average, fixed point with 11 fractional bits. */
export function calcLoad(load: number, exp: number, active: number): number {
  const sum = load * exp + active * (FIXED_1 - exp) + (active >= load ? FIXED_1 - 1 : 0);
  return Math.floor(sum / FIXED_1);
}

function updateAverages(avg: number[], stall: number): void {
  const pct = Math.floor((Math.min(stall, PSI_FREQ) * 100) / PSI_FREQ) * FIXED_1;
  for (let i = 0; i < avg.length; i++) avg[i] = calcLoad(avg[i], EXP[i], pct);
}

/** Ends a period. What is above its length is carried into the next. */
function endPeriod(p: PsiState): void {
  updateAverages(p.someAvg, p.somePeriod);
  updateAverages(p.fullAvg, p.fullPeriod);
  p.somePeriod -= Math.min(p.somePeriod, PSI_FREQ);
  p.fullPeriod -= Math.min(p.fullPeriod, PSI_FREQ);
  p.periodStart += PSI_FREQ;
}

/** Adds the time up to `now` with the shares that `p` has. */
function advance(p: PsiState, now: number): void {
  while (p.lastUpdate < now) {
    const end = Math.min(now, p.periodStart + PSI_FREQ);
    const dt = end - p.lastUpdate;
    p.someTotal += dt * p.some;
    p.somePeriod += dt * p.some;
    p.fullTotal += dt * p.full;
    p.fullPeriod += dt * p.full;
    p.ioSomeTotal += dt * p.io;
    p.lastUpdate = end;
    if (end === p.periodStart + PSI_FREQ) endPeriod(p);
  }
}

/**
 * Adds the time since the last update to the stall times. Must be called before a task's state changes: the time is
 * counted with the states as they are.
 */
export function psiUpdate(k: Kernel): void {
  const { psi } = k;
  if (k.now <= psi.lastUpdate) return;
  if (psi.seq !== k.tasksSeq) {
    takeShares(k, psi);
    psi.seq = k.tasksSeq;
  }
  advance(psi, k.now);
}

/** psi_memstall_enter: from now on the task's time is lost to the shortage of memory. Nests. §12.3. */
export function psiMemstallEnter(k: Kernel, task: Task): void {
  if (task.memstall === 0) psiUpdate(k);
  task.memstall++;
  tasksChanged(k);
}

/** psi_memstall_leave. */
export function psiMemstallLeave(k: Kernel, task: Task): void {
  if (task.memstall === 1) psiUpdate(k);
  if (task.memstall > 0) task.memstall--;
  tasksChanged(k);
}

const line = (name: string, avg: number[], total: number): string => {
  const a = avg.map((v) => `${v >> 11}.${String(((v & 2047) * 100) >> 11).padStart(2, '0')}`);
  return `${name} avg10=${a[0]} avg60=${a[1]} avg300=${a[2]} total=${Math.floor(total / 1000)}\n`;
};

/** The state as of now. Looking does not change the kernel. */
export function psiNow(k: Kernel): PsiState {
  const p: PsiState = { ...k.psi, someAvg: [...k.psi.someAvg], fullAvg: [...k.psi.fullAvg] };
  takeShares(k, p);
  if (k.now > p.lastUpdate) advance(p, k.now);
  return p;
}

/** /proc/pressure/memory; totals in µs. */
export function psiFile(k: Kernel): string {
  const p = psiNow(k);
  return line('some', p.someAvg, p.someTotal) + line('full', p.fullAvg, p.fullTotal);
}
