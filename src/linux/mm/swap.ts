/**
 * How pages get on, between and off the LRU lists. §5.1, §5.2.
 *
 * While the multi-gen LRU is on, evictable pages go to its lists instead (vmscan/lru_gen/mm_inline.ts).
 */
import type { Kernel } from '../include/kernel';
import { listAdd, listAddTail, listDel } from '../include/list';
import { LRU_UNEVICTABLE, NR_LRU_LISTS } from '../include/mmzone';
import {
  PG_ACTIVE,
  PG_BATCHED,
  PG_DIRTY,
  PG_HEAD,
  PG_ISOLATED,
  PG_LOCKED,
  PG_LRU,
  PG_MLOCKED,
  PG_REFERENCED,
  PG_SWAPBACKED,
  PG_UNEVICTABLE,
  PGZONE_MASK,
  PGZONE_SHIFT,
} from '../include/page';
import { HPAGE_PMD_NR } from '../include/units';
import {
  NR_ISOLATED_ANON,
  NR_ISOLATED_FILE,
  NR_LRU_BASE,
  NR_ZONE_LRU_BASE,
  PGACTIVATE,
  PGROTATED,
  UNEVICTABLE_PGCULLED,
  UNEVICTABLE_PGRESCUED,
} from '../include/vmstat';
import { pageNode } from '../kernel/sched/core';
import { folioLruvec, folioMemcg, zoneLruvec } from './mmzone';
import { lruGenAddFolios } from './vmscan/lru_gen/add_folios';
import {
  folioIncRefs,
  folioLruGen,
  lruGenAddFolio,
  lruGenAddFolioLast,
  lruGenDelFolio,
  lruGenUpdateSize,
} from './vmscan/lru_gen/mm_inline';
import { workingsetActivation } from './workingset';

/** Entries a cpu has in `Kernel.lruBatch`. */
export const LRU_BATCH_STRIDE = 32;

/** folio_lru_list: the list a page with these flags belongs on. */
export const folioLruList = (flags: number): number =>
  flags & PG_UNEVICTABLE ? LRU_UNEVICTABLE : (flags & PG_SWAPBACKED ? 0 : 2) + (flags & PG_ACTIVE ? 1 : 0);

/** folio_evictable: neither locked in memory nor of a file that has no place but memory. */
export function folioEvictable(k: Kernel, pfn: number): boolean {
  const f = k.mem.flags[pfn];
  if (f & (PG_MLOCKED | PG_SWAPBACKED)) return (f & PG_MLOCKED) === 0;
  const mapping = k.mem.mapping[pfn];
  return mapping >= 0 || k.inodes[-mapping - 1].kind !== 'ramfs';
}

/** update_lru_size: `n` is +1 or −1, of a huge page 512 times as much. Returns the list's head. */
function updateLruSize(k: Kernel, pfn: number, flags: number, lru: number, n: number): number {
  const z = k.zones[(flags & PGZONE_MASK) >>> PGZONE_SHIFT];
  const lruvec = zoneLruvec(k, z, pfn);
  const pages = flags & PG_HEAD ? n * HPAGE_PMD_NR : n;
  z.stat[NR_ZONE_LRU_BASE + lru] += pages;
  k.nodes[z.node].stat[NR_LRU_BASE + lru] += pages;
  lruvec.lruSize[z.type * NR_LRU_LISTS + lru] += pages;
  return lruvec.heads + lru;
}

/** Counts a page with these flags on its list (`n` = 1), or no more (−1); the list itself is the caller's. */
export function countLru(k: Kernel, pfn: number, flags: number, n: number): void {
  const gen = folioLruGen(flags);
  if (gen < 0) updateLruSize(k, pfn, flags, folioLruList(flags), n);
  else lruGenUpdateSize(k, folioLruvec(k, pfn), flags, n < 0 ? gen : -1, n < 0 ? -1 : gen);
}

/** lruvec_add_folio: puts a page at the head of the list its flags name, and counts it. */
export function lruvecAddFolio(k: Kernel, pfn: number): void {
  if (k.lruGenEnabled && lruGenAddFolio(k, pfn, false)) return;
  const m = k.mem;
  const flags = m.flags[pfn];
  listAdd(m, updateLruSize(k, pfn, flags, folioLruList(flags), 1), pfn);
}

/** lruvec_add_folio_tail: the same, at the end that reclaim takes from. */
export function lruvecAddFolioTail(k: Kernel, pfn: number): void {
  if (k.lruGenEnabled && lruGenAddFolio(k, pfn, true)) return;
  const m = k.mem;
  const flags = m.flags[pfn];
  listAddTail(m, updateLruSize(k, pfn, flags, folioLruList(flags), 1), pfn);
}

/** Puts a page of a huge one that is being split where reclaim takes it next: last of the inactive or oldest. */
export function lruvecAddFolioLast(k: Kernel, pfn: number): void {
  k.mem.flags[pfn] &= ~PG_ACTIVE;
  if (k.lruGenEnabled) lruGenAddFolioLast(k, pfn);
  else lruvecAddFolioTail(k, pfn);
}

/** lruvec_del_folio: takes a page off its list, and uncounts it. */
export function lruvecDelFolio(k: Kernel, pfn: number): void {
  if (k.lruGenEnabled && lruGenDelFolio(k, pfn, false)) return;
  const m = k.mem;
  const flags = m.flags[pfn];
  updateLruSize(k, pfn, flags, folioLruList(flags), -1);
  listDel(m, pfn);
}

/** lru_add: the page's first way to a list, or its way back after it was isolated. */
export function folioPutbackLru(k: Kernel, pfn: number): void {
  const m = k.mem;
  const flags = m.flags[pfn] & ~(PG_BATCHED | PG_ISOLATED);
  if (folioEvictable(k, pfn)) {
    if (flags & PG_UNEVICTABLE) k.vmEvents[UNEVICTABLE_PGRESCUED]++;
    m.flags[pfn] = (flags & ~PG_UNEVICTABLE) | PG_LRU;
  } else {
    if (!(flags & PG_UNEVICTABLE)) k.vmEvents[UNEVICTABLE_PGCULLED]++;
    m.flags[pfn] = (flags & ~PG_ACTIVE) | PG_LRU | PG_UNEVICTABLE;
  }
  lruvecAddFolio(k, pfn);
}

/** folio_add_lru: puts a new page in this cpu's batch; a full batch goes to the lists. */
export function folioAddLru(k: Kernel, pfn: number): void {
  const { cpu } = k;
  // What a page fault brings in is young. §6.3
  k.mem.flags[pfn] |= k.inLruFault && k.lruGenEnabled ? PG_LRU | PG_BATCHED | PG_ACTIVE : PG_LRU | PG_BATCHED;
  const n = k.lruBatchCount[cpu];
  k.lruBatch[cpu * LRU_BATCH_STRIDE + n] = pfn;
  k.lruBatchCount[cpu] = n + 1;
  if (n + 1 >= k.release.folioBatch) lruAddDrain(k, cpu);
}

/** lru_add_drain_cpu: moves the cpu's batch to the lists. */
export function lruAddDrain(k: Kernel, cpu: number): void {
  const n = k.lruBatchCount[cpu];
  if (n === 0) return;
  lruAddFolios(k, k.lruBatch, cpu * LRU_BATCH_STRIDE, cpu * LRU_BATCH_STRIDE + n);
  k.lruBatchCount[cpu] = 0;
}

/** What decides about a page's list and its counters. */
const PLACE = PGZONE_MASK | PG_SWAPBACKED | PG_ACTIVE;

/** The page, with these flags, needs no more questions than what its flags and its zone say. */
export const isPlain = (k: Kernel, flags: number, pfn: number): boolean =>
  (flags & (PG_MLOCKED | PG_UNEVICTABLE | PG_HEAD)) === 0 && (!!(flags & PG_SWAPBACKED) || folioEvictable(k, pfn));

/**
 * folio_batch_move_lru, move_folios_to_lru: puts the pages `pages[from]` … `pages[end - 1]` on the lists their flags
 * name, each at the head. They are on none. Neighbours that go to one list of one zone are counted and linked together.
 */
export function lruAddFolios(k: Kernel, pages: Int32Array, from: number, end: number): void {
  const { flags, next, prev } = k.mem;
  if (k.lruGenEnabled) {
    lruGenAddFolios(k, pages, from, end);
    return;
  }
  for (let i = from; i < end; ) {
    const pfn = pages[i];
    const f = flags[pfn];
    if (!isPlain(k, f, pfn)) {
      folioPutbackLru(k, pfn);
      i++;
      continue;
    }
    const want = f & PLACE;
    const lru = folioLruList(f);
    const z = k.zones[(f & PGZONE_MASK) >>> PGZONE_SHIFT];
    const lruvec = zoneLruvec(k, z, pfn);
    const head = lruvec.heads + lru;
    const start = i;
    let first = next[head];
    for (; i < end; i++) {
      const p = pages[i];
      const pf = flags[p];
      if ((pf & PLACE) !== want || folioMemcg(k, p) !== lruvec.memcg || !isPlain(k, pf, p)) break;
      flags[p] = (pf & ~(PG_BATCHED | PG_ISOLATED)) | PG_LRU;
      next[p] = first;
      prev[first] = p;
      first = p;
    }
    next[head] = first;
    prev[first] = head;
    z.stat[NR_ZONE_LRU_BASE + lru] += i - start;
    k.nodes[z.node].stat[NR_LRU_BASE + lru] += i - start;
    lruvec.lruSize[z.type * NR_LRU_LISTS + lru] += i - start;
  }
}

/** lru_add_drain_all: the batches of all cpus. */
export function lruAddDrainAll(k: Kernel): void {
  for (let cpu = 0; cpu < k.nrCpus; cpu++) lruAddDrain(k, cpu);
}

/** Takes a page out of whichever cpu's batch holds it, keeping the order of the others. */
function batchDel(k: Kernel, pfn: number): void {
  const batch = k.lruBatch;
  for (let c = 0; c < k.nrCpus; c++) {
    // The cpu that runs has put it there most likely.
    const cpu = (k.cpu + c) % k.nrCpus;
    const base = cpu * LRU_BATCH_STRIDE;
    const n = k.lruBatchCount[cpu];
    for (let i = n - 1; i >= 0; i--) {
      if (batch[base + i] !== pfn) continue;
      for (let j = i + 1; j < n; j++) batch[base + j - 1] = batch[base + j];
      k.lruBatchCount[cpu] = n - 1;
      return;
    }
  }
}

/** NR_ISOLATED_ANON or NR_ISOLATED_FILE, by the page's flags. */
export const isolatedStat = (flags: number): number => (flags & PG_SWAPBACKED ? NR_ISOLATED_ANON : NR_ISOLATED_FILE);

/** The page goes while a reclaimer has it in hand. */
function dropHeld(k: Kernel, pfn: number): void {
  for (let i = 0; i < k.heldBatches.length; i++) {
    const held = k.heldBatches[i];
    const at = held.pages.indexOf(pfn);
    if (at < 0) continue;
    held.pages.splice(at, 1);
    if (at < held.done) held.done--;
    pageNode(k, pfn).stat[isolatedStat(k.mem.flags[pfn])]--;
    return;
  }
}

/** Takes a page off its list or out of its batch. Afterwards it is on no list and may be freed. */
export function lruDelPage(k: Kernel, pfn: number): void {
  const m = k.mem;
  const flags = m.flags[pfn];
  if (!(flags & PG_LRU)) return;
  if (flags & PG_BATCHED) batchDel(k, pfn);
  else if (!(flags & PG_ISOLATED)) lruvecDelFolio(k, pfn);
  else if (k.heldBatches.length > 0) dropHeld(k, pfn);
  m.flags[pfn] &= ~(PG_LRU | PG_BATCHED | PG_ISOLATED);
}

/** True when the page stands on one of the lists now. */
const onList = (flags: number): boolean => (flags & (PG_LRU | PG_BATCHED | PG_ISOLATED)) === PG_LRU;

/** folio_activate: to the head of the active list. A page still in a batch will go there. */
export function folioActivate(k: Kernel, pfn: number): void {
  const m = k.mem;
  const flags = m.flags[pfn];
  if (flags & (PG_ACTIVE | PG_UNEVICTABLE)) return;
  if (onList(flags)) {
    lruvecDelFolio(k, pfn);
    m.flags[pfn] |= PG_ACTIVE;
    lruvecAddFolio(k, pfn);
    k.vmEvents[PGACTIVATE]++;
  } else {
    m.flags[pfn] |= PG_ACTIVE;
  }
}

/** folio_mark_accessed: the first access makes a page referenced, the second one active. §5.2. */
export function folioMarkAccessed(k: Kernel, pfn: number): void {
  if (k.lruGenEnabled) {
    folioIncRefs(k, pfn);
    return;
  }
  const m = k.mem;
  const flags = m.flags[pfn];
  if (!(flags & PG_REFERENCED)) {
    m.flags[pfn] = flags | PG_REFERENCED;
  } else if (!(flags & (PG_UNEVICTABLE | PG_ACTIVE))) {
    folioActivate(k, pfn);
    m.flags[pfn] &= ~PG_REFERENCED;
    workingsetActivation(k, pfn);
  }
}

/** folio_rotate_reclaimable: a page that was written for reclaim goes to the tail, to be freed next. §5.4. */
export function folioRotateReclaimable(k: Kernel, pfn: number): void {
  const m = k.mem;
  const flags = m.flags[pfn];
  if (flags & (PG_LOCKED | PG_DIRTY | PG_UNEVICTABLE) || !onList(flags)) return;
  lruvecDelFolio(k, pfn);
  m.flags[pfn] &= ~PG_ACTIVE;
  lruvecAddFolioTail(k, pfn);
  k.vmEvents[PGROTATED]++;
}
