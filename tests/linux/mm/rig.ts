/** A small machine for tests of reclaim: one cpu, kswapd, a flusher and a disk, run until something holds. */
import { addDisk, completeBios, nextCompletion } from '../../../src/linux/block/blk-mq';
import { createInode } from '../../../src/linux/fs/inode';
import type { Kernel } from '../../../src/linux/include/kernel';
import { type Inode, VM_READ, VM_WRITE } from '../../../src/linux/include/mm_types';
import {
  PF_KSWAPD,
  PF_KTHREAD,
  PF_MEMALLOC,
  TASK_DEAD,
  TASK_RUNNING,
  type Task,
} from '../../../src/linux/include/sched';
import { NR_LRU_BASE } from '../../../src/linux/include/vmstat';
import { mmAlloc } from '../../../src/linux/kernel/fork';
import { createTask, wakeUpProcess } from '../../../src/linux/kernel/sched/core';
import { filemapRead } from '../../../src/linux/mm/filemap';
import { touchRange } from '../../../src/linux/mm/memory';
import { getMmCounterSum } from '../../../src/linux/mm/mm_counters';
import { createKernel } from '../../../src/linux/mm/mm_init';
import { mmap } from '../../../src/linux/mm/mmap';
import { allocSlowpathStep } from '../../../src/linux/mm/page_alloc';
import { flusherStep } from '../../../src/linux/mm/page-writeback';
import { swapon } from '../../../src/linux/mm/swapfile';
import { kswapdStep } from '../../../src/linux/mm/vmscan';
import { LINUX_6_12 } from '../../../src/linux/versions/6.12';
import { TEST_COSTS } from '../support';

export interface RigConfig {
  /** Managed pages, all in one zone Normal. */
  pages: number;
  /** Slots of swap on the disk, 0 = none. */
  swap?: number;
  kswapd?: boolean;
  rotational?: boolean;
  /** The multi-gen LRU; the classic lists when absent. */
  lruGen?: boolean;
}

export interface Rig {
  k: Kernel;
  disk: number;
  kswapd: Task | null;
  flusher: Task;
}

export function bootRig({ pages, swap = 0, kswapd = true, rotational = false, lruGen = false }: RigConfig): Rig {
  const k = createKernel({
    release: LINUX_6_12,
    cpus: 1,
    thp: 'never',
    lruGen,
    seed: 1,
    costs: TEST_COSTS,
    zones: [{ node: 0, type: 2, startPfn: 0x100000, spanned: pages, present: pages, managed: pages }],
  });
  createTask(k, { comm: 'systemd' });
  const disk = addDisk(k, { name: 'sda', latency: 80_000, pageTime: 8_000, rotational, parallel: rotational ? 1 : 8 });
  if (swap > 0) swapon(k, { name: '/dev/sda2', pages: swap + 1, disk });
  let daemon: Task | null = null;
  if (kswapd) {
    daemon = createTask(k, { comm: 'kswapd0', flags: PF_KTHREAD | PF_KSWAPD | PF_MEMALLOC });
    k.nodes[0].kswapd = daemon.pid;
  }
  const flusher = createTask(k, { comm: 'kworker/u2:1-flush-8:0', flags: PF_KTHREAD });
  return { k, disk, kswapd: daemon, flusher };
}

/** A process with an empty address space. */
export function spawn(r: Rig, comm: string): Task {
  const task = createTask(r.k, { comm });
  const id = mmAlloc(r.k, task);
  if (id < 0) throw new Error('no memory for an mm');
  task.mm = id;
  r.k.mms[id].mmapBase = 1 << 24;
  return task;
}

/** Private anonymous memory; returns its first virtual page. */
export const anon = (r: Rig, task: Task, pages: number): number =>
  mmap(r.k, task, { pages, flags: VM_READ | VM_WRITE });

/** One step of a task that can run: its allocation, or `work`. */
function step(r: Rig, task: Task, work: () => void): void {
  const { k } = r;
  k.current = task.pid;
  k.cost = 0;
  if (task.alloc !== null && !task.alloc.done) allocSlowpathStep(k, task);
  else work();
  k.now += Math.max(20, k.cost);
  k.cost = 0;
  completeBios(k);
}

function wakeDue(k: Kernel): void {
  for (const t of k.tasks) {
    if (t.state !== TASK_RUNNING && t.state !== TASK_DEAD && t.wakeAt <= k.now) wakeUpProcess(k, t);
  }
}

/** Runs kernel threads (and `task`, which does `work`) until `until` holds. Throws when it does not within `rounds`. */
export function runUntil(r: Rig, until: () => boolean, task: Task | null = null, work = () => {}, rounds = 1e6): void {
  const { k } = r;
  for (let i = 0; i < rounds; i++) {
    if (until()) return;
    wakeDue(k);
    let ran = false;
    if (task !== null && task.state === TASK_RUNNING) {
      step(r, task, work);
      ran = true;
    }
    for (const t of [r.kswapd, r.flusher]) {
      if (t === null || t.state !== TASK_RUNNING) continue;
      step(r, t, () => (t === r.flusher ? flusherStep(k, t) : kswapdStep(k, t)));
      ran = true;
    }
    if (ran) continue;
    let at = nextCompletion(k);
    for (const t of k.tasks) if (t.state !== TASK_RUNNING && t.wakeAt < at) at = t.wakeAt;
    if (at === Infinity) throw new Error('all asleep for ever');
    k.now = Math.max(k.now, at);
    completeBios(k);
  }
  throw new Error('not within so many rounds');
}

/** Touches `count` pages in order, waiting wherever that takes it. */
export function touch(r: Rig, task: Task, vpn: number, count: number, write = true): void {
  let done = 0;
  runUntil(
    r,
    () => done === count,
    task,
    () => {
      done += touchRange(r.k, task, vpn + done, count - done, 1, write, 50_000);
    },
  );
}

/** Lets kernel threads and disks work until nothing is under way but sleeps of a tenth of a second and more. */
export function settle(r: Rig, ns = 300_000_000): void {
  const end = r.k.now + ns;
  runUntil(
    r,
    () =>
      r.k.now >= end ||
      (nextCompletion(r.k) === Infinity &&
        r.k.tasks.every((t) => t.state !== TASK_RUNNING || (t !== r.kswapd && t !== r.flusher))),
  );
}

/** A file on the disk, none of it read. */
export const file = (r: Rig, pages: number): Inode =>
  createInode(r.k, { name: `/f${r.k.inodes.length}`, kind: 'file', nrPages: pages, disk: r.disk });

/** read(2) of a file's first pages. */
export function read(r: Rig, t: Task, inode: Inode, pages: number): void {
  let i = 0;
  runUntil(
    r,
    () => i >= pages,
    t,
    () => {
      const n = filemapRead(r.k, t, inode, i, Math.min(32, pages - i));
      if (n > 0) i += n;
    },
  );
}

/** Pages on a classic list, by what /proc says. */
export const lru = (k: Kernel, l: number): number => k.nodes[0].stat[NR_LRU_BASE + l];
/** An RSS counter of a task. */
export const counter = (k: Kernel, t: Task, member: number): number => getMmCounterSum(k.mms[t.mm], member);
