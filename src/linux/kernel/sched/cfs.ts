/**
 * The completely fair scheduler, the fair class up to 6.5: the one that has had least is next. check_preempt_tick,
 * place_entity, wakeup_preempt_entity of kernel/sched/fair.c.
 */
import type { Kernel } from '../../include/kernel';
import type { CfsRq, Task } from '../../include/sched';
import { MS } from '../../include/units';
import { calcDeltaFair, type FairPolicy, isQueued, scaledToCpus, setQueued, weightOf } from './policy';

/** Before they are scaled to the number of cpus, ns: the time in which everybody has a turn, and the shortest turn. */
const SCHED_LATENCY = 6 * MS;
const SCHED_MIN_GRANULARITY = 0.75 * MS;
/** How much more virtual time than the one that wakes the running task must have had to be preempted. */
const SCHED_WAKEUP_GRANULARITY = MS;

/** sched_slice: the task's share of the latency, ns. */
function sliceOf(k: Kernel, rq: CfsRq, t: Task): number {
  let load = 0;
  let n = 0;
  for (const other of k.tasks) {
    if (!isQueued(rq, other) && other !== t) continue;
    load += weightOf(other);
    n++;
  }
  const period = Math.max(scaledToCpus(k, SCHED_LATENCY), n * scaledToCpus(k, SCHED_MIN_GRANULARITY));
  return Math.max((period * weightOf(t)) / load, scaledToCpus(k, SCHED_MIN_GRANULARITY));
}

/** The task on the queue that has had least; without `except`. */
function leftmost(k: Kernel, rq: CfsRq, except: Task | null): Task | null {
  let first: Task | null = null;
  for (const t of k.tasks) {
    if (t === except || !isQueued(rq, t)) continue;
    if (first === null || t.se.vruntime < first.se.vruntime) first = t;
  }
  return first;
}

/** update_min_vruntime: what the one that has had least has had; it never falls. */
function updateMinVruntime(k: Kernel, rq: CfsRq): void {
  const first = leftmost(k, rq, null);
  if (first !== null && first.se.vruntime > rq.vruntime) rq.vruntime = first.se.vruntime;
}

export const CFS: FairPolicy = {
  charged(k, rq) {
    updateMinVruntime(k, rq);
  },

  tick(k, rq, curr) {
    const ideal = sliceOf(k, rq, curr);
    if (curr.se.ran > ideal) {
      rq.needResched = true;
      return;
    }
    if (curr.se.ran < scaledToCpus(k, SCHED_MIN_GRANULARITY)) return;
    const first = leftmost(k, rq, curr);
    if (first !== null && curr.se.vruntime - first.se.vruntime > ideal) rq.needResched = true;
  },

  /** A new task begins at the end of the round; a sleeper gets a little credit, not all the time it slept. */
  enqueue(k, rq, t) {
    const { se } = t;
    if (se.deadline === 0) {
      // Never queued before. The field says no more than that here.
      se.deadline = 1;
      se.vruntime = rq.vruntime + calcDeltaFair(sliceOf(k, rq, t), t);
    } else {
      se.vruntime = Math.max(se.vruntime, rq.vruntime - scaledToCpus(k, SCHED_LATENCY) / 2);
    }
    setQueued(rq, t, true);
  },

  dequeue(k, rq, t) {
    setQueued(rq, t, false);
    updateMinVruntime(k, rq);
  },

  /** Each queue has a time of its own. */
  migrate(_k, from, to, t) {
    t.se.vruntime += to.vruntime - from.vruntime;
    setQueued(from, t, false);
  },

  wakeupPreempts: (k, _rq, curr, t) =>
    curr.se.vruntime - t.se.vruntime > calcDeltaFair(scaledToCpus(k, SCHED_WAKEUP_GRANULARITY), t),

  pick: (k, rq) => leftmost(k, rq, null),

  picked() {},
};
