/** Read-ahead of files: how much to read before it is asked for. §8.5. */
import { fileSector, REQ_OP_READ, submitBio } from '../block/blk-mq';
import { GFP_READAHEAD } from '../include/gfp';
import type { Kernel } from '../include/kernel';
import type { Inode } from '../include/mm_types';
import { PG_LOCKED, PG_READAHEAD } from '../include/page';
import type { Task } from '../include/sched';
import { filemapAdd, filemapGet } from './filemap';
import { allocCharged } from './memcontrol';
import { ALLOC_NULL, ALLOC_WAIT, freePage } from './page_alloc';

/** VM_READAHEAD_PAGES: the largest window, 128 KiB. */
export const RA_PAGES = 32;

/** get_init_ra_size: the first window for a read of `req` pages. */
function initRaSize(req: number, max: number): number {
  let n = 1;
  while (n < req) n <<= 1;
  if (n <= max / 32) return n * 4;
  if (n <= max / 4) return n * 2;
  return max;
}

/** get_next_ra_size: the window after one of `size` pages. */
function nextRaSize(size: number, max: number): number {
  if (size < max / 16) return 4 * size;
  if (size <= max / 2) return 2 * size;
  return max;
}

/** Starts the read of a page that has just been entered in the cache; a file without a disk is filled with zeros. */
export function readPage(k: Kernel, inode: Inode, index: number, pfn: number): void {
  if (inode.disk < 0) {
    k.cost += k.costs.clearPage;
    return;
  }
  k.mem.flags[pfn] |= PG_LOCKED;
  submitBio(k, inode.disk, pfn, REQ_OP_READ, fileSector(inode, index));
}

/** Begins a window: file pages [start, start + size), with the marker that starts the next one. */
function begin(
  k: Kernel,
  task: Task,
  inode: Inode,
  start: number,
  size: number,
  asyncSize: number,
  sync = true,
): number {
  inode.raStart = start;
  inode.raSize = size;
  inode.raAsyncSize = asyncSize;
  task.readahead = {
    inode: inode.id,
    next: start,
    end: Math.min(start + size, inode.nrPages),
    mark: asyncSize > 0 ? start + size - asyncSize : -1,
    sync,
    pages: [],
  };
  return continueReadahead(k, task);
}

/**
 * read_pages: starts the reads of the pages that the window at hand has brought so far, as one request where they are
 * neighbours.
 */
function readPages(k: Kernel, task: Task): void {
  const ra = task.readahead;
  if (ra === null) return;
  const inode = k.inodes[ra.inode];
  for (const pfn of ra.pages) readPage(k, inode, k.mem.index[pfn], pfn);
  ra.pages.length = 0;
}

/** Ends the window at hand where it is; what it has brought is read. */
export function endReadahead(k: Kernel, task: Task): void {
  readPages(k, task);
  task.readahead = null;
}

/**
 * page_cache_ra_unbounded: adds the pages of the window at hand that are not cached, locked, and starts their reads when
 * it is complete. Until then reclaim leaves them alone, or a window could eat its own beginning while memory is short.
 * It ends at the first page there is no memory for: read-ahead tries reclaim once and fails quietly.
 *
 * @returns 0 when over, ALLOC_WAIT while that try is under way (call again)
 */
export function continueReadahead(k: Kernel, task: Task): number {
  const ra = task.readahead;
  if (ra === null) return 0;
  const inode = k.inodes[ra.inode];
  for (; ra.next < ra.end; ra.next++) {
    if (filemapGet(inode, ra.next) >= 0) continue;
    const pfn = allocCharged(k, task, task.memcg, GFP_READAHEAD, GFP_READAHEAD);
    if (pfn === ALLOC_WAIT) {
      // A task that does not need the window may not come back for long.
      if (!ra.sync) readPages(k, task);
      return ALLOC_WAIT;
    }
    if (pfn === ALLOC_NULL) break;
    if (ra.next >= inode.nrPages) {
      freePage(k, pfn);
      break;
    }
    filemapAdd(k, inode, ra.next, pfn);
    k.mem.flags[pfn] |= ra.next === ra.mark ? PG_READAHEAD | PG_LOCKED : PG_LOCKED;
    ra.pages.push(pfn);
  }
  endReadahead(k, task);
  return 0;
}

/**
 * page_cache_sync_ra: a read of `req` pages from `index` on found nothing cached. From the beginning of the file, or
 * behind what was read last, a window is read; elsewhere only what was asked for.
 *
 * @returns 0 or ALLOC_WAIT
 */
export function pageCacheSyncRa(k: Kernel, task: Task, inode: Inode, index: number, req: number): number {
  if (inode.disk < 0) return 0;
  const max = RA_PAGES;
  const wanted = Math.min(req, max);
  if (index === 0 || req > max || index === inode.raPrev || index === inode.raPrev + 1) {
    const size = initRaSize(wanted, max);
    // An oversized read is taken as sequential from the start.
    return begin(k, task, inode, index, size, size > wanted ? size - wanted : size >> 1);
  }
  if (index === inode.raStart + inode.raSize) {
    const size = nextRaSize(inode.raSize, max);
    return begin(k, task, inode, index, size, size);
  }
  // A random read leaves the window as it was.
  const { raStart, raSize, raAsyncSize } = inode;
  const r = begin(k, task, inode, index, wanted, 0);
  inode.raStart = raStart;
  inode.raSize = raSize;
  inode.raAsyncSize = raAsyncSize;
  return r;
}

/**
 * page_cache_async_ra: the reader has come to the marker: the next window is begun, in the background.
 *
 * @returns 0 or ALLOC_WAIT (the reader need not wait for it)
 */
export function pageCacheAsyncRa(k: Kernel, task: Task, inode: Inode, index: number, req: number): number {
  const max = RA_PAGES;
  if (inode.disk < 0) return 0;
  const expected = index === inode.raStart + inode.raSize - inode.raAsyncSize;
  let start = inode.raStart + inode.raSize;
  let size = nextRaSize(inode.raSize, max);
  if (!expected) {
    // Somebody else's marker: go on behind what is cached.
    start = index + 1;
    while (start < inode.nrPages && start - index <= max && filemapGet(inode, start) >= 0) start++;
    if (start - index > max) return 0;
    size = nextRaSize(start - index + Math.min(req, max), max);
  }
  if (start >= inode.nrPages) return 0;
  return begin(k, task, inode, start, size, size, false);
}

/**
 * do_sync_mmap_readahead: a fault on a page that is not cached reads the window around it.
 *
 * @returns 0 or ALLOC_WAIT
 */
export function syncMmapReadahead(k: Kernel, task: Task, inode: Inode, index: number): number {
  if (inode.disk < 0) return 0;
  return begin(k, task, inode, Math.max(0, index - RA_PAGES / 2), RA_PAGES, RA_PAGES / 4);
}
