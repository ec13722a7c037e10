/** Shadows of the multi-gen LRU: did a page come back while its generation was still the oldest? §6.7. */
import type { Kernel } from '../../../include/kernel';
import { type Lruvec, MAX_NR_TIERS } from '../../../include/mmzone';
import { LRU_REFS_MASK, LRU_REFS_WIDTH, PG_WORKINGSET } from '../../../include/page';
import { WORKINGSET_ACTIVATE_ANON, WORKINGSET_REFAULT_ANON, WORKINGSET_RESTORE_ANON } from '../../../include/vmstat';
import { countMemcgEvents, MEMCG_ACTIVATE, MEMCG_REFAULT, MEMCG_RESTORE } from '../../memcontrol/stat';
import { folioLruRefs, folioLruType, lruTierFromRefs } from './mm_inline';

/**
 * lru_gen_eviction: counts the eviction by the page's tier.
 *
 * @returns the token of the shadow: min_seq and the accesses. Whether there were any is the workingset bit beside it
 */
export function lruGenEviction(k: Kernel, lruvec: Lruvec, pfn: number): number {
  const flags = k.mem.flags[pfn];
  const type = folioLruType(flags);
  const refs = folioLruRefs(flags);
  const g = lruvec.lrugen;
  g.evicted[type * MAX_NR_TIERS + lruTierFromRefs(refs)]++;
  return g.minSeq[type] * (1 << LRU_REFS_WIDTH) + Math.max(refs - 1, 0);
}

/**
 * lru_gen_refault: the page is back, and on no list yet.
 *
 * @param token as lruGenEviction has made it, its lowest bits
 * @param mask of these bits
 * @param workingset the bit beside it
 */
export function lruGenRefault(
  k: Kernel,
  lruvec: Lruvec,
  pfn: number,
  token: number,
  mask: number,
  workingset: number,
): void {
  const { flags } = k.mem;
  const type = folioLruType(flags[pfn]);
  const g = lruvec.lrugen;
  const node = k.nodes[lruvec.nid];
  countMemcgEvents(k, lruvec.memcg, MEMCG_REFAULT + type, 1);
  node.stat[WORKINGSET_REFAULT_ANON + type]++;
  if (token >>> LRU_REFS_WIDTH !== (g.minSeq[type] & (mask >>> LRU_REFS_WIDTH))) return;
  const refs = (token & ((1 << LRU_REFS_WIDTH) - 1)) + workingset;
  g.refaulted[type * MAX_NR_TIERS + lruTierFromRefs(refs)]++;
  lruvec.activated[type]++;
  countMemcgEvents(k, lruvec.memcg, MEMCG_ACTIVATE + type, 1);
  node.stat[WORKINGSET_ACTIVATE_ANON + type]++;
  // A stall: needed at once by a process, or so often read that it should have been kept.
  if (k.inLruFault || refs >= (1 << LRU_REFS_WIDTH) - 1) {
    flags[pfn] |= PG_WORKINGSET | LRU_REFS_MASK;
    countMemcgEvents(k, lruvec.memcg, MEMCG_RESTORE + type, 1);
    node.stat[WORKINGSET_RESTORE_ANON + type]++;
  }
}
