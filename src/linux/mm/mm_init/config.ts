/** What a kernel is booted with, and what its settings are then. §1, §2. */
import type { Costs, Release, ThpEnabled, VmSysctl } from '../../include/kernel';

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
