/** evict_folios: one batch of the oldest pages: isolate, free or put back. §6.5. */
import type { Kernel } from '../../../include/kernel';
import { type Lruvec, MIN_NR_GENS } from '../../../include/mmzone';
import {
  LRU_REFS_FLAGS,
  LRU_REFS_MASK,
  PG_ACTIVE,
  PG_DIRTY,
  PG_RECLAIM,
  PG_REFERENCED,
  PG_WORKINGSET,
  PG_WRITEBACK,
} from '../../../include/page';
import type { ScanControl, Task } from '../../../include/sched';
import { trace, tracepointId } from '../../../include/trace';
import { PGSTEAL_ANON, PGSTEAL_DIRECT, PGSTEAL_KSWAPD } from '../../../include/vmstat';
import { countMemcgEvents, MEMCG_PGSTEAL } from '../../memcontrol/stat';
import { folioEvictable, lruAddFolios } from '../../swap';
import { batch } from '../batch';
import { resumeBatch, resumed, sleepInBatch, unwritten } from '../held';
import { clearReclaimStat, newReclaimStat, shrinkFolios } from '../shrink_folio_list';
import { IN_USE, lruGenPutBackInUse } from './add_folios';
import { MIN_LRU_BATCH } from './batch';
import { isolated, isolateFolios } from './isolate';
import { getNrGens } from './mm_inline';
import { tryToIncMinSeq } from './seq';

const SHRINK_INACTIVE = tracepointId('mm_vmscan_lru_shrink_inactive');

const stat = newReclaimStat();
/** Rejected pages on their way back. */
const back = new Int32Array(MIN_LRU_BATCH);

/**
 * What shrink_folio_list has not freed goes back: pages that are being written to the second youngest generation, those
 * in use to the youngest. Clean pages may have missed the end of their writeback: they get another try.
 *
 * @returns pages for the other try, in `batch`
 */
function putBack(k: Kernel, kept: number, retried: boolean): number {
  const { flags, mapcount } = k.mem;
  let again = 0;
  let n = 0;
  for (let i = lruGenPutBackInUse(k, batch, kept); i < kept; i++) {
    const pfn = batch[i];
    const f = flags[pfn];
    if (!folioEvictable(k, pfn)) {
      // lru_add sorts it out.
    } else if (f & PG_RECLAIM && f & (PG_DIRTY | PG_WRITEBACK)) {
      if (f & PG_WORKINGSET) flags[pfn] = f | PG_REFERENCED;
    } else if (retried || f & IN_USE || mapcount[pfn] > 0) {
      flags[pfn] = (f & ~(LRU_REFS_MASK | LRU_REFS_FLAGS)) | PG_ACTIVE;
    } else {
      batch[again++] = pfn;
      continue;
    }
    back[n++] = pfn;
  }
  lruAddFolios(k, back, 0, n);
  return again;
}

/**
 * @param swappiness 0 = anonymous pages cannot be evicted
 * @returns pages looked at, and one more when a generation has come to its end; 0 when there is nothing left to evict
 */
export function evictFolios(k: Kernel, task: Task, lruvec: Lruvec, sc: ScanControl, swappiness: number): number {
  let scanned = isolateFolios(k, lruvec, sc, swappiness);
  if (tryToIncMinSeq(k, lruvec, swappiness > 0)) scanned++;
  if (getNrGens(lruvec.lrugen, swappiness > 0 ? 0 : 1) === MIN_NR_GENS) scanned = 0;
  const taken = isolated.count;
  if (taken === 0) return scanned;

  const { type } = isolated;
  if (type === 1) sc.nrFileTaken += taken;
  const total = evictBatch(k, task, lruvec, sc, type, taken, 0);
  trace(k.trace, k.now, task.pid, SHRINK_INACTIVE, taken, total, sc.priority, type);
  return scanned;
}

/**
 * Shrinks the batch's first `n` pages and puts back what is not freed. The task may be asleep afterwards, with the batch
 * in hand.
 *
 * @param done pages that have been through it before a sleep
 * @returns pages freed
 */
function evictBatch(
  k: Kernel,
  task: Task,
  lruvec: Lruvec,
  sc: ScanControl,
  type: number,
  n: number,
  done: number,
): number {
  let total = 0;
  let from = done;
  for (let retried = false; n > 0; retried = true) {
    clearReclaimStat(stat);
    const freed = shrinkFolios(k, sc, k.nodes[lruvec.nid], n, stat, from);
    total += freed;
    sc.nrUnqueuedDirty += stat.nrUnqueuedDirty;
    const kept = n - freed - unwritten.count;
    if (unwritten.count > 0) {
      sleepInBatch(k, task, sc, kept);
      break;
    }
    n = putBack(k, kept, retried);
    from = 0;
  }
  sc.nrReclaimed += total;
  const kswapd = sc.kind === 'kswapd';
  if (sc.targetMemcg === 0) k.vmEvents[kswapd ? PGSTEAL_KSWAPD : PGSTEAL_DIRECT] += total;
  countMemcgEvents(k, lruvec.memcg, MEMCG_PGSTEAL + (kswapd ? 0 : 1), total);
  k.vmEvents[PGSTEAL_ANON + type] += total;
  return total;
}

/** Goes on with the batch of anonymous pages that the task has slept over. */
export function lruGenShrinkHeld(k: Kernel, task: Task, lruvec: Lruvec, sc: ScanControl): void {
  resumeBatch(k, task);
  evictBatch(k, task, lruvec, sc, 0, resumed.count, resumed.done);
}
