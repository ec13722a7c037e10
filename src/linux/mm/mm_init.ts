/**
 * Boot: lays out zones, the memmap and the free lists, and computes watermarks. §1, §2.
 *
 * Frames that the kernel holds at boot are either reserved (present, never managed) or kernel pages (managed, not
 * free). A recorded machine brings its free lists; a machine of our own starts with the largest blocks there can be.
 */
import { newBioState } from '../block/bio';
import { MIGRATE_MOVABLE, MIGRATE_TYPES } from '../include/gfp';
import type { Costs, Kernel, Release, ThpEnabled, VmSysctl } from '../include/kernel';
import { listInit } from '../include/list';
import {
  MAX_NR_ZONES,
  MEMCG_NR_BINS,
  MEMCG_NR_GENS,
  type PerCpuPages,
  type PgData,
  ZONE_NAMES,
  type Zone,
} from '../include/mmzone';
import type { MemMap } from '../include/page';
import { TRACE_BUFFER_RECORDS } from '../include/trace';
import { MAX_PAGE_ORDER, NR_PAGE_ORDERS, PAGEBLOCK_ORDER, PTRS_PER_TABLE } from '../include/units';
import { NR_VM_NODE_STAT_ITEMS, NR_VM_ZONE_STAT_ITEMS, VM_EVENT_NAMES } from '../include/vmstat';
import { rootCgroup, rootMemcg } from '../kernel/cgroup';
import { layOut } from './memblock';
import { lruvecInit, NR_LRUVEC_HEADS } from './mmzone';
import { NR_PCP_LISTS } from './page_alloc/pcp';
import { zonePcpUpdate } from './page_alloc/pcp_limits';
import {
  calculateMinFreeKbytes,
  calculateTotalreservePages,
  setRecommendedMinFreeKbytes,
  setupPerZoneLowmemReserve,
  setupPerZoneWmarks,
} from './page_alloc/watermarks';
import { buildAllZonelists } from './page_alloc/zonelist';
import { LRU_GEN_ALL_CAPS } from './vmscan/lru_gen/init';
import { newZswap } from './zswap';

/** One populated zone. Pages. */
export interface BootZone {
  node: number;
  /** ZONE_DMA … */
  type: number;
  /** Real pfn of the first frame. */
  startPfn: number;
  spanned: number;
  present: number;
  managed: number;
  /** Managed pages when limits were set that are not computed again; `managed` when not given. */
  bootManaged?: number;
  /** Recorded free blocks, [order][migratetype]; without it all managed frames are free. */
  freeBlocks?: readonly (readonly number[])[];
  /** Recorded pageblocks of each migrate type. */
  blockTypes?: readonly number[];
  /** Recorded pages on the first cpu's list, and its limit. */
  pcpCount?: number;
  pcpHigh?: number;
  /** Recorded watermarks and reserves where they are not what the formulas give now ("stale"). */
  watermark?: readonly number[];
  lowmemReserve?: readonly number[];
}

/** What a kernel is booted with. */
export interface BootConfig {
  release: Release;
  cpus: number;
  /** Node of each cpu; all on node 0 when absent. */
  cpuNode?: readonly number[];
  zones: readonly BootZone[];
  /** SLIT distances by node and node; 10 and 20 when absent. */
  distance?: readonly (readonly number[])[];
  sysctl?: Partial<VmSysctl>;
  /** Transparent huge pages are on: khugepaged raises min_free_kbytes. */
  thp: ThpEnabled;
  /** The multi-gen LRU is on; as the release has it when absent. */
  lruGen?: boolean;
  /** cgroup2's mount option, as systemd mounts it when absent. §11.2 */
  memoryRecursiveprot?: boolean;
  seed: number;
  costs: Costs;
}

export const DEFAULT_SYSCTL: VmSysctl = {
  min_free_kbytes: 128,
  user_min_free_kbytes: -1,
  watermark_scale_factor: 10,
  watermark_boost_factor: 15_000,
  lowmem_reserve_ratio: [256, 256, 32, 0, 0],
  swappiness: 60,
  overcommit_memory: 0,
  overcommit_ratio: 50,
  overcommit_kbytes: 0,
  admin_reserve_kbytes: 8192,
  user_reserve_kbytes: 131_072,
  panic_on_oom: 0,
  oom_kill_allocating_task: 0,
  oom_dump_tasks: 1,
  dirty_ratio: 20,
  dirty_background_ratio: 10,
  dirty_bytes: 0,
  dirty_background_bytes: 0,
  dirty_expire_centisecs: 3000,
  dirty_writeback_centisecs: 500,
  vfs_cache_pressure: 100,
  page_cluster: 3,
  percpu_pagelist_high_fraction: 0,
  extfrag_threshold: 500,
  compaction_proactiveness: 20,
  zone_reclaim_mode: 0,
};

/** Zones the model's page flags have room for. */
export const MAX_ZONES = 16;

/**
 * Boots a kernel: no task, no swap and no disk yet.
 *
 * @throws RangeError when there is no memory or more zones than page flags can name
 */
export function createKernel(config: BootConfig): Kernel {
  if (config.zones.length === 0 || config.zones.length > MAX_ZONES) throw new RangeError('zones');
  const nrNodes = 1 + Math.max(...config.zones.map((z) => z.node));
  const cpuNode = config.cpuNode ? [...config.cpuNode] : new Array<number>(config.cpus).fill(0);
  const zones: Zone[] = [];
  let base = 0;
  for (const z of config.zones) {
    const end = base + alignPad(z) + z.present;
    zones.push({
      idx: zones.length,
      node: z.node,
      type: z.type,
      name: ZONE_NAMES[z.type],
      startPfn: z.startPfn,
      base,
      end,
      spanned: z.spanned,
      present: z.present,
      managed: z.managed,
      bootManaged: z.bootManaged ?? z.managed,
      watermark: [0, 0, 0, 0],
      boost: 0,
      lowmemReserve: new Array<number>(MAX_NR_ZONES).fill(0),
      free: 0,
      freeHeads: 0,
      nrFree: new Int32Array(NR_PAGE_ORDERS),
      nrReservedHighatomic: 0,
      nrFreeHighatomic: 0,
      flags: 0,
      pcp: [],
      stat: new Int32Array(NR_VM_ZONE_STAT_ITEMS),
      compactConsidered: 0,
      compactDeferShift: 0,
      compactOrderFailed: 0,
      compactCachedMigratePfn: [base, base],
      compactCachedFreePfn: -1,
      compactInitMigratePfn: -1,
      compactBlockskipFlush: false,
    });
    base = (end + 1023) & ~1023;
  }
  const nrPages = base;
  const headsPerZone = NR_PAGE_ORDERS * MIGRATE_TYPES + config.cpus * NR_PCP_LISTS;
  const nrHeads = zones.length * headsPerZone + nrNodes * NR_LRUVEC_HEADS + 1;
  const mem: MemMap = {
    nrPages,
    next: new Int32Array(nrPages + nrHeads),
    prev: new Int32Array(nrPages + nrHeads),
    flags: new Int32Array(nrPages),
    mapping: new Int32Array(nrPages),
    index: new Int32Array(nrPages),
    mapcount: new Int32Array(nrPages),
    pageblock: new Uint8Array(nrPages >> PAGEBLOCK_ORDER).fill(MIGRATE_MOVABLE),
    pageblockSkip: new Uint8Array(nrPages >> PAGEBLOCK_ORDER),
    memcg: new Uint8Array(0),
  };
  for (let h = nrPages; h < nrPages + nrHeads; h++) listInit(mem, h);
  let head = nrPages;
  for (const z of zones) {
    z.freeHeads = head;
    head += NR_PAGE_ORDERS * MIGRATE_TYPES;
    for (let c = 0; c < config.cpus; c++) {
      z.pcp.push(newPcp(head));
      head += NR_PCP_LISTS;
    }
  }
  const nodes: PgData[] = [];
  for (let id = 0; id < nrNodes; id++) {
    nodes.push(newNode(id, zones, head));
    head += NR_LRUVEC_HEADS;
  }
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
    slab: { objectsPerPage: 20, reclaimable: 0, deferred: 0, partial: 0, unreclaimable: 0, head },
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

/**
 * Frames left out in front of a zone's, so that its end is aligned as the real one is: the blocks that the buddy
 * allocator can form depend on it. The holes of the zone are taken to lie at its beginning.
 */
const alignPad = (z: BootZone): number => (z.startPfn + z.spanned - z.present) & ((1 << MAX_PAGE_ORDER) - 1);

const newPcp = (heads: number): PerCpuPages => ({
  count: 0,
  high: 0,
  highMin: 0,
  highMax: 0,
  batch: 1,
  allocFactor: 0,
  freeCount: 0,
  heads,
});

function newNode(id: number, zones: Zone[], heads: number): PgData {
  const own = new Array<number>(MAX_NR_ZONES).fill(-1);
  for (const z of zones) if (z.node === id) own[z.type] = z.idx;
  return {
    id,
    zones: own,
    zonelist: [],
    lruvecs: [lruvecInit(id, 0, heads)],
    memcgLru: {
      seq: 0,
      // The root is in the first one.
      fifo: Array.from({ length: MEMCG_NR_GENS * MEMCG_NR_BINS }, (_, i) => (i === 0 ? [0] : [])),
    },
    stat: new Float64Array(NR_VM_NODE_STAT_ITEMS),
    kswapd: -1,
    kswapdFailures: 0,
    kswapdOrder: 0,
    kswapdHighestZoneidx: -1,
    flags: 0,
    kswapdSc: null,
    kcompactd: -1,
    kcompactdMaxOrder: 0,
    kcompactdHighestZoneidx: MAX_NR_ZONES - 1,
    kcompactdRun: null,
    deferredSplit: [],
    nrWritebackThrottled: 0,
    nrReclaimStart: 0,
  };
}
