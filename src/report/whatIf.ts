/**
 * What would have changed a kill, computed from the report's own numbers: another oom_score_adj for any task, more swap, a
 * higher limit.
 */
import { BADNESS_ERAS } from '../linux/versions/badness';
import type { ReportDocument } from './document';
import type { Explained } from './explain';
import { type Segment, victimStrip } from './savedBy';
import { choose, isMemcg, pointsOf, type Rules, type Scored, scoreAll } from './score';
import type { TaskRow } from './types';
import { limitHit } from './why';
import type { ZoneVerdict } from './zones';

/** The rules and the total that a report's tasks were ranked by, as plain data. */
export interface Ranking {
  era: string;
  pageSize: number;
  /** oom_badness's totalpages. */
  total: number;
  rootIsAdmin: boolean;
  dead: number[];
  /** Points are pages, and the sum of what the table has and of what oom_score_adj is worth. */
  inPages: boolean;
}

/** What is needed to ask again: a report's tasks and rules. */
export interface Question extends Ranking {
  tasks: readonly Scored[];
}

export const rankingOf = ({ verdict: { rules } }: Explained): Ranking => ({
  era: rules.era.name,
  pageSize: rules.pageSize,
  total: rules.total,
  rootIsAdmin: rules.rootIsAdmin,
  dead: [...rules.dead],
  inPages: rules.era.score === 'pages' && rules.era.adminBonus === 'none' && rules.era.pageTables === 'bytes',
});

export const questionOf = (e: Explained): Question => ({ ...rankingOf(e), tasks: e.verdict.tasks });

/** The same from a document; null where the rules do not name the victim, and so cannot be asked. */
export function questionOfDocument(r: ReportDocument): Question | null {
  if (r.ranking === null) return null;
  const rows = r.tasks.map(
    (t): TaskRow => ({
      rss_anon: null,
      rss_file: null,
      rss_shmem: null,
      nr_ptes: null,
      nr_pmds: null,
      oom_adj: null,
      extra: {},
      line: 0,
      ...t,
    }),
  );
  return { ...r.ranking, tasks: scoreAll(rows, rulesOf(r.ranking)) };
}

function rulesOf(q: Ranking, more = 0): Rules {
  const era = BADNESS_ERAS.find((e) => e.name === q.era) ?? BADNESS_ERAS[BADNESS_ERAS.length - 1];
  return { era, pageSize: q.pageSize, total: q.total + more, rootIsAdmin: q.rootIsAdmin, dead: new Set(q.dead) };
}

/** Who dies, for each oom_score_adj of one task from -1000 to 1000. */
export const stripOf = (q: Question, pid: number): Segment[] => victimStrip(q.tasks, pid, rulesOf(q));

/** A task's points with another oom_score_adj; -Infinity when it may not be killed. */
export function pointsAt(q: Question, pid: number, adj: number): number {
  const task = q.tasks.find((t) => t.row.pid === pid);
  return task ? pointsOf(task.row, rulesOf(q), adj) : Number.NEGATIVE_INFINITY;
}

/** Whom the rules name with so many pages more of swap or limit, the sizes being what they are; null = nobody. */
export function chosenWith(q: Question, morePages: number): { pid: number; comm: string } | null {
  const rules = rulesOf(q, morePages);
  const tasks = scoreAll(
    q.tasks.map((t) => t.row),
    rules,
  );
  const i = choose(tasks, rules.era);
  return i < 0 ? null : { pid: tasks[i].row.pid, comm: tasks[i].row.name };
}

/** More than that nobody adds, pages: a thousand times what there is. */
const FARTHEST = 1000;

/**
 * The least addition to the total with which another one is chosen, since oom_score_adj weighs in parts of the total: null
 * when none changes it.
 */
export function changesAt(q: Question): { pages: number; dies: { pid: number; comm: string } } | null {
  const now = chosenWith(q, 0);
  if (now === null || q.total === 0) return null;
  const changed = (pages: number): boolean => chosenWith(q, pages)?.pid !== now.pid;
  // Each task's points are a line over the total: the lines of the chosen one and of another cross once.
  let high = 1;
  while (!changed(high)) {
    high *= 2;
    if (high > q.total * FARTHEST) return null;
  }
  let low = high >> 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (changed(middle)) high = middle;
    else low = middle;
  }
  return { pages: high, dies: chosenWith(q, high) as { pid: number; comm: string } };
}

/** What more swap, or for a cgroup a higher limit, would have done for the request. */
export interface MoreMemory {
  /** What would be larger. */
  of: 'swap' | 'limit';
  /**
   * `enough`: from `pages` on the request would have been served; `not-full`: swap was not full, more of it changes
   * nothing; `order`: a block was missing, not pages; `nothing-to-swap`: there is less anonymous memory than is missing;
   * `not-short`: no zone refused; `unknown`: the text does not say.
   */
  code: 'enough' | 'not-full' | 'order' | 'nothing-to-swap' | 'not-short' | 'unknown';
  /** Pages that the request lacked: min + reserve - free of the zone that lacked least, or of the limit. */
  missing: number | null;
  /** The zone that lacked least. */
  zone: string | null;
}

/** Swap is full when less than this share of it is free: the kernel's per-cpu caches hold some slots. */
const FULL = 0.02;

export function moreMemory(e: Explained): MoreMemory {
  const { raw } = e;
  if (isMemcg(raw)) return moreLimit(e);
  const no = (code: MoreMemory['code'], missing: number | null = null, zone: string | null = null): MoreMemory => ({
    of: 'swap',
    code,
    missing,
    zone,
  });
  if (raw.order === null || raw.order < 0 || raw.totalSwapKb === null || raw.freeSwapKb === null) return no('unknown');
  const usable = e.zones.filter((z) => z.code !== 'not-for-it' && z.code !== 'unknown' && z.min !== null);
  if (usable.length === 0) return no('unknown');
  if (usable.some((z) => z.code === 'allowed')) return no('not-short');
  if (usable.some((z) => z.code === 'no-block')) return no('order');
  // One zone is enough, the one that lacks least; and what is to go to swap must lie in it.
  const lacks = (z: ZoneVerdict): number => (z.min ?? 0) + z.reserve + 2 ** (raw.order ?? 0) - (z.free - z.cma);
  const byLack = [...usable].sort((a, b) => lacks(a) - lacks(b));
  const best = byLack.find((z) => anonIn(e, z.zone) >= lacks(z));
  const { zone } = best ?? byLack[0];
  const missing = lacks(best ?? byLack[0]);
  if (raw.freeSwapKb > raw.totalSwapKb * FULL) return no('not-full', missing, zone);
  return no(best ? 'enough' : 'nothing-to-swap', missing, zone);
}

/** Anonymous pages on the lists of a zone; where its line does not say, of all zones. */
function anonIn({ raw, pageSize }: Explained, name: string): number {
  const z = raw.zones.find((x) => name === x.name || name === `${x.node}/${x.name}`);
  const { active_anon: active, inactive_anon: inactive } = z?.kb ?? {};
  if (active === undefined && inactive === undefined) {
    return (raw.counts.active_anon ?? 0) + (raw.counts.inactive_anon ?? 0);
  }
  return Math.floor((((active ?? 0) + (inactive ?? 0)) * 1024) / pageSize);
}

function moreLimit(e: Explained): MoreMemory {
  const usage = limitHit(e.raw);
  if (!usage || usage.limitKb === null || e.raw.order === null) {
    return { of: 'limit', code: 'unknown', missing: null, zone: null };
  }
  const pages = (kb: number): number => Math.floor((kb * 1024) / e.pageSize);
  const missing = pages(usage.usageKb) + 2 ** Math.max(0, e.raw.order) - pages(usage.limitKb);
  return { of: 'limit', code: missing > 0 ? 'enough' : 'not-short', missing: Math.max(0, missing), zone: null };
}
