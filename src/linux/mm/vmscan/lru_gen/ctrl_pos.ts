/**
 * The controller that shares reclaim out among types and tiers: what refaults more than the other is protected. §6.5.
 *
 * A position is the refaults of a tier over what was evicted from it (or kept from it), of the oldest generation and,
 * each counting half of the next, those before.
 */
import { type LruGenFolio, MAX_NR_TIERS } from '../../../include/mmzone';
import { MIN_LRU_BATCH } from './batch';

/** ctrl_pos: the refaults of a tier (an index of the numbers below), and what they are held against. */
const refaultedOf = (g: LruGenFolio, i: number): number => g.avgRefaulted[i] + g.refaulted[i];
const totalOf = (g: LruGenFolio, i: number): number => g.avgTotal[i] + g.evicted[i] + g.protected[i];

/**
 * positive_ctrl_err: the process variable, tier `pv`, refaults no more than the set point, tier `sp`: it may be evicted.
 *
 * @param spGain
 * @param pvGain by how much each of them counts
 */
function positiveCtrlErr(g: LruGenFolio, sp: number, spGain: number, pv: number, pvGain: number): boolean {
  const refaulted = refaultedOf(g, pv);
  if (refaulted < MIN_LRU_BATCH) return true;
  return refaulted * (totalOf(g, sp) + MIN_LRU_BATCH) * spGain <= (refaultedOf(g, sp) + 1) * totalOf(g, pv) * pvGain;
}

/**
 * reset_ctrl_pos, at the end of a type's oldest generation: its numbers go into the averages, and the next one begins at
 * nought.
 */
export function resetCtrlPos(g: LruGenFolio, type: number): void {
  for (let i = type * MAX_NR_TIERS; i < (type + 1) * MAX_NR_TIERS; i++) {
    g.avgRefaulted[i] = Math.floor((g.avgRefaulted[i] + g.refaulted[i]) / 2);
    g.avgTotal[i] = Math.floor((g.avgTotal[i] + g.evicted[i] + g.protected[i]) / 2);
    g.refaulted[i] = 0;
    g.evicted[i] = 0;
    g.protected[i] = 0;
  }
}

/** get_tier_idx: the last tier of a type to evict, compared with its own first tier. */
export function getTierIdx(g: LruGenFolio, type: number): number {
  const first = type * MAX_NR_TIERS;
  let tier = 1;
  // A larger gain leaves a margin for fluctuations: higher tiers have twice the refaults at least.
  while (tier < MAX_NR_TIERS && positiveCtrlErr(g, first, 1, first + tier, 2)) tier++;
  return tier - 1;
}

/** The choice of `getTypeToScan`: type, and the last tier of it to evict. Meaningless between calls. */
export const choice = { type: 0, tier: 0 };

/** get_type_to_scan: first tiers compared, weighed by swappiness; then the chosen type's other tiers with the other type. */
export function getTypeToScan(g: LruGenFolio, swappiness: number): void {
  const type = positiveCtrlErr(g, 0, swappiness, MAX_NR_TIERS, 200 - swappiness) ? 1 : 0;
  const gain = type ? 200 - swappiness : swappiness;
  const first = type * MAX_NR_TIERS;
  let tier = 1;
  while (tier < MAX_NR_TIERS && positiveCtrlErr(g, MAX_NR_TIERS - first, 200 - gain, first + tier, gain)) tier++;
  choice.type = type;
  choice.tier = tier - 1;
}
