/**
 * Who runs on which cpu: a run queue for each, and how tasks come to another one. kernel/sched/core.c, fair.c.
 *
 * Balancing is simpler than the kernel's: an idle cpu takes a task that waits elsewhere, and a tick evens out queues that
 * differ by two tasks or more.
 */
import { PF_STOPPED, TASK_DEAD, TASK_RUNNING, type Task } from '../linux/include/sched';
import { JIFFY } from '../linux/include/units';
import {
  dequeueTask,
  enqueueTask,
  isQueued,
  migrateTask,
  pickNextTask,
  taskTick,
  wantsTurn,
} from '../linux/kernel/sched/fair';
import type { Machine, Proc } from './machine';
import { syncProcs } from './procs';

const wantsCpu = (t: Task): boolean => t.state === TASK_RUNNING && (!(t.flags & PF_STOPPED) || t.sigkill);

const mayRunOn = (t: Task, cpu: number): boolean => t.cpusAllowed === 0 || (t.cpusAllowed & (1 << cpu)) !== 0;

/** available_idle_cpu. */
const isIdle = (m: Machine, cpu: number): boolean => m.cpus[cpu].rq.curr === 0 && m.cpus[cpu].rq.nrRunning === 0;

/** select_task_rq_fair: the cpu that the task was on, unless that is busy and another one is not. */
function selectTaskRq(m: Machine, t: Task): number {
  const { cpus } = m;
  if (cpus.length === 1) return 0;
  const may = mayRunOn(t, t.cpu);
  if (may && isIdle(m, t.cpu)) return t.cpu;
  let first = -1;
  for (let cpu = 0; cpu < cpus.length; cpu++) {
    if (!mayRunOn(t, cpu)) continue;
    if (isIdle(m, cpu)) return cpu;
    if (first < 0) first = cpu;
  }
  return may || first < 0 ? t.cpu : first;
}

/** try_to_wake_up: the task waits for a cpu from now on. */
function wake(m: Machine, p: Proc, t: Task): void {
  const k = m.kernel;
  if (!t.se.delayed) {
    const cpu = selectTaskRq(m, t);
    if (cpu !== t.cpu) migrateTask(k, m.cpus[t.cpu].rq, m.cpus[cpu].rq, t);
  }
  enqueueTask(k, m.cpus[t.cpu].rq, t);
  if (p.waitSince < 0) return;
  m.tally.waitNs += Math.max(0, k.now - p.waitSince);
  m.tally.waits++;
  p.waitSince = -1;
}

/**
 * Brings the run queues up to date with who wants a cpu, and finds when the next sleeper wakes. To be called when
 * `Kernel.tasksSeq` has moved, with `Kernel.now` at the clock of the cpu that is to go on.
 */
export function settleTasks(m: Machine): void {
  const { procs, look, kernel } = m;
  const { tasks } = kernel;
  if (procs.length !== tasks.length) syncProcs(m);
  let wakeAt = Infinity;
  let wanting = 0;
  for (let i = 0; i < tasks.length; i++) {
    const t = tasks[i];
    // Tasks came and went.
    if (procs[i].pid !== t.pid) syncProcs(m);
    const queued = wantsTurn(t);
    if (wantsCpu(t)) {
      wanting++;
      if (!queued) wake(m, procs[i], t);
      continue;
    }
    if (queued) dequeueTask(kernel, m.cpus[t.cpu].rq, t);
    if (t.state !== TASK_RUNNING && t.state !== TASK_DEAD && t.wakeAt < wakeAt) wakeAt = t.wakeAt;
  }
  look.wanting = wanting;
  look.wakeAt = wakeAt;
  look.seq = kernel.tasksSeq;
}

/** Takes a task that waits for the cpu with the longest queue, if that is longer by `more` than this one's. */
function pullTask(m: Machine, cpu: number, more: number): boolean {
  const { kernel, cpus, procs } = m;
  let most = cpus[cpu].rq.nrRunning + more - 1;
  let from = -1;
  for (let other = 0; other < cpus.length; other++) {
    if (other === cpu) continue;
    const n = cpus[other].rq.nrRunning;
    if (n <= most) continue;
    most = n;
    from = other;
  }
  if (from < 0) return false;
  const { rq } = cpus[from];
  for (let i = 0; i < kernel.tasks.length; i++) {
    const t = kernel.tasks[i];
    if (!isQueued(rq, t) || !wantsTurn(t) || t.pid === rq.curr || !mayRunOn(t, cpu)) continue;
    // The other cpu was ahead when it ran last.
    if (procs[i].freeAt > cpus[cpu].clock) continue;
    migrateTask(kernel, rq, cpus[cpu].rq, t);
    return true;
  }
  return false;
}

/** __schedule: the place in the task list of the one that has the cpu now, −1 = idle. */
export function schedule(m: Machine, cpu: number): number {
  const { rq } = m.cpus[cpu];
  const { kernel } = m;
  if (rq.curr === 0 || rq.needResched) {
    // newidle_balance. Two on another queue: one runs, one waits.
    if (pickNextTask(kernel, rq) === null && (!pullTask(m, cpu, 2) || pickNextTask(kernel, rq) === null)) return -1;
  }
  const { tasks } = kernel;
  for (let i = 0; i < tasks.length; i++) if (tasks[i].pid === rq.curr) return i;
  return -1;
}

/** scheduler_tick, if the cpu has come past one since `began`, ns. */
export function schedulerTick(m: Machine, cpu: number, began: number): void {
  const { clock, rq } = m.cpus[cpu];
  if (Math.floor(clock / JIFFY) === Math.floor(began / JIFFY)) return;
  taskTick(m.kernel, rq);
  if (m.cpus.length > 1) pullTask(m, cpu, 2);
}
