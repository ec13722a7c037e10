/**
 * One batch from one list: isolate, look, put back or free. §5.5, §5.6.
 *
 * A batch is done in one go: pages are isolated and back again before anybody else runs. Only where the descriptors for
 * writing run out does the task sleep in the middle of it (held.ts).
 */
import type { Kernel } from '../../include/kernel';
import { listAdd } from '../../include/list';
import { VM_EXEC } from '../../include/mm_types';
import { type Lruvec, NR_LRU_LISTS } from '../../include/mmzone';
import { PG_ACTIVE, PG_HEAD, PG_SWAPBACKED, PG_WORKINGSET, PGZONE_MASK, PGZONE_SHIFT } from '../../include/page';
import type { ScanControl, Task } from '../../include/sched';
import { trace, tracepointId } from '../../include/trace';
import { HPAGE_PMD_NR } from '../../include/units';
import {
  NR_LRU_BASE,
  NR_ZONE_LRU_BASE,
  PGDEACTIVATE,
  PGREFILL,
  PGSCAN_ANON,
  PGSCAN_DIRECT,
  PGSCAN_FILE,
  PGSCAN_KSWAPD,
  PGSKIP_BASE,
  PGSTEAL_ANON,
  PGSTEAL_DIRECT,
  PGSTEAL_FILE,
  PGSTEAL_KSWAPD,
} from '../../include/vmstat';
import { countMemcgEvents, MEMCG_PGDEACTIVATE, MEMCG_PGREFILL, MEMCG_PGSCAN, MEMCG_PGSTEAL } from '../memcontrol/stat';
import { WB_REASON_VMSCAN, wakeupFlusherThreads } from '../page-writeback';
import { folioReferenced, referenced } from '../rmap';
import { folioEvictable, lruAddDrain, lruAddFolios } from '../swap';
import { lruNoteCost } from '../workingset';
import { batch } from './batch';
import { resumeBatch, resumed, sleepInBatch, unwritten } from './held';
import { clearReclaimStat, newReclaimStat, shrinkFolios } from './shrink_folio_list';

const SHRINK_INACTIVE = tracepointId('mm_vmscan_lru_shrink_inactive');
const SHRINK_ACTIVE = tracepointId('mm_vmscan_lru_shrink_active');

const stat = newReclaimStat();
/** Pages looked at by the last `isolateLruFolios`, those of higher zones included. */
const isolated = { lookedAt: 0 };

/**
 * isolate_lru_folios: takes up to `n` pages from the tail of a list into `batch`. Pages of zones the request cannot use
 * go back to the head and do not count. Returns how many it took.
 */
function isolateLruFolios(k: Kernel, lruvec: Lruvec, lru: number, n: number, reclaimIdx: number): number {
  const m = k.mem;
  const { next, prev, flags } = m;
  const { zones } = k;
  const head = lruvec.heads + lru;
  let taken = 0;
  let looked = 0;
  let firstSkipped = -1;
  // Pages of one zone, which mostly stand together, are uncounted together: those from `uncounted` on.
  let z = zones[0];
  let uncounted = 0;
  let pfn = prev[head];
  while (taken < n && pfn !== head && pfn !== firstSkipped) {
    looked++;
    const before = prev[pfn];
    const zone = zones[(flags[pfn] & PGZONE_MASK) >>> PGZONE_SHIFT];
    if (zone.type > reclaimIdx) {
      k.vmEvents[PGSKIP_BASE + zone.type]++;
      prev[head] = before;
      next[before] = head;
      listAdd(m, head, pfn);
      if (firstSkipped < 0) firstSkipped = pfn;
      pfn = prev[head];
      continue;
    }
    if (zone !== z) {
      z.stat[NR_ZONE_LRU_BASE + lru] -= taken - uncounted;
      lruvec.lruSize[z.type * NR_LRU_LISTS + lru] -= taken - uncounted;
      z = zone;
      uncounted = taken;
    }
    batch[taken++] = pfn;
    pfn = before;
    if (flags[batch[taken - 1]] & PG_HEAD) {
      // It is as many pages as were asked for, and more.
      zone.stat[NR_ZONE_LRU_BASE + lru] -= HPAGE_PMD_NR - 1;
      lruvec.lruSize[zone.type * NR_LRU_LISTS + lru] -= HPAGE_PMD_NR - 1;
      k.nodes[lruvec.nid].stat[NR_LRU_BASE + lru] -= HPAGE_PMD_NR - 1;
      break;
    }
  }
  prev[head] = pfn;
  next[pfn] = head;
  z.stat[NR_ZONE_LRU_BASE + lru] -= taken - uncounted;
  lruvec.lruSize[z.type * NR_LRU_LISTS + lru] -= taken - uncounted;
  k.nodes[lruvec.nid].stat[NR_LRU_BASE + lru] -= taken;
  isolated.lookedAt = looked;
  return taken;
}

/** shrink_inactive_list: tries to free `n` pages (32 at most) from the tail of an inactive list. Returns pages freed. */
export function shrinkInactiveList(
  k: Kernel,
  task: Task,
  sc: ScanControl,
  lruvec: Lruvec,
  lru: number,
  n: number,
): number {
  const file = lru >= 2;
  const ev = k.vmEvents;
  lruAddDrain(k, k.cpu);
  const taken = isolateLruFolios(k, lruvec, lru, n, sc.reclaimIdx);
  const scanned = isolated.lookedAt;
  const kswapd = sc.kind === 'kswapd';
  if (sc.targetMemcg === 0) ev[kswapd ? PGSCAN_KSWAPD : PGSCAN_DIRECT] += scanned;
  countMemcgEvents(k, lruvec.memcg, MEMCG_PGSCAN + (kswapd ? 0 : 1), scanned);
  ev[file ? PGSCAN_FILE : PGSCAN_ANON] += scanned;
  if (taken === 0) return 0;

  sc.nrTaken += taken;
  if (file) sc.nrFileTaken += taken;
  const freed = shrinkBatch(k, task, sc, lruvec, file, taken, 0);
  // Nothing but dirty pages that nobody writes: time for the flusher.
  if (stat.nrUnqueuedDirty === taken) wakeupFlusherThreads(k, WB_REASON_VMSCAN);
  trace(k.trace, k.now, task.pid, SHRINK_INACTIVE, scanned, freed, sc.priority, file ? 1 : 0);
  return freed;
}

/**
 * Shrinks the batch's first `n` pages and puts back what is not freed. The task may be asleep afterwards, with the batch
 * in hand.
 *
 * @param done pages that have been through it before a sleep
 * @returns pages freed
 */
function shrinkBatch(
  k: Kernel,
  task: Task,
  sc: ScanControl,
  lruvec: Lruvec,
  file: boolean,
  n: number,
  done: number,
): number {
  clearReclaimStat(stat);
  const freed = shrinkFolios(k, sc, k.nodes[lruvec.nid], n, stat, done);
  const kept = n - freed - unwritten.count;
  const asleep = unwritten.count > 0;
  if (asleep) sleepInBatch(k, task, sc, kept);
  else lruAddFolios(k, batch, 0, kept);
  const kswapd = sc.kind === 'kswapd';
  if (sc.targetMemcg === 0) k.vmEvents[kswapd ? PGSTEAL_KSWAPD : PGSTEAL_DIRECT] += freed;
  countMemcgEvents(k, lruvec.memcg, MEMCG_PGSTEAL + (kswapd ? 0 : 1), freed);
  k.vmEvents[file ? PGSTEAL_FILE : PGSTEAL_ANON] += freed;
  lruNoteCost(k, lruvec, file, stat.nrPageout, k.release.costCountsRotated && !asleep ? kept : 0);
  sc.nrDirty += stat.nrDirty;
  sc.nrCongested += stat.nrCongested;
  sc.nrUnqueuedDirty += stat.nrUnqueuedDirty;
  sc.nrWriteback += stat.nrWriteback;
  sc.nrImmediate += stat.nrImmediate;
  return freed;
}

/** Goes on with the batch of anonymous pages that the task has slept over. */
export function shrinkHeld(k: Kernel, task: Task, sc: ScanControl, lruvec: Lruvec): void {
  resumeBatch(k, task);
  sc.nrReclaimed += shrinkBatch(k, task, sc, lruvec, false, resumed.count, resumed.done);
}

/**
 * shrink_active_list: moves `n` pages (32 at most) from the tail of an active list to the inactive one. They become old.
 * Only text pages that have been used stay active. §5.6
 */
export function shrinkActiveList(k: Kernel, task: Task, sc: ScanControl, lruvec: Lruvec, lru: number, n: number): void {
  const { flags } = k.mem;
  const file = lru >= 2;
  lruAddDrain(k, k.cpu);
  const taken = isolateLruFolios(k, lruvec, lru, n, sc.reclaimIdx);
  if (sc.targetMemcg === 0) k.vmEvents[PGREFILL] += isolated.lookedAt;
  countMemcgEvents(k, lruvec.memcg, MEMCG_PGREFILL, isolated.lookedAt);
  let rotated = 0;
  let deactivated = 0;
  for (let i = 0; i < taken; i++) {
    const pfn = batch[i];
    if (!folioEvictable(k, pfn)) continue;
    if (folioReferenced(k, pfn) !== 0 && referenced.vmFlags & VM_EXEC && !(flags[pfn] & PG_SWAPBACKED)) {
      rotated++;
    } else {
      flags[pfn] = (flags[pfn] & ~PG_ACTIVE) | PG_WORKINGSET;
      deactivated++;
    }
  }
  lruAddFolios(k, batch, 0, taken);
  k.cost += taken * k.costs.scanPage;
  k.vmEvents[PGDEACTIVATE] += deactivated;
  countMemcgEvents(k, lruvec.memcg, MEMCG_PGDEACTIVATE, deactivated);
  if (rotated > 0) lruNoteCost(k, lruvec, file, 0, rotated);
  trace(k.trace, k.now, task.pid, SHRINK_ACTIVE, taken, deactivated, rotated, sc.priority);
}

/** shrink_list: an inactive list gives pages back; an active one grows older, if it may. Returns pages freed. */
export function shrinkList(k: Kernel, task: Task, sc: ScanControl, lruvec: Lruvec, lru: number, n: number): number {
  if (lru & 1) {
    if (lru === 1 ? sc.mayDeactivateAnon : sc.mayDeactivateFile) shrinkActiveList(k, task, sc, lruvec, lru, n);
    else sc.skippedDeactivate = true;
    return 0;
  }
  return shrinkInactiveList(k, task, sc, lruvec, lru, n);
}
