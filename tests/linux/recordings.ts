/** Reports of real kernels, and a kernel put into the state that a report tells of. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATE_TYPES } from '../../src/linux/include/gfp';
import type { Kernel } from '../../src/linux/include/kernel';
import {
  MM_ANONPAGES,
  MM_FILEPAGES,
  MM_SHMEMPAGES,
  MM_SWAPENTS,
  type MmStruct,
} from '../../src/linux/include/mm_types';
import { MAX_NR_ZONES, ZONE_NAMES } from '../../src/linux/include/mmzone';
import type { Task } from '../../src/linux/include/sched';
import {
  NODE_STAT_NAMES,
  NR_FILE_PAGES,
  NR_KERNEL_STACK_KB,
  NR_SWAPCACHE,
  ZONE_STAT_NAMES,
} from '../../src/linux/include/vmstat';
import { newMm } from '../../src/linux/kernel/fork';
import { createTask } from '../../src/linux/kernel/sched/core';
import { createKernel } from '../../src/linux/mm/mm_init';
import { findRelease } from '../../src/linux/versions';
import { TEST_COSTS } from './support';

export interface TaskRow {
  pid: number;
  uid: number;
  tgid: number;
  total_vm: number;
  rss: number;
  rss_anon?: number;
  rss_file?: number;
  rss_shmem?: number;
  pgtables_bytes: number;
  swapents: number;
  oom_score_adj: number;
  name: string;
}
export interface OomReport {
  t: number;
  invoked: { comm: string; gfp: string; order: number; adj: number };
  summary?: { constraint: string; nodemask: string; mems_allowed: string; task: string; pid: string };
  victim: { pid: number; comm: string; 'anon-rss': number; 'file-rss': number; 'shmem-rss': number } | null;
  tasks: TaskRow[];
  lines: string[];
}
export interface Recording {
  name: string;
  params: { kernel: string; smp?: number };
  before: {
    meminfo: Record<string, number>;
    zones: Record<string, Record<string, number | number[]>>;
    zoneinfoText: string;
    pagetypeinfoText: string;
    swaps: string;
  };
  boot: { sysctl: Record<string, string> };
  oom?: OomReport[];
}

/** Another directory of recordings can be named in the environment. */
const DIR = process.env.OOMLAB_RECORDINGS ?? join(import.meta.dirname, '../oracle/recordings');

/** All recordings of single machines. */
export const recordings = (): Recording[] =>
  readdirSync(DIR)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(DIR, name), 'utf8')) as Recording)
    .filter((r) => r.before !== undefined);

/** A line without its time stamp. */
export const untimed = (line: string): string => line.replace(/^\[ *\d+\.\d+\] /, '');

/** An address space with these counts and nothing mapped. */
export function fakeMm(k: Kernel, counts: { anon?: number; file?: number; shmem?: number; swap?: number }): MmStruct {
  const mm = newMm(k, k.mms.length, 0, 0);
  mm.rss[MM_ANONPAGES] = counts.anon ?? 0;
  mm.rss[MM_FILEPAGES] = counts.file ?? 0;
  mm.rss[MM_SHMEMPAGES] = counts.shmem ?? 0;
  mm.rss[MM_SWAPENTS] = counts.swap ?? 0;
  k.mms.push(mm);
  k.anonVmas.push({ mms: [], pages: 0 });
  return mm;
}

/** `key:123kB` and `key:123` of a report's line, pages for kB. */
function values(line: string): Record<string, number> {
  const out: Record<string, number> = {};
  for (const m of line.matchAll(/([a-z_()]+): ?(\d+)(k[bB]|KB)?/gi)) out[m[1]] = m[3] ? Number(m[2]) / 4 : Number(m[2]);
  return out;
}

/** Puts blocks on the free lists that a buddy line counts, without laying them out in memory. */
function fillBuddy(k: Kernel, zone: number, line: string): void {
  const z = k.zones[zone];
  let p = z.base;
  [...line.matchAll(/(\d+)\*\d+kB(?: \(([UMEH]*)\))?/g)].forEach((m, order) => {
    z.nrFree[order] = Number(m[1]);
    for (const letter of m[2] ?? '') {
      const head = z.freeHeads + order * MIGRATE_TYPES + 'UMEH'.indexOf(letter);
      k.mem.next[head] = p;
      k.mem.prev[head] = p++;
    }
  });
}

/** The kernel that printed this report, with its counters, zones, free lists and tasks; `current` is who asked. */
export function kernelOfReport(r: Recording, report: OomReport): { k: Kernel; current: Task } {
  const lines = report.lines.map(untimed);
  const zoneLines = lines.filter((l) => /^Node \d+ \w+ free:/.test(l));
  const reserves = lines.filter((l) => l.startsWith('lowmem_reserve'));
  const zones = zoneLines.map((l) => {
    const m = /^Node (\d+) (\w+) /.exec(l)!;
    const v = values(l);
    return {
      node: Number(m[1]),
      type: ZONE_NAMES.indexOf(m[2] as (typeof ZONE_NAMES)[number]),
      startPfn: 0,
      spanned: v.present,
      present: v.present,
      managed: v.managed,
    };
  });
  const k = createKernel({
    release: findRelease(r.params.kernel),
    cpus: r.params.smp ?? 1,
    thp: 'never',
    seed: 1,
    costs: TEST_COSTS,
    zones,
  });
  zoneLines.forEach((l, i) => {
    const z = k.zones[i];
    const v = values(l);
    z.free = v.free;
    z.boost = v.boost;
    z.watermark = [v.min - v.boost, v.low - v.boost, v.high - v.boost, v.high - v.boost];
    z.lowmemReserve = reserves[i].split(': ')[1].split(' ').map(Number).slice(0, MAX_NR_ZONES);
    z.nrReservedHighatomic = v.reserved_highatomic;
    for (const list of ['inactive_anon', 'active_anon', 'inactive_file', 'active_file', 'unevictable'] as const) {
      z.stat[ZONE_STAT_NAMES.indexOf(`nr_zone_${list}`)] = v[list];
    }
    z.stat[ZONE_STAT_NAMES.indexOf('nr_zone_write_pending')] = v.writepending;
    z.stat[ZONE_STAT_NAMES.indexOf('nr_mlock')] = v.mlocked;
    z.pcp[0].count = v.local_pcp;
    if (z.pcp.length > 1) z.pcp[1].count = v.free_pcp - v.local_pcp;
    z.nrFree.fill(0);
    for (let h = 0; h < 11 * MIGRATE_TYPES; h++) k.mem.next[z.freeHeads + h] = z.freeHeads + h;
    fillBuddy(k, i, lines.find((x) => x.startsWith(`Node ${z.node} ${z.name}: `))!);
  });
  for (const l of lines.filter((x) => /^Node \d+ active_anon/.test(x))) {
    const node = k.nodes[Number(/^Node (\d+)/.exec(l)![1])];
    const set = (name: (typeof NODE_STAT_NAMES)[number], n: number): void => {
      node.stat[NODE_STAT_NAMES.indexOf(name)] = n;
    };
    const v = values(l);
    for (const list of ['inactive_anon', 'active_anon', 'inactive_file', 'active_file', 'unevictable'] as const) {
      set(`nr_${list}`, v[list]);
    }
    set('nr_mapped', v.mapped);
    set('nr_dirty', v.dirty);
    set('nr_writeback', v.writeback);
    set('nr_shmem', v.shmem);
    set('nr_isolated_anon', v['isolated(anon)']);
    set('nr_isolated_file', v['isolated(file)']);
    set('nr_anon_transparent_hugepages', v.anon_thp);
    set('nr_page_table_pages', v.pagetables);
    node.stat[NR_KERNEL_STACK_KB] = v.kernel_stack * 4;
    node.kswapdFailures = l.endsWith('yes') ? 16 : 0;
  }
  const global = values(
    lines
      .slice(
        lines.indexOf('Mem-Info:'),
        lines.findIndex((l) => /^Node/.test(l)),
      )
      .join(' '),
  );
  const first = k.nodes[0].stat;
  first[NODE_STAT_NAMES.indexOf('nr_slab_reclaimable')] = global.slab_reclaimable;
  first[NODE_STAT_NAMES.indexOf('nr_slab_unreclaimable')] = global.slab_unreclaimable;
  const number = (re: RegExp): number => Number(re.exec(lines.join('\n'))![1]);
  first[NR_FILE_PAGES] = number(/(\d+) total pagecache pages/);
  first[NR_SWAPCACHE] = number(/(\d+) pages in swap cache/);
  k.swap.free = number(/Free swap {2}= (\d+)kB/) / 4;
  k.swap.total = number(/Total swap = (\d+)kB/) / 4;

  const init = createTask(k, { comm: 'init', pid: 1 });
  init.mm = fakeMm(k, { anon: 291, file: 204 }).id;
  for (const row of report.tasks) {
    // Tables of 6.1 do not tell kinds of memory apart; the line of the kill does, for the victim.
    const v = report.victim;
    const kinds =
      row.rss_anon === undefined && v?.pid === row.pid
        ? { rss_anon: v['anon-rss'] / 4, rss_file: v['file-rss'] / 4, rss_shmem: v['shmem-rss'] / 4 }
        : {};
    addTaskRow(k, { ...row, ...kinds });
  }
  const head = /PID: (\d+) Comm: (\S+)/.exec(report.lines[1])!;
  let current = k.tasks.find((t) => t.pid === Number(head[1]));
  if (!current) {
    current = createTask(k, { comm: head[2], pid: Number(head[1]), flags: 1 });
    current.oomScoreAdj = report.invoked.adj;
  }
  return { k, current };
}

/** The process of a row of the task table. */
export function addTaskRow(k: Kernel, row: TaskRow): Task {
  const split = row.rss_anon !== undefined;
  const mm = fakeMm(k, {
    anon: split ? row.rss_anon : row.rss,
    file: row.rss_file ?? 0,
    shmem: row.rss_shmem ?? 0,
    swap: row.swapents,
  });
  mm.totalVm = row.total_vm;
  mm.pgtablesBytes = row.pgtables_bytes;
  return createTask(k, { pid: row.pid, comm: row.name, uid: row.uid, oomScoreAdj: row.oom_score_adj, mm: mm.id });
}
