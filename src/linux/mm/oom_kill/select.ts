/** Who dies. §10.4, §10.5. */
import { __GFP_THISNODE } from '../../include/gfp';
import type { Kernel, OomCandidate, OomConstraint, OomControl, OomWork } from '../../include/kernel';
import { MMF_OOM_SKIP } from '../../include/mm_types';
import { PF_EXITING, PF_OOM_ORIGIN, type Task } from '../../include/sched';
import { cpusetMems, cpusetNodemask } from '../../kernel/cpuset';
import { badnessOf, replaces } from '../../versions/badness';
import { oomRules } from '../../versions/oom_rules';
import { memCgroupGetMax } from '../memcontrol';
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
import { nextTask, ofMachine, oomCpusetEligible } from './walk';

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

/** How a step of the walk ends it: nobody is left, or a victim of an earlier kill has yet to give its memory back. */
export type SelectEnd = 'end' | 'aborted';

/**
 * select_bad_process, one task of it: the task with the most points is chosen; of equals the one later in the list, that
 * is the one created last (before 5.1 the earlier one). The record takes down each in `walk`, and the best so far.
 *
 * @returns '' = go on
 */
export function selectBadProcessStep(k: Kernel, current: Task, oom: OomWork): SelectEnd | '' {
  const t = nextTask(k, oom);
  if (t === null) return 'end';
  const { record } = oom;
  const c = candidate(k, t, current, record.totalpages);
  record.walk.push(c);
  k.cost += k.costs.oomTask;
  evaluateTask(k, oom, current, t, c);
  if (c.skip === 'aborted') return 'aborted';
  const most = oom.chosen === null ? Number.NEGATIVE_INFINITY : record.chosenPoints;
  if (c.skip === '' && replaces(oomRules(k).badness, c.points, most)) {
    oom.chosen = { pid: t.pid, comm: t.comm, uid: t.uid, memcg: t.memcg };
    record.chosenPoints = c.points;
  }
  return '';
}

/** oom_evaluate_task: fills in the candidate's points, or why it is passed over. */
function evaluateTask(k: Kernel, oom: OomWork, current: Task, t: Task, c: OomCandidate): void {
  const { oc } = oom;
  if (oomUnkillableTask(t)) {
    c.skip = t.pid === 1 ? 'init' : 'kthread';
    return;
  }
  if (ofMachine(oc) && !oomCpusetEligible(k, current, t, oom.nodemask)) {
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
  else c.points = badnessOf(rules.badness, factsOf(c), oom.record.totalpages);
}
