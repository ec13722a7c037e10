/** How much to scan of which list: get_scan_count and what it rests on. §5.7, §5.8. */
import type { Kernel } from '../../include/kernel';
import {
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  type Lruvec,
  NR_LRU_LISTS,
  WMARK_HIGH,
  wmarkPages,
  type Zone,
} from '../../include/mmzone';
import type { ScanControl } from '../../include/sched';
import { intSqrt, SWAP_CLUSTER_MAX } from '../../include/units';
import { NR_LRU_BASE, NR_ZONE_LRU_BASE } from '../../include/vmstat';
import { memCgroupGetNrSwapPages } from '../memcontrol';
import { lruvecActivated, lruvecPageState } from '../mmzone';

/** can_reclaim_anon_pages: a slot of swap is free. */
export const canReclaimAnonPages = (k: Kernel): boolean => k.swap.free > 0;

/** The same for one memcg: it may have another slot, too. */
const canReclaimAnonOf = (k: Kernel, memcg: number): boolean => memCgroupGetNrSwapPages(k, memcg) > 0;

/** can_age_anon_pages: there is swap at all. */
export const canAgeAnonPages = (k: Kernel): boolean => k.swap.total > 0;

/**
 * zone_reclaimable_pages: what reclaim could free in a zone: its file lists, with free swap its anon lists too. The zone's
 * free pages when that is nothing. §4.5
 */
export function zoneReclaimablePages(k: Kernel, z: Zone): number {
  const { stat } = z;
  let n = stat[NR_ZONE_LRU_BASE + LRU_INACTIVE_FILE] + stat[NR_ZONE_LRU_BASE + LRU_ACTIVE_FILE];
  if (canReclaimAnonPages(k))
    n += stat[NR_ZONE_LRU_BASE + LRU_INACTIVE_ANON] + stat[NR_ZONE_LRU_BASE + LRU_ACTIVE_ANON];
  return n || z.free;
}

/** lruvec_lru_size: pages of a list in the zones up to `zoneIdx`. */
export function lruvecLruSize(lruvec: Lruvec, lru: number, zoneIdx: number): number {
  let n = 0;
  for (let type = 0; type <= zoneIdx; type++) n += lruvec.lruSize[type * NR_LRU_LISTS + lru];
  return n;
}

/** inactive_is_low: the inactive list is too short for its pages to get a second chance. §5.7 */
export function inactiveIsLow(k: Kernel, lruvec: Lruvec, inactiveLru: number): boolean {
  const inactive = lruvecPageState(k, lruvec, inactiveLru);
  const active = lruvecPageState(k, lruvec, inactiveLru + 1);
  const gb = (inactive + active) >>> 18;
  const ratio = gb ? intSqrt(10 * gb) : 1;
  return inactive * ratio < active;
}

/** snapshot_refaults: what refaults are compared with next time. */
export function snapshotRefaults(k: Kernel, lruvec: Lruvec): void {
  lruvec.refaults[0] = lruvecActivated(k, lruvec, 0);
  lruvec.refaults[1] = lruvecActivated(k, lruvec, 1);
}

/** prepare_scan_control: which active lists may shrink, and which type of pages to leave alone. */
export function prepareScanControl(k: Kernel, lruvec: Lruvec, sc: ScanControl): void {
  const node = k.nodes[lruvec.nid];
  if (sc.forceDeactivate) {
    sc.mayDeactivateAnon = true;
    sc.mayDeactivateFile = true;
  } else {
    sc.mayDeactivateAnon =
      lruvecActivated(k, lruvec, 0) !== lruvec.refaults[0] || inactiveIsLow(k, lruvec, LRU_INACTIVE_ANON);
    sc.mayDeactivateFile =
      lruvecActivated(k, lruvec, 1) !== lruvec.refaults[1] || inactiveIsLow(k, lruvec, LRU_INACTIVE_FILE);
  }
  const inactiveFile = lruvecPageState(k, lruvec, LRU_INACTIVE_FILE);
  sc.cacheTrimMode = inactiveFile >> sc.priority !== 0 && !sc.mayDeactivateFile && !sc.noCacheTrimMode;
  const { stat } = node;
  const file = stat[NR_LRU_BASE + LRU_INACTIVE_FILE] + stat[NR_LRU_BASE + LRU_ACTIVE_FILE];
  // Whether the node's page cache is all but gone is nothing to the reclaim of a cgroup.
  sc.fileIsTiny = false;
  if (sc.targetMemcg !== 0) return;
  let free = 0;
  let high = 0;
  for (let type = 0; type < node.zones.length; type++) {
    const i = node.zones[type];
    if (i < 0) continue;
    const z = k.zones[i];
    free += z.free;
    high += wmarkPages(z, WMARK_HIGH);
  }
  sc.fileIsTiny =
    file + free <= high && !sc.mayDeactivateAnon && stat[NR_LRU_BASE + LRU_INACTIVE_ANON] >> sc.priority !== 0;
}

/** What of a list's pages may be scanned: of a memcg that is in part protected by its min or low, the other part. §5.8 */
function protectedSize(k: Kernel, lruvec: Lruvec, sc: ScanControl, size: number): number {
  const id = lruvec.memcg;
  if (id === 0 || id === sc.targetMemcg) return size;
  const { usage, emin, elow } = k.memcgs[id].memory;
  if (emin === 0 && elow === 0) return size;
  let protection = emin;
  if (!sc.memcgLowReclaim && elow > emin) {
    protection = elow;
    sc.memcgLowSkipped = true;
  }
  const scan = size - Math.floor((size * protection) / (Math.max(usage, protection) + 1));
  return Math.max(scan, SWAP_CLUSTER_MAX);
}

/** get_scan_count: fills `sc.nr` with the pages to scan of each list. §5.8 */
export function getScanCount(k: Kernel, lruvec: Lruvec, sc: ScanControl): void {
  const { swappiness } = k.sysctl;
  let anon = 1;
  let file = 1;
  let denominator = 0;
  if (!sc.maySwap || !canReclaimAnonOf(k, lruvec.memcg) || (sc.targetMemcg !== 0 && swappiness === 0)) {
    anon = 0;
  } else if (sc.priority === 0 && swappiness) {
    // SCAN_EQUAL: as the lists are.
  } else if (sc.fileIsTiny) {
    file = 0;
  } else if (sc.cacheTrimMode) {
    anon = 0;
  } else {
    // What it has cost the cgroup that reclaim is for, with all below it, is what counts for each of them.
    const { anonCost, fileCost } = k.nodes[lruvec.nid].lruvecs[sc.targetMemcg];
    const ac = anonCost + fileCost + anonCost;
    const fc = anonCost + fileCost + fileCost;
    const total = ac + fc;
    anon = Math.floor((swappiness * (total + 1)) / (ac + 1));
    file = Math.floor(((200 - swappiness) * (total + 1)) / (fc + 1));
    denominator = anon + file;
  }
  const { online } = k.memcgs[lruvec.memcg];
  for (let lru = 0; lru < 4; lru++) {
    const share = lru < 2 ? anon : file;
    const size = lruvecLruSize(lruvec, lru, sc.reclaimIdx);
    let scan = protectedSize(k, lruvec, sc, size) >>> sc.priority;
    // What a removed cgroup has left is scraped together.
    if (scan === 0 && !online) scan = Math.min(size, SWAP_CLUSTER_MAX);
    if (denominator > 0) scan = (online ? Math.floor : Math.ceil)((scan * share) / denominator);
    else if (share === 0) scan = 0;
    sc.nr[lru] = scan;
    sc.targets[lru] = scan;
  }
}
