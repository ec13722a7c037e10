/** The model's three hot loops, measured as `native.c` measures them in plain C. */
import { addDisk, completeBios, type DiskInit, nextCompletion } from '../../src/linux/block/blk-mq';
import { MMAP_BASE } from '../../src/linux/include/addr';
import type { Kernel } from '../../src/linux/include/kernel';
import { VM_READ, VM_WRITE } from '../../src/linux/include/mm_types';
import { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL } from '../../src/linux/include/mmzone';
import { PF_KSWAPD, PF_KTHREAD, TASK_RUNNING, type Task } from '../../src/linux/include/sched';
import { PGFAULT } from '../../src/linux/include/vmstat';
import { cgroupMkdir, writeCgroupFile } from '../../src/linux/kernel/cgroup';
import { mmAlloc } from '../../src/linux/kernel/fork';
import { createTask, nextWakeup, wakeSleepers } from '../../src/linux/kernel/sched/core';
import { lastFault, touchRandom, touchRange } from '../../src/linux/mm/memory/touch';
import { createKernel } from '../../src/linux/mm/mm_init';
import { mmap } from '../../src/linux/mm/mmap';
import { allocSlowpathStep } from '../../src/linux/mm/page_alloc';
import { swapon } from '../../src/linux/mm/swapfile';
import { kswapdStep } from '../../src/linux/mm/vmscan';
import { LINUX_6_12 } from '../../src/linux/versions/6.12';
import { COSTS } from '../../src/machine/costs';

/** ns of the processor's time each. */
export interface LoopFigures {
  fault: number;
  touch: number;
  reclaim: number;
}

/** A device that costs no time, within the call: the yardstick has none either. */
export const NULL_DISK: DiskInit = {
  name: 'null',
  latency: 0,
  pageTime: 0,
  rotational: false,
  parallel: 1,
  synchronous: true,
};

/** Touches at random that are measured. */
const TOUCHES = 20_000_000;
/** Faults with reclaim that are measured, at least. */
const RECLAIMS = 4_000_000;
/** Faults with reclaim that are timed together. */
const STRETCH = 500_000;

/** The processor's time that this process has had, ns: other programs' work is not in it. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

export interface Bench {
  k: Kernel;
  hog: Task;
  kswapd: Task;
}

/** A machine of `pages` pages, as much swap, one process and kswapd. */
export function boot(pages: number, swap: DiskInit = NULL_DISK): Bench {
  const low = Math.min(pages - 4096, 3 * 2 ** 18);
  const rest = pages - 4096 - low;
  const zone = (type: number, startPfn: number, n: number) => ({
    node: 0,
    type,
    startPfn,
    spanned: n,
    present: n,
    managed: n,
  });
  const k = createKernel({
    release: LINUX_6_12,
    cpus: 1,
    thp: 'never',
    seed: 1,
    costs: COSTS,
    sysctl: { overcommit_memory: 1 },
    zones: [
      zone(ZONE_DMA, 0, 4096),
      zone(ZONE_DMA32, 4096, low),
      ...(rest > 0 ? [zone(ZONE_NORMAL, 2 ** 20, rest)] : []),
    ],
  });
  swapon(k, { name: '/swap', pages: pages + 1, disk: addDisk(k, swap) });
  createTask(k, { comm: 'init' });
  const kswapd = createTask(k, { comm: 'kswapd0', flags: PF_KTHREAD | PF_KSWAPD });
  k.nodes[0].kswapd = kswapd.pid;
  const hog = createTask(k, { comm: 'hog' });
  hog.mm = mmAlloc(k, hog);
  k.mms[hog.mm].mmapBase = MMAP_BASE;
  k.current = hog.pid;
  return { k, hog, kswapd };
}

/** Puts the hog in a memory cgroup without limits: all its pages are charged from now on. */
function charge({ k, hog }: Bench): void {
  writeCgroupFile(k, '/sys/fs/cgroup/cgroup.subtree_control', '+memory');
  cgroupMkdir(k, '/web');
  writeCgroupFile(k, '/sys/fs/cgroup/web/cgroup.procs', String(hog.pid));
}

/** Lets kswapd, the device and the slow path do what is due, until the hog can run again. */
function serve(b: Bench): void {
  const { k, hog, kswapd } = b;
  for (;;) {
    k.now += k.cost;
    k.cost = 0;
    completeBios(k);
    wakeSleepers(k);
    for (let i = 0; i < 64 && kswapd.state === TASK_RUNNING; i++) kswapdStep(k, kswapd);
    if (hog.state === TASK_RUNNING) {
      if (hog.alloc === null || hog.alloc.done) return;
      allocSlowpathStep(k, hog);
    } else if (kswapd.state !== TASK_RUNNING) {
      const at = Math.min(nextCompletion(k), nextWakeup(k));
      if (at === Infinity) throw new Error('everybody sleeps for ever');
      k.now = Math.max(k.now, at);
    }
  }
}

/** Touches [vpn, vpn + count) in order and waits where the kernel waits. */
export function sweep(b: Bench, vpn: number, count: number): void {
  for (let done = 0; done < count; ) {
    b.k.cost = 0;
    done += touchRange(b.k, b.hog, vpn + done, count - done, 1, true, 1e6);
    if (lastFault.code > 1) throw new Error(`fault ${lastFault.code}`);
    serve(b);
  }
}

/**
 * Runs the three loops on a machine of `pages` pages.
 *
 * @param touches present touches to measure, and at least that many fifths of faults with reclaim
 * @param charged to a memory cgroup
 */
export function measure(pages: number, touches = TOUCHES, charged = false): LoopFigures {
  const b = boot(pages);
  if (charged) charge(b);
  const { k, hog } = b;
  const span = pages + pages / 2;
  const resident = Math.floor(pages / 10) * 9;
  const base = mmap(k, hog, { pages: span, flags: VM_READ | VM_WRITE });

  let t = cpuTime();
  sweep(b, base, resident);
  const fault = (cpuTime() - t) / resident;

  t = cpuTime();
  for (let done = 0; done < touches; ) {
    k.cost = 0;
    done += touchRandom(k, hog, base, resident, touches - done, true, 7 / 8, resident / 4, 1e9);
  }
  const touch = (cpuTime() - t) / touches;

  return { fault, touch, reclaim: roundAndRound(b, base, span, Math.floor(touches * (RECLAIMS / TOUCHES))) };
}

/**
 * ns a fault of going round and round an address space that does not fit, after the round that fills memory: the best
 * stretch of so many faults that plain C takes no longer for its whole loop.
 */
function roundAndRound(b: Bench, base: number, span: number, atLeast: number): number {
  const { vmEvents } = b.k;
  sweep(b, base, span);
  const rounds = 1 + Math.floor(atLeast / span);
  const stretch = Math.max(1, Math.floor(STRETCH / span));
  let best = Infinity;
  for (let done = 0; done < rounds; done += stretch) {
    const faults = vmEvents[PGFAULT];
    const t = cpuTime();
    for (let r = 0; r < stretch; r++) sweep(b, base, span);
    best = Math.min(best, (cpuTime() - t) / (vmEvents[PGFAULT] - faults));
  }
  return best;
}

/** The third loop with swap on a device that works on its own: requests, completions, read-ahead and waiting as well. */
export function measureOnDevice(pages: number, swap: DiskInit): number {
  const b = boot(pages, swap);
  const span = pages + pages / 2;
  const base = mmap(b.k, b.hog, { pages: span, flags: VM_READ | VM_WRITE });
  return roundAndRound(b, base, span, RECLAIMS / 4);
}
