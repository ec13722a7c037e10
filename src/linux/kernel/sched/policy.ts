/** What the two schedulers have in common, and what each has to answer. kernel/sched/fair.c. */
import type { Kernel } from '../../include/kernel';
import type { CfsRq, Task } from '../../include/sched';

/** One step of nice is a quarter more or less: the weights of sched_prio_to_weight are in this ratio, around 1024. */
const NICE_RATIO = 1.25;

/** How tasks on a run queue share the cpu. The queue's clock is up to date whenever one of these is called. */
export interface FairPolicy {
  /** Virtual time of the running task has moved. `others`: somebody else is on the queue. */
  charged(k: Kernel, rq: CfsRq, curr: Task, others: boolean): void;
  /** The timer's tick, with others on the queue. */
  tick(k: Kernel, rq: CfsRq, curr: Task): void;
  /** It wants the cpu from now on. */
  enqueue(k: Kernel, rq: CfsRq, t: Task): void;
  /** It falls asleep. */
  dequeue(k: Kernel, rq: CfsRq, t: Task): void;
  /** It goes to another cpu's queue, which it is to be put on next. */
  migrate(k: Kernel, from: CfsRq, to: CfsRq, t: Task): void;
  /** Whether a task that has just woken takes the cpu from the running one. */
  wakeupPreempts(k: Kernel, rq: CfsRq, curr: Task, t: Task): boolean;
  /** The task that is to run next, null = nobody. */
  pick(k: Kernel, rq: CfsRq): Task | null;
  /** It gets the cpu, and had not got it before. */
  picked(t: Task): void;
}

/** Whether the task is on the queue. */
export const isQueued = (rq: CfsRq, t: Task): boolean => t.se.onRq && (rq.cpu < 0 || t.cpu === rq.cpu);

/** Whether the task is on its queue as one that wants the cpu: it has it, or waits for it. */
export const wantsTurn = (t: Task): boolean => t.se.onRq && !t.se.delayed;

/** Puts the task on the queue, or takes it off. */
export function setQueued(rq: CfsRq, t: Task, on: boolean): void {
  if (t.se.onRq !== on) rq.nrRunning += on ? 1 : -1;
  t.se.onRq = on;
}

/** Weight of the task: 1024 at nice 0. */
export const weightOf = (t: Task): number => (t.nice === 0 ? 1024 : 1024 / NICE_RATIO ** t.nice);

/** calc_delta_fair: cpu time (ns) as virtual time of the task. */
export const calcDeltaFair = (ns: number, t: Task): number => (t.nice === 0 ? ns : ns * NICE_RATIO ** t.nice);

/** get_update_sysctl_factor: slices are longer with more cpus, up to eight. */
export const scaledToCpus = (k: Kernel, ns: number): number => ns * (1 + Math.floor(Math.log2(Math.min(k.nrCpus, 8))));
