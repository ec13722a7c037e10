/** How bad a task is: the arithmetic that chooses the victim. §10.6. */
import type { Kernel } from '../../include/kernel';
import { MM_SWAPENTS, MMF_OOM_SKIP, type MmStruct } from '../../include/mm_types';
import { PF_KTHREAD, PF_VFORK, type Task } from '../../include/sched';
import { PAGE_SIZE } from '../../include/units';
import { findTask, isGlobalInit } from '../../kernel/sched/core';
import { getMmCounter, getMmRss } from '../mm_counters';

export const OOM_SCORE_ADJ_MIN = -1000;
export const OOM_SCORE_ADJ_MAX = 1000;
/** LONG_MIN: this task is not to be killed. */
export const OOM_UNKILLABLE = -Infinity;

/** What oom_score_adj adds: one point of it is a thousandth of `totalpages`, rounded down first. Pages. */
export const adjPoints = (adj: number, totalpages: number): number => {
  const points = adj * Math.floor(totalpages / 1000);
  return points === 0 ? 0 : points;
};

/**
 * The badness of a task that may be killed, pages. Negative values compete too.
 *
 * @param rss resident pages of all kinds
 * @param swapents pages in swap
 * @param pgtablesBytes size of the page tables, bytes
 * @param adj oom_score_adj
 * @param totalpages memory that could have been used, pages
 */
export const badnessPoints = (
  rss: number,
  swapents: number,
  pgtablesBytes: number,
  adj: number,
  totalpages: number,
): number => rss + swapents + Math.floor(pgtablesBytes / PAGE_SIZE) + adjPoints(adj, totalpages);

/** /proc/PID/oom_score from badness: 666 is a tiny task, 1333 one that owns everything, 2000 the most. §10.11. */
export const oomScoreFromPoints = (points: number, totalpages: number): number =>
  points === OOM_UNKILLABLE ? 0 : Math.trunc(((1000 + Math.trunc((points * 1000) / totalpages)) * 2) / 3);

/** Among candidates in the order of the task list: whether the later one replaces the one chosen so far. §10.5. */
export const replacesChosen = (points: number, chosenPoints: number): boolean =>
  points !== OOM_UNKILLABLE && points >= chosenPoints;

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

/**
 * oom_badness: pages, -Infinity for a task that must not be killed. Reads the counters as the OOM killer does, without
 * what is still on its way in the per-cpu parts.
 */
export function oomBadness(k: Kernel, t: Task, totalpages: number): number {
  if (oomUnkillableTask(t)) return OOM_UNKILLABLE;
  const mm = taskMm(k, t);
  if (mm === null) return OOM_UNKILLABLE;
  if (t.oomScoreAdj === OOM_SCORE_ADJ_MIN || mm.flags & MMF_OOM_SKIP || inVfork(k, t)) return OOM_UNKILLABLE;
  return badnessPoints(getMmRss(mm), getMmCounter(mm, MM_SWAPENTS), mm.pgtablesBytes, t.oomScoreAdj, totalpages);
}

/** totalpages of a global OOM and of oom_score: managed RAM and all swap, used or not. Pages. §10.4. */
export const totalpagesGlobal = (k: Kernel): number => k.totalramPages + k.swap.total;
