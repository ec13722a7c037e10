/** The whole state of the modelled kernel: one object of plain data. */

import type { BadnessHistory } from '../versions/badness';
import type { Cgroup, MemCgroup, MemcgStock } from './memcontrol';
import type { AnonVma, Inode, MmStruct, PgTablePool, SwapInfo } from './mm_types';
import type { PgData, Zone } from './mmzone';
import type { MemMap } from './page';
import type { Task } from './sched';
import type { TraceBuffer } from './trace';

/** /proc/sys/vm and friends, in the units of the files. */
export interface VmSysctl {
  min_free_kbytes: number;
  /** What a user wrote, -1 = nothing yet. */
  user_min_free_kbytes: number;
  watermark_scale_factor: number;
  watermark_boost_factor: number;
  /** One per zone type but the last. */
  lowmem_reserve_ratio: number[];
  swappiness: number;
  overcommit_memory: number;
  overcommit_ratio: number;
  overcommit_kbytes: number;
  admin_reserve_kbytes: number;
  user_reserve_kbytes: number;
  panic_on_oom: number;
  oom_kill_allocating_task: number;
  oom_dump_tasks: number;
  dirty_ratio: number;
  dirty_background_ratio: number;
  dirty_bytes: number;
  dirty_background_bytes: number;
  dirty_expire_centisecs: number;
  dirty_writeback_centisecs: number;
  vfs_cache_pressure: number;
  page_cluster: number;
  percpu_pagelist_high_fraction: number;
  extfrag_threshold: number;
  compaction_proactiveness: number;
  zone_reclaim_mode: number;
}

/** What differs by release, as data; rules are named and looked up. See versions/. */
export interface Release {
  /** "6.12". */
  name: string;
  /** uname -r of the reports. */
  uname: string;
  /** How tasks share a cpu: earliest eligible virtual deadline first (6.6 and later), or the completely fair scheduler. */
  scheduler: 'eevdf' | 'cfs';
  /** per-cpu page lists tune their `high` by themselves (6.7 and later). */
  pcpAutoTune: boolean;
  /** ZONE_BELOW_HIGH exists (6.7 and later). */
  zoneBelowHigh: boolean;
  folioBatch: number;
  /** RSS counters are percpu_counters read approximately (6.2 and later), or split per thread with 64 events. */
  rssPercpuCounter: boolean;
  /** Tables of the PUD level are in nr_page_table_pages (they are in pgtables_bytes in any case). */
  countsPudTables: boolean;
  /** Large anonymous mappings whose size is one of huge pages begin where a huge page can (6.7 and later). */
  thpAlignsMmap: boolean;
  /** rss_anon, rss_file, rss_shmem columns in the task dump. */
  rssColumns: boolean;
  /** unfruitful direct reclaim is tried again with a full walk (6.12). */
  memcgFullWalk: boolean;
  /** The multi-gen LRU is on from boot (CONFIG_LRU_GEN_ENABLED). §6.1 */
  lruGenEnabled: boolean;
  /** lru_note_cost counts unreclaimed pages as rotated. */
  costCountsRotated: boolean;
  /** "UID:" in the stack dump's head. */
  uidInStackDump: boolean;
  /** What follows `uname` in the stack dump's head: build number and the distribution's version. */
  build: string;
  /** VmallocTotal of /proc/meminfo, kB: the size of the vmalloc area with 4 or 5 levels of page tables. */
  vmallocTotalKb: number;
  /** "pages hwpoisoned" in the report and HardwareCorrupted in meminfo (CONFIG_MEMORY_FAILURE). */
  memoryFailure: boolean;
  /** Unaccepted in meminfo (CONFIG_UNACCEPTED_MEMORY). */
  unacceptedMemory: boolean;
  /** A space after the colon of shmem_thp, shmem_pmdmapped and anon_thp in the node line of the report. */
  thpColonSpace: boolean;
  /** ZONE_MOVABLE's min watermark has bounds of its own, 32 to 128 pages, even when the zone is empty. */
  movableMinClamped: boolean;
  /** The promo watermark is a line of /proc/zoneinfo. */
  promoWatermark: boolean;
  /** Sizes of huge pages that the report lists, kB, in its order. */
  hugepageSizesKb: number[];
  /** Counters of vmstat.ts that this release does not have; lines of memory.stat that it does not have. */
  absentStats: string[];
  absentMemoryStats: string[];
  /** Pages that a cgroup is charged for the small kernel objects of a process. */
  processSlab: number;
  /** Callers of an allocation, innermost first, as a stack dump prints them; by kind of request. */
  callChains: { [kind: string]: string[] };
}

export type ThpEnabled = 'always' | 'madvise' | 'never';
export type ThpDefrag = 'always' | 'defer' | 'defer+madvise' | 'madvise' | 'never';

/** Costs of what the kernel does, in ns of virtual time; the machine fills them in (machine/costs.ts). */
export interface Costs {
  /** A load or store that hits the TLB and RAM. */
  touch: number;
  /** Minor fault without the page's allocation. */
  fault: number;
  /** Clearing or copying 4 KiB. */
  clearPage: number;
  copyPage: number;
  /** Page from a per-cpu list; a refill or bulk free adds `buddyPage` a page. */
  allocPcp: number;
  buddyPage: number;
  /** One page looked at by reclaim, one page unmapped, one page freed at exit. */
  scanPage: number;
  unmapPage: number;
  /** One frame looked at by a scanner of compaction. */
  compactScan: number;
  /** A request to a swap device: the driver's work that it takes whatever its size, and the interrupt at its end. */
  dispatch: number;
  interrupt: number;
  /** A page on its way to a swap device: its descriptor, its part in the driver's work, and in the interrupt at the end. */
  submitPage: number;
  dispatchPage: number;
  endioPage: number;
  freePage: number;
  /** Entering the slow path; a walk over one lruvec with its shrinkers, whatever it finds. */
  slowpath: number;
  shrinkLruvec: number;
  /** An OOM selection per task; a context switch; a system call. */
  oomTask: number;
  contextSwitch: number;
  syscall: number;
  /** Copying a page table entry at fork. */
  copyPte: number;
  /** memcpy of one cached page by read(). */
  readPage: number;
}

/** One line of the kernel log. */
export interface LogLine {
  /** ns since boot. */
  t: number;
  /** syslog level, 0..7. */
  level: number;
  text: string;
}

/** A timer of the kernel. */
export interface KTimer {
  /** ns. */
  at: number;
  /** Order among equals. */
  seq: number;
  kind: 'oom_reaper' | 'flusher' | 'vmstat' | 'psi' | 'kcompactd' | 'zswap';
  arg: number;
}

/** Compressed pages in RAM (mm/zsmalloc.ts). */
export interface ZsPool {
  /** Sum of the lengths, bytes, and pages stored. */
  comprBytes: number;
  stored: number;
  /** Pages of RAM that hold them: the first `poolPages` entries. */
  pool: Int32Array;
  poolPages: number;
}

/** A zram device's store. §7.5 */
export interface Zram extends ZsPool {
  /** Compressed length of an average page, bytes. */
  meanSize: number;
  /** Compressed length by slot of the swap area, bytes; 0 = nothing stored. */
  size: Uint16Array;
}

/** The compressed cache in front of swap. §7.4 */
export interface Zswap extends ZsPool {
  enabled: boolean;
  /** Of RAM, and of that. */
  maxPoolPercent: number;
  acceptThresholdPercent: number;
  /** zswap_pool_reached_full: nothing is taken in until the pool is below its threshold. */
  full: boolean;
  /** The worker that writes back is under way. */
  shrinking: boolean;
  meanSize: number;
  /** By swap slot: compressed length in bytes (0 = not here), and its neighbours by age (0 = none). */
  size: Uint16Array;
  older: Int32Array;
  newer: Int32Array;
  oldest: number;
  newest: number;
}

/** A block device: a queue with latency and bandwidth. Requests in flight stand in a ring, in order of completion. */
export interface Disk {
  name: string;
  /** ns before the first byte of a random request; 0 for one that follows its predecessor. */
  latency: number;
  /** ns to transfer one page. */
  pageTime: number;
  rotational: boolean;
  /** Done within the call, as a RAM disk is (BLK_FEAT_SYNCHRONOUS): swap on it needs no swap cache and no read-ahead. */
  synchronous: boolean;
  /** Its store when it is a zram device. */
  zram: Zram | null;
  /** Requests served at the same time. */
  parallel: number;
  /** ns until which each parallel slot is busy. */
  busyUntil: Float64Array;
  /** Ring: completion time, page, 1 = write. `head` is the oldest, `count` in flight. */
  doneAt: Float64Array;
  pfn: Int32Array;
  op: Uint8Array;
  head: number;
  count: number;
  /** Sector (in pages) of the last page asked for. */
  lastSector: number;
  /** Pages of the request that is being put together, and ns when it was begun. */
  merged: number;
  mergedAt: number;
  reads: number;
  writes: number;
}

/** The choice of a victim as it was made, for the screens that explain it. Kept for each OOM. */
export interface OomRecord {
  t: number;
  invoker: number;
  invokerComm: string;
  gfp: number;
  order: number;
  constraint: string;
  totalpages: number;
  /** Path of the cgroup whose limit was hit, '' = memory was short everywhere. */
  memcg: string;
  /** pids of those that died with the victim (memory.oom.group), and the cgroup that died as a whole. */
  group: number[];
  groupPath?: string;
  /** The cgroup at the charge that failed, where one's limit was hit. */
  limit?: OomLimit;
  /** Nodes that were short, where not all were: those of a memory policy or of a cpuset. */
  nodes?: number[];
  /** Candidates in task-list order. */
  walk: OomCandidate[];
  /** Name of the rules it was made by (versions/oom_rules.ts). */
  rules: string;
  /** pid, -1 = none, -2 = scan aborted. */
  chosen: number;
  chosenPoints: number;
  /** The child that was killed in place of the chosen process, by the rules of old kernels. */
  sacrificed?: number;
  /** Index of the report's first line in `Kernel.log`, and past its last. */
  logStart: number;
  logEnd: number;
  /** The numbers of the report's memory block, taken when it was made. Pages. */
  mem?: OomMemory;
  /** The rows of the task dump, in its order, printed or not. */
  tasks?: OomTask[];
  /** The zones as the report found them. */
  zones?: OomZone[];
  /** Rounds of reclaim that had freed nothing when it was asked for. */
  noProgressLoops: number;
}
/** A cgroup at its limit, pages; null = no limit. §11.5. */
export interface OomLimit {
  usage: number;
  max: number;
  /** Charges refused so far because of memory.max. */
  failcnt: number;
  swapUsage: number;
  swapMax: number | null;
  /** Of `usage`: on the lists of anonymous and of file pages, and not evictable. */
  anon: number;
  file: number;
  mlocked: number;
  /** Those below it, parents first. */
  below: { path: string; usage: number; max: number | null }[];
  /** Processes that were not asked, because they are in other cgroups. */
  outside: number;
}
/** A zone in the report, pages. */
export interface OomZone {
  node: number;
  name: string;
  present: number;
  managed: number;
  free: number;
  pcp: number;
  /** With the boost. */
  min: number;
  low: number;
  high: number;
  boost: number;
  /** lowmem_reserve against the request. */
  reserve: number;
}
/** What show_mem says, pages over all nodes. §10.12. */
export interface OomMemory {
  free: number;
  freePcp: number;
  activeAnon: number;
  inactiveAnon: number;
  activeFile: number;
  inactiveFile: number;
  shmem: number;
  slabReclaimable: number;
  pagetables: number;
  swapFree: number;
}
/** One row of the task dump: pages, with approximate counters; `pgtablesBytes` in bytes. */
export interface OomTask {
  pid: number;
  comm: string;
  totalVm: number;
  rss: number;
  rssAnon: number;
  rssFile: number;
  rssShmem: number;
  pgtablesBytes: number;
  swapents: number;
  oomScoreAdj: number;
}
export interface OomCandidate {
  pid: number;
  comm: string;
  /** Pages; by today's rules points = rss + swap + pgtables + adj. */
  rss: number;
  swap: number;
  pgtables: number;
  adjPoints: number;
  oomScoreAdj: number;
  points: number;
  /** What the rules of other years look at besides: CAP_SYS_ADMIN, and what no report prints. */
  admin?: boolean;
  history?: BadnessHistory;
  /** Why it cannot be chosen: '' = it can. */
  skip: '' | 'init' | 'kthread' | 'cpuset' | 'oom_skip' | 'aborted' | 'oom_score_adj' | 'vfork' | 'no_mm' | 'exiting';
}

/** psi_group, aggregate form. §12. */
export interface PsiState {
  /** ns of the last update. */
  lastUpdate: number;
  /** ns stalled since boot and in the present period. */
  someTotal: number;
  fullTotal: number;
  somePeriod: number;
  fullPeriod: number;
  periodStart: number;
  /** Fixed point, 11 fractional bits: avg10, avg60, avg300. */
  someAvg: number[];
  fullAvg: number[];
  ioSomeTotal: number;
  /** Shares of the present, as of `Kernel.tasksSeq` = `seq`. */
  some: number;
  full: number;
  io: number;
  seq: number;
}

/** All slab caches as two: one that shrinkers can free from (dentries and inodes) and one that they cannot. §5.14. */
export interface SlabState {
  objectsPerPage: number;
  /** Pages of each. */
  reclaimable: number;
  unreclaimable: number;
  /** Objects earlier shrinker calls could not get to. */
  deferred: number;
  /** Objects freed from pages that still hold others. */
  partial: number;
  /** Head of the intrusive list of the reclaimable pages. */
  head: number;
}

/** The slab cache of xarray nodes: nodes in use, nodes there is room for, first pages of its slabs. */
export interface XaNodeState {
  used: number;
  capacity: number;
  blocks: number[];
}

/** Descriptors of block I/O: the pool, and the slabs that they come from (block/bio.ts). */
export interface BioState {
  /** Those kept back for when there is no memory. */
  pool: number;
  /** Left in the cpu's slab, and given back since a slab was last empty. */
  free: number;
  freed: number;
  /** Empty slabs at the cpu's hand, and of the node. */
  cpuSlabs: number;
  nodeSlabs: number;
  /** Frames of the slabs made since boot. */
  blocks: number[];
}

/** Pages that a reclaimer has in hand while it sleeps. */
export interface HeldBatch {
  pid: number;
  /** In order; the first `done` have been through. */
  pages: number[];
  done: number;
}

/** The flusher and what it has been asked for. §8.3. */
export interface WritebackState {
  /** pid of the flusher, -1 = it has not run yet. */
  flusher: number;
  /** WB_REASON_*, 0 = idle. */
  reason: number;
  /** Where it is: inode and file page. */
  inode: number;
  index: number;
  /** Inodes left to visit in the present pass, and pages written in it. */
  left: number;
  written: number;
  /** ns of the next periodic pass. */
  nextPeriodic: number;
}

export interface Kernel {
  release: Release;
  /** By whose rules its OOM killer goes: a name of versions/oom_rules.ts. §10.16 */
  oomRules: string;
  /** ns since boot, of the cpu that runs now. */
  now: number;
  /** ns of work done by kernel code that the running cpu has yet to be charged with. */
  cost: number;
  costs: Costs;
  /** xorshift32 state. */
  rng: number;
  nrCpus: number;
  /** The cpu that runs now. */
  cpu: number;
  /** Node of each cpu. */
  cpuNode: number[];
  /** /sys/kernel/mm/transparent_hugepage: who gets huge pages, and what is done to have one. */
  thp: { enabled: ThpEnabled; defrag: ThpDefrag };
  /** Cpusets besides the root: name, and nodes with memory for it as a bit mask. */
  cpusets: { name: string; mems: number }[];
  mem: MemMap;
  zones: Zone[];
  nodes: PgData[];
  sysctl: VmSysctl;
  /** MemTotal: sum of managed, pages. */
  totalramPages: number;
  totalreservePages: number;
  /** vm_committed_as, pages. */
  committedAs: number;
  vmEvents: Float64Array;
  /** Per cpu: pages on their way to the LRU lists. [cpu * 32 + i], and how many. */
  lruBatch: Int32Array;
  lruBatchCount: Int32Array;
  /** The multi-gen LRU is on: the lists with generations are in use, else the classic ones. §6.1 */
  lruGenEnabled: boolean;
  /** /sys/kernel/mm/lru_gen/enabled: which parts of it, a bit mask. */
  lruGenCaps: number;
  /** /sys/kernel/mm/lru_gen/min_ttl_ms, 0 = off. §6.6 */
  lruGenMinTtlMs: number;
  /** lru_gen_in_fault: a page fault is under way on this cpu; what it brings in is young. §6.3 */
  inLruFault: boolean;
  pgtables: PgTablePool;
  mms: MmStruct[];
  /** By mm id. */
  anonVmas: AnonVma[];
  inodes: Inode[];
  /** Task list in order of creation; dead tasks are removed. */
  tasks: Task[];
  nextPid: number;
  /** Tasks that wait for the I/O of a page. */
  pageWaiters: number;
  /** Times that a task came or went, began or ceased to run, to be stopped, to wait for I/O or to stall. */
  tasksSeq: number;
  /** Tasks that hold a cached page (`Task.heldPage`). */
  heldPages: number;
  /** pid of the task that runs now. */
  current: number;
  swap: SwapInfo;
  zswap: Zswap;
  disks: Disk[];
  timers: KTimer[];
  timerSeq: number;
  trace: TraceBuffer;
  log: LogLine[];
  oomRecords: OomRecord[];
  /** oom_lock holder's pid, -1 = free. */
  oomLock: number;
  /** printk_ratelimit of the OOM report: ns of the window's begin, reports in it. §10.7. */
  oomRatelimit: { begin: number; printed: number; missed: number };
  warnRatelimit: { begin: number; printed: number; missed: number };
  /** The same for the message of a refused promise. §9.1. */
  overcommitRatelimit: { begin: number; printed: number; missed: number };
  oomReaperList: number[];
  oomKillerDisabled: boolean;
  psi: PsiState;
  /** The panic's message, '' = alive. */
  panic: string;
  /** Slab pages that shrinkers can free, and deferred work. §5.14. */
  slab: SlabState;
  xaNodes: XaNodeState;
  bios: BioState;
  /** Batches of reclaimers that sleep in mid-batch (mm/vmscan/held.ts). */
  heldBatches: HeldBatch[];
  /** Control groups, and their memory controllers; the root's come first and are always there. §11. */
  cgroups: Cgroup[];
  memcgs: MemCgroup[];
  /** By cpu. */
  memcgStock: MemcgStock[];
  /** cgroup2 is mounted with memory_recursiveprot, as systemd does. §11.2 */
  memoryRecursiveprot: boolean;
  writeback: WritebackState;
}
