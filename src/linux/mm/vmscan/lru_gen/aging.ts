/** When a new generation is due, and making it. §6.4. */
import type { Kernel } from '../../../include/kernel';
import { type LruGenFolio, type Lruvec, MIN_NR_GENS } from '../../../include/mmzone';
import { resetFilter } from './bloom';
import { LRU_GEN_MM_WALK } from './init';
import { genSize, lruGenFromSeq } from './mm_inline';
import { incMaxSeq } from './seq';
import { walkMms } from './walk_mm';

/**
 * should_run_aging: too few cold pages are left to evict. With three generations, which is the ideal, it is a question of
 * how the pages are spread over them.
 */
export function shouldRunAging(g: LruGenFolio, canSwap: boolean): boolean {
  const min = g.minSeq[canSwap ? 0 : 1];
  if (min + MIN_NR_GENS > g.maxSeq) return true;
  if (min + MIN_NR_GENS < g.maxSeq) return false;
  let young = 0;
  let old = 0;
  let total = 0;
  for (let type = canSwap ? 0 : 1; type < 2; type++) {
    for (let seq = g.minSeq[type]; seq <= g.maxSeq; seq++) {
      const size = genSize(g, lruGenFromSeq(seq), type);
      total += size;
      if (seq === g.maxSeq) young += size;
      else if (seq + MIN_NR_GENS === g.maxSeq) old += size;
    }
  }
  return young * MIN_NR_GENS > total || old * (MIN_NR_GENS + 2) < total;
}

/** try_to_inc_max_seq: finds out what has been used since the last time, and begins a new generation. */
export function tryToIncMaxSeq(k: Kernel, lruvec: Lruvec, canSwap: boolean): void {
  const g = lruvec.lrugen;
  if (k.lruGenCaps & LRU_GEN_MM_WALK) {
    resetFilter(k, g, g.maxSeq + 1);
    walkMms(k, lruvec, canSwap);
  }
  incMaxSeq(k, lruvec, canSwap);
}
