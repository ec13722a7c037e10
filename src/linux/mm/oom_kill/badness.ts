/** How bad a task is: the arithmetic that chooses the victim. §10.6. */
import type { Kernel } from '../../include/kernel';
import { MM_SWAPENTS, MMF_OOM_SKIP, type MmStruct } from '../../include/mm_types';
import { PF_CAP_SYS_ADMIN, PF_KTHREAD, PF_VFORK, type Task } from '../../include/sched';
import { PAGE_SIZE } from '../../include/units';
import { cpusetsIntersect } from '../../kernel/cpuset';
import { findTask, isGlobalInit } from '../../kernel/sched/core';
import {
  type BadnessEra,
  type BadnessFacts,
  badnessOf,
  OOM_SCORE_ADJ_MIN,
  UNKILLABLE as OOM_UNKILLABLE,
  type PageTablesRule,
} from '../../versions/badness';
import { oomRules, type ScoreFile } from '../../versions/oom_rules';
import { getMmCounter, getMmRss } from '../mm_counters';
import { nrPteTables, nrPudTables } from '../pgtable';

export { OOM_SCORE_ADJ_MAX, OOM_SCORE_ADJ_MIN, UNKILLABLE as OOM_UNKILLABLE } from '../../versions/badness';

/** What oom_score_adj adds: one point of it is a thousandth of `totalpages`, rounded down first. Pages. */
export const adjPoints = (adj: number, totalpages: number): number => {
  const points = adj * Math.floor(totalpages / 1000);
  return points === 0 ? 0 : points;
};

/**
 * /proc/PID/oom_score from badness. Today 666 is a tiny task, 1333 one that owns everything, 2000 the most; before 5.9
 * a tiny task had 0. §10.11.
 */
export function oomScoreFromPoints(points: number, totalpages: number, scale: ScoreFile = 'two-thirds'): number {
  if (points === OOM_UNKILLABLE) return 0;
  if (scale === 'points') return points;
  const thousandths = Math.trunc((points * 1000) / totalpages);
  return scale === 'thousandths' ? thousandths : Math.trunc(((1000 + thousandths) * 2) / 3);
}

/** oom_unkillable_task: init and kernel threads. */
export const oomUnkillableTask = (t: Task): boolean => isGlobalInit(t) || (t.flags & PF_KTHREAD) !== 0;

/** in_vfork: between vfork and exec, on the parent's address space. */
export function inVfork(k: Kernel, t: Task): boolean {
  if (!(t.flags & PF_VFORK)) return false;
  const parent = findTask(k, t.ppid);
  return parent !== null && parent.mm === t.mm;
}

/** The task's address space, or null. */
export const taskMm = (k: Kernel, t: Task): MmStruct | null => (t.mm < 0 ? null : k.mms[t.mm]);

/** Pages of page tables, as far as an era counts them. */
export function tablePages(k: Kernel, mm: MmStruct, rule: PageTablesRule): number {
  const all = Math.floor(mm.pgtablesBytes / PAGE_SIZE);
  if (rule === 'bytes') return all;
  return rule === 'none' ? 0 : rule === 'ptes' ? nrPteTables(k, mm) : all - nrPudTables(k, mm);
}

/**
 * What the score of a task with an address space is made of. Reads the counters as the OOM killer does.
 *
 * @param current the task that asked, if there is one
 */
export function badnessFacts(
  k: Kernel,
  t: Task,
  mm: MmStruct,
  era: BadnessEra,
  current: Task | null = null,
): BadnessFacts {
  const facts: BadnessFacts = {
    rss: getMmRss(mm),
    swapents: getMmCounter(mm, MM_SWAPENTS),
    tables: tablePages(k, mm, era.pageTables),
    adj: t.oomScoreAdj,
    admin: (t.flags & PF_CAP_SYS_ADMIN) !== 0,
  };
  if (era.score === 'total-vm-and-times') {
    let children = 0;
    for (const child of k.tasks) {
      if (child.ppid === t.pid && child.mm >= 0 && child.mm !== t.mm)
        children += Math.floor(k.mms[child.mm].totalVm / 2) + 1;
    }
    facts.history = {
      totalVm: mm.totalVm,
      children,
      cpuTime: t.utime + t.stime,
      runTime: Math.max(0, k.now - t.startTime),
      nice: t.nice,
      rawio: facts.admin,
      elsewhere: current !== null && !cpusetsIntersect(k, current, t),
    };
  }
  return facts;
}

/** Whether no rule of any era lets the task be killed: it has no memory, must not be, or has none left to give. */
export function isUnkillable(k: Kernel, t: Task): boolean {
  const mm = taskMm(k, t);
  if (oomUnkillableTask(t) || mm === null) return true;
  return t.oomScoreAdj === OOM_SCORE_ADJ_MIN || (mm.flags & MMF_OOM_SKIP) !== 0 || inVfork(k, t);
}

/**
 * oom_badness by the rules this kernel goes by: pages, -Infinity for a task that must not be killed. Reads the counters
 * as the OOM killer does, without what is still on its way in the per-cpu parts.
 */
export function oomBadness(k: Kernel, t: Task, totalpages: number): number {
  const mm = taskMm(k, t);
  if (mm === null || isUnkillable(k, t)) return OOM_UNKILLABLE;
  const era = oomRules(k).badness;
  return badnessOf(era, badnessFacts(k, t, mm, era), totalpages);
}

/** totalpages of a global OOM and of oom_score: managed RAM and all swap, used or not. Pages. §10.4. */
export const totalpagesGlobal = (k: Kernel): number => k.totalramPages + k.swap.total;
