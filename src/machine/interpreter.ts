/**
 * Carries out programs, a step at a time. A step does as much of the operation at hand as the budget allows; where memory
 * or a disk makes it wait it simply ends, and the same operation goes on when the task has its next turn.
 */
import { createInode, findInode, unlinkInode } from '../linux/fs/inode';
import type { Inode } from '../linux/include/mm_types';
import { VM_READ, VM_SHARED, VM_WRITE } from '../linux/include/mm_types';
import { TASK_INTERRUPTIBLE, type Task } from '../linux/include/sched';
import { fork } from '../linux/kernel/fork';
import { scheduleTimeout } from '../linux/kernel/sched/core';
import { filemapRead, filemapWrite } from '../linux/mm/filemap';
import { madviseDontneed } from '../linux/mm/madvise';
import { lastFault, touchRandom, touchRange, VM_FAULT_DONE, VM_FAULT_OOM, VM_FAULT_WAIT } from '../linux/mm/memory';
import { mlock, mmPopulate } from '../linux/mm/mlock';
import { brk, mmap, munmap } from '../linux/mm/mmap';
import { ALLOC_WAIT } from '../linux/mm/page_alloc';
import { shmemWrite } from '../linux/mm/shmem';
import { visitPages } from './caches';
import { startProcess } from './launch';
import type { Machine, Proc, Program, Region } from './machine';
import type { Instr, OnEnomem } from './ops';
import { addProc, programAt } from './procs';

/** Programs that keep a rate work in bursts this far apart, as one that serves requests does. ns. */
const BURST_NS = 10_000_000;
/** Pages of a file in one step. */
const FILE_STEP = 32;
/** What a refused program waits before it tries again. ns. */
const RETRY_NS = 100_000_000;
/** malloc(2 pages) of glibc: 16 bytes of header; the heap grows by 128 KiB more than is asked for (M_TOP_PAD). */
const MALLOC_CHUNK = 2 * 4096 + 16;
const MALLOC_TOP_PAD = 128 * 1024;
/** ns of malloc itself (glibc's benchtests: some 20 to 50 ns for a chunk from the top). */
const MALLOC_NS = 40;
/** Of random visits this share is looked up in the cpu caches; their hits do not depend on the order. */
const CACHE_SAMPLE = 4;
/** No cache holds more pages than a pass of this many replaces. */
const CACHE_PASS = 4096;

/** The operation at hand, null when the program is at its end. */
export function currentOp(m: Machine, prog: Program): Instr | null {
  const frame = prog.frames[prog.frames.length - 1];
  return frame ? (m.code[frame.list][frame.pc] ?? null) : null;
}

/** On to the next operation. */
function next(m: Machine, prog: Program): void {
  prog.done = 0;
  prog.aux = 0;
  const { frames } = prog;
  frames[frames.length - 1].pc++;
  unwind(m, prog);
}

/** Goes round loops and leaves lists that have come to their end. */
function unwind(m: Machine, prog: Program): void {
  const { frames } = prog;
  while (frames.length > 0) {
    const frame = frames[frames.length - 1];
    if (frame.pc < m.code[frame.list].length) return;
    frame.left--;
    if (frame.left > 0) {
      frame.pc = 0;
      return;
    }
    frames.pop();
  }
}

function enter(m: Machine, prog: Program, list: number, times: number): void {
  // The operation after this one is where it goes on when the list is done.
  prog.frames[prog.frames.length - 1].pc++;
  prog.done = 0;
  prog.aux = 0;
  if (m.code[list].length > 0) prog.frames.push({ list, pc: 0, left: times });
  unwind(m, prog);
}

function leave(proc: Proc): void {
  proc.leaving = true;
}

/** Memory was refused: the program says so and does what it was written to do. */
function refused(m: Machine, proc: Proc, task: Task, prog: Program, then: OnEnomem): void {
  prog.refused++;
  if (then === 'exit') leave(proc);
  else if (then === 'continue') next(m, prog);
  else scheduleTimeout(m.kernel, task, RETRY_NS, TASK_INTERRUPTIBLE);
}

export const regionOf = (prog: Program, name: string): Region | null =>
  prog.regions.find((r) => r.name === name) ?? null;

function setRegion(prog: Program, name: string, vpn: number, pages: number): void {
  const old = regionOf(prog, name);
  if (old) {
    old.vpn = vpn;
    old.pages = pages;
  } else {
    prog.regions.push({ name, vpn, pages });
  }
}

/** The file of this name, made with that length when there is none. */
function openFile(m: Machine, name: string, pages: number): Inode {
  const k = m.kernel;
  return findInode(k, name) ?? createInode(k, { name, kind: 'file', nrPages: pages, disk: 0 });
}

function cursorOf(prog: Program, inode: number): { inode: number; page: number } {
  let cursor = prog.cursors.find((c) => c.inode === inode);
  if (!cursor) {
    cursor = { inode, page: 0 };
    prog.cursors.push(cursor);
  }
  return cursor;
}

/**
 * How many of `left` accesses a program that keeps `rate` may make now. When its burst is used up it sleeps until the
 * next one is due; what it missed while it was held up it does not make up for.
 */
function allowed(m: Machine, task: Task, prog: Program, rate: number, left: number): number {
  if (rate <= 0) return left;
  const k = m.kernel;
  if (prog.aux > 0) return Math.min(prog.aux, left);
  if (k.now < prog.nextAt) {
    scheduleTimeout(k, task, prog.nextAt - k.now, TASK_INTERRUPTIBLE);
    return 0;
  }
  const burst = Math.min(left, Math.max(1, Math.round((rate * BURST_NS) / 1e9)));
  prog.aux = burst;
  prog.nextAt = Math.max(k.now, prog.nextAt + Math.round((burst * 1e9) / rate));
  return burst;
}

function made(m: Machine, prog: Program, n: number): void {
  prog.done += n;
  if (prog.aux > 0) prog.aux -= n;
  m.tally.touches += n;
}

/** True when the program may go on; else it waits, is tried again, or is done for. */
function faultOk(proc: Proc): boolean {
  const { code } = lastFault;
  if (code === VM_FAULT_DONE) return true;
  // A fault without memory is simply repeated, as the handler does. §4.8
  if (code !== VM_FAULT_WAIT && code !== VM_FAULT_OOM) leave(proc);
  return false;
}

function touch(
  m: Machine,
  proc: Proc,
  task: Task,
  prog: Program,
  op: Extract<Instr, { op: 'touch' }>,
  budget: number,
): void {
  const k = m.kernel;
  const region = regionOf(prog, op.region);
  if (!region || region.pages === 0) {
    next(m, prog);
    return;
  }
  const total = op.pages === undefined || op.pages === 'all' ? region.pages : op.pages;
  const count = allowed(m, task, prog, op.rate ?? 0, total - prog.done);
  if (count <= 0) return;
  const write = op.write ?? false;
  const { minFlt } = task;
  let did: number;
  if (op.pattern === 'random' || op.pattern === 'hot') {
    const hot = op.pattern === 'hot' ? Math.min(op.hotPages ?? region.pages, region.pages) : 0;
    const share = (op.hotPercent ?? 90) / 100;
    did = touchRandom(k, task, region.vpn, region.pages, count, write, share, hot, budget);
    visitAtRandom(m, task, prog, region, did, share, hot);
  } else {
    const at = ((op.from ?? 0) + prog.done) % region.pages;
    did = touchRange(k, task, region.vpn + at, Math.min(count, region.pages - at), 1, write, budget);
    visitPages(m.caches, task.mm, region.vpn + at, Math.min(did, CACHE_PASS));
  }
  if (write) m.tally.newAnon += task.minFlt - minFlt;
  made(m, prog, did);
  if (faultOk(proc) && prog.done >= total) next(m, prog);
}

function visitAtRandom(
  m: Machine,
  task: Task,
  prog: Program,
  region: Region,
  n: number,
  share: number,
  hot: number,
): void {
  const samples = Math.ceil(n / CACHE_SAMPLE);
  for (let i = 0; i < samples; i++) {
    const inHot = hot > 0 && random(prog) < share;
    visitPages(m.caches, task.mm, region.vpn + Math.floor(random(prog) * (inHot ? hot : region.pages)), 1);
  }
}

/** xorshift32 in [0, 1). */
function random(prog: Program): number {
  let x = prog.rng | 0;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  prog.rng = x >>> 0;
  return prog.rng / 2 ** 32;
}

/** What a read or write of `n` pages (or its refusal) means for the operation of `total` pages. */
function advance(m: Machine, prog: Program, cursor: { page: number }, n: number, total: number): void {
  if (n === ALLOC_WAIT) return;
  if (n < 0) {
    next(m, prog);
    return;
  }
  cursor.page += n;
  made(m, prog, n);
  if (prog.done >= total) next(m, prog);
}

function readFile(m: Machine, task: Task, prog: Program, op: Extract<Instr, { op: 'read' }>): void {
  const k = m.kernel;
  const inode = openFile(m, op.file, op.filePages);
  const cursor = cursorOf(prog, inode.id);
  if (cursor.page >= inode.nrPages) cursor.page = 0;
  const count = allowed(m, task, prog, op.rate ?? 0, op.pages - prog.done);
  if (count <= 0) return;
  const n = filemapRead(k, task, inode, cursor.page, Math.min(count, FILE_STEP, inode.nrPages - cursor.page));
  advance(m, prog, cursor, n, op.pages);
}

function writeFile(m: Machine, task: Task, prog: Program, op: Extract<Instr, { op: 'write' }>): void {
  const k = m.kernel;
  const inode = openFile(m, op.file, 0);
  const cursor = cursorOf(prog, inode.id);
  if (cursor.page >= op.filePages) cursor.page = 0;
  const count = allowed(m, task, prog, op.rate ?? 0, op.pages - prog.done);
  if (count <= 0) return;
  const n = filemapWrite(k, task, inode, cursor.page, Math.min(count, FILE_STEP, op.filePages - cursor.page));
  advance(m, prog, cursor, n, op.pages);
}

/** A tmpfs is as large as its mount says: half of RAM, or what the program was told to fill if that is more. */
function tmpfsFile(m: Machine, name: string, pages: number): Inode {
  const k = m.kernel;
  const half = Math.floor(k.totalramPages / 2);
  return findInode(k, name) ?? createInode(k, { name, kind: 'shmem', nrPages: 0, shmemLimit: Math.max(half, pages) });
}

function appendTmpfs(m: Machine, proc: Proc, task: Task, prog: Program, op: Extract<Instr, { op: 'append' }>): void {
  const k = m.kernel;
  const inode = tmpfsFile(m, op.file, op.pages);
  const count = allowed(m, task, prog, op.rate ?? 0, op.pages - prog.done);
  if (count <= 0) return;
  const n = shmemWrite(k, task, inode, inode.nrPages, Math.min(count, FILE_STEP));
  if (n === ALLOC_WAIT) return;
  if (n <= 0) {
    refused(m, proc, task, prog, op.onEnomem ?? 'continue');
    return;
  }
  made(m, prog, n);
  m.tally.newAnon += n;
  if (prog.done >= op.pages) next(m, prog);
}

function grow(m: Machine, proc: Proc, task: Task, prog: Program, op: Extract<Instr, { op: 'sbrk' }>): void {
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

function map(m: Machine, proc: Proc, task: Task, prog: Program, op: Extract<Instr, { op: 'mmap' }>): void {
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
function malloc2(
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

function forkChild(m: Machine, proc: Proc, task: Task, prog: Program, op: Extract<Instr, { op: 'fork' }>): void {
  const child = fork(m.kernel, task);
  if (typeof child === 'number') {
    if (child !== ALLOC_WAIT) refused(m, proc, task, prog, op.onEnomem);
    return;
  }
  if (op.name !== '') child.comm = op.name;
  const copy = programAt(m, prog.id, op.body, child.pid);
  copy.regions = prog.regions.map((r) => ({ ...r }));
  copy.heapTop = prog.heapTop;
  addProc(m, child, copy);
  next(m, prog);
}

/** One step of a program. */
export function runProgram(m: Machine, proc: Proc, task: Task, prog: Program, budget: number): void {
  const k = m.kernel;
  const op = currentOp(m, prog);
  if (op === null) {
    leave(proc);
    return;
  }
  switch (op.op) {
    case 'mmap':
      map(m, proc, task, prog, op);
      return;
    case 'sbrk':
      grow(m, proc, task, prog, op);
      return;
    case 'touch':
      touch(m, proc, task, prog, op, budget);
      return;
    case 'read':
      readFile(m, task, prog, op);
      return;
    case 'write':
      writeFile(m, task, prog, op);
      return;
    case 'append':
      appendTmpfs(m, proc, task, prog, op);
      return;
    case 'unlink': {
      const inode = findInode(k, op.file);
      if (inode === null || unlinkInode(k, task, inode) !== ALLOC_WAIT) next(m, prog);
      return;
    }
    case 'fork':
      forkChild(m, proc, task, prog, op);
      return;
    case 'exec':
      if (startProcess(m, task, op.name, op.textPages ?? 0)) {
        prog.regions = [];
        prog.heapTop = 0;
        next(m, prog);
      }
      return;
    case 'mlock': {
      const region = regionOf(prog, op.region);
      if (!region) {
        next(m, prog);
        return;
      }
      if (prog.aux === 0) {
        const r = mlock(k, task, region.vpn, region.pages);
        if (r < 0) {
          refused(m, proc, task, prog, op.onEnomem ?? 'exit');
          return;
        }
        prog.aux = 1;
      }
      if (mmPopulate(k, task, budget) !== ALLOC_WAIT) next(m, prog);
      return;
    }
    case 'madvise': {
      const region = regionOf(prog, op.region);
      if (region) madviseDontneed(k, task, region.vpn, region.pages);
      next(m, prog);
      return;
    }
    case 'munmap': {
      const region = regionOf(prog, op.region);
      if (region && munmap(k, task, region.vpn, region.pages) === ALLOC_WAIT) return;
      prog.regions = prog.regions.filter((r) => r !== region);
      next(m, prog);
      return;
    }
    case 'malloc2':
      malloc2(m, proc, task, prog, op, budget);
      return;
    case 'sleep':
      if (prog.aux === 0) {
        prog.aux = k.now + op.ns;
        scheduleTimeout(k, task, op.ns, TASK_INTERRUPTIBLE);
      } else if (k.now >= prog.aux) {
        next(m, prog);
      } else {
        scheduleTimeout(k, task, prog.aux - k.now, TASK_INTERRUPTIBLE);
      }
      return;
    case 'compute': {
      const ns = Math.min(op.ns - prog.done, Math.max(1, budget - k.cost));
      k.cost += ns;
      prog.done += ns;
      if (prog.done >= op.ns) next(m, prog);
      return;
    }
    case 'exit':
      leave(proc);
      return;
    case 'loop':
      enter(m, prog, op.body, Infinity);
      return;
    case 'repeat':
      enter(m, prog, op.body, op.times);
      return;
  }
}
