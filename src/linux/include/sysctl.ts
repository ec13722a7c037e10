/** The files of /proc/sys/vm. */

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
