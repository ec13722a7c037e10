/** Linux 6.12 as Debian 12's backport builds it. */
import type { Release } from '../include/kernel';

/** Below the page fault's entry everything looks the same. */
const FAULT = [
  '__handle_mm_fault+0xb66/0xfa0',
  'handle_mm_fault+0x180/0x2d0',
  'do_user_addr_fault+0x20c/0x6a0',
  'exc_page_fault+0x76/0x190',
  'asm_exc_page_fault+0x26/0x30',
];
const MPOL = 'alloc_pages_mpol_noprof+0x8f/0x1e0';
const SYSCALL = ['do_syscall_64+0x87/0x180', 'entry_SYSCALL_64_after_hwframe+0x76/0x7e'];
const SLOWPATH = ['__alloc_pages_slowpath.constprop.0+0x67f/0xe00', '__alloc_pages_noprof+0x2ef/0x310'];
const HEADER = ['dump_stack_lvl+0x64/0x80', 'dump_header+0x43/0x1d0'];

export const LINUX_6_12: Release = {
  name: '6.12',
  uname: '6.12.117+deb12-cloud-amd64',
  build: '#1  Debian 6.12.117-1~deb12u1',
  pcpAutoTune: true,
  zoneBelowHigh: true,
  folioBatch: 31,
  rssPercpuCounter: true,
  rssColumns: true,
  memcgFullWalk: true,
  costCountsRotated: true,
  uidInStackDump: true,
  vmallocTotalKb: 34359738367,
  memoryFailure: true,
  unacceptedMemory: true,
  thpColonSpace: false,
  promoWatermark: true,
  hugepageSizesKb: [1048576, 2048],
  absentStats: [],
  // Offsets are those of recorded stack dumps; a frame that no recording shows is given by name alone.
  callChains: {
    'report:kill': [...HEADER, 'oom_kill_process+0xfa/0x200', 'out_of_memory+0x257/0x520'],
    'report:allocating': [...HEADER, 'oom_kill_process+0xfa/0x200', 'out_of_memory+0x4f1/0x520'],
    'report:panic': [...HEADER, 'out_of_memory+0xc2/0x520'],
    'report:none': [...HEADER, 'out_of_memory+0x395/0x520'],
    panic: ['dump_stack_lvl+0x64/0x80', 'panic+0x344/0x3a0', 'out_of_memory+0xe7/0x520'],
    warn: [
      'dump_stack_lvl+0x64/0x80',
      'warn_alloc+0x164/0x1e0',
      '__alloc_pages_slowpath.constprop.0+0x2ac/0xe00',
      '__alloc_pages_noprof+0x2ef/0x310',
    ],
    slowpath: SLOWPATH,
    page: [MPOL],
    anon: [MPOL, 'vma_alloc_folio_noprof+0x71/0xe0', 'do_anonymous_page+0x2bd/0x7d0', ...FAULT],
    cow: [MPOL, 'vma_alloc_folio_noprof+0x71/0xe0', 'wp_page_copy', 'do_wp_page', ...FAULT],
    swapin: [
      MPOL, 'folio_alloc_mpol_noprof+0x14/0x30', '__read_swap_cache_async', 'swapin_readahead', 'do_swap_page',
      ...FAULT,
    ],
    filemap_fault: [
      MPOL, 'folio_alloc_noprof+0x5b/0xb0', '__filemap_get_folio', 'filemap_fault', '__do_fault', 'do_fault', ...FAULT,
    ],
    filemap_read: [
      MPOL, 'folio_alloc_noprof+0x5b/0xb0', 'filemap_get_pages+0x193/0x6d0', 'filemap_read+0xf2/0x360',
      'vfs_read+0x245/0x370', 'ksys_read+0x6f/0xf0', ...SYSCALL,
    ],
    filemap_write: [
      MPOL, 'folio_alloc_noprof+0x5b/0xb0', '__filemap_get_folio', 'generic_perform_write+0xdf/0x290',
      'vfs_write+0x28f/0x450', 'ksys_write+0x6f/0xf0', ...SYSCALL,
    ],
    shmem_write: [
      MPOL, 'folio_alloc_mpol_noprof+0x14/0x30', 'shmem_alloc_folio+0x9c/0xb0',
      'shmem_alloc_and_add_folio+0x10a/0x480', 'shmem_get_folio_gfp+0x237/0x610', 'shmem_write_begin+0x60/0x100',
      'generic_perform_write+0xdf/0x290', 'shmem_file_write_iter+0x86/0x90', 'vfs_write+0x28f/0x450',
      'ksys_write+0x6f/0xf0', ...SYSCALL,
    ],
    shmem_fault: [
      MPOL, 'folio_alloc_mpol_noprof+0x14/0x30', 'shmem_alloc_folio+0x9c/0xb0',
      'shmem_alloc_and_add_folio+0x10a/0x480', 'shmem_get_folio_gfp+0x237/0x610', 'shmem_fault', '__do_fault',
      'do_fault', ...FAULT,
    ],
    pgtable: [MPOL, 'alloc_pages_noprof', 'pte_alloc_one', '__pte_alloc', ...FAULT],
    fork: [MPOL, 'copy_process', 'kernel_clone', '__do_sys_clone', ...SYSCALL],
    sysrq: [
      'moom_callback+0x7a/0xc0', 'process_one_work+0x190/0x3a0', 'worker_thread+0x191/0x2f0', 'kthread+0xd2/0x100',
      'ret_from_fork+0x34/0x50', 'ret_from_fork_asm+0x1a/0x30',
    ],
  },
};
