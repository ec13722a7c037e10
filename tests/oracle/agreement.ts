/**
 * Holds what the model predicts against what a real kernel did, check by check, with the tolerances within which two
 * recordings of the same real run agree with each other.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ReplayDocument, ReplayOom } from '../../src/cli/replay/output';

type Numbers = Record<string, number>;

interface RecordedTask {
  name: string;
  total_vm: number;
  rss: number;
  swapents: number;
  pgtables_bytes: number;
  oom_score_adj: number;
}
interface RecordedOom {
  invoked?: { comm: string };
  summary?: { constraint?: string };
  victim: { comm: string } | null;
  tasks: RecordedTask[];
  lines: string[];
}
/** A recording with its answers. */
export interface FullRecording {
  name: string;
  script: string[];
  procCols: string[];
  before: { meminfo: Numbers; vmstat: Numbers; zones: Record<string, { managed: number }> };
  samples: { label: string; meminfo: Numbers; vmstat: Numbers; procs: (number | string)[][] }[];
  events: { kind: string; text?: string }[];
  oom: RecordedOom[];
  boots?: { rows?: { wm: unknown; protection: unknown; totalreserve: number }[] }[];
}

/** Parts of a recording that are the question; all others are answers and are not shown to the model. */
const QUESTION = [
  'format',
  'name',
  'scenario',
  'about',
  'units',
  'params',
  'qemu',
  'cmdline',
  'script',
  'boot',
  'before',
];
const ROW_ANSWERS = ['wm', 'protection', 'totalreserve', 'availablePredicted', 'meminfo'];

const folder = fileURLToPath(new URL('./recordings/', import.meta.url));

/** A recording by name, or null when it is not there. */
export function loadRecording(name: string, from = folder): FullRecording | null {
  const file = `${from}${name}.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as FullRecording) : null;
}

/** The recording without its answers, as text. */
export function question(recording: FullRecording): string {
  const kept = Object.entries(recording).filter(([key]) => QUESTION.includes(key));
  const asked: Record<string, unknown> = Object.fromEntries(kept);
  if (recording.boots) {
    asked.boots = recording.boots
      .filter((b) => b.rows)
      .map((b) => ({
        ...b,
        rows: b.rows!.map((r) => Object.fromEntries(Object.entries(r).filter(([key]) => !ROW_ANSWERS.includes(key)))),
      }));
  }
  return JSON.stringify(asked);
}

export interface Check {
  group:
    | 'watermarks'
    | 'kills'
    | 'answers'
    | 'when'
    | 'state at OOM'
    | 'tasks at OOM'
    | 'trajectory'
    | 'oom_score'
    | 'counters';
  what: string;
  ok: boolean;
  real: unknown;
  model: unknown;
}

/** Victims this close in badness are a coin flip in the real kernel too, in pages. */
const TIE = 16;

/** Names whose order is chance: same adj and nearly the same badness in the first report that lists both. */
function twins(oom: RecordedOom[]): (name: string) => string {
  const parent = new Map<string, string>();
  const find = (name: string): string => {
    const up = parent.get(name);
    return up === undefined || up === name ? name : find(up);
  };
  const met = new Set<string>();
  const size = (t: RecordedTask): number => t.rss + t.swapents + t.pgtables_bytes / 4096;
  for (const { tasks } of oom) {
    for (const a of tasks) {
      for (const b of tasks) {
        const pair = [a.name, b.name].sort().join('\0');
        if (a === b || met.has(pair)) continue;
        met.add(pair);
        if (a.oom_score_adj === b.oom_score_adj && Math.abs(size(a) - size(b)) <= TIE)
          parent.set(find(a.name), find(b.name));
      }
    }
  }
  return find;
}

const near = (a: number | undefined, b: number | undefined, tolerance: number): boolean =>
  a !== undefined && b !== undefined && Math.abs(a - b) <= tolerance;

function reported(lines: string[], field: string): number | undefined {
  const pattern = new RegExp(`(?:^|[ \\]])${field}:(\\d+)(?: |$)`);
  for (const line of lines) {
    const m = pattern.exec(line);
    if (m) return Number(m[1]);
  }
  return undefined;
}

/** All checks of one recording. */
export function agreement(recording: FullRecording, got: ReplayDocument): Check[] {
  const checks: Check[] = [];
  const check = (group: Check['group'], what: string, ok: boolean, real: unknown, model: unknown): void => {
    checks.push({ group, what, ok, real, model });
  };
  if (recording.boots) {
    recording.boots
      .filter((b) => b.rows)
      .forEach((b, i) => {
        b.rows!.forEach((row, j) => {
          const g = got.boots?.[i]?.rows[j];
          for (const field of ['wm', 'protection', 'totalreserve'] as const)
            check(
              'watermarks',
              `boot ${i} row ${j} ${field}`,
              JSON.stringify(g?.[field]) === JSON.stringify(row[field]),
              row[field],
              g?.[field],
            );
        });
      });
    return checks;
  }

  const managed = Object.values(recording.before.zones).reduce((n, z) => n + z.managed, 0);
  const pages = Math.max(64, 0.01 * managed);
  const kb = pages * 4;

  const victims = recording.oom.filter((o) => o.victim);
  const same = twins(recording.oom);
  check('kills', 'how many', got.kills?.length === victims.length, victims.length, got.kills?.length);
  victims.forEach((o, i) => {
    const g = got.kills?.[i];
    const { comm } = o.victim!;
    check('kills', `victim ${i + 1}`, g !== undefined && same(g.comm) === same(comm), comm, g?.comm);
    check(
      'kills',
      `constraint ${i + 1}`,
      g?.constraint === o.summary?.constraint,
      o.summary?.constraint,
      g?.constraint,
    );
  });
  const panicked = recording.oom.some((o) => !o.victim);
  check('kills', 'panic', !!got.panic === panicked, panicked, !!got.panic);

  answers(recording, got, check);

  const ends = recording.events.filter((e) => e.kind === 'steps-end');
  const lines = recording.script.filter((l) => l.startsWith('steps '));
  const steps = got.results?.filter((r) => r.op === 'steps') ?? [];
  ends.forEach((e, i) => {
    const done = Number(/^\S+ (\d+) of/.exec(e.text ?? '')?.[1]);
    const stepPages = Number(/(\d+)$/.exec(lines[i] ?? '')?.[1] ?? 256);
    check(
      'when',
      e.text ?? '',
      near(steps[i]?.done, done, Math.max(1, 0.01 * done, 256 / stepPages)),
      done,
      steps[i]?.done,
    );
  });

  recording.oom.forEach((o, i) => {
    const g: Partial<ReplayOom> = got.oom?.[i] ?? {};
    for (const field of [
      'free',
      'free_pcp',
      'active_file',
      'inactive_file',
      'shmem',
      'slab_reclaimable',
      'pagetables',
    ] as const) {
      const real = reported(o.lines, field);
      if (real !== undefined) check('state at OOM', `${i + 1} ${field}`, near(g[field], real, pages), real, g[field]);
    }
    const anon = (reported(o.lines, 'active_anon') ?? 0) + (reported(o.lines, 'inactive_anon') ?? 0);
    const modelAnon = (g.active_anon ?? Number.NaN) + (g.inactive_anon ?? Number.NaN);
    check('state at OOM', `${i + 1} anon`, near(modelAnon, anon, pages), anon, modelAnon);
    for (const t of o.tasks) {
      const nth = o.tasks.filter((x) => x.name === t.name).indexOf(t);
      const h = g.tasks?.filter((x) => x.comm === t.name)[nth];
      for (const field of ['total_vm', 'rss', 'swapents'] as const)
        check('tasks at OOM', `${i + 1} ${t.name} ${field}`, near(h?.[field], t[field], pages), t[field], h?.[field]);
      check(
        'tasks at OOM',
        `${i + 1} ${t.name} pgtables_bytes`,
        near(h?.pgtables_bytes, t.pgtables_bytes, 8192),
        t.pgtables_bytes,
        h?.pgtables_bytes,
      );
    }
  });

  const meminfo = { ...recording.before.meminfo };
  const seen = new Map<string, number>();
  for (const s of recording.samples) {
    Object.assign(meminfo, s.meminfo);
    const nth = seen.get(s.label) ?? 0;
    seen.set(s.label, nth + 1);
    const g = got.samples?.filter((x) => x.label === s.label)[nth];
    if (!g && s.label === 'after-kill') continue;
    for (const field of ['MemFree', 'MemAvailable', 'AnonPages', 'Cached', 'SwapFree', 'Shmem', 'Committed_AS'])
      check(
        'trajectory',
        `${s.label} ${field}`,
        near(g?.meminfo[field], meminfo[field], kb),
        meminfo[field],
        g?.meminfo[field],
      );
    const procs = s.procs.map((row) => Object.fromEntries(recording.procCols.map((c, i) => [c, row[i]])));
    for (const p of procs) {
      if (p.comm === 'init') continue;
      const twin = procs.filter((x) => x.comm === p.comm).indexOf(p);
      const h = g?.procs.filter((x) => x.comm === p.comm)[twin];
      check('oom_score', `${s.label} ${p.comm}`, near(h?.oom_score, Number(p.oom_score), 1), p.oom_score, h?.oom_score);
      for (const field of ['VmRSS', 'VmSwap'] as const)
        check(
          'trajectory',
          `${s.label} ${p.comm} ${field}`,
          near(h?.[field], Number(p[field]), kb),
          p[field],
          h?.[field],
        );
    }
  }
  counters(recording, got, check);
  return checks;
}

type Note = (group: Check['group'], what: string, ok: boolean, real: unknown, model: unknown) => void;

const numbersIn = (text: unknown): number[] => (String(text ?? '').match(/-?\d+/g) ?? []).map(Number);

/** What the guest's programs and its writes to files were answered: the same word, the same errno, sizes within 1 %. */
function answers(recording: FullRecording, got: ReplayDocument, check: Note): void {
  const results = got.results ?? [];
  const acks = results.filter((r) => r.op === 'ack' && !String(r.reply).startsWith('pids'));
  const sets = results.filter((r) => r.op === 'set');
  let ack = 0;
  let set = 0;
  for (const e of recording.events) {
    const a = e.kind === 'ack' ? /^(\S+) \[(.*?)\] (.*)$/.exec(e.text ?? '') : null;
    if (a && !a[3].startsWith('pids')) {
      const reply = acks[ack++] as { reply?: string } | undefined;
      const real = numbersIn(a[3]);
      const model = numbersIn(reply?.reply);
      const exact = (i: number): boolean => /errno/.test(a[3]) && i === real.length - 1;
      const ok =
        String(reply?.reply ?? '').split(' ')[0] === a[3].split(' ')[0] &&
        real.length === model.length &&
        real.every((n, i) => near(model[i], n, exact(i) ? 0.01 * Math.abs(n) : Math.max(32, 0.01 * Math.abs(n))));
      check('answers', `${a[1]} ${a[2]}`, ok, a[3], reply?.reply);
    }
    const w = e.kind === 'set' ? /^(\S+) \[(.*?)\] (\d+)$/.exec(e.text ?? '') : null;
    if (w) {
      const answer = sets[set++] as { errno?: number } | undefined;
      check('answers', `${w[1]} ${w[2]}`, answer?.errno === Number(w[3]), Number(w[3]), answer?.errno);
    }
  }
}

const COUNTERS = [
  'pgscan_kswapd',
  'pgscan_direct',
  'pgsteal_kswapd',
  'pgsteal_direct',
  'pswpout',
  'pswpin',
  'workingset_refault_anon',
  'workingset_refault_file',
  'pgfault',
  'pgmajfault',
] as const;

/** How far vmstat's counters moved from the first sample to the last: within a quarter, or 256. */
function counters(recording: FullRecording, got: ReplayDocument, check: Note): void {
  const now = { ...recording.before.vmstat };
  let first: Numbers | undefined;
  for (const s of recording.samples) {
    Object.assign(now, s.vmstat);
    first ??= { ...now };
  }
  if (!first) return;
  const from = got.samples?.[0]?.vmstat;
  const to = got.samples?.at(-1)?.vmstat;
  for (const name of COUNTERS) {
    const real = now[name] - first[name];
    if (!Number.isFinite(real)) continue;
    const model = from && to ? to[name] - from[name] : undefined;
    check('counters', name, near(model, real, Math.max(256, 0.25 * real)), real, model);
  }
}

/** Share of checks of a group that agree, 0..1; 1 when there are none. */
export function share(checks: Check[], group: Check['group']): number {
  const of = checks.filter((c) => c.group === group);
  return of.length === 0 ? 1 : of.filter((c) => c.ok).length / of.length;
}
