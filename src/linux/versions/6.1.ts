/** Linux 6.1 as Debian 12 builds it. */
import type { Release } from '../include/kernel';

const FAULT = [
  '__handle_mm_fault+0x92f/0xfa0',
  'handle_mm_fault+0xdb/0x2d0',
  'do_user_addr_fault+0x191/0x550',
  'exc_page_fault+0x70/0x170',
  'asm_exc_page_fault+0x22/0x30',
];
const SYSCALL = ['do_syscall_64', 'entry_SYSCALL_64_after_hwframe'];
const HEADER = ['dump_stack_lvl+0x44/0x5c', 'dump_header+0x4c/0x22b'];

export const LINUX_6_1: Release = {
  name: '6.1',
  uname: '6.1.0-51-cloud-amd64',
  build: '#1  Debian 6.1.177-1',
  pcpAutoTune: false,
  zoneBelowHigh: false,
  folioBatch: 15,
  rssPercpuCounter: false,
  rssColumns: false,
  memcgFullWalk: false,
  costCountsRotated: false,
  uidInStackDump: false,
  vmallocTotalKb: 34359738367,
  memoryFailure: false,
  unacceptedMemory: false,
  thpColonSpace: true,
  promoWatermark: false,
  hugepageSizesKb: [1048576, 2048],
  absentStats: [
    'nr_unaccepted', 'nr_iommu_pages', 'pgdemote_kswapd', 'pgdemote_direct', 'pgdemote_khugepaged',
    'pgsteal_khugepaged', 'pgscan_khugepaged', 'zone_reclaim_success', 'swpin_zero', 'swpout_zero',
  ],
  callChains: {
    'report:kill': [...HEADER, 'oom_kill_process.cold+0xb/0x10', 'out_of_memory+0x1fd/0x4c0'],
    'report:allocating': [...HEADER, 'oom_kill_process', 'out_of_memory'],
    'report:panic': [...HEADER, 'out_of_memory'],
    'report:none': [...HEADER, 'out_of_memory'],
    panic: ['dump_stack_lvl+0x44/0x5c', 'panic', 'out_of_memory'],
    warn: ['dump_stack_lvl+0x44/0x5c', 'warn_alloc', '__alloc_pages_slowpath', '__alloc_pages+0x305/0x330'],
    slowpath: ['__alloc_pages_slowpath.constprop.0+0x67f/0xe70', '__alloc_pages+0x305/0x330'],
    page: ['__folio_alloc+0x17/0x50'],
    anon: ['__folio_alloc+0x17/0x50', 'vma_alloc_folio+0x9c/0x370', ...FAULT],
    cow: ['__folio_alloc+0x17/0x50', 'vma_alloc_folio+0x9c/0x370', 'wp_page_copy', ...FAULT],
    swapin: [
      '__folio_alloc+0x17/0x50', 'vma_alloc_folio+0x9c/0x370', '__read_swap_cache_async', 'swapin_readahead',
      'do_swap_page', ...FAULT,
    ],
    filemap_fault: ['folio_alloc', '__filemap_get_folio', 'filemap_fault', '__do_fault', 'do_fault', ...FAULT],
    filemap_read: ['folio_alloc', 'filemap_get_pages', 'filemap_read', 'vfs_read', 'ksys_read', ...SYSCALL],
    filemap_write: [
      'folio_alloc', '__filemap_get_folio', 'generic_perform_write', 'vfs_write', 'ksys_write', ...SYSCALL,
    ],
    shmem_write: [
      'vma_alloc_folio', 'shmem_alloc_folio', 'shmem_get_folio_gfp', 'shmem_write_begin', 'generic_perform_write',
      'vfs_write', 'ksys_write', ...SYSCALL,
    ],
    shmem_fault: [
      'vma_alloc_folio', 'shmem_alloc_folio', 'shmem_get_folio_gfp', 'shmem_fault', '__do_fault', 'do_fault', ...FAULT,
    ],
    pgtable: ['pte_alloc_one', '__pte_alloc', ...FAULT],
    fork: ['copy_process', 'kernel_clone', '__do_sys_clone', ...SYSCALL],
    sysrq: ['moom_callback', 'process_one_work', 'worker_thread', 'kthread', 'ret_from_fork'],
  },
};
