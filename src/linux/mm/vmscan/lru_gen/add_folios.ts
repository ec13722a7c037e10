/** The way of pages to the youngest generation, many at a time: freshly faulted, or found in use. §6.3, §6.5. */
import type { Kernel } from '../../../include/kernel';
import { LRU_GEN_FILE, NR_LRU_LISTS } from '../../../include/mmzone';
import {
  LRU_GEN_MASK,
  LRU_GEN_PGOFF,
  LRU_REFS_FLAGS,
  LRU_REFS_MASK,
  PG_ACTIVE,
  PG_BATCHED,
  PG_DIRTY,
  PG_HEAD,
  PG_ISOLATED,
  PG_LOCKED,
  PG_LRU,
  PG_MLOCKED,
  PG_RECLAIM,
  PG_REFERENCED,
  PG_SWAPBACKED,
  PG_UNEVICTABLE,
  PG_WRITEBACK,
  PGZONE_MASK,
  PGZONE_SHIFT,
} from '../../../include/page';
import { NR_LRU_BASE, NR_ZONE_LRU_BASE } from '../../../include/vmstat';
import { zoneLruvec } from '../../mmzone';
import { folioPutbackLru, isPlain } from '../../swap';
import { folioLruType, genList, lruGenFromSeq, youngForgets } from './mm_inline';

/** What decides about the list of a page that is to be young. */
const PLACE = PGZONE_MASK | PG_SWAPBACKED | PG_MLOCKED | PG_UNEVICTABLE | PG_HEAD;
/** What makes a page that reclaim has not freed one that is still in use. */
export const IN_USE = PG_ACTIVE | PG_REFERENCED | PG_LOCKED | PG_DIRTY | PG_WRITEBACK;

/**
 * lruAddFolios for the multi-gen LRU: active neighbours of one type and zone are counted and linked together, all others
 * one by one.
 */
export function lruGenAddFolios(k: Kernel, pages: Int32Array, from: number, end: number): void {
  const { flags } = k.mem;
  const forgotten = youngForgets(k);
  for (let i = from; i < end; ) {
    const f = flags[pages[i]];
    if (f & PG_ACTIVE && isPlain(k, f, pages[i])) i = addYoung(k, pages, i, end, PG_ACTIVE, PLACE, forgotten);
    else folioPutbackLru(k, pages[i++]);
  }
}

/**
 * Pages that reclaim had isolated and that are in use go to the youngest generation and forget their accesses: those at
 * the beginning of a batch that are anonymous and need no more questions.
 *
 * @returns how many
 */
export function lruGenPutBackInUse(k: Kernel, pages: Int32Array, n: number): number {
  const { flags } = k.mem;
  const place = PLACE | PG_RECLAIM;
  let i = 0;
  while (i < n && (flags[pages[i]] & (place & ~PGZONE_MASK)) === PG_SWAPBACKED && flags[pages[i]] & IN_USE) {
    i = addYoung(k, pages, i, n, IN_USE, place, LRU_REFS_MASK | LRU_REFS_FLAGS);
  }
  return i;
}

/**
 * Puts pages[from] and its followers at the head of the youngest generation.
 *
 * @param marks of which a follower has at least one
 * @param place flags in which it is like the first
 * @param clears flags that the pages lose
 * @returns index of the first page that does not follow
 */
function addYoung(
  k: Kernel,
  pages: Int32Array,
  from: number,
  end: number,
  marks: number,
  place: number,
  clears: number,
): number {
  const { flags, next, prev, mapping, memcg } = k.mem;
  const f = flags[pages[from]];
  const want = f & place;
  const z = k.zones[(f & PGZONE_MASK) >>> PGZONE_SHIFT];
  const lruvec = zoneLruvec(k, z, pages[from]);
  const g = lruvec.lrugen;
  const gen = lruGenFromSeq(g.maxSeq);
  const type = folioLruType(f);
  const list = genList(gen, type, z.type);
  const head = g.heads + list;
  const bits = PG_LRU | ((gen + 1) << LRU_GEN_PGOFF);
  const keep = ~(clears | PG_BATCHED | PG_ISOLATED | PG_ACTIVE | LRU_GEN_MASK);
  const cgroups = memcg.length > 0;
  const charged = lruvec.memcg;
  const file = type === LRU_GEN_FILE;
  // Of a file all pages are evictable when one is.
  const owner = mapping[pages[from]];
  let i = from;
  let first = next[head];
  for (; i < end; i++) {
    const p = pages[i];
    const pf = flags[p];
    if ((pf & place) !== want || !(pf & marks)) break;
    if ((cgroups && memcg[p] !== charged) || (file && mapping[p] !== owner)) break;
    flags[p] = (pf & keep) | bits;
    next[p] = first;
    prev[first] = p;
    first = p;
  }
  next[head] = first;
  prev[first] = head;
  const lru = type * 2 + 1;
  const n = i - from;
  g.nrPages[list] += n;
  z.stat[NR_ZONE_LRU_BASE + lru] += n;
  k.nodes[z.node].stat[NR_LRU_BASE + lru] += n;
  lruvec.lruSize[z.type * NR_LRU_LISTS + lru] += n;
  return i;
}
