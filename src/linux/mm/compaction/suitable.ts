/** Is it memory that is short, or only memory in one piece? The indices and tests before a run. §3.5, §3.7. */
import { COMPACT_CONTINUE, COMPACT_SKIPPED, COMPACT_SUCCESS } from '../../include/compaction';
import { ALLOC_WMARK_MASK } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { type PgData, WMARK_LOW, WMARK_MIN, wmarkPages, type Zone } from '../../include/mmzone';
import { NR_PAGE_ORDERS, PAGE_ALLOC_COSTLY_ORDER, PAGEBLOCK_ORDER } from '../../include/units';
import { zoneWatermarkOk } from '../page_alloc/watermarks';

/** compact_gap: free pages that compaction needs to work with. */
export const compactGap = (order: number): number => 2 << order;

/**
 * fragmentation_index of a zone for requests of an order: -1000 when they can be served, towards 0 when memory is
 * short, towards 1000 when it is only in pieces. §3.5
 */
export function fragmentationIndex(z: Zone, order: number): number {
  let blocks = 0;
  let suitable = 0;
  for (let o = 0; o < NR_PAGE_ORDERS; o++) {
    blocks += z.nrFree[o];
    if (o >= order) suitable += z.nrFree[o];
  }
  if (blocks === 0) return 0;
  if (suitable > 0) return -1000;
  return 1000 - Math.floor((1000 + Math.floor((z.free * 1000) / 2 ** order)) / blocks);
}

/** extfrag_for_order: percent of the free pages that lie in blocks too small for the order. */
export function extfragForOrder(z: Zone, order: number): number {
  if (z.free === 0) return 0;
  let suitable = 0;
  for (let o = order; o < NR_PAGE_ORDERS; o++) suitable += z.nrFree[o] << o;
  return Math.floor(((z.free - suitable) * 100) / z.free);
}

/** fragmentation_score_node: how fragmented the node is for huge pages, 0 to 100, its zones by their size. */
export function fragmentationScoreNode(k: Kernel, node: PgData): number {
  let present = 0;
  for (const i of node.zones) if (i >= 0) present += k.zones[i].present;
  let score = 0;
  for (const i of node.zones) {
    if (i < 0 || k.zones[i].present === 0) continue;
    score += Math.floor((k.zones[i].present * extfragForOrder(k.zones[i], PAGEBLOCK_ORDER)) / (present + 1));
  }
  return score;
}

/** fragmentation_score_wmark: proactive compaction begins above the high mark and ends at the low one. */
export function fragmentationScoreWmark(k: Kernel, low: boolean): number {
  const mark = Math.max(100 - k.sysctl.compaction_proactiveness, 5);
  return low ? mark : Math.min(mark + 10, 100);
}

/**
 * __compaction_suitable: with so many pages free, would there be room to move things about?
 *
 * @param free pages to take as free
 */
export function enoughToCompact(k: Kernel, z: Zone, order: number, highest: number, free: number): boolean {
  const mark = wmarkPages(z, order > PAGE_ALLOC_COSTLY_ORDER ? WMARK_LOW : WMARK_MIN) + compactGap(order);
  return zoneWatermarkOk(k, z, 0, mark, highest, 0, free);
}

/** compaction_suitable: there is room, and for costly orders it is fragmentation that is to blame. */
export function compactionSuitable(k: Kernel, z: Zone, order: number, highest: number): boolean {
  if (!enoughToCompact(k, z, order, highest, z.free)) return false;
  if (order <= PAGE_ALLOC_COSTLY_ORDER) return true;
  const index = fragmentationIndex(z, order);
  return index < 0 || index > k.sysctl.extfrag_threshold;
}

/** compaction_suit_allocation_order: nothing to do, nothing that can be done, or go on. */
export function compactionSuitAllocationOrder(
  k: Kernel,
  z: Zone,
  order: number,
  highest: number,
  allocFlags: number,
): number {
  const mark = wmarkPages(z, allocFlags & ALLOC_WMARK_MASK);
  if (zoneWatermarkOk(k, z, order, mark, highest, allocFlags)) return COMPACT_SUCCESS;
  return compactionSuitable(k, z, order, highest) ? COMPACT_CONTINUE : COMPACT_SKIPPED;
}
