/** madvise(2). §9. */
import { EINVAL, ENOMEM } from '../include/errno';
import type { Kernel } from '../include/kernel';
import { VM_HUGEPAGE, VM_LOCKED, VM_NOHUGEPAGE } from '../include/mm_types';
import type { Task } from '../include/sched';
import { unmapPageRange } from './memory';
import { findVmaFrom, splitRange } from './vma';

/**
 * MADV_DONTNEED: drops the pages of [vpn, vpn + pages): anonymous memory reads as zero from then on, a file's pages come
 * back from its cache. Mappings, promises and page tables stay.
 *
 * @returns 0; -EINVAL on a locked mapping; -ENOMEM when part of the range is not mapped (the rest is dropped)
 */
export function madviseDontneed(k: Kernel, task: Task, vpn: number, pages: number): number {
  const mm = k.mms[task.mm];
  const end = vpn + pages;
  k.cost += k.costs.syscall;
  let hole = false;
  let at = vpn;
  for (let i = findVmaFrom(mm, vpn); i < mm.vmas.length && mm.vmas[i].start < end; i++) {
    const vma = mm.vmas[i];
    if (vma.flags & VM_LOCKED) return -EINVAL;
    if (vma.start > at) hole = true;
    at = vma.end;
    unmapPageRange(k, mm, Math.max(vpn, vma.start), Math.min(end, vma.end), Infinity);
  }
  return hole || at < end ? -ENOMEM : 0;
}

/**
 * MADV_HUGEPAGE, MADV_NOHUGEPAGE: the mappings in [vpn, vpn + pages) are to have huge pages, or are not.
 *
 * @returns 0; -ENOMEM when part of the range is not mapped
 */
export function madviseHugepage(k: Kernel, task: Task, vpn: number, pages: number, on: boolean): number {
  const mm = k.mms[task.mm];
  const end = vpn + pages;
  k.cost += k.costs.syscall;
  splitRange(k, mm, vpn, end);
  let at = vpn;
  let hole = false;
  for (let i = findVmaFrom(mm, vpn); i < mm.vmas.length && mm.vmas[i].start < end; i++) {
    const vma = mm.vmas[i];
    if (vma.start > at) hole = true;
    at = vma.end;
    vma.flags = (vma.flags & ~(VM_HUGEPAGE | VM_NOHUGEPAGE)) | (on ? VM_HUGEPAGE : VM_NOHUGEPAGE);
  }
  return hole || at < end ? -ENOMEM : 0;
}
