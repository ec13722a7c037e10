/** A process that is there when the machine begins: its task, its address space and what is in it. */
import { MMAP_BASE, TEXT_BASE } from '../../linux/include/addr';
import type { Kernel } from '../../linux/include/kernel';
import {
  type MmStruct,
  NR_MM_COUNTERS,
  VM_NORESERVE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type Vma,
} from '../../linux/include/mm_types';
import { PF_CAP_SYS_ADMIN, type Task } from '../../linux/include/sched';
import { PAGE_SIZE } from '../../linux/include/units';
import { allocThreadStack, mmAlloc } from '../../linux/kernel/fork';
import { createTask, findTask } from '../../linux/kernel/sched/core';
import { touchRange } from '../../linux/mm/memory';
import { mapSwapped } from '../../linux/mm/memory/swapped';
import { setMempolicy } from '../../linux/mm/mempolicy';
import { mmap } from '../../linux/mm/mmap';
import { pteAlloc } from '../../linux/mm/pgtable';
import { findVma } from '../../linux/mm/vma';
import { attach } from '../cgroups';
import type { Machine, Region } from '../machine';
import type { ProcessSpec } from '../ops';
import { addProc, newProgram } from '../procs';
import type { FoundProcess } from './types';

/** Entries of a page table. */
const TABLE = 512;
/** Room for the program's text below its heap. */
const TEXT_ROOM = 2048;
/** Where its memory lies: past the heap, each part at the beginning of a page table. */
const MEMORY_BASE = 2 ** 25;

/** Memory ran out, or swap: what was to be there does not fit. */
export class DoesNotFitError extends Error {}

/** An address space with nothing in it. */
export function emptySpace(k: Kernel, task: Task): MmStruct {
  const id = mmAlloc(k, task);
  if (id < 0) throw new DoesNotFitError();
  task.mm = id;
  const mm = k.mms[id];
  mm.mmapBase = MMAP_BASE;
  mm.startBrk = TEXT_BASE + TEXT_ROOM;
  mm.brk = mm.startBrk;
  return mm;
}

function map(k: Kernel, task: Task, at: number, pages: number, flags: number, inode: number): Vma {
  if (mmap(k, task, { pages, flags, inode, addr: at }) !== at) throw new DoesNotFitError();
  const mm = k.mms[task.mm];
  return mm.vmas[findVma(mm, at)];
}

function touch(k: Kernel, task: Task, at: number, pages: number, write: boolean): void {
  if (touchRange(k, task, at, pages, 1, write, Infinity) < pages) throw new DoesNotFitError();
}

const tablesFor = (pages: number): number => Math.ceil(pages / TABLE);

/** Page tables that serve nothing, until there are as many as were found. */
function spareTables(k: Kernel, task: Task, at: number, tables: number): void {
  const mm = k.mms[task.mm];
  const missing = tables - mm.pgtablesBytes / PAGE_SIZE;
  if (missing <= 0) return;
  map(k, task, at, missing * TABLE, VM_READ, -1);
  for (let vpn = at; mm.pgtablesBytes / PAGE_SIZE < tables; vpn += TABLE) {
    if (pteAlloc(k, task, mm, vpn) < 0) throw new DoesNotFitError();
  }
}

/** The counts of all cpus go into the central one, which is what a report shows. */
function foldRss({ rss }: MmStruct): void {
  for (let i = NR_MM_COUNTERS; i < rss.length - 1; i++) {
    rss[i % NR_MM_COUNTERS] += rss[i];
    rss[i] = 0;
  }
}

/**
 * Makes the memory of a task.
 *
 * @returns the regions by their names: `anon`, `file`, `shmem`
 */
function fillSpace(k: Kernel, task: Task, found: FoundProcess, files: number, shared: number): Region[] {
  const mm = k.mms[task.mm];
  const regions: Region[] = [];
  let at = MEMORY_BASE;
  const place = (name: string, pages: number, flags: number, inode: number): Vma | null => {
    if (pages === 0) return null;
    regions.push({ name, vpn: at, pages });
    return map(k, task, at, pages, flags, inode);
  };
  const vma = place('anon', found.anon + found.swap, VM_READ | VM_WRITE | VM_NORESERVE, -1);
  if (vma) {
    touch(k, task, at, found.anon, true);
    for (let i = found.anon; i < found.anon + found.swap; i++) {
      const ptr = pteAlloc(k, task, mm, at + i);
      if (ptr < 0 || !mapSwapped(k, mm, vma, at + i, ptr, task.memcg)) throw new DoesNotFitError();
    }
    at += tablesFor(vma.end - vma.start) * TABLE;
  }
  if (place('file', found.file, VM_READ, files)) touch(k, task, at, found.file, false);
  at += tablesFor(found.file) * TABLE;
  if (place('shmem', found.shmem, VM_READ | VM_WRITE | VM_SHARED | VM_NORESERVE, shared)) {
    touch(k, task, at, found.shmem, false);
  }
  at += tablesFor(found.shmem) * TABLE;
  spareTables(k, task, at, found.tables);
  const rest = found.virtual - mm.totalVm;
  // Where there is no room for it, it is left out: nothing depends on it but the number.
  if (rest > 0) mmap(k, task, { pages: rest, flags: VM_READ, name: '' });
  foldRss(mm);
  return regions;
}

/**
 * Puts a process on the machine as it was found, about to do its operations. PID 1 is init itself.
 *
 * @param files inode of the file that processes map, @param shared inode of the shared memory
 * @throws DoesNotFitError
 */
export function placeProcess(
  m: Machine,
  init: Task,
  spec: ProcessSpec,
  found: FoundProcess,
  files: number,
  shared: number,
): void {
  const k = m.kernel;
  const pid = spec.pid !== undefined && findTask(k, spec.pid) === null ? spec.pid : undefined;
  const isInit = spec.pid === init.pid;
  const task = isInit
    ? init
    : createTask(k, {
        comm: spec.comm,
        ...(pid !== undefined && { pid }),
        uid: spec.uid,
        ...(found.parent !== undefined && { ppid: found.parent }),
        oomScoreAdj: spec.oomScoreAdj,
        oomScoreAdjMin: Math.min(0, spec.oomScoreAdj),
        flags: spec.uid === 0 ? PF_CAP_SYS_ADMIN : 0,
      });
  if (spec.cgroup !== undefined && !isInit) attach(k, task, spec.cgroup);
  if (allocThreadStack(k, task, task.stack) < 0) throw new DoesNotFitError();
  if (isInit) {
    task.comm = spec.comm;
    task.oomScoreAdj = spec.oomScoreAdj;
  }
  emptySpace(k, task);
  const regions = fillSpace(k, task, found, files, shared);
  if (isInit) return;
  // Where its memory lies was decided before.
  task.cpuset = spec.cpuset ?? -1;
  if (spec.mempolicy) setMempolicy(k, task, spec.mempolicy.mode, spec.mempolicy.nodes);
  const prog = newProgram(m, spec.program, spec.ops, task.pid);
  prog.regions = regions;
  addProc(m, task, prog);
}
