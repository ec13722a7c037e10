/** The page cache: adding, removing, reading, writing, mapping. §5.2, §8.4, §8.5. */
import { ensureCache } from '../fs/inode';
import { __GFP_WRITE, GFP_HIGHUSER_MOVABLE, GFP_USER_PAGE } from '../include/gfp';
import type { Kernel } from '../include/kernel';
import {
  type Inode,
  MM_FILEPAGES,
  MM_SHMEMPAGES,
  type MmStruct,
  VM_LOCKED,
  VM_SHARED,
  VM_WRITE,
  type Vma,
} from '../include/mm_types';
import {
  PG_DIRTY,
  PG_LOCKED,
  PG_READAHEAD,
  PG_SWAPBACKED,
  PG_WRITEBACK,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_WRITE,
  PTE_YOUNG,
} from '../include/page';
import type { Task } from '../include/sched';
import { trace, tracepointId } from '../include/trace';
import { NR_FILE_MAPPED, NR_FILE_PAGES, NR_SHMEM, PGMAJFAULT } from '../include/vmstat';
import { pageNode } from '../kernel/sched/core';
import { allocCharged } from './memcontrol';
import { endThrashing, PAGE_SIGBUS, waitForRead } from './memory/codes';
import { mlockFolio } from './mlock';
import { addMmCounterFast } from './mm_counters';
import { ALLOC_WAIT, freePage } from './page_alloc';
import { balanceDirtyPages, folioCancelDirty, setPageDirty } from './page-writeback';
import { ptePtr } from './pgtable';
import { continueReadahead, pageCacheAsyncRa, pageCacheSyncRa, readPage, syncMmapReadahead } from './readahead';
import { shmemRead, shmemWrite } from './shmem';
import { folioAddLru, folioMarkAccessed, lruDelPage } from './swap';
import { workingsetRefault } from './workingset';

/** Pages a fault on a file maps together (fault_around_bytes, 64 KiB). §8.5 */
export const FAULT_AROUND_PAGES = 16;
/** Pages written between two looks at the dirty limits. §8.2 */
const RATELIMIT_PAGES = 32;

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
  inode.cache[index] = pfn + 1;
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
  inode.cache[m.index[pfn]] = shadow;
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

/** filemap_create_folio: the one page that read-ahead did not bring. Returns its pfn, ALLOC_WAIT or ALLOC_NULL. */
function filemapCreate(k: Kernel, task: Task, inode: Inode, index: number): number {
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
const asksForPage = (task: Task): boolean =>
  (task.alloc !== null && task.alloc.gfp === GFP_USER_PAGE) ||
  (task.charge !== null && task.charge.gfp === GFP_USER_PAGE);

/** Waits for a page that is being read. The pages of a read-ahead window are one request: they come all at once. */
function waitForWindow(k: Kernel, task: Task, inode: Inode, index: number, pfn: number): void {
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

/**
 * filemap_fault: the page of a mapped file that is accessed, read from the disk if need be: then it is a major fault.
 *
 * @returns pfn, ALLOC_WAIT, ALLOC_NULL, or PAGE_SIGBUS beyond the end of the file
 */
export function filemapFault(k: Kernel, task: Task, inode: Inode, index: number): number {
  const m = k.mem;
  if (index >= inode.nrPages) return PAGE_SIGBUS;
  if (task.readahead !== null && continueReadahead(k, task) === ALLOC_WAIT) return ALLOC_WAIT;
  let pfn = filemapGet(inode, index);
  if (pfn < 0) {
    if (!task.faultMajor && inode.disk >= 0) {
      task.faultMajor = true;
      k.vmEvents[PGMAJFAULT]++;
    }
    if (!asksForPage(task) && syncMmapReadahead(k, task, inode, index) === ALLOC_WAIT) return ALLOC_WAIT;
    pfn = filemapGet(inode, index);
    if (pfn < 0) pfn = filemapCreate(k, task, inode, index);
    if (pfn < 0) return pfn;
  } else if (m.flags[pfn] & PG_READAHEAD) {
    m.flags[pfn] &= ~PG_READAHEAD;
    pageCacheAsyncRa(k, task, inode, index, 1);
  }
  if (m.flags[pfn] & PG_LOCKED) {
    waitForWindow(k, task, inode, index, pfn);
    return ALLOC_WAIT;
  }
  return pfn;
}

/**
 * filemap_map_pages (fault-around): maps the cached pages of the aligned group of 16 around the address, those that need
 * no I/O and no read-ahead. They count as accessed.
 *
 * @returns true when the page at `vpn` itself is mapped now
 */
export function filemapMapPages(k: Kernel, mm: MmStruct, vma: Vma, vpn: number): boolean {
  const m = k.mem;
  const inode = k.inodes[vma.inode];
  const shmem = inode.kind === 'shmem';
  const first = Math.max(vpn - (vpn % FAULT_AROUND_PAGES), vma.start);
  const last = Math.min(vpn - (vpn % FAULT_AROUND_PAGES) + FAULT_AROUND_PAGES, vma.end);
  const base = ptePtr(k, mm, vpn) - vpn;
  const { entries, used } = k.pgtables;
  const writable = shmem && (vma.flags & (VM_SHARED | VM_WRITE)) === (VM_SHARED | VM_WRITE);
  const bits = writable ? PTE_PRESENT | PTE_YOUNG | PTE_WRITE : PTE_PRESENT | PTE_YOUNG;
  let mapped = 0;
  for (let v = first; v < last; v++) {
    if (entries[base + v] !== 0) continue;
    const index = vma.pgoff + (v - vma.start);
    if (index >= inode.nrPages) break;
    const pfn = filemapGet(inode, index);
    if (pfn < 0 || m.flags[pfn] & (PG_LOCKED | PG_READAHEAD)) continue;
    entries[base + v] = (pfn << PTE_SHIFT) | bits;
    mapped++;
    if (m.mapcount[pfn]++ === 0) pageNode(k, pfn).stat[NR_FILE_MAPPED]++;
    if (vma.flags & VM_LOCKED) mlockFolio(k, pfn);
  }
  if (mapped > 0) {
    used[(base + vpn) >>> 9] += mapped;
    addMmCounterFast(k, mm, shmem ? MM_SHMEMPAGES : MM_FILEPAGES, mapped);
  }
  return entries[base + vpn] !== 0;
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
