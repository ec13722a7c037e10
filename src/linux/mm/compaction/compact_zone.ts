/**
 * compact_zone: two scanners go towards each other. What the lower one finds movable moves to free pages that the upper
 * one finds, until they meet or a free block of the wanted size exists. §3.7
 *
 * One step moves one cluster of pages, so that a run takes time and can be watched.
 */
import {
  COMPACT_ALL_ORDERS,
  COMPACT_COMPLETE,
  COMPACT_CONTENDED,
  COMPACT_CONTINUE,
  COMPACT_PARTIAL_SKIPPED,
  COMPACT_SUCCESS,
  type CompactControl,
  MIGRATE_ASYNC,
} from '../../include/compaction';
import { MIGRATE_TYPES } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { listEmpty } from '../../include/list';
import type { Zone } from '../../include/mmzone';
import { TASK_RUNNING, type Task } from '../../include/sched';
import { trace, tracepointId } from '../../include/trace';
import { NR_PAGE_ORDERS, PAGEBLOCK_ORDER } from '../../include/units';
import {
  COMPACTFREE_SCANNED,
  COMPACTMIGRATE_SCANNED,
  KCOMPACTD_FREE_SCANNED,
  KCOMPACTD_MIGRATE_SCANNED,
  PGMIGRATE_FAIL,
  PGMIGRATE_SUCCESS,
} from '../../include/vmstat';
import { findTask, pageNode } from '../../kernel/sched/core';
import { migratePage } from '../migrate';
import { freePage } from '../page_alloc';
import { hasSuitableFallback } from '../page_alloc/buddy';
import { drainZonePcp } from '../page_alloc/pcp';
import { folioAddLru, isolatedStat, lruAddDrain } from '../swap';
import { compactionRestarting } from './defer';
import { compactionAlloc, compactionFree, releaseFreeList } from './free_scanner';
import { isolateMigratepages, migratepages, putbackPage } from './migrate_scanner';
import { lastPageblock, pageblockAligned, pageblockStart, resetCachedPositions, resetIsolationSuitable } from './skip';
import { compactionSuitAllocationOrder, extfragForOrder, fragmentationScoreWmark } from './suitable';

const BEGIN = tracepointId('mm_compaction_begin');
const END = tracepointId('mm_compaction_end');

/** kswapd_is_running: proactive compaction keeps out of its way. */
export function kswapdIsRunning(k: Kernel, nid: number): boolean {
  const task = findTask(k, k.nodes[nid].kswapd);
  return task !== null && task.state === TASK_RUNNING;
}

/** compact_finished: a verdict, or COMPACT_CONTINUE. */
function compactFinished(k: Kernel, z: Zone, cc: CompactControl): number {
  if (cc.freePfn >> PAGEBLOCK_ORDER <= cc.migratePfn >> PAGEBLOCK_ORDER) {
    resetCachedPositions(z);
    if (cc.direct) z.compactBlockskipFlush = true;
    return cc.wholeZone ? COMPACT_COMPLETE : COMPACT_PARTIAL_SKIPPED;
  }
  if (cc.proactive) {
    if (kswapdIsRunning(k, z.node)) return COMPACT_PARTIAL_SKIPPED;
    return extfragForOrder(z, PAGEBLOCK_ORDER) > fragmentationScoreWmark(k, true) ? COMPACT_CONTINUE : COMPACT_SUCCESS;
  }
  // A pageblock that was begun is finished: half of it empty is worth nothing.
  if (cc.order === COMPACT_ALL_ORDERS || !pageblockAligned(cc.migratePfn)) return COMPACT_CONTINUE;
  for (let o = cc.order; o < NR_PAGE_ORDERS; o++) {
    if (!listEmpty(k.mem, z.freeHeads + o * MIGRATE_TYPES + cc.migratetype)) return COMPACT_SUCCESS;
    if (hasSuitableFallback(k.mem, z, o, cc.migratetype)) return COMPACT_SUCCESS;
  }
  return COMPACT_CONTINUE;
}

/** Places the scanners. Returns COMPACT_CONTINUE, or the reason why there is nothing to do. */
function begin(k: Kernel, z: Zone, cc: CompactControl): number {
  if (cc.order !== COMPACT_ALL_ORDERS) {
    const r = compactionSuitAllocationOrder(k, z, cc.order, cc.highestZoneidx, cc.allocFlags);
    if (r !== COMPACT_CONTINUE) return r;
    if (compactionRestarting(z, cc.order)) resetIsolationSuitable(k, z);
  }
  const sync = cc.mode === MIGRATE_ASYNC ? 0 : 1;
  const cached = z.compactCachedMigratePfn;
  if (cc.wholeZone) {
    cc.migratePfn = z.base;
    cc.freePfn = lastPageblock(z);
  } else {
    cc.migratePfn = cached[sync];
    cc.freePfn = z.compactCachedFreePfn;
    if (cc.freePfn < z.base || cc.freePfn >= z.end) {
      cc.freePfn = lastPageblock(z);
      z.compactCachedFreePfn = cc.freePfn;
    }
    if (cc.migratePfn < z.base || cc.migratePfn >= z.end) {
      cc.migratePfn = z.base;
      cached[0] = z.base;
      cached[1] = z.base;
    }
    if (cc.migratePfn <= z.compactInitMigratePfn) cc.wholeZone = true;
  }
  cc.updateCached = sync === 0 && cached[0] === cached[1];
  cc.begun = true;
  lruAddDrain(k, k.cpu);
  trace(k.trace, k.now, k.current, BEGIN, cc.zone, cc.migratePfn, cc.freePfn, cc.order);
  return COMPACT_CONTINUE;
}

/** migrate_pages: moves what is isolated. Returns false when there is nowhere to move to any more. */
function migratePages(k: Kernel, cc: CompactControl): boolean {
  let room = true;
  for (const p of migratepages) {
    const to = room ? compactionAlloc(k, cc, 0) : -1;
    if (to < 0) {
      // The first page without a target fails, those behind it are not even tried.
      if (room) k.vmEvents[PGMIGRATE_FAIL]++;
      room = false;
      putbackPage(k, p);
      continue;
    }
    cc.nrMigratepages--;
    const stat = isolatedStat(k.mem.flags[p]);
    if (migratePage(k, p, to)) {
      pageNode(k, p).stat[stat]--;
      folioAddLru(k, to);
      freePage(k, p);
      k.vmEvents[PGMIGRATE_SUCCESS]++;
    } else {
      compactionFree(cc, to, 0);
      putbackPage(k, p);
      k.vmEvents[PGMIGRATE_FAIL]++;
    }
  }
  migratepages.length = 0;
  cc.nrMigratepages = 0;
  return room;
}

/** A finished pageblock's pages are drained to the free lists, where they can merge. */
function checkDrain(k: Kernel, z: Zone, cc: CompactControl): void {
  if (cc.order <= 0 || cc.lastMigratedPfn === 0) return;
  if (cc.lastMigratedPfn >= (cc.migratePfn & ~((1 << cc.order) - 1))) return;
  lruAddDrain(k, k.cpu);
  drainZonePcp(k, z, k.cpu);
  cc.lastMigratedPfn = 0;
}

/** The end of a run, for whatever reason: targets go back, what was scanned is counted. */
function end(k: Kernel, z: Zone, cc: CompactControl, result: number): number {
  if (cc.nrFreepages > 0) {
    const high = pageblockStart(releaseFreeList(k, cc));
    if (high > z.compactCachedFreePfn) z.compactCachedFreePfn = high;
  }
  k.vmEvents[COMPACTMIGRATE_SCANNED] += cc.totalMigrateScanned;
  k.vmEvents[COMPACTFREE_SCANNED] += cc.totalFreeScanned;
  if (!cc.direct && (cc.proactive || cc.order !== COMPACT_ALL_ORDERS)) {
    k.vmEvents[KCOMPACTD_MIGRATE_SCANNED] += cc.totalMigrateScanned;
    k.vmEvents[KCOMPACTD_FREE_SCANNED] += cc.totalFreeScanned;
  }
  trace(k.trace, k.now, k.current, END, cc.zone, result, cc.migratePfn, cc.freePfn);
  return result;
}

/**
 * One step of compact_zone.
 *
 * @param task who compacts; a fatal signal ends it. null: nobody that could be killed
 * @returns COMPACT_CONTINUE: call again; any other: the run is over. COMPACT_SKIPPED: it has not begun
 */
export function compactZoneStep(k: Kernel, task: Task | null, cc: CompactControl): number {
  const z = k.zones[cc.zone];
  if (!cc.begun) {
    const r = begin(k, z, cc);
    if (r !== COMPACT_CONTINUE) return r;
  }
  const verdict = compactFinished(k, z, cc);
  if (verdict !== COMPACT_CONTINUE) return end(k, z, cc, verdict);
  if (task?.sigkill) return end(k, z, cc, COMPACT_CONTENDED);
  cc.finishPageblock = pageblockStart(cc.lastMigratedPfn) === pageblockStart(cc.migratePfn);
  if (isolateMigratepages(k, cc)) {
    cc.updateCached = false;
    cc.lastMigratedPfn = Math.max(z.base, pageblockStart(cc.migratePfn - 1));
    const met = (): boolean => cc.freePfn >> PAGEBLOCK_ORDER <= cc.migratePfn >> PAGEBLOCK_ORDER;
    if (!migratePages(k, cc) && !met()) return end(k, z, cc, COMPACT_CONTENDED);
  } else if (cc.updateCached) {
    z.compactCachedMigratePfn[1] = z.compactCachedMigratePfn[0];
  }
  checkDrain(k, z, cc);
  return COMPACT_CONTINUE;
}

/** Gives up a run that is under way, as when its task dies. */
export function abandonCompaction(k: Kernel, cc: CompactControl): void {
  if (cc.begun) end(k, k.zones[cc.zone], cc, COMPACT_CONTENDED);
}
