/** Compares whom the rules name with who died, and says why they agree, differ or cannot be compared. */
import type { BadnessEra } from '../linux/versions/badness';
import { invokerIs } from './invoker';
import { isAllocating } from './parseKill';
import { heardScore, scoreWith } from './printed';
import { type EraFound, isDevelopment } from './release';
import { choose, heldPages, pageSizeOf, type Rules, type Scored, scoreAll, type Totals, totalsOf } from './score';
import type { RawReport, TaskRow } from './types';

export type ReasonCode =
  | 'highest-score'
  | 'highest-score-rows-lost'
  | 'highest-score-root-bonus'
  | 'highest-any-total'
  | 'allocating-task'
  | 'allocating-task-child'
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
  | 'none-killable'
  | 'rows-missing'
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

/** The rules name the victim by its score, and can be asked what else they would have named. */
export const isRanked = ({ agrees, code, totals }: Verdict): boolean =>
  agrees === true && code !== 'allocating-task' && totals.totalPages !== null;

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
  if (era.score === 'total-vm-and-times' || needsTotal(v, rows)) {
    v.tasks = rows.map((row) => ({ row, points: Number.NaN }));
    if (askerDies(r, v)) return v;
    if (unknown === 'total-unknown' && leadsAnyway(v, rows)) {
      v.predicted = { pid: (victim as Victim).pid, comm: (victim as Victim).comm, points: Number.NaN };
      v.agrees = true;
      v.code = 'highest-any-total';
    }
    return v;
  }
  const heard = heardScore(r, rules, totals);
  v.totals = heard.totals;
  predict(v, rows, heard.rules);
  if (askerDies(r, v)) return v;
  if (!unknown) compare(r, v, rows);
  else v.predicted = unknown === 'no-victim' || unknown === 'already-exiting' ? v.predicted : null;
  if (r.selected?.score != null) v.score = { printed: r.selected.score, computed: computedScore(v, r.selected.pid) };
  return v;
}

/** The total that oom_score_adj, root's bonus or the score itself is measured by is not in the text, and matters. */
function needsTotal({ era, totals }: Verdict, rows: readonly TaskRow[]): boolean {
  if (totals.totalPages !== null) return false;
  if (era.score === 'permille') return true;
  if (era.adminBonus === 'adj-30' && rows.some((t) => t.uid === 0)) return true;
  return rows.some((t) => t.oom_score_adj !== 0 && t.oom_score_adj !== -1000);
}

/** The victim is ahead of all others in size and in oom_score_adj: then it is chosen however much memory there is. */
function leadsAnyway({ era, victim, rules }: Verdict, rows: readonly TaskRow[]): boolean {
  const mine = rows.find((t) => t.pid === victim?.pid);
  if (!mine || era.score !== 'pages' || mine.oom_score_adj === -1000) return false;
  // With a bonus that uid 0 may have, its own size is taken to be smaller, and those of others are not.
  const spared = era.adminBonus !== 'none' && mine.uid === 0;
  if (spared && era.adminBonus === 'adj-30') return false;
  const size = (t: TaskRow): number => heldPages(t, era, rules.pageSize);
  const least = spared ? Math.floor(size(mine) * 0.97) : size(mine);
  return rows.every(
    (t) => t === mine || t.oom_score_adj === -1000 || (size(t) < least && t.oom_score_adj <= mine.oom_score_adj),
  );
}

/** vm.oom_kill_allocating_task: no score counts, and no table is needed. */
function askerDies(r: RawReport, v: Verdict): boolean {
  const { victim } = v;
  if (victim === null || !isAllocating(r)) return false;
  const points = v.tasks.find((t) => t.row.pid === victim.pid)?.points ?? Number.NaN;
  // The line of the choice names the process, the first line of the report may name one of its threads.
  const asked = r.selected ?? r.invoker;
  v.predicted = { pid: asked?.pid ?? victim.pid, comm: asked?.comm ?? victim.comm, points };
  v.agrees = v.predicted.pid === victim.pid || (r.selected === null && invokerIs(r, victim) !== 'other');
  if (v.agrees) v.predicted = { ...v.predicted, pid: victim.pid };
  v.params.selected = v.predicted.comm;
  v.code = v.agrees || r.selected === null ? 'allocating-task' : 'allocating-task-child';
  return true;
}

/** Why nothing can be compared, or null. */
function cannotScore(r: RawReport, v: Verdict, rows: readonly TaskRow[]): ReasonCode | null {
  if (r.noKillable && r.table !== null && rows.length === 0) return 'empty-table';
  if (r.panic !== null && v.victim === null) {
    if (r.noKillable || r.panic.includes('deadlocked')) {
      return rows.some((t) => t.oom_score_adj !== -1000) ? 'panic-all-reaped' : 'none-killable';
    }
    return 'panic';
  }
  if (r.noKillable && v.victim === null) {
    if (rows.length === 0) return 'none-killable';
    return rows.some((t) => t.oom_score_adj !== -1000) ? 'panic-all-reaped' : 'none-killable';
  }
  if (r.table === null) return 'no-table';
  if (rows.length === 0) return v.victim === null ? 'table-cut' : 'rows-missing';
  if (v.era.score === 'total-vm-and-times') return 'old-rules';
  if (r.alreadyExiting && v.victim === null) return 'already-exiting';
  // Without a line behind it the table may lack its end.
  if (v.victim === null) return r.summary === null && r.reaped.length === 0 ? 'table-cut' : 'no-victim';
  if (r.tableCut || r.table.columns === null) return 'table-cut';
  if (needsTotal(v, rows)) return 'total-unknown';
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
  if (v.predicted === null) {
    v.code = 'rows-lost';
    return;
  }
  const named = (): boolean => v.predicted?.pid === victim.pid;
  if (!named() && v.era.adminBonus !== 'none' && v.rules.rootIsAdmin) {
    predict(v, rows, { ...v.rules, rootIsAdmin: false });
    if (named()) {
      v.agrees = true;
      v.code = 'highest-score-root-bonus';
      return;
    }
    predict(v, rows, { ...v.rules, rootIsAdmin: true });
  } else if (named() && !v.rules.rootIsAdmin) {
    v.agrees = true;
    v.code = 'highest-score-root-bonus';
    return;
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

/** What the kernel would print as "score N" of a process. */
function computedScore(v: Verdict, pid: number): number | null {
  const row = v.tasks.find((t) => t.row.pid === pid)?.row;
  return row ? scoreWith(row, v.rules) : null;
}
