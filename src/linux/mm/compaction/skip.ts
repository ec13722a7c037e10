/** Where earlier runs got to, and the pageblocks they found nothing in. §3.7. */
import { type CompactControl, MIGRATE_ASYNC } from '../../include/compaction';
import { MIGRATE_MOVABLE } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import type { PgData, Zone } from '../../include/mmzone';
import { PG_LRU, PGTYPE_BUDDY, PGTYPE_MASK } from '../../include/page';
import { PAGEBLOCK_NR_PAGES, PAGEBLOCK_ORDER } from '../../include/units';

/** pageblock_start_pfn, pageblock_end_pfn. */
export const pageblockStart = (p: number): number => p & ~(PAGEBLOCK_NR_PAGES - 1);
export const pageblockEnd = (p: number): number => pageblockStart(p) + PAGEBLOCK_NR_PAGES;
export const pageblockAligned = (p: number): boolean => (p & (PAGEBLOCK_NR_PAGES - 1)) === 0;

/** First pfn of a zone's last pageblock: where the free scanner begins. */
export const lastPageblock = (z: Zone): number => pageblockStart(z.end - 1);

/** reset_cached_positions: the next run begins at the ends of the zone again. */
export function resetCachedPositions(z: Zone): void {
  z.compactCachedMigratePfn[0] = z.base;
  z.compactCachedMigratePfn[1] = z.base;
  z.compactCachedFreePfn = lastPageblock(z);
}

/** isolation_suitable: earlier runs have not given this pageblock up. */
export const isolationSuitable = (k: Kernel, cc: CompactControl, p: number): boolean =>
  cc.ignoreSkipHint || k.mem.pageblockSkip[p >> PAGEBLOCK_ORDER] === 0;

/** update_cached_migrate: the migrate scanner has passed `p`. */
export function updateCachedMigrate(z: Zone, cc: CompactControl, p: number): void {
  const end = pageblockEnd(p);
  if (end > z.compactCachedMigratePfn[0]) z.compactCachedMigratePfn[0] = end;
  if (cc.mode !== MIGRATE_ASYNC && end > z.compactCachedMigratePfn[1]) z.compactCachedMigratePfn[1] = end;
}

/** update_pageblock_skip: the free scanner is through with the pageblock at `p`; the next one is at `next`. */
export function updatePageblockSkip(k: Kernel, z: Zone, p: number, next: number): void {
  k.mem.pageblockSkip[p >> PAGEBLOCK_ORDER] = 1;
  if (next < z.compactCachedFreePfn) z.compactCachedFreePfn = next;
}

/** __reset_isolation_pfn: a pageblock has pages to move (or free ones to move to) again. Looks at every eighth page. */
function resetIsolationPfn(k: Kernel, z: Zone, p: number, source: boolean, target: boolean): boolean {
  const m = k.mem;
  const block = p >> PAGEBLOCK_ORDER;
  if (source && target && m.pageblockSkip[block] === 0) return true;
  if (!source && target && m.pageblock[block] !== MIGRATE_MOVABLE) return false;
  const from = Math.max(pageblockStart(p), z.base);
  const to = Math.min(pageblockEnd(p), z.end);
  for (let q = from; q < to; q += 8) {
    const f = m.flags[q];
    if ((source && f & PG_LRU) || (target && (f & PGTYPE_MASK) === PGTYPE_BUDDY)) {
      m.pageblockSkip[block] = 0;
      return true;
    }
  }
  return false;
}

/** __reset_isolation_suitable: forgets the hints where they no longer hold, and begins there. */
export function resetIsolationSuitable(k: Kernel, z: Zone): void {
  if (!z.compactBlockskipFlush) return;
  z.compactBlockskipFlush = false;
  let migrate = z.base;
  let free = z.end - 1;
  let resetMigrate = free;
  let resetFree = migrate;
  let sourceSet = false;
  let freeSet = false;
  for (; migrate < free; migrate += PAGEBLOCK_NR_PAGES, free -= PAGEBLOCK_NR_PAGES) {
    if (resetIsolationPfn(k, z, migrate, true, sourceSet) && migrate < resetMigrate) {
      sourceSet = true;
      resetMigrate = migrate;
      z.compactInitMigratePfn = migrate;
      z.compactCachedMigratePfn[0] = migrate;
      z.compactCachedMigratePfn[1] = migrate;
    }
    if (resetIsolationPfn(k, z, free, freeSet, true) && free > resetFree) {
      freeSet = true;
      resetFree = free;
      z.compactCachedFreePfn = free;
    }
  }
  if (resetMigrate >= resetFree) {
    z.compactCachedMigratePfn[0] = migrate;
    z.compactCachedMigratePfn[1] = migrate;
    z.compactCachedFreePfn = free;
  }
}

/** reset_isolation_suitable: of all zones of a node, when its kswapd goes to sleep. */
export function resetNodeIsolationSuitable(k: Kernel, node: PgData): void {
  for (const i of node.zones) if (i >= 0 && k.zones[i].present > 0) resetIsolationSuitable(k, k.zones[i]);
}
