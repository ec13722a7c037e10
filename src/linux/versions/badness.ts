/** How kernels of other years counted badness and broke ties: data for each era, rules as named strategies. §10.16. */

/** What the score is made of. */
export type ScoreRule = 'total-vm-and-times' | 'permille' | 'pages';
export type PageTablesRule = 'none' | 'ptes' | 'ptes-and-pmds' | 'bytes';
/** What CAP_SYS_ADMIN takes off: 30 per mille of the score, 30 of the adj, 3 % of the score. */
export type AdminBonus = 'none' | 'score-30' | 'adj-30' | 'three-percent';
/** 1..1000; at least 1; as it is. */
export type ClampRule = 'one-to-thousand' | 'at-least-one' | 'none';
/** Which of equals dies: the one that comes first in the task list, or last. */
export type TieRule = 'first' | 'last';

export interface BadnessEra {
  /** First release of the era. */
  from: readonly [number, number, number];
  name: string;
  score: ScoreRule;
  pageTables: PageTablesRule;
  adminBonus: AdminBonus;
  clamp: ClampRule;
  tie: TieRule;
  /** A child of the chosen process dies in its stead. */
  sacrificeChild: boolean;
}

/** Oldest first. */
export const BADNESS_ERAS: readonly BadnessEra[] = [
  {
    from: [2, 4, 0],
    name: '2.4 to 2.6.35',
    score: 'total-vm-and-times',
    pageTables: 'none',
    adminBonus: 'none',
    clamp: 'none',
    tie: 'first',
    sacrificeChild: true,
  },
  {
    from: [2, 6, 36],
    name: '2.6.36 to 3.4',
    score: 'permille',
    pageTables: 'ptes',
    adminBonus: 'score-30',
    clamp: 'one-to-thousand',
    tie: 'first',
    sacrificeChild: true,
  },
  {
    from: [3, 5, 0],
    name: '3.5 to 3.13',
    score: 'pages',
    pageTables: 'ptes',
    adminBonus: 'adj-30',
    clamp: 'at-least-one',
    tie: 'first',
    sacrificeChild: true,
  },
  {
    from: [3, 14, 0],
    name: '3.14 to 4.16',
    score: 'pages',
    pageTables: 'ptes-and-pmds',
    adminBonus: 'three-percent',
    clamp: 'at-least-one',
    tie: 'first',
    sacrificeChild: true,
  },
  {
    from: [4, 17, 0],
    name: '4.17 to 5.0',
    score: 'pages',
    pageTables: 'bytes',
    adminBonus: 'none',
    clamp: 'at-least-one',
    tie: 'first',
    sacrificeChild: true,
  },
  {
    from: [5, 1, 0],
    name: '5.1 to 5.8',
    score: 'pages',
    pageTables: 'bytes',
    adminBonus: 'none',
    clamp: 'at-least-one',
    tie: 'last',
    sacrificeChild: false,
  },
  {
    from: [5, 9, 0],
    name: '5.9 and later',
    score: 'pages',
    pageTables: 'bytes',
    adminBonus: 'none',
    clamp: 'none',
    tie: 'last',
    sacrificeChild: false,
  },
];

const compare = (a: readonly number[], b: readonly number[]): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

/** The era of a release, given as [major, minor, patch]. */
export function eraOfRelease(release: readonly number[]): BadnessEra {
  let found = BADNESS_ERAS[0];
  for (const era of BADNESS_ERAS) if (compare(era.from, release) <= 0) found = era;
  return found;
}

/** What a task's badness is made of, pages. */
export interface BadnessFacts {
  rss: number;
  swapents: number;
  /** Pages of page tables, as far as the era counts them. */
  tables: number;
  adj: number;
  /** CAP_SYS_ADMIN. */
  admin: boolean;
  /** What only the oldest era looks at; no report prints it. */
  history?: BadnessHistory | undefined;
}

/** What badness() of 2.6.35 and before looks at besides. */
export interface BadnessHistory {
  /** Pages of address space. */
  totalVm: number;
  /** For each child with memory of its own half of its address space and 1, pages. */
  children: number;
  /** Time on a cpu, and since the start, ns. */
  cpuTime: number;
  runTime: number;
  nice: number;
  /** CAP_SYS_RAWIO. */
  rawio: boolean;
  /** Its cpuset shares no node with that of the task that asked. */
  elsewhere: boolean;
}

export const OOM_SCORE_ADJ_MIN = -1000;
export const OOM_SCORE_ADJ_MAX = 1000;
/** LONG_MIN: this task is not to be killed. */
export const UNKILLABLE = -Infinity;

/** One step of the score: what is done to the sum so far, and by how much. All divisions are rounded down. */
export interface BadnessStep {
  op: '+' | '-' | '×' | '÷' | '‰' | '<<' | '>>' | 'min' | 'max';
  /** What it stands for. */
  kind:
    | 'rss'
    | 'swap'
    | 'tables'
    | 'adj'
    | 'root'
    | 'total_vm'
    | 'children'
    | 'cpu'
    | 'run'
    | 'nice'
    | 'rawio'
    | 'cpuset'
    | 'total'
    | 'floor'
    | 'ceiling';
  value: number;
  /** `value` is so many of these: an adj of 3 with 500 pages each is 1500 with a unit of 500. */
  unit?: number;
}

const JIFFY_NS = 4e6;
/** HZ = 250 is counted as 256: eight bits. */
const SHIFT_HZ = 8;

/** The legacy oom_adj (-17…15) for an oom_score_adj. §10.11. */
export const oldScale = (adj: number): number => (adj === 1000 ? 15 : Math.min(15, Math.trunc((adj * 17) / 1000)) + 0);

const isqrt = (n: number): number => Math.floor(Math.sqrt(n));

/** badness() of 2.6.11 to 2.6.35. */
function historySteps(t: BadnessFacts, h: BadnessHistory): BadnessStep[] {
  const steps: BadnessStep[] = [{ op: '+', kind: 'total_vm', value: h.totalVm }];
  if (h.children > 0) steps.push({ op: '+', kind: 'children', value: h.children });
  const cpu = isqrt(Math.floor(Math.floor(h.cpuTime / JIFFY_NS) / 2 ** (SHIFT_HZ + 3)));
  if (cpu > 0) steps.push({ op: '÷', kind: 'cpu', value: cpu });
  const run = isqrt(isqrt(Math.floor(h.runTime / 1e9 / 1024)));
  if (run > 0) steps.push({ op: '÷', kind: 'run', value: run });
  if (h.nice > 0) steps.push({ op: '×', kind: 'nice', value: 2 });
  if (t.admin) steps.push({ op: '÷', kind: 'root', value: 4 });
  if (h.rawio) steps.push({ op: '÷', kind: 'rawio', value: 4 });
  if (h.elsewhere) steps.push({ op: '÷', kind: 'cpuset', value: 8 });
  const adj = oldScale(t.adj);
  if (adj > 0) steps.push({ op: 'max', kind: 'floor', value: 1 }, { op: '<<', kind: 'adj', value: adj });
  if (adj < 0) steps.push({ op: '>>', kind: 'adj', value: -adj });
  return steps;
}

/**
 * How an era comes to a task's score, step by step; empty when the task must not be killed, or when the era looks at a
 * history that is not known.
 *
 * @param totalpages memory that could have been used, pages
 */
export function badnessSteps(era: BadnessEra, t: BadnessFacts, totalpages: number): BadnessStep[] {
  if (t.adj === -1000) return [];
  if (era.score === 'total-vm-and-times') return t.history ? historySteps(t, t.history) : [];
  const steps: BadnessStep[] = [
    { op: '+', kind: 'rss', value: t.rss },
    { op: '+', kind: 'swap', value: t.swapents },
    { op: '+', kind: 'tables', value: t.tables },
  ];
  const held = t.rss + t.swapents + t.tables;
  const unit = Math.floor(totalpages / 1000);
  if (era.score === 'permille') {
    steps.push({ op: '‰', kind: 'total', value: totalpages });
    if (t.admin && era.adminBonus === 'score-30') steps.push({ op: '-', kind: 'root', value: 30 });
    steps.push({ op: '+', kind: 'adj', value: t.adj });
  } else {
    if (t.admin && era.adminBonus === 'adj-30') steps.push({ op: '-', kind: 'root', value: 30 * unit, unit });
    if (t.admin && era.adminBonus === 'three-percent') {
      steps.push({ op: '-', kind: 'root', value: Math.trunc((held * 3) / 100) });
    }
    steps.push({ op: '+', kind: 'adj', value: t.adj * unit + 0, unit });
  }
  if (era.clamp !== 'none') steps.push({ op: 'max', kind: 'floor', value: 1 });
  if (era.clamp === 'one-to-thousand') steps.push({ op: 'min', kind: 'ceiling', value: 1000 });
  return steps;
}

/** What the steps come to. */
export function sumOfSteps(steps: readonly BadnessStep[]): number {
  let points = 0;
  for (const { op, value } of steps) {
    if (op === '+') points += value;
    else if (op === '-') points -= value;
    else if (op === '×') points *= value;
    else if (op === '÷') points = Math.trunc(points / value);
    else if (op === '‰') points = Math.trunc((points * 1000) / value);
    else if (op === '<<') points *= 2 ** value;
    else if (op === '>>') points = Math.floor(points / 2 ** value);
    else if (op === 'max') points = Math.max(points, value);
    else points = Math.min(points, value);
  }
  return points;
}

/**
 * oom_badness under the rules of an era: pages, or per mille for 'permille'; -Infinity for a task that must not be
 * killed. The oldest era, which looks at cpu and run times, has no number where they are not known: NaN. §10.16.
 *
 * @param totalpages memory that could have been used, pages
 */
export function badnessOf(era: BadnessEra, t: BadnessFacts, totalpages: number): number {
  if (t.adj === -1000) return UNKILLABLE;
  switch (era.score) {
    case 'total-vm-and-times':
      return t.history ? sumOfSteps(historySteps(t, t.history)) : Number.NaN;
    case 'permille': {
      let points = Math.trunc(((t.rss + t.tables + t.swapents) * 1000) / totalpages);
      if (t.admin && era.adminBonus === 'score-30') points -= 30;
      points += t.adj;
      return Math.min(1000, Math.max(1, points));
    }
    case 'pages': {
      let adj = t.adj;
      let points = t.rss + t.swapents + t.tables;
      if (t.admin && era.adminBonus === 'adj-30') adj -= 30;
      if (t.admin && era.adminBonus === 'three-percent') points -= Math.trunc((points * 3) / 100);
      points += adj * Math.floor(totalpages / 1000);
      return era.clamp === 'at-least-one' ? Math.max(1, points) : points;
    }
  }
}

/** Among candidates in the order of the task list: whether the later one replaces the one chosen so far. */
export const replaces = (era: BadnessEra, points: number, chosen: number): boolean =>
  points !== UNKILLABLE && (era.tie === 'last' ? points >= chosen : points > chosen);
