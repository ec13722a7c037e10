/** lru_gen_look_around: where one page is in use, its neighbours often are too. §6.4. */
import type { Kernel } from '../../../include/kernel';
import type { Vma } from '../../../include/mm_types';
import { folioLruvec } from '../../mmzone';
import { MIN_LRU_BATCH } from './batch';
import { suitableToScan, updateFilter } from './bloom';
import { lruGenFromSeq } from './mm_inline';
import { clearYoung } from './walk_mm';

/**
 * Reverse mapping has come to a young entry of a page that reclaim holds: up to 64 entries around it, of the same VMA and
 * page table, become old, and their pages young. The page itself is marked as referenced.
 *
 * @param vpn virtual page of the entry
 * @param at its index in the page tables
 */
export function lruGenLookAround(k: Kernel, pfn: number, vma: Vma, vpn: number, at: number): void {
  const lruvec = folioLruvec(k, pfn);
  const g = lruvec.lrugen;
  const table = vpn - (vpn & 511);
  let start = Math.max(table, vma.start);
  let end = Math.min(table + 512, vma.end);
  if (end - start === 1) return;
  if (end - start > MIN_LRU_BATCH) {
    const half = MIN_LRU_BATCH / 2;
    if (vpn - start < half) {
      end = start + MIN_LRU_BATCH;
    } else if (end - vpn < half) {
      start = end - MIN_LRU_BATCH;
    } else {
      start = vpn - half;
      end = vpn + half;
    }
  }
  const gen = lruGenFromSeq(g.maxSeq);
  const young = clearYoung(k, lruvec, at + (start - vpn), at + (end - vpn), gen, true);
  k.cost += (end - start) * k.costs.copyPte;
  // What reverse mapping finds promising, the next walk looks at.
  if (suitableToScan(end - start, young)) updateFilter(k, g, g.maxSeq, at >>> 9);
}
