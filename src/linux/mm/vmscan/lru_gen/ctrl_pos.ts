/**
 * The controller that shares reclaim out among types and tiers: what refaults more than the other is protected. §6.5.
 *
 * A position is the refaults of a tier over what was evicted from it (or kept from it), of the oldest generation and,
 * each counting half of the next, those before.
 */
import { type LruGenFolio, MAX_NR_TIERS } from '../../../include/mmzone';
import { MIN_LRU_BATCH } from './batch';

interface CtrlPos {
  refaulted: number;
  total: number;
  gain: number;
}
/** Set point and process variable of the comparison at hand; meaningless between calls. */
const sp: CtrlPos = { refaulted: 0, total: 0, gain: 0 };
const pv: CtrlPos = { refaulted: 0, total: 0, gain: 0 };

/** read_ctrl_pos. */
function readCtrlPos(g: LruGenFolio, type: number, tier: number, gain: number, pos: CtrlPos): void {
  const i = type * MAX_NR_TIERS + tier;
  pos.gain = gain;
  pos.refaulted = g.avgRefaulted[i] + g.refaulted[i];
  pos.total = g.avgTotal[i] + g.evicted[i] + g.protected[i];
}

/** positive_ctrl_err: the process variable refaults no more than the set point: it may be evicted. */
const positiveCtrlErr = (): boolean =>
  pv.refaulted < MIN_LRU_BATCH ||
  pv.refaulted * (sp.total + MIN_LRU_BATCH) * sp.gain <= (sp.refaulted + 1) * pv.total * pv.gain;

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
  // A larger gain leaves a margin for fluctuations: higher tiers have twice the refaults at least.
  readCtrlPos(g, type, 0, 1, sp);
  let tier = 1;
  for (; tier < MAX_NR_TIERS; tier++) {
    readCtrlPos(g, type, tier, 2, pv);
    if (!positiveCtrlErr()) break;
  }
  return tier - 1;
}

/** The choice of `getTypeToScan`: type, and the last tier of it to evict. Meaningless between calls. */
export const choice = { type: 0, tier: 0 };

/** get_type_to_scan: first tiers compared, weighed by swappiness; then the chosen type's other tiers with the other type. */
export function getTypeToScan(g: LruGenFolio, swappiness: number): void {
  readCtrlPos(g, 0, 0, swappiness, sp);
  readCtrlPos(g, 1, 0, 200 - swappiness, pv);
  const type = positiveCtrlErr() ? 1 : 0;
  readCtrlPos(g, 1 - type, 0, type ? swappiness : 200 - swappiness, sp);
  let tier = 1;
  for (; tier < MAX_NR_TIERS; tier++) {
    readCtrlPos(g, type, tier, type ? 200 - swappiness : swappiness, pv);
    if (!positiveCtrlErr()) break;
  }
  choice.type = type;
  choice.tier = tier - 1;
}
