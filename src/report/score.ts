/** Points for every task of a report, and who had to die, by the rules of the kernel that printed it. */
import { type BadnessEra, badnessOf, replaces, UNKILLABLE } from '../linux/versions/badness';
import type { RawReport, TaskRow } from './types';

/** oom_badness's totalpages, and where it is from. §10.4. */
export interface Totals {
  /** RAM and swap, or what the cgroup may use of both; null where the text does not say. */
  totalPages: number | null;
  /** Managed RAM, or the cgroup's limit. */
  ramPages: number | null;
  swapPages: number | null;
  /** How much the total may be too small: swap that a cgroup may use and that its report does not print. */
  exact: boolean;
}

/** Bytes in a page: from free blocks, else from a size given both ways, else 4096. */
export function pageSizeOf(r: RawReport): { bytes: number; certain: boolean } {
  for (const z of r.zones) if (z.blocks.length > 1) return { bytes: z.blocks[0].kb * 1024, certain: true };
  for (const k of r.kills) {
    const row = r.table?.rows.find((t) => t.pid === k.pid);
    if (!row || k.totalVmKb === null || row.total_vm < 100) continue;
    for (const kb of [4, 16, 64]) {
      if (Math.abs(k.totalVmKb - row.total_vm * kb) * 20 < k.totalVmKb) return { bytes: kb * 1024, certain: true };
    }
  }
  const pages = r.counts.active_anon ?? 0;
  const kb = r.nodes.reduce((n, node) => n + (node.kb.active_anon ?? 0), 0);
  for (const size of [4, 16, 64]) if (pages > 100 && kb === pages * size) return { bytes: size * 1024, certain: true };
  return { bytes: 4096, certain: false };
}

/** Node numbers of a list like "0-1,4". */
export function parseNodes(list: string | null): number[] | null {
  if (list === null || !/^\d{1,4}(?:[-,]\d{1,4})*$/.test(list)) return null;
  const out: number[] = [];
  for (const part of list.split(',')) {
    const [from, to] = part.split('-').map(Number);
    for (let n = from; n <= Math.min(to ?? from, from + 1024); n++) out.push(n);
  }
  return out;
}

export const isMemcg = (r: RawReport): boolean =>
  r.cgroup !== null ||
  r.summary?.constraint === 'CONSTRAINT_MEMCG' ||
  (r.summary?.oomMemcg ?? null) !== null ||
  r.kills.some((k) => k.message.includes('Memory cgroup')) ||
  (r.selected?.message.includes('Memory cgroup') ?? false) ||
  r.stack.some((f) => f.startsWith('mem_cgroup_out_of_memory') || f.startsWith('mem_cgroup_oom_synchronize'));

export function totalsOf(r: RawReport, pageSize: number): Totals {
  const pages = (kb: number): number => Math.floor((kb * 1024) / pageSize);
  const swap = r.totalSwapKb === null ? null : pages(r.totalSwapKb);
  if (isMemcg(r)) return cgroupTotals(r, pages);
  const { ram, reserved } = r.totals;
  const constraint = r.summary?.constraint;
  if (constraint === 'CONSTRAINT_CPUSET' || constraint === 'CONSTRAINT_MEMORY_POLICY') {
    const nodes = parseNodes(
      constraint === 'CONSTRAINT_CPUSET' ? (r.summary?.memsAllowed ?? null) : (r.summary?.nodemask ?? null),
    );
    const zones = r.zones.filter((z) => nodes?.includes(z.node) && z.kb.present !== undefined);
    if (zones.length === 0) return { totalPages: null, ramPages: null, swapPages: swap, exact: false };
    const present = pages(zones.reduce((n, z) => n + z.kb.present, 0));
    return { totalPages: present + (swap ?? 0), ramPages: present, swapPages: swap, exact: false };
  }
  if (ram === undefined) return { totalPages: null, ramPages: null, swapPages: swap, exact: false };
  // Much less in the zones than there is: some of them are missing too.
  const zones = pages(r.zones.reduce((n, z) => n + (z.kb.managed ?? 0), 0));
  const whole = zones > ram * 0.8 && zones < ram;
  const managed = reserved === undefined && whole ? zones : ram - (reserved ?? 0);
  return { totalPages: managed + (swap ?? 0), ramPages: managed, swapPages: swap, exact: reserved !== undefined };
}

function cgroupTotals(r: RawReport, pages: (kb: number) => number): Totals {
  const { memory, memsw, swap } = r.cgroup ?? { memory: null, memsw: null, swap: null };
  if (!memory || memory.limitKb === null) return { totalPages: null, ramPages: null, swapPages: null, exact: false };
  const limit = pages(memory.limitKb);
  if (memsw) {
    // With swappiness 0 only the limit counts; a report does not say.
    const both = memsw.limitKb === null ? null : pages(memsw.limitKb);
    const swapPages = both === null ? null : Math.max(0, both - limit);
    return { totalPages: limit, ramPages: limit, swapPages, exact: swapPages === 0 };
  }
  const swapPages = swap === null || swap.limitKb === null ? null : pages(swap.limitKb);
  return { totalPages: limit + (swapPages ?? 0), ramPages: limit, swapPages, exact: swapPages === 0 };
}

export interface Scored {
  row: TaskRow;
  /** Pages (per mille before 3.5); UNKILLABLE; NaN where the rules need what no report prints. */
  points: number;
}

/** Pages of page tables, as the table has them. */
export function tablePages(row: TaskRow, era: BadnessEra, pageSize: number): number {
  if (row.nr_ptes !== null) return row.nr_ptes + (era.pageTables === 'ptes' ? 0 : (row.nr_pmds ?? 0));
  return Math.floor((row.pgtables_bytes ?? 0) / pageSize);
}

/** What a task holds, pages: in RAM, in swap and in page tables. */
export const heldPages = (row: TaskRow, era: BadnessEra, pageSize: number): number =>
  row.rss + (row.swapents ?? 0) + tablePages(row, era, pageSize);

export interface Rules {
  era: BadnessEra;
  pageSize: number;
  /** oom_badness's totalpages. */
  total: number;
  /** Whether uid 0 is taken to have CAP_SYS_ADMIN: it has not in a container. */
  rootIsAdmin: boolean;
  /** Processes that were killed before and reaped: they cannot be chosen again. */
  dead: ReadonlySet<number>;
}

/** One task's points, with another adj if one is given. */
export function pointsOf(row: TaskRow, rules: Rules, adj: number = row.oom_score_adj): number {
  if (row.pid === 1 || rules.dead.has(row.pid)) return UNKILLABLE;
  return badnessOf(
    rules.era,
    {
      rss: row.rss,
      swapents: row.swapents ?? 0,
      tables: tablePages(row, rules.era, rules.pageSize),
      adj,
      admin: rules.rootIsAdmin && row.uid === 0,
    },
    rules.total,
  );
}

export const scoreAll = (rows: readonly TaskRow[], rules: Rules): Scored[] =>
  rows.map((row) => ({ row, points: pointsOf(row, rules) }));

/** select_bad_process over the rows in their order: the index of the chosen one, or -1. §10.5. */
export function choose(tasks: readonly Scored[], era: BadnessEra): number {
  let chosen = -1;
  let points = UNKILLABLE;
  tasks.forEach((t, i) => {
    if (Number.isNaN(t.points) || t.points === UNKILLABLE) return;
    if (chosen < 0 || replaces(era, t.points, points)) {
      chosen = i;
      points = t.points;
    }
  });
  return chosen;
}
