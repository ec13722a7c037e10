/**
 * The run loop: cpus with a virtual clock each, of which always the one that lags behind goes on.
 *
 * A round begins at the lowest clock, `t`: what is due by then happens (timers, disks, sleepers, commands), then each cpu
 * that stands at `t` has one turn. Time is strictly higher after a round than before, so a moment names a state: running
 * to it, stepping to it and coming back to it are the same.
 */
import { completeBios, nextCompletion } from '../linux/block/blk-mq';
import { type AllocContext, TASK_DEAD, TASK_RUNNING, type Task } from '../linux/include/sched';
import { wakeSleepers } from '../linux/kernel/sched/core';
import { dequeueTask } from '../linux/kernel/sched/fair';
import { psiUpdate } from '../linux/kernel/sched/psi';
import { applyAction, startDue } from './actions';
import { stepTask } from './dispatch';
import { followKills, noteKills } from './kills';
import { collectLandmarks, milestoneSince, SAW, SAW_MILESTONE } from './landmarks';
import { type Cpu, type Machine, timeOf } from './machine';
import { noteExit, syncProcs } from './procs';
import { type Landmark, SAMPLE_NS } from './record';
import { sample } from './sampling';
import { schedule, schedulerTick, settleTasks } from './sched';
import { noteStop } from './stops';
import { fireTimers } from './timers';
import { TICK_NS, tick, waitsForPage } from './window';

/** A turn is at most this long, so that the cpus never stand far apart. ns. */
export const TURN_NS = 250_000;
/** No step takes no time. */
const MIN_STEP_NS = 20;
/**
 * What a step adds to the machine's measure of real work: an overhead, and a unit for so many ns of virtual work. A unit is
 * about a microsecond of a present computer.
 */
const WORK_STEP = 3;
const WORK_SHIFT = 12;
/** Under full pressure and without progress for so long, a machine is said to stand still. */
export const LIVELOCK_NS = 60_000_000_000;

/** What happens next by itself, but for sleepers: a timer, a disk, the next tick. ns. */
function nextEvent(m: Machine): number {
  const k = m.kernel;
  let at = m.window.n * TICK_NS;
  if (k.timers.length > 0 && k.timers[0].at < at) at = k.timers[0].at;
  const io = nextCompletion(k);
  if (io < at) at = io;
  if (m.later.length > 0 && m.later[0].t < at) at = m.later[0].t;
  const event = m.config.events[m.eventsDone];
  if (event && event.t < at) at = event.t;
  return at;
}

/** All that is due at `t`. */
function fireDue(m: Machine, t: number): void {
  const k = m.kernel;
  k.now = t;
  k.cpu = 0;
  psiUpdate(k);
  completeBios(k);
  fireTimers(m);
  if (m.look.seq !== k.tasksSeq || m.look.wakeAt <= t) wakeSleepers(k);
  startDue(m, t);
  while (m.window.n * TICK_NS <= t) {
    tick(m);
    if (((m.window.n - 1) * TICK_NS) % SAMPLE_NS === 0) sample(m);
  }
  k.cost = 0;
}

/**
 * Carries out the session's commands for moments up to `t`. A round does that at its end, so that a machine that stands
 * at `t` has been through the commands of `t`, whether they were given there or are only replayed.
 */
export function applyDueCommands(m: Machine, t: number): void {
  if (m.applied >= m.script.length || m.script[m.applied].t > t) return;
  m.kernel.now = t;
  m.kernel.cpu = 0;
  while (m.applied < m.script.length && m.script[m.applied].t <= t) applyAction(m, m.script[m.applied++].action);
  m.kernel.cost = 0;
}

/** What closes a round that has brought `saw`: the commands of the moment, and what is noted about all of it. */
function endRound(m: Machine, before: number, t: number): number {
  applyDueCommands(m, t);
  const saw = before | collectLandmarks(m);
  const { rec } = m;
  if (saw & SAW.oom) noteKills(m, rec.round, t);
  if (rec.followed > 0) followKills(m, t);
  if (saw & SAW_MILESTONE) noteStop(rec.stops, t);
  if (t > rec.known) rec.known = t;
  return saw;
}

/** Carries out what is due at the moment a machine stands at, just as the round that led there would have. */
export function commandNow(m: Machine): void {
  if (m.applied < m.script.length && m.script[m.applied].t <= timeOf(m)) endRound(m, 0, timeOf(m));
}

/** A walk through the slow path has come to its end. */
function noteAlloc(m: Machine, { pid, comm }: Task, alloc: AllocContext): void {
  const t = m.kernel.now;
  const last = m.lastAlloc;
  if (last === null) {
    m.lastAlloc = { pid, comm, t, alloc };
    return;
  }
  last.pid = pid;
  last.comm = comm;
  last.t = t;
  last.alloc = alloc;
}

/** One turn of one cpu. True when the slow path of the task came to another stage. */
function turn(m: Machine, index: number): boolean {
  const k = m.kernel;
  const cpu: Cpu = m.cpus[index];
  const { look } = m;
  k.now = cpu.clock;
  if (look.seq !== k.tasksSeq) settleTasks(m);
  const i = schedule(m, index);
  const due = Math.min(nextEvent(m), look.wakeAt);
  if (i < 0) {
    // While others work they may wake somebody for this cpu.
    const until = look.wanting > 0 ? Math.min(cpu.clock + TURN_NS, Math.max(due, cpu.clock + MIN_STEP_NS)) : due;
    const at = Math.max(until, cpu.clock + 1);
    cpu.idle += at - cpu.clock;
    cpu.clock = at;
    cpu.pid = 0;
    m.work++;
    return false;
  }
  const proc = m.procs[i];
  const task = k.tasks[i];
  if (proc.freeAt > cpu.clock) {
    // The cpu that it ran on was ahead of this one.
    cpu.idle += proc.freeAt - cpu.clock;
    cpu.clock = proc.freeAt;
    return false;
  }
  const began = cpu.clock;
  const end = Math.min(began + TURN_NS, due > began ? due : began + TURN_NS);
  const seq = k.trace.seq;
  const stage = task.alloc === null ? '' : task.alloc.stage;
  let decided = false;
  k.cpu = index;
  k.current = task.pid;
  k.cost = cpu.pid !== task.pid ? k.costs.contextSwitch : 0;
  cpu.pid = task.pid;
  for (;;) {
    k.now = cpu.clock;
    const { alloc } = task;
    stepTask(m, proc, task, end - cpu.clock);
    if (alloc?.done) noteAlloc(m, task, alloc);
    const ns = Math.max(MIN_STEP_NS, Math.round(k.cost));
    m.work += WORK_STEP + (ns >> WORK_SHIFT);
    cpu.clock += ns;
    k.cost = 0;
    if (task.state !== TASK_RUNNING || cpu.clock >= end || k.panic !== '') break;
    // Nothing but decisions is cut short: a viewer can stop after each of them.
    const now = task.alloc === null ? '' : task.alloc.stage;
    if (now !== stage) {
      decided = true;
      break;
    }
    if (k.trace.seq !== seq && milestoneSince(m, seq)) break;
  }
  const ran = cpu.clock - began;
  k.now = cpu.clock;
  schedulerTick(m, index, began);
  if (task.state !== TASK_RUNNING) dequeueTask(k, cpu.rq, task);
  proc.freeAt = cpu.clock;
  task.stime += ran;
  if (waitsForPage(task)) {
    if (proc.waitSince < 0) proc.waitSince = cpu.clock;
  }
  if (task.state === TASK_DEAD) noteExit(m, proc, task);
  return decided;
}

/**
 * What a round brought: SAW bits (landmarks.ts).
 *
 * @param start the moment that the machine stands at, ns
 */
export function round(m: Machine, start = timeOf(m)): number {
  const { cpus, kernel } = m;
  if (kernel.panic !== '') return SAW.panic;
  m.rec.round = start;
  fireDue(m, start);
  let saw = collectLandmarks(m);
  for (let i = 0; i < cpus.length; i++) {
    while (cpus[i].clock <= start && kernel.panic === '') {
      if (turn(m, i)) saw |= SAW_MILESTONE;
      saw |= collectLandmarks(m);
    }
  }
  if (kernel.panic !== '') {
    // The other cpus stop where this one did.
    const last = Math.max(...cpus.map((c) => c.clock));
    for (const c of cpus) c.clock = last;
  }
  // Whoever looks at the machine between rounds finds a Proc for each task.
  if (m.look.seq !== kernel.tasksSeq) syncProcs(m);
  const t = timeOf(m);
  checkLivelock(m, t);
  return endRound(m, saw, t);
}

/** PSI full, share of the last 10 s, from which on nothing but reclaim goes on. */
const FULL_PRESSURE = 95 * 2048;

function checkLivelock(m: Machine, t: number): void {
  if (m.tally.touches !== m.tally.progressTouches) {
    m.tally.progressTouches = m.tally.touches;
    m.tally.progressAt = t;
  }
  m.livelock = t - m.tally.progressAt >= LIVELOCK_NS && m.kernel.psi.fullAvg[0] >= FULL_PRESSURE;
}

/** When to stop running. */
export interface Until {
  /** At the first moment that is not before this, ns. */
  t?: number;
  /** After a round that brought this. */
  landmark?: Landmark;
  /** After the next decision of the kernel. */
  milestone?: boolean;
}
export type StopReason = 'time' | 'landmark' | 'milestone' | 'budget' | 'panic' | 'livelock';

/**
 * Runs until something that was asked for has happened.
 *
 * @param maxWork units of work to do at most, so that the outcome does not depend on the computer's speed
 */
export function runFor(m: Machine, until: Until, maxWork = Infinity): StopReason {
  const stopAt = until.t ?? Infinity;
  const stopOn = until.landmark ? SAW[until.landmark] : 0;
  const limit = m.work + maxWork;
  for (;;) {
    if (m.kernel.panic !== '') return 'panic';
    const t = timeOf(m);
    if (t >= stopAt) return 'time';
    if (m.work >= limit) return 'budget';
    const saw = round(m, t);
    if (saw & stopOn) return 'landmark';
    if (until.milestone && saw & SAW_MILESTONE) return 'milestone';
    if (m.livelock) return 'livelock';
  }
}
