/**
 * Tasks, sleeping and waking.
 *
 * A kernel function that may have to wait never blocks the caller: it leaves the reason in the task (its sleep state,
 * or a slow path in `task.alloc`), returns "not yet", and is called again once the task can run.
 */
import type { Kernel, KTimer } from '../../include/kernel';
import type { PgData, Zone } from '../../include/mmzone';
import { PGZONE_MASK, PGZONE_SHIFT } from '../../include/page';
import {
  PF_KTHREAD,
  TASK_DEAD,
  TASK_INTERRUPTIBLE,
  TASK_KILLABLE,
  TASK_RUNNING,
  type Task,
  WAIT_KTHREAD,
  WAIT_NONE,
  WAIT_PAGE,
  WAIT_TIMER,
} from '../../include/sched';

/** Zone of a frame. */
export const pageZone = (k: Kernel, pfn: number): Zone => k.zones[(k.mem.flags[pfn] & PGZONE_MASK) >>> PGZONE_SHIFT];
/** Node of a frame. */
export const pageNode = (k: Kernel, pfn: number): PgData =>
  k.nodes.length === 1 ? k.nodes[0] : k.nodes[k.zones[(k.mem.flags[pfn] & PGZONE_MASK) >>> PGZONE_SHIFT].node];

/** To be called with every change that `Kernel.tasksSeq` counts: who has looked at all tasks need not look again before. */
export function tasksChanged(k: Kernel): void {
  k.tasksSeq++;
}

/** find_task_by_pid: the live task with this pid, or null. */
export function findTask(k: Kernel, pid: number): Task | null {
  const tasks = k.tasks;
  for (let i = 0; i < tasks.length; i++) if (tasks[i].pid === pid) return tasks[i];
  return null;
}

/** is_global_init. */
export const isGlobalInit = (t: Task): boolean => t.pid === 1;

/**
 * Puts a new task at the end of the task list. Fields not given take the values of a fresh process: running, no address
 * space, adj 0.
 *
 * @param init at least `comm`; `pid` is the next free one unless given
 */
export function createTask(k: Kernel, init: Partial<Task> & { comm: string }): Task {
  const pid = init.pid ?? k.nextPid;
  if (pid >= k.nextPid) k.nextPid = pid + 1;
  const task: Task = {
    pid,
    tgid: pid,
    ppid: 1,
    uid: 0,
    mm: -1,
    oomMm: -1,
    oomScoreAdj: 0,
    oomScoreAdjMin: 0,
    flags: 0,
    state: TASK_RUNNING,
    waitKind: WAIT_NONE,
    waitArg: 0,
    wakeAt: 0,
    sigkill: false,
    cpu: 0,
    nice: 0,
    se: { onRq: false, delayed: false, vruntime: 0, deadline: 0, vlag: 0, ran: 0 },
    cpusAllowed: 0,
    mempolicy: null,
    cpuset: -1,
    minFlt: 0,
    majFlt: 0,
    startTime: k.now,
    exitTime: 0,
    exitSignal: 0,
    exitCode: 0,
    utime: 0,
    stime: 0,
    memstall: 0,
    inIowait: false,
    alloc: null,
    cgroup: 0,
    memcg: 0,
    charge: null,
    memcgOverHigh: 0,
    memcgWork: null,
    stack: [],
    exitStage: 0,
    exitMm: -1,
    faultMajor: false,
    noHugeAt: -1,
    thrashing: false,
    heldPage: 0,
    readahead: null,
    forkWork: null,
    execWork: null,
    populateNext: 0,
    populateEnd: 0,
    ...init,
  };
  k.tasks.push(task);
  tasksChanged(k);
  return task;
}

/** Puts a task to sleep until `wakeAt` (ns, Infinity = until woken) or until what it waits for happens. */
export function sleepOn(k: Kernel, t: Task, kind: number, arg: number, wakeAt: number, state: number): void {
  if (kind === WAIT_PAGE) k.pageWaiters++;
  t.state = state;
  t.waitKind = kind;
  t.waitArg = arg;
  t.wakeAt = wakeAt;
  tasksChanged(k);
  if (t.sigkill && state !== TASK_RUNNING && isInterruptibleBySignal(state)) wakeUpProcess(k, t);
}
const isInterruptibleBySignal = (state: number): boolean => state === TASK_INTERRUPTIBLE || state === TASK_KILLABLE;

/** schedule_timeout: sleep for `ns`. */
export function scheduleTimeout(k: Kernel, t: Task, ns: number, state: number): void {
  sleepOn(k, t, WAIT_TIMER, 0, k.now + ns, state);
}

/** folio_wait_locked / folio_wait_writeback: sleep until the page's I/O is done. */
export function waitOnPage(k: Kernel, t: Task, pfn: number, state: number): void {
  sleepOn(k, t, WAIT_PAGE, pfn, Infinity, state);
  t.inIowait = true;
  tasksChanged(k);
}

/** Wakes all that wait for this page's I/O. */
export function wakeUpPage(k: Kernel, pfn: number): void {
  if (k.pageWaiters === 0) return;
  const tasks = k.tasks;
  for (let i = 0; i < tasks.length; i++) {
    const t = tasks[i];
    if (t.waitKind === WAIT_PAGE && t.waitArg === pfn) wakeUpProcess(k, t);
  }
}

/** wake_up_process. */
export function wakeUpProcess(k: Kernel, t: Task): void {
  if (t.state === TASK_DEAD) return;
  if (t.waitKind === WAIT_PAGE) k.pageWaiters--;
  t.state = TASK_RUNNING;
  t.waitKind = WAIT_NONE;
  t.waitArg = 0;
  t.wakeAt = 0;
  t.inIowait = false;
  tasksChanged(k);
}

/** The timers of sleeping tasks: wakes all who have slept as long as they wanted by now. */
export function wakeSleepers(k: Kernel): void {
  for (let i = 0; i < k.tasks.length; i++) {
    const t = k.tasks[i];
    if (t.state !== TASK_RUNNING && t.state !== TASK_DEAD && t.wakeAt <= k.now) wakeUpProcess(k, t);
  }
}

/** When the next sleeping task wakes by itself, ns; Infinity = none does. */
export function nextWakeup(k: Kernel): number {
  let at = Infinity;
  for (const t of k.tasks) if (t.state !== TASK_RUNNING && t.state !== TASK_DEAD && t.wakeAt < at) at = t.wakeAt;
  return at;
}

/** Wakes a kernel thread from its idle sleep; does nothing when it is at work. */
export function wakeKthread(k: Kernel, t: Task): void {
  if (t.waitKind === WAIT_KTHREAD) wakeUpProcess(k, t);
}

/**
 * SIGKILL: pending from now on. Interruptible and killable sleeps end; uninterruptible ones do not. Kernel threads
 * ignore it; whoever sends it spares init. §10.9.
 */
export function sendSigkill(k: Kernel, t: Task): void {
  if (t.flags & PF_KTHREAD) return;
  t.sigkill = true;
  t.exitSignal = 9;
  tasksChanged(k);
  if (isInterruptibleBySignal(t.state)) wakeUpProcess(k, t);
}

/** Arms a kernel timer for `at` (ns since boot). */
export function addTimer(k: Kernel, kind: KTimer['kind'], at: number, arg: number): void {
  const timer: KTimer = { at, seq: k.timerSeq++, kind, arg };
  let i = k.timers.length;
  while (i > 0 && k.timers[i - 1].at > at) i--;
  k.timers.splice(i, 0, timer);
}

/** xorshift32: the next pseudo-random 32-bit unsigned integer; all chance in the model comes from here. */
export function nextRandom(k: Kernel): number {
  let x = k.rng | 0;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  k.rng = x >>> 0;
  return x >>> 0;
}
