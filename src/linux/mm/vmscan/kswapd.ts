/** kswapd: reclaim in the background, from the low watermark to the high one. §4.9, §5.11. */
import { __GFP_DIRECT_RECLAIM } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import {
  PGDAT_CONGESTED,
  PGDAT_DIRTY,
  PGDAT_WRITEBACK,
  type PgData,
  WMARK_HIGH,
  wmarkPages,
  ZONE_RECLAIM_ACTIVE,
  type Zone,
} from '../../include/mmzone';
import { type ScanControl, TASK_INTERRUPTIBLE, TASK_RUNNING, type Task, WAIT_KTHREAD } from '../../include/sched';
import { trace, tracepointId } from '../../include/trace';
import { DEF_PRIORITY, MAX_RECLAIM_RETRIES, PAGEBLOCK_ORDER, SEC, SWAP_CLUSTER_MAX } from '../../include/units';
import { KSWAPD_HIGH_WMARK_HIT_QUICKLY, KSWAPD_LOW_WMARK_HIT_QUICKLY, PAGEOUTRUN } from '../../include/vmstat';
import { findTask, sleepOn, wakeUpProcess } from '../../kernel/sched/core';
import { psiMemstallEnter, psiMemstallLeave } from '../../kernel/sched/psi';
import { resetNodeIsolationSuitable, wakeupKcompactd } from '../compaction';
import { zoneWatermarkOk } from '../page_alloc';
import { snapshotRefaults } from './scan_balance';
import { newKswapdScanControl } from './scan_control';
import { kswapdAgeNode, shrinkNodeStep } from './shrink_node';
import { allowDirectReclaim, wakeThrottledReclaimers } from './throttle';

const KSWAPD_WAKE = tracepointId('mm_vmscan_kswapd_wake');
const KSWAPD_SLEEP = tracepointId('mm_vmscan_kswapd_sleep');
const WAKEUP_KSWAPD = tracepointId('mm_vmscan_wakeup_kswapd');

/** How long it dozes before it sleeps for good: HZ/10. */
const DOZE = SEC / 10;

/** pgdat_balanced: one zone up to `highest` is above its high watermark for this order. */
export function pgdatBalanced(k: Kernel, node: PgData, order: number, highest: number): boolean {
  let managed = false;
  for (let type = 0; type <= highest && type < node.zones.length; type++) {
    const i = node.zones[type];
    if (i < 0 || k.zones[i].managed === 0) continue;
    managed = true;
    const z = k.zones[i];
    if (zoneWatermarkOk(k, z, order, wmarkPages(z, WMARK_HIGH), highest, 0)) return true;
  }
  return !managed;
}

/** pgdat_watermark_boosted. */
function pgdatWatermarkBoosted(k: Kernel, node: PgData, highest: number): boolean {
  for (let type = 0; type <= highest && type < node.zones.length; type++) {
    const i = node.zones[type];
    if (i >= 0 && k.zones[i].boost > 0) return true;
  }
  return false;
}

/**
 * wakeup_kswapd: asks the zone's kswapd for work. It stays asleep when it has given up on the node, and when the node is
 * balanced and not boosted; then kcompactd may be able to help. §4.9
 */
export function wakeupKswapd(k: Kernel, z: Zone, gfp: number, order: number, highestZoneidx: number): void {
  if (z.managed === 0) return;
  const node = k.nodes[z.node];
  if (node.kswapdHighestZoneidx < highestZoneidx) node.kswapdHighestZoneidx = highestZoneidx;
  if (node.kswapdOrder < order) node.kswapdOrder = order;
  if (node.kswapd < 0) return;
  const task = findTask(k, node.kswapd);
  if (task === null || task.state === TASK_RUNNING || task.waitKind !== WAIT_KTHREAD) return;
  const balanced = pgdatBalanced(k, node, order, highestZoneidx) && !pgdatWatermarkBoosted(k, node, highestZoneidx);
  if (balanced || node.kswapdFailures >= MAX_RECLAIM_RETRIES) {
    // There may be memory enough, only in pieces. Who can reclaim directly compacts directly.
    if (!(gfp & __GFP_DIRECT_RECLAIM)) wakeupKcompactd(k, node, order, highestZoneidx);
    return;
  }
  trace(k.trace, k.now, k.current, WAKEUP_KSWAPD, node.id, highestZoneidx, order);
  wakeUpProcess(k, task);
}

/** prepare_kswapd_sleep: may it sleep? The throttled get another look at the reserves in any case. */
function prepareKswapdSleep(k: Kernel, node: PgData, order: number, highest: number): boolean {
  wakeThrottledReclaimers(k, node);
  if (node.kswapdFailures >= MAX_RECLAIM_RETRIES) return true;
  if (!pgdatBalanced(k, node, order, highest)) return false;
  node.flags &= ~(PGDAT_CONGESTED | PGDAT_DIRTY | PGDAT_WRITEBACK);
  return true;
}

/** kswapd_highest_zoneidx: what was asked for meanwhile, else what it had. */
const requestedZoneidx = (node: PgData, sc: ScanControl): number =>
  node.kswapdHighestZoneidx < 0 ? sc.highestZoneidx : node.kswapdHighestZoneidx;

/** kswapd's loop after it has woken: takes the request and begins balance_pgdat. */
function beginBalance(k: Kernel, task: Task, node: PgData, sc: ScanControl): void {
  sc.allocOrder = node.kswapdOrder;
  sc.highestZoneidx = requestedZoneidx(node, sc);
  node.kswapdOrder = 0;
  node.kswapdHighestZoneidx = -1;
  trace(k.trace, k.now, task.pid, KSWAPD_WAKE, node.id, sc.allocOrder, sc.highestZoneidx);
  psiMemstallEnter(k, task);
  k.vmEvents[PAGEOUTRUN]++;
  sc.order = sc.allocOrder;
  sc.reclaimIdx = sc.highestZoneidx;
  sc.nrReclaimed = 0;
  sc.nrScanned = 0;
  sc.mayUnmap = true;
  sc.noCacheTrimMode = false;
  sc.cacheTrimModeFailed = false;
  sc.skippedDeactivate = false;
  sc.nid = node.id;
  sc.zoneBoosts = node.zones.map((i, type) => (i >= 0 && type <= sc.highestZoneidx ? k.zones[i].boost : 0));
  sc.nrBoostReclaim = sc.zoneBoosts.reduce((a, b) => a + b, 0);
  sc.priority = DEF_PRIORITY;
  setReclaimActive(k, node, sc.highestZoneidx, true);
  sc.stage = 'balance_pgdat';
}

function setReclaimActive(k: Kernel, node: PgData, highest: number, on: boolean): void {
  for (let type = 0; type <= highest && type < node.zones.length; type++) {
    const i = node.zones[type];
    if (i < 0) continue;
    if (on) k.zones[i].flags |= ZONE_RECLAIM_ACTIVE;
    else k.zones[i].flags &= ~ZONE_RECLAIM_ACTIVE;
  }
}

/** The head of balance_pgdat's loop: done, or how hard to try in this round. */
function beginRound(k: Kernel, task: Task, node: PgData, sc: ScanControl): void {
  const balanced = pgdatBalanced(k, node, sc.order, sc.highestZoneidx);
  if (!balanced && sc.nrBoostReclaim > 0) {
    // Memory is short: leave the boost for later and begin again in earnest.
    sc.nrBoostReclaim = 0;
    sc.priority = DEF_PRIORITY;
    return;
  }
  if (balanced && sc.nrBoostReclaim === 0) {
    endBalance(k, task, node, sc);
    return;
  }
  sc.mayWritepage = sc.nrBoostReclaim === 0 || sc.priority < DEF_PRIORITY - 2;
  sc.maySwap = sc.nrBoostReclaim === 0;
  kswapdAgeNode(k, task, node, sc);
  sc.prioScanned = sc.nrScanned;
  sc.prioReclaimed = sc.nrReclaimed;
  let want = 0;
  for (let type = 0; type <= sc.highestZoneidx && type < node.zones.length; type++) {
    const i = node.zones[type];
    if (i < 0 || k.zones[i].managed === 0) continue;
    want += Math.max(wmarkPages(k.zones[i], WMARK_HIGH), SWAP_CLUSTER_MAX);
  }
  sc.nrToReclaim = want;
  sc.stage = 'shrink_node';
}

/** The tail of balance_pgdat's loop: the next priority, or the end. */
function endRound(k: Kernel, task: Task, node: PgData, sc: ScanControl): void {
  const scanned = sc.nrScanned - sc.prioScanned;
  const reclaimed = sc.nrReclaimed - sc.prioReclaimed;
  // Enough for order 0 to do compaction's work: give the order up, kcompactd is to form the block.
  if (sc.order > 0 && sc.nrReclaimed >= 2 << sc.order) sc.order = 0;
  let raise = !(sc.nrBoostReclaim > 0 && sc.priority === DEF_PRIORITY - 2);
  if (Math.max(scanned, reclaimed) >= sc.nrToReclaim) raise = false;
  if (allowDirectReclaim(k, node)) wakeThrottledReclaimers(k, node);
  sc.nrBoostReclaim -= Math.min(sc.nrBoostReclaim, reclaimed);
  sc.stage = 'balance_pgdat';
  if (sc.nrBoostReclaim > 0 && reclaimed === 0) {
    giveUp(k, task, node, sc);
    return;
  }
  if (raise || reclaimed === 0) sc.priority--;
  if (sc.priority < 1) giveUp(k, task, node, sc);
}

/** balance_pgdat ran out of priorities. */
function giveUp(k: Kernel, task: Task, node: PgData, sc: ScanControl): void {
  if (sc.nrReclaimed === 0 && sc.priority < 1 && !sc.noCacheTrimMode && sc.cacheTrimModeFailed) {
    sc.noCacheTrimMode = true;
    sc.priority = DEF_PRIORITY;
    return;
  }
  if (sc.nrReclaimed === 0) node.kswapdFailures++;
  endBalance(k, task, node, sc);
}

/** balance_pgdat's end: the boosts it has seen are worked off. A request given up for its order is tried to sleep on. */
function endBalance(k: Kernel, task: Task, node: PgData, sc: ScanControl): void {
  setReclaimActive(k, node, sc.highestZoneidx, false);
  let boosted = false;
  for (let type = 0; type < sc.zoneBoosts.length; type++) {
    const boost = sc.zoneBoosts[type];
    if (boost === 0) continue;
    boosted = true;
    const z = k.zones[node.zones[type]];
    z.boost -= Math.min(z.boost, boost);
  }
  if (boosted) wakeupKcompactd(k, node, PAGEBLOCK_ORDER, sc.highestZoneidx);
  snapshotRefaults(k, node.lruvecs[0]);
  psiMemstallLeave(k, task);
  sc.reclaimOrder = sc.order;
  if (sc.reclaimOrder >= sc.allocOrder) {
    sc.allocOrder = node.kswapdOrder;
    sc.reclaimOrder = node.kswapdOrder;
    sc.highestZoneidx = requestedZoneidx(node, sc);
  }
  sc.stage = 'kswapd_try_to_sleep';
}

/**
 * One step of a node's kswapd: one stage, or one round over the lists. It puts itself to sleep.
 *
 * Stages: kswapd_try_to_sleep, kswapd_doze, kswapd_sleep, balance_pgdat, shrink_node, shrink_lruvec, shrink_slab.
 *
 * @param task the kernel thread whose pid stands in `PgData.kswapd`
 */
export function kswapdStep(k: Kernel, task: Task): void {
  let nid = 0;
  while (nid < k.nodes.length && k.nodes[nid].kswapd !== task.pid) nid++;
  if (nid === k.nodes.length) return;
  const node = k.nodes[nid];
  if (node.kswapdSc === null) node.kswapdSc = newKswapdScanControl();
  const sc = node.kswapdSc;
  switch (sc.stage) {
    case 'kswapd_try_to_sleep':
      k.cost += k.costs.slowpath;
      if (prepareKswapdSleep(k, node, sc.reclaimOrder, sc.highestZoneidx)) {
        // Enough is reclaimed for the order that was asked for; now somebody has to make blocks of it.
        resetNodeIsolationSuitable(k, node);
        wakeupKcompactd(k, node, sc.allocOrder, sc.highestZoneidx);
        sc.dozeUntil = k.now + DOZE;
        sc.stage = 'kswapd_doze';
        sleepOn(k, task, WAIT_KTHREAD, node.id, sc.dozeUntil, TASK_INTERRUPTIBLE);
        return;
      }
      k.vmEvents[KSWAPD_HIGH_WMARK_HIT_QUICKLY]++;
      beginBalance(k, task, node, sc);
      return;

    case 'kswapd_doze':
      if (k.now < sc.dozeUntil) {
        // Woken early: the request is kept, and the one before it too.
        node.kswapdHighestZoneidx = requestedZoneidx(node, sc);
        if (node.kswapdOrder < sc.reclaimOrder) node.kswapdOrder = sc.reclaimOrder;
        k.vmEvents[KSWAPD_LOW_WMARK_HIT_QUICKLY]++;
        beginBalance(k, task, node, sc);
      } else if (prepareKswapdSleep(k, node, sc.reclaimOrder, sc.highestZoneidx)) {
        trace(k.trace, k.now, task.pid, KSWAPD_SLEEP, node.id);
        sc.stage = 'kswapd_sleep';
        sleepOn(k, task, WAIT_KTHREAD, node.id, Infinity, TASK_INTERRUPTIBLE);
      } else {
        k.vmEvents[KSWAPD_HIGH_WMARK_HIT_QUICKLY]++;
        beginBalance(k, task, node, sc);
      }
      return;

    case 'kswapd_sleep':
      beginBalance(k, task, node, sc);
      return;

    case 'balance_pgdat':
      beginRound(k, task, node, sc);
      return;

    default:
      if (shrinkNodeStep(k, task, sc)) endRound(k, task, node, sc);
      return;
  }
}
