/** Control groups (version 2) and their memory controller. §11. */
import type { OomWork } from './oom';
import type { ScanControl } from './sched';

/** "max": no limit, pages. */
export const PAGE_COUNTER_MAX = 2251799813685247;
/** Pages taken from the counters at a time; what a request does not need stays in the cpu's stock. */
export const MEMCG_CHARGE_BATCH = 64;
/** Memory cgroups a machine may have, the root and those that are going away included: a page names its own in a byte. */
export const MEM_CGROUP_ID_MAX = 255;

/** memory.events and memory.swap.events, in the order of the files. */
export const MEMCG_LOW = 0;
export const MEMCG_HIGH = 1;
export const MEMCG_MAX = 2;
export const MEMCG_OOM = 3;
export const MEMCG_OOM_KILL = 4;
export const MEMCG_OOM_GROUP_KILL = 5;
export const MEMCG_SWAP_HIGH = 6;
export const MEMCG_SWAP_MAX = 7;
export const MEMCG_SWAP_FAIL = 8;
export const NR_MEMCG_EVENTS = 9;

/** struct page_counter. Pages; PAGE_COUNTER_MAX = no limit. */
export interface PageCounter {
  /** Charged here and below. */
  usage: number;
  min: number;
  low: number;
  high: number;
  max: number;
  /** Effective min and low, as of the last mem_cgroup_calculate_protection. §11.2 */
  emin: number;
  elow: number;
  /** Highest usage: memory.peak. */
  watermark: number;
  /** Charges refused because of this limit. */
  failcnt: number;
}

/** struct mem_cgroup. */
export interface MemCgroup {
  /** Index in `Kernel.memcgs`; pages, swap slots and lruvecs refer to it. 0 is the root's. */
  id: number;
  /** −1 = it is the root, or a free slot. */
  parent: number;
  /** In order of creation. */
  children: number[];
  /** Its cgroup (index in `Kernel.cgroups`), −1 = removed. */
  cgroup: number;
  /** Path of the cgroup, as reports print it. */
  path: string;
  /** false: removed, but pages or swap slots are still charged to it; or a free slot. */
  online: boolean;
  memory: PageCounter;
  swap: PageCounter;
  /** memory.oom.group. */
  oomGroup: boolean;
  /** MEMCG_*: of this one and all below; of this one alone. */
  events: number[];
  eventsLocal: number[];
  /** Of memory.stat: what was counted in this one alone; MEMCG_STAT_EVENTS (mm/memcontrol/stat.ts) says what. */
  vmEvents: number[];
  /** Pages of small kernel objects charged. */
  slab: number;
  /** By node: where partial walks of the tree below have come to (a memcg, −1 = the beginning). */
  iter: number[];
}

/** memcg_stock_pcp: pages charged in advance, of one memcg at a time. */
export interface MemcgStock {
  memcg: number;
  pages: number;
}

/** struct cgroup. */
export interface Cgroup {
  /** Index in `Kernel.cgroups`; 0 is the root. */
  id: number;
  /** '' = a free slot. */
  path: string;
  parent: number;
  /** In order of creation. */
  children: number[];
  /** Its own memory controller (index in `Kernel.memcgs`), −1 = none: its processes count with the next one above. */
  memcg: number;
  /** "+memory" in cgroup.subtree_control: the children have a memory controller each. */
  subtreeMemory: boolean;
  /** Its processes in order of arrival; not kept for the root. */
  procs: number[];
}

/** try_charge_memcg as far as it got. Lives in `Task.charge`. §11.4 */
export interface ChargeContext {
  memcg: number;
  /** Flags of the allocation, and those of the charge. */
  gfp: number;
  chargeGfp: number;
  /** The page that is to be charged. */
  pfn: number;
  stage: 'try_charge' | 'reclaim' | 'mem_cgroup_oom';
  retries: number;
  drained: boolean;
  passedOom: boolean;
  raisedMaxEvent: boolean;
  /** mem_over_limit. */
  over: number;
  /** Reclaim under way. */
  sc: ScanControl | null;
  /** The OOM killer at work, under oom_lock. */
  oom: OomWork | null;
  done: boolean;
  failed: boolean;
  /** ns when it was begun. */
  startedAt: number;
}

/** Reclaim on behalf of a cgroup that no allocation waits for: memory.high on the way back to user mode, writes to files. */
export interface MemcgWork {
  kind: 'high' | 'write_max' | 'write_high' | 'reclaim';
  memcg: number;
  /** high: the level at hand. Else the same as `memcg`. */
  level: number;
  /** high: pages over; write_*: the limit written; reclaim: pages asked for. */
  pages: number;
  retries: number;
  inRetry: boolean;
  drained: boolean;
  /** Pages reclaimed in this round, and for memory.reclaim in the rounds before. */
  reclaimed: number;
  inTotal: number;
  /** The OOM killer at work, under oom_lock. */
  oom: OomWork | null;
  /** Of a write: 0 or a negative error number, once it is over. */
  result: number;
  sc: ScanControl | null;
}
