/** Words of the sheet of kernel settings: one sentence for each file, about its effect. Loaded with the sheet. */
export const settingsWords = {
  title: 'Kernel settings',
  hint: 'Written at the head of the run, as root would. A write is a command: it can be undone, and links carry it.',
  search: 'Search settings',
  nothing: 'No setting has “{query}” in its name or description.',
  close: 'Close the settings',
  default: 'default {value}',
  boot: 'at boot {value}',
  byKernel: 'computed at boot',
  reset: 'Set {name} back to {value}',
  now: 'Do it now',
  changed: 'changed',
  undescribed: 'A file of the kernel that the model has.',
  sysrq: 'SysRq',
};

export interface KnobWords {
  group: keyof typeof groupWords;
  effect: string;
  /** What the kernel starts with; absent where it is computed from the machine. */
  initial?: string;
  /** Writing it does something once. */
  once?: string;
}

export const groupWords = {
  watermarks: 'Watermarks and reclaim',
  overcommit: 'Overcommit',
  oom: 'Out of memory',
  dirty: 'Dirty pages and writeback',
  huge: 'Fragmentation and huge pages',
  lru: 'LRU',
  once: 'One-shot',
  rest: 'More',
} as const;

export const knobs: Record<string, KnobWords> = {
  'vm.min_free_kbytes': {
    group: 'watermarks',
    effect:
      'kB kept free for those who cannot wait; min, low and high follow from it. Too much, and the machine is out of memory at once.',
  },
  'vm.watermark_scale_factor': {
    group: 'watermarks',
    initial: '10',
    effect:
      'Distance from min to low and from low to high, in 0.01 % of a zone, but at least a quarter of min: more lets kswapd begin earlier.',
  },
  'vm.watermark_boost_factor': {
    group: 'watermarks',
    initial: '15000',
    effect:
      'By how much of the high watermark, in 0.01 %, kswapd reclaims more after kinds of pages were mixed; 0 turns it off.',
  },
  'vm.lowmem_reserve_ratio': {
    group: 'watermarks',
    initial: '256 256 32 0 0',
    effect:
      'How much of a low zone is kept from requests that could use a higher one: 1/ratio of the higher zones; 0 or less keeps nothing.',
  },
  'vm.swappiness': {
    group: 'watermarks',
    initial: '60',
    effect:
      'How readily anonymous pages are reclaimed, against file pages: 0 as late as can be, 100 alike, 200 anonymous pages first.',
  },
  'vm.vfs_cache_pressure': {
    group: 'watermarks',
    initial: '100',
    effect: 'How readily the slab of dentries and inodes is reclaimed; 0 never, which can by itself lead to an OOM.',
  },
  'vm.page-cluster': {
    group: 'watermarks',
    initial: '3',
    effect: 'Pages read from swap at a time, as a power of two: 0 reads one, 3 reads eight.',
  },
  'vm.percpu_pagelist_high_fraction': {
    group: 'watermarks',
    initial: '0',
    effect: 'Share of a zone, 1/fraction, that the per-cpu lists may hold; 0 lets the kernel size them.',
  },
  'vm.zone_reclaim_mode': {
    group: 'watermarks',
    initial: '0',
    effect:
      'Whether a node reclaims before another node is asked: 1 does, 2 writes pages out for it, 4 swaps for it. The model keeps the value and does nothing with it.',
  },
  'vm.overcommit_memory': {
    group: 'overcommit',
    initial: '0',
    effect: 'What mmap promises: 0 refuses the obvious excess, 1 refuses nothing, 2 nothing beyond CommitLimit.',
  },
  'vm.overcommit_ratio': {
    group: 'overcommit',
    initial: '50',
    effect: '% of RAM that counts, with all of swap, for CommitLimit in mode 2.',
  },
  'vm.overcommit_kbytes': {
    group: 'overcommit',
    initial: '0',
    effect: 'The same in kB; what is not 0 takes the place of the ratio.',
  },
  'vm.admin_reserve_kbytes': {
    group: 'overcommit',
    effect: 'kB that stay for root in mode 2, so that an administrator can still log in and kill.',
  },
  'vm.user_reserve_kbytes': {
    group: 'overcommit',
    effect: 'kB that one process cannot take in mode 2, so that its user can still kill it.',
  },
  'vm.panic_on_oom': {
    group: 'oom',
    initial: '0',
    effect:
      '0 kills a process; 1 panics, unless only a control group, a cpuset or a policy is short of memory; 2 panics in any case.',
  },
  'vm.oom_kill_allocating_task': {
    group: 'oom',
    initial: '0',
    effect: '1 kills whoever asked for the page, without a search for the worst.',
  },
  'vm.oom_dump_tasks': {
    group: 'oom',
    initial: '1',
    effect: '1 puts the table of tasks into the report; 0 leaves it out.',
  },
  'vm.dirty_ratio': {
    group: 'dirty',
    initial: '20',
    effect:
      '% of the memory that could be dirty at which writers stop until the flusher has written. They are slowed down before.',
  },
  'vm.dirty_bytes': {
    group: 'dirty',
    initial: '0',
    effect: 'The same in bytes; what is not 0 takes the place of the ratio.',
  },
  'vm.dirty_background_ratio': {
    group: 'dirty',
    initial: '10',
    effect: '% of the memory that could be dirty at which the flusher begins to write.',
  },
  'vm.dirty_background_bytes': {
    group: 'dirty',
    initial: '0',
    effect: 'The same in bytes; what is not 0 takes the place of the ratio.',
  },
  'vm.dirty_expire_centisecs': {
    group: 'dirty',
    initial: '3000',
    effect: 'Age, in 1/100 s, at which a dirty page is written out without need.',
  },
  'vm.dirty_writeback_centisecs': {
    group: 'dirty',
    initial: '500',
    effect: 'How often, in 1/100 s, the flusher looks for such pages; 0 never.',
  },
  'vm.extfrag_threshold': {
    group: 'huge',
    initial: '500',
    effect: 'From which fragmentation on, 0 to 1000, a large request compacts memory rather than reclaims it.',
  },
  'vm.compaction_proactiveness': {
    group: 'huge',
    initial: '20',
    effect: 'How eagerly kcompactd makes large blocks before anybody asks, 0 to 100.',
  },
  'vm.compact_memory': { group: 'once', effect: 'Compacts all zones.', once: '1' },
  'vm.drop_caches': {
    group: 'once',
    effect: 'Drops what is clean and unused: 1 the page cache, 2 dentries and inodes, 3 both.',
    once: '3',
  },
  'vm.stat_refresh': { group: 'once', effect: 'Folds the counters of the cpus into the global ones.', once: '1' },
  '/sys/kernel/mm/lru_gen/enabled': {
    group: 'lru',
    effect: 'y sorts pages by generation, n keeps the two classic lists.',
  },
  '/sys/kernel/mm/lru_gen/min_ttl_ms': {
    group: 'lru',
    initial: '0',
    effect:
      'Pages younger than this, in ms, are not evicted: a working set that does not fit ends in an OOM instead of thrashing.',
  },
  '/sys/kernel/mm/transparent_hugepage/enabled': {
    group: 'huge',
    effect: 'Which mappings get huge pages: always, madvise for those that ask, never.',
  },
  '/sys/kernel/mm/transparent_hugepage/defrag': {
    group: 'huge',
    effect: 'How hard a fault tries for a huge page: always waits, defer leaves it to the background, madvise, never.',
  },
  '/sys/module/zswap/parameters/max_pool_percent': {
    group: 'lru',
    initial: '20',
    effect: 'How much of RAM, in percent, compressed pages may take; what does not fit goes to the swap device.',
  },
  '/sys/module/zswap/parameters/accept_threshold_percent': {
    group: 'lru',
    initial: '90',
    effect: 'How far, in percent of its limit, a full pool has to shrink before it takes pages again.',
  },
  '/sys/module/zswap/parameters/enabled': { group: 'lru', effect: 'Y compresses pages in RAM before they go to swap.' },
};
