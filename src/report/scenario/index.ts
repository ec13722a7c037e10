/**
 * The machine of a report, about to run out of memory once more: a scenario in which every task of the table has its
 * memory, the zones their watermarks, and the process that died goes on growing.
 */
import { scenarioText } from '../../i18n/en-rebuild';
import { BADNESS_ERAS } from '../../linux/versions/badness';
import type { FoundInFile } from '../../scenario/schema';
import {
  MAX_PROCESSES,
  SCENARIO_FORMAT,
  type Scenario,
  type ScenarioOp,
  type ScenarioProcess,
} from '../../scenario/schema';
import type { Explained } from '../explain';
import { choose, scoreAll, tablePages } from '../score';
import type { TaskRow } from '../types';
import type { Note } from '../why';
import { PAGE_SIZE } from './page';
import { whyNotRebuilt } from './rebuildable';
import { splitRss } from './split';
import { foundZones, sysctlOf } from './zones';

export type Rebuilt = { ok: true; scenario: Scenario; notes: Note[] } | { ok: false; why: Note };

const PAGE_KB = PAGE_SIZE / 1024;
const kb = (pages: number): number => Math.max(0, Math.round(pages)) * PAGE_SIZE;
const sum = (values: readonly number[]): number => values.reduce((n, x) => n + x, 0);

/** What is still free when the lab begins, so that one can watch it go: a fiftieth of the machine at most. */
const HEADROOM = 50;
/** Of the room some goes to others and to page tables: so much more is free, in pages beside a part of the room. */
const SPARE = 256;
/** Virtual seconds in which the rest of memory is meant to be used up. */
const SECONDS = 4;
const MIN_RATE = 2000;
const MAX_RATE = 400_000;
/** Whoever asked at the time goes on asking too, for so much less that nobody takes it for the cause. */
const INVOKER_SHARE = 64;
/** Pages of a growing process that are asked for at a time. */
const CHUNK = 256;
/** Pages of a kernel stack, the top level of the page tables, and tables of upper levels. */
const PER_TASK = 8;

/** Sleeps for good: a process of which the report does not say what it did. */
const IDLE: ScenarioOp[] = [{ op: 'loop', ops: [{ op: 'sleep', time: '10s' }] }];

const grow = (rate: number): ScenarioOp[] => [
  { op: 'sbrk', size: kb(CHUNK), onEnomem: 'retry' },
  { op: 'touch', region: 'new', write: true, rate },
];

/** A name that a scenario may have. */
const commOf = (name: string): string =>
  name
    .replace(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, 15)
    .trim() || '?';

/** Builds the scenario, or says why not. */
export function rebuild(e: Explained): Rebuilt {
  const why = whyNotRebuilt(e);
  if (why) return { ok: false, why };
  const { raw, verdict } = e;
  const notes: Note[] = [];
  const rows = chosenRows(e, notes);
  const { zones, free, merged } = foundZones(raw, verdict.totals.ramPages);
  if (merged) notes.push({ code: 'nodes-merged', params: {} });
  const managed = sum(zones.map((z) => Math.floor(Number(z.managed) / PAGE_SIZE)));

  const part = (code: string): number => e.memory?.parts.find((p) => p.code === code)?.pages ?? 0;
  const frames = { anon: part('anon') + part('unevictable'), file: part('file'), shmem: part('shmem') };
  const { parts, forked } = splitRss(raw, rows, frames, PAGE_KB);
  const tmpfs = frames.shmem + forked;
  const swapUsed = Math.floor(((raw.totalSwapKb ?? 0) - (raw.freeSwapKb ?? 0)) / PAGE_KB);
  const swapents = sum(rows.map((row) => row.swapents ?? 0));
  // Processes that share a page in swap each count it.
  const swapShare = swapents > swapUsed ? swapUsed / swapents : 1;
  if (swapShare < 1) notes.push({ code: 'swap-shared', params: { entries: swapents, used: swapUsed } });

  const tables = rows.map((row) => tablePages(row, verdict.era, e.pageSize));
  const slab = part('slab_unreclaimable');
  let slabReclaimable = part('slab_reclaimable');
  let cache = frames.file;
  // What is left is the kernel's. Where the counters do not add up, the cache gives way: it is what moves fastest.
  const taken = (): number =>
    free +
    slab +
    slabReclaimable +
    cache +
    tmpfs +
    sum(parts.map((p) => p.anon)) +
    sum(tables) +
    rows.length * PER_TASK;
  const over = taken() - managed;
  if (over > 0) {
    const fromCache = Math.min(over, Math.max(0, cache - Math.max(0, ...parts.map((p) => p.file))));
    cache -= fromCache;
    slabReclaimable -= Math.min(slabReclaimable, over - fromCache);
    if (taken() > managed) return { ok: false, why: { code: 'does-not-add-up', params: { pages: taken() - managed } } };
  }

  const grower = growerOf(e, rows);
  // On an order to kill nobody grows.
  const room = raw.order === -1 ? 0 : Math.floor(Math.min(managed / HEADROOM, parts[grower].anon / 2));
  parts[grower].anon -= room;
  zones[largest(zones)].free = Number(zones[largest(zones)].free) + kb(room === 0 ? 0 : room + room / 32 + SPARE);
  const reclaimable = cache + slabReclaimable + Math.floor((raw.freeSwapKb ?? 0) / PAGE_KB);
  const rate = Math.round(Math.min(MAX_RATE, Math.max(MIN_RATE, (room + reclaimable) / SECONDS)));
  const invoker = rows.findIndex((row) => row.pid === raw.invoker?.pid);

  const processes = rows.map((row, i): ScenarioProcess => {
    const ops =
      raw.order === -1
        ? IDLE
        : i === grower
          ? [{ op: 'loop', ops: grow(rate) }]
          : i === invoker
            ? [
                {
                  op: 'repeat',
                  times: Math.ceil(reclaimable / INVOKER_SHARE / CHUNK) + 1,
                  ops: grow(Math.ceil(rate / INVOKER_SHARE)),
                },
                ...IDLE,
              ]
            : IDLE;
    return {
      name: commOf(row.name),
      pid: row.pid,
      uid: Math.max(0, row.uid),
      adj: Math.max(-1000, Math.min(1000, row.oom_score_adj)),
      memory: {
        anon: kb(parts[i].anon),
        file: kb(parts[i].file),
        shmem: kb(parts[i].shmem),
        swap: kb(Math.floor((row.swapents ?? 0) * swapShare)),
        tables: kb(tables[i]),
        virtual: kb(row.total_vm),
      },
      ops,
    };
  });
  const found: FoundInFile = {
    zones,
    slab: kb(slab),
    slabReclaimable: kb(slabReclaimable),
    cache: kb(cache),
    tmpfs: kb(tmpfs),
    // What no task has in swap is shared memory and files in memory.
    tmpfsSwap: kb(Math.max(0, swapUsed - swapents)),
  };
  const name = commOf(verdict.victim?.comm ?? rows[grower].name);
  otherRules(e, notes);
  return {
    ok: true,
    notes,
    scenario: {
      format: SCENARIO_FORMAT,
      id: `report-${raw.line}`,
      title: scenarioText.title(name, verdict.victim?.pid ?? rows[grower].pid),
      about: scenarioText.about(e.kernel, raw.line, commOf(rows[grower].name)),
      machine: {
        ram: sum(zones.map((z) => Number(z.present))),
        // One page of an area is its header.
        swap: raw.totalSwapKb ? { size: raw.totalSwapKb * 1024 + PAGE_SIZE } : null,
        thp: 'never',
        sysctl: {
          ...sysctlOf(raw),
          ...(verdict.code === 'allocating-task' && { 'vm.oom_kill_allocating_task': '1' }),
        },
        found,
      },
      processes,
      ...(raw.order === -1 && { events: [{ at: '1s', command: { op: 'sysrq' as const, key: 'f' as const } }] }),
    },
  };
}

/** The rows to build; the smallest are left out where there are more than a scenario may have. */
function chosenRows(e: Explained, notes: Note[]): TaskRow[] {
  const seen = new Set<number>();
  const rows: TaskRow[] = [];
  for (const row of e.raw.table?.rows ?? []) {
    if (!seen.has(row.pid)) rows.push(row);
    seen.add(row.pid);
  }
  if (rows.length <= MAX_PROCESSES) return rows;
  const points = new Map(e.verdict.tasks.map((t) => [t.row, t.points]));
  const kept = new Set([...rows].sort((a, b) => (points.get(b) ?? 0) - (points.get(a) ?? 0)).slice(0, MAX_PROCESSES));
  notes.push({ code: 'rows-left-out', params: { n: rows.length - MAX_PROCESSES } });
  return rows.filter((row) => kept.has(row));
}

/** Who goes on growing: whoever was to die. A report does not say who grew. */
function growerOf(e: Explained, rows: readonly TaskRow[]): number {
  const pid = e.verdict.predicted?.pid ?? e.verdict.victim?.pid;
  const i = rows.findIndex((row) => row.pid === pid);
  if (i >= 0) return i;
  let most = 0;
  for (let j = 1; j < rows.length; j++) if (rows[j].rss > rows[most].rss) most = j;
  return most;
}

const largest = (zones: FoundInFile['zones']): number =>
  zones.reduce((best, z, i) => (Number(z.managed) > Number(zones[best].managed) ? i : best), 0);

/** The lab's kernel has rules of its own: where they name another one, that is said beforehand. */
function otherRules(e: Explained, notes: Note[]): void {
  const { verdict } = e;
  const { victim } = verdict;
  if (!victim) return;
  const era = BADNESS_ERAS[BADNESS_ERAS.length - 1];
  const tasks = scoreAll(
    verdict.tasks.map((t) => t.row),
    { ...verdict.rules, era },
  );
  const i = choose(tasks, era);
  if (i >= 0 && tasks[i].row.pid !== victim.pid) {
    notes.push({
      code: 'other-victim',
      params: { comm: tasks[i].row.name, pid: tasks[i].row.pid, victim: victim.comm },
    });
  }
}
