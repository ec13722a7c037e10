/** Isolating many pages of the oldest generation at a time. §6.5. */
import { __GFP_IO } from '../../../include/gfp';
import type { Kernel } from '../../../include/kernel';
import { LRU_GEN_FILE, type Lruvec, MAX_NR_GENS, MAX_NR_TIERS, MAX_NR_ZONES } from '../../../include/mmzone';
import {
  LRU_GEN_MASK,
  LRU_GEN_PGOFF,
  LRU_REFS_FLAGS,
  LRU_REFS_MASK,
  LRU_REFS_WIDTH,
  PG_DIRTY,
  PG_HEAD,
  PG_LOCKED,
  PG_LRU,
  PG_MLOCKED,
  PG_RECLAIM,
  PG_REFERENCED,
  PG_WRITEBACK,
} from '../../../include/page';
import type { ScanControl } from '../../../include/sched';
import { folioEvictable } from '../../swap';
import { batch } from '../batch';
import { folioLruGen, folioLruRefs, genList, lruGenIsActive, lruTierFromRefs, updateLruSize } from './mm_inline';

/** The flags that a page loses when it is isolated: its generation, and marks of use that mean nothing on their own. */
export const isolationClears = (k: Kernel, f: number): number =>
  LRU_GEN_MASK |
  PG_REFERENCED |
  (k.release.sortsBusyPages ? PG_RECLAIM : 0) |
  (f & PG_REFERENCED ? 0 : LRU_REFS_MASK | LRU_REFS_FLAGS);

/** Marks of accesses: without any of them a page is of the first tier, and has none to lose. */
const USES = LRU_REFS_MASK | LRU_REFS_FLAGS;

/** By tier: the numbers of accesses, as bits, that do not protect a page from eviction up to that tier. */
const EVICTABLE_REFS = Array.from({ length: MAX_NR_TIERS }, (_, tierIdx) => {
  let bits = 0;
  for (let refs = 0; refs < 1 << LRU_REFS_WIDTH; refs++) if (lruTierFromRefs(refs) <= tierIdx) bits |= 1 << refs;
  return bits;
});

/** How many pages `isolateRun` has moved to other lists instead. Meaningless between calls. */
export const sorted = { count: 0 };

/**
 * What scan_folios does with the pages at the tail of a list, as long as each of them is one that sort_folio leaves alone
 * and isolate_folio takes: off the list into `batch`, from `taken` on, uncounted together. Among them may be anonymous
 * pages that the aging has promoted, which go to the list of their generation, and pages that their tier protects, which go
 * to the next generation. They are counted in `sorted`.
 *
 * @param tierIdx last tier to evict
 * @param most pages to take
 * @param remaining pages to look at
 * @returns how many it took
 */
export function isolateRun(
  k: Kernel,
  lruvec: Lruvec,
  sc: ScanControl,
  list: number,
  gen: number,
  type: number,
  tierIdx: number,
  taken: number,
  most: number,
  remaining: number,
): number {
  const { flags, next, prev, mapping } = k.mem;
  const node = k.nodes[lruvec.nid];
  const g = lruvec.lrugen;
  const head = g.heads + list;
  const z = k.zones[node.zones[list % MAX_NR_ZONES]];
  if (z === undefined || z.type > sc.reclaimIdx || !(sc.gfp & __GFP_IO)) return 0;
  const file = type === LRU_GEN_FILE;
  const mask = LRU_GEN_MASK | PG_LOCKED | PG_WRITEBACK | PG_MLOCKED | PG_HEAD | (file ? PG_DIRTY : 0);
  const want = (gen + 1) << LRU_GEN_PGOFF;
  const tiers = EVICTABLE_REFS[tierIdx];
  // Whose pages are known to be evictable: all there are, or those of one file.
  let owner = 0;
  const plain = mask & ~LRU_GEN_MASK;
  const reclaim = k.release.sortsBusyPages ? PG_RECLAIM : 0;
  let pfn = prev[head];
  // Where pages go that are protected, each behind the one before.
  const nextGen = (gen + 1) % MAX_NR_GENS;
  const nextList = genList(nextGen, type, list % MAX_NR_ZONES);
  const nextBits = (nextGen + 1) << LRU_GEN_PGOFF;
  const nextHead = g.heads + nextList;
  let n = 0;
  let moved = 0;
  let kept = 0;
  for (;;) {
    const end = Math.min(most, remaining - moved);
    for (; n < end && pfn !== head; n++, pfn = prev[pfn]) {
      const f = flags[pfn];
      if ((f & (mask | USES)) === want && !file) {
        flags[pfn] = (f & ~(LRU_GEN_MASK | reclaim)) | PG_LRU;
        batch[taken + n] = pfn;
        continue;
      }
      if ((f & mask) !== want || (file && mapping[pfn] !== owner) || !(tiers & (1 << folioLruRefs(f)))) break;
      flags[pfn] = (f & ~isolationClears(k, f)) | PG_LRU;
      batch[taken + n] = pfn;
    }
    if (n >= end || pfn === head) break;
    const f = flags[pfn];
    if ((f & mask) === want && (!file || mapping[pfn] === owner)) {
      const before = prev[pfn];
      const last = prev[nextHead];
      flags[pfn] = (f & ~(LRU_GEN_MASK | LRU_REFS_MASK | LRU_REFS_FLAGS)) | nextBits;
      next[last] = pfn;
      prev[pfn] = last;
      next[pfn] = nextHead;
      prev[nextHead] = pfn;
      g.protected[type * MAX_NR_TIERS + lruTierFromRefs(folioLruRefs(f))]++;
      pfn = before;
      kept++;
      moved++;
      continue;
    }
    if (!file && (f & LRU_GEN_MASK) !== want && (f & plain) === 0) {
      const to = g.heads + genList(folioLruGen(f), type, list % MAX_NR_ZONES);
      const before = prev[pfn];
      const first = next[to];
      next[to] = pfn;
      prev[pfn] = to;
      next[pfn] = first;
      prev[first] = pfn;
      pfn = before;
      moved++;
      continue;
    }
    if (!file || mapping[pfn] === owner || !folioEvictable(k, pfn)) break;
    owner = mapping[pfn];
  }
  if (n + moved === 0) return 0;
  prev[head] = pfn;
  next[pfn] = head;
  sorted.count = moved;
  g.nrPages[list] -= n + kept;
  g.nrPages[nextList] += kept;
  const lru = type * 2;
  const wasActive = lruGenIsActive(g, gen);
  updateLruSize(k, lruvec, z, wasActive ? lru + 1 : lru, -n);
  if (kept > 0 && !wasActive && lruGenIsActive(g, nextGen)) {
    updateLruSize(k, lruvec, z, lru, -kept);
    updateLruSize(k, lruvec, z, lru + 1, kept);
  }
  return n;
}
