/** Starting processes: init forks them, and each execs its image. */

import { type Image, mmExec } from '../linux/fs/exec';
import { createInode, findInode } from '../linux/fs/inode';
import { VM_EXEC, VM_GROWSDOWN, VM_READ, VM_WRITE } from '../linux/include/mm_types';
import { TASK_INTERRUPTIBLE, type Task, WAIT_USER } from '../linux/include/sched';
import { fork } from '../linux/kernel/fork';
import { sleepOn } from '../linux/kernel/sched/core';
import { setMempolicy } from '../linux/mm/mempolicy';
import { ALLOC_WAIT } from '../linux/mm/page_alloc';
import { attach } from './cgroups';
import type { Machine, Proc } from './machine';
import type { Op } from './ops';
import { addProc, newProgram } from './procs';

/** The C library, shared by all: 1.8 MiB, of which a program uses a quarter. */
const LIBC_PAGES = 450;
/** Initialised data and what the loader writes. */
const DATA_PAGES = 40;
/** The stack's mapping as execve makes it (132 KiB), and the pages of it that are written at once. */
const STACK_PAGES = 33;
const STACK_USED = 3;
export const DEFAULT_TEXT = 384;
/** Share of its text a program has run through when it begins its work: one of so many pages. */
const TEXT_USED = 3;

function fileInode(m: Machine, name: string, pages: number): number {
  const k = m.kernel;
  return (findInode(k, name) ?? createInode(k, { name, kind: 'file', nrPages: pages, disk: 0 })).id;
}

function imageOf(m: Machine, comm: string, textPages: number): Image {
  // Instances of one program share its file: tab-1 and tab-2 are both `tab`.
  const file = `/usr/bin/${comm.replace(/-\d+$/, '')}`;
  const text = fileInode(m, file, textPages);
  const libc = fileInode(m, '/usr/lib/libc.so.6', LIBC_PAGES);
  const used = Math.max(1, Math.floor(textPages / TEXT_USED));
  return {
    segments: [
      {
        name: 'text',
        pages: textPages,
        flags: VM_READ | VM_EXEC,
        inode: text,
        touch: [{ from: 0, pages: used, write: false }],
      },
      {
        name: 'data',
        pages: DATA_PAGES,
        flags: VM_READ | VM_WRITE,
        touch: [{ from: 0, pages: DATA_PAGES >> 1, write: true }],
      },
      {
        name: 'libc',
        pages: LIBC_PAGES,
        flags: VM_READ | VM_EXEC,
        inode: libc,
        start: 'mmap',
        touch: [{ from: 0, pages: LIBC_PAGES >> 2, write: false }],
      },
      {
        name: 'stack',
        pages: STACK_PAGES,
        flags: VM_READ | VM_WRITE | VM_GROWSDOWN,
        touch: [{ from: STACK_PAGES - STACK_USED, pages: STACK_USED, write: true }],
      },
    ],
  };
}

/**
 * execve: gives the task a fresh address space with a program in it.
 *
 * @param textPages size of the program's file, 0 = an ordinary one
 * @returns true when it runs; false: call again (or it was killed, and its exit is under way)
 */
export function startProcess(m: Machine, task: Task, comm: string, textPages: number): boolean {
  const r = mmExec(m.kernel, task, imageOf(m, comm, textPages > 0 ? textPages : DEFAULT_TEXT));
  if (r === ALLOC_WAIT) return false;
  if (r === 0) task.comm = comm;
  return r === 0;
}

/** What init does between starting processes: it looks at its own pages now and then. */
export const INIT_OPS: Op[] = [
  { op: 'exec', name: 'systemd', textPages: 480 },
  { op: 'sbrk', pages: 300 },
  { op: 'touch', region: 'heap', write: true },
];

/** init, once its own program has come to its end: starts what is in line, else sleeps until there is something. */
export function initStep(m: Machine, task: Task): void {
  const k = m.kernel;
  if (m.starting.length === 0) {
    sleepOn(k, task, WAIT_USER, 0, Infinity, TASK_INTERRUPTIBLE);
    return;
  }
  const child = fork(k, task);
  if (typeof child === 'number') {
    // Refused by overcommit: the process is not started.
    if (child !== ALLOC_WAIT) m.starting.shift();
    return;
  }
  const spec = m.starting[0];
  m.starting.shift();
  child.uid = spec.uid;
  child.comm = spec.comm;
  child.oomScoreAdj = spec.oomScoreAdj;
  child.oomScoreAdjMin = Math.min(0, spec.oomScoreAdj);
  if (spec.uid !== 0) child.flags = 0;
  if (spec.cgroup !== undefined) attach(k, child, spec.cgroup);
  child.nice = spec.nice ?? 0;
  child.cpusAllowed = spec.cpus ?? 0;
  child.cpuset = spec.cpuset ?? -1;
  if (spec.mempolicy) setMempolicy(k, child, spec.mempolicy.mode, spec.mempolicy.nodes);
  const exec: Op = { op: 'exec', name: spec.comm, textPages: spec.textPages };
  addProc(m, child, newProgram(m, spec.program, [exec, ...spec.ops], child.pid));
}

/** True when the program of this process has nothing more to do. */
export const atEnd = (proc: Proc): boolean => proc.prog === null || proc.prog.frames.length === 0;
