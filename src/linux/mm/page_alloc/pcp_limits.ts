/** Sizes of the per-cpu page lists: batch, high_min, high_max. §3.6. */
import type { Kernel } from '../../include/kernel';
import { WMARK_LOW, type Zone } from '../../include/mmzone';

/** zone_batchsize: pages moved at a time between a per-cpu list and the buddy lists. */
export function zoneBatchsize(managed: number): number {
  let batch = Math.floor(Math.min(managed >> 10, 256) / 4);
  if (batch < 1) batch = 1;
  // One less than a power of two, so that a run of batches does not always hit the same cache colours.
  let pow2 = 1;
  while (pow2 * 2 <= batch + (batch >> 1)) pow2 *= 2;
  return Math.max(1, pow2 - 1);
}

/**
 * zone_set_pageset_high_and_batch, on boot and when the watermarks change. §3.6.
 *
 * @param managed pages of the zone that the limits are a share of
 */
export function zonePcpUpdate(k: Kernel, z: Zone, managed = z.managed): void {
  const batch = zoneBatchsize(managed);
  // A node without cpus is everybody's: its lists are split among all of them.
  const cpus = k.cpuNode.filter((n) => n === z.node).length || k.nrCpus;
  const low = z.watermark[WMARK_LOW] + z.boost;
  const fraction = k.sysctl.percpu_pagelist_high_fraction;
  let highMin = Math.max(Math.floor(low / cpus), batch * 4);
  let highMax = Math.max(Math.floor(managed / 8 / cpus), batch * 4);
  if (fraction) highMin = highMax = Math.max(Math.floor(managed / fraction / cpus), batch * 4);
  // Before the lists tuned themselves there was one fixed limit.
  if (!k.release.pcpAutoTune) highMax = highMin;
  for (const pcp of z.pcp) {
    pcp.batch = batch;
    pcp.highMin = highMin;
    pcp.highMax = highMax;
    if (!k.release.pcpAutoTune || fraction) pcp.high = highMin;
  }
}
