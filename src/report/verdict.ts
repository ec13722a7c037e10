/** Compares whom the rules name with who died, and says why they agree, differ or cannot be compared. */
import type { BadnessEra } from '../linux/versions/badness';
import { type EraFound, isDevelopment } from './release';
import { choose, pageSizeOf, type Rules, type Scored, scoreAll, type Totals, totalsOf } from './score';
import type { RawReport, TaskRow } from './types';

export type ReasonCode =
  | 'highest-score'
  | 'highest-score-rows-lost'
  | 'highest-score-root-bonus'
  | 'allocating-task'
  | 'tie'
  | 'close'
  | 'child-sacrificed'
  | 'not-in-table'
  | 'patched-kernel'
  | 'development-kernel'
  | 'rows-lost'
  | 'unexplained'
  | 'no-table'
  | 'empty-table'
  | 'table-cut'
  | 'old-rules'
  | 'total-unknown'
  | 'cgroup-swap-unknown'
  | 'no-victim'
  | 'already-exiting'
  | 'panic-all-reaped'
  | 'panic';

export interface Victim {
  pid: number;
  comm: string;
  /** The line that names it. */
  from: 'kill' | 'selected' | 'summary' | 'reaper';
}

export interface Verdict {
  victim: Victim | null;
  predicted: { pid: number; comm: string; points: number } | null;
  agrees: boolean | null;
  code: ReasonCode;
  params: Record<string, string | number>;
  tasks: Scored[];
  rules: Rules;
  totals: Totals;
  era: BadnessEra;
  eraCertain: boolean;
  /** Score as printed before 5.1, and as computed. */
  score: { printed: number; computed: number | null } | null;
}

/** Who died, by the best witness there is. */
export function victimOf(r: RawReport): Victim | null {
  const kill = r.kills[0];
  if (kill) return { pid: kill.pid, comm: kill.comm, from: 'kill' };
  if (r.selected) return { pid: r.selected.pid, comm: r.selected.comm, from: 'selected' };
  if (r.summary?.pid != null) return { pid: r.summary.pid, comm: r.summary.task ?? '', from: 'summary' };
  if (r.panic !== null || r.noKillable) return null;
  const reaped = r.table !== null && r.reaped[0];
  return reaped ? { pid: reaped.pid, comm: reaped.comm, from: 'reaper' } : null;
}

/** A swap area this many times the limit is tried where a cgroup's report does not print the machine's swap. */
const SWAP_GUESSES = [1, 2, 4, 16];

/**
 * @param dead processes that earlier reports of the log killed
 */
export function judge(r: RawReport, { era, certain }: EraFound, dead: ReadonlySet<number>): Verdict {
  const pageSize = pageSizeOf(r).bytes;
  const totals = totalsOf(r, pageSize);
  const victim = victimOf(r);
  const rows = r.table?.rows ?? [];
  const gone = new Set(dead);
  if (victim) gone.delete(victim.pid);
  const rules: Rules = { era, pageSize, total: totals.totalPages ?? 0, rootIsAdmin: true, dead: gone };
  const v: Verdict = {
    victim,
    predicted: null,
    agrees: null,
    code: 'no-table',
    params: { era: era.name },
    tasks: [],
    rules,
    totals,
    era,
    eraCertain: certain,
    score: null,
  };
  const unknown = cannotScore(r, v, rows);
  if (unknown) v.code = unknown;
  if (era.score === 'total-vm-and-times' || (totals.totalPages === null && adjMatters(rows))) {
    v.tasks = rows.map((row) => ({ row, points: Number.NaN }));
    return v;
  }
  predict(v, rows, rules);
  if (!unknown) compare(r, v, rows);
  else v.predicted = unknown === 'no-victim' || unknown === 'already-exiting' ? v.predicted : null;
  if (r.selected?.score != null) v.score = { printed: r.selected.score, computed: printedScore(v, r.selected.pid) };
  return v;
}

const adjMatters = (rows: readonly TaskRow[]): boolean =>
  rows.some((t) => t.oom_score_adj !== 0 && t.oom_score_adj !== -1000);

/** Why nothing can be compared, or null. */
function cannotScore(r: RawReport, v: Verdict, rows: readonly TaskRow[]): ReasonCode | null {
  if (r.noKillable && r.table !== null && rows.length === 0) return 'empty-table';
  if (r.panic !== null && v.victim === null) {
    if (r.noKillable || r.panic.includes('deadlocked')) {
      return rows.some((t) => t.oom_score_adj !== -1000) ? 'panic-all-reaped' : 'panic';
    }
    return 'panic';
  }
  if (r.noKillable && v.victim === null) return rows.length > 0 ? 'panic-all-reaped' : 'empty-table';
  if (r.table === null) return 'no-table';
  if (rows.length === 0) return r.tableCut || r.cuts.length > 0 || v.victim === null ? 'table-cut' : 'empty-table';
  if (v.era.score === 'total-vm-and-times') return 'old-rules';
  if (v.totals.totalPages === null && adjMatters(rows)) return 'total-unknown';
  if (r.alreadyExiting && v.victim === null) return 'already-exiting';
  // Without a line behind it the table may lack its end.
  if (v.victim === null) return r.summary === null && r.reaped.length === 0 ? 'table-cut' : 'no-victim';
  if (r.tableCut || r.table.columns === null) return 'table-cut';
  return null;
}

function predict(v: Verdict, rows: readonly TaskRow[], rules: Rules): void {
  v.rules = rules;
  v.tasks = scoreAll(rows, rules);
  const i = choose(v.tasks, v.era);
  v.predicted = i < 0 ? null : { pid: rows[i].pid, comm: rows[i].name, points: v.tasks[i].points };
}

function compare(r: RawReport, v: Verdict, rows: readonly TaskRow[]): void {
  const victim = v.victim as Victim;
  if (r.kills[0]?.message.includes('oom_kill_allocating_task')) {
    const points = v.tasks.find((t) => t.row.pid === victim.pid)?.points ?? 0;
    v.predicted = { pid: r.invoker?.pid ?? victim.pid, comm: r.invoker?.comm ?? victim.comm, points };
    v.agrees = v.predicted.pid === victim.pid;
    v.code = 'allocating-task';
    return;
  }
  if (v.predicted === null) {
    v.code = 'rows-lost';
    return;
  }
  const named = (): boolean => v.predicted?.pid === victim.pid;
  if (!named() && v.era.adminBonus !== 'none') {
    predict(v, rows, { ...v.rules, rootIsAdmin: false });
    if (named()) {
      v.agrees = true;
      v.code = 'highest-score-root-bonus';
      return;
    }
    predict(v, rows, { ...v.rules, rootIsAdmin: true });
  }
  // Late 5.4 kernels carry the rules of 5.9.
  if (!named() && v.era.clamp === 'at-least-one' && r.uname?.startsWith('5.4.')) {
    const { era } = v;
    v.era = { ...era, clamp: 'none' };
    predict(v, rows, { ...v.rules, era: v.era });
    if (!named()) {
      v.era = era;
      predict(v, rows, { ...v.rules, era });
    }
  }
  if (named()) {
    v.agrees = true;
    v.code = (r.table?.damaged ?? 0) > 0 ? 'highest-score-rows-lost' : 'highest-score';
    return;
  }
  v.agrees = false;
  v.code = whyDiffers(r, v, victim);
  if (v.code === 'cgroup-swap-unknown') v.agrees = null;
}

function whyDiffers(r: RawReport, v: Verdict, victim: Victim): ReasonCode {
  const top = v.predicted as { pid: number; comm: string; points: number };
  v.params.selected = r.selected?.comm ?? '';
  if (r.selected && r.selected.pid === top.pid && victim.pid !== top.pid) return 'child-sacrificed';
  if ((r.table?.unknown.length ?? 0) > 0) {
    v.params.column = r.table?.unknown.join(', ') ?? '';
    return 'patched-kernel';
  }
  const mine = v.tasks.find((t) => t.row.pid === victim.pid);
  if (!mine) return (r.table?.damaged ?? 0) > 0 ? 'rows-lost' : 'not-in-table';
  v.params.points = mine.points;
  v.params.behind = top.points - mine.points;
  if (mine.points === top.points) return 'tie';
  if (top.points - mine.points <= Math.max(64, v.rules.total / 1000)) return 'close';
  if (!v.totals.exact && v.totals.swapPages === null && otherTotalAgrees(v, victim)) return 'cgroup-swap-unknown';
  return isDevelopment(r.uname) ? 'development-kernel' : 'unexplained';
}

/** Whether the victim is the right one for some size of swap that the report does not print. */
function otherTotalAgrees(v: Verdict, victim: Victim): boolean {
  return SWAP_GUESSES.some((times) => {
    const tasks = scoreAll(
      v.tasks.map((t) => t.row),
      { ...v.rules, total: v.rules.total * (1 + times) },
    );
    const i = choose(tasks, v.era);
    return i >= 0 && tasks[i].row.pid === victim.pid;
  });
}

/** What the kernel would print as "score N". */
function printedScore(v: Verdict, pid: number): number | null {
  const points = v.tasks.find((t) => t.row.pid === pid)?.points;
  if (points === undefined || !Number.isFinite(points) || v.rules.total === 0) return null;
  return v.era.score === 'permille' ? points : Math.trunc((points * 1000) / v.rules.total);
}
