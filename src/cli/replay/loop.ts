/**
 * The run loop of a replay: tasks share one cpu as the release's scheduler says, time moves by what their work costs, and
 * jumps to the next event when nobody can run.
 */
import { completeBios, nextCompletion } from '../../linux/block/blk-mq';
import type { Kernel } from '../../linux/include/kernel';
import {
  type CfsRq,
  PF_KTHREAD,
  TASK_DEAD,
  TASK_INTERRUPTIBLE,
  TASK_RUNNING,
  type Task,
  WAIT_USER,
} from '../../linux/include/sched';
import { JIFFY, SEC } from '../../linux/include/units';
import { nextWakeup, sleepOn, wakeSleepers, wakeUpProcess } from '../../linux/kernel/sched/core';
import { dequeueTask, enqueueTask, newCfsRq, pickNextTask, taskTick, wantsTurn } from '../../linux/kernel/sched/fair';
import { psiUpdate } from '../../linux/kernel/sched/psi';
import { memcgWorkPending } from '../../linux/mm/memcontrol';
import { oomReaperStep } from '../../linux/mm/oom_kill';
import { vmstatUpdate } from '../../linux/mm/vmstat';
import { stepInKernel } from '../../machine/dispatch';

/** A running system call or access of a process; ends when it is done. It yields when its turn is over or it must wait. */
export type Job = Generator<void, void>;

export interface Loop {
  k: Kernel;
  /** Work under way, by pid. */
  jobs: Map<number, Job>;
  /** Who wants the cpu; there is one for all cpus. */
  rq: CfsRq;
  /** ns of the next vmstat tick. */
  vmstatAt: number;
  /** ns that the cpu is busy with each line of the kernel log, and lines printed so far. */
  consoleLine: number;
  printed: number;
}

export const newLoop = (k: Kernel, consoleLine: number): Loop => ({
  k,
  jobs: new Map(),
  rq: newCfsRq(-1),
  vmstatAt: k.now + SEC,
  consoleLine,
  printed: k.log.length,
});

/** Gives a process something to do; it was waiting for it. */
export function startJob(loop: Loop, task: Task, job: Job): void {
  loop.jobs.set(task.pid, job);
  if (task.waitKind === WAIT_USER) wakeUpProcess(loop.k, task);
}

/** Lets a process wait for input, as one that has nothing to do. */
export const waitForInput = (k: Kernel, task: Task): void =>
  sleepOn(k, task, WAIT_USER, 0, Number.POSITIVE_INFINITY, TASK_INTERRUPTIBLE);

/** Whether the task can use the cpu now. */
function canRun(loop: Loop, t: Task): boolean {
  if (t.state !== TASK_RUNNING) return false;
  return (
    (t.flags & PF_KTHREAD) !== 0 ||
    t.sigkill ||
    t.exitStage > 0 ||
    t.alloc !== null ||
    t.charge !== null ||
    memcgWorkPending(t) ||
    loop.jobs.has(t.pid)
  );
}

/** One step of a task's work. */
function step(loop: Loop, t: Task): void {
  const { k } = loop;
  const leaving = t.sigkill || t.exitStage > 0;
  if (leaving) loop.jobs.delete(t.pid);
  if (stepInKernel(k, t, leaving, k.cost + JIFFY)) return;
  const job = loop.jobs.get(t.pid);
  if (!job) return;
  if (job.next().done) {
    loop.jobs.delete(t.pid);
    if (t.state === TASK_RUNNING) waitForInput(k, t);
  }
}

/** Moves time by the cost of what was done, and serves what falls due. */
function charge(loop: Loop, t: Task | null): void {
  const { k } = loop;
  // printk writes to the console before it returns.
  k.cost += (k.log.length - loop.printed) * loop.consoleLine;
  loop.printed = k.log.length;
  if (t) t.stime += k.cost;
  k.now += k.cost;
  k.cost = 0;
  fireDue(loop);
}

function fireDue(loop: Loop): void {
  const { k } = loop;
  completeBios(k);
  wakeSleepers(k);
  while (k.timers.length > 0 && k.timers[0].at <= k.now) {
    const timer = k.timers.shift();
    if (timer?.kind === 'oom_reaper') oomReaperStep(k, timer.arg);
  }
  while (loop.vmstatAt <= k.now) {
    for (let cpu = 0; cpu < k.nrCpus; cpu++) vmstatUpdate(k, cpu);
    loop.vmstatAt += SEC;
  }
}

/** The earliest time anything happens by itself, ns. */
function nextEvent(loop: Loop): number {
  const { k } = loop;
  const at = Math.min(nextCompletion(k), nextWakeup(k), loop.vmstatAt);
  return k.timers.length > 0 ? Math.min(at, k.timers[0].at) : at;
}

/** Puts those who can run now on the run queue. */
function enqueueWoken(loop: Loop): void {
  const { k, rq } = loop;
  for (const t of k.tasks) if (canRun(loop, t) && !wantsTurn(t)) enqueueTask(k, rq, t);
}

/** The task that is to run, null = nobody can. */
function schedule(loop: Loop): Task | null {
  const { k, rq } = loop;
  enqueueWoken(loop);
  for (const t of k.tasks) if (wantsTurn(t) && !canRun(loop, t)) dequeueTask(k, rq, t);
  return pickNextTask(k, rq);
}

/** The task has the cpu until it sleeps or another one is to have it. */
function turn(loop: Loop, t: Task, until: () => boolean): void {
  const { k, rq } = loop;
  k.current = t.pid;
  k.cpu = t.cpu;
  do {
    const before = k.now;
    step(loop, t);
    charge(loop, t);
    // A step that cost nothing must not stop the clock.
    if (k.now === before) k.now++;
    if (t.state === TASK_DEAD) dequeueTask(k, rq, t);
    enqueueWoken(loop);
    if (Math.floor(k.now / JIFFY) > Math.floor(before / JIFFY)) taskTick(k, rq);
  } while (canRun(loop, t) && !rq.needResched && k.panic === '' && !until());
}

/** Runs the machine until `until` says so, `deadline` (ns) is reached or the kernel has panicked. */
export function run(loop: Loop, until: () => boolean, deadline: number): void {
  const { k } = loop;
  while (!until() && k.panic === '' && k.now < deadline) {
    const t = schedule(loop);
    if (!t) {
      const at = Math.min(nextEvent(loop), deadline);
      if (!Number.isFinite(at)) return;
      k.now = Math.max(k.now, at);
      psiUpdate(k);
      fireDue(loop);
      continue;
    }
    turn(loop, t, until);
    psiUpdate(k);
  }
}
