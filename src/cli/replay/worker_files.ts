/** What the workload program does with files. */
import { createInode, findInode } from '../../linux/fs/inode';
import { ENOENT, ENOSPC } from '../../linux/include/errno';
import { type Inode, VM_READ, VM_SHARED } from '../../linux/include/mm_types';
import type { Task } from '../../linux/include/sched';
import { filemapRead, filemapWrite } from '../../linux/mm/filemap';
import { mmap } from '../../linux/mm/mmap';
import { ALLOC_WAIT } from '../../linux/mm/page_alloc';
import type { Guest } from './guest';
import { type Reply, touch } from './worker_steps';

/** Pages of one read or write of the program: 64 KiB. */
const IO_PAGES = 16;
export const MB_PAGES = 256;

/** A file by path: one that was set up, or on a mounted tmpfs. */
export function openFile(g: Guest, path: string, create: boolean): Inode | null {
  const found = findInode(g.k, path);
  if (found || !create) return found;
  const tmpfs = g.tmpfs.find((t) => path.startsWith(`${t.dir}/`));
  if (tmpfs) return createInode(g.k, { name: path, kind: 'shmem', nrPages: 0, shmemLimit: tmpfs.limit });
  if (path.startsWith('/f/') && g.disk >= 0)
    return createInode(g.k, { name: path, kind: 'file', nrPages: 0, disk: g.disk });
  return createInode(g.k, { name: path, kind: 'ramfs', nrPages: 0 });
}

export function* readFile(g: Guest, task: Task, path: string, offset: number, megabytes: number): Reply {
  const inode = openFile(g, path, false);
  if (!inode) return `err ${ENOENT}`;
  const want = megabytes * MB_PAGES;
  let got = 0;
  let at = offset * MB_PAGES;
  while (got < want && at < inode.nrPages) {
    const n = Math.min(IO_PAGES, want - got, inode.nrPages - at);
    const r = filemapRead(g.k, task, inode, at, n);
    if (r === ALLOC_WAIT || r === 0) {
      yield;
      continue;
    }
    if (r < 0) break;
    got += r;
    at += r;
    yield;
  }
  return `ok ${got * 4096}`;
}

/** Writes `kb` from page `at` on. */
export function* writeFile(g: Guest, task: Task, inode: Inode, from: number, kb: number): Reply {
  const want = Math.ceil(kb / 4);
  let put = 0;
  while (put < want) {
    const n = Math.min(IO_PAGES, want - put);
    const r = filemapWrite(g.k, task, inode, from + put, n);
    if (r === ALLOC_WAIT || r === 0) {
      yield;
      continue;
    }
    if (r < 0) return `err ${-r || ENOSPC} after ${put * 4096}`;
    put += r;
    yield;
  }
  return `ok ${kb * 1024}`;
}

export function* mapFile(g: Guest, task: Task, path: string, offset: number, megabytes: number): Reply {
  const inode = openFile(g, path, false);
  if (!inode) return `err ${ENOENT}`;
  const pages = megabytes * MB_PAGES;
  const vpn = mmap(g.k, task, { pages, flags: VM_READ | VM_SHARED, inode: inode.id, pgoff: offset * MB_PAGES });
  if (vpn < 0) return `err ${-vpn}`;
  yield* touch(g.k, task, vpn, pages, false);
  return `ok ${pages}`;
}
