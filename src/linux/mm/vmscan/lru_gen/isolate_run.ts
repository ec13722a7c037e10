/** Isolating many pages of the oldest generation at a time. §6.5. */
import { __GFP_IO } from '../../../include/gfp';
import type { Kernel } from '../../../include/kernel';
import { type Lruvec, MAX_NR_ZONES, NR_LRU_LISTS } from '../../../include/mmzone';
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
  PG_SWAPCACHE,
  PG_WORKINGSET,
  PG_WRITEBACK,
} from '../../../include/page';
import type { ScanControl } from '../../../include/sched';
import { NR_LRU_BASE, NR_ZONE_LRU_BASE } from '../../../include/vmstat';
import { folioEvictable } from '../../swap';
import { folioLruRefs, lruGenIsActive, lruTierFromRefs } from './mm_inline';

/** The flags that a page loses when it is isolated: its generation, and marks of use that mean nothing on their own. */
export const isolationClears = (f: number): number =>
  LRU_GEN_MASK | PG_RECLAIM | PG_REFERENCED | (f & PG_REFERENCED ? 0 : LRU_REFS_MASK | LRU_REFS_FLAGS);

/**
 * What scan_folios does with the pages at the tail of a list, as long as each of them is one that sort_folio leaves alone
 * and isolate_folio takes: off the list into `batch`, from `taken` on, uncounted together.
 *
 * @param tierIdx last tier to evict
 * @param most pages to take
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
  batch: Int32Array,
  taken: number,
  most: number,
): number {
  const { flags, next, prev } = k.mem;
  const node = k.nodes[lruvec.nid];
  const g = lruvec.lrugen;
  const head = g.heads + list;
  const z = k.zones[node.zones[list % MAX_NR_ZONES]];
  if (z === undefined || z.type > sc.reclaimIdx) return 0;
  const noIo = (sc.gfp & __GFP_IO) === 0;
  const mask = LRU_GEN_MASK | PG_LOCKED | PG_WRITEBACK | PG_MLOCKED | PG_HEAD | (type === 1 || noIo ? PG_DIRTY : 0);
  const want = (gen + 1) << LRU_GEN_PGOFF;
  const needsCache = noIo && type === 0;
  let pfn = prev[head];
  let n = 0;
  for (; n < most && pfn !== head; n++, pfn = prev[pfn]) {
    const f = flags[pfn];
    if ((f & mask) !== want || (needsCache && !(f & PG_SWAPCACHE))) break;
    if (type === 1 && !folioEvictable(k, pfn)) break;
    if (f & (LRU_REFS_MASK | PG_WORKINGSET)) {
      const refs = folioLruRefs(f);
      if (refs === 1 << LRU_REFS_WIDTH || lruTierFromRefs(refs) > tierIdx) break;
    }
    flags[pfn] = (f & ~isolationClears(f)) | PG_LRU;
    batch[taken + n] = pfn;
  }
  if (n === 0) return 0;
  prev[head] = pfn;
  next[pfn] = head;
  const lru = type * 2 + (lruGenIsActive(g, gen) ? 1 : 0);
  g.nrPages[list] -= n;
  z.stat[NR_ZONE_LRU_BASE + lru] -= n;
  node.stat[NR_LRU_BASE + lru] -= n;
  lruvec.lruSize[z.type * NR_LRU_LISTS + lru] -= n;
  return n;
}
