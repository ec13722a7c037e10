/** read(2) and write(2) through the page cache. §8.2, §8.4. */
import { __GFP_WRITE, GFP_HIGHUSER_MOVABLE, GFP_USER_PAGE } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import type { Inode } from '../../include/mm_types';
import { PG_LOCKED, PG_READAHEAD } from '../../include/page';
import type { Task } from '../../include/sched';
import { allocCharged } from '../memcontrol';
import { endThrashing, waitForRead } from '../memory/codes';
import { ALLOC_WAIT } from '../page_alloc';
import { balanceDirtyPages, setPageDirty } from '../page-writeback';
import { continueReadahead, pageCacheAsyncRa, pageCacheSyncRa, readPage } from '../readahead';
import { shmemRead, shmemWrite } from '../shmem';
import { folioMarkAccessed } from '../swap';
import { filemapAdd, filemapGet } from './cache';

/** Pages written between two looks at the dirty limits. §8.2 */
const RATELIMIT_PAGES = 32;

/** filemap_create_folio: the one page that read-ahead did not bring. Returns its pfn, ALLOC_WAIT or ALLOC_NULL. */
export function filemapCreate(k: Kernel, task: Task, inode: Inode, index: number): number {
  const pfn = allocCharged(k, task, task.memcg, GFP_USER_PAGE, GFP_HIGHUSER_MOVABLE);
  if (pfn < 0) return pfn;
  filemapAdd(k, inode, index, pfn);
  readPage(k, inode, index, pfn);
  return pfn;
}

/**
 * True while the task waits for the one page it cannot do without: read-ahead has failed for it already, and asking for
 * that again would throw away what the wait has brought.
 */
export const asksForPage = (task: Task): boolean =>
  (task.alloc !== null && task.alloc.gfp === GFP_USER_PAGE) ||
  (task.charge !== null && task.charge.gfp === GFP_USER_PAGE);

/** Waits for a page that is being read. The pages of a read-ahead window are one request: they come all at once. */
export function waitForWindow(k: Kernel, task: Task, inode: Inode, index: number, pfn: number): void {
  const last = Math.min(inode.raStart + inode.raSize, inode.nrPages) - 1;
  const end = index >= inode.raStart && index <= last ? filemapGet(inode, last) : -1;
  waitForRead(k, task, end >= 0 && k.mem.flags[end] & PG_LOCKED ? end : pfn);
}

/** folio_get, folio_put: while read(2) waits for a page, reclaim cannot take it away. */
function holdPage(k: Kernel, task: Task, pfn: number): void {
  if (task.heldPage === 0) k.heldPages++;
  task.heldPage = pfn + 1;
}

export function putHeldPage(k: Kernel, task: Task): void {
  if (task.heldPage === 0) return;
  task.heldPage = 0;
  k.heldPages--;
}

/** True when somebody's read(2) waits for the page, or has not run again since. */
export function isHeldPage(k: Kernel, pfn: number): boolean {
  if (k.heldPages === 0) return false;
  const { tasks } = k;
  for (let i = 0; i < tasks.length; i++) if (tasks[i].heldPage === pfn + 1) return true;
  return false;
}

/**
 * read(2): copies pages [index, index + nr) of a file to the program, reading ahead of it.
 *
 * @returns pages read before something was not there yet: 0 at the end of the file; ALLOC_WAIT or ALLOC_NULL when the
 *   first one is not there. The task may sleep after a short read: go on from where it ended
 */
export function filemapRead(k: Kernel, task: Task, inode: Inode, index: number, nr: number): number {
  if (inode.kind === 'shmem') return shmemRead(k, task, inode, index, nr);
  if (task.thrashing) endThrashing(k, task);
  putHeldPage(k, task);
  const m = k.mem;
  const end = Math.min(index + nr, inode.nrPages);
  for (let i = index; i < end; i++) {
    if (task.readahead !== null && continueReadahead(k, task) === ALLOC_WAIT) return i > index ? i - index : ALLOC_WAIT;
    let pfn = filemapGet(inode, i);
    if (pfn < 0) {
      if (!asksForPage(task) && pageCacheSyncRa(k, task, inode, i, end - i) === ALLOC_WAIT) {
        return i > index ? i - index : ALLOC_WAIT;
      }
      pfn = filemapGet(inode, i);
      if (pfn < 0) pfn = filemapCreate(k, task, inode, i);
      if (pfn < 0) return i > index ? i - index : pfn;
    }
    if (m.flags[pfn] & PG_READAHEAD) {
      m.flags[pfn] &= ~PG_READAHEAD;
      pageCacheAsyncRa(k, task, inode, i, end - i);
    }
    if (m.flags[pfn] & PG_LOCKED) {
      waitForWindow(k, task, inode, i, pfn);
      holdPage(k, task, pfn);
      return i > index ? i - index : ALLOC_WAIT;
    }
    folioMarkAccessed(k, pfn);
    inode.raPrev = i;
    k.cost += k.costs.readPage;
  }
  return Math.max(0, end - index);
}

/**
 * write(2) of whole pages [index, index + nr) of a file on a disk (or in a ramfs): they become dirty in the cache, and
 * the file longer if need be. A writer that is too fast for the disk sleeps. §8.2
 *
 * @returns pages written; ALLOC_WAIT, ALLOC_NULL, or for a tmpfs -ENOSPC, when not even the first one could be. The task
 *   may sleep afterwards
 */
export function filemapWrite(k: Kernel, task: Task, inode: Inode, index: number, nr: number): number {
  if (inode.kind === 'shmem') return shmemWrite(k, task, inode, index, nr);
  const m = k.mem;
  let done = 0;
  for (; done < nr; done++) {
    const i = index + done;
    let pfn = filemapGet(inode, i);
    if (pfn < 0) {
      pfn = allocCharged(k, task, task.memcg, GFP_USER_PAGE | __GFP_WRITE, GFP_HIGHUSER_MOVABLE);
      if (pfn < 0) return done > 0 ? done : pfn;
      if (i >= inode.nrPages) inode.nrPages = i + 1;
      filemapAdd(k, inode, i, pfn);
    } else if (m.flags[pfn] & PG_LOCKED) {
      waitForRead(k, task, pfn);
      return done > 0 ? done : ALLOC_WAIT;
    }
    if (i >= inode.nrPages) inode.nrPages = i + 1;
    m.flags[pfn] &= ~PG_READAHEAD;
    setPageDirty(k, pfn);
    folioMarkAccessed(k, pfn);
    k.cost += k.costs.copyPage;
    if ((i + 1) % RATELIMIT_PAGES === 0 && inode.disk >= 0 && balanceDirtyPages(k, task, RATELIMIT_PAGES)) {
      return done + 1;
    }
  }
  return done;
}

/** write(2) with O_APPEND: `nr` pages at the end of the file; as filemapWrite. */
export const filemapAppend = (k: Kernel, task: Task, inode: Inode, nr: number): number =>
  filemapWrite(k, task, inode, inode.nrPages, nr);
