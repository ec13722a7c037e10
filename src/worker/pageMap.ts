/** The page map: all frames in physical order, a byte for each cell of the drawing. */
import type { Kernel } from '../linux/include/kernel';
import {
  ANON_AND_FILE,
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  MAX_NR_ZONES,
} from '../linux/include/mmzone';
import * as page from '../linux/include/page';
import { HPAGE_PMD_ORDER, MAX_PAGE_ORDER, PAGE_ALLOC_COSTLY_ORDER, PAGEBLOCK_ORDER } from '../linux/include/units';
import { pageZone } from '../linux/kernel/sched/core';
import { compoundHead } from '../linux/mm/huge_memory';
import { genList, lruGenFromSeq } from '../linux/mm/vmscan/lru_gen/mm_inline';
import { RefusalError } from '../machine/commands';
import type { Machine } from '../machine/machine';
import { HOLE, kindOf } from './kinds';
import { type Frame, MAP_BEYOND, MAP_FREE, MAP_KINDS, MAP_NOBODY, type PageInfo } from './protocol';

export interface MapRequest {
  cols: number;
  rows: number;
  by: 'kind' | 'owner' | 'age';
  /** Whose the cells are is to be said too. */
  owners?: boolean;
}
/** Chips, as in ProcFrame. */
export const CHIPS = 7;
/** Frames looked at for one map. */
const SAMPLES = 65_536;
const AGES = 8;

/** Pages of a cell: a power of two, so that blocks of the buddy allocator fall into whole cells. */
export function pagesPerCell(k: Kernel, { cols, rows }: MapRequest): number {
  const cells = Math.max(1, cols * rows);
  return Math.max(1, 2 ** Math.ceil(Math.log2(k.mem.nrPages / cells)));
}

/** mm id -> chip of the process that has it, -1 = nobody. */
function chipsByMm(m: Machine): Int8Array {
  const chips = new Int8Array(m.kernel.mms.length).fill(-1);
  m.kernel.tasks.forEach((task, i) => {
    const chip = m.procs[i]?.chip ?? -1;
    if (task.mm >= 0 && chip >= 0) chips[task.mm] = chip % CHIPS;
  });
  return chips;
}

/** mm that a frame belongs to alone, -1 = none or several. */
function ownerMm(k: Kernel, pfn: number): number {
  const mapping = k.mem.mapping[pfn];
  if (mapping > 0) return mapping - 1;
  if (mapping === 0) return -1;
  const { mappers } = k.inodes[-mapping - 1];
  return mappers.length > 0 && mappers.every((id) => id === mappers[0]) ? mappers[0] : -1;
}

/** By frame: its place on the LRU lists, 0 = just put there … 7 = next to go; 255 = on none. Costs a walk of the lists. */
function ages(k: Kernel): Uint8Array {
  const age = new Uint8Array(k.mem.nrPages).fill(MAP_BEYOND);
  const { next } = k.mem;
  /** Lists from the youngest to the oldest. */
  const walk = (heads: number[]): void => {
    let n = 0;
    for (const head of heads) for (let p = next[head]; p !== head; p = next[p]) n++;
    let i = 0;
    for (const head of heads) {
      for (let p = next[head]; p !== head; p = next[p]) age[p] = Math.floor((i++ * AGES) / n);
    }
  };
  for (const { heads, lrugen } of k.nodes.flatMap((node) => node.lruvecs)) {
    if (!k.lruGenEnabled) {
      walk([heads + LRU_ACTIVE_ANON, heads + LRU_INACTIVE_ANON]);
      walk([heads + LRU_ACTIVE_FILE, heads + LRU_INACTIVE_FILE]);
      continue;
    }
    for (let type = 0; type < ANON_AND_FILE; type++) {
      const lists: number[] = [];
      for (let seq = lrugen.maxSeq; seq >= lrugen.minSeq[type]; seq--) {
        for (let zone = 0; zone < MAX_NR_ZONES; zone++) {
          lists.push(lrugen.heads + genList(lruGenFromSeq(seq), type, zone));
        }
      }
      walk(lists);
    }
  }
  return age;
}

type Classify = (pfn: number) => number;

function classifier(m: Machine, by: MapRequest['by']): Classify {
  const k = m.kernel;
  const free = MAP_KINDS.indexOf('free');
  const pcp = MAP_KINDS.indexOf('pcp');
  const pieces = MAP_KINDS.indexOf('freePieces');
  const isFree = (kind: number): boolean => kind === free || kind === pcp;
  if (by === 'kind') {
    return (pfn) => {
      const kind = kindOf(k, pfn);
      if (kind === free && orderOf(k, pfn) <= PAGE_ALLOC_COSTLY_ORDER) return pieces;
      return kind === HOLE ? MAP_BEYOND : kind;
    };
  }
  if (by === 'age') {
    const age = ages(k);
    return (pfn) => {
      const kind = kindOf(k, pfn);
      if (kind === HOLE) return MAP_BEYOND;
      if (isFree(kind)) return MAP_FREE;
      const seen = age[k.mem.flags[pfn] & page.PG_TAIL ? compoundHead(pfn) : pfn];
      return seen === MAP_BEYOND ? MAP_NOBODY : seen;
    };
  }
  const chips = chipsByMm(m);
  return (pfn) => {
    const kind = kindOf(k, pfn);
    if (kind === HOLE) return MAP_BEYOND;
    if (isFree(kind)) return MAP_FREE;
    const mm = ownerMm(k, pfn);
    const chip = mm >= 0 ? chips[mm] : -1;
    return chip >= 0 ? chip : MAP_NOBODY;
  };
}

/** A cell has the value that most of its frames have; of a large machine's cells some frames are looked at. */
export function buildPageMap(m: Machine, request: MapRequest): NonNullable<Frame['pageMap']> {
  const { cols, by } = request;
  const size = pagesPerCell(m.kernel, request);
  const cells = survey(m, request, size, by);
  const owners = !request.owners ? null : by === 'owner' ? cells : survey(m, request, size, 'owner');
  return { cells, cols, pagesPerCell: size, by, owners };
}

function survey(m: Machine, request: MapRequest, size: number, by: MapRequest['by']): Uint8Array {
  const { nrPages } = m.kernel.mem;
  const cells = new Uint8Array(request.cols * request.rows).fill(MAP_BEYOND);
  const used = Math.min(cells.length, Math.ceil(nrPages / size));
  const stride = Math.max(1, Math.ceil(nrPages / SAMPLES));
  const classify = classifier(m, by);
  const counts = new Uint16Array(256);
  for (let c = 0; c < used; c++) {
    let best = MAP_BEYOND;
    const from = c * size;
    const to = Math.min(nrPages, from + size);
    for (let p = from; p < to; p += stride) {
      const v = classify(p);
      counts[v]++;
      if (v === best || best === MAP_BEYOND || (v !== MAP_BEYOND && counts[v] > counts[best])) best = v;
    }
    cells[c] = best;
    for (let p = from; p < to; p += stride) counts[classify(p)] = 0;
  }
  return cells;
}

const FLAG_NAMES: [number, string][] = [
  [page.PG_LRU, 'lru'],
  [page.PG_ACTIVE, 'active'],
  [page.PG_REFERENCED, 'referenced'],
  [page.PG_DIRTY, 'dirty'],
  [page.PG_WRITEBACK, 'writeback'],
  [page.PG_RECLAIM, 'reclaim'],
  [page.PG_WORKINGSET, 'workingset'],
  [page.PG_SWAPBACKED, 'swapbacked'],
  [page.PG_SWAPCACHE, 'swapcache'],
  [page.PG_UNEVICTABLE, 'unevictable'],
  [page.PG_MLOCKED, 'mlocked'],
  [page.PG_LOCKED, 'locked'],
  [page.PG_READAHEAD, 'readahead'],
  [page.PG_HEAD, 'head'],
];

const MIGRATE_NAMES = ['Unmovable', 'Movable', 'Reclaimable', 'HighAtomic'];

/** Order of the block that a frame is part of: free, a huge page, or single. */
function orderOf(k: Kernel, pfn: number): number {
  const { flags, index } = k.mem;
  if (flags[pfn] & page.PG_COMPOUND) return HPAGE_PMD_ORDER;
  const type = flags[pfn] & page.PGTYPE_MASK;
  if (type !== page.PGTYPE_BUDDY && type !== page.PGTYPE_BUDDY_TAIL) return 0;
  for (let o = 0; o <= MAX_PAGE_ORDER; o++) {
    const head = pfn & ~((1 << o) - 1);
    if ((flags[head] & page.PGTYPE_MASK) === page.PGTYPE_BUDDY && index[head] >= o) return index[head];
  }
  return 0;
}

/**
 * What a cell holds, told by a frame of the kind it shows.
 *
 * @throws {RefusalError} `bad-cell`
 */
export function inspectCell(m: Machine, request: MapRequest, cell: number): PageInfo {
  const k = m.kernel;
  const size = pagesPerCell(k, request);
  const firstPfn = cell * size;
  const lastPfn = Math.min(k.mem.nrPages, firstPfn + size) - 1;
  if (!Number.isInteger(cell) || cell < 0 || firstPfn > lastPfn) throw new RefusalError('bad-cell', { cell });
  const counts = new Uint32Array(HOLE + 1);
  for (let p = firstPfn; p <= lastPfn; p++) counts[kindOf(k, p)]++;
  let best = 0;
  for (let i = 1; i <= HOLE; i++) if (counts[i] > counts[best]) best = i;
  let pfn = firstPfn;
  while (pfn < lastPfn && kindOf(k, pfn) !== best) pfn++;
  const mm = best === HOLE ? -1 : ownerMm(k, pfn);
  const task = mm >= 0 ? k.tasks.find((t) => t.mm === mm) : undefined;
  const mapping = k.mem.mapping[pfn];
  const zone = pageZone(k, pfn);
  const real = (p: number): number => p - zone.base + zone.startPfn;
  const flags = k.mem.flags[k.mem.flags[pfn] & page.PG_TAIL ? compoundHead(pfn) : pfn];
  const isUser = (flags & page.PGTYPE_MASK) === page.PGTYPE_USER;
  return {
    pfn: real(pfn),
    zone: zone.name,
    kind: MAP_KINDS[best] ?? 'hole',
    owner: task?.comm ?? (isUser && mapping < 0 ? k.inodes[-mapping - 1].name : ''),
    ownerPid: task?.pid ?? -1,
    flags: isUser ? FLAG_NAMES.filter(([bit]) => flags & bit).map(([, name]) => name) : [],
    mapcount: k.mem.mapcount[pfn],
    order: orderOf(k, pfn),
    migratetype: MIGRATE_NAMES[k.mem.pageblock[pfn >> PAGEBLOCK_ORDER]] ?? '',
    firstPfn: real(firstPfn),
    lastPfn: real(lastPfn),
  };
}
