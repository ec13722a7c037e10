/** struct scan_control: what a reclaim may do, and how far it is. */

import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL, GFP_RECLAIM_MASK, GFP_USER, gfpZone } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { ZONE_MOVABLE } from '../../include/mmzone';
import type { ScanControl, Task } from '../../include/sched';
import { DEF_PRIORITY, SWAP_CLUSTER_MAX } from '../../include/units';
import { bothMasks, cpusetNodemask } from '../../kernel/cpuset';

function newScanControl(kind: ScanControl['kind'], gfp: number, order: number, stage: string): ScanControl {
  return {
    kind,
    gfp,
    order,
    nrToReclaim: SWAP_CLUSTER_MAX,
    priority: DEF_PRIORITY,
    reclaimIdx: ZONE_MOVABLE,
    mayWritepage: true,
    mayUnmap: true,
    maySwap: true,
    forceDeactivate: false,
    skippedDeactivate: false,
    mayDeactivateAnon: false,
    mayDeactivateFile: false,
    cacheTrimMode: false,
    cacheTrimModeFailed: false,
    noCacheTrimMode: false,
    fileIsTiny: false,
    memcgFullWalk: false,
    targetMemcg: 0,
    memcg: 0,
    memcgLowReclaim: false,
    memcgLowSkipped: false,
    walkGen: 0,
    walkFirstBin: 0,
    walkBin: 0,
    walkAt: 0,
    nrScanned: 0,
    nrReclaimed: 0,
    stage,
    zonelistNid: 0,
    nodemask: 0,
    compactionReady: false,
    nid: -1,
    nodeCursor: 0,
    nr: [0, 0, 0, 0],
    targets: [0, 0, 0, 0],
    scanAdjusted: false,
    proportional: false,
    lruvecReclaimed: 0,
    lruvecScanned: 0,
    lruvecAged: false,
    reclaimedBefore: 0,
    swappiness: 0,
    nodeReclaimed: 0,
    nodeScanned: 0,
    prioReclaimed: 0,
    prioScanned: 0,
    plug: [],
    nrDirty: 0,
    nrUnqueuedDirty: 0,
    nrCongested: 0,
    nrWriteback: 0,
    nrImmediate: 0,
    nrTaken: 0,
    nrFileTaken: 0,
    nrBoostReclaim: 0,
    zoneBoosts: [],
    wasFrozen: false,
    allocOrder: 0,
    reclaimOrder: 0,
    highestZoneidx: ZONE_MOVABLE,
    dozeUntil: 0,
    result: 0,
    done: false,
  };
}

/**
 * try_to_free_pages' scan control: 32 pages wanted, in the zones the request may use. §5.9
 *
 * @param nid node whose zonelist it goes through
 * @param nodemask nodes allowed by the policy, 0 = all; it keeps to the task's cpuset in any case
 */
export function newDirectScanControl(
  k: Kernel,
  task: Task,
  gfp: number,
  order: number,
  nid = k.cpuNode[k.cpu],
  nodemask = 0,
): ScanControl {
  const sc = newScanControl('direct', gfp, order, 'throttle_direct_reclaim');
  sc.reclaimIdx = gfpZone(gfp);
  sc.zonelistNid = nid;
  sc.nodemask = bothMasks(nodemask, cpusetNodemask(k, task, GFP_USER));
  sc.memcgFullWalk = !k.release.memcgFullWalk;
  return sc;
}

/**
 * try_to_free_mem_cgroup_pages': of a memcg and all below it, on all nodes. It reclaims any kind of page, whatever the
 * charge is for.
 *
 * @param pages wanted; 32 at least
 * @param gfp of the charge: what reclaim may do
 */
export function newMemcgScanControl(k: Kernel, memcg: number, pages: number, gfp: number): ScanControl {
  const sc = newScanControl(
    'direct',
    (gfp & GFP_RECLAIM_MASK) | (GFP_HIGHUSER_MOVABLE & ~GFP_RECLAIM_MASK),
    0,
    'begin',
  );
  sc.nrToReclaim = Math.max(pages, SWAP_CLUSTER_MAX);
  sc.targetMemcg = memcg;
  sc.zonelistNid = k.cpuNode[k.cpu];
  sc.memcgFullWalk = !k.release.memcgFullWalk;
  return sc;
}

/** kswapd's, which lives as long as the node. */
export const newKswapdScanControl = (): ScanControl => newScanControl('kswapd', GFP_KERNEL, 0, 'kswapd_try_to_sleep');

/** What is counted of one node begins anew: shrink_node's memset of `nr`. */
export function beginNodeTally(sc: ScanControl): void {
  sc.nodeReclaimed = sc.nrReclaimed;
  sc.nodeScanned = sc.nrScanned;
  sc.nrDirty = 0;
  sc.nrUnqueuedDirty = 0;
  sc.nrCongested = 0;
  sc.nrWriteback = 0;
  sc.nrImmediate = 0;
  sc.nrTaken = 0;
  sc.nrFileTaken = 0;
}
