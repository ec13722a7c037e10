/** The migrate scanner: from the bottom of the zone upwards, it takes pages that can be moved off their lists. §3.7. */
import { COMPACT_CLUSTER_MAX, type CompactControl, MIGRATE_ASYNC, MIGRATE_SYNC } from '../../include/compaction';
import { MIGRATE_MOVABLE } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import {
  PG_BATCHED,
  PG_DIRTY,
  PG_HEAD,
  PG_ISOLATED,
  PG_LRU,
  PG_WRITEBACK,
  PGTYPE_BUDDY,
  PGTYPE_MASK,
  PGTYPE_USER,
} from '../../include/page';
import { HPAGE_PMD_NR, PAGEBLOCK_NR_PAGES, PAGEBLOCK_ORDER } from '../../include/units';
import { COMPACTISOLATED } from '../../include/vmstat';
import { pageNode } from '../../kernel/sched/core';
import { folioPutbackLru, isolatedStat, lruvecDelFolio } from '../swap';
import { isolationSuitable, pageblockAligned, pageblockEnd, updateCachedMigrate } from './skip';

/** Pages isolated and to be migrated, the one found last first. Contents are valid within one step. */
export const migratepages: number[] = [];

/** putback_movable_pages: what could not be moved goes back to its list. */
export function putbackMovablePages(k: Kernel): void {
  for (const p of migratepages) putbackPage(k, p);
  migratepages.length = 0;
}

/** putback_lru_folio for an isolated page. */
export function putbackPage(k: Kernel, p: number): void {
  pageNode(k, p).stat[isolatedStat(k.mem.flags[p])]--;
  folioPutbackLru(k, p);
}

/** suitable_migration_source: an asynchronous direct run leaves pageblocks of other types alone. */
function suitableMigrationSource(k: Kernel, cc: CompactControl, p: number): boolean {
  if (k.mem.flags[p & ~(PAGEBLOCK_NR_PAGES - 1)] & PG_HEAD) return false;
  if (cc.mode !== MIGRATE_ASYNC || !cc.direct) return true;
  const block = k.mem.pageblock[p >> PAGEBLOCK_ORDER];
  return cc.migratetype === MIGRATE_MOVABLE ? block === MIGRATE_MOVABLE : block === cc.migratetype;
}

/** Takes the page off its list if it is on one and the mode is patient enough for it. */
function isolatePage(k: Kernel, cc: CompactControl, p: number): boolean {
  const m = k.mem;
  const f = m.flags[p];
  if ((f & PGTYPE_MASK) !== PGTYPE_USER || (f & (PG_LRU | PG_BATCHED | PG_ISOLATED)) !== PG_LRU) return false;
  if (cc.mode !== MIGRATE_SYNC) {
    if (f & PG_WRITEBACK) return false;
    const mapping = m.mapping[p];
    // Only a file system that can move dirty pages is tried.
    if (f & PG_DIRTY && mapping < 0 && k.inodes[-mapping - 1].kind === 'ramfs') return false;
  }
  lruvecDelFolio(k, p);
  m.flags[p] |= PG_ISOLATED;
  pageNode(k, p).stat[isolatedStat(f)]++;
  migratepages.unshift(p);
  return true;
}

/**
 * isolate_migratepages_block: from `from` to the end of its pageblock, or until a cluster is full. An asynchronous
 * direct run gives up each block of the wanted size that holds a page it cannot move.
 */
function isolateMigratepagesBlock(k: Kernel, cc: CompactControl, from: number, end: number): void {
  const m = k.mem;
  const z = k.zones[cc.zone];
  const skipOnFailure = cc.direct && cc.mode === MIGRATE_ASYNC;
  const size = 1 << Math.max(cc.order, 0);
  let nextSkip = skipOnFailure ? (from & ~(size - 1)) + size : 0;
  let validPage = false;
  let scanned = 0;
  let isolated = 0;
  let p = from;
  for (; p < end; p++) {
    if (skipOnFailure && p >= nextSkip) {
      if (isolated > 0) break;
      nextSkip = (p & ~(size - 1)) + size;
    }
    scanned++;
    if (pageblockAligned(p) && !validPage) {
      if (!isolationSuitable(k, cc, p)) {
        p = end;
        break;
      }
      validPage = true;
    }
    if ((m.flags[p] & PGTYPE_MASK) === PGTYPE_BUDDY) {
      const rest = (1 << m.index[p]) - 1;
      p += rest;
      scanned += rest;
      continue;
    }
    // A huge page is as large as anybody could want; it stays.
    const huge = (m.flags[p] & PG_HEAD) !== 0;
    if (huge) {
      p += HPAGE_PMD_NR - 1;
      scanned += HPAGE_PMD_NR - 1;
    }
    if (!huge && isolatePage(k, cc, p)) {
      // Whoever takes a pageblock on marks it: the next run need not come here again.
      if (isolated === 0 && validPage && !cc.ignoreSkipHint) m.pageblockSkip[p >> PAGEBLOCK_ORDER] = 1;
      isolated++;
      cc.nrMigratepages++;
      if (cc.nrMigratepages >= COMPACT_CLUSTER_MAX && !cc.finishPageblock) {
        p++;
        break;
      }
      continue;
    }
    if (!skipOnFailure) continue;
    if (isolated > 0) {
      putbackMovablePages(k);
      cc.nrMigratepages = 0;
      isolated = 0;
    }
    if (p < nextSkip) {
      p = nextSkip - 1;
      nextSkip += size;
    }
  }
  if (p > end) p = end;
  if (p === end && (isolated === 0 || cc.finishPageblock)) {
    if (validPage && isolated === 0) m.pageblockSkip[(end - 1) >> PAGEBLOCK_ORDER] = 1;
    updateCachedMigrate(z, cc, p);
  }
  cc.totalMigrateScanned += scanned;
  k.cost += scanned * k.costs.compactScan + isolated * k.costs.scanPage;
  k.vmEvents[COMPACTISOLATED] += isolated;
  cc.migratePfn = p;
}

/** isolate_migratepages: the next pageblock worth it. Returns whether any pages were isolated. */
export function isolateMigratepages(k: Kernel, cc: CompactControl): boolean {
  const z = k.zones[cc.zone];
  let from = cc.migratePfn;
  for (let end = pageblockEnd(from); end <= cc.freePfn; end += PAGEBLOCK_NR_PAGES) {
    const whole = pageblockAligned(from) || from === z.base;
    if (whole && !isolationSuitable(k, cc, from)) {
      // Passed by.
    } else if (!suitableMigrationSource(k, cc, from)) {
      updateCachedMigrate(z, cc, end);
    } else {
      isolateMigratepagesBlock(k, cc, from, end);
      break;
    }
    from = end;
    cc.migratePfn = end;
  }
  return cc.nrMigratepages > 0;
}
