/** The score that kernels before 5.1 print is a witness: of root's bonus, and of a total that the text does not give. */
import { heldPages, pointsOf, type Rules, type Totals } from './score';
import type { RawReport, TaskRow } from './types';

/** Lower ones are rounded too coarsely to tell anything. */
const TELLING = 10;

/** What the kernel would print as "score N". */
export function scoreWith(row: TaskRow, rules: Rules): number | null {
  const points = pointsOf(row, rules);
  if (!Number.isFinite(points) || rules.total === 0) return null;
  return rules.era.score === 'permille' ? points : Math.trunc((points * 1000) / rules.total);
}

/**
 * The rules and totals with which the printed score is right: without root's bonus, or with swap in a cgroup's total. As they
 * were where no such change makes it right.
 */
export function heardScore(r: RawReport, rules: Rules, totals: Totals): { rules: Rules; totals: Totals } {
  const row = r.table?.rows.find((t) => t.pid === r.selected?.pid);
  const printed = r.selected?.score;
  if (!row || printed == null || printed < TELLING || totals.totalPages === null) return { rules, totals };
  const exact =
    printed < 1000 && totals.ramPages === totals.totalPages ? { ...totals, exact: true, swapPages: 0 } : totals;
  for (const rootIsAdmin of [true, false]) {
    const changed = { ...rules, rootIsAdmin };
    if (scoreWith(row, changed) === printed) return { rules: changed, totals: totals.exact ? totals : exact };
  }
  const total = totals.exact ? null : totalOf(row, printed, rules);
  if (total === null || total <= totals.totalPages) return { rules, totals };
  const swapPages = totals.ramPages === null ? null : total - totals.ramPages;
  return { rules: { ...rules, total }, totals: { ...totals, totalPages: total, swapPages } };
}

/** A total with which the score comes out, in the middle of those that round to it. Null where a bonus may be in it. */
function totalOf(row: TaskRow, printed: number, { era, pageSize }: Rules): number | null {
  if (row.uid === 0 && era.adminBonus !== 'none') return null;
  const share = printed + 0.5 - row.oom_score_adj;
  return share > 0 ? Math.round((heldPages(row, era, pageSize) * 1000) / share) : null;
}
