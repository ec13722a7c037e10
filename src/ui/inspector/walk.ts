/** The kernel's way through the task list, as rows: what it found at each and whom it would take so far. */

import { inspectorWords as w } from '../../i18n/en-inspector';
import type { OomCandidate, OomRecord } from '../../linux/include/kernel';
import { replaces } from '../../linux/versions/badness';
import { rulesOf } from '../../linux/versions/oom_rules';

export type Outcome =
  /** Passed over; `skip` says why. */
  | { kind: 'skipped' }
  /** Its points are the most so far: it is taken for now, instead of `before` if there was one. */
  | { kind: 'best'; before: OomCandidate | null; tie: boolean }
  | { kind: 'lower'; than: OomCandidate }
  /** An earlier victim is still dying: the search ends here. */
  | { kind: 'aborted' };

export interface WalkRow {
  task: OomCandidate;
  outcome: Outcome;
  /** Who would die if the list ended here. */
  best: OomCandidate | null;
  /** Kernel threads that came together with this one and are not shown. */
  more: number;
}

/** Rows in the order of the task list; kernel threads that follow each other are one row. */
export function walkRows(record: OomRecord): WalkRow[] {
  const rows: WalkRow[] = [];
  let best: OomCandidate | null = null;
  const era = rulesOf(record).badness;
  for (const task of record.walk) {
    const last = rows[rows.length - 1];
    if (task.skip === 'kthread' && last?.task.skip === 'kthread') {
      last.more++;
      continue;
    }
    let outcome: Outcome;
    if (task.skip === 'aborted') outcome = { kind: 'aborted' };
    else if (task.skip !== '') outcome = { kind: 'skipped' };
    else if (replaces(era, task.points, best === null ? Number.NEGATIVE_INFINITY : best.points)) {
      outcome = { kind: 'best', before: best, tie: best !== null && best.points === task.points };
      best = task;
    } else outcome = { kind: 'lower', than: best as OomCandidate };
    rows.push({ task, outcome, best, more: 0 });
  }
  return rows;
}

/** Candidates that could have been chosen, most points first; of equals the one the kernel takes. */
export const ranked = (record: OomRecord): OomCandidate[] =>
  record.walk
    .filter((c) => c.skip === '')
    .map((c, i) => ({ c, i }))
    .sort((a, b) => b.c.points - a.c.points || (rulesOf(record).badness.tie === 'last' ? b.i - a.i : a.i - b.i))
    .map(({ c }) => c);

/** A task's name, with its number where another one that may be killed has the same. */
export function nameIn(record: OomRecord, pid: number): string {
  const comm = record.walk.find((c) => c.pid === pid)?.comm;
  if (comm === undefined) return String(pid);
  const shared = record.walk.some((c) => c.comm === comm && c.pid !== pid && c.skip !== 'kthread');
  return shared ? w.numbered(comm, pid) : comm;
}

/** What an adj of one is worth, pages. */
export const adjUnit = (record: OomRecord): number => Math.floor(record.totalpages / 1000);
