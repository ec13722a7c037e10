/** Who dies. §10.4, §10.5. */
import type { Kernel, OomCandidate } from '../../include/kernel';
import { MM_SWAPENTS, MMF_OOM_SKIP } from '../../include/mm_types';
import { PF_EXITING, PF_OOM_ORIGIN, type Task } from '../../include/sched';
import { PAGE_SIZE } from '../../include/units';
import { memCgroupGetMax, memCgroupTasks } from '../memcontrol';
import { getMmCounter, getMmRss } from '../mm_counters';
import { nodesWithMemory, populatedZones } from '../vmstat';
import {
  adjPoints,
  badnessPoints,
  inVfork,
  OOM_SCORE_ADJ_MIN,
  OOM_UNKILLABLE,
  oomUnkillableTask,
  replacesChosen,
  taskMm,
  totalpagesGlobal,
} from './badness';
import type { OomConstraint, OomControl } from './types';

/**
 * constrained_alloc: whether memory is short everywhere or only on the nodes of a policy, and how much memory that is.
 *
 * @returns totalpages in pages
 */
export function constrainedAlloc(k: Kernel, oc: OomControl): { constraint: OomConstraint; totalpages: number } {
  if (oc.memcg) return { constraint: 'CONSTRAINT_MEMCG', totalpages: memCgroupGetMax(k, oc.memcg) || 1 };
  const mask = oc.nodemask;
  if (mask !== 0 && (nodesWithMemory(k) & ~mask) !== 0) {
    const present = populatedZones(k).reduce((n, z) => n + (mask & (1 << z.node) ? z.present : 0), 0);
    return { constraint: 'CONSTRAINT_MEMORY_POLICY', totalpages: k.swap.total + present };
  }
  return { constraint: 'CONSTRAINT_NONE', totalpages: totalpagesGlobal(k) };
}

/**
 * oom_cpuset_eligible: whether killing this task could free memory on the nodes that are short. Under a policy: the
 * task has no policy of its own, or one that allows some of these nodes.
 *
 * @param nodemask 0 = no constraint
 */
export const oomCpusetEligible = (t: Task, nodemask: number): boolean =>
  nodemask === 0 || t.mempolicy === 0 || (t.mempolicy & nodemask) !== 0;

/** Whom an OOM is about: all processes in the order of the task list, or those of a cgroup and all below it. */
export const oomScanTasks = (k: Kernel, oc: OomControl): readonly Task[] =>
  oc.memcg ? memCgroupTasks(k, oc.memcg) : k.tasks;

/** The victim of a scan, or why there is none. */
export interface Selection {
  /** null when nobody can be killed, or when `aborted`. */
  chosen: Task | null;
  chosenPoints: number;
  /** A victim of an earlier kill has yet to give its memory back. */
  aborted: boolean;
  /** All tasks looked at, in order. */
  walk: OomCandidate[];
}

function candidate(k: Kernel, t: Task, totalpages: number): OomCandidate {
  const mm = taskMm(k, t);
  return {
    pid: t.pid,
    comm: t.comm,
    rss: mm ? getMmRss(mm) : 0,
    swap: mm ? getMmCounter(mm, MM_SWAPENTS) : 0,
    pgtables: mm ? Math.floor(mm.pgtablesBytes / PAGE_SIZE) : 0,
    adjPoints: adjPoints(t.oomScoreAdj, totalpages),
    oomScoreAdj: t.oomScoreAdj,
    points: OOM_UNKILLABLE,
    skip: '',
  };
}

/**
 * select_bad_process: walks the task list (or that of a cgroup) and takes the task with the most points; of equals the one later in the list,
 * that is the one created last. Ends early when an earlier victim is still dying.
 */
export function selectBadProcess(k: Kernel, oc: OomControl, nodemask: number, totalpages: number): Selection {
  const s: Selection = { chosen: null, chosenPoints: -Infinity, aborted: false, walk: [] };
  const tasks = oomScanTasks(k, oc);
  for (let i = 0; i < tasks.length; i++) {
    const t = tasks[i];
    const c = candidate(k, t, totalpages);
    s.walk.push(c);
    k.cost += k.costs.oomTask;
    evaluateTask(k, oc, nodemask, totalpages, t, c);
    if (c.skip === 'aborted') {
      s.chosen = null;
      s.chosenPoints = 0;
      s.aborted = true;
      return s;
    }
    if (c.skip === '' && replacesChosen(c.points, s.chosenPoints)) {
      s.chosen = t;
      s.chosenPoints = c.points;
    }
  }
  return s;
}

/** oom_evaluate_task: fills in the candidate's points, or why it is passed over. */
function evaluateTask(k: Kernel, oc: OomControl, nodemask: number, totalpages: number, t: Task, c: OomCandidate): void {
  if (oomUnkillableTask(t)) {
    c.skip = t.pid === 1 ? 'init' : 'kthread';
    return;
  }
  if (!oomCpusetEligible(t, nodemask)) {
    c.skip = 'cpuset';
    return;
  }
  if (!oc.sysrq && t.oomMm >= 0) {
    c.skip = k.mms[t.oomMm].flags & MMF_OOM_SKIP ? 'oom_skip' : 'aborted';
    return;
  }
  if (t.flags & PF_OOM_ORIGIN) {
    c.points = Infinity;
    return;
  }
  const mm = taskMm(k, t);
  if (mm === null) c.skip = t.flags & PF_EXITING ? 'exiting' : 'no_mm';
  else if (t.oomScoreAdj === OOM_SCORE_ADJ_MIN) c.skip = 'oom_score_adj';
  else if (mm.flags & MMF_OOM_SKIP) c.skip = 'oom_skip';
  else if (inVfork(k, t)) c.skip = 'vfork';
  else c.points = badnessPoints(c.rss, c.swap, mm.pgtablesBytes, t.oomScoreAdj, totalpages);
}
