/** The control groups as the view shows them: the root as one of them, and sizes as the kernel's files write them. */
import { groupWords as w } from '../../i18n/en-groups';
import type { CgroupFrame, Frame } from '../../worker/protocol';
import type { TableData } from '../charts/DataTable';
import { int, pages } from '../format';

/** What a row of the tree has to say: a group, or the machine as the root of them all. */
export type Group = Pick<
  CgroupFrame,
  'path' | 'current' | 'anon' | 'file' | 'mlocked' | 'min' | 'low' | 'emin' | 'elow' | 'high' | 'max'
> &
  Pick<CgroupFrame, 'swapCurrent' | 'swapMax' | 'oomGroup' | 'events' | 'procs' | 'leaf'>;

export const ROOT = '/';
export const nameOf = (path: string): string => (path === ROOT ? ROOT : path.slice(path.lastIndexOf('/') + 1));
export const parentOf = (path: string): string =>
  path.lastIndexOf('/') > 0 ? path.slice(0, path.lastIndexOf('/')) : ROOT;
/** 1 = the root. */
export const levelOf = (path: string): number => (path === ROOT ? 1 : path.split('/').length);
export const childPath = (parent: string, name: string): string => `${parent === ROOT ? '' : parent}/${name}`;

/** The machine as the group that holds all others: its limit is the RAM there is. */
export function rootGroup(frame: Frame): Group {
  const { kinds, machine, swap } = frame;
  const free = kinds.free + kinds.pcp;
  return {
    path: ROOT,
    current: machine.managed - free,
    anon: kinds.anonActive + kinds.anonInactive + kinds.shmem,
    file: kinds.fileActive + kinds.fileInactive,
    mlocked: kinds.mlocked,
    min: 0,
    low: 0,
    emin: 0,
    elow: 0,
    high: null,
    max: machine.managed,
    swapCurrent: swap.total - swap.free,
    swapMax: swap.total,
    oomGroup: false,
    events: { low: 0, high: 0, max: 0, oom: 0, oomKill: 0, oomGroupKill: 0 },
    procs: frame.procs.filter(
      (p) => p.cgroup === ROOT && p.never !== 'kthread' && p.state !== 'killed' && p.state !== 'exited',
    ).length,
    leaf: true,
  };
}

/** Pages that a full bar stands for, of all groups but the root: the most that one uses or may use. */
export function groupScale(groups: readonly CgroupFrame[], ram: number): number {
  // Never so few that an empty group looks like something.
  let most = Math.max(1, Math.round(ram / 8));
  for (const { current, min, low, high, max, swapCurrent, swapMax } of groups) {
    for (const n of [current, min, low, high ?? 0, max ?? 0, swapCurrent, swapMax ?? 0])
      most = Math.max(most, Math.min(n, ram));
  }
  return most;
}

/** Pages as one would write them to a memory.* file: "max", "96M", "8192K". */
export function limitText(limit: number | null): string {
  if (limit === null) return 'max';
  return limit % 256 === 0 ? (limit === 0 ? '0' : `${limit / 256}M`) : `${limit * 4}K`;
}

/** What the bar of a group shows, for those who cannot see it. */
export function barText(g: Group): string {
  const parts: string[] = [];
  if (g.high !== null) parts.push(w.rowHigh(pages(g.high)));
  const held = Math.min(g.current, Math.max(g.elow, g.emin));
  if (held > 0) parts.push(w.rowProtected(pages(held)));
  if (g.swapCurrent > 0) parts.push(w.rowSwap(pages(g.swapCurrent), g.swapMax === null ? null : pages(g.swapMax)));
  parts.push(w.procs(g.procs));
  return parts.join(', ');
}

export function groupTable(frame: Frame): TableData {
  const { columns } = w;
  return {
    caption: w.caption,
    head: Object.values(columns),
    rows: frame.cgroups.map((g) => [
      g.path,
      pages(g.current),
      pages(g.anon),
      pages(g.file),
      pages(g.mlocked),
      pages(kernelOf(g)),
      limitText(g.min),
      limitText(g.low),
      pages(Math.min(g.current, Math.max(g.emin, g.elow))),
      limitText(g.high),
      limitText(g.max),
      pages(g.swapCurrent),
      limitText(g.swapMax),
      g.oomGroup ? '1' : '0',
      int(g.procs),
      [g.events.low, g.events.high, g.events.max, g.events.oom, g.events.oomKill].map(int).join(', '),
    ]),
  };
}

/** What is charged and on no list: page tables, slab, stacks, and what a cpu has charged in advance. */
export const kernelOf = (g: Pick<Group, 'current' | 'anon' | 'file' | 'mlocked'>): number =>
  Math.max(0, g.current - g.anon - g.file - g.mlocked);
