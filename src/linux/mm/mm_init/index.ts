/**
 * Boot: lays out zones, the memmap and the free lists, and computes watermarks. §1, §2.
 *
 * Frames that the kernel holds at boot are either reserved (present, never managed) or kernel pages (managed, not
 * free). A recorded machine brings its free lists; a machine of our own starts with the largest blocks there can be.
 */
import { newBioState } from '../../block/bio';
import type { Kernel } from '../../include/kernel';
import { TRACE_BUFFER_RECORDS } from '../../include/trace';
import { PTRS_PER_TABLE } from '../../include/units';
import { VM_EVENT_NAMES } from '../../include/vmstat';
import { rootCgroup, rootMemcg } from '../../kernel/cgroup';
import { layOut } from '../memblock';
import { zonePcpUpdate } from '../page_alloc/pcp_limits';
import {
  calculateMinFreeKbytes,
  calculateTotalreservePages,
  setRecommendedMinFreeKbytes,
  setupPerZoneLowmemReserve,
  setupPerZoneWmarks,
} from '../page_alloc/watermarks';
import { buildAllZonelists } from '../page_alloc/zonelist';
import { LRU_GEN_ALL_CAPS } from '../vmscan/lru_gen/init';
import { newZswap } from '../zswap';
import { type BootConfig, DEFAULT_SYSCTL, MAX_ZONES } from './config';
import { layOutFrames } from './frames';

export { type BootConfig, type BootZone, DEFAULT_SYSCTL, MAX_ZONES } from './config';

/**
 * Boots a kernel: no task, no swap and no disk yet.
 *
 * @throws RangeError when there is no memory or more zones than page flags can name
 */
export function createKernel(config: BootConfig): Kernel {
  if (config.zones.length === 0 || config.zones.length > MAX_ZONES) throw new RangeError('zones');
  const nrNodes = 1 + Math.max(...config.zones.map((z) => z.node));
  const cpuNode = config.cpuNode ? [...config.cpuNode] : new Array<number>(config.cpus).fill(0);
  const { zones, nodes, mem, slabHead } = layOutFrames(config, nrNodes);
  buildAllZonelists(nodes, zones, cpuNode, config.distance);

  const k: Kernel = {
    release: config.release,
    oomRules: 'kernel',
    now: 0,
    cost: 0,
    costs: config.costs,
    rng: config.seed >>> 0 || 0x9e3779b9,
    nrCpus: config.cpus,
    cpu: 0,
    cpuNode,
    thp: { enabled: config.thp, defrag: 'madvise' },
    cpusets: [],
    mem,
    zones,
    nodes,
    sysctl: { ...DEFAULT_SYSCTL, lowmem_reserve_ratio: [...DEFAULT_SYSCTL.lowmem_reserve_ratio], ...config.sysctl },
    totalramPages: zones.reduce((n, z) => n + z.managed, 0),
    totalreservePages: 0,
    committedAs: 0,
    vmEvents: new Float64Array(VM_EVENT_NAMES.length),
    lruBatch: new Int32Array(config.cpus * 32),
    lruBatchCount: new Int32Array(config.cpus),
    lruGenEnabled: config.lruGen ?? config.release.lruGenEnabled,
    lruGenCaps: (config.lruGen ?? config.release.lruGenEnabled) ? LRU_GEN_ALL_CAPS : 0,
    lruGenMinTtlMs: 0,
    inLruFault: false,
    pgtables: {
      entries: new Int32Array(64 * PTRS_PER_TABLE),
      high: 1,
      freeList: new Int32Array(64),
      nrFree: 0,
      pfn: new Int32Array(64),
      used: new Int32Array(64),
      huge: new Int32Array(64),
    },
    mms: [],
    anonVmas: [],
    inodes: [],
    tasks: [],
    nextPid: 1,
    pageWaiters: 0,
    tasksSeq: 0,
    heldPages: 0,
    current: 0,
    swap: {
      slots: 0,
      total: 0,
      free: 0,
      map: new Uint16Array(0),
      cache: new Int32Array(0),
      index: new Int32Array(0),
      mapping: new Int32Array(0),
      shadow: new Int32Array(0),
      nodes: new Uint8Array(0),
      memcgs: new Uint16Array(0),
      areas: [],
      ra: { hits: 4, prev: 0, window: 0 },
    },
    zswap: newZswap(),
    disks: [],
    timers: [],
    timerSeq: 0,
    trace: {
      seq: 0,
      size: TRACE_BUFFER_RECORDS,
      time: new Float64Array(TRACE_BUFFER_RECORDS),
      pid: new Int32Array(TRACE_BUFFER_RECORDS),
      id: new Int32Array(TRACE_BUFFER_RECORDS),
      args: new Float64Array(TRACE_BUFFER_RECORDS * 4),
    },
    log: [],
    oomRecords: [],
    oomLock: -1,
    oomRatelimit: { begin: 0, printed: 0, missed: 0 },
    warnRatelimit: { begin: 0, printed: 0, missed: 0 },
    overcommitRatelimit: { begin: 0, printed: 0, missed: 0 },
    oomReaperList: [],
    oomKillerDisabled: false,
    psi: {
      lastUpdate: 0,
      someTotal: 0,
      fullTotal: 0,
      somePeriod: 0,
      fullPeriod: 0,
      periodStart: 0,
      someAvg: [0, 0, 0],
      fullAvg: [0, 0, 0],
      ioSomeTotal: 0,
      some: 0,
      full: 0,
      io: 0,
      seq: -1,
    },
    panic: '',
    slab: { objectsPerPage: 20, reclaimable: 0, deferred: 0, partial: 0, unreclaimable: 0, head: slabHead },
    xaNodes: { used: 0, capacity: 0, blocks: [] },
    bios: newBioState(),
    heldBatches: [],
    cgroups: [rootCgroup()],
    memcgs: [rootMemcg(nrNodes)],
    memcgStock: Array.from({ length: config.cpus }, () => ({ memcg: 0, pages: 0 })),
    memoryRecursiveprot: config.memoryRecursiveprot ?? true,
    writeback: { flusher: -1, reason: 0, inode: 0, index: 0, left: 0, written: 0, nextPeriodic: 0 },
  };

  zones.forEach((z, i) => {
    layOut(k, z, config.zones[i]);
  });
  if (config.sysctl?.min_free_kbytes === undefined) calculateMinFreeKbytes(k);
  setupPerZoneWmarks(k);
  setupPerZoneLowmemReserve(k);
  if (config.thp !== 'never' && config.sysctl?.min_free_kbytes === undefined) setRecommendedMinFreeKbytes(k);
  // init_user_reserve, init_admin_reserve: a thirty-second of what is free, at most 128 MiB and 8 MiB. §9.1
  const freeKb = zones.reduce((n, z) => n + z.free, 0) * 4;
  if (config.sysctl?.user_reserve_kbytes === undefined) k.sysctl.user_reserve_kbytes = Math.min(freeKb >> 5, 131_072);
  if (config.sysctl?.admin_reserve_kbytes === undefined) k.sysctl.admin_reserve_kbytes = Math.min(freeKb >> 5, 8192);
  zones.forEach((z, i) => {
    const { watermark, lowmemReserve, pcpHigh } = config.zones[i];
    if (watermark) {
      z.watermark = [...watermark];
      zonePcpUpdate(k, z, z.bootManaged);
    }
    if (lowmemReserve) z.lowmemReserve = [...lowmemReserve];
    if (pcpHigh) z.pcp[0].high = pcpHigh;
  });
  calculateTotalreservePages(k);
  return k;
}
