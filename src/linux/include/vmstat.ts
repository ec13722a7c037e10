/** Counters by the names of /proc/vmstat. §14.5. Indexes into `Zone.stat`, `PgData.stat` and `Kernel.vmEvents`. */

export const ZONE_STAT_NAMES = [
  'nr_zone_inactive_anon',
  'nr_zone_active_anon',
  'nr_zone_inactive_file',
  'nr_zone_active_file',
  'nr_zone_unevictable',
  'nr_zone_write_pending',
  'nr_mlock',
  'nr_bounce',
  'nr_zspages',
  'nr_free_cma',
  'nr_unaccepted',
  'numa_hit',
  'numa_miss',
  'numa_foreign',
  'numa_interleave',
  'numa_local',
  'numa_other',
] as const;
/** NR_ZONE_LRU_BASE + lru is the zone's size of that list. */
export const NR_ZONE_LRU_BASE = 0;
export const NR_ZONE_WRITE_PENDING = 5;
export const NR_MLOCK = 6;
export const NR_ZSPAGES = 8;
export const NUMA_HIT = 11;
export const NUMA_MISS = 12;
export const NUMA_FOREIGN = 13;
export const NUMA_LOCAL = 15;
export const NUMA_OTHER = 16;
export const NR_VM_ZONE_STAT_ITEMS = ZONE_STAT_NAMES.length;

export const NODE_STAT_NAMES = [
  'nr_inactive_anon',
  'nr_active_anon',
  'nr_inactive_file',
  'nr_active_file',
  'nr_unevictable',
  'nr_slab_reclaimable',
  'nr_slab_unreclaimable',
  'nr_isolated_anon',
  'nr_isolated_file',
  'workingset_nodes',
  'workingset_refault_anon',
  'workingset_refault_file',
  'workingset_activate_anon',
  'workingset_activate_file',
  'workingset_restore_anon',
  'workingset_restore_file',
  'workingset_nodereclaim',
  'nr_anon_pages',
  'nr_mapped',
  'nr_file_pages',
  'nr_dirty',
  'nr_writeback',
  'nr_writeback_temp',
  'nr_shmem',
  'nr_shmem_hugepages',
  'nr_shmem_pmdmapped',
  'nr_file_hugepages',
  'nr_file_pmdmapped',
  'nr_anon_transparent_hugepages',
  'nr_vmscan_write',
  'nr_vmscan_immediate_reclaim',
  'nr_dirtied',
  'nr_written',
  'nr_throttled_written',
  'nr_kernel_misc_reclaimable',
  'nr_foll_pin_acquired',
  'nr_foll_pin_released',
  'nr_kernel_stack',
  'nr_page_table_pages',
  'nr_sec_page_table_pages',
  'nr_iommu_pages',
  'nr_swapcached',
  'pgpromote_success',
  'pgpromote_candidate',
  'pgdemote_kswapd',
  'pgdemote_direct',
  'pgdemote_khugepaged',
] as const;
export const NR_LRU_BASE = 0;
export const NR_SLAB_RECLAIMABLE_B = 5;
export const NR_SLAB_UNRECLAIMABLE_B = 6;
export const NR_ISOLATED_ANON = 7;
export const NR_ISOLATED_FILE = 8;
export const WORKINGSET_NODES = 9;
export const WORKINGSET_REFAULT_ANON = 10;
export const WORKINGSET_REFAULT_FILE = 11;
export const WORKINGSET_ACTIVATE_ANON = 12;
export const WORKINGSET_ACTIVATE_FILE = 13;
export const WORKINGSET_RESTORE_ANON = 14;
export const WORKINGSET_RESTORE_FILE = 15;
export const WORKINGSET_NODERECLAIM = 16;
export const NR_ANON_MAPPED = 17;
export const NR_FILE_MAPPED = 18;
/** Page cache, shmem and swap cache together. */
export const NR_FILE_PAGES = 19;
export const NR_FILE_DIRTY = 20;
export const NR_WRITEBACK = 21;
export const NR_SHMEM = 23;
/** Pages that huge mappings map; /proc/vmstat shows them in huge pages. */
export const NR_ANON_THPS = 28;
export const NR_VMSCAN_WRITE = 29;
export const NR_VMSCAN_IMMEDIATE = 30;
export const NR_DIRTIED = 31;
export const NR_WRITTEN = 32;
export const NR_THROTTLED_WRITTEN = 33;
/** In kB, as the kernel counts it. */
export const NR_KERNEL_STACK_KB = 37;
export const NR_PAGETABLE = 38;
export const NR_SWAPCACHE = 41;
export const NR_VM_NODE_STAT_ITEMS = NODE_STAT_NAMES.length;

export const VM_EVENT_NAMES = [
  'pgpgin',
  'pgpgout',
  'pswpin',
  'pswpout',
  'pgalloc_dma',
  'pgalloc_dma32',
  'pgalloc_normal',
  'pgalloc_movable',
  'pgalloc_device',
  'allocstall_dma',
  'allocstall_dma32',
  'allocstall_normal',
  'allocstall_movable',
  'allocstall_device',
  'pgskip_dma',
  'pgskip_dma32',
  'pgskip_normal',
  'pgskip_movable',
  'pgskip_device',
  'pgfree',
  'pgactivate',
  'pgdeactivate',
  'pglazyfree',
  'pgfault',
  'pgmajfault',
  'pglazyfreed',
  'pgrefill',
  'pgreuse',
  'pgsteal_kswapd',
  'pgsteal_direct',
  'pgsteal_khugepaged',
  'pgscan_kswapd',
  'pgscan_direct',
  'pgscan_khugepaged',
  'pgscan_direct_throttle',
  'pgscan_anon',
  'pgscan_file',
  'pgsteal_anon',
  'pgsteal_file',
  'zone_reclaim_success',
  'zone_reclaim_failed',
  'pginodesteal',
  'slabs_scanned',
  'kswapd_inodesteal',
  'kswapd_low_wmark_hit_quickly',
  'kswapd_high_wmark_hit_quickly',
  'pageoutrun',
  'pgrotated',
  'drop_pagecache',
  'drop_slab',
  'oom_kill',
  'pgmigrate_success',
  'pgmigrate_fail',
  'compact_migrate_scanned',
  'compact_free_scanned',
  'compact_isolated',
  'compact_stall',
  'compact_fail',
  'compact_success',
  'compact_daemon_wake',
  'compact_daemon_migrate_scanned',
  'compact_daemon_free_scanned',
  'unevictable_pgs_culled',
  'unevictable_pgs_scanned',
  'unevictable_pgs_rescued',
  'unevictable_pgs_mlocked',
  'unevictable_pgs_munlocked',
  'unevictable_pgs_cleared',
  'unevictable_pgs_stranded',
  'thp_fault_alloc',
  'thp_fault_fallback',
  'thp_split_page',
  'thp_deferred_split_page',
  'thp_split_pmd',
  'thp_swpout_fallback',
  'swap_ra',
  'swap_ra_hit',
  'swpin_zero',
  'swpout_zero',
  'zswpin',
  'zswpout',
  'zswpwb',
] as const;
export type VmEventName = (typeof VM_EVENT_NAMES)[number];
const ev = (name: VmEventName): number => VM_EVENT_NAMES.indexOf(name);
export const PGPGIN = ev('pgpgin');
export const PGPGOUT = ev('pgpgout');
export const PSWPIN = ev('pswpin');
export const PSWPOUT = ev('pswpout');
/** PGALLOC_BASE + zone type. */
export const PGALLOC_BASE = ev('pgalloc_dma');
/** ALLOCSTALL_BASE + zone type. */
export const ALLOCSTALL_BASE = ev('allocstall_dma');
export const PGSKIP_BASE = ev('pgskip_dma');
export const PGFREE = ev('pgfree');
export const PGACTIVATE = ev('pgactivate');
export const PGDEACTIVATE = ev('pgdeactivate');
export const PGLAZYFREED = ev('pglazyfreed');
export const PGFAULT = ev('pgfault');
export const PGMAJFAULT = ev('pgmajfault');
export const PGREFILL = ev('pgrefill');
export const PGREUSE = ev('pgreuse');
export const PGSTEAL_KSWAPD = ev('pgsteal_kswapd');
export const PGSTEAL_DIRECT = ev('pgsteal_direct');
export const PGSCAN_KSWAPD = ev('pgscan_kswapd');
export const PGSCAN_DIRECT = ev('pgscan_direct');
export const PGSCAN_DIRECT_THROTTLE = ev('pgscan_direct_throttle');
export const PGSCAN_ANON = ev('pgscan_anon');
export const PGSCAN_FILE = ev('pgscan_file');
export const PGSTEAL_ANON = ev('pgsteal_anon');
export const PGSTEAL_FILE = ev('pgsteal_file');
export const SLABS_SCANNED = ev('slabs_scanned');
export const KSWAPD_LOW_WMARK_HIT_QUICKLY = ev('kswapd_low_wmark_hit_quickly');
export const KSWAPD_HIGH_WMARK_HIT_QUICKLY = ev('kswapd_high_wmark_hit_quickly');
export const PAGEOUTRUN = ev('pageoutrun');
export const PGROTATED = ev('pgrotated');
export const DROP_PAGECACHE = ev('drop_pagecache');
export const DROP_SLAB = ev('drop_slab');
export const OOM_KILL = ev('oom_kill');
export const PGMIGRATE_SUCCESS = ev('pgmigrate_success');
export const PGMIGRATE_FAIL = ev('pgmigrate_fail');
export const COMPACTMIGRATE_SCANNED = ev('compact_migrate_scanned');
export const COMPACTFREE_SCANNED = ev('compact_free_scanned');
export const COMPACTISOLATED = ev('compact_isolated');
export const KCOMPACTD_WAKE = ev('compact_daemon_wake');
export const KCOMPACTD_MIGRATE_SCANNED = ev('compact_daemon_migrate_scanned');
export const KCOMPACTD_FREE_SCANNED = ev('compact_daemon_free_scanned');
export const COMPACTSTALL = ev('compact_stall');
export const COMPACTFAIL = ev('compact_fail');
export const COMPACTSUCCESS = ev('compact_success');
export const THP_FAULT_ALLOC = ev('thp_fault_alloc');
export const THP_FAULT_FALLBACK = ev('thp_fault_fallback');
export const THP_SPLIT_PAGE = ev('thp_split_page');
export const THP_DEFERRED_SPLIT_PAGE = ev('thp_deferred_split_page');
export const THP_SPLIT_PMD = ev('thp_split_pmd');
export const THP_SWPOUT_FALLBACK = ev('thp_swpout_fallback');
export const UNEVICTABLE_PGCULLED = ev('unevictable_pgs_culled');
export const UNEVICTABLE_PGSCANNED = ev('unevictable_pgs_scanned');
export const UNEVICTABLE_PGRESCUED = ev('unevictable_pgs_rescued');
export const UNEVICTABLE_PGMLOCKED = ev('unevictable_pgs_mlocked');
export const UNEVICTABLE_PGMUNLOCKED = ev('unevictable_pgs_munlocked');
export const SWAP_RA = ev('swap_ra');
export const SWAP_RA_HIT = ev('swap_ra_hit');
export const ZSWPIN = ev('zswpin');
export const ZSWPOUT = ev('zswpout');
export const ZSWPWB = ev('zswpwb');
export const SWPIN_ZERO = ev('swpin_zero');
export const SWPOUT_ZERO = ev('swpout_zero');
