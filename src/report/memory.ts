/** Where the memory was: parts that add up. */
import { isMemcg, type Totals } from './score';
import type { RawReport } from './types';

export type PartCode =
  | 'anon'
  | 'shmem'
  | 'file'
  | 'unevictable'
  | 'slab_reclaimable'
  | 'slab_unreclaimable'
  | 'pagetables'
  | 'kernel_stack'
  | 'hugetlb'
  | 'zspages'
  | 'sock'
  | 'percpu'
  | 'free'
  | 'rest';

export interface Part {
  code: PartCode;
  pages: number;
}

export interface Breakdown {
  /** Managed RAM; of a cgroup, what it uses. Pages. */
  totalPages: number;
  /** They add up to the total. `rest` is what no counter names. */
  parts: Part[];
  /** Anonymous, file and shared pages that the listed tasks have resident; shared ones count once for each. Null without a table. */
  tasksPages: number | null;
}

const sum = (values: (number | undefined)[]): number => values.reduce<number>((n, v) => n + (v ?? 0), 0);

/**
 * Managed RAM. A text whose "pages RAM" is far from the sum of its zones has a wrong number in it: then the zones, which are
 * several, are believed.
 */
function managedPages(r: RawReport, totals: Totals, pageSize: number): number | null {
  // The counters are the whole machine's even where only some nodes could be used.
  const { ram, reserved } = r.totals;
  if (isConfined(r) && ram !== undefined) return ram - (reserved ?? 0);
  return totalsDiffer(r, totals, pageSize) ? zonesPages(r, pageSize) : totals.ramPages;
}

const isConfined = (r: RawReport): boolean => (r.summary?.constraint ?? 'CONSTRAINT_NONE') !== 'CONSTRAINT_NONE';

const zonesPages = (r: RawReport, pageSize: number): number =>
  Math.floor((sum(r.zones.map((z) => z.kb.managed)) * 1024) / pageSize);

/** Zones are not in the text: of high memory, or of a node that has a line. */
export const lacksZones = (r: RawReport): boolean =>
  ((r.totals.highmem ?? 0) > 0 && !r.zones.some((z) => z.name === 'HighMem' || z.name === 'Movable')) ||
  r.nodes.some((n) => !r.zones.some((z) => z.node === n.node));

/** Whether "pages RAM" and the zones say different things of how much RAM there is. */
export function totalsDiffer(r: RawReport, totals: Totals, pageSize: number): boolean {
  if (totals.ramPages === null || r.zones.length === 0 || r.zones.some((z) => z.kb.managed === undefined)) return false;
  if (isMemcg(r) || isConfined(r)) return false;
  if (lacksZones(r)) return false;
  // Where zones are missing there is less of them: only more RAM than any missing zone could have is odd.
  return totals.ramPages > 4 * zonesPages(r, pageSize) || zonesPages(r, pageSize) > 1.1 * totals.ramPages;
}

export function memoryOf(r: RawReport, totals: Totals, pageSize: number, memcg: boolean): Breakdown | null {
  const parts = memcg ? cgroupParts(r, pageSize) : machineParts(r, pageSize);
  const kb = r.cgroup?.memory?.usageKb;
  const total = memcg
    ? kb === undefined
      ? null
      : Math.floor((kb * 1024) / pageSize)
    : managedPages(r, totals, pageSize);
  if (parts === null || total === null) return null;
  const named = sum(parts.map((p) => p.pages));
  // The counters are read one after the other while memory moves: they may exceed the total by a little.
  const totalPages = Math.max(total, named);
  return {
    totalPages,
    parts: [...parts.filter((p) => p.pages > 0), { code: 'rest', pages: totalPages - named }],
    tasksPages: r.table && r.table.rows.length > 0 ? sum(r.table.rows.map((t) => t.rss)) : null,
  };
}

function machineParts(r: RawReport, pageSize: number): Part[] | null {
  const c = r.counts;
  if (c.free === undefined || (c.active_anon === undefined && c.active === undefined)) return null;
  const pages = (kb: number): number => Math.floor((kb * 1024) / pageSize);
  const stacks = sum(r.nodes.map((n) => n.kb.kernel_stack)) || sum(r.zones.map((z) => z.kb.kernel_stack));
  const shmem = c.shmem ?? 0;
  const lru = sum([c.active_anon, c.inactive_anon, c.isolated_anon]);
  // Shared memory lies on the anonymous lists, or among what cannot be evicted when it is locked or there is no swap.
  const fromLru = Math.min(shmem, lru);
  const unevictable = Math.max(0, (c.unevictable ?? 0) - (shmem - fromLru));
  return [
    { code: 'anon', pages: lru - fromLru },
    { code: 'shmem', pages: shmem },
    { code: 'file', pages: sum([c.active_file, c.inactive_file, c.isolated_file]) },
    { code: 'unevictable', pages: unevictable },
    { code: 'slab_reclaimable', pages: c.slab_reclaimable ?? 0 },
    { code: 'slab_unreclaimable', pages: c.slab_unreclaimable ?? c.slab ?? 0 },
    { code: 'pagetables', pages: sum([c.pagetables, c.sec_pagetables]) },
    { code: 'kernel_stack', pages: pages(stacks) },
    { code: 'hugetlb', pages: sum(r.hugePages.map((h) => pages(h.total * h.kb))) },
    { code: 'zspages', pages: pages(sum(r.zones.map((z) => z.kb.zspages))) },
    { code: 'free', pages: sum([c.free, c.free_pcp]) },
  ];
}

function cgroupParts(r: RawReport, pageSize: number): Part[] | null {
  const s = r.cgroup?.stats ?? {};
  const pages = (bytes: number | undefined): number => Math.floor((bytes ?? 0) / pageSize);
  if (s.anon !== undefined) {
    return [
      { code: 'anon', pages: pages(s.anon) },
      { code: 'shmem', pages: pages(s.shmem) },
      { code: 'file', pages: Math.max(0, pages(s.file) - pages(s.shmem)) },
      { code: 'slab_reclaimable', pages: pages(s.slab_reclaimable) },
      {
        code: 'slab_unreclaimable',
        pages: s.slab_unreclaimable === undefined ? pages(s.slab) : pages(s.slab_unreclaimable),
      },
      { code: 'pagetables', pages: pages(s.pagetables) + pages(s.sec_pagetables) },
      { code: 'kernel_stack', pages: pages(s.kernel_stack) },
      { code: 'percpu', pages: pages(s.percpu) },
      { code: 'sock', pages: pages(s.sock) },
    ];
  }
  if (s.rss !== undefined) {
    const kmem = r.cgroup?.kmem?.usageKb ?? 0;
    return [
      { code: 'anon', pages: pages(s.rss) },
      { code: 'shmem', pages: pages(s.shmem) },
      { code: 'file', pages: Math.max(0, pages(s.cache) - pages(s.shmem)) },
      { code: 'slab_unreclaimable', pages: pages(kmem * 1024) },
    ];
  }
  return null;
}
