/** shrink_folio_list: the fate of one isolated page. §5.3, §5.4. */

import { bioAtHand } from '../../block/bio';
import { completeBios } from '../../block/blk-mq';
import { __GFP_FS, __GFP_IO } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { PGDAT_DIRTY, type PgData } from '../../include/mmzone';
import {
  PG_ACTIVE,
  PG_DIRTY,
  PG_HEAD,
  PG_ISOLATED,
  PG_MLOCKED,
  PG_RECLAIM,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PG_WRITEBACK,
} from '../../include/page';
import type { ScanControl } from '../../include/sched';
import { trace, tracepointId } from '../../include/trace';
import { HPAGE_PMD_NR } from '../../include/units';
import {
  NR_VMSCAN_IMMEDIATE,
  NR_VMSCAN_WRITE,
  PGACTIVATE,
  PGLAZYFREED,
  THP_SWPOUT_FALLBACK,
} from '../../include/vmstat';
import { filemapRemove, isHeldPage } from '../filemap';
import { splitHugePage } from '../huge_memory/split';
import { memCgroupSwapFull } from '../memcontrol';
import { setSlotShadowMemcg } from '../memcontrol/slot';
import { countMemcgEvents, MEMCG_PGACTIVATE } from '../memcontrol/stat';
import { folioMemcg } from '../mmzone';
import { freeUnrefFolios } from '../page_alloc';
import { swapIsQueued, swapWritepage } from '../page_io';
import { writeFilePage } from '../page-writeback';
import { dropAnonVmaPage, tryToUnmap } from '../rmap';
import { shmemWritepage } from '../shmem';
import { lruvecAddFolioLast } from '../swap';
import { addToSwap, deleteFromSwapCache } from '../swap_state';
import { freeSwapCache } from '../swapfile';
import { shadowMemcgOf, workingsetEviction } from '../workingset';
import { batch, ptes, verdicts } from './batch';
import { evictRun, evictsRuns } from './evict_run';
import { examineFolios } from './examine';
import { unwritten } from './held';
import { MIN_LRU_BATCH } from './lru_gen/batch';
import { ACTIVATE, FREE, KEEP, ORPHAN, RECLAIM, RECLAIM_CLEAN, REF_KEEP } from './verdict';

const WRITE_FOLIO = tracepointId('mm_vmscan_write_folio');

/** reclaim_stat: what a batch of pages was like. */
export interface ReclaimStat {
  nrDirty: number;
  nrUnqueuedDirty: number;
  nrCongested: number;
  nrWriteback: number;
  nrImmediate: number;
  nrPageout: number;
  nrActivate: number;
  nrRefKeep: number;
  nrUnmapFail: number;
}
export const newReclaimStat = (): ReclaimStat => ({
  nrDirty: 0,
  nrUnqueuedDirty: 0,
  nrCongested: 0,
  nrWriteback: 0,
  nrImmediate: 0,
  nrPageout: 0,
  nrActivate: 0,
  nrRefKeep: 0,
  nrUnmapFail: 0,
});
export function clearReclaimStat(st: ReclaimStat): void {
  st.nrDirty = 0;
  st.nrUnqueuedDirty = 0;
  st.nrCongested = 0;
  st.nrWriteback = 0;
  st.nrImmediate = 0;
  st.nrPageout = 0;
  st.nrActivate = 0;
  st.nrRefKeep = 0;
  st.nrUnmapFail = 0;
}

/** Those of the batch that are to be freed. Meaningless between calls. */
const freeList = new Int32Array(MIN_LRU_BATCH);

/**
 * __remove_mapping: takes a clean, unmapped page away from its owner and leaves a shadow. Returns false when it has
 * become dirty or somebody holds it.
 *
 * @param reclaimed false when it goes for another reason than reclaim: no shadow then
 * @param target the memcg that reclaim is for, 0 = global
 */
export function removeMapping(k: Kernel, pfn: number, reclaimed: boolean, target = 0): boolean {
  const m = k.mem;
  const flags = m.flags[pfn];
  if (flags & PG_DIRTY) return false;
  if (flags & PG_SWAPCACHE) {
    const slot = m.index[pfn];
    const memcg = shadowMemcgOf(k, pfn, target);
    const shadow = reclaimed ? workingsetEviction(k, pfn, target) : 0;
    const used = k.swap.map[slot] > 0;
    deleteFromSwapCache(k, pfn, shadow);
    if (!used) dropAnonVmaPage(k, m.mapping[pfn]);
    else setSlotShadowMemcg(k, slot, memcg);
  } else {
    if (isHeldPage(k, pfn)) return false;
    const memcg = shadowMemcgOf(k, pfn, target);
    filemapRemove(k, pfn, reclaimed && !(flags & PG_SWAPBACKED) ? workingsetEviction(k, pfn, target) : 0, memcg);
  }
  return true;
}

/** pageout: starts the write of a dirty page. */
function pageout(k: Kernel, sc: ScanControl, node: PgData, pfn: number): number {
  const { flags, index } = k.mem;
  if (!(flags[pfn] & PG_SWAPCACHE) && !pageoutFile(k, pfn)) return ACTIVATE;
  if (flags[pfn] & PG_SWAPCACHE) swapWritepage(k, pfn, sc.plug);
  node.stat[NR_VMSCAN_WRITE]++;
  const f = flags[pfn];
  trace(k.trace, k.now, k.current, WRITE_FOLIO, pfn, f & PG_SWAPCACHE ? index[pfn] : -1);
  // A synchronous device is done already: the page can go at once, unless there was an error.
  if (!(f & PG_WRITEBACK)) return f & PG_DIRTY ? KEEP : FREE;
  flags[pfn] = f | PG_RECLAIM;
  return KEEP;
}

/** The write of a file's page; one of shared memory moves to the swap cache instead, which fails when swap is full. */
function pageoutFile(k: Kernel, pfn: number): boolean {
  const inode = k.inodes[-k.mem.mapping[pfn] - 1];
  return inode.kind === 'shmem' ? shmemWritepage(k, pfn) : inode.disk >= 0 && writeFilePage(k, pfn, inode);
}

/**
 * A huge page on its way to swap is taken apart: its frames are next in line at the end of the list, its head goes at
 * once. (A kernel writes it as a whole where the swap device has 512 slots in a row.)
 */
function evictHuge(k: Kernel, sc: ScanControl, node: PgData, head: number, st: ReclaimStat): number {
  if (!(sc.gfp & __GFP_IO)) return KEEP;
  if (k.swap.free <= 0) return ACTIVATE;
  const frames: number[] = [];
  splitHugePage(k, head, frames);
  k.vmEvents[THP_SWPOUT_FALLBACK]++;
  for (const p of frames) lruvecAddFolioLast(k, p);
  return k.mem.mapcount[head] > 0 ? evictFolio(k, sc, node, head, RECLAIM, -1, st) : releaseOrphan(k, head);
}

/** Takes an orphan out of the swap cache. */
function releaseOrphan(k: Kernel, pfn: number): number {
  const mapping = k.mem.mapping[pfn];
  if (k.mem.flags[pfn] & PG_SWAPCACHE) freeSwapCache(k, pfn);
  dropAnonVmaPage(k, mapping);
  return FREE;
}

/**
 * The eviction of a page that nobody has used: swap slot, unmapping, write, and away from its owner.
 *
 * @param references RECLAIM or RECLAIM_CLEAN
 * @param pte as for tryToUnmap
 */
function evictFolio(
  k: Kernel,
  sc: ScanControl,
  node: PgData,
  pfn: number,
  references: number,
  pte: number,
  st: ReclaimStat,
): number {
  const { flags, mapping, mapcount } = k.mem;
  let f = flags[pfn];
  const anon = mapping[pfn] > 0;
  if (anon && (f & (PG_SWAPBACKED | PG_SWAPCACHE)) === PG_SWAPBACKED) {
    if (!(sc.gfp & __GFP_IO)) return KEEP;
    if (!addToSwap(k, pfn)) return ACTIVATE;
  }
  const fileLru = !(f & PG_SWAPBACKED);
  if (mapcount[pfn] > 0 && !tryToUnmap(k, pfn, pte)) {
    st.nrUnmapFail++;
    return ACTIVATE;
  }

  f = flags[pfn];
  if (f & PG_DIRTY) {
    if (fileLru && !anon && !(sc.kind === 'kswapd' && f & PG_RECLAIM && node.flags & PGDAT_DIRTY)) {
      // The flusher is better at writing files; the page is freed right after its writeback.
      node.stat[NR_VMSCAN_IMMEDIATE]++;
      flags[pfn] = f | PG_RECLAIM;
      return ACTIVATE;
    }
    if (references === RECLAIM_CLEAN) return KEEP;
    if (!(sc.gfp & __GFP_FS) && !(f & PG_SWAPCACHE && sc.gfp & __GFP_IO)) return KEEP;
    if (!sc.mayWritepage) return KEEP;
    const verdict = pageout(k, sc, node, pfn);
    if (verdict !== ACTIVATE) st.nrPageout++;
    if (verdict !== FREE) return verdict;
  }

  if (anon && !(f & PG_SWAPBACKED)) {
    k.vmEvents[PGLAZYFREED]++;
    dropAnonVmaPage(k, mapping[pfn]);
    return FREE;
  }
  return removeMapping(k, pfn, true, sc.targetMemcg) ? FREE : KEEP;
}

function countScanned(k: Kernel, sc: ScanControl, n: number): void {
  k.cost += n * k.costs.scanPage;
  sc.nrScanned += n;
}

/** Whether the eviction of a page with these flags writes to a swap device that does not do it at once. */
const writesLater = (k: Kernel, flags: number): boolean =>
  (flags & PG_SWAPBACKED) !== 0 && (flags & (PG_SWAPCACHE | PG_DIRTY)) !== PG_SWAPCACHE && swapIsQueued(k);

/** Nothing is done with the page but to put it back. */
const stays = (verdict: number): boolean => verdict === KEEP || verdict === REF_KEEP || verdict === ACTIVATE;

/** activate_locked: the page is to become active where it is put back. */
function activate(k: Kernel, pfn: number, st: ReclaimStat): void {
  const { flags } = k.mem;
  const f = flags[pfn];
  if (f & PG_SWAPCACHE && (f & PG_MLOCKED || memCgroupSwapFull(k, pfn))) freeSwapCache(k, pfn);
  if (f & PG_MLOCKED) return;
  flags[pfn] |= PG_ACTIVE;
  const n = f & PG_HEAD ? HPAGE_PMD_NR : 1;
  st.nrActivate += n;
  k.vmEvents[PGACTIVATE] += n;
  countMemcgEvents(k, folioMemcg(k, pfn), MEMCG_PGACTIVATE, n);
}

/**
 * shrink_folio_list: decides about the `n` pages of the batch, in order. Those freed go to the allocator, the others stand
 * at the beginning of the batch afterwards, in order; but those that there was no descriptor to write with are `unwritten`.
 *
 * @param st gets what they were like
 * @param from the pages before that one have been through it already
 * @returns pages freed
 */
export function shrinkFolios(k: Kernel, sc: ScanControl, node: PgData, n: number, st: ReclaimStat, from = 0): number {
  const { flags } = k.mem;
  let freed = 0;
  let kept = from;
  unwritten.count = 0;
  // No page's verdict depends on a later page. Asked for all in one go, the processor waits for several pages' data at once.
  let nobodyWrites = examineFolios(k, sc, node, from, n, st) && from === 0;
  for (; kept < n && stays(verdicts[kept]); kept++) if (verdicts[kept] === ACTIVATE) activate(k, batch[kept], st);
  const runs = kept < n && evictsRuns(k, sc);
  for (let i = kept; i < n; i++) {
    if (runs && verdicts[i] === RECLAIM) {
      const end = evictRun(k, sc, node, i, n, st);
      if (i === 0 && end === n) {
        // All of them, as most often.
        countScanned(k, sc, n);
        freeUnrefFolios(k, batch, n);
        return n;
      }
      while (i < end) freeList[freed++] = batch[i++];
      if (i === n) break;
    }
    const pfn = batch[i];
    let verdict = verdicts[i];
    if (verdict === KEEP) {
      batch[kept++] = pfn;
      continue;
    }
    if (verdict === RECLAIM && writesLater(k, flags[pfn])) {
      if (unwritten.count === 0 && !bioAtHand(k)) interruptBatch(k, kept, true);
      if (unwritten.count > 0 || !bioAtHand(k)) {
        unwritten.pages[unwritten.count++] = pfn;
        continue;
      }
    }
    if (!stays(verdict)) nobodyWrites = false;
    if (verdict === ORPHAN) verdict = releaseOrphan(k, pfn);
    else if (verdict === RECLAIM || verdict === RECLAIM_CLEAN)
      verdict =
        flags[pfn] & PG_HEAD ? evictHuge(k, sc, node, pfn, st) : evictFolio(k, sc, node, pfn, verdict, ptes[i], st);
    if (verdict === FREE) {
      freeList[freed++] = pfn;
      continue;
    }
    if (verdict === ACTIVATE) activate(k, pfn, st);
    batch[kept++] = pfn;
  }
  countScanned(k, sc, n - from - unwritten.count);
  if (freed > 0) freeUnrefFolios(k, freeList, freed);
  if (!nobodyWrites) interruptBatch(k, kept, false);
  return freed;
}

/**
 * What the device has finished by now has interrupted the batch: those of its own pages that are among it miss their move
 * to the tail.
 */
function interruptBatch(k: Kernel, kept: number, outOfBios: boolean): void {
  const { flags } = k.mem;
  let writing = 0;
  for (let i = 0; i < kept; i++) {
    if (!(flags[batch[i]] & PG_WRITEBACK)) continue;
    flags[batch[i]] |= PG_ISOLATED;
    writing++;
  }
  if (writing > 0 || outOfBios) completeBios(k, k.now + k.cost);
}
