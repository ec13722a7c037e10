/** Putting compaction off after it has failed: the next attempts are skipped, twice as many each time. §3.7. */
import { COMPACT_MAX_DEFER_SHIFT } from '../../include/compaction';
import type { Zone } from '../../include/mmzone';

/** defer_compaction: a run that went through the zone and formed no block. */
export function deferCompaction(z: Zone, order: number): void {
  z.compactConsidered = 0;
  z.compactDeferShift = Math.min(z.compactDeferShift + 1, COMPACT_MAX_DEFER_SHIFT);
  if (order < z.compactOrderFailed) z.compactOrderFailed = order;
}

/** compaction_deferred: is this attempt to be skipped? Counts it. */
export function compactionDeferred(z: Zone, order: number): boolean {
  if (order < z.compactOrderFailed) return false;
  const limit = 1 << z.compactDeferShift;
  z.compactConsidered++;
  if (z.compactConsidered < limit) return true;
  z.compactConsidered = limit;
  return false;
}

/**
 * compaction_defer_reset: blocks of this order can be had again.
 *
 * @param success one has been allocated, not only formed
 */
export function compactionDeferReset(z: Zone, order: number, success: boolean): void {
  if (success) {
    z.compactConsidered = 0;
    z.compactDeferShift = 0;
  }
  if (order >= z.compactOrderFailed) z.compactOrderFailed = order + 1;
}

/** compaction_restarting: the first attempt after the longest pause. */
export const compactionRestarting = (z: Zone, order: number): boolean =>
  order >= z.compactOrderFailed &&
  z.compactDeferShift === COMPACT_MAX_DEFER_SHIFT &&
  z.compactConsidered >= 1 << COMPACT_MAX_DEFER_SHIFT;
