/** What is in the page cache: entering pages, finding them, taking them out. §5.2, §8.4. */
import { ensureCache, setCacheEntry } from '../../fs/inode';
import type { Kernel } from '../../include/kernel';
import type { Inode } from '../../include/mm_types';
import { PG_DIRTY, PG_LOCKED, PG_SWAPBACKED, PG_WRITEBACK } from '../../include/page';
import { trace, tracepointId } from '../../include/trace';
import { NR_FILE_PAGES, NR_SHMEM } from '../../include/vmstat';
import { pageNode } from '../../kernel/sched/core';
import { freePage } from '../page_alloc';
import { folioCancelDirty } from '../page-writeback';
import { folioAddLru, lruDelPage } from '../swap';
import { workingsetRefault } from '../workingset';

const ADD_TO_PAGE_CACHE = tracepointId('mm_filemap_add_to_page_cache');

/**
 * filemap_add_folio: enters a new page in a file's cache, and puts it on its way to the lists. A page that was evicted
 * not long ago starts active. §5.13
 */
export function filemapAdd(k: Kernel, inode: Inode, index: number, pfn: number): void {
  filemapInsert(k, inode, index, pfn);
  folioAddLru(k, pfn);
}

/** __filemap_add_folio: the same for a page that is on a list already (a shmem page back from swap). */
export function filemapInsert(k: Kernel, inode: Inode, index: number, pfn: number): void {
  const m = k.mem;
  ensureCache(inode, index);
  const shadow = inode.cache[index];
  setCacheEntry(k, inode, index, pfn + 1);
  inode.nrCached++;
  m.mapping[pfn] = -(inode.id + 1);
  m.index[pfn] = index;
  const node = pageNode(k, pfn);
  node.stat[NR_FILE_PAGES]++;
  if (inode.kind === 'shmem') {
    m.flags[pfn] |= PG_SWAPBACKED;
    node.stat[NR_SHMEM]++;
  } else if (shadow < 0) {
    inode.nrShadows--;
    workingsetRefault(k, pfn, shadow, index < inode.shadowMemcg.length ? inode.shadowMemcg[index] : 0);
  }
  trace(k.trace, k.now, k.current, ADD_TO_PAGE_CACHE, inode.id, index, 1);
}

/**
 * __filemap_remove_folio: takes a page out of its file's cache. It keeps its place on the lists and its memory.
 *
 * @param shadow what to leave in its place: a shadow (< 0), a shmem swap entry, 0 = nothing
 * @param shadowMemcg the memcg that the shadow belongs to
 */
export function filemapRemove(k: Kernel, pfn: number, shadow: number, shadowMemcg = 0): void {
  const m = k.mem;
  const inode = k.inodes[-m.mapping[pfn] - 1];
  setCacheEntry(k, inode, m.index[pfn], shadow);
  inode.nrCached--;
  const node = pageNode(k, pfn);
  node.stat[NR_FILE_PAGES]--;
  if (inode.kind === 'shmem') node.stat[NR_SHMEM]--;
  else if (shadow < 0) noteShadow(inode, m.index[pfn], shadowMemcg);
  folioCancelDirty(k, pfn);
  m.mapping[pfn] = 0;
}

/** Counts a shadow, and remembers whose it is. */
function noteShadow(inode: Inode, index: number, memcg: number): void {
  inode.nrShadows++;
  if (index < inode.shadowMemcg.length) {
    inode.shadowMemcg[index] = memcg;
  } else if (memcg !== 0) {
    const longer = new Uint8Array(inode.cache.length);
    longer.set(inode.shadowMemcg);
    longer[index] = memcg;
    inode.shadowMemcg = longer;
  }
}

/** Drops one cached page for good, dirty or not. It must be neither mapped nor under I/O. */
export function deleteFromPageCache(k: Kernel, inode: Inode, pfn: number): void {
  filemapRemove(k, pfn, 0);
  if (inode.kind === 'shmem') inode.shmemBlocks--;
  lruDelPage(k, pfn);
  freePage(k, pfn);
}

/** The cached page at this place, -1 = none. */
export function filemapGet(inode: Inode, index: number): number {
  return index < inode.cache.length && inode.cache[index] > 0 ? inode.cache[index] - 1 : -1;
}

/**
 * invalidate_mapping_pages (drop_caches): drops the file's cached pages that are clean, not mapped and not under I/O.
 * Files in memory (shmem, ramfs) keep theirs. §8.4
 *
 * @returns pages dropped
 */
export function invalidateMappingPages(k: Kernel, inode: Inode): number {
  if (inode.kind !== 'file') return 0;
  const m = k.mem;
  let dropped = 0;
  for (let i = 0; i < inode.cache.length && inode.nrCached > 0; i++) {
    const pfn = inode.cache[i] - 1;
    if (pfn < 0) continue;
    if (m.mapcount[pfn] > 0 || m.flags[pfn] & (PG_DIRTY | PG_WRITEBACK | PG_LOCKED)) continue;
    deleteFromPageCache(k, inode, pfn);
    dropped++;
  }
  return dropped;
}
