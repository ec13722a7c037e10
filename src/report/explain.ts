/** The whole post-mortem of a text: every report parsed, scored, compared and explained. */
import type { Progress } from './clean';
import { type Request, requestOf } from './gfp';
import { type Breakdown, lacksZones, memoryOf, totalsDiffer } from './memory';
import { newReport } from './open';
import { plainText } from './plain';
import { eraOf, releaseNumber } from './release';
import { type Saved, type Segment, savedBy, victimStrip, wouldDieAt } from './savedBy';
import { choose, isMemcg, pageSizeOf } from './score';
import { type ParsedLog, parseLog } from './split';
import { storyOf } from './story';
import type { KillLine, ParsedStory, RawReport } from './types';
import { isRanked, judge, type Verdict } from './verdict';
import { type Note, whyOf } from './why';
import { judgeZones, type ZoneVerdict } from './zones';

/** What was concluded from one report. */
export interface Explained {
  raw: RawReport;
  /** "6.12.117" */
  kernel: string | null;
  request: Request | null;
  constraint: string;
  /** The group whose limit was hit. */
  memcg: string | null;
  pageSize: number;
  verdict: Verdict;
  saved: Saved | null;
  strip: Segment[];
  /** For each row: the adj at which it dies instead. */
  wouldDieAt: (number | null)[];
  memory: Breakdown | null;
  zones: ZoneVerdict[];
  why: Note[];
  complete: boolean;
  warnings: Note[];
}

export interface PostMortem {
  reports: Explained[];
  story: ParsedStory;
  /** What there is where there is no report: see insteadOf. */
  instead: Instead | null;
}

/** Explains every report of a text, in linear time; never throws, whatever the text is. */
export function explainText(text: string, progress?: Progress): PostMortem {
  const plain = plainText(text);
  const log = parseLog(plain.text, progress);
  if (log.reports.length === 0) log.reports = endsOf(log);
  const dead: Record<string, KillLine[]> = Object.create(null);
  const reports: Explained[] = [];
  let stray = 0;
  for (const raw of log.reports) {
    dead[raw.host] ??= [];
    const gone = dead[raw.host];
    for (; stray < log.strays.length && log.strays[stray].line < raw.line; stray++) gone.push(log.strays[stray]);
    const explained = explainReport(raw, deadIn(raw, gone));
    if (plain.reversed) explained.warnings.push({ code: 'reversed', params: {} });
    reports.push(explained);
    for (const k of raw.kills) gone.push(k);
    if (gone.length > MAX_DEAD) gone.splice(0, gone.length - MAX_DEAD);
  }
  const instead = reports.length === 0 ? insteadOf(plain.text) : null;
  return { reports, story: storyOf(log.reports, log.strays), instead };
}

/**
 * `refused`: a request for memory that was refused, for which nobody is killed; `user-space`: a kill by a program, which
 * writes no report.
 */
export type Instead = 'refused' | 'user-space';

/** What warn_alloc() prints. */
const ALLOCATION_FAILURE = /page allocation failure[.:]/;
/** systemd-oomd, earlyoom, oomd and Android's low memory killers, in their kernel of old and in user space. */
const USER_SPACE =
  /systemd-oomd\[?\d*\]?: Killed |systemd-oomd killed \d+ process|earlyoom\[?\d*\]?: .*sending SIG|sending SIG(?:TERM|KILL) to process \d+ .*oom_score|(?:lowmemorykiller|lmkd) *: *Kill|oomd\[?\d*\]?: .*(?:killed|Trying to kill) /i;

/** What else the text is about. */
function insteadOf(text: string): Instead | null {
  if (USER_SPACE.test(text)) return 'user-space';
  return ALLOCATION_FAILURE.test(text) ? 'refused' : null;
}

/** How many of the last dead are remembered, and for how long: process numbers come round again. */
const MAX_DEAD = 200;
const DEAD_SECONDS = 600;

/** Processes of the table that were killed shortly before. */
function deadIn(r: RawReport, gone: readonly KillLine[]): Set<number> {
  const out = new Set<number>();
  for (const k of gone) {
    if (r.time !== null && k.time !== null && Math.abs(r.time - k.time) > DEAD_SECONDS) continue;
    if (r.table?.rows.some((t) => t.pid === k.pid && t.name === k.comm)) out.add(k.pid);
  }
  return out;
}

/** Ends of reports and kills alone, when there is nothing else: a report each, of which everything else is missing. */
function endsOf(log: ParsedLog): RawReport[] {
  const told = new Set(log.ends.flatMap((r) => r.kills.map((k) => k.line)));
  const alone = log.strays.filter((k) => !told.has(k.line));
  const reports = alone.map((k: KillLine) => {
    const r = newReport({
      n: k.line,
      text: '',
      prefixed: false,
      indented: false,
      time: k.time,
      stamp: null,
      host: '',
    });
    r.kills.push(k);
    return r;
  });
  log.strays = [];
  return [...log.ends, ...reports].sort((a, b) => a.line - b.line);
}

/** @param dead processes that were killed earlier in the log, on the same machine */
export function explainReport(raw: RawReport, dead: ReadonlySet<number>): Explained {
  const era = eraOf(raw);
  const page = pageSizeOf(raw);
  const verdict = judge(raw, era, dead);
  const request = requestOf(raw);
  const memcg = isMemcg(raw);
  const memory = memoryOf(raw, verdict.totals, page.bytes, memcg);
  const zones = memcg ? [] : judgeZones(raw, request, page.bytes);
  const { tasks, rules, predicted } = verdict;
  // By sizes alone the victim leads, but how far is measured by the total.
  const asTold = isRanked(verdict);
  const chosen = predicted ? choose(tasks, rules.era) : -1;
  const warnings = warningsOf(raw, verdict, page.certain);
  return {
    raw,
    kernel: raw.uname === null ? null : releaseNumber(raw.uname),
    request,
    constraint: raw.summary?.constraint ?? (memcg ? 'CONSTRAINT_MEMCG' : 'CONSTRAINT_NONE'),
    memcg: memcg ? (raw.summary?.oomMemcg ?? raw.cgroup?.path ?? null) : null,
    pageSize: page.bytes,
    verdict,
    saved: asTold && verdict.victim ? savedBy(tasks, verdict.victim.pid, rules) : null,
    strip: asTold && verdict.victim ? victimStrip(tasks, verdict.victim.pid, rules) : [],
    wouldDieAt: asTold ? wouldDieAt(tasks, chosen, rules) : tasks.map(() => null),
    memory,
    zones,
    why: whyOf(raw, verdict, request, memory, zones),
    complete: warnings.every((w) => NOT_LOST.has(w.code)),
    warnings,
  };
}

const decided = (r: RawReport): boolean =>
  r.kills.length > 0 || r.panic !== null || r.noKillable || r.alreadyExiting !== null;

/** Warnings that say that nothing of what the kernel prints is missing, but that something cannot be known. */
const NOT_LOST = new Set([
  'unknown-columns',
  'cgroup-swap-unknown',
  'constraint-none',
  'page-size-assumed',
  'totals-differ',
]);

/** Counters that every Mem-Info has. */
const COUNTERS = [
  'active_anon',
  'inactive_anon',
  'active_file',
  'inactive_file',
  'dirty',
  'writeback',
  'mapped',
  'free',
];

/** What a Mem-Info block lacks. */
function memInfoLosses(r: RawReport, add: (code: string) => void): void {
  if (!r.memInfo) {
    add('no-meminfo');
    return;
  }
  const old = r.counts.active_anon === undefined && r.counts.active !== undefined;
  if (!old && COUNTERS.some((name) => r.counts[name] === undefined)) add('counters-lost');
  if (r.totals.ram === undefined || r.totals.reserved === undefined) add('no-totals');
  if (r.zones.length === 0) add('no-zones');
  else if (
    lacksZones(r) ||
    r.zones.some(
      (z) => z.kb.min === undefined || z.kb.free === undefined || z.reserve.length === 0 || z.blocks.length === 0,
    )
  ) {
    add('zones-lost');
  }
  if ((r.freeSwapKb === null) !== (r.totalSwapKb === null)) add('swap-lost');
}

function warningsOf(r: RawReport, v: Verdict, pageCertain: boolean): Note[] {
  const out: Note[] = [];
  const add = (code: string, params: Note['params'] = {}): void => {
    out.push({ code, params });
  };
  const memcg = isMemcg(r);
  if (r.invoker === null) add('no-head');
  else if (r.gfp === null) add('no-request');
  if (r.uname === null) add('no-release', { era: v.era.name });
  if (!memcg) memInfoLosses(r, add);
  else if (r.cgroup?.memory == null) add('no-cgroup-usage');
  if (r.table === null) add('no-table');
  else if (r.table.columns === null && r.table.rows.length > 0) add('no-header');
  if (r.table && r.table.rows.length === 0 && r.table.damaged === 0 && r.kills.length > 0) add('no-rows');
  if (r.table && r.table.damaged > 0) add('rows-damaged', { n: r.table.damaged });
  if (r.table && r.table.unknown.length > 0) add('unknown-columns', { columns: r.table.unknown.join(', ') });
  if (totalsDiffer(r, v.totals, v.rules.pageSize)) add('totals-differ');
  if (r.cuts.length > 0) add('cut', { n: r.cuts.length, line: r.cuts[0] });
  if (!decided(r)) add(v.victim?.from === 'reaper' ? 'victim-from-reaper' : 'no-kill-line');
  if (memcg && v.totals.totalPages !== null && !v.totals.exact) add('cgroup-swap-unknown');
  if (memcg && r.summary?.constraint === 'CONSTRAINT_NONE') add('constraint-none');
  if (!pageCertain && (r.memInfo || r.table !== null)) add('page-size-assumed');
  return out;
}
