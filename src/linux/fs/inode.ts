/** Files, shmem objects and their page caches: creating, finding, dropping. */
import type { Kernel } from '../include/kernel';
import type { Inode } from '../include/mm_types';
import { PG_LOCKED, PG_WRITEBACK } from '../include/page';
import { TASK_UNINTERRUPTIBLE, type Task } from '../include/sched';
import { waitOnPage } from '../kernel/sched/core';
import { deleteFromPageCache } from '../mm/filemap';
import { ALLOC_WAIT } from '../mm/page_alloc';
import { shmemFreeSwapEntry } from '../mm/shmem';
import { vmUnacctMemory } from '../mm/util';

export interface InodeInit {
  name: string;
  kind: Inode['kind'];
  /** Length in pages. */
  nrPages: number;
  /** Index in `Kernel.disks`; -1 for shmem and ramfs. */
  disk?: number;
  /** 1 = it has a name in a directory (default); 0 = it lives as long as it is mapped. */
  links?: number;
  /** tmpfs: most pages it may hold; none when not given. */
  shmemLimit?: number;
}

/** A new file or shmem object with an empty page cache. */
export function createInode(k: Kernel, init: InodeInit): Inode {
  let id = k.inodes.findIndex((i) => i.name === '' && i.links === 0 && i.mappers.length === 0 && i.nrCached === 0);
  if (id < 0) id = k.inodes.length;
  const inode: Inode = {
    id,
    name: init.name,
    kind: init.kind,
    nrPages: init.nrPages,
    cache: new Int32Array(0),
    shadowMemcg: new Uint8Array(0),
    nrCached: 0,
    nrShadows: 0,
    links: init.links ?? 1,
    disk: init.disk ?? -1,
    mappers: [],
    shmemBlocks: 0,
    acctPages: 0,
    shmemLimit: init.shmemLimit ?? Number.MAX_SAFE_INTEGER,
    dirtiedWhen: 0,
    nrDirty: 0,
    raStart: 0,
    raSize: 0,
    raAsyncSize: 0,
    raPrev: -1,
  };
  k.inodes[id] = inode;
  return inode;
}

/** The file of this name, or null. */
export function findInode(k: Kernel, name: string): Inode | null {
  for (const i of k.inodes) if (i.name === name && i.links > 0) return i;
  return null;
}

/** Makes room in the page cache's array for file page `index`. */
export function ensureCache(inode: Inode, index: number): void {
  if (index < inode.cache.length) return;
  const doubled = Math.max(64, inode.cache.length * 2);
  // A file that is being appended to has no length to stop at.
  const cap = Math.max(index + 1, index < inode.nrPages ? Math.min(inode.nrPages, doubled) : doubled);
  const cache = new Int32Array(cap);
  cache.set(inode.cache);
  inode.cache = cache;
}

/**
 * truncate_inode_pages: drops the cached pages from file page `from` on, dirty ones too, and the swap slots of a shmem
 * object. They must not be mapped.
 *
 * @returns 0, or ALLOC_WAIT: the task sleeps until a page's I/O is done, call again
 */
export function truncateInodePages(k: Kernel, task: Task, inode: Inode, from: number): number {
  const cache = inode.cache;
  for (let i = from; i < cache.length && inode.nrCached + inode.nrShadows + inode.shmemBlocks > 0; i++) {
    const c = cache[i];
    if (c === 0) continue;
    if (c > 0) {
      const pfn = c - 1;
      if (k.mem.flags[pfn] & (PG_LOCKED | PG_WRITEBACK)) {
        waitOnPage(k, task, pfn, TASK_UNINTERRUPTIBLE);
        return ALLOC_WAIT;
      }
      deleteFromPageCache(k, inode, pfn);
    } else if (inode.kind === 'shmem') {
      shmemFreeSwapEntry(k, inode, i);
    } else {
      cache[i] = 0;
      inode.nrShadows--;
    }
  }
  return 0;
}

/**
 * iput_final: gives back all that an inode without name and mappings holds; its slot may be used again. Does nothing
 * while it is in use.
 *
 * @returns 0 or ALLOC_WAIT
 */
export function iput(k: Kernel, task: Task, inode: Inode): number {
  if (inode.links > 0 || inode.mappers.length > 0) return 0;
  const r = truncateInodePages(k, task, inode, 0);
  if (r !== 0) return r;
  vmUnacctMemory(k, inode.acctPages);
  inode.acctPages = 0;
  inode.name = '';
  inode.nrPages = 0;
  inode.cache = new Int32Array(0);
  return 0;
}

/**
 * unlink(2): the name goes at once, the pages with the last mapping.
 *
 * @returns 0 or ALLOC_WAIT (call again)
 */
export function unlinkInode(k: Kernel, task: Task, inode: Inode): number {
  inode.links = 0;
  return iput(k, task, inode);
}
