/** The model's three hot loops, measured as `native.c` measures them in plain C. */
import { addDisk, completeBios, nextCompletion } from '../../src/linux/block/blk-mq';
import { MMAP_BASE } from '../../src/linux/include/addr';
import type { Kernel } from '../../src/linux/include/kernel';
import { VM_READ, VM_WRITE } from '../../src/linux/include/mm_types';
import { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL } from '../../src/linux/include/mmzone';
import { PF_KSWAPD, PF_KTHREAD, TASK_RUNNING, type Task } from '../../src/linux/include/sched';
import { PGFAULT, PGMAJFAULT, PSWPIN, PSWPOUT } from '../../src/linux/include/vmstat';
import { mmAlloc } from '../../src/linux/kernel/fork';
import { createTask, wakeUpProcess } from '../../src/linux/kernel/sched/core';
import { lastFault, touchRandom, touchRange } from '../../src/linux/mm/memory/touch';
import { createKernel } from '../../src/linux/mm/mm_init';
import { mmap } from '../../src/linux/mm/mmap';
import { allocSlowpathStep } from '../../src/linux/mm/page_alloc';
import { swapon } from '../../src/linux/mm/swapfile';
import { kswapdStep } from '../../src/linux/mm/vmscan';
import { LINUX_6_12 } from '../../src/linux/versions/6.12';
import { COSTS } from '../../src/machine/costs';

export interface LoopFigures {
  /** ns of real time each. */
  fault: number;
  touch: number;
  reclaim: number;
  /** Pages swapped out and in during the third loop. */
  out: number;
  in: number;
}

export interface Bench {
  k: Kernel;
  hog: Task;
  kswapd: Task;
}

/** A machine of `pages` pages, as much swap on a device that costs no time, one process and kswapd. */
export function boot(pages: number): Bench {
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
    thp: false,
    seed: 1,
    costs: COSTS,
    sysctl: { overcommit_memory: 1 },
    zones: [
      zone(ZONE_DMA, 0, 4096),
      zone(ZONE_DMA32, 4096, low),
      ...(rest > 0 ? [zone(ZONE_NORMAL, 2 ** 20, rest)] : []),
    ],
  });
  const disk = addDisk(k, { name: 'null', latency: 0, pageTime: 0, rotational: false, parallel: 1, synchronous: true });
  swapon(k, { name: '/swap', pages: pages + 1, disk });
  createTask(k, { comm: 'init' });
  const kswapd = createTask(k, { comm: 'kswapd0', flags: PF_KTHREAD | PF_KSWAPD });
  k.nodes[0].kswapd = kswapd.pid;
  const hog = createTask(k, { comm: 'hog' });
  hog.mm = mmAlloc(k, hog);
  k.mms[hog.mm].mmapBase = MMAP_BASE;
  k.current = hog.pid;
  return { k, hog, kswapd };
}

/** Lets kswapd, the device and the slow path do what is due, until the hog can run again. */
function serve({ k, hog, kswapd }: Bench): void {
  for (;;) {
    k.now += k.cost;
    k.cost = 0;
    if (k.disks[0].count > 0) {
      k.now = Math.max(k.now, nextCompletion(k));
      completeBios(k);
    }
    for (let i = 0; i < 64 && kswapd.state === TASK_RUNNING; i++) kswapdStep(k, kswapd);
    if (hog.state !== TASK_RUNNING) {
      if (hog.wakeAt < Infinity && k.disks[0].count === 0 && kswapd.state !== TASK_RUNNING) {
        k.now = Math.max(k.now, hog.wakeAt);
        wakeUpProcess(k, hog);
      }
      continue;
    }
    if (hog.alloc === null || hog.alloc.done) return;
    allocSlowpathStep(k, hog);
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

/** Runs the three loops on a machine of `pages` pages. */
export function measure(pages: number): LoopFigures {
  const b = boot(pages);
  const { k, hog } = b;
  const span = pages + pages / 2;
  const resident = Math.floor(pages / 10) * 9;
  const base = mmap(k, hog, { pages: span, flags: VM_READ | VM_WRITE });

  let t = performance.now();
  sweep(b, base, resident);
  const fault = ((performance.now() - t) * 1e6) / resident;

  const n = 20_000_000;
  t = performance.now();
  for (let done = 0; done < n; ) {
    k.cost = 0;
    done += touchRandom(k, hog, base, resident, n - done, true, 7 / 8, resident / 4, 1e9);
  }
  const touch = ((performance.now() - t) * 1e6) / n;

  sweep(b, base, span);
  const rounds = 1 + Math.floor(4_000_000 / span);
  const faults = k.vmEvents[PGFAULT];
  const [out, back] = [k.vmEvents[PSWPOUT], k.vmEvents[PSWPIN]];
  t = performance.now();
  for (let r = 0; r < rounds; r++) sweep(b, base, span);
  const reclaim = ((performance.now() - t) * 1e6) / (k.vmEvents[PGFAULT] - faults);
  void PGMAJFAULT;
  return { fault, touch, reclaim, out: k.vmEvents[PSWPOUT] - out, in: k.vmEvents[PSWPIN] - back };
}
