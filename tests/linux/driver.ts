/** A kernel with one cpu whose processes are driven call by call: no kswapd, no flusher, time passes only in waits. */
import { addDisk, completeBios, nextCompletion } from '../../src/linux/block/blk-mq';
import type { Kernel, Release } from '../../src/linux/include/kernel';
import { VM_READ, VM_WRITE } from '../../src/linux/include/mm_types';
import { TASK_RUNNING, type Task } from '../../src/linux/include/sched';
import { doExitStep } from '../../src/linux/kernel/exit';
import { mmAlloc } from '../../src/linux/kernel/fork';
import { createTask, wakeUpProcess } from '../../src/linux/kernel/sched/core';
import { chargeStep, memcgWorkPending, memcgWorkStep } from '../../src/linux/mm/memcontrol';
import { lastFault, touchRange, VM_FAULT_DONE, VM_FAULT_WAIT } from '../../src/linux/mm/memory';
import { mmap } from '../../src/linux/mm/mmap';
import { ALLOC_WAIT, allocSlowpathStep } from '../../src/linux/mm/page_alloc';
import { swapon } from '../../src/linux/mm/swapfile';
import { bootTestKernel } from './support';

export interface Setup {
  /** Managed pages. */
  pages?: number;
  /** Swap slots. */
  swap?: number;
  release?: Release;
  /** The multi-gen LRU; as the release has it when absent. */
  lruGen?: boolean;
}

/** Boots with a disk (index 0) and a first task, so that later ones are not init. */
export function boot({ pages = 16_384, swap = 0, release, lruGen }: Setup = {}): Kernel {
  const k = bootTestKernel(pages, { lruGen, ...(release ? { release } : {}) });
  addDisk(k, { name: 'sda', latency: 80_000, pageTime: 8_000, rotational: false, parallel: 8 });
  if (swap > 0) swapon(k, { name: '/dev/sda2', pages: swap + 1, disk: 0 });
  createTask(k, { comm: 'init' });
  return k;
}

/** A process with an empty address space. */
export function spawn(k: Kernel, comm: string): Task {
  const task = createTask(k, { comm });
  const id = mmAlloc(k, task);
  task.mm = id;
  k.mms[id].mmapBase = 2 ** 30;
  k.current = task.pid;
  return task;
}

/** Lets pass what `task` waits for: its slow path, an I/O, a timeout. */
function passWait(k: Kernel, task: Task): void {
  k.current = task.pid;
  while (task.state !== TASK_RUNNING) {
    k.now = Math.max(k.now, Math.min(nextCompletion(k), task.wakeAt));
    completeBios(k);
    if (task.state !== TASK_RUNNING && task.wakeAt <= k.now) wakeUpProcess(k, task);
  }
  if (task.alloc !== null && !task.alloc.done) allocSlowpathStep(k, task);
  else if (task.charge !== null && !task.charge.done) chargeStep(k, task);
  else if (memcgWorkPending(task)) memcgWorkStep(k, task);
  completeBios(k);
  k.now += k.cost + 100;
  k.cost = 0;
}

/** Repeats a call of the kernel as long as it says "not yet". */
export function settle<T>(
  k: Kernel,
  task: Task,
  call: () => T,
  notYet: (r: T) => boolean = (r) => r === ALLOC_WAIT,
): T {
  k.current = task.pid;
  for (let i = 0; i < 1e6; i++) {
    // Not before it has done for its cgroup what that wants from it; those killed for it go meanwhile.
    if (memcgWorkPending(task)) {
      for (const t of [...k.tasks]) if (t !== task && t.sigkill) doExitStep(k, t, Infinity);
      passWait(k, task);
      continue;
    }
    const r = call();
    if (!notYet(r)) return r;
    passWait(k, task);
  }
  throw new Error(`never done: ${JSON.stringify(task)}`);
}

/** Accesses pages in order; returns the VM_FAULT_* that ended it. */
export function touch(k: Kernel, task: Task, vpn: number, pages: number, write = true, stride = 1): number {
  let done = 0;
  return settle(
    k,
    task,
    () => {
      done += touchRange(k, task, vpn + done * stride, pages - done, stride, write, Infinity);
      return done === pages ? VM_FAULT_DONE : lastFault.code;
    },
    (r) => r === VM_FAULT_WAIT,
  );
}

/** Private anonymous memory; returns its first virtual page. */
export const anon = (k: Kernel, task: Task, pages: number): number =>
  mmap(k, task, { pages, flags: VM_READ | VM_WRITE });

/** Pages that are free, per-cpu lists included. */
export const freePages = (k: Kernel): number =>
  k.zones.reduce((n, z) => n + z.free + z.pcp.reduce((s, p) => s + p.count, 0), 0);

/** Waits out all I/O. */
export function finishIo(k: Kernel): void {
  while (nextCompletion(k) < Infinity) {
    k.now = Math.max(k.now, nextCompletion(k));
    completeBios(k);
  }
}
