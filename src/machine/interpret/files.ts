/** Reading and writing files, on disk and in a tmpfs. */
import { createInode, findInode } from '../../linux/fs/inode';
import type { Inode } from '../../linux/include/mm_types';
import type { Task } from '../../linux/include/sched';
import { filemapRead, filemapWrite } from '../../linux/mm/filemap';
import { ALLOC_WAIT } from '../../linux/mm/page_alloc';
import { shmemWrite } from '../../linux/mm/shmem';
import type { Machine, Proc, Program } from '../machine';
import type { Instr } from '../ops';
import { next, refused } from './control';
import { allowed, made } from './pace';

/** Pages of a file in one step. */
const FILE_STEP = 32;

/** The file of this name, made with that length when there is none. */
export function openFile(m: Machine, name: string, pages: number): Inode {
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

export function readFile(m: Machine, task: Task, prog: Program, op: Extract<Instr, { op: 'read' }>): void {
  const k = m.kernel;
  const inode = openFile(m, op.file, op.filePages);
  const cursor = cursorOf(prog, inode.id);
  if (cursor.page >= inode.nrPages) cursor.page = 0;
  const count = allowed(m, task, prog, op.rate ?? 0, op.pages - prog.done);
  if (count <= 0) return;
  const n = filemapRead(k, task, inode, cursor.page, Math.min(count, FILE_STEP, inode.nrPages - cursor.page));
  advance(m, prog, cursor, n, op.pages);
}

export function writeFile(m: Machine, task: Task, prog: Program, op: Extract<Instr, { op: 'write' }>): void {
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

export function appendTmpfs(
  m: Machine,
  proc: Proc,
  task: Task,
  prog: Program,
  op: Extract<Instr, { op: 'append' }>,
): void {
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
