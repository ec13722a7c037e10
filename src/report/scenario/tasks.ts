/** The tasks of a report as a scenario's processes: who there is, who goes on growing, and how fast. */
import { scenarioText } from '../../i18n/en-rebuild';
import { OOM_RULES } from '../../linux/versions/oom_rules';
import {
  MAX_PROCESSES,
  SCENARIO_FORMAT,
  type Scenario,
  type ScenarioOp,
  type ScenarioProcess,
} from '../../scenario/schema';
import type { Explained } from '../explain';
import { choose, scoreAll } from '../score';
import type { TaskRow } from '../types';
import type { Note } from '../why';
import { bytes } from './page';
import type { RssParts } from './split';

/** What is still free when the lab begins, so that one can watch it go: a fiftieth of what there is at most. */
const HEADROOM = 50;
/** Virtual seconds in which the rest of memory is meant to be used up. */
const SECONDS = 4;
const MIN_RATE = 2000;
const MAX_RATE = 400_000;
/** Whoever asked at the time goes on asking too, for so much less that nobody takes it for the cause. */
const INVOKER_SHARE = 64;
/** Pages of a growing process that are asked for at a time. */
const CHUNK = 256;

/** Sleeps for good: a process of which the report does not say what it did. */
const IDLE: ScenarioOp[] = [{ op: 'loop', ops: [{ op: 'sleep', time: '10s' }] }];

const grow = (rate: number): ScenarioOp[] => [
  { op: 'sbrk', size: bytes(CHUNK), onEnomem: 'retry' },
  { op: 'touch', region: 'new', write: true, rate },
];

/** A name that a scenario may have. */
const commOf = (name: string): string =>
  name
    .replace(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, 15)
    .trim() || '?';

/** The rows to build; the smallest are left out where there are more than a scenario may have. */
export function chosenRows(e: Explained, notes: Note[]): TaskRow[] {
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
export function growerOf(e: Explained, rows: readonly TaskRow[]): number {
  const pid = e.verdict.predicted?.pid ?? e.verdict.victim?.pid;
  const i = rows.findIndex((row) => row.pid === pid);
  if (i >= 0) return i;
  let most = 0;
  for (let j = 1; j < rows.length; j++) if (rows[j].rss > rows[most].rss) most = j;
  return most;
}

/**
 * How much of its memory the growing one does not have yet, pages: it will take it. Nobody grows on an order to kill, or where
 * it was blocks that were missing.
 */
export const roomOf = (e: Explained, total: number, grower: RssParts): number =>
  e.raw.order === -1 || wantsBlocks(e) ? 0 : Math.floor(Math.min(total / HEADROOM, grower.anon / 2));

/** Pages side by side were asked for, of the machine and not under a limit. */
export const wantsBlocks = (e: Explained): boolean => e.memcg === null && (e.raw.order ?? 0) > 0;

/** What the processes have, row by row. */
export interface Holdings {
  rows: readonly TaskRow[];
  parts: readonly RssParts[];
  /** Page tables. */
  tables: readonly number[];
  /** Which row grows, and what there is for it to take: free pages, and those that others can be made to give. */
  grower: number;
  room: number;
  reclaimable: number;
  /** The share of its entries in swap that each has, where they share them. */
  swapShare: number;
}

export function processesOf(e: Explained, h: Holdings): ScenarioProcess[] {
  if (wantsBlocks(e)) return withAsker(e, h);
  const { raw } = e;
  const rate = Math.round(Math.min(MAX_RATE, Math.max(MIN_RATE, (h.room + h.reclaimable) / SECONDS)));
  const invoker = h.rows.findIndex((row) => row.pid === raw.invoker?.pid);
  const opsOf = (i: number): ScenarioOp[] => {
    if (raw.order === -1) return IDLE;
    if (i === h.grower) return [{ op: 'loop', ops: grow(rate) }];
    if (i !== invoker) return IDLE;
    const times = Math.ceil(h.reclaimable / INVOKER_SHARE / CHUNK) + 1;
    return [{ op: 'repeat', times, ops: grow(Math.ceil(rate / INVOKER_SHARE)) }, ...IDLE];
  };
  return placed(e, h, opsOf);
}

/** Blocks that are asked for at a time. */
const BLOCKS = 64;

/** Whoever asked for blocks takes one after the other, until there are none. */
function withAsker(e: Explained, h: Holdings): ScenarioProcess[] {
  const order = e.raw.order ?? 0;
  const rate = Math.round(Math.min(MAX_RATE, Math.max(MIN_RATE, h.reclaimable / SECONDS)) / 2 ** order);
  const ops: ScenarioOp[] = [
    { op: 'loop', ops: [{ op: 'kalloc', count: BLOCKS, order, use: 'driver', rate, onEnomem: 'retry' }] },
  ];
  const asker = e.raw.invoker;
  const at = h.rows.findIndex((row) => row.pid === asker?.pid);
  const out = placed(e, h, (i) => (i === at ? ops : IDLE));
  // A kernel thread is not in the table.
  if (at < 0 && out.length < MAX_PROCESSES) {
    out.push({ name: commOf(asker?.comm ?? 'kworker'), uid: 0, adj: asker?.adj ?? 0, memory: {}, ops });
  }
  return out;
}

function placed(e: Explained, h: Holdings, opsOf: (row: number) => ScenarioOp[]): ScenarioProcess[] {
  const { raw } = e;
  const sacrificed = e.verdict.code === 'child-sacrificed' ? e.verdict.victim?.pid : -1;
  return h.rows.map((row, i) => ({
    name: commOf(row.name),
    pid: row.pid,
    uid: Math.max(0, row.uid),
    adj: Math.max(-1000, Math.min(1000, row.oom_score_adj)),
    memory: {
      anon: bytes(h.parts[i].anon),
      file: bytes(h.parts[i].file),
      shmem: bytes(h.parts[i].shmem),
      swap: bytes(Math.floor((row.swapents ?? 0) * h.swapShare)),
      tables: bytes(h.tables[i]),
      virtual: bytes(row.total_vm),
      // Of families a report says one thing only: whose child died in its stead.
      ...(row.pid === sacrificed && { parent: raw.selected?.pid }),
    },
    ops: opsOf(i),
  }));
}

/** What the scenario is called, and where it is from. */
export function headOf(e: Explained, grower: TaskRow): Pick<Scenario, 'format' | 'id' | 'title' | 'about'> {
  const { raw, verdict } = e;
  const name = commOf(verdict.victim?.comm ?? grower.name);
  return {
    format: SCENARIO_FORMAT,
    id: `report-${raw.line}`,
    title: scenarioText.title(name, verdict.victim?.pid ?? grower.pid),
    about: scenarioText.about(e.kernel, raw.line, commOf(grower.name), e.memcg),
  };
}

/**
 * The rules that the lab's OOM killer goes by: those of the report's kernel. Where they name another one than who died,
 * that is said beforehand.
 *
 * @param total pages that oom_score_adj is measured by in the lab
 */
export function rulesInLab(
  e: Explained,
  notes: Note[],
  total = e.verdict.rules.total,
): Pick<Scenario['machine'], 'oomRules'> {
  const { verdict } = e;
  const { era, victim } = verdict;
  const name = OOM_RULES.find((r) => r.badness.name === era.name)?.name ?? 'kernel';
  if (name !== 'kernel') notes.push({ code: 'old-rules', params: { name } });
  const tasks = scoreAll(
    verdict.tasks.map((t) => t.row),
    { ...verdict.rules, total },
  );
  const i = choose(tasks, era);
  if (i >= 0 && victim && tasks[i].row.pid !== victim.pid && verdict.code !== 'child-sacrificed') {
    notes.push({
      code: 'other-victim',
      params: { comm: tasks[i].row.name, pid: tasks[i].row.pid, victim: victim.comm },
    });
  }
  return name === 'kernel' ? {} : { oomRules: name };
}
