/** shrink_node under the multi-gen LRU, in the steps of the state machine. §6.4, §6.5. */
import { __GFP_IO } from '../../../include/gfp';
import type { Kernel } from '../../../include/kernel';
import { MEMCG_LOW } from '../../../include/memcontrol';
import {
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  type Lruvec,
  type PgData,
  WMARK_HIGH,
  wmarkPages,
} from '../../../include/mmzone';
import type { ScanControl, Task } from '../../../include/sched';
import { clamp, DEF_PRIORITY } from '../../../include/units';
import { NR_LRU_BASE } from '../../../include/vmstat';
import { memCgroupGetNrSwapPages, memcgMemoryEvent } from '../../memcontrol';
import { zoneWatermarkOk } from '../../page_alloc';
import { memCgroupBelowLow, memCgroupBelowMin } from '../../page_counter';
import { WB_REASON_VMSCAN, wakeupFlusherThreads } from '../../page-writeback';
import { lruAddDrain } from '../../swap';
import { isHolding } from '../held';
import { canReclaimAnonPages } from '../scan_balance';
import { beginNodeTally } from '../scan_control';
import { shouldRunAging, tryToIncMaxSeq } from './aging';
import { MIN_LRU_BATCH } from './batch';
import { evictFolios } from './evict';
import {
  beginMemcgWalk,
  endMemcgTurn,
  lruGenRotateMemcg,
  MEMCG_LRU_STAY,
  MEMCG_LRU_TAIL,
  MEMCG_LRU_YOUNG,
  nextMemcg,
} from './memcg_lru';
import { lruvecGenSize } from './mm_inline';

/** get_swappiness: 0 when anonymous pages cannot be evicted. */
export function getSwappiness(k: Kernel, lruvec: Lruvec, sc: ScanControl): number {
  if (!sc.maySwap || memCgroupGetNrSwapPages(k, lruvec.memcg) < MIN_LRU_BATCH) return 0;
  return k.sysctl.swappiness;
}

/** fls: position of the highest set bit, 1-based. */
const fls = (n: number): number => (n <= 0 ? 0 : 32 - Math.clz32(n));

/** set_initial_priority: who wants many pages begins with as much as will probably do. */
export function setInitialPriority(k: Kernel, node: PgData, sc: ScanControl): void {
  if (sc.priority !== DEF_PRIORITY || sc.nrToReclaim < MIN_LRU_BATCH) return;
  let reclaimable = node.stat[NR_LRU_BASE + LRU_INACTIVE_FILE];
  if (canReclaimAnonPages(k)) reclaimable += node.stat[NR_LRU_BASE + LRU_INACTIVE_ANON];
  sc.priority = clamp(fls(reclaimable) - 1 - fls(sc.nrToReclaim - 1), DEF_PRIORITY / 2, DEF_PRIORITY);
}

/** should_abort_scan: enough reclaimed, or for kswapd: all its zones are safe. */
function shouldAbortScan(k: Kernel, node: PgData, sc: ScanControl): boolean {
  // In a cgroup each shall give its part.
  if (sc.targetMemcg !== 0) return false;
  if (sc.nrReclaimed >= Math.max(sc.nrToReclaim, 2 << sc.order)) return true;
  if (sc.kind !== 'kswapd' || sc.order > 0) return false;
  for (let type = 0; type <= sc.reclaimIdx && type < node.zones.length; type++) {
    const i = node.zones[type];
    if (i < 0 || k.zones[i].managed === 0) continue;
    const z = k.zones[i];
    if (!zoneWatermarkOk(k, z, 0, wmarkPages(z, WMARK_HIGH) + MIN_LRU_BATCH, sc.reclaimIdx, 0)) return false;
  }
  return true;
}

/**
 * get_nr_to_scan: how much to evict at this priority. When cold pages run out a new generation is begun instead, and this
 * lruvec left alone for now (−1); not at the first priority, where what there is has to do.
 */
function getNrToScan(k: Kernel, lruvec: Lruvec, sc: ScanControl, canSwap: boolean): number {
  if (memCgroupBelowMin(k, sc.targetMemcg, lruvec.memcg)) return -1;
  const g = lruvec.lrugen;
  const outOfCold = g.minSeq[canSwap ? 0 : 1] + 2 > g.maxSeq;
  const total = outOfCold ? 0 : lruvecGenSize(g, canSwap);
  // Of a cgroup that has been removed all is scraped together.
  if (total > 0 && !k.memcgs[lruvec.memcg].online) return total;
  if (!shouldRunAging(g, canSwap) || sc.priority === DEF_PRIORITY) return total >> sc.priority;
  tryToIncMaxSeq(k, lruvec, canSwap);
  return -1;
}

/** lru_gen_shrink_node's beginning. Returns false when there is nothing to do for a reclaim that may not write. */
export function lruGenBeginNode(k: Kernel, node: PgData, sc: ScanControl): boolean {
  beginNodeTally(sc);
  sc.reclaimedBefore = 0;
  sc.lruvecScanned = 0;
  if (!sc.mayWritepage || !sc.mayUnmap) return false;
  lruAddDrain(k, k.cpu);
  setInitialPriority(k, node, sc);
  if (sc.kind === 'kswapd') {
    sc.reclaimedBefore = sc.nrReclaimed;
    sc.nrReclaimed = 0;
  }
  sc.memcg = 0;
  if (k.memcgs.length === 1) {
    lruGenBeginLruvec(k, node.lruvecs[0], sc);
    return true;
  }
  beginMemcgWalk(k, node, sc);
  return nextUnprotected(k, node, sc);
}

/** The beginning of try_to_shrink_lruvec. */
export function lruGenBeginLruvec(k: Kernel, lruvec: Lruvec, sc: ScanControl): void {
  sc.lruvecScanned = 0;
  sc.swappiness = getSwappiness(k, lruvec, sc);
  // Clean file pages are more likely to be found.
  if (sc.swappiness > 0 && !(sc.gfp & __GFP_IO)) sc.swappiness = 1;
}

/** The beginning of shrink_one: on to the next memcg that is not protected. False when the walk is over. */
function nextUnprotected(k: Kernel, node: PgData, sc: ScanControl): boolean {
  for (let id = nextMemcg(node, sc); id >= 0; id = nextMemcg(node, sc)) {
    const lruvec = node.lruvecs[id];
    if (memCgroupBelowMin(k, 0, id)) {
      endMemcgTurn(k, lruvec, sc, MEMCG_LRU_YOUNG);
      continue;
    }
    if (memCgroupBelowLow(k, 0, id)) {
      if (lruvec.lrugen.memcgSeg !== MEMCG_LRU_TAIL) {
        endMemcgTurn(k, lruvec, sc, MEMCG_LRU_TAIL);
        if (shouldAbortScan(k, node, sc)) return false;
        continue;
      }
      memcgMemoryEvent(k, id, MEMCG_LOW);
    }
    sc.memcg = id;
    lruGenBeginLruvec(k, lruvec, sc);
    return true;
  }
  return false;
}

/** lruvec_is_sizable: large enough to be of help at this priority. */
export function lruvecIsSizable(k: Kernel, lruvec: Lruvec, sc: ScanControl): boolean {
  const total = lruvecGenSize(lruvec.lrugen, getSwappiness(k, lruvec, sc) > 0);
  return (k.memcgs[lruvec.memcg].online ? total >> sc.priority : total) > 0;
}

/** shrink_many, after the turn of a memcg: what becomes of it, and on to the next. False when the walk is over. */
export function lruGenNextLruvec(k: Kernel, node: PgData, sc: ScanControl): boolean {
  if (k.memcgs.length === 1) return false;
  const lruvec = node.lruvecs[sc.memcg];
  let op = MEMCG_LRU_STAY;
  if (sc.lruvecAged && k.memcgs[sc.memcg].online) op = MEMCG_LRU_YOUNG;
  else if (sc.lruvecAged || !lruvecIsSizable(k, lruvec, sc)) {
    op = lruvec.lrugen.memcgSeg !== MEMCG_LRU_TAIL ? MEMCG_LRU_TAIL : MEMCG_LRU_YOUNG;
  }
  const abort = shouldAbortScan(k, node, sc);
  endMemcgTurn(k, lruvec, sc, op);
  return !abort && nextUnprotected(k, node, sc);
}

/** lru_gen_shrink_lruvec's end, in the reclaim of a cgroup. */
export function lruGenEndLruvec(k: Kernel, lruvec: Lruvec, sc: ScanControl): void {
  if (sc.lruvecAged && lruvec.memcg !== 0) lruGenRotateMemcg(k, lruvec, MEMCG_LRU_YOUNG);
}

/** One round of try_to_shrink_lruvec: one batch. Returns true when there is another one to come. */
export function lruGenShrinkRound(k: Kernel, task: Task, lruvec: Lruvec, sc: ScanControl): boolean {
  const nrToScan = getNrToScan(k, lruvec, sc, sc.swappiness > 0);
  sc.lruvecAged = nrToScan < 0;
  if (nrToScan > 0) {
    const scanned = evictFolios(k, task, lruvec, sc, sc.swappiness);
    sc.lruvecScanned += scanned;
    if (isHolding(k, task)) return true;
    if (scanned > 0 && sc.lruvecScanned < nrToScan && !shouldAbortScan(k, k.nodes[lruvec.nid], sc)) return true;
  }
  // The oldest pages are all dirty, and nobody writes them.
  if (sc.nrUnqueuedDirty > 0 && sc.nrUnqueuedDirty === sc.nrFileTaken) wakeupFlusherThreads(k, WB_REASON_VMSCAN);
  return false;
}

/** lru_gen_shrink_node's end. */
export function lruGenEndNode(node: PgData, sc: ScanControl): void {
  sc.nrReclaimed += sc.reclaimedBefore;
  sc.reclaimedBefore = 0;
  if (sc.nrReclaimed > sc.nodeReclaimed) node.kswapdFailures = 0;
}
