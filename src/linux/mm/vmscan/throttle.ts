/** Where reclaimers wait. §5.12, and step 0 of §5.9. */
import { __GFP_FS } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { type PgData, WMARK_MIN, wmarkPages, ZONE_NORMAL } from '../../include/mmzone';
import {
  PF_KSWAPD,
  PF_KTHREAD,
  type ScanControl,
  TASK_INTERRUPTIBLE,
  TASK_KILLABLE,
  TASK_UNINTERRUPTIBLE,
  type Task,
  WAIT_NOPROGRESS,
  WAIT_PFMEMALLOC,
  WAIT_TIMER,
  WAIT_WRITEBACK,
} from '../../include/sched';
import { trace, tracepointId } from '../../include/trace';
import { HZ, JIFFY, MAX_RECLAIM_RETRIES, SEC, SWAP_CLUSTER_MAX, US } from '../../include/units';
import { NR_THROTTLED_WRITTEN, NR_ZONE_WRITE_PENDING, PGSCAN_DIRECT_THROTTLE } from '../../include/vmstat';
import { findTask, sleepOn, wakeKthread, wakeUpProcess } from '../../kernel/sched/core';
import { zoneReclaimablePages } from './scan_balance';

const THROTTLED = tracepointId('mm_vmscan_throttled');

/** Reasons of reclaim_throttle, as in the tracepoint. */
export const VMSCAN_THROTTLE_WRITEBACK = 0;
export const VMSCAN_THROTTLE_ISOLATED = 1;
export const VMSCAN_THROTTLE_NOPROGRESS = 2;
export const VMSCAN_THROTTLE_CONGESTED = 3;

/** Wakes what sleeps for `kind` on this node. */
function wakeAll(k: Kernel, kind: number, nid: number): void {
  const { tasks } = k;
  for (let i = 0; i < tasks.length; i++) {
    const t = tasks[i];
    if (t.waitKind === kind && t.waitArg === nid) wakeUpProcess(k, t);
  }
}

/** skip_throttle_noprogress: waiting would not help: kswapd has given up, or too little is under way to the disk. */
function skipThrottleNoprogress(k: Kernel, node: PgData): boolean {
  if (node.kswapdFailures >= MAX_RECLAIM_RETRIES) return true;
  let reclaimable = 0;
  let pending = 0;
  for (let type = 0; type < node.zones.length; type++) {
    const i = node.zones[type];
    if (i < 0 || k.zones[i].managed === 0) continue;
    reclaimable += zoneReclaimablePages(k, k.zones[i]);
    pending += k.zones[i].stat[NR_ZONE_WRITE_PENDING];
  }
  return 2 * pending <= reclaimable;
}

/**
 * reclaim_throttle: puts the task to sleep, or not: kernel threads other than kswapd never wait, and nobody waits for
 * progress that cannot come.
 *
 * Only a reclaimer that sleeps for a descriptor keeps pages isolated while others run, a batch at most: too few for the
 * wait for isolated pages (HZ/50) to arise.
 */
export function reclaimThrottle(k: Kernel, task: Task, node: PgData, reason: number): void {
  if (task.flags & PF_KTHREAD && !(task.flags & PF_KSWAPD)) return;
  let kind = WAIT_TIMER;
  let timeout = JIFFY;
  if (reason === VMSCAN_THROTTLE_WRITEBACK) {
    kind = WAIT_WRITEBACK;
    timeout = SEC / 10;
    if (node.nrWritebackThrottled === 0) node.nrReclaimStart = node.stat[NR_THROTTLED_WRITTEN];
    node.nrWritebackThrottled++;
  } else if (reason === VMSCAN_THROTTLE_ISOLATED) {
    timeout = (HZ / 50) * JIFFY;
  } else {
    if (skipThrottleNoprogress(k, node)) return;
    if (reason === VMSCAN_THROTTLE_NOPROGRESS) kind = WAIT_NOPROGRESS;
  }
  sleepOn(k, task, kind, node.id, k.now + timeout, TASK_UNINTERRUPTIBLE);
  trace(k.trace, k.now, task.pid, THROTTLED, node.id, timeout / US, reason);
}

/** acct_reclaim_writeback: a page has been written; 32 for each reclaimer that waits for it end the wait. */
export function acctReclaimWriteback(k: Kernel, node: PgData): void {
  if (node.nrWritebackThrottled === 0) return;
  node.stat[NR_THROTTLED_WRITTEN]++;
  let waiting = 0;
  const { tasks } = k;
  for (let i = 0; i < tasks.length; i++) {
    if (tasks[i].waitKind === WAIT_WRITEBACK && tasks[i].waitArg === node.id) waiting++;
  }
  node.nrWritebackThrottled = waiting;
  if (waiting > 0 && node.stat[NR_THROTTLED_WRITTEN] - node.nrReclaimStart > SWAP_CLUSTER_MAX * waiting) {
    wakeAll(k, WAIT_WRITEBACK, node.id);
    node.nrWritebackThrottled = 0;
  }
}

/** consider_reclaim_throttle: at the last priority with nothing found, wait a jiffy; with success, wake those who do. */
export function considerReclaimThrottle(k: Kernel, task: Task, node: PgData, sc: ScanControl): void {
  if (sc.nrReclaimed > Math.floor((sc.nrScanned - sc.prioScanned) / 8)) {
    wakeAll(k, WAIT_NOPROGRESS, node.id);
    return;
  }
  if (sc.kind === 'kswapd' || sc.targetMemcg !== 0) return;
  if (sc.priority === 1 && sc.nrReclaimed === 0) reclaimThrottle(k, task, node, VMSCAN_THROTTLE_NOPROGRESS);
}

/**
 * allow_direct_reclaim: enough of the reserve below the min watermark is left for those who free memory. When it is not,
 * kswapd is woken.
 */
export function allowDirectReclaim(k: Kernel, node: PgData): boolean {
  if (node.kswapdFailures >= MAX_RECLAIM_RETRIES) return true;
  let reserve = 0;
  let free = 0;
  for (let type = 0; type <= ZONE_NORMAL; type++) {
    const i = node.zones[type];
    if (i < 0) continue;
    const z = k.zones[i];
    if (z.managed === 0 || zoneReclaimablePages(k, z) === 0) continue;
    reserve += wmarkPages(z, WMARK_MIN);
    free += z.free;
  }
  if (reserve === 0 || free > Math.floor(reserve / 2)) return true;
  const kswapd = node.kswapd < 0 ? null : findTask(k, node.kswapd);
  if (kswapd !== null) {
    if (node.kswapdHighestZoneidx < 0 || node.kswapdHighestZoneidx > ZONE_NORMAL)
      node.kswapdHighestZoneidx = ZONE_NORMAL;
    wakeKthread(k, kswapd);
  }
  return false;
}

/** Wakes the direct reclaimers that wait for the reserves of this node. */
export const wakeThrottledReclaimers = (k: Kernel, node: PgData): void => wakeAll(k, WAIT_PFMEMALLOC, node.id);

/** The first node of the request with a zone up to Normal: its reserves decide. −1 = none. */
function throttleNode(k: Kernel, sc: ScanControl): number {
  const { zonelist } = k.nodes[sc.zonelistNid];
  for (let i = 0; i < zonelist.length; i++) {
    const z = k.zones[zonelist[i]];
    if (z.type > sc.reclaimIdx || z.type > ZONE_NORMAL) continue;
    if (sc.nodemask !== 0 && !(sc.nodemask & (1 << z.node))) continue;
    return z.node;
  }
  return -1;
}

/**
 * throttle_direct_reclaim: processes wait for kswapd when half of the reserve is gone. §5.9 step 0
 *
 * @param again true when the task has slept here before
 * @returns 'go' = reclaim; 'wait' = asleep, ask again; 'killed' = a fatal signal ended the wait
 */
export function throttleDirectReclaim(
  k: Kernel,
  task: Task,
  sc: ScanControl,
  again: boolean,
): 'go' | 'wait' | 'killed' {
  if (task.flags & PF_KTHREAD) return 'go';
  if (task.sigkill) return again ? 'killed' : 'go';
  const nid = throttleNode(k, sc);
  // Without a kswapd nobody would ever end the wait.
  if (nid < 0 || k.nodes[nid].kswapd < 0) return 'go';
  const fs = (sc.gfp & __GFP_FS) !== 0;
  // Without __GFP_FS the task may hold what kswapd needs: it waits a second at most.
  if (again && !fs && k.now >= sc.dozeUntil) return 'go';
  if (allowDirectReclaim(k, k.nodes[nid])) return 'go';
  if (!again) {
    k.vmEvents[PGSCAN_DIRECT_THROTTLE]++;
    sc.dozeUntil = fs ? Infinity : k.now + SEC;
  }
  sleepOn(k, task, WAIT_PFMEMALLOC, nid, sc.dozeUntil, fs ? TASK_KILLABLE : TASK_INTERRUPTIBLE);
  return 'wait';
}
