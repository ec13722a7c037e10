/** What another oom_score_adj would have changed: computed with the report's own rules and numbers. */
import { replaces, UNKILLABLE } from '../linux/versions/badness';
import { pointsOf, type Rules, type Scored } from './score';

export interface Saved {
  oom_score_adj: number;
  nextVictim: { pid: number; comm: string };
}

interface Best {
  index: number;
  points: number;
}

/** The choice among all tasks but one. */
function bestWithout(tasks: readonly Scored[], skip: number, rules: Rules): Best | null {
  let best: Best | null = null;
  tasks.forEach((t, index) => {
    if (index === skip || t.points === UNKILLABLE || Number.isNaN(t.points)) return;
    if (best === null || replaces(rules.era, t.points, (best as Best).points)) best = { index, points: t.points };
  });
  return best;
}

/** Whether a task with these points is chosen over the best of the others, by its place in the list. */
function wins(points: number, index: number, best: Best | null, rules: Rules): boolean {
  if (points === UNKILLABLE) return false;
  if (best === null) return true;
  return index > best.index ? replaces(rules.era, points, best.points) : !replaces(rules.era, best.points, points);
}

/** The highest adj below the victim's own with which another dies; null when nobody else can. */
export function savedBy(tasks: readonly Scored[], pid: number, rules: Rules): Saved | null {
  const index = tasks.findIndex((t) => t.row.pid === pid);
  if (index < 0) return null;
  const { row } = tasks[index];
  const best = bestWithout(tasks, index, rules);
  if (best === null) return null;
  const dies = (adj: number): boolean => wins(pointsOf(row, rules, adj), index, best, rules);
  if (!dies(row.oom_score_adj)) return null;
  // Points grow with adj: the last adj that saves.
  let low = -1000;
  let high = row.oom_score_adj;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (dies(middle)) high = middle;
    else low = middle;
  }
  const next = tasks[best.index].row;
  return { oom_score_adj: low, nextVictim: { pid: next.pid, comm: next.name } };
}

/** For each task that lives: the lowest adj above its own with which it dies instead; null when none does. */
export function wouldDieAt(tasks: readonly Scored[], chosen: number, rules: Rules): (number | null)[] {
  if (chosen < 0) return tasks.map(() => null);
  const top: Best = { index: chosen, points: tasks[chosen].points };
  return tasks.map(({ row }, index) => {
    if (index === chosen) return null;
    const dies = (adj: number): boolean => wins(pointsOf(row, rules, adj), index, top, rules);
    if (!dies(1000)) return null;
    let low = row.oom_score_adj;
    let high = 1000;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (dies(middle)) high = middle;
      else low = middle;
    }
    return high;
  });
}

export interface Segment {
  /** From this adj of the victim on, up to the next segment's. */
  from: number;
  dies: { pid: number; comm: string };
}

/** Who dies for each adj of one task, from -1000 to 1000: at most two segments, since its points only grow. */
export function victimStrip(tasks: readonly Scored[], pid: number, rules: Rules): Segment[] {
  const index = tasks.findIndex((t) => t.row.pid === pid);
  if (index < 0) return [];
  const self = { pid, comm: tasks[index].row.name };
  const best = bestWithout(tasks, index, rules);
  const dies = (adj: number): boolean => wins(pointsOf(tasks[index].row, rules, adj), index, best, rules);
  const other = best === null ? null : { pid: tasks[best.index].row.pid, comm: tasks[best.index].row.name };
  if (!dies(1000)) return other ? [{ from: -1000, dies: other }] : [];
  let low = -1000;
  let high = 1000;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (dies(middle)) high = middle;
    else low = middle;
  }
  return other
    ? [
        { from: -1000, dies: other },
        { from: high, dies: self },
      ]
    : [{ from: high, dies: self }];
}
