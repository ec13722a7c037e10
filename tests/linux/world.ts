/** A small machine whose processes do things at random, for tests of what must always hold. */
import { addDisk, completeBios, nextCompletion } from '../../src/linux/block/blk-mq';
import { newZram } from '../../src/linux/drivers/block/zram';
import { createInode } from '../../src/linux/fs/inode';
import type { Kernel, Release } from '../../src/linux/include/kernel';
import { VM_READ, VM_SHARED, VM_WRITE } from '../../src/linux/include/mm_types';
import {
  PF_KSWAPD,
  PF_KTHREAD,
  PF_MEMALLOC,
  PF_STUCK,
  TASK_INTERRUPTIBLE,
  TASK_RUNNING,
  TASK_UNINTERRUPTIBLE,
  type Task,
  WAIT_USER,
} from '../../src/linux/include/sched';
import { cgroupMkdir, cgroupRmdir, writeCgroupFile } from '../../src/linux/kernel/cgroup';
import { doExitStep } from '../../src/linux/kernel/exit';
import { fork, mmAlloc } from '../../src/linux/kernel/fork';
import {
  createTask,
  findTask,
  nextRandom,
  sendSigkill,
  sleepOn,
  wakeUpProcess,
} from '../../src/linux/kernel/sched/core';
import { psiUpdate } from '../../src/linux/kernel/sched/psi';
import { filemapRead, filemapWrite } from '../../src/linux/mm/filemap';
import { chargeStep, memcgWorkPending, memcgWorkStep } from '../../src/linux/mm/memcontrol';
import { lastFault, touchRange } from '../../src/linux/mm/memory';
import { mlock, mmPopulate } from '../../src/linux/mm/mlock';
import { mmap, munmap } from '../../src/linux/mm/mmap';
import { oomReaperStep } from '../../src/linux/mm/oom_kill';
import { ALLOC_WAIT, allocSlowpathStep } from '../../src/linux/mm/page_alloc';
import { flusherStep } from '../../src/linux/mm/page-writeback';
import { shmemWrite } from '../../src/linux/mm/shmem';
import { swapon } from '../../src/linux/mm/swapfile';
import { kswapdStep } from '../../src/linux/mm/vmscan';
import { bootTestKernel } from './support';

/** What a process is at: called until it returns true. */
type Job = () => boolean;

export interface World {
  k: Kernel;
  flusher: number;
  jobs: Map<number, Job>;
  files: number[];
  /** Mapped ranges of each process. */
  maps: Map<number, { at: number; pages: number }[]>;
}

export interface WorldConfig {
  /** Managed pages. */
  pages: number;
  /** Pages of swap, 0 = none. */
  swap: number;
  seed: number;
  cpus?: number;
  /** The multi-gen LRU; as the release has it when absent. */
  lruGen?: boolean;
  release?: Release;
  /** Swap is in memory: 'ram' as it is, 'zram' compressed. On the disk when absent. */
  swapTo?: 'ram' | 'zram';
}

/** A device that is done within the call. */
const IN_MEMORY = { latency: 0, pageTime: 2000, rotational: false, parallel: 1, synchronous: true };

export function bootWorld({ pages, swap, seed, cpus = 1, lruGen, release, swapTo }: WorldConfig): World {
  const k = bootTestKernel(pages, { seed, cpus, lruGen, ...(release ? { release } : {}) });
  createTask(k, { comm: 'init', pid: 1, state: TASK_UNINTERRUPTIBLE, waitKind: WAIT_USER, wakeAt: Infinity });
  const kswapd = createTask(k, { comm: 'kswapd0', flags: PF_KTHREAD | PF_KSWAPD | PF_MEMALLOC });
  k.nodes[0].kswapd = kswapd.pid;
  const flusher = createTask(k, { comm: 'kworker/u2:1', flags: PF_KTHREAD });
  const disk = addDisk(k, { name: 'vda', latency: 80_000, pageTime: 8_000, rotational: seed % 2 === 0, parallel: 4 });
  const swapDisk = swapTo === undefined ? disk : addDisk(k, { ...IN_MEMORY, name: swapTo });
  if (swapTo === 'zram') k.disks[swapDisk].zram = newZram(swap + 1, 1400);
  if (swap > 0) swapon(k, { name: '/dev/vdb', pages: swap + 1, disk: swapDisk });
  const files = [
    createInode(k, { name: '/f/a', kind: 'file', nrPages: Math.floor(pages / 2), disk }).id,
    createInode(k, { name: '/f/b', kind: 'file', nrPages: 300, disk }).id,
    createInode(k, { name: '/tmp/c', kind: 'shmem', nrPages: 0, shmemLimit: Math.floor(pages / 3) }).id,
  ];
  return { k, flusher: flusher.pid, jobs: new Map(), files, maps: new Map() };
}

/** A number from 0 to n - 1. */
export const pick = (k: Kernel, n: number): number => nextRandom(k) % n;

export function spawn(w: World, comm: string, adj = 0): Task {
  const { k } = w;
  const task = createTask(k, { comm, oomScoreAdj: adj, cpu: pick(k, k.nrCpus), uid: 1000 });
  const id = mmAlloc(k, task);
  if (id < 0) {
    k.tasks.pop();
    throw new RangeError('no memory for a process');
  }
  task.mm = id;
  k.mms[id].mmapBase = 1 << 24;
  w.maps.set(task.pid, []);
  return task;
}

/** Touches pages in order; gives up when a fault fails for good. */
function touchJob(w: World, t: Task, at: number, pages: number, write: boolean): Job {
  let done = 0;
  return () => {
    done += touchRange(w.k, t, at + done, pages - done, 1, write, 40_000);
    return done >= pages || lastFault.code > 1;
  };
}

/** Lets a process fill its memory, `pages` in all, and then do nothing. */
export function startHog(w: World, t: Task, pages: number): void {
  const at = mmap(w.k, t, { pages, flags: VM_READ | VM_WRITE });
  if (at < 0) throw new RangeError('no room for so many pages');
  const touch = touchJob(w, t, at, pages, true);
  let full = false;
  w.jobs.set(t.pid, () => {
    if (!full) full = touch();
    else sleepOn(w.k, t, WAIT_USER, 0, Infinity, TASK_INTERRUPTIBLE);
    return false;
  });
}

/** Something for a process to do next. */
function nextJob(w: World, t: Task): Job {
  const { k } = w;
  const maps = w.maps.get(t.pid)!;
  const size = 1 + pick(k, 400);
  const any = maps.length > 0 ? maps[pick(k, maps.length)] : null;
  switch (pick(k, 12)) {
    case 0:
    case 1:
    case 2: {
      const at = mmap(k, t, { pages: size, flags: VM_READ | VM_WRITE });
      if (at < 0) return () => true;
      maps.push({ at, pages: size });
      return touchJob(w, t, at, size, true);
    }
    case 3: {
      const at = mmap(k, t, { pages: size, flags: VM_READ | VM_WRITE | VM_SHARED });
      if (at < 0) return () => true;
      maps.push({ at, pages: size });
      return touchJob(w, t, at, size, pick(k, 2) === 0);
    }
    case 4: {
      const inode = k.inodes[w.files[pick(k, 2)]];
      const pages = Math.min(size, inode.nrPages);
      const shared = pick(k, 2) === 0 ? VM_SHARED : 0;
      const at = mmap(k, t, { pages, flags: VM_READ | VM_WRITE | shared, inode: inode.id, pgoff: 0 });
      if (at < 0) return () => true;
      maps.push({ at, pages });
      return touchJob(w, t, at, pages, pick(k, 2) === 0);
    }
    case 5:
      return any ? touchJob(w, t, any.at, any.pages, pick(k, 2) === 0) : () => true;
    case 6: {
      const inode = k.inodes[w.files[pick(k, 2)]];
      const from = pick(k, inode.nrPages);
      const end = Math.min(inode.nrPages, from + size);
      let i = from;
      return () => {
        const n = filemapRead(k, t, inode, i, Math.min(16, end - i));
        if (n > 0) i += n;
        return i >= end || (n <= 0 && n !== ALLOC_WAIT);
      };
    }
    case 7: {
      const inode = k.inodes[w.files[pick(k, 2)]];
      const from = pick(k, inode.nrPages);
      const end = Math.min(inode.nrPages, from + size);
      let i = from;
      return () => {
        const n = filemapWrite(k, t, inode, i, Math.min(16, end - i));
        if (n > 0) i += n;
        return i >= end || (n <= 0 && n !== ALLOC_WAIT);
      };
    }
    case 8: {
      const inode = k.inodes[w.files[2]];
      let left = Math.min(size, 100);
      return () => {
        const n = shmemWrite(k, t, inode, inode.nrPages, Math.min(8, left));
        if (n > 0) left -= n;
        return left <= 0 || (n <= 0 && n !== ALLOC_WAIT);
      };
    }
    case 9: {
      if (!any || pick(k, 2) === 0) return () => true;
      return () => {
        if (munmap(k, t, any.at, any.pages) === ALLOC_WAIT) return false;
        const i = maps.indexOf(any);
        if (i >= 0) maps.splice(i, 1);
        return true;
      };
    }
    case 10:
      return () => {
        const child = fork(k, t);
        if (child === ALLOC_WAIT) return false;
        if (typeof child !== 'number')
          w.maps.set(
            child.pid,
            maps.map((m) => ({ ...m })),
          );
        return true;
      };
    default: {
      if (!any || any.pages > 60) return () => true;
      if (mlock(k, t, any.at, any.pages) !== 0) return () => true;
      return () => mmPopulate(k, t, k.cost + 40_000) !== ALLOC_WAIT;
    }
  }
}

/** One turn of a task that can run. */
function turn(w: World, t: Task): void {
  const { k } = w;
  k.current = t.pid;
  k.cpu = t.cpu;
  k.cost = 0;
  if (t.alloc !== null && !t.alloc.done) allocSlowpathStep(k, t);
  else if (t.charge !== null && !t.charge.done) chargeStep(k, t);
  else if (t.sigkill) {
    if (doExitStep(k, t, 200_000)) w.jobs.delete(t.pid);
  } else if (memcgWorkPending(t)) memcgWorkStep(k, t);
  else if (t.flags & PF_KSWAPD) kswapdStep(k, t);
  else if (t.pid === w.flusher) flusherStep(k, t);
  else if (t.pid === 1) sleepOn(k, t, WAIT_USER, 0, Infinity, TASK_UNINTERRUPTIBLE);
  else if (!(t.flags & PF_KTHREAD)) {
    let job = w.jobs.get(t.pid);
    if (!job) {
      job = nextJob(w, t);
      w.jobs.set(t.pid, job);
    }
    if (job()) w.jobs.delete(t.pid);
  }
  psiUpdate(k);
  k.now += Math.max(20, k.cost);
  k.cost = 0;
}

/** Everybody who can run has one turn; time goes on to the next event when nobody can. */
export function round(w: World): void {
  const { k } = w;
  let ran = false;
  for (const t of [...k.tasks]) {
    if (k.panic !== '') return;
    if (!k.tasks.includes(t)) continue;
    if (t.state !== TASK_RUNNING && t.wakeAt <= k.now) wakeUpProcess(k, t);
    if (t.state !== TASK_RUNNING) continue;
    turn(w, t);
    ran = true;
  }
  if (!ran) {
    let at = Math.min(nextCompletion(k), k.timers[0]?.at ?? Infinity);
    for (const t of k.tasks) if (t.state !== TASK_RUNNING && t.wakeAt < at) at = t.wakeAt;
    if (at < Infinity) {
      psiUpdate(k);
      k.now = Math.max(k.now, at);
    }
  }
  completeBios(k);
  while (k.timers.length > 0 && k.timers[0].at <= k.now) {
    const timer = k.timers.shift()!;
    if (timer.kind === 'oom_reaper') oomReaperStep(k, timer.arg);
  }
}

const CGROUPS = ['/a', '/a/x', '/a/y', '/b'];

/** Makes them, two below one of the others, each with a memory controller. */
export function makeCgroups(w: World): void {
  writeCgroupFile(w.k, '/sys/fs/cgroup/cgroup.subtree_control', '+memory');
  for (const path of CGROUPS) {
    cgroupMkdir(w.k, path);
    if (path === '/a') writeCgroupFile(w.k, '/sys/fs/cgroup/a/cgroup.subtree_control', '+memory');
  }
}

/** Something done to the control groups: made, removed, limited, processes moved. */
export function changeCgroups(w: World, users: Task[]): void {
  const { k } = w;
  const path = CGROUPS[pick(k, CGROUPS.length)];
  const dir = `/sys/fs/cgroup${path}`;
  const write = (file: string, value: string): void => {
    const { work } = writeCgroupFile(k, `${dir}/${file}`, value);
    const init = findTask(k, 1);
    if (work === null || init === null || init.memcgWork !== null) return;
    init.memcgWork = work;
    wakeUpProcess(k, init);
  };
  const size = String((1 + pick(k, 600)) * 4096);
  switch (pick(k, 16)) {
    case 0:
      writeCgroupFile(k, '/sys/fs/cgroup/cgroup.subtree_control', pick(k, 60) === 0 ? '-memory' : '+memory');
      return;
    case 1:
      if (path === '/a') write('cgroup.subtree_control', pick(k, 6) === 0 ? '-memory' : '+memory');
      return;
    case 2:
    case 3:
      cgroupMkdir(k, path);
      return;
    case 4:
      cgroupRmdir(k, path);
      return;
    case 5:
      write('memory.max', pick(k, 4) === 0 ? 'max' : size);
      return;
    case 6:
      write('memory.high', pick(k, 2) === 0 ? 'max' : size);
      return;
    case 7:
      write(['memory.low', 'memory.min', 'memory.swap.max'][pick(k, 3)], size);
      return;
    case 8:
      write(pick(k, 2) === 0 ? 'memory.oom.group' : 'memory.reclaim', pick(k, 2) === 0 ? '1' : size);
      return;
    default:
      if (users.length > 0) write('cgroup.procs', String(users[pick(k, users.length)].pid));
  }
}

/** Kills a process as a user would. */
export const kill = (w: World, t: Task): void => sendSigkill(w.k, t);

/** Puts a process to sleep for ever, beyond the reach of signals. */
export function getStuck(w: World, t: Task): void {
  t.flags |= PF_STUCK;
  w.jobs.delete(t.pid);
  sleepOn(w.k, t, WAIT_USER, 0, Infinity, TASK_UNINTERRUPTIBLE);
}
