/** Asking for address space: mmap, the heap, and malloc on top of it. */
import { VM_READ, VM_SHARED, VM_WRITE } from '../../linux/include/mm_types';
import type { Task } from '../../linux/include/sched';
import { touchRange } from '../../linux/mm/memory';
import { brk, mmap } from '../../linux/mm/mmap';
import { ALLOC_WAIT } from '../../linux/mm/page_alloc';
import { visitPages } from '../caches';
import type { Machine, Proc, Program } from '../machine';
import type { Instr } from '../ops';
import { next, refused } from './control';
import { openFile } from './files';
import { allowed } from './pace';
import { setRegion } from './regions';
import { CACHE_PASS, faultOk } from './touch';

/** malloc(2 pages) of glibc: 16 bytes of header; the heap grows by 128 KiB more than is asked for (M_TOP_PAD). */
const MALLOC_CHUNK = 2 * 4096 + 16;
const MALLOC_TOP_PAD = 128 * 1024;
/** ns of malloc itself (glibc's benchtests: some 20 to 50 ns for a chunk from the top). */
const MALLOC_NS = 40;

export function grow(m: Machine, proc: Proc, task: Task, prog: Program, op: Extract<Instr, { op: 'sbrk' }>): void {
  const k = m.kernel;
  const mm = k.mms[task.mm];
  const old = mm.brk;
  const r = brk(k, task, old + op.pages);
  if (r === ALLOC_WAIT) return;
  if (r < 0) {
    refused(m, proc, task, prog, op.onEnomem ?? 'exit');
    return;
  }
  setRegion(prog, 'new', old, op.pages);
  setRegion(prog, 'heap', mm.startBrk, mm.brk - mm.startBrk);
  next(m, prog);
}

export function map(m: Machine, proc: Proc, task: Task, prog: Program, op: Extract<Instr, { op: 'mmap' }>): void {
  const k = m.kernel;
  const kind = op.kind ?? 'anon';
  const flags = kind === 'file' ? VM_READ : kind === 'shared' ? VM_READ | VM_WRITE | VM_SHARED : VM_READ | VM_WRITE;
  const inode = kind === 'file' ? openFile(m, op.file ?? op.region, op.pages).id : -1;
  const at = mmap(k, task, { pages: op.pages, flags, inode, name: '' });
  if (at < 0) {
    refused(m, proc, task, prog, op.onEnomem ?? 'exit');
    return;
  }
  setRegion(prog, op.region, at, op.pages);
  next(m, prog);
}

/** malloc of two pages, as often as the budget allows. */
export function malloc2(
  m: Machine,
  proc: Proc,
  task: Task,
  prog: Program,
  op: Extract<Instr, { op: 'malloc2' }>,
  budget: number,
): void {
  const k = m.kernel;
  const mm = k.mms[task.mm];
  const times = op.times ?? Infinity;
  if (prog.heapTop === 0) prog.heapTop = mm.startBrk * 4096;
  const { minFlt } = task;
  let count = allowed(m, task, prog, op.rate ?? 0, times - prog.done);
  let visits = 0;
  while (count > 0 && k.cost < budget) {
    const top = prog.heapTop + MALLOC_CHUNK;
    if (top + 32 > mm.brk * 4096) {
      const r = brk(k, task, mm.brk + Math.ceil((MALLOC_CHUNK + MALLOC_TOP_PAD) / 4096));
      if (r === ALLOC_WAIT) break;
      if (r < 0) {
        refused(m, proc, task, prog, op.onEnomem ?? 'exit');
        break;
      }
    }
    // The size field of what is left of the heap stands behind the block; with `touch` both pages of the block as well.
    const last = Math.floor((top + 8) / 4096);
    const first = op.touch ? Math.floor((prog.heapTop + 16) / 4096) : last;
    const n = last - first + 1;
    k.cost += MALLOC_NS;
    const did = touchRange(k, task, first, n, 1, true, Infinity);
    visits += did;
    if (did < n) {
      faultOk(proc);
      break;
    }
    prog.heapTop = top;
    prog.done++;
    if (prog.aux > 0) prog.aux--;
    count--;
  }
  m.tally.touches += visits;
  m.tally.newAnon += task.minFlt - minFlt;
  visitPages(m.caches, task.mm, Math.floor(prog.heapTop / 4096) - visits, Math.min(visits, CACHE_PASS));
  if (prog.done >= times) next(m, prog);
}
