/**
 * The machine of a recording, in the state in which it was recorded: zones with their free blocks, what the kernel holds,
 * swap, disks, kernel threads, and PID 1 with its locked memory.
 */
import { addDisk } from '../../linux/block/blk-mq';
import { mmExec } from '../../linux/fs/exec';
import { createInode } from '../../linux/fs/inode';
import { GFP_USER_PAGE, MIGRATE_UNMOVABLE } from '../../linux/include/gfp';
import type { Costs, Kernel, ThpEnabled } from '../../linux/include/kernel';
import type { Inode } from '../../linux/include/mm_types';
import { PGTYPE_KSTACK, PGTYPE_SLAB_UNRECLAIMABLE } from '../../linux/include/page';
import {
  PF_CAP_SYS_ADMIN,
  PF_KCOMPACTD,
  PF_KSWAPD,
  PF_KTHREAD,
  PF_MEMALLOC,
  TASK_INTERRUPTIBLE,
  type Task,
  WAIT_KTHREAD,
} from '../../linux/include/sched';
import { MS, SEC } from '../../linux/include/units';
import {
  NR_KERNEL_STACK_KB,
  NR_PAGETABLE,
  NR_SLAB_RECLAIMABLE_B,
  NR_SLAB_UNRECLAIMABLE_B,
  VM_EVENT_NAMES,
} from '../../linux/include/vmstat';
import { createTask } from '../../linux/kernel/sched/core';
import { filemapAdd } from '../../linux/mm/filemap';
import { claimBootPages } from '../../linux/mm/memblock';
import { MCL_CURRENT, MCL_FUTURE, mlockall, mmPopulate } from '../../linux/mm/mlock';
import { createKernel } from '../../linux/mm/mm_init';
import { ALLOC_WAIT, allocPages, allocSlowpathStep } from '../../linux/mm/page_alloc';
import { lruAddDrainAll } from '../../linux/mm/swap';
import { swapon } from '../../linux/mm/swapfile';
import { findRelease } from '../../linux/versions';
import { COSTS, DISKS } from '../../machine/costs';
import { type Guest, UnsupportedError } from './guest';
import { guestImage, PROGRAM_PAGES } from './image';
import { newLoop, waitForInput } from './loop';
import { lendBootPages, reclaimableAtHand, takeBackPages } from './pcp';
import type { Recording } from './recording';
import { NO_SLAB } from './slab';
import { bootSysctl, bootZones, cpuNodes, recordedStat, swapAreas } from './zones';

/**
 * The same as in machine/costs.ts on an emulated cpu (QEMU's TCG). Exceptions, system calls and TLB misses are what it is
 * slow at: a first touch takes some 23 us, while a page of a dying process is given back in about 1 us. A fruitless reclaim
 * takes about a millisecond the first times, and half of that later: 26 walks over the lists and all shrinkers.
 */
const TCG_COSTS: Costs = {
  touch: 500,
  fault: 16_800,
  clearPage: 4_000,
  copyPage: 6_000,
  allocPcp: 800,
  buddyPage: 300,
  scanPage: 1_500,
  compactScan: 100,
  unmapPage: 300,
  dispatch: 122_500,
  interrupt: 200_000,
  submitPage: 7_000,
  dispatchPage: 100,
  endioPage: 2_200,
  freePage: 400,
  slowpath: 5_000,
  shrinkLruvec: 8_000,
  shrinkSlab: 32_000,
  oomTask: 3_000,
  contextSwitch: 20_000,
  syscall: 5_000,
  copyPte: 200,
  readPage: 3_000,
};
/** ns that printing a line of the log takes on an emulated serial console. */
const CONSOLE_LINE = MS / 4;
/** Xarray nodes that fit in the slabs of the boot. */
const BOOT_NODES = 14;
/** ns since boot when the script begins. */
const BOOT_TIME = 2 * SEC;
/** Pages of /f/big, 256 MiB. */
const BIG_FILE_PAGES = 65_536;
/**
 * A disk that is a file of the host, in its page cache, ns. The emulator takes most of a request's time from the processor
 * that rings the doorbell (`dispatch`, `dispatchPage`), and is done with it soon after: from issue to completion a write takes
 * some 0.15 ms for 32 pages and 0.3 ms for 254, while the batch that filled it up may still be in hand.
 */
const HOST_DISK = { ...DISKS.ssd, latency: 10_000, pageTime: 550, parallel: 64 };

const isEmulated = (r: Recording): boolean => /-accel tcg/.test(r.qemu);

/** A file in the root ramfs, all of it in memory. */
function ramfsFile(k: Kernel, task: Task, name: string, pages: number): Inode {
  const inode = createInode(k, { name, kind: 'ramfs', nrPages: pages });
  for (let i = 0; i < pages; i++) {
    const pfn = allocPages(k, task, GFP_USER_PAGE, 0);
    if (pfn < 0) throw new UnsupportedError('no memory left at boot');
    filemapAdd(k, inode, i, pfn);
  }
  return inode;
}

/** Calls a boot-time function until it is done; nothing else runs yet. */
function finish(k: Kernel, task: Task, call: () => number): void {
  while (call() === ALLOC_WAIT) if (task.alloc) allocSlowpathStep(k, task);
  k.cost = 0;
}

/** Marks frames that the kernel holds since boot, until a node's counter says what was recorded. */
function hold(k: Kernel, nid: number, item: number, recorded: number, unit: number, type: number): void {
  const { stat } = k.nodes[nid];
  const missing = recorded - stat[item] / unit;
  if (missing <= 0) return;
  stat[item] += missing * unit;
  for (const p of claimBootPages(k, missing, type, MIGRATE_UNMOVABLE)) k.mem.index[p] = 0;
}

/** Slab and kernel stacks of the recording. Before anything else takes a frame of the kernel's. */
function kernelMemory(k: Kernel, r: Recording): void {
  for (const { id } of k.nodes) {
    const slab = (item: number, name: string): void =>
      hold(k, id, item, recordedStat(r, id, name), 1, PGTYPE_SLAB_UNRECLAIMABLE);
    slab(NR_SLAB_UNRECLAIMABLE_B, 'nr_slab_unreclaimable');
    // Their objects are in use: reclaim gets nothing from them.
    slab(NR_SLAB_RECLAIMABLE_B, 'nr_slab_reclaimable');
    hold(k, id, NR_KERNEL_STACK_KB, recordedStat(r, id, 'nr_kernel_stack') / 4, 4, PGTYPE_KSTACK);
  }
}

/** Page tables of the kernel itself: all recorded ones that PID 1 does not have. */
function kernelTables(k: Kernel, r: Recording): void {
  for (const node of k.nodes) {
    const missing = recordedStat(r, node.id, 'nr_page_table_pages') - node.stat[NR_PAGETABLE];
    if (missing > 0) node.stat[NR_PAGETABLE] += missing;
  }
}

function kernelThreads(k: Kernel): void {
  const idle = { state: TASK_INTERRUPTIBLE, waitKind: WAIT_KTHREAD, wakeAt: Number.POSITIVE_INFINITY, ppid: 2 };
  createTask(k, { ...idle, comm: 'kthreadd', ppid: 0, flags: PF_KTHREAD });
  k.writeback.flusher = createTask(k, { ...idle, comm: 'kworker/u4:0', flags: PF_KTHREAD }).pid;
  for (const node of k.nodes) {
    const flags = PF_KTHREAD | PF_KSWAPD | PF_MEMALLOC;
    // It runs at boot, finds nothing to do, and goes to sleep by itself.
    node.kswapd = createTask(k, { comm: `kswapd${node.id}`, ppid: 2, flags }).pid;
    node.kcompactd = createTask(k, { comm: `kcompactd${node.id}`, ppid: 2, flags: PF_KTHREAD | PF_KCOMPACTD }).pid;
  }
}

function disks(k: Kernel, r: Recording): number {
  let letter = 'a'.charCodeAt(0);
  const add = (): number => addDisk(k, { name: `vd${String.fromCharCode(letter++)}`, ...HOST_DISK });
  let fileDisk = -1;
  const mounted = r.script.find((line) => /^mount ext4 /.test(line));
  if (mounted) {
    fileDisk = add();
    createInode(k, { name: '/f/big', kind: 'file', nrPages: BIG_FILE_PAGES, disk: fileDisk });
  }
  for (const area of swapAreas(r)) swapon(k, { name: area.name, pages: area.pages, disk: add() });
  return fileDisk;
}

/** The value in brackets of /sys/kernel/mm/transparent_hugepage/enabled. */
function thpEnabled(r: Recording): ThpEnabled {
  const chosen = /\[(always|madvise|never)\]/.exec(r.boot.thp ?? '')?.[1];
  return chosen === 'always' || chosen === 'madvise' ? chosen : 'never';
}

/** The recorded machine, about to run its script. Throws UnsupportedError when it is one that is not modelled. */
export function bootRecorded(r: Recording): Guest {
  const zones = bootZones(r);
  const cpuNode = cpuNodes(r, zones);
  let release: ReturnType<typeof findRelease>;
  try {
    release = findRelease(r.params.kernel);
  } catch {
    throw new UnsupportedError(`kernel ${r.params.kernel}`);
  }
  const k = createKernel({
    release,
    cpus: cpuNode.length,
    cpuNode,
    zones,
    sysctl: bootSysctl(r),
    thp: thpEnabled(r),
    lruGen: r.boot.lruGenEnabled === undefined ? undefined : (Number(r.boot.lruGenEnabled) & 1) === 1,
    // The guest mounts cgroup2 without options.
    memoryRecursiveprot: false,
    seed: 1,
    costs: isEmulated(r) ? TCG_COSTS : COSTS,
  });
  // Nodes of what is cached already stand in a slab that was recorded.
  k.xaNodes.capacity = BOOT_NODES;
  k.now = BOOT_TIME;
  const init = createTask(k, { comm: 'init', pid: 1, ppid: 0, flags: PF_CAP_SYS_ADMIN });
  kernelThreads(k);
  k.current = init.pid;
  kernelMemory(k, r);

  const { nr_file_pages: cached = 207, nr_anon_pages: anon = 291 } = r.before.vmstat;
  const reclaimable = zones.map((z) => reclaimableAtHand(r, z));
  lendBootPages(k, cached + anon + 64, Math.max(...reclaimable));
  const program = ramfsFile(k, init, '/init', Math.max(cached, PROGRAM_PAGES));
  finish(k, init, () => mmExec(k, init, guestImage(program.id, false)));
  mlockall(k, init, MCL_CURRENT | MCL_FUTURE);
  finish(k, init, () => mmPopulate(k, init, Number.POSITIVE_INFINITY));
  lruAddDrainAll(k);
  kernelTables(k, r);
  takeBackPages(
    k,
    zones.map((z) => z.pcpCount ?? 0),
    reclaimable,
  );
  for (const [i, name] of VM_EVENT_NAMES.entries()) k.vmEvents[i] = r.before.vmstat[name] ?? 0;
  const disk = disks(k, r);
  waitForInput(k, init);
  return {
    k,
    loop: newLoop(k, /console=ttyS/.test(r.cmdline) ? CONSOLE_LINE : 0),
    init,
    program: program.id,
    tmpfs: [],
    disk,
    slab: { ...NO_SLAB },
    procs: [],
    deaths: 0,
    quiet: false,
    samples: [],
    results: [],
  };
}
