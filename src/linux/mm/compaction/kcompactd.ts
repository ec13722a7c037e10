/** kcompactd: compaction in the background, on demand and ahead of it. §3.7. */
import {
  COMPACT_COMPLETE,
  COMPACT_CONTINUE,
  COMPACT_MAX_DEFER_SHIFT,
  COMPACT_PARTIAL_SKIPPED,
  COMPACT_SUCCESS,
  MIGRATE_SYNC_LIGHT,
} from '../../include/compaction';
import { ALLOC_WMARK_MIN } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { type KcompactdRun, MAX_NR_ZONES, type PgData } from '../../include/mmzone';
import { TASK_INTERRUPTIBLE, type Task, WAIT_KTHREAD } from '../../include/sched';
import { trace, tracepointId } from '../../include/trace';
import { MS } from '../../include/units';
import { KCOMPACTD_WAKE } from '../../include/vmstat';
import { findTask, sleepOn, wakeKthread } from '../../kernel/sched/core';
import { psiMemstallEnter, psiMemstallLeave } from '../../kernel/sched/psi';
import { drainAllPages } from '../page_alloc';
import { compactZoneStep, kswapdIsRunning } from './compact_zone';
import { newCompactControl } from './control';
import { compactionDeferReset, compactionDeferred, deferCompaction } from './defer';
import { compactionSuitAllocationOrder, fragmentationScoreNode, fragmentationScoreWmark } from './suitable';

const WAKE = tracepointId('mm_compaction_kcompactd_wake');
/** HPAGE_FRAG_CHECK_INTERVAL_MSEC: how often it looks by itself. ns. */
const CHECK_INTERVAL = 500 * MS;

/** kcompactd_node_suitable: is there a zone where it could do something? */
function nodeSuitable(k: Kernel, node: PgData): boolean {
  const highest = node.kcompactdHighestZoneidx;
  for (let type = 0; type <= highest && type < node.zones.length; type++) {
    const i = node.zones[type];
    if (i < 0 || k.zones[i].present === 0) continue;
    const r = compactionSuitAllocationOrder(k, k.zones[i], node.kcompactdMaxOrder, highest, ALLOC_WMARK_MIN);
    if (r === COMPACT_CONTINUE) return true;
  }
  return false;
}

/** wakeup_kcompactd: notes what is wanted, and wakes it if it could help. Order 0 needs no compaction. */
export function wakeupKcompactd(k: Kernel, node: PgData, order: number, highestZoneidx: number): void {
  if (order === 0 || node.kcompactd < 0) return;
  if (node.kcompactdMaxOrder < order) node.kcompactdMaxOrder = order;
  if (node.kcompactdHighestZoneidx > highestZoneidx) node.kcompactdHighestZoneidx = highestZoneidx;
  const task = findTask(k, node.kcompactd);
  if (task === null || task.waitKind !== WAIT_KTHREAD || !nodeSuitable(k, node)) return;
  wakeKthread(k, task);
}

function goToSleep(k: Kernel, task: Task, node: PgData, timeout: number): void {
  node.kcompactdRun = null;
  const wakeAt = k.sysctl.compaction_proactiveness > 0 ? k.now + timeout : Infinity;
  sleepOn(k, task, WAIT_KTHREAD, node.id, wakeAt, TASK_INTERRUPTIBLE);
}

const newRun = (proactive: boolean, node: PgData, score: number): KcompactdRun => ({
  proactive,
  order: node.kcompactdMaxOrder,
  highestZoneidx: proactive ? MAX_NR_ZONES - 1 : node.kcompactdHighestZoneidx,
  zone: 0,
  cc: null,
  score,
});

/** What it is to do now that it is awake: what was asked for, else what the node's fragmentation suggests. */
function beginRun(k: Kernel, task: Task, node: PgData): void {
  if (node.kcompactdMaxOrder > 0) {
    k.vmEvents[KCOMPACTD_WAKE]++;
    trace(k.trace, k.now, task.pid, WAKE, node.id, node.kcompactdMaxOrder, node.kcompactdHighestZoneidx);
    psiMemstallEnter(k, task);
    node.kcompactdRun = newRun(false, node, 0);
    return;
  }
  const score = fragmentationScoreNode(k, node);
  const wanted = k.sysctl.compaction_proactiveness > 0 && !kswapdIsRunning(k, node.id);
  if (wanted && score > fragmentationScoreWmark(k, false)) node.kcompactdRun = newRun(true, node, score);
  else goToSleep(k, task, node, CHECK_INTERVAL);
}

/** The next zone of the run. Returns false when there is none. */
function beginZone(k: Kernel, node: PgData, run: KcompactdRun): boolean {
  while (run.zone <= run.highestZoneidx && run.zone < node.zones.length) {
    const type = run.zone++;
    const i = node.zones[type];
    if (i < 0 || k.zones[i].present === 0) continue;
    if (run.proactive) {
      run.cc = newCompactControl(i, {
        mode: MIGRATE_SYNC_LIGHT,
        proactive: true,
        wholeZone: true,
        ignoreSkipHint: true,
      });
      return true;
    }
    const z = k.zones[i];
    if (compactionDeferred(z, run.order)) continue;
    if (compactionSuitAllocationOrder(k, z, run.order, type, ALLOC_WMARK_MIN) !== COMPACT_CONTINUE) continue;
    run.cc = newCompactControl(i, {
      order: run.order,
      mode: MIGRATE_SYNC_LIGHT,
      highestZoneidx: run.highestZoneidx,
    });
    return true;
  }
  return false;
}

function endRun(k: Kernel, task: Task, node: PgData, run: KcompactdRun): void {
  if (run.proactive) {
    // Nothing gained: leave it for half a minute.
    const gained = fragmentationScoreNode(k, node) < run.score;
    goToSleep(k, task, node, gained ? CHECK_INTERVAL : CHECK_INTERVAL * 2 ** COMPACT_MAX_DEFER_SHIFT);
    return;
  }
  // What was asked for meanwhile stays asked for.
  if (node.kcompactdMaxOrder <= run.order) node.kcompactdMaxOrder = 0;
  if (node.kcompactdHighestZoneidx >= run.highestZoneidx) node.kcompactdHighestZoneidx = MAX_NR_ZONES - 1;
  psiMemstallLeave(k, task);
  if (node.kcompactdMaxOrder > 0) node.kcompactdRun = null;
  else goToSleep(k, task, node, CHECK_INTERVAL);
}

/**
 * One step of a node's kcompactd: one cluster of pages, or one of the small decisions before and after. It puts itself to
 * sleep.
 *
 * @param task the kernel thread whose pid stands in `PgData.kcompactd`
 */
export function kcompactdStep(k: Kernel, task: Task): void {
  const node = k.nodes.find((n) => n.kcompactd === task.pid);
  if (!node) return;
  const run = node.kcompactdRun;
  if (run === null) {
    beginRun(k, task, node);
    return;
  }
  if (run.cc === null) {
    if (!beginZone(k, node, run)) endRun(k, task, node, run);
    return;
  }
  const status = compactZoneStep(k, null, run.cc);
  if (status === COMPACT_CONTINUE) return;
  const z = k.zones[run.cc.zone];
  run.cc = null;
  if (run.proactive) return;
  if (status === COMPACT_SUCCESS) {
    compactionDeferReset(z, run.order, false);
  } else if (status === COMPACT_PARTIAL_SKIPPED || status === COMPACT_COMPLETE) {
    // Per-cpu lists may hold the missing pages.
    drainAllPages(k, z);
    deferCompaction(z, run.order);
  }
}
