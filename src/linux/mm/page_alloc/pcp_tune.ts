/**
 * How long per-cpu lists may be, and how many pages go to them and from them at a time: fixed before 6.7, tuned to what
 * the cpu does since. §3.6
 */
import type { Kernel } from '../../include/kernel';
import { type PerCpuPages, ZONE_BELOW_HIGH, ZONE_RECLAIM_ACTIVE, type Zone } from '../../include/mmzone';
import { clamp, PAGE_ALLOC_COSTLY_ORDER } from '../../include/units';

/** The refill doubles at most this often. */
export const PCP_BATCH_SCALE_MAX = 5;

/** nr_pcp_alloc: how many pages the next refill asks for; tunes `high` upwards. §3.6. */
export function nrPcpAlloc(k: Kernel, z: Zone, pcp: PerCpuPages, order: number): number {
  const base = pcp.batch;
  let high = clamp(pcp.high, pcp.highMin, pcp.highMax);
  pcp.high = high;
  if (!k.release.pcpAutoTune) return Math.max(base >> order, 1);
  if (high < base) return 1;
  let batch = order ? base : base << pcp.allocFactor;
  if (pcp.highMin !== pcp.highMax && !(z.flags & ZONE_BELOW_HIGH))
    high = pcp.high = Math.min(high + batch, pcp.highMax);
  if (!order) {
    const most = Math.max(high - pcp.count - base, base);
    if (batch <= most && pcp.allocFactor < PCP_BATCH_SCALE_MAX) pcp.allocFactor++;
    batch = Math.min(batch, most);
  }
  return batch > 1 ? Math.max(batch >> order, 2) : batch;
}

/** nr_pcp_high: the limit that a free is held against; tunes `high` downwards. §3.6. */
export function nrPcpHigh(k: Kernel, z: Zone, pcp: PerCpuPages): number {
  const { batch, highMin, highMax } = pcp;
  const high = clamp(pcp.high, highMin, highMax);
  pcp.high = high;
  if (!k.release.pcpAutoTune) return z.flags & ZONE_RECLAIM_ACTIVE ? Math.min(batch << 2, high) : high;
  if (z.flags & ZONE_RECLAIM_ACTIVE) {
    pcp.high = Math.max(high - Math.max(pcp.freeCount, batch), highMin);
    return Math.min(batch << 2, pcp.high);
  }
  if (highMin === highMax) return high;
  if (z.flags & ZONE_BELOW_HIGH) {
    pcp.high = Math.max(high - Math.max(pcp.freeCount, batch), highMin);
    return Math.max(pcp.count, highMin);
  }
  if (pcp.count >= high) {
    pcp.high = clamp(pcp.freeCount + batch, Math.max(highMin, high), highMax);
  }
  return high;
}

/**
 * The limit that frees are held against, when `nrPcpHigh` would answer each of them alike and tune nothing while the list
 * is shorter than that; else 0.
 */
export function steadyPcpHigh(k: Kernel, z: Zone, pcp: PerCpuPages): number {
  const { batch, highMin, highMax } = pcp;
  const high = clamp(pcp.high, highMin, highMax);
  if (high !== pcp.high) return 0;
  const limited = Math.min(batch << 2, high);
  if (!k.release.pcpAutoTune) return z.flags & ZONE_RECLAIM_ACTIVE ? limited : high;
  if (z.flags & ZONE_RECLAIM_ACTIVE) return pcp.high === highMin ? limited : 0;
  return highMin !== highMax && z.flags & ZONE_BELOW_HIGH ? 0 : high;
}

/** nr_pcp_free: how many pages a cpu over its limit gives back: as many as were freed in a row; 6.1: a batch. §3.6. */
export function nrPcpFree(k: Kernel, pcp: PerCpuPages, high: number): number {
  const { batch } = pcp;
  const most = Math.max(high - batch, batch);
  return k.release.pcpAutoTune ? clamp(pcp.freeCount, batch, most) : batch;
}

/**
 * free_high: blocks of several pages that are freed one after the other go back to where they can merge, all of them. (A
 * cpu's share of the last cache is taken to hold a few batches.)
 */
export function freesHighOrders(k: Kernel, pcp: PerCpuPages, order: number): boolean {
  if (order > PAGE_ALLOC_COSTLY_ORDER || !k.release.pcpAutoTune) return false;
  return pcp.freeCount >= pcp.batch && pcp.prevFreeHighOrder && pcp.count >= pcp.batch;
}
