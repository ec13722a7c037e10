/** The free scanner: from the top of the zone downwards, it takes free pages for others to move to. §3.7. */
import { COMPACT_CLUSTER_MAX, type CompactControl, MIGRATE_ASYNC } from '../../include/compaction';
import { MIGRATE_HIGHATOMIC, MIGRATE_MOVABLE } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { WMARK_MIN, type Zone } from '../../include/mmzone';
import { PGTYPE_BUDDY, PGTYPE_ISOLATED, PGTYPE_MASK, PGZONE_MASK } from '../../include/page';
import { NR_PAGE_ORDERS, PAGEBLOCK_NR_PAGES, PAGEBLOCK_ORDER } from '../../include/units';
import { COMPACTISOLATED } from '../../include/vmstat';
import { freePages } from '../page_alloc';
import { convertPageblock, delFromFreeList } from '../page_alloc/buddy';
import { zoneWatermarkOk } from '../page_alloc/watermarks';
import { isolationSuitable, pageblockEnd, pageblockStart, updatePageblockSkip } from './skip';

/** suitable_migration_target: a movable pageblock that is not one large free block already. */
function suitableMigrationTarget(k: Kernel, cc: CompactControl, p: number): boolean {
  const m = k.mem;
  const wanted = cc.order > 0 ? cc.order : PAGEBLOCK_ORDER;
  if ((m.flags[p] & PGTYPE_MASK) === PGTYPE_BUDDY && m.index[p] >= wanted) return false;
  return cc.ignoreBlockSuitable || m.pageblock[p >> PAGEBLOCK_ORDER] === MIGRATE_MOVABLE;
}

/** __isolate_free_page: takes a whole block off the free lists, if the min watermark allows it. */
function isolateFreePage(k: Kernel, z: Zone, p: number, order: number): boolean {
  const m = k.mem;
  if (!zoneWatermarkOk(k, z, 0, z.watermark[WMARK_MIN] + (1 << order), 0, 0)) return false;
  delFromFreeList(m, z, p, order);
  z.free -= 1 << order;
  if (order >= PAGEBLOCK_ORDER - 1) {
    for (let b = pageblockStart(p); b < p + (1 << order); b += PAGEBLOCK_NR_PAGES) {
      if (m.pageblock[b >> PAGEBLOCK_ORDER] !== MIGRATE_HIGHATOMIC) convertPageblock(m, z, b, MIGRATE_MOVABLE);
    }
  }
  for (let q = p; q < p + (1 << order); q++) m.flags[q] = (m.flags[q] & PGZONE_MASK) | PGTYPE_ISOLATED;
  return true;
}

/** isolate_freepages_block: from `from` on until there are enough or `end`. Returns how far it got. */
function isolateFreepagesBlock(k: Kernel, cc: CompactControl, from: number, end: number, stride: number): number {
  const m = k.mem;
  const z = k.zones[cc.zone];
  let scanned = 0;
  let isolated = 0;
  let p = from;
  for (; p < end; p += stride) {
    scanned++;
    if ((m.flags[p] & PGTYPE_MASK) !== PGTYPE_BUDDY) continue;
    const order = m.index[p];
    if (!isolateFreePage(k, z, p, order)) break;
    const size = 1 << order;
    cc.freepages[order].push(p);
    scanned += size - 1;
    isolated += size;
    cc.nrFreepages += size;
    if (cc.nrMigratepages <= cc.nrFreepages) {
      p += size;
      break;
    }
    p += size - 1;
  }
  cc.totalFreeScanned += scanned;
  k.cost += scanned * k.costs.compactScan;
  k.vmEvents[COMPACTISOLATED] += isolated;
  return p > end ? end : p;
}

/** isolate_freepages: as many free pages as there are pages to move, if they lie above the migrate scanner. */
function isolateFreepages(k: Kernel, cc: CompactControl): void {
  const z = k.zones[cc.zone];
  const low = pageblockEnd(cc.migratePfn);
  let from = cc.freePfn;
  let start = pageblockStart(from);
  let end = Math.min(start + PAGEBLOCK_NR_PAGES, z.end);
  let stride = cc.mode === MIGRATE_ASYNC ? COMPACT_CLUSTER_MAX : 1;
  for (; start >= low; end = start, start -= PAGEBLOCK_NR_PAGES, from = start) {
    if (start < z.base || !suitableMigrationTarget(k, cc, start) || !isolationSuitable(k, cc, start)) continue;
    const before = cc.nrFreepages;
    from = isolateFreepagesBlock(k, cc, from, end, stride);
    if (from === end) updatePageblockSkip(k, z, start, start - PAGEBLOCK_NR_PAGES);
    if (cc.nrFreepages >= cc.nrMigratepages) {
      if (from >= end) from = start - PAGEBLOCK_NR_PAGES;
      break;
    }
    if (from < end) break;
    stride = cc.nrFreepages > before ? 1 : Math.min(COMPACT_CLUSTER_MAX, stride << 1);
  }
  cc.freePfn = from;
}

/** compaction_alloc: a free block of this order to move to, split from a larger one if need be. -1 = none. */
export function compactionAlloc(k: Kernel, cc: CompactControl, order: number): number {
  for (let again = 0; again < 2; again++) {
    for (let o = order; o < NR_PAGE_ORDERS; o++) {
      const p = cc.freepages[o].shift();
      if (p === undefined) continue;
      for (let half = o - 1; half >= order; half--) cc.freepages[half].unshift(p + (1 << half));
      cc.nrFreepages -= 1 << order;
      return p;
    }
    if (again === 0) isolateFreepages(k, cc);
  }
  return -1;
}

/** compaction_free: a target that was not needed after all. */
export function compactionFree(cc: CompactControl, p: number, order: number): void {
  cc.freepages[order].unshift(p);
  cc.nrFreepages += 1 << order;
}

/** release_free_list: gives the targets that are left back. Returns the highest pfn among them, 0 = none. */
export function releaseFreeList(k: Kernel, cc: CompactControl): number {
  let high = 0;
  cc.freepages.forEach((blocks, order) => {
    for (const p of blocks) {
      freePages(k, p, order);
      if (p > high) high = p;
    }
    blocks.length = 0;
  });
  cc.nrFreepages = 0;
  return high;
}
