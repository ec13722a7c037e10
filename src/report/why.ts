/** What there is to say about a report: the causes, and what readers commonly take for something else. */
import type { Request } from './gfp';
import { invokerIs } from './invoker';
import type { Breakdown, PartCode } from './memory';
import { isAllocating } from './parseKill';
import { isMemcg } from './score';
import type { CgroupUsage, RawReport } from './types';
import type { Verdict } from './verdict';
import type { ZoneVerdict } from './zones';

export interface Note {
  code: string;
  params: Record<string, string | number>;
}

/** A usage further below its limit was printed when memory had come back. */
const NEAR_LIMIT = 0.9;

/** From this share of memory on, a part is worth a word. */
const MUCH = {
  shmem: 0.1,
  slab_unreclaimable: 0.2,
  kernel_stack: 0.05,
  pagetables: 0.05,
  file: 0.1,
  hugetlb: 0.1,
  zspages: 0.1,
  rest: 0.25,
  free: 0.2,
};

export function whyOf(
  r: RawReport,
  v: Verdict,
  request: Request | null,
  memory: Breakdown | null,
  zones: readonly ZoneVerdict[],
): Note[] {
  const notes: Note[] = [];
  const add = (code: string, params: Note['params'] = {}): void => {
    notes.push({ code, params });
  };
  cause(r, v, request, memory, zones, add);
  if (memory) parts(r, v, memory, add);
  swap(r, v, add);
  people(r, v, add);
  return notes;
}

type Add = (code: string, params?: Note['params']) => void;

/** The limit that was reached: of memory, or on cgroup v1 of memory and swap together. */
export function limitHit(r: RawReport): CgroupUsage | null {
  const { memory, memsw } = r.cgroup ?? { memory: null, memsw: null };
  const isFull = (u: CgroupUsage | null): boolean => u !== null && u.limitKb !== null && u.usageKb >= u.limitKb;
  return !isFull(memory) && isFull(memsw) ? memsw : memory;
}

/** More are not told one by one: they stand in the list of zones. */
const FEW_ZONES = 6;

/** The zone that came nearest to granting the request. */
function leastLacking(refused: readonly ZoneVerdict[]): ZoneVerdict {
  const lacks = (z: ZoneVerdict): number => (z.min ?? 0) + z.reserve - (z.free - z.cma);
  return refused.reduce((best, z) => (lacks(z) < lacks(best) ? z : best));
}

/** What was full. */
function cause(
  r: RawReport,
  v: Verdict,
  request: Request | null,
  memory: Breakdown | null,
  zones: readonly ZoneVerdict[],
  add: Add,
): void {
  if (r.order === -1) {
    add('sysrq');
    return;
  }
  if (isMemcg(r)) {
    const usage = limitHit(r);
    if (usage && usage.limitKb !== null) {
      const both = usage === r.cgroup?.memsw;
      const left = usage.usageKb < usage.limitKb * NEAR_LIMIT;
      add(left ? 'limit-left' : both ? 'memsw-reached' : 'limit-reached', {
        path: r.cgroup?.path ?? r.summary?.oomMemcg ?? '?',
        usage: usage.usageKb,
        limit: usage.limitKb,
        failcnt: usage.failcnt,
      });
    } else add('cgroup', { path: r.cgroup?.path ?? r.summary?.oomMemcg ?? '?' });
    if (r.cgroup?.swap?.limitKb === 0) add('cgroup-no-swap');
    return;
  }
  const constraint = r.summary?.constraint;
  if (constraint === 'CONSTRAINT_CPUSET')
    add('cpuset', { cpuset: r.summary?.cpuset ?? '?', nodes: r.summary?.memsAllowed ?? '?' });
  if (constraint === 'CONSTRAINT_MEMORY_POLICY') add('mempolicy', { nodes: r.summary?.nodemask ?? '?' });
  if (request?.mask === 0) {
    add('page-fault');
    return;
  }
  const usable = zones.filter((z) => z.code !== 'not-for-it' && z.code !== 'unknown');
  const allowed = usable.filter((z) => z.code === 'allowed');
  const refused = usable.filter((z) => z.code === 'refused');
  const few = refused.length <= FEW_ZONES;
  if (!few) add('zones-refused', { n: refused.length, zone: leastLacking(refused).zone });
  if (allowed.length > 1) add('zones-allowed', { zones: allowed.map((z) => z.zone).join(', ') });
  for (const z of usable) {
    const p = {
      zone: z.zone,
      free: z.free,
      cma: z.cma,
      cmaCounted: z.cmaCounted,
      reserveKnown: Number(z.reserveKnown),
      min: z.min ?? 0,
      reserve: z.reserve,
      order: r.order ?? 0,
    };
    if (z.code === 'refused') {
      if (few || z === leastLacking(refused)) add('zone-refused', p);
    } else if (z.code === 'no-block') add('zone-no-block', p);
    else if (allowed.length === 1) add('zone-allowed', p);
  }
  const others = zones.filter((z) => z.code === 'not-for-it');
  const spare = others.reduce((n, z) => n + Math.max(0, z.free - (z.min ?? 0)), 0);
  // Without a cpuset or a policy all zones are printed: then those that it can use are not in the text.
  const bound = constraint === 'CONSTRAINT_CPUSET' || constraint === 'CONSTRAINT_MEMORY_POLICY';
  if (others.length > 0 && usable.length === 0 && bound)
    add('no-usable-zone', { zones: others.map((z) => z.zone).join(', ') });
  else if (spare > 1024 && others.some((z) => z.zone.endsWith('HighMem'))) add('lowmem', { pages: spare });
  else if (spare > 1024 && others.every((z) => z.zone.endsWith('Movable'))) add('movable-free', { pages: spare });
  if (usable.length > 0 && usable.every((z) => z.code === 'no-block')) add('fragmented', { order: r.order ?? 0 });
  const free = memory?.parts.find((p) => p.code === 'free')?.pages ?? r.counts.free ?? 0;
  if (v.totals.ramPages !== null && free > v.totals.ramPages * MUCH.free) add('plenty-free', { pages: free });
}

function parts(r: RawReport, v: Verdict, memory: Breakdown, add: Add): void {
  const of = (code: PartCode): number => memory.parts.find((p) => p.code === code)?.pages ?? 0;
  const share = (code: PartCode): number => Math.round((of(code) * 100) / memory.totalPages);
  const much = (code: keyof typeof MUCH): boolean => of(code) > memory.totalPages * MUCH[code];
  if (much('shmem')) add('tmpfs', { pages: of('shmem'), share: share('shmem') });
  if (much('slab_unreclaimable')) add('slab', { pages: of('slab_unreclaimable'), share: share('slab_unreclaimable') });
  if (much('kernel_stack')) add('stacks', { pages: of('kernel_stack'), share: share('kernel_stack') });
  if (much('hugetlb')) {
    const total = r.hugePages.reduce((n, h) => n + h.total * h.kb, 0);
    const free = r.hugePages.reduce((n, h) => n + h.free * h.kb, 0);
    add('hugetlb', { kb: total, freeKb: free, share: share('hugetlb') });
  }
  if (much('pagetables')) add('page-tables', { pages: of('pagetables'), share: share('pagetables') });
  if (much('file') && r.order !== -1) {
    const dirty = (r.counts.dirty ?? 0) + (r.counts.writeback ?? 0);
    const bytes = (r.cgroup?.stats.file_dirty ?? 0) + (r.cgroup?.stats.file_writeback ?? 0);
    const pages = isMemcg(r) ? Math.floor(bytes / v.rules.pageSize) : dirty;
    add(pages * 2 > of('file') ? 'file-dirty' : 'file-cache', {
      pages: of('file'),
      share: share('file'),
      dirty: pages,
    });
  }
  if (much('zspages')) add('zspages', { pages: of('zspages'), share: share('zspages') });
  if (much('rest') && !isMemcg(r)) add('unaccounted', { pages: of('rest'), share: share('rest') });
  const top = [...r.slabs].sort((a, b) => b.totalKb - a.totalKb)[0];
  if (top && top.totalKb > 65536) add('slab-top', { name: top.name, kb: top.totalKb });
}

function swap(r: RawReport, v: Verdict, add: Add): void {
  if (isMemcg(r) || r.totalSwapKb === null || r.freeSwapKb === null || r.order === -1) return;
  if (r.totalSwapKb === 0) add('no-swap');
  else if (r.freeSwapKb * 50 < r.totalSwapKb) add('swap-full', { kb: r.totalSwapKb });
  else add('swap-left', { free: r.freeSwapKb, total: r.totalSwapKb });
  const swapped = v.tasks.reduce((n, t) => n + (t.row.swapents ?? 0), 0);
  if (v.code === 'table-cut' || v.code === 'rows-missing') return;
  if (swapped > 0 && v.totals.swapPages && swapped < v.totals.swapPages / 2 && r.freeSwapKb * 50 < r.totalSwapKb) {
    add('swap-unowned', { pages: v.totals.swapPages - swapped });
  }
}

const INVOKER_NOTES = {
  other: 'invoker-not-victim',
  thread: 'invoker-thread',
  maybe: 'invoker-unlisted',
  unknown: 'invoker-unknown',
};

/** Invoker, victim and the largest may be three processes. */
function people(r: RawReport, v: Verdict, add: Add): void {
  const { victim } = v;
  if (r.panic !== null) add('panicked', { text: r.panic });
  if (!victim) return;
  const { invoker } = r;
  const is = invokerIs(r, victim);
  const asked = isAllocating(r);
  if (invoker && is !== 'victim' && r.order !== -1 && !asked) {
    add(INVOKER_NOTES[is], { invoker: invoker.comm, pid: invoker.pid ?? '', victim: victim.comm });
  }
  const size = (t: Verdict['tasks'][number]): number => t.row.rss + (t.row.swapents ?? 0);
  const mine = v.tasks.find((t) => t.row.pid === victim.pid);
  let largest = mine;
  for (const t of v.tasks) if (largest && size(t) > size(largest)) largest = t;
  if (largest && largest !== mine && v.rules.dead.has(largest.row.pid)) {
    add('largest-dead', { largest: largest.row.name, pid: largest.row.pid, pages: size(largest) });
    largest = mine;
    for (const t of v.tasks) if (largest && !v.rules.dead.has(t.row.pid) && size(t) > size(largest)) largest = t;
  }
  if (mine && largest && largest !== mine) {
    const scoredLess = v.agrees === true ? 'largest-not-victim' : 'largest-passed-over';
    add(largest.row.oom_score_adj === -1000 ? 'largest-protected' : scoredLess, {
      largest: largest.row.name,
      pid: largest.row.pid,
      pages: size(largest),
      adj: largest.row.oom_score_adj,
      victim: victim.comm,
      victimPages: size(mine),
      victimAdj: mine.row.oom_score_adj,
    });
  }
  const inGroup = r.kills.length - 1;
  if (r.group && inGroup > 0) add('group', { n: inGroup });
}
