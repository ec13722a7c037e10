/** Mapped files: the page that is accessed, and those around it. §8.5. */
import type { Kernel } from '../../include/kernel';
import {
  type Inode,
  MM_FILEPAGES,
  MM_SHMEMPAGES,
  type MmStruct,
  VM_LOCKED,
  VM_SHARED,
  VM_WRITE,
  type Vma,
} from '../../include/mm_types';
import { PG_LOCKED, PG_READAHEAD, PTE_PRESENT, PTE_SHIFT, PTE_WRITE, PTE_YOUNG } from '../../include/page';
import type { Task } from '../../include/sched';
import { NR_FILE_MAPPED, PGMAJFAULT } from '../../include/vmstat';
import { pageNode } from '../../kernel/sched/core';
import { PAGE_SIGBUS } from '../memory/codes';
import { mlockFolio } from '../mlock';
import { addMmCounterFast } from '../mm_counters';
import { ALLOC_WAIT } from '../page_alloc';
import { ptePtr } from '../pgtable';
import { continueReadahead, pageCacheAsyncRa, syncMmapReadahead } from '../readahead';
import { filemapGet } from './cache';
import { asksForPage, filemapCreate, waitForWindow } from './io';

/** Pages a fault on a file maps together (fault_around_bytes, 64 KiB). §8.5 */
export const FAULT_AROUND_PAGES = 16;

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
