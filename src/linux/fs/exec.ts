/** execve: a fresh address space with a program in it. */
import { MMAP_BASE, STACK_TOP, TEXT_BASE } from '../include/addr';
import { ENOMEM } from '../include/errno';
import type { Kernel } from '../include/kernel';
import { type MmStruct, VM_GROWSDOWN } from '../include/mm_types';
import { PF_VFORK, type Task } from '../include/sched';
import { finishExitMm } from '../kernel/exit';
import { mmAlloc } from '../kernel/fork';
import { sendSigkill } from '../kernel/sched/core';
import { lastFault, touchRange, VM_FAULT_WAIT } from '../mm/memory';
import { syncMmRss } from '../mm/mm_counters';
import { mmap } from '../mm/mmap';
import { ALLOC_WAIT } from '../mm/page_alloc';

/** Pages [from, from + pages) of a segment that the program accesses before its first own operation. */
export interface ImageTouch {
  from: number;
  pages: number;
  write: boolean;
}

/** A part of a program's address space. */
export interface ImageSegment {
  name: string;
  pages: number;
  /** VM_READ, VM_WRITE, VM_EXEC …; a segment with VM_GROWSDOWN is placed at the top of the address space. */
  flags: number;
  /** Inode id of the program's file; absent = anonymous. */
  inode?: number;
  pgoff?: number;
  /** Virtual page number; absent = behind the segment before it, the first one at TEXT_BASE. `mmap` = with mappings. */
  start?: number | 'mmap';
  touch?: ImageTouch[];
}

/** What execve loads. */
export interface Image {
  segments: ImageSegment[];
  /** Virtual page number where the heap begins; absent = behind the last low segment. */
  brk?: number;
  mmapBase?: number;
}

/** Where a segment goes. `low` is the end of the low segments so far. */
function place(seg: ImageSegment, low: number): number | undefined {
  if (seg.start === 'mmap') return undefined;
  if (seg.start !== undefined) return seg.start;
  return seg.flags & VM_GROWSDOWN ? STACK_TOP - seg.pages : low;
}

/** exec_mmap: the new address space in the place of the old one, which goes with its last user. */
function switchMm(k: Kernel, task: Task, mm: MmStruct): void {
  const old = task.mm;
  task.mm = mm.id;
  task.flags &= ~PF_VFORK;
  if (old < 0) return;
  syncMmRss(k, k.mms[old]);
  if (--k.mms[old].users === 0) task.exitMm = old;
}

/** Maps the segments. Returns 0 or a negative error number. */
function loadSegments(k: Kernel, task: Task, mm: MmStruct, image: Image): number {
  mm.mmapBase = image.mmapBase ?? MMAP_BASE;
  let low = TEXT_BASE;
  for (const seg of image.segments) {
    const { pages, flags, inode, pgoff, name } = seg;
    const addr = place(seg, low);
    const at = mmap(k, task, { pages, flags, inode, pgoff, name, addr });
    if (at < 0) return at;
    if (addr !== undefined && !(flags & VM_GROWSDOWN)) low = at + pages;
  }
  mm.startBrk = image.brk ?? low;
  mm.brk = mm.startBrk;
  return 0;
}

/** Where a segment was put: the fixed places again, or the VMA of its name. */
function segmentStart(mm: MmStruct, image: Image, i: number): number {
  let low = TEXT_BASE;
  for (let j = 0; j <= i; j++) {
    const seg = image.segments[j];
    const at = place(seg, low);
    if (j === i) return at ?? mm.vmas.find((v) => v.name === seg.name)?.start ?? 0;
    if (at !== undefined && !(seg.flags & VM_GROWSDOWN)) low = at + seg.pages;
  }
  return 0;
}

/**
 * execve(2): drops the old address space, maps the image's segments and makes the accesses it lists (fault by fault, with
 * fault-around where it is a file).
 *
 * @returns 0; ALLOC_WAIT: call again with the same image; -ENOMEM: the new one could not be made; past the point of no
 *   return the task is killed
 */
export function mmExec(k: Kernel, task: Task, image: Image): number {
  if (task.execWork === null) {
    k.cost += k.costs.syscall;
    const id = mmAlloc(k, task);
    if (id < 0) return id === ALLOC_WAIT ? id : -ENOMEM;
    const mm = k.mms[id];
    switchMm(k, task, mm);
    task.execWork = { mm: id, segment: 0, page: 0 };
    if (loadSegments(k, task, mm, image) !== 0) {
      task.execWork = null;
      sendSigkill(k, task);
      return -ENOMEM;
    }
  }
  if (!finishExitMm(k, task, Infinity)) return ALLOC_WAIT;
  const work = task.execWork;
  const mm = k.mms[work.mm];
  for (; work.segment < image.segments.length; work.segment++, work.page = 0) {
    const { touch } = image.segments[work.segment];
    if (touch === undefined) continue;
    const start = segmentStart(mm, image, work.segment);
    // `page` counts through all accesses of the segment.
    let before = 0;
    for (const t of touch) {
      const left = before + t.pages - work.page;
      if (left > 0) {
        const done = touchRange(k, task, start + t.from + t.pages - left, left, 1, t.write, Infinity);
        work.page += done;
        if (done < left) {
          if (lastFault.code === VM_FAULT_WAIT) return ALLOC_WAIT;
          task.execWork = null;
          sendSigkill(k, task);
          return -ENOMEM;
        }
      }
      before += t.pages;
    }
  }
  task.execWork = null;
  return 0;
}
