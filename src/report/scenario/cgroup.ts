/**
 * A cgroup that reached its limit. Its report says nothing of the rest of the machine, which is made up: large enough that
 * only the limit can be what is hit.
 */
import { ZONE_NAMES } from '../../linux/include/mmzone';
import { zonesFor } from '../../machine/zones';
import type { FoundInFile, Scenario } from '../../scenario/schema';
import type { Explained } from '../explain';
import { tablePages } from '../score';
import type { CgroupUsage, RawReport, TaskRow } from '../types';
import type { Note } from '../why';
import type { Rebuilt } from '.';
import { bytes, PAGE_KB, PAGE_SIZE, sum } from './page';
import { cgroupPaths } from './paths';
import { MAX_PAGES } from './rebuildable';
import { splitRss } from './split';
import { chosenRows, growerOf, headOf, processesOf, roomOf, rulesInLab } from './tasks';

/** Charged for a process besides its memory and page tables, pages: its stack, the top table, small objects, tables of upper levels. */
const PER_TASK = 14;
/** The machine around it, pages: at least so many, and so many beside what the cgroup and its libraries take. */
const MIN_MACHINE = 131_072;
const AROUND = 65_536;

/** What the cgroup had, pages. */
interface Had {
  limit: number;
  usage: number;
  anon: number;
  cache: number;
  tmpfs: number;
  swap: number;
  /** Swap that it may have; null = all there is. */
  swapMax: number | null;
}

function hadOf(r: RawReport): Had {
  const { memory = null, memsw = null, swap = null } = r.cgroup ?? {};
  const stats: Record<string, number> = r.cgroup?.stats ?? {};
  const pages = (kb: number): number => Math.floor(kb / PAGE_KB);
  const limitOf = ({ limitKb }: CgroupUsage): number | null => (limitKb === null ? null : pages(limitKb));
  const stat = (...names: string[]): number | null => {
    const name = names.find((x) => stats[x] !== undefined);
    return name === undefined ? null : Math.floor(stats[name] / PAGE_SIZE);
  };
  const usage = pages(memory?.usageKb ?? 0);
  const limit = pages(memory?.limitKb ?? 0);
  const swapents = sum((r.table?.rows ?? []).map((row) => row.swapents ?? 0));
  const tmpfs = stat('shmem') ?? 0;
  // v1 counts both together; where swap is not counted (swapaccount=0) both kinds print 0.
  const both = memsw && memsw.usageKb > 0 ? pages(memsw.usageKb) - usage : swapents;
  const most = swap ? limitOf(swap) : memsw ? limitOf(memsw) : null;
  return {
    limit,
    usage,
    anon: stat('anon', 'rss') ?? usage,
    cache: Math.max(0, (stat('file', 'cache') ?? 0) - tmpfs),
    tmpfs,
    swap: Math.max(0, swap && swap.usageKb > 0 ? pages(swap.usageKb) : both),
    swapMax: most === null ? null : Math.max(0, swap ? most : most - limit),
  };
}

/** The cgroup of a report that can be rebuilt, and a machine around it. */
export function rebuildCgroup(e: Explained): Rebuilt {
  const { raw, verdict } = e;
  const notes: Note[] = [{ code: 'machine-made-up', params: {} }];
  const rows = chosenRows(e, notes);
  const had = hadOf(raw);
  // Files that processes map are charged to whoever read them first: to others, where the cgroup has less of them.
  const libraries = Math.max(0, ...rows.map((row) => row.rss));
  const { parts, forked } = splitRss(raw, rows, { anon: had.anon, file: libraries, shmem: had.tmpfs }, PAGE_KB);
  const tmpfs = had.tmpfs + forked;
  const swapents = sum(rows.map((row) => row.swapents ?? 0));
  const swapShare = swapents > had.swap ? had.swap / swapents : 1;
  if (swapShare < 1) notes.push({ code: 'swap-shared', params: { entries: swapents, used: had.swap } });
  const tables = rows.map((row) => tablePages(row, verdict.era, e.pageSize));
  const kernel = sum(tables) + rows.length * PER_TASK;
  const own = tmpfs + sum(parts.map((p) => p.anon)) + kernel;
  const over = own + had.cache - had.usage;
  const cache = Math.max(0, had.cache - Math.max(0, over));
  const excess = Math.max(0, own - had.usage);
  // Not every kernel charges for stacks and page tables.
  if (excess > kernel) return { ok: false, why: { code: 'does-not-fit-limit', params: { pages: excess - kernel } } };
  if (excess > 0) {
    had.limit += excess;
    had.usage += excess;
    notes.push({ code: 'limit-raised', params: { pages: excess } });
  }

  const grower = growerOf(e, rows);
  const room = roomOf(e, had.limit, parts[grower]);
  parts[grower].anon -= room;
  const mapped = Math.max(0, ...parts.map((p) => p.file));
  const machine = machineAround(had.usage + mapped);
  if (machine.ram > MAX_PAGES) return { ok: false, why: { code: 'too-large', params: {} } };
  // All of swap that is not limited was full, or some of it would have been used.
  const swap = had.swapMax === null ? had.swap : Math.max(had.swap, Math.min(had.swapMax, machine.ram));
  const paths = cgroupPaths(raw);
  const h = { rows, parts, tables, grower, room, reclaimable: cache + Math.max(0, swap - had.swap), swapShare };
  return {
    ok: true,
    notes,
    scenario: {
      ...headOf(e, rows[grower]),
      machine: {
        ram: machine.ram * PAGE_SIZE,
        // One page of an area is its header.
        swap: swap > 0 ? { size: bytes(swap + 1) } : null,
        thp: 'never',
        ...rulesInLab(e, notes, had.limit + swap),
        ...(verdict.code === 'allocating-task' && { sysctl: { 'vm.oom_kill_allocating_task': '1' } }),
        found: {
          zones: machine.zones,
          cache: bytes(mapped),
          cgroups: {
            [paths.limited]: {
              cache: bytes(cache),
              tmpfs: bytes(tmpfs),
              tmpfsSwap: bytes(Math.max(0, had.swap - swapents)),
              // What no counter names is the kernel's.
              slab: bytes(had.usage - own - cache),
            },
          },
        },
      },
      cgroups: filesOf(raw, had, paths),
      processes: processesOf(e, h).map((p, i) => ({ ...p, cgroup: placeOf(raw, rows[i], paths) })),
    },
  };
}

type Paths = ReturnType<typeof cgroupPaths>;

/** The cgroups, and what is written to their files. */
function filesOf(r: RawReport, had: Had, paths: Paths): NonNullable<Scenario['cgroups']> {
  const limits = {
    'memory.max': bytes(had.limit),
    ...(had.swapMax !== null && { 'memory.swap.max': bytes(had.swapMax) }),
  };
  const out: NonNullable<Scenario['cgroups']> = { [paths.limited]: limits };
  if (paths.victims !== paths.limited) {
    out[paths.victims] = {};
    out[paths.others] = {};
  }
  if (r.group) out[paths.group] = { ...out[paths.group], 'memory.oom.group': 1 };
  return out;
}

/** Where a process is: a report only says it of the victim, and of those that died with it. */
function placeOf(r: RawReport, row: TaskRow, paths: Paths): string {
  const dies = r.kills.some((k) => k.pid === row.pid) || r.summary?.pid === row.pid;
  return dies ? paths.victims : paths.others;
}

/** Zones of a machine in which so many pages are taken, and as much again is free. */
function machineAround(taken: number): { ram: number; zones: FoundInFile['zones'] } {
  const ram = Math.max(MIN_MACHINE, taken + (taken >> 3) + AROUND);
  const zones = zonesFor(ram);
  const managed = sum(zones.map((z) => z.managed));
  const free = Math.max(0, 1 - (taken + AROUND / 4) / managed);
  return {
    ram,
    zones: zones.map((z) => ({
      name: ZONE_NAMES[z.type] as FoundInFile['zones'][number]['name'],
      present: bytes(z.present),
      managed: bytes(z.managed),
      free: bytes(Math.floor(z.managed * free)),
    })),
  };
}
