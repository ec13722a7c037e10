/** What the lines of an OOM report mean, in plain words. Loaded with the kill inspector. */

const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const n = (x: number): string => integers.format(x).replace('-', '−');

export const logWords = {
  invoked: (who: string, what: string, itself: boolean): string =>
    itself
      ? `Who asked. ${who} wanted ${what}, and it is also the one that dies.`
      : `Who asked. ${who} wanted ${what}; it is not the one that dies.`,
  invokedSysrq: (who: string): string => `Who asked. Somebody pressed SysRq-f; ${who} carries it out.`,
  invokedKswapd: (who: string): string =>
    `Who asked. Nobody wanted a page: ${who} has found none worth a scan that is older than lru_gen/min_ttl_ms.`,
  stack: 'The way from the page fault, or the system call, into the OOM killer: the innermost function comes first.',
  cpusetOf: 'The cpuset of who asked, and the nodes that it may have memory from.',
  counts: 'The whole machine in pages: what is on the lists that reclaim looks through, and what is not on any.',
  node: (unreclaimable: boolean): string =>
    unreclaimable
      ? 'The same by node, in kB. all_unreclaimable: kswapd has tried 16 times in vain and given up.'
      : 'The same by node, in kB.',
  zoneRefused: (zone: string, free: string, min: string, reserve: string): string =>
    reserve === '0'
      ? `${zone} may hand out nothing: ${free} free ≤ ${min} min.`
      : `${zone} may hand out nothing to this request: ${free} free ≤ ${min} min + ${reserve} kept back for others.`,
  zoneAllowed: (zone: string, free: string, min: string, reserve: string): string =>
    reserve === '0'
      ? `${zone} would have had pages: ${free} free > ${min} min.`
      : `${zone} would have had pages: ${free} free > ${min} min + ${reserve} kept back for others.`,
  zone: 'A zone of memory with its watermarks.',
  buddy:
    'Free blocks by size. The letters say for which kind of use they are set apart: unmovable, movable, reclaimable.',
  huge: 'Huge pages set apart by hand: none of them can be used for anything else.',
  pagecache: 'Pages of files, of shared memory and of the swap cache. Only those of files can be dropped.',
  swapCache: 'Pages that are in RAM and in swap at the same time.',
  swapNone: 'There is no swap: anonymous pages have nowhere to go.',
  swapFull: 'No room to move anonymous pages out, so reclaim had only files to drop.',
  swapLeft: (free: string): string => `${free} of swap is free: swap was not what was short.`,
  ram: 'All the RAM there is, and how much of it the kernel keeps from boot for itself.',
  tasks:
    'A row for each task that was considered, in task-list order. rss + swapents + pgtables_bytes / 4096 + adj × total / 1000 are its points.',
  tasksOld: 'A row for each task that was considered, in task-list order, with what this kernel prints of it.',
  choice:
    'The search has chosen this process, with this score. If it has a child with memory of its own, the child dies in its stead.',
  global: 'The whole machine ran out, not one group.',
  policy: 'Only the nodes that a memory policy allows ran out: only tasks that can use them were considered.',
  cpuset: 'Only the nodes of a cpuset ran out: only tasks that may have memory there were considered.',
  memcg: 'One memory cgroup reached its limit: only its tasks, and those of groups below it, were considered.',
  killed: (who: string, own: string | null): string =>
    own === null ? `The victim: ${who}.` : `The victim: ${who}, with ${own} of its own pages in RAM.`,
  killedGroup: (who: string): string => `Another victim: ${who} goes because memory.oom.group kills the whole group.`,
  reaped: 'Its memory was taken from it before it had exited.',
  usage: 'What the group used, and the limit it reached. failcnt: how often it did.',
  stats: 'What the group’s memory consists of.',
  group: 'memory.oom.group is set: all tasks of the group die together.',
  panic: 'The kernel stops here.',
  nobody: 'No task could be chosen.',
  other: 'Another line of the report.',
  fields: {
    order: 'log2 of the pages wanted in a row',
    gfp_mask: 'what the request may do',
    free: 'free pages',
    boost: 'added to the watermarks for a while after fragmentation',
    min: 'below it only few may still allocate',
    low: 'below it kswapd is woken',
    high: 'kswapd sleeps again above it',
    present: 'pages there are',
    managed: 'pages the allocator was given',
    free_pcp: 'in per-cpu lists: neither free nor used',
    lowmem_reserve: 'kept back from this request',
    active_anon: 'anonymous, used lately',
    inactive_anon: 'anonymous, next to be swapped out',
    active_file: 'of files, used lately',
    inactive_file: 'of files, next to be dropped',
    slab_reclaimable: 'kernel caches that can shrink',
    shmem: 'shared memory and tmpfs',
    pagetables: 'page tables',
    'Free swap': 'swap that is free',
    'Total swap': 'all swap',
    'pages RAM': 'pages there are',
    'pages reserved': 'never given to the allocator',
    total_vm: 'address space, used or not',
    rss: 'in RAM',
    pgtables_bytes: 'page tables, bytes',
    swapents: 'in swap',
    oom_score_adj: 'its adjustment',
    'total-vm': 'address space, used or not',
    'anon-rss': 'its own pages in RAM',
    'file-rss': 'pages of files it has mapped',
    'shmem-rss': 'shared memory it has mapped',
    pid: 'process',
    usage: 'pages charged',
    limit: 'what it may use',
    failcnt: 'charges refused',
  } as Record<string, string>,
  flags: {
    GFP_HIGHUSER_MOVABLE: 'a page for a program: from any zone, may sleep, reclaim and be moved later',
    GFP_HIGHUSER: 'a page for a program, from any zone but Movable, not to be moved',
    GFP_USER: 'on behalf of a program, for memory the kernel reaches too',
    GFP_KERNEL: 'for the kernel itself: may sleep and reclaim',
    GFP_KERNEL_ACCOUNT: 'for the kernel, counted against the task’s group',
    GFP_NOFS: 'must not go into a file system to get it',
    GFP_NOIO: 'must not start disk operations to get it',
    GFP_ATOMIC: 'must not sleep',
    GFP_TRANSHUGE: 'a huge page, worth some effort',
    GFP_TRANSHUGE_LIGHT: 'a huge page, worth no effort',
    __GFP_COMP: 'pages in a row are one compound page',
    __GFP_ZERO: 'filled with zeros',
    __GFP_WRITE: 'is going to be written to',
    __GFP_HARDWALL: 'only from the nodes of the task’s cpuset',
    __GFP_ACCOUNT: 'counted against the task’s group',
    __GFP_NOWARN: 'say nothing when it fails',
    __GFP_NORETRY: 'give up early',
    __GFP_RETRY_MAYFAIL: 'try hard, but fail rather than kill',
    __GFP_NOFAIL: 'must not fail',
    __GFP_NOMEMALLOC: 'must not touch the reserves',
    __GFP_MEMALLOC: 'may use all reserves',
    __GFP_HIGH: 'may use half the reserve below min',
    __GFP_RECLAIMABLE: 'the kernel can give it back under pressure',
    __GFP_MOVABLE: 'can be moved later',
    __GFP_HIGHMEM: 'high memory will do, where there is such',
    __GFP_IO: 'may start disk operations',
    __GFP_FS: 'may go into file systems',
    __GFP_DIRECT_RECLAIM: 'may reclaim by itself',
    __GFP_KSWAPD_RECLAIM: 'may wake kswapd',
    __GFP_THISNODE: 'from this node only',
  } as Record<string, string>,
  unknownFlag: 'a flag of the request',
  inPages: (pages: number): string => `${n(pages)} ${pages === 1 ? 'page' : 'pages'}`,
};
