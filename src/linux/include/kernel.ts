/** The whole state of the modelled kernel: one object of plain data. What it is made of is in the headers beside this. */

import type { BioState, Disk } from './blkdev';
import type { Costs } from './costs';
import type { Cgroup, MemCgroup, MemcgStock } from './memcontrol';
import type { AnonVma, Inode, MmStruct, PgTablePool, SwapInfo } from './mm_types';
import type { PgData, Zone } from './mmzone';
import type { OomRecord } from './oom';
import type { MemMap } from './page';
import type { PsiState } from './psi_types';
import type { Release } from './release';
import type { Task } from './sched';
import type { SlabState, XaNodeState } from './slab';
import type { VmSysctl } from './sysctl';
import type { TraceBuffer } from './trace';
import type { WritebackState } from './writeback';
import type { Zswap } from './zswap';

export type * from './blkdev';
export type * from './costs';
export type * from './oom';
export type * from './psi_types';
export type * from './release';
export type * from './slab';
export type * from './sysctl';
export type * from './writeback';
export type * from './zswap';

export type ThpEnabled = 'always' | 'madvise' | 'never';

export type ThpDefrag = 'always' | 'defer' | 'defer+madvise' | 'madvise' | 'never';

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

/** Pages that a reclaimer has in hand while it sleeps. */
export interface HeldBatch {
  pid: number;
  /** In order; the first `done` have been through. */
  pages: number[];
  done: number;
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
  /** Slab pages that shrinkers can free and that they cannot, and deferred work. §5.14. */
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
