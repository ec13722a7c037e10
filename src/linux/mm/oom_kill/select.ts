/** Who dies. §10.4, §10.5. */
import { __GFP_THISNODE } from '../../include/gfp';
import type { Kernel, OomCandidate } from '../../include/kernel';
import { MMF_OOM_SKIP } from '../../include/mm_types';
import { PF_EXITING, PF_OOM_ORIGIN, type Task } from '../../include/sched';
import { cpusetMems, cpusetNodemask, cpusetsIntersect } from '../../kernel/cpuset';
import { badnessOf, replaces } from '../../versions/badness';
import { oomRules } from '../../versions/oom_rules';
import { memCgroupGetMax, memCgroupTasks } from '../memcontrol';
import { mempolicyInOomDomain } from '../mempolicy';
import { nodesWithMemory, populatedZones } from '../vmstat';
import {
  adjPoints,
  badnessFacts,
  inVfork,
  OOM_SCORE_ADJ_MIN,
  OOM_UNKILLABLE,
  oomUnkillableTask,
  taskMm,
  totalpagesGlobal,
} from './badness';
import { factsOf } from './choose';
import type { OomConstraint, OomControl } from './types';

/**
 * constrained_alloc: whether memory is short everywhere or only on the nodes of a policy or of a cpuset, and how much
 * memory that is.
 *
 * @returns totalpages in pages
 */
export function constrainedAlloc(
  k: Kernel,
  oc: OomControl,
  current: Task,
): { constraint: OomConstraint; totalpages: number } {
  if (oc.memcg) return { constraint: 'CONSTRAINT_MEMCG', totalpages: memCgroupGetMax(k, oc.memcg) || 1 };
  const on = (mask: number): number =>
    k.swap.total + populatedZones(k).reduce((n, z) => n + (mask & (1 << z.node) ? z.present : 0), 0);
  const nodes = nodesWithMemory(k);
  if (!oc.sysrq && !(oc.gfp & __GFP_THISNODE)) {
    if (oc.nodemask !== 0 && (nodes & ~oc.nodemask) !== 0) {
      return { constraint: 'CONSTRAINT_MEMORY_POLICY', totalpages: on(oc.nodemask) };
    }
    const allowed = cpusetNodemask(k, current, oc.gfp);
    if (allowed !== 0 && (nodes & ~allowed) !== 0) {
      return { constraint: 'CONSTRAINT_CPUSET', totalpages: on(cpusetMems(k, current)) };
    }
  }
  return { constraint: 'CONSTRAINT_NONE', totalpages: totalpagesGlobal(k) };
}

/**
 * oom_cpuset_eligible: whether killing this task could free memory on the nodes that are short. Under a policy: it may
 * have memory on these nodes; else its cpuset has a node in common with that of the task that asked.
 *
 * @param nodemask nodes of the policy, 0 = none
 */
export const oomCpusetEligible = (k: Kernel, current: Task, t: Task, nodemask: number): boolean =>
  nodemask === 0 ? !oomRules(k).cpusetKeepsOut || cpusetsIntersect(k, current, t) : mempolicyInOomDomain(t, nodemask);

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

function candidate(k: Kernel, t: Task, current: Task, totalpages: number): OomCandidate {
  const mm = taskMm(k, t);
  const era = oomRules(k).badness;
  const facts = mm ? badnessFacts(k, t, mm, era, current) : null;
  return {
    pid: t.pid,
    comm: t.comm,
    rss: facts?.rss ?? 0,
    swap: facts?.swapents ?? 0,
    pgtables: facts?.tables ?? 0,
    ...(facts?.admin && { admin: true }),
    ...(facts?.history && { history: facts.history }),
    adjPoints: adjPoints(t.oomScoreAdj, totalpages),
    oomScoreAdj: t.oomScoreAdj,
    points: OOM_UNKILLABLE,
    skip: '',
  };
}

/**
 * select_bad_process: walks the task list and takes the task with the most points; of equals the one later in the list,
 * that is the one created last (before 5.1 the earlier one). Ends early when an earlier victim is still dying.
 */
export function selectBadProcess(
  k: Kernel,
  oc: OomControl,
  current: Task,
  nodemask: number,
  totalpages: number,
): Selection {
  const { badness } = oomRules(k);
  const s: Selection = { chosen: null, chosenPoints: -Infinity, aborted: false, walk: [] };
  const tasks = oomScanTasks(k, oc);
  for (let i = 0; i < tasks.length; i++) {
    const t = tasks[i];
    const c = candidate(k, t, current, totalpages);
    s.walk.push(c);
    k.cost += k.costs.oomTask;
    evaluateTask(k, oc, current, nodemask, totalpages, t, c);
    if (c.skip === 'aborted') {
      s.chosen = null;
      s.chosenPoints = 0;
      s.aborted = true;
      return s;
    }
    if (c.skip === '' && replaces(badness, c.points, s.chosenPoints)) {
      s.chosen = t;
      s.chosenPoints = c.points;
    }
  }
  return s;
}

/** oom_evaluate_task: fills in the candidate's points, or why it is passed over. */
function evaluateTask(
  k: Kernel,
  oc: OomControl,
  current: Task,
  nodemask: number,
  totalpages: number,
  t: Task,
  c: OomCandidate,
): void {
  if (oomUnkillableTask(t)) {
    c.skip = t.pid === 1 ? 'init' : 'kthread';
    return;
  }
  if (!oc.memcg && !oomCpusetEligible(k, current, t, nodemask)) {
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
  const rules = oomRules(k);
  const mm = taskMm(k, t);
  if (mm !== null && rules.exitingEndsScan && t.flags & PF_EXITING && !oc.sysrq) c.skip = 'aborted';
  else if (mm === null) c.skip = t.flags & PF_EXITING ? 'exiting' : 'no_mm';
  else if (t.oomScoreAdj === OOM_SCORE_ADJ_MIN) c.skip = 'oom_score_adj';
  else if (mm.flags & MMF_OOM_SKIP) c.skip = 'oom_skip';
  else if (inVfork(k, t)) c.skip = 'vfork';
  else c.points = badnessOf(rules.badness, factsOf(c), totalpages);
}
