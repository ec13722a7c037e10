/** mmap, munmap, brk. §9.1, §9.2. */
import { createInode, iput } from '../fs/inode';
import { TABLES_END, TASK_SIZE } from '../include/addr';
import { EAGAIN, EINVAL, ENOMEM } from '../include/errno';
import type { Kernel } from '../include/kernel';
import {
  type MmStruct,
  VM_ACCOUNT,
  VM_LOCKED,
  VM_NORESERVE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type Vma,
} from '../include/mm_types';
import { PF_CAP_SYS_ADMIN, type Task } from '../include/sched';
import { HPAGE_PMD_NR } from '../include/units';
import { unmapPageRange } from './memory';
import { mayLock } from './mlock';
import { freePgtables } from './pgtable';
import { OVERCOMMIT_NEVER, vmEnoughMemory, vmUnacctMemory } from './util';
import { findVma, findVmaFrom, insertVma, mergeVma, removeVma, splitRange, vmStatAccount } from './vma';

export { mmExec } from '../fs/exec';
export { findVma } from './vma';

/** Lowest page a mapping may use (vm.mmap_min_addr, 64 KiB). */
const MMAP_MIN = 16;

export interface MmapRequest {
  pages: number;
  /** VM_READ | VM_WRITE | VM_SHARED | VM_NORESERVE | VM_LOCKED … */
  flags: number;
  /** Inode id of the file, absent or -1 = anonymous. */
  inode?: number;
  pgoff?: number;
  /** Virtual page number to map at (MAP_FIXED_NOREPLACE); absent = the kernel chooses. */
  addr?: number;
  name?: string;
}

/** May exceed what is kept for root: CAP_SYS_ADMIN in overcommit's sense. */
export const capSysAdmin = (task: Task): boolean => task.uid === 0 || (task.flags & PF_CAP_SYS_ADMIN) !== 0;

/** Highest gap of `pages` that ends at or below `top` and begins at or above `bottom`; -1 = none. */
function topdownGap(mm: MmStruct, pages: number, bottom: number, top: number): number {
  let end = top;
  for (let i = mm.vmas.length - 1; i >= 0; i--) {
    const v = mm.vmas[i];
    if (v.start >= top) continue;
    if (v.end < end && end - v.end >= pages) break;
    end = Math.min(end, v.start);
    if (end - pages < bottom) return -1;
  }
  return end - pages >= bottom ? end - pages : -1;
}

/** get_unmapped_area: where to put `pages`: the highest gap below mmap_base. -1 = nowhere. */
function getUnmappedArea(mm: MmStruct, pages: number): number {
  const at = topdownGap(mm, pages, MMAP_MIN, mm.mmapBase);
  return at >= 0 ? at : topdownGap(mm, pages, TABLES_END, TASK_SIZE);
}

/** thp_get_unmapped_area: a gap that begins where a huge page can. -1 = none. */
function thpGetUnmappedArea(mm: MmStruct, pages: number): number {
  const at = topdownGap(mm, pages + HPAGE_PMD_NR, MMAP_MIN, mm.mmapBase);
  return at < 0 ? -1 : (at & ~(HPAGE_PMD_NR - 1)) + HPAGE_PMD_NR;
}

/** __get_unmapped_area. */
function placeFor(k: Kernel, mm: MmStruct, req: MmapRequest): number {
  if (
    k.release.thpAlignsMmap &&
    req.inode === undefined &&
    !(req.flags & VM_SHARED) &&
    req.pages % HPAGE_PMD_NR === 0
  ) {
    const at = thpGetUnmappedArea(mm, req.pages);
    if (at >= 0) return at;
  }
  return getUnmappedArea(mm, req.pages);
}

/**
 * mmap(2): maps `pages` and promises memory for them; no page is allocated.
 *
 * MAP_SHARED without a file creates a shmem object. A locked mapping (VM_LOCKED or MCL_FUTURE) is left to mmPopulate().
 *
 * @returns first virtual page number, or -EINVAL, -ENOMEM, -EAGAIN when more would be locked than the task may
 */
export function mmap(k: Kernel, task: Task, req: MmapRequest): number {
  const mm = k.mms[task.mm];
  k.cost += k.costs.syscall;
  if (!(req.pages > 0)) return -EINVAL;
  const at = req.addr ?? placeFor(k, mm, req);
  if (at < 0 || at + req.pages > TASK_SIZE) return -ENOMEM;
  if (req.addr !== undefined) {
    const i = findVmaFrom(mm, at);
    if (i < mm.vmas.length && mm.vmas[i].start < at + req.pages) return -EINVAL;
  }
  let flags = req.flags | mm.defFlags;
  if (flags & VM_LOCKED && !mayLock(task, mm.lockedVm + req.pages)) return -EAGAIN;
  // Mode 2 promises nothing without counting it.
  if (k.sysctl.overcommit_memory === OVERCOMMIT_NEVER) flags &= ~VM_NORESERVE;
  let inode = req.inode ?? -1;
  if ((flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) === VM_WRITE) {
    const r = vmEnoughMemory(k, mm, req.pages, capSysAdmin(task));
    if (r !== 0) return r;
    flags |= VM_ACCOUNT;
  } else if (flags & VM_SHARED && inode < 0) {
    if (!(flags & VM_NORESERVE)) {
      const r = vmEnoughMemory(k, mm, req.pages, capSysAdmin(task));
      if (r !== 0) return r;
    }
    const shm = createInode(k, { name: '/dev/zero', kind: 'shmem', nrPages: req.pages, links: 0 });
    if (!(flags & VM_NORESERVE)) shm.acctPages = req.pages;
    inode = shm.id;
  }
  const vma: Vma = {
    start: at,
    end: at + req.pages,
    flags,
    inode,
    pgoff: inode >= 0 ? (req.pgoff ?? 0) : 0,
    name: req.name ?? '',
    anon: false,
  };
  insertVma(k, mm, vma);
  if (inode < 0) mergeVma(mm, mm.vmas.indexOf(vma));
  if (flags & VM_LOCKED) {
    task.populateNext = at;
    task.populateEnd = at + req.pages;
  }
  return at;
}

/**
 * munmap(2): unmaps [vpn, vpn + pages): pages without another user and swap slots are freed, promises taken back, page
 * tables that served nothing else given back.
 *
 * @returns 0, -EINVAL, or ALLOC_WAIT: the last user of a file's pages waits for their I/O, call again
 */
export function munmap(k: Kernel, task: Task, vpn: number, pages: number): number {
  const mm = k.mms[task.mm];
  k.cost += k.costs.syscall;
  if (!(pages > 0)) return -EINVAL;
  const end = vpn + pages;
  splitRange(k, mm, vpn, end);
  const first = findVmaFrom(mm, vpn);
  while (first < mm.vmas.length && mm.vmas[first].start < end) {
    const vma = mm.vmas[first];
    unmapPageRange(k, mm, vma.start, vma.end, Infinity);
    const r = dropVma(k, task, mm, first);
    if (r !== 0) return r;
  }
  const floor = first > 0 ? mm.vmas[first - 1].end : 0;
  const ceiling = first < mm.vmas.length ? mm.vmas[first].start : TABLES_END;
  freePgtables(k, mm, vpn, end, floor, ceiling);
  return 0;
}

/**
 * Takes an unmapped VMA off the address space with what it had promised; the file goes with its last mapping.
 *
 * @returns 0, or ALLOC_WAIT with the VMA still there
 */
export function dropVma(k: Kernel, task: Task, mm: MmStruct, i: number): number {
  const vma = mm.vmas[i];
  if (vma.inode >= 0) {
    const inode = k.inodes[vma.inode];
    if (inode.links === 0 && inode.mappers.length === 1) {
      inode.mappers.length = 0;
      const r = iput(k, task, inode);
      if (r !== 0) {
        inode.mappers.push(mm.id);
        return r;
      }
      inode.mappers.push(mm.id);
    }
  }
  if (vma.flags & VM_ACCOUNT) vmUnacctMemory(k, vma.end - vma.start);
  removeVma(k, mm, i);
  return 0;
}

/**
 * brk(2): moves the end of the heap to virtual page `vpn`.
 *
 * @returns 0, -EINVAL, -ENOMEM (overcommit, or something is in the way), -EAGAIN (too much would be locked), or ALLOC_WAIT
 */
export function brk(k: Kernel, task: Task, vpn: number): number {
  const mm = k.mms[task.mm];
  k.cost += k.costs.syscall;
  if (vpn < mm.startBrk) return -EINVAL;
  if (vpn <= mm.brk) {
    const pages = mm.brk - vpn;
    if (pages === 0) return 0;
    const r = munmap(k, task, vpn, pages);
    if (r === 0) mm.brk = vpn;
    return r;
  }
  const pages = vpn - mm.brk;
  const next = findVmaFrom(mm, mm.brk);
  // One page stays free below the next mapping, as the kernel's stack guard demands.
  if (next < mm.vmas.length && mm.vmas[next].start < vpn + 1) return -ENOMEM;
  const r = vmEnoughMemory(k, mm, pages, capSysAdmin(task));
  if (r !== 0) return r;
  const flags = VM_READ | VM_WRITE | VM_ACCOUNT | mm.defFlags;
  if (flags & VM_LOCKED && !mayLock(task, mm.lockedVm + pages)) {
    vmUnacctMemory(k, pages);
    return -EAGAIN;
  }
  const below = mm.brk > mm.startBrk ? findVma(mm, mm.brk - 1) : -1;
  if (below >= 0 && mm.vmas[below].flags === flags && mm.vmas[below].name === 'heap') {
    mm.vmas[below].end = vpn;
    vmStatAccount(mm, flags, pages);
  } else {
    insertVma(k, mm, { start: mm.brk, end: vpn, flags, inode: -1, pgoff: 0, name: 'heap', anon: false });
  }
  if (flags & VM_LOCKED) {
    task.populateNext = mm.brk;
    task.populateEnd = vpn;
  }
  mm.brk = vpn;
  return 0;
}
