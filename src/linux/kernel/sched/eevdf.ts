/**
 * Earliest eligible virtual deadline first, the fair class since 6.6: of those that have had no more than their share,
 * the one whose request is due first. place_entity, pick_eevdf, entity_lag of kernel/sched/fair.c.
 */
import type { Kernel } from '../../include/kernel';
import { type CfsRq, TASK_DEAD, type Task } from '../../include/sched';
import { JIFFY, MS } from '../../include/units';
import { calcDeltaFair, type FairPolicy, isQueued, scaledToCpus, setQueued, weightOf } from './policy';

/** sysctl_sched_base_slice: the cpu time of one request, ns, before it is scaled to the number of cpus. */
const BASE_SLICE = 0.75 * MS;

const sliceOf = (k: Kernel, t: Task): number => calcDeltaFair(scaledToCpus(k, BASE_SLICE), t);

/** What a queue's mean is made of: what its tasks have had more than `base`, by weight, and their weight. */
interface Load {
  base: number;
  sum: number;
  weight: number;
}

function loadOf(k: Kernel, rq: CfsRq): Load {
  const load = { base: rq.vruntime, sum: 0, weight: 0 };
  let left = rq.nrRunning;
  for (let i = 0; i < k.tasks.length && left > 0; i++) {
    const t = k.tasks[i];
    if (!isQueued(rq, t)) continue;
    left--;
    load.sum += weightOf(t) * (t.se.vruntime - load.base);
    load.weight += weightOf(t);
  }
  return load;
}

/** avg_vruntime: the weighted mean of the queue, the virtual time at which everybody would have had the same. */
const meanOf = ({ base, sum, weight }: Load): number => (weight === 0 ? base : base + sum / weight);

/** entity_eligible: it has had no more than its share. */
const isEligible = ({ base, sum, weight }: Load, t: Task): boolean => sum >= (t.se.vruntime - base) * weight;

/** Off the queue, with what it is owed. */
function dequeue(k: Kernel, rq: CfsRq, t: Task): void {
  const { se } = t;
  const mean = meanOf(loadOf(k, rq));
  const limit = Math.max(2 * sliceOf(k, t), calcDeltaFair(JIFFY, t));
  se.vlag = Math.max(-limit, Math.min(limit, mean - se.vruntime));
  rq.vruntime = mean;
  setQueued(rq, t, false);
}

/** place_entity: it joins with the lag it left with, which its own weight in the mean must not thin out. */
function place(k: Kernel, rq: CfsRq, t: Task, initial: boolean): void {
  const { se } = t;
  const load = loadOf(k, rq);
  const lag = load.weight > 0 ? (se.vlag * (load.weight + weightOf(t))) / load.weight : 0;
  se.vruntime = meanOf(load) - lag;
  se.deadline = se.vruntime + sliceOf(k, t) / (initial ? 2 : 1);
}

/** pick_eevdf; whoever was picked keeps the cpu until its request is served (RUN_TO_PARITY). */
function pickEevdf(k: Kernel, rq: CfsRq): Task | null {
  if (rq.nrRunning === 0) return null;
  const load = loadOf(k, rq);
  let curr: Task | null = null;
  let best: Task | null = null;
  let least: Task | null = null;
  let left = rq.nrRunning;
  for (let i = 0; i < k.tasks.length && left > 0; i++) {
    const t = k.tasks[i];
    if (!isQueued(rq, t)) continue;
    left--;
    if (least === null || t.se.vruntime < least.se.vruntime) least = t;
    if (t.pid === rq.curr) curr = t;
    else if (isEligible(load, t) && (best === null || t.se.deadline < best.se.deadline)) best = t;
  }
  if (rq.nrRunning === 1) return least;
  if (curr !== null && (curr.se.delayed || !isEligible(load, curr))) curr = null;
  if (curr !== null && curr.se.vlag === curr.se.deadline) return curr;
  if (best === null || (curr !== null && curr.se.deadline < best.se.deadline)) best = curr;
  return best ?? least;
}

export const EEVDF: FairPolicy = {
  /** update_deadline: a request that is served is followed by the next one, and others may have their turn. */
  charged(k, rq, curr, others) {
    const { se } = curr;
    if (se.vruntime < se.deadline) return;
    se.deadline = se.vruntime + sliceOf(k, curr);
    if (others) rq.needResched = true;
  },

  tick() {},

  enqueue(k, rq, t) {
    const { se } = t;
    if (!se.delayed) {
      place(k, rq, t, se.deadline === 0);
      setQueued(rq, t, true);
      return;
    }
    // requeue_delayed_entity: it has sat out more than it had too much.
    se.delayed = false;
    if (se.vruntime >= meanOf(loadOf(k, rq))) return;
    setQueued(rq, t, false);
    se.vlag = 0;
    place(k, rq, t, false);
    setQueued(rq, t, true);
  },

  /**
   * dequeue_entity: who falls asleep with too much stays on the queue until it would be its turn (DELAY_DEQUEUE); who ends
   * does not.
   */
  dequeue(k, rq, t) {
    if (t.state === TASK_DEAD || isEligible(loadOf(k, rq), t)) dequeue(k, rq, t);
    else t.se.delayed = true;
  },

  migrate(k, from, _to, t) {
    if (t.se.onRq) dequeue(k, from, t);
  },

  wakeupPreempts: (k, rq, _curr, t) => pickEevdf(k, rq) === t,

  pick(k, rq) {
    for (;;) {
      const t = pickEevdf(k, rq);
      if (t === null || !t.se.delayed) return t;
      dequeue(k, rq, t);
      t.se.vlag = Math.min(0, t.se.vlag);
      t.se.delayed = false;
    }
  },

  picked(t) {
    t.se.vlag = t.se.deadline;
  },
};
