/** Switching a machine on. §1, §2. */
import { addDisk } from '../linux/block/blk-mq';
import { newZram } from '../linux/drivers/block/zram';
import { ENOENT } from '../linux/include/errno';
import { __GFP_RECLAIMABLE, GFP_KERNEL } from '../linux/include/gfp';
import type { Kernel } from '../linux/include/kernel';
import { PGTYPE_KERNEL, PGTYPE_SLAB_UNRECLAIMABLE, PGZONE_MASK } from '../linux/include/page';
import { PF_CAP_SYS_ADMIN, PF_KCOMPACTD, PF_KSWAPD, PF_KTHREAD, PF_MEMALLOC, type Task } from '../linux/include/sched';
import { NR_SLAB_UNRECLAIMABLE_B } from '../linux/include/vmstat';
import { allocThreadStack } from '../linux/kernel/fork';
import { createTask, pageNode } from '../linux/kernel/sched/core';
import { newCfsRq } from '../linux/kernel/sched/fair';
import { writeSysctl } from '../linux/kernel/sysctl';
import { createKernel } from '../linux/mm/mm_init';
import { allocPages } from '../linux/mm/page_alloc';
import { addSlabPage } from '../linux/mm/shrinker';
import { swapon } from '../linux/mm/swapfile';
import { findRelease } from '../linux/versions';
import { badSysctl, startLater } from './actions';
import { createCaches } from './caches';
import { createCgroup, writeSetting } from './cgroups';
import { RefusalError } from './commands';
import { checkConfig, type MachineConfig } from './config';
import { COSTS, DISKS } from './costs';
import { settleFields } from './fields';
import { bootZonesOf, establish } from './found';
import { INIT_OPS } from './launch';
import type { Machine } from './machine';
import type { ProcessSpec } from './ops';
import { addProc, newProgram } from './procs';
import { createRecording } from './record';
import { startTimers } from './timers';
import { createWindow } from './window';
import { zonesFor } from './zones';

/** Below 512 MiB the kernel turns transparent huge pages off. §2.1 */
const THP_MIN_PAGES = 131_072;
/** Pids up to here go to kernel threads and the boot. */
const FIRST_PID = 200;

/** What the kernel itself takes at boot, pages: per-cpu areas, slabs that can be shrunk and slabs that cannot. */
const kernelPages = (ramPages: number): { kernel: number; slab: number; reclaimable: number } => ({
  kernel: 1500 + (ramPages >> 8),
  slab: 3000 + (ramPages >> 7),
  reclaimable: 1500 + (ramPages >> 6),
});

function takePages(k: Kernel, task: Task, count: number, gfp: number, use: (pfn: number) => void): void {
  for (let i = 0; i < count; i++) {
    const pfn = allocPages(k, task, gfp, 0);
    if (pfn < 0) throw new RefusalError('ram-too-small', { got: k.totalramPages * 4096, min: 0 });
    k.mem.index[pfn] = 0;
    use(pfn);
  }
}

function takeKernelMemory(k: Kernel, init: Task, ramPages: number): void {
  const sizes = kernelPages(ramPages);
  const mark = (type: number) => (pfn: number) => {
    k.mem.flags[pfn] = (k.mem.flags[pfn] & PGZONE_MASK) | type;
  };
  takePages(k, init, sizes.kernel, GFP_KERNEL, mark(PGTYPE_KERNEL));
  const unreclaimable = mark(PGTYPE_SLAB_UNRECLAIMABLE);
  takePages(k, init, sizes.slab, GFP_KERNEL, (pfn) => {
    unreclaimable(pfn);
    pageNode(k, pfn).stat[NR_SLAB_UNRECLAIMABLE_B]++;
    k.slab.unreclaimable++;
  });
  takePages(k, init, sizes.reclaimable, GFP_KERNEL | __GFP_RECLAIMABLE, (pfn) => addSlabPage(k, pfn));
}

function addDisks(k: Kernel, config: MachineConfig): void {
  const zram = config.swapDevice === 'zram';
  const disk = addDisk(k, { name: 'sda', ...DISKS[zram ? 'ssd' : config.swapDevice] });
  const pages = Math.floor(config.swap / 4096);
  if (pages <= 1) return;
  if (!zram) {
    swapon(k, { name: '/dev/sda2', pages, disk });
    return;
  }
  const ram = addDisk(k, { name: 'zram0', ...DISKS.zram });
  k.disks[ram].zram = newZram(pages, Math.round(4096 / config.compression));
  swapon(k, { name: '/dev/zram0', pages, disk: ram, prio: 100 });
}

/** Kernel threads begin by going to sleep. */
function addKthread(m: Machine, init: Task, comm: string, flags = 0): Task {
  const task = createTask(m.kernel, { comm, ppid: 2, flags: PF_KTHREAD | flags });
  allocThreadStack(m.kernel, init, task.stack);
  addProc(m, task, null);
  return task;
}

const SSHD: ProcessSpec = {
  comm: 'sshd',
  uid: 0,
  oomScoreAdj: -1000,
  at: 0,
  textPages: 260,
  program: '',
  ops: [
    { op: 'mmap', region: 'heap', pages: 120 },
    { op: 'touch', region: 'heap', write: true },
    {
      op: 'loop',
      ops: [
        { op: 'sleep', ns: 5_000_000_000 },
        { op: 'touch', region: 'heap', pages: 8 },
      ],
    },
  ],
};

/**
 * A machine at time 0: the kernel is up, init is about to run.
 *
 * @throws {RefusalError} when no such machine can be built, or a setting does not exist
 */
export function createMachine(config: MachineConfig, seed: number): Machine {
  checkConfig(config);
  const ramPages = Math.floor(config.ram / 4096);
  const zones = config.found ? bootZonesOf(config.found.zones) : zonesFor(ramPages, config.nodes);
  const managed = zones.reduce((n, z) => n + z.managed, 0);
  const kernel = createKernel({
    release: findRelease(config.kernel),
    cpus: config.cpus,
    ...(config.nodes.length > 0 && { cpuNode: config.nodes.flatMap((n, id) => new Array<number>(n.cpus).fill(id)) }),
    ...(config.distances.length > 0 && { distance: config.distances }),
    zones,
    thp: managed >= THP_MIN_PAGES ? config.thp : 'never',
    seed,
    costs: { ...COSTS },
  });
  const m: Machine = {
    config,
    script: [],
    rec: createRecording(),
    seed,
    kernel,
    cpus: Array.from({ length: config.cpus }, (_, cpu) => ({ clock: 0, pid: 0, idle: 0, rq: newCfsRq(cpu) })),
    procs: [],
    code: [],
    ended: [],
    applied: 0,
    eventsDone: 0,
    later: [],
    starting: [],
    cgroupWork: [],
    chips: 0,
    look: { seq: -1, wakeAt: Infinity, wanting: 0 },
    caches: createCaches(config.caches),
    window: createWindow(),
    lastAlloc: null,
    tally: { touches: 0, waits: 0, waitNs: 0, newAnon: 0, progressAt: 0, progressTouches: 0 },
    sampled: { n: 0, base: [] },
    traceSeen: 0,
    seen: { kswapd: false, directReclaim: false, swapOut: false, panic: false, oomAt: -1 },
    livelock: false,
    work: 0,
  };
  kernel.oomRules = config.oomRules;
  addDisks(kernel, config);
  const init = createTask(kernel, { comm: 'systemd', pid: 1, ppid: 0, flags: PF_CAP_SYS_ADMIN });
  if (!config.found) takeKernelMemory(kernel, init, ramPages);
  allocThreadStack(kernel, init, init.stack);
  const program = newProgram(m, '', INIT_OPS, 1);
  // Where the machine is found, it has done that long ago.
  if (config.found) program.frames = [];
  addProc(m, init, program);
  addKthread(m, init, 'kthreadd');
  kernel.cpusets = config.cpusets.map((c) => ({ ...c }));
  for (const node of kernel.nodes) {
    node.kswapd = addKthread(m, init, `kswapd${node.id}`, PF_KSWAPD | PF_MEMALLOC).pid;
    node.kcompactd = addKthread(m, init, `kcompactd${node.id}`, PF_KCOMPACTD).pid;
  }
  addKthread(m, init, 'oom_reaper');
  kernel.writeback.flusher = addKthread(m, init, 'flush-8:0').pid;
  kernel.nextPid = FIRST_PID;
  for (const { name, value } of config.sysctl) {
    const r = writeSysctl(kernel, name, value);
    if (r === -ENOENT) throw new RefusalError('unknown-sysctl', { name });
    if (r < 0) throw badSysctl(name, value);
  }
  for (const { path, settings } of config.cgroups) {
    createCgroup(kernel, path);
    for (const { file, value } of settings) writeSetting(m, path, file, value);
  }
  startTimers(m);
  if (config.found) establish(m, init);
  else startLater(m, SSHD, 0);
  for (const spec of config.processes) if (!spec.found) startLater(m, spec, spec.at);
  kernel.cost = 0;
  settleFields(m);
  return m;
}
