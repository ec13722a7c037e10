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
}

export const UNKILLABLE = -Infinity;

/**
 * oom_badness under the rules of an era: pages, or per mille for 'permille'; -Infinity for a task that must not be
 * killed. The oldest eras, which look at CPU and run times, have no number here: NaN. §10.16.
 *
 * @param totalpages memory that could have been used, pages
 */
export function badnessOf(era: BadnessEra, t: BadnessFacts, totalpages: number): number {
  if (t.adj === -1000) return UNKILLABLE;
  switch (era.score) {
    case 'total-vm-and-times':
      return Number.NaN;
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
