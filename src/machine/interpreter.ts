/**
 * Carries out programs, a step at a time. A step does as much of the operation at hand as the budget allows; where memory
 * or a disk makes it wait it simply ends, and the same operation goes on when the task has its next turn.
 */
import { findInode, unlinkInode } from '../linux/fs/inode';
import type { Kernel } from '../linux/include/kernel';
import { TASK_INTERRUPTIBLE, type Task } from '../linux/include/sched';
import { fork } from '../linux/kernel/fork';
import { scheduleTimeout } from '../linux/kernel/sched/core';
import { kernelFree } from '../linux/mm/kalloc';
import { madviseDontneed, madviseHugepage } from '../linux/mm/madvise';
import { mbind, setMempolicy } from '../linux/mm/mempolicy';
import { mlock, mmPopulate } from '../linux/mm/mlock';
import { munmap } from '../linux/mm/mmap';
import { ALLOC_WAIT } from '../linux/mm/page_alloc';
import { currentOp, enter, leave, next, refused } from './interpret/control';
import { appendTmpfs, readFile, writeFile } from './interpret/files';
import { kalloc } from './interpret/kernel';
import { grow, malloc2, map } from './interpret/map';
import { regionOf } from './interpret/regions';
import { touch } from './interpret/touch';
import { startProcess } from './launch';
import type { Machine, Proc, Program, Region } from './machine';
import type { Instr } from './ops';
import { addProc, programAt } from './procs';

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

function advise(k: Kernel, task: Task, { vpn, pages }: Region, advice: string, keepEvery: number): void {
  if (advice !== 'dontneed') madviseHugepage(k, task, vpn, pages, advice === 'hugepage');
  else if (keepEvery === 0) madviseDontneed(k, task, vpn, pages);
  else
    for (let i = 0; i < pages; i += keepEvery)
      madviseDontneed(k, task, vpn + i + 1, Math.min(keepEvery, pages - i) - 1);
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
    case 'mbind': {
      const region = regionOf(prog, op.region);
      if (region) mbind(k, task, region.vpn, region.pages, op.mode, op.nodes);
      next(m, prog);
      return;
    }
    case 'set_mempolicy':
      setMempolicy(k, task, op.mode, op.nodes);
      next(m, prog);
      return;
    case 'madvise': {
      const region = regionOf(prog, op.region);
      if (region) advise(k, task, region, op.advice, op.keepEvery ?? 0);
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
    case 'kalloc':
      kalloc(m, proc, task, prog, op, budget);
      return;
    case 'kfree':
      kernelFree(k, task.pid, op.keepEvery ?? 0);
      next(m, prog);
      return;
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
