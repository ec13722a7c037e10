/**
 * shrink_node and shrink_lruvec as one state machine. §5.9, §5.10.
 *
 * A step is one round over the four lists of at most 32 pages each, or one of the small stages before and after. With
 * the multi-gen LRU it is one batch from its oldest generation (lru_gen/shrink_node.ts).
 */

import { blkWaitForQueue } from '../../block/blk-mq';
import { __GFP_IO } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { MEMCG_LOW } from '../../include/memcontrol';
import {
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  type Lruvec,
  PGDAT_CONGESTED,
  PGDAT_DIRTY,
  PGDAT_WRITEBACK,
  type PgData,
  WMARK_HIGH,
  WMARK_MIN,
  wmarkPages,
  type Zone,
} from '../../include/mmzone';
import type { ScanControl, Task } from '../../include/sched';
import { DEF_PRIORITY, PAGE_ALLOC_COSTLY_ORDER, SWAP_CLUSTER_MAX } from '../../include/units';
import { NR_LRU_BASE } from '../../include/vmstat';
import { compactGap, compactionSuitable } from '../compaction/suitable';
import { memcgIterPartial, memcgMemoryEvent, memcgNext } from '../memcontrol';
import { zoneWatermarkOk } from '../page_alloc';
import { calculateProtection, memCgroupBelowLow, memCgroupBelowMin } from '../page_counter';
import { swapFlushPlug } from '../page_io';
import { shrinkSlab } from '../shrinker';
import { lruAddDrain } from '../swap';
import { isHolding } from './held';
import { lruGenAgeNode } from './lru_gen/age_node';
import { lruGenShrinkHeld } from './lru_gen/evict';
import {
  lruGenBeginLruvec,
  lruGenBeginNode,
  lruGenEndLruvec,
  lruGenEndNode,
  lruGenNextLruvec,
  lruGenShrinkRound,
} from './lru_gen/shrink_node';
import { canAgeAnonPages, canReclaimAnonPages, getScanCount, inactiveIsLow, prepareScanControl } from './scan_balance';
import { beginNodeTally } from './scan_control';
import { shrinkActiveList, shrinkHeld, shrinkList } from './shrink_list';
import { reclaimThrottle, VMSCAN_THROTTLE_CONGESTED, VMSCAN_THROTTLE_WRITEBACK } from './throttle';

/** compaction_ready: a costly request does better to compact this zone than to reclaim more from it. */
export function compactionReady(k: Kernel, z: Zone, sc: ScanControl): boolean {
  if (!(sc.gfp & __GFP_IO)) return false;
  if (zoneWatermarkOk(k, z, sc.order, wmarkPages(z, WMARK_MIN), sc.reclaimIdx, 0)) return true;
  if (!compactionSuitable(k, z, sc.order, sc.reclaimIdx)) return false;
  return zoneWatermarkOk(k, z, 0, wmarkPages(z, WMARK_HIGH) + compactGap(sc.order), sc.reclaimIdx, 0);
}

/** should_continue_reclaim: more pages are needed for compaction to form a block. §5.10 */
function shouldContinueReclaim(k: Kernel, node: PgData, sc: ScanControl, reclaimed: number): boolean {
  const inCompaction =
    sc.gfp & __GFP_IO && sc.order > 0 && (sc.order > PAGE_ALLOC_COSTLY_ORDER || sc.priority < DEF_PRIORITY - 2);
  if (!inCompaction || reclaimed === 0) return false;
  for (let type = 0; type <= sc.reclaimIdx; type++) {
    const i = node.zones[type];
    if (i < 0 || k.zones[i].managed === 0) continue;
    const z = k.zones[i];
    if (zoneWatermarkOk(k, z, sc.order, wmarkPages(z, WMARK_MIN), sc.reclaimIdx, 0)) return false;
    if (compactionSuitable(k, z, sc.order, sc.reclaimIdx)) return false;
  }
  let inactive = node.stat[NR_LRU_BASE + LRU_INACTIVE_FILE];
  if (canReclaimAnonPages(k)) inactive += node.stat[NR_LRU_BASE + LRU_INACTIVE_ANON];
  return inactive > compactGap(sc.order);
}

/** Begins a node: its balance. */
function beginNode(k: Kernel, node: PgData, sc: ScanControl): void {
  beginNodeTally(sc);
  prepareScanControl(k, node.lruvecs[sc.targetMemcg], sc);
  sc.memcg = -1;
}

/** Begins a lruvec: how much of each list to scan. */
function beginLruvec(k: Kernel, lruvec: Lruvec, sc: ScanControl): void {
  if (k.lruGenEnabled) {
    lruAddDrain(k, k.cpu);
    lruGenBeginLruvec(k, lruvec, sc);
    return;
  }
  getScanCount(k, lruvec, sc);
  sc.lruvecReclaimed = sc.nrReclaimed;
  sc.proportional = sc.targetMemcg === 0 && sc.kind === 'direct' && sc.priority === DEF_PRIORITY;
  sc.scanAdjusted = false;
}

/**
 * shrink_node_memcgs' way to the next memcg that is not protected. Direct reclaim goes on where the last one has ended,
 * unless that has come to nothing. Returns false when there is none.
 */
function nextMemcgOfNode(k: Kernel, node: PgData, sc: ScanControl): boolean {
  if (k.memcgs.length === 1) {
    if (sc.memcg === 0) return false;
    sc.memcg = 0;
    return true;
  }
  const target = sc.targetMemcg;
  for (;;) {
    if (sc.kind === 'kswapd' || sc.memcgFullWalk) sc.memcg = sc.memcg < 0 ? target : memcgNext(k, target, sc.memcg);
    else sc.memcg = memcgIterPartial(k, target, node.id, sc.memcg);
    const id = sc.memcg;
    if (id < 0) return false;
    calculateProtection(k, target, id);
    if (memCgroupBelowMin(k, target, id)) continue;
    if (!memCgroupBelowLow(k, target, id)) return true;
    if (sc.memcgLowReclaim) {
      memcgMemoryEvent(k, id, MEMCG_LOW);
      return true;
    }
    sc.memcgLowSkipped = true;
  }
}

/** The next lruvec of the node, begun. Returns false when there is none, or enough has been reclaimed. */
function nextLruvec(k: Kernel, node: PgData, sc: ScanControl): boolean {
  const partial = sc.kind !== 'kswapd' && !sc.memcgFullWalk;
  if (sc.memcg >= 0 && partial && sc.nrReclaimed >= sc.nrToReclaim) return false;
  if (!nextMemcgOfNode(k, node, sc)) return false;
  beginLruvec(k, node.lruvecs[sc.memcg], sc);
  return true;
}

/** Once enough is reclaimed: drop the type with less left, and scan the other one to the same share of its target. */
function adjustTargets(sc: ScanControl): boolean {
  const { nr, targets } = sc;
  const file = nr[LRU_INACTIVE_FILE] + nr[LRU_ACTIVE_FILE];
  const anon = nr[LRU_INACTIVE_ANON] + nr[LRU_ACTIVE_ANON];
  if (file === 0 || anon === 0) return false;
  const less = file > anon ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;
  const left = Math.min(file, anon);
  const percentage = Math.floor((left * 100) / (targets[less] + targets[less + 1] + 1));
  nr[less] = 0;
  nr[less + 1] = 0;
  const more = less === LRU_INACTIVE_ANON ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON;
  for (let lru = more; lru <= more + 1; lru++) {
    const done = targets[lru] - nr[lru];
    const want = Math.floor((targets[lru] * (100 - percentage)) / 100);
    nr[lru] = want - Math.min(want, done);
  }
  sc.scanAdjusted = true;
  return true;
}

/** One round of shrink_lruvec. Returns true when there is another one to come. */
function shrinkLruvecRound(k: Kernel, task: Task, lruvec: Lruvec, sc: ScanControl): boolean {
  const { nr } = sc;
  if (nr[LRU_INACTIVE_ANON] === 0 && nr[LRU_ACTIVE_FILE] === 0 && nr[LRU_INACTIVE_FILE] === 0) return false;
  for (let lru = 0; lru < 4; lru++) {
    if (nr[lru] === 0) continue;
    const n = nr[lru] < SWAP_CLUSTER_MAX ? nr[lru] : SWAP_CLUSTER_MAX;
    nr[lru] -= n;
    sc.nrReclaimed += shrinkList(k, task, sc, lruvec, lru, n);
  }
  if (isHolding(k, task) || sc.nrReclaimed - sc.lruvecReclaimed < sc.nrToReclaim || sc.proportional) return true;
  return adjustTargets(sc);
}

/** kswapd_age_node: keeps the inactive anon list supplied, when there is swap: 32 pages of the active one. */
export function kswapdAgeNode(k: Kernel, task: Task, node: PgData, sc: ScanControl): void {
  if (k.lruGenEnabled) lruGenAgeNode(k, task, node, sc);
  else if (canAgeAnonPages(k) && inactiveIsLow(k, node.lruvecs[0], LRU_INACTIVE_ANON)) {
    for (let id = 0; id >= 0; id = memcgNext(k, 0, id)) {
      shrinkActiveList(k, task, sc, node.lruvecs[id], LRU_ACTIVE_ANON, SWAP_CLUSTER_MAX);
    }
  }
}

/** The end of shrink_lruvec: the inactive anon list is kept supplied even where none of it was scanned. */
function ageActiveAnon(k: Kernel, task: Task, lruvec: Lruvec, sc: ScanControl): void {
  if (canAgeAnonPages(k) && inactiveIsLow(k, lruvec, LRU_INACTIVE_ANON)) {
    shrinkActiveList(k, task, sc, lruvec, LRU_ACTIVE_ANON, SWAP_CLUSTER_MAX);
  }
}

/** Goes on with a batch that the task has slept over. Returns true when it sleeps again. */
function goOnWithBatch(k: Kernel, task: Task, lruvec: Lruvec, sc: ScanControl): boolean {
  if (k.lruGenEnabled) lruGenShrinkHeld(k, task, lruvec, sc);
  else shrinkHeld(k, task, sc, lruvec);
  return isHolding(k, task);
}

/** A full queue of a swap device makes who writes to it wait. */
function waitForSwapQueue(k: Kernel, task: Task, sc: ScanControl): boolean {
  const anon = k.lruGenEnabled ? sc.swappiness : sc.nr[LRU_INACTIVE_ANON];
  if (anon === 0 || !(sc.gfp & __GFP_IO)) return false;
  const { areas } = k.swap;
  for (let i = 0; i < areas.length; i++) {
    if (!blkWaitForQueue(k, task, areas[i].disk)) continue;
    swapFlushPlug(k, sc.plug);
    return true;
  }
  return false;
}

/** What the node's pages were like decides about throttling. Returns true when the node is to be shrunk again. */
function endNode(k: Kernel, task: Task, node: PgData, sc: ScanControl): boolean {
  const reclaimed = sc.nrReclaimed - sc.nodeReclaimed;
  const kswapd = sc.kind === 'kswapd';
  if (kswapd) {
    if (sc.nrWriteback > 0 && sc.nrWriteback === sc.nrTaken) node.flags |= PGDAT_WRITEBACK;
    if (sc.nrUnqueuedDirty === sc.nrFileTaken) node.flags |= PGDAT_DIRTY;
    // The same page under writeback twice: the lists turn faster than the disk.
    if (sc.nrImmediate > 0) reclaimThrottle(k, task, node, VMSCAN_THROTTLE_WRITEBACK);
    if (sc.nrDirty > 0 && sc.nrDirty === sc.nrCongested) node.flags |= PGDAT_CONGESTED;
  } else if (
    node.flags & PGDAT_CONGESTED ||
    (sc.targetMemcg !== 0 && sc.nrDirty > 0 && sc.nrDirty === sc.nrCongested)
  ) {
    reclaimThrottle(k, task, node, VMSCAN_THROTTLE_CONGESTED);
  }
  if (reclaimed > 0) node.kswapdFailures = 0;
  if (shouldContinueReclaim(k, node, sc, reclaimed)) return true;
  if (reclaimed > 0) return false;
  if (sc.cacheTrimMode) sc.cacheTrimModeFailed = true;
  return false;
}

/** All memcgs of the node are done. Returns true when it is to be shrunk again. */
function endOfMemcgs(k: Kernel, task: Task, node: PgData, sc: ScanControl): boolean {
  if (!endNode(k, task, node, sc)) return false;
  sc.stage = 'shrink_node';
  return true;
}

/**
 * One step of shrink_node for node `sc.nid`, from stage 'shrink_node' on. Returns true when the node is done. The task
 * may be asleep afterwards, in either case.
 */
export function shrinkNodeStep(k: Kernel, task: Task, sc: ScanControl): boolean {
  const node = k.nodes[sc.nid];
  // The multi-gen LRU has an order of its own for global reclaim.
  const many = k.lruGenEnabled && sc.targetMemcg === 0;
  switch (sc.stage) {
    case 'shrink_node':
      if (many) {
        if (!lruGenBeginNode(k, node, sc)) {
          lruGenEndNode(node, sc);
          return true;
        }
      } else {
        beginNode(k, node, sc);
        if (!nextLruvec(k, node, sc)) return !endOfMemcgs(k, task, node, sc);
      }
      sc.stage = 'shrink_lruvec';
      return false;

    case 'shrink_lruvec':
      if (isHolding(k, task) && goOnWithBatch(k, task, node.lruvecs[sc.memcg], sc)) return false;
      if (waitForSwapQueue(k, task, sc)) return false;
      if (k.lruGenEnabled) {
        if (lruGenShrinkRound(k, task, node.lruvecs[sc.memcg], sc)) return false;
      } else {
        if (shrinkLruvecRound(k, task, node.lruvecs[sc.memcg], sc)) return false;
        ageActiveAnon(k, task, node.lruvecs[sc.memcg], sc);
      }
      if (sc.plug.length > 0) swapFlushPlug(k, sc.plug);
      sc.stage = 'shrink_slab';
      // Nobody gets in between the turn of a cgroup and what it comes to.
      return sc.memcg === 0 ? false : endLruvec(k, task, node, sc, many);

    default:
      return endLruvec(k, task, node, sc, many);
  }
}

/** The end of a lruvec's turn, and the beginning of the next one's. Returns true when the node is done. */
function endLruvec(k: Kernel, task: Task, node: PgData, sc: ScanControl, many: boolean): boolean {
  k.cost += k.costs.shrinkLruvec;
  // What the slab caches hold is nobody's in particular: the root's.
  if (sc.memcg === 0) {
    k.cost += k.costs.shrinkSlab;
    sc.nrReclaimed += shrinkSlab(k, sc.gfp, sc.priority);
  }
  if (many) {
    if (!lruGenNextLruvec(k, node, sc)) {
      lruGenEndNode(node, sc);
      return true;
    }
  } else {
    if (k.lruGenEnabled) lruGenEndLruvec(k, node.lruvecs[sc.memcg], sc);
    if (!nextLruvec(k, node, sc)) return !endOfMemcgs(k, task, node, sc);
  }
  sc.stage = 'shrink_lruvec';
  return false;
}
