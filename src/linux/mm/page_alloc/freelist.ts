/** get_page_from_freelist and rmqueue: which zone serves a request, and what taking a block from it sets off. §4.2, §4.3. */
import {
  __GFP_THISNODE,
  ALLOC_HIGHATOMIC,
  ALLOC_KSWAPD,
  ALLOC_MIN_RESERVE,
  ALLOC_NO_WATERMARKS,
  ALLOC_NOFRAGMENT,
  ALLOC_NON_BLOCK,
  ALLOC_OOM,
  ALLOC_WMARK_MASK,
  ALLOC_WMARK_MIN,
  MIGRATE_HIGHATOMIC,
} from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import {
  WMARK_HIGH,
  WMARK_MIN,
  wmarkPages,
  ZONE_BELOW_HIGH,
  ZONE_BOOSTED_WATERMARK,
  type Zone,
} from '../../include/mmzone';
import { PGTYPE_USER, PGZONE_MASK } from '../../include/page';
import { NUMA_FOREIGN, NUMA_HIT, NUMA_LOCAL, NUMA_MISS, NUMA_OTHER, PGALLOC_BASE } from '../../include/vmstat';
import { wakeupKswapd } from '../vmscan';
import { rmqueueBuddy } from './buddy';
import { pcpAllowedOrder, rmqueuePcplist } from './pcp';
import { zoneWatermarkOk } from './watermarks';

/** rmqueue: a block from the per-cpu lists or the buddy lists, with its side effects. -1 = none. §4.3. */
function rmqueue(k: Kernel, z: Zone, order: number, mt: number, allocFlags: number): number {
  let p: number;
  if (pcpAllowedOrder(order)) {
    p = rmqueuePcplist(k, z, order, mt, allocFlags);
  } else {
    p = -1;
    if (allocFlags & ALLOC_HIGHATOMIC) p = rmqueueBuddy(k, z, order, MIGRATE_HIGHATOMIC, allocFlags);
    if (p < 0) p = rmqueueBuddy(k, z, order, mt, allocFlags);
    if (p < 0 && allocFlags & (ALLOC_OOM | ALLOC_NON_BLOCK))
      p = rmqueueBuddy(k, z, order, MIGRATE_HIGHATOMIC, allocFlags);
    if (p >= 0) z.free -= 1 << order;
  }
  noteBoost(k, z, allocFlags);
  return p;
}

/**
 * The end of rmqueue: a zone whose watermarks were raised meanwhile wakes kswapd. It asks for itself and the zones below
 * it, whatever the request may use: raised in ZONE_DMA, kswapd looks for its few pages among all others.
 */
export function noteBoost(k: Kernel, z: Zone, allocFlags: number): void {
  if (!(z.flags & ZONE_BOOSTED_WATERMARK && allocFlags & ALLOC_KSWAPD)) return;
  z.flags &= ~ZONE_BOOSTED_WATERMARK;
  wakeupKswapd(k, z, 0, 0, z.type);
}

/**
 * get_page_from_freelist: the first zone of the list that passes its watermark and has a block.
 *
 * @param nodemask nodes allowed as a bit mask, 0 = all
 * @returns model pfn of a block marked as in use, -1 when no zone gave one. §4.2
 */
export function getPageFromFreelist(
  k: Kernel,
  order: number,
  allocFlags: number,
  highestZoneidx: number,
  mt: number,
  nid: number,
  gfp: number,
  nodemask: number,
): number {
  const zonelist = k.nodes[nid].zonelist;
  let flags = allocFlags;
  for (;;) {
    // A second pass only makes a difference to the search for a block: the watermarks are the same.
    let searched = false;
    let local = -1;
    for (let i = 0; i < zonelist.length; i++) {
      const z = k.zones[zonelist[i]];
      if (z.type > highestZoneidx) continue;
      if (nodemask !== 0 && !(nodemask & (1 << z.node))) continue;
      if (gfp & __GFP_THISNODE && z.node !== nid) continue;
      if (local < 0) local = z.node;
      if (flags & ALLOC_NOFRAGMENT && z.node !== local) {
        // Memory nearby is worth more than memory in one piece: the way over the list begins anew.
        if (searched) break;
        flags &= ~ALLOC_NOFRAGMENT;
      }
      let ok = false;
      if (k.release.zoneBelowHigh && !(z.flags & ZONE_BELOW_HIGH)) {
        const high = z.watermark[WMARK_HIGH] + z.boost;
        ok =
          order === 0
            ? z.free - z.nrFreeHighatomic > high + z.lowmemReserve[highestZoneidx]
            : zoneWatermarkOk(k, z, order, high, highestZoneidx, flags);
        if (!ok) z.flags |= ZONE_BELOW_HIGH;
      }
      if (!ok && !(flags & ALLOC_NO_WATERMARKS)) {
        const mark = flags & ALLOC_WMARK_MASK;
        ok = zoneWatermarkOk(k, z, order, wmarkPages(z, mark), highestZoneidx, flags);
        if (!ok && order === 0 && flags & ALLOC_MIN_RESERVE && z.boost && mark === ALLOC_WMARK_MIN) {
          ok = zoneWatermarkOk(k, z, order, z.watermark[WMARK_MIN], highestZoneidx, flags);
        }
        if (!ok) continue;
      }
      searched = true;
      const p = rmqueue(k, z, order, mt, flags);
      if (p < 0) continue;
      const m = k.mem;
      // A free page has no owner and no mapping: freeing saw to it.
      for (let q = p; q < p + (1 << order); q++) m.flags[q] = (m.flags[q] & PGZONE_MASK) | PGTYPE_USER;
      k.vmEvents[PGALLOC_BASE + z.type] += 1 << order;
      zoneStatistics(k, z, zonelist, highestZoneidx, nodemask);
      return p;
    }
    if (!searched || !(flags & ALLOC_NOFRAGMENT)) return -1;
    flags &= ~ALLOC_NOFRAGMENT;
  }
}

/** first_zones_zonelist: the first zone of the list that a request may use. */
export function preferredZone(k: Kernel, zonelist: number[], highestZoneidx: number, nodemask: number): Zone {
  let z = k.zones[zonelist[0]];
  for (let i = 0; i < zonelist.length; i++) {
    z = k.zones[zonelist[i]];
    if (z.type <= highestZoneidx && (nodemask === 0 || nodemask & (1 << z.node))) break;
  }
  return z;
}

/** zone_statistics: whether a page is from the node it was wanted from, and from that of the cpu. */
function zoneStatistics(k: Kernel, z: Zone, zonelist: number[], highestZoneidx: number, nodemask: number): void {
  z.stat[z.node === k.cpuNode[k.cpu] ? NUMA_LOCAL : NUMA_OTHER]++;
  const preferred = preferredZone(k, zonelist, highestZoneidx, nodemask);
  if (preferred.node === z.node) {
    z.stat[NUMA_HIT]++;
  } else {
    z.stat[NUMA_MISS]++;
    preferred.stat[NUMA_FOREIGN]++;
  }
}
