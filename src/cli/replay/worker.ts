import { ENOENT } from '../../linux/include/errno';
import type { Kernel } from '../../linux/include/kernel';
import { VM_NORESERVE, VM_READ, VM_SHARED, VM_WRITE } from '../../linux/include/mm_types';
import { PF_CAP_SYS_ADMIN, TASK_INTERRUPTIBLE, type Task, WAIT_USER } from '../../linux/include/sched';
import { MS } from '../../linux/include/units';
import { doExit } from '../../linux/kernel/exit';
import { fork } from '../../linux/kernel/fork';
import { findTask, sleepOn } from '../../linux/kernel/sched/core';
import { writeOomScoreAdj } from '../../linux/kernel/sysctl';
import { madviseDontneed } from '../../linux/mm/madvise';
import { setMempolicy } from '../../linux/mm/mempolicy';
import { MCL_CURRENT, MCL_FUTURE, mlockall, mmPopulate } from '../../linux/mm/mlock';
import { mmap, munmap } from '../../linux/mm/mmap';
import { ALLOC_WAIT } from '../../linux/mm/page_alloc';
import type { Guest } from './guest';
import { BUFFERS, FORK_READS, FORK_WRITES } from './image';
import { startJob } from './loop';
import { MB_PAGES, mapFile, openFile, readFile, writeFile } from './worker_files';
import { type Reply, retry, type Step, TURN, touch } from './worker_steps';

/** A mapping of the worker. Newer private mappings are merged into the one above them, as the program does. */
interface Region {
  vpn: number;
  pages: number;
  shared: boolean;
}

export interface Worker {
  name: string;
  pid: number;
  regions: Region[];
  reserved: { vpn: number; pages: number; used: number } | null;
  /** It has carried out a command. */
  begun: boolean;
}

/** ns between a parent's looks at its child. */
const CHILD_POLL = 2 * MS;
/** strtoul(…, 0). */
const number = (text: string | undefined): number => Number.parseInt(text ?? '', text?.startsWith('0x') ? 16 : 10) || 0;

function noteRegion(w: Worker, vpn: number, pages: number, shared: boolean): void {
  const last = w.regions.at(-1);
  if (last && !shared && !last.shared && last.vpn === vpn + pages) {
    last.vpn = vpn;
    last.pages += pages;
  } else if (w.regions.length < 256) {
    w.regions.push({ vpn, pages, shared });
  }
}

/** mmap, with what a locked mapping wants: its pages at once. */
function* mapPages(k: Kernel, task: Task, pages: number, flags: number): Step<number> {
  const vpn = mmap(k, task, { pages, flags: VM_READ | VM_WRITE | flags });
  if (vpn >= 0) yield* retry(() => mmPopulate(k, task, k.cost + TURN));
  return vpn;
}

function* anon(k: Kernel, w: Worker, task: Task, op: string, pages: number): Reply {
  const shared = op === 'shm';
  const vpn = yield* mapPages(k, task, pages, shared ? VM_SHARED : 0);
  if (vpn < 0) return `err ${-vpn}`;
  if (op !== 'map') yield* touch(k, task, vpn, pages, true);
  noteRegion(w, vpn, pages, shared);
  return `ok ${pages}`;
}

/** touch START COUNT: counted from the end of each region, where its oldest page is. */
function* touchRegions(k: Kernel, w: Worker, task: Task, start: number, count: number, write: boolean): Reply {
  let left = count;
  let skip = start;
  for (const r of w.regions) {
    if (left <= 0) break;
    if (skip >= r.pages) {
      skip -= r.pages;
      continue;
    }
    const n = Math.min(r.pages - skip, left);
    yield* touch(k, task, r.vpn + r.pages - skip - n, n, write);
    left -= n;
    skip = 0;
  }
  return `ok ${count - left}`;
}

/** Drops the pages whose index in their region satisfies `drop`. */
function* dropPages(k: Kernel, w: Worker, task: Task, drop: (index: number) => boolean): Reply {
  let dropped = 0;
  for (const r of w.regions) {
    for (let i = 0; i < r.pages; i++) {
      if (!drop(i)) continue;
      madviseDontneed(k, task, r.vpn + i, 1);
      if (++dropped % 256 === 0) yield;
    }
  }
  return `ok ${dropped}`;
}

/** The largest single private writable mapping that is granted, by bisection; each is unmapped again. */
function* maxMap(k: Kernel, task: Task, limit: number, flags: number): Reply {
  let lo = 0;
  let hi = limit || 2 ** 34;
  let errno = 0;
  while (hi - lo > 1) {
    const mid = lo + Math.floor((hi - lo) / 2);
    const vpn = mmap(k, task, { pages: mid, flags: VM_READ | VM_WRITE | flags });
    if (vpn < 0) {
      errno = -vpn;
      hi = mid;
    } else {
      yield* retry(() => munmap(k, task, vpn, mid));
      lo = mid;
    }
  }
  return `ok ${lo} errno ${errno}`;
}

/** fork N PAGES SHARE: children that look at the parent's pages, take some of their own, and stay. */
function* forkChildren(g: Guest, w: Worker, task: Task, count: number, pages: number, share: boolean): Reply {
  const { k } = g;
  let reply = 'pids';
  for (let i = 0; i < count; i++) {
    const pid = yield* forkChild(k, task, `${task.comm.slice(0, 12)}.${i}`.slice(0, 15));
    if (pid < 0) break;
    const child = findTask(k, pid);
    if (!child) break;
    let ready = false;
    startJob(
      g.loop,
      child,
      (function* (): Generator<void, void> {
        yield* touch(k, child, FORK_WRITES.vpn, FORK_WRITES.pages, true);
        for (const r of FORK_READS) yield* touch(k, child, r.vpn, r.pages, false);
        if (share) for (const r of w.regions) yield* touch(k, child, r.vpn, r.pages, false);
        if (pages) {
          const vpn = yield* mapPages(k, child, pages, 0);
          if (vpn >= 0) yield* touch(k, child, vpn, pages, true);
        }
        ready = true;
      })(),
    );
    // The parent reads the child's byte; a child that is gone closes the pipe.
    while (!ready && findTask(k, pid) !== null) {
      sleepOn(k, task, WAIT_USER, 0, k.now + CHILD_POLL, TASK_INTERRUPTIBLE);
      yield;
    }
    reply += ` ${pid}`;
  }
  return reply;
}

/** fork(2). The child's pid, or -errno. */
export function* forkChild(k: Kernel, task: Task, comm: string): Step<number> {
  for (;;) {
    const child = fork(k, task);
    if (typeof child !== 'number') {
      child.comm = comm;
      return child.pid;
    }
    if (child !== ALLOC_WAIT) return child;
    yield;
  }
}

/** Carries out one command; the reply is worded as the guest program words it. */
export function* workerOp(g: Guest, w: Worker, task: Task, command: string): Reply {
  const { k } = g;
  if (!w.begun) {
    // The program's buffers, at the first command.
    w.begun = true;
    yield* touch(k, task, BUFFERS.vpn, BUFFERS.pages, true);
  }
  const [op, a1 = '', a2, a3] = command.trim().split(/\s+/);
  const n = number(a1);
  const m = number(a2);
  switch (op) {
    case 'anon':
    case 'shm':
    case 'map':
      return yield* anon(k, w, task, op, n);
    case 'reserve': {
      const vpn = yield* mapPages(k, task, n, VM_NORESERVE);
      if (vpn < 0) return `err ${-vpn}`;
      w.reserved = { vpn, pages: n, used: 0 };
      return `ok ${n}`;
    }
    case 'grow': {
      const r = w.reserved;
      if (!r || r.used + n > r.pages) return 'err full';
      yield* touch(k, task, r.vpn + r.used, n, true);
      r.used += n;
      return `ok ${r.used}`;
    }
    case 'touch':
    case 'rtouch':
      return yield* touchRegions(k, w, task, n, m, op === 'touch');
    case 'grtouch':
      if (w.reserved) yield* touch(k, task, w.reserved.vpn, n, true);
      return `ok ${n}`;
    case 'free':
      for (const r of w.regions) yield* retry(() => munmap(k, task, r.vpn, r.pages));
      w.regions = [];
      return 'ok';
    case 'punch':
      return yield* dropPages(k, w, task, (i) => i % (n || 2) !== 0);
    case 'half':
      return yield* dropPages(k, w, task, (i) => i % (n || 2) === 0);
    case 'read':
      return yield* readFile(g, task, a1, m, number(a3));
    case 'mapfile':
      return yield* mapFile(g, task, a1, m, number(a3));
    case 'write': {
      const inode = openFile(g, a1, true);
      return inode ? yield* writeFile(g, task, inode, m * MB_PAGES, number(a3)) : `err ${ENOENT}`;
    }
    case 'append': {
      const inode = openFile(g, a1, true);
      return inode ? yield* writeFile(g, task, inode, inode.nrPages, m) : `err ${ENOENT}`;
    }
    case 'fork':
      return yield* forkChildren(g, w, task, n, m, number(a3) !== 0);
    case 'mbind':
      return setMempolicy(k, task, n, m) < 0 ? 'err 22' : 'ok';
    case 'cpu':
      if (n >= k.nrCpus) return 'err 22';
      task.cpusAllowed = 1 << n;
      task.cpu = n;
      return 'ok';
    case 'uid':
      task.uid = n;
      if (n !== 0) task.flags &= ~PF_CAP_SYS_ADMIN;
      return 'ok';
    case 'lock': {
      const r = mlockall(k, task, MCL_CURRENT | MCL_FUTURE);
      if (r < 0) return `err ${-r}`;
      yield* retry(() => mmPopulate(k, task, k.cost + TURN));
      return 'ok';
    }
    case 'adj': {
      const r = writeOomScoreAdj(k, task, task.pid, n);
      return r < 0 ? `err ${-r}` : 'ok';
    }
    case 'maxmap':
      return yield* maxMap(k, task, n, 0);
    case 'noreserve':
      return yield* maxMap(k, task, n, VM_NORESERVE);
    case 'exit':
      doExit(k, task, 0);
      yield;
      return '';
    default:
      return 'err what';
  }
}
