/** Eviction's first half: pages of the oldest generation are sorted, or isolated. §6.5. */
import { __GFP_IO } from '../../../include/gfp';
import type { Kernel } from '../../../include/kernel';
import { listAdd, listAddTail, listDel } from '../../../include/list';
import { type Lruvec, MAX_NR_TIERS, MAX_NR_ZONES, MIN_NR_GENS } from '../../../include/mmzone';
import {
  LRU_REFS_WIDTH,
  PG_DIRTY,
  PG_HEAD,
  PG_LOCKED,
  PG_LRU,
  PG_SWAPCACHE,
  PG_UNEVICTABLE,
  PG_WRITEBACK,
  PGZONE_MASK,
  PGZONE_SHIFT,
} from '../../../include/page';
import type { ScanControl } from '../../../include/sched';
import { HPAGE_PMD_NR } from '../../../include/units';
import {
  PGREFILL,
  PGSCAN_ANON,
  PGSCAN_DIRECT,
  PGSCAN_KSWAPD,
  PGSKIP_BASE,
  UNEVICTABLE_PGCULLED,
} from '../../../include/vmstat';
import { countMemcgEvents, MEMCG_PGREFILL, MEMCG_PGSCAN } from '../../memcontrol/stat';
import { folioEvictable, lruvecAddFolio } from '../../swap';
import { batch } from '../batch';
import { MAX_LRU_BATCH, MIN_LRU_BATCH } from './batch';
import { choice, getTierIdx, getTypeToScan } from './ctrl_pos';
import { isolateRun, isolationClears, sorted } from './isolate_run';
import {
  folioIncGen,
  folioLruGen,
  folioLruRefs,
  genList,
  getNrGens,
  lruGenDelFolio,
  lruGenFromSeq,
  lruTierFromRefs,
} from './mm_inline';

/** How many pages `batch` has, and of which type. Meaningless between calls. */
export const isolated = { count: 0, type: 0 };
/** Pages of a zone that could not be isolated. */
const skipped = new Int32Array(MAX_LRU_BATCH);

/** folio_inc_gen and list_move_tail: to the end of the next generation that is evicted first. */
function moveToNext(k: Kernel, lruvec: Lruvec, pfn: number, type: number, zone: number): void {
  const gen = folioIncGen(k, lruvec, pfn, false);
  listDel(k.mem, pfn);
  listAddTail(k.mem, lruvec.lrugen.heads + genList(gen, type, zone), pfn);
}

/** sort_folio: true when the page is not to be evicted now; it has then been moved to where it belongs. */
function sortFolio(k: Kernel, lruvec: Lruvec, sc: ScanControl, pfn: number, type: number, tierIdx: number): boolean {
  const m = k.mem;
  const flags = m.flags[pfn];
  const g = lruvec.lrugen;
  const zone = k.zones[(flags & PGZONE_MASK) >>> PGZONE_SHIFT].type;
  if (!folioEvictable(k, pfn)) {
    lruGenDelFolio(k, pfn, true);
    m.flags[pfn] |= PG_UNEVICTABLE;
    lruvecAddFolio(k, pfn);
    k.vmEvents[UNEVICTABLE_PGCULLED]++;
    return true;
  }

  // Promoted by the aging: it has only been counted with its new generation so far.
  const gen = folioLruGen(flags);
  if (gen !== lruGenFromSeq(g.minSeq[type])) {
    listDel(m, pfn);
    listAdd(m, g.heads + genList(gen, type, zone), pfn);
    return true;
  }

  // Protected: its tier refaults too much.
  const refs = folioLruRefs(flags);
  const tier = lruTierFromRefs(refs);
  if (tier > tierIdx || refs === 1 << LRU_REFS_WIDTH) {
    moveToNext(k, lruvec, pfn, type, zone);
    g.protected[type * MAX_NR_TIERS + tier]++;
    return true;
  }

  // Of no use to this request.
  if (zone > sc.reclaimIdx) {
    moveToNext(k, lruvec, pfn, type, zone);
    return true;
  }

  // Waiting for its writeback. (Later kernels leave that to shrink_folio_list.)
  if (!k.release.sortsBusyPages) return false;
  const dirtyFile = type === 1 && (flags & PG_DIRTY) !== 0;
  if (dirtyFile || flags & (PG_LOCKED | PG_WRITEBACK)) {
    const next = folioIncGen(k, lruvec, pfn, true);
    listDel(m, pfn);
    listAdd(m, g.heads + genList(next, type, zone), pfn);
    return true;
  }
  return false;
}

/** isolate_folio: takes the page off the lists, unless that would lead to I/O that the request may not do. */
function isolateFolio(k: Kernel, sc: ScanControl, pfn: number, type: number): boolean {
  const { flags } = k.mem;
  const f = flags[pfn];
  const dirty = f & PG_DIRTY && (type === 0 || k.release.sortsBusyPages);
  if (!(sc.gfp & __GFP_IO) && (dirty || (type === 0 && !(f & PG_SWAPCACHE)))) return false;
  lruGenDelFolio(k, pfn, true);
  flags[pfn] = (flags[pfn] & ~isolationClears(k, f)) | PG_LRU;
  return true;
}

/**
 * scan_folios: goes through the oldest generation of a type from the tail, the request's own zone first, until 64 pages
 * are isolated or 4096 looked at. A type keeps its two youngest generations in any case.
 *
 * @returns pages looked at; 0 when nothing came of it
 */
function scanFolios(k: Kernel, lruvec: Lruvec, sc: ScanControl, type: number, tier: number): number {
  const m = k.mem;
  const g = lruvec.lrugen;
  isolated.count = 0;
  isolated.type = type;
  if (getNrGens(g, type) === MIN_NR_GENS) return 0;
  const gen = lruGenFromSeq(g.minSeq[type]);
  let remaining = MAX_LRU_BATCH;
  let scanned = 0;
  let moved = 0;
  let taken = 0;
  // A huge page fills the batch.
  let more = 0;
  for (let i = MAX_NR_ZONES; i > 0; i--) {
    const zone = (sc.reclaimIdx + i) % MAX_NR_ZONES;
    const list = genList(gen, type, zone);
    const head = g.heads + list;
    let aside = 0;
    while (m.prev[head] !== head) {
      sorted.count = 0;
      const run = isolateRun(k, lruvec, sc, list, gen, type, tier, taken, MIN_LRU_BATCH - taken, remaining);
      taken += run;
      moved += sorted.count;
      scanned += run + sorted.count;
      remaining -= run + sorted.count;
      if (remaining === 0 || taken >= MIN_LRU_BATCH || m.prev[head] === head) break;
      const pfn = m.prev[head];
      scanned++;
      const pages = m.flags[pfn] & PG_HEAD ? HPAGE_PMD_NR : 1;
      if (sortFolio(k, lruvec, sc, pfn, type, tier)) {
        moved += pages;
        scanned += pages - 1;
      } else if (isolateFolio(k, sc, pfn, type)) {
        batch[taken++] = pfn;
        if (m.flags[pfn] & PG_HEAD) more = MIN_LRU_BATCH;
      } else {
        listDel(m, pfn);
        skipped[aside++] = pfn;
      }
      if (--remaining === 0 || taken + more >= MIN_LRU_BATCH || aside >= MIN_LRU_BATCH) break;
    }
    if (aside > 0) {
      for (let j = 0; j < aside; j++) listAdd(m, head, skipped[j]);
      k.vmEvents[PGSKIP_BASE + zone] += aside;
    }
    if (remaining === 0 || taken + more >= MIN_LRU_BATCH) break;
  }
  // As most often with one of the two types.
  if (scanned === 0) return 0;
  const kswapd = sc.kind === 'kswapd';
  if (sc.targetMemcg === 0) {
    k.vmEvents[kswapd ? PGSCAN_KSWAPD : PGSCAN_DIRECT] += taken;
    k.vmEvents[PGREFILL] += moved;
  }
  countMemcgEvents(k, lruvec.memcg, MEMCG_PGSCAN + (kswapd ? 0 : 1), taken);
  countMemcgEvents(k, lruvec.memcg, MEMCG_PGREFILL, moved);
  k.vmEvents[PGSCAN_ANON + type] += taken;
  k.cost += moved * k.costs.freePage;
  isolated.count = taken;
  return taken > 0 || remaining === 0 ? scanned : 0;
}

/**
 * isolate_folios: chooses a type, and isolates pages of it, or of the other one when there are none. Anonymous pages that
 * are a generation older go first; of the same age, swappiness and the refaults decide. §6.5
 *
 * @returns pages looked at; what was isolated is in `batch` and `isolated`
 */
export function isolateFolios(k: Kernel, lruvec: Lruvec, sc: ScanControl, swappiness: number): number {
  const g = lruvec.lrugen;
  let type = 1;
  let tier = -1;
  if (swappiness === 0) type = 1;
  else if (g.minSeq[0] < g.minSeq[1]) type = 0;
  else if (swappiness === 1) type = 1;
  else if (swappiness === 200) type = 0;
  else if (!(sc.gfp & __GFP_IO)) type = 1;
  else {
    getTypeToScan(g, swappiness);
    type = choice.type;
    tier = choice.tier;
  }
  for (let i = swappiness === 0 ? 1 : 0; i < 2; i++) {
    const scanned = scanFolios(k, lruvec, sc, type, tier < 0 ? getTierIdx(g, type) : tier);
    if (scanned > 0) return scanned;
    type = 1 - type;
    tier = -1;
  }
  isolated.count = 0;
  return 0;
}
