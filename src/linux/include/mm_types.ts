/** Address spaces: mm_struct, VMAs, files' page caches, swap. §7, §8, §9. */
import type { Mempolicy } from './mempolicy';

/** RSS kinds, the index into `MmStruct.rss`. §9.4. */
export const MM_FILEPAGES = 0;
export const MM_ANONPAGES = 1;
export const MM_SWAPENTS = 2;
export const MM_SHMEMPAGES = 3;
export const NR_MM_COUNTERS = 4;

export const VM_READ = 1;
export const VM_WRITE = 2;
export const VM_EXEC = 4;
export const VM_SHARED = 8;
export const VM_LOCKED = 16;
export const VM_ACCOUNT = 32;
export const VM_NORESERVE = 64;
export const VM_GROWSDOWN = 128;
/** madvise(MADV_HUGEPAGE), madvise(MADV_NOHUGEPAGE). */
export const VM_HUGEPAGE = 256;
export const VM_NOHUGEPAGE = 512;

/** A mapped range of virtual pages [start, end). */
export interface Vma {
  /** First virtual page number. */
  start: number;
  /** Past the last virtual page number. */
  end: number;
  flags: number;
  /** Inode id of the mapped file or shmem object, -1 = anonymous. */
  inode: number;
  /** Page offset in the file of `start`. */
  pgoff: number;
  /** What it is, for the screens: 'text', 'heap', 'stack', '' … */
  name: string;
  /** Set by mbind: where its pages are to lie, whatever the task's policy. */
  policy?: Mempolicy;
  /** vma->anon_vma is set: it has had anonymous pages, so fork copies its page tables. */
  anon: boolean;
  /** swap_readahead_info, from the first page on that came back from swap; see SwapRa. */
  swapRaHits?: number;
  swapRaPrev?: number;
  swapRaWindow?: number;
}

export const MMF_OOM_SKIP = 1;
export const MMF_UNSTABLE = 2;
export const MMF_OOM_REAP_QUEUED = 4;
export const MMF_MULTIPROCESS = 8;

/**
 * struct mm_struct. Virtual page numbers fit 31 bits (8 TiB of address space): 16 top-level entries of 512 GiB, then
 * PUD, PMD and PTE tables of 512 entries each, all kept in the table pool `Kernel.pgtables`.
 */
export interface MmStruct {
  /** Index in `Kernel.mms`; the id of its anon_vma too. */
  id: number;
  /** Processes that use it; 0 = free slot. */
  users: number;
  /** Table index (into the pool) of the top level; the PGD is not counted in pgtables_bytes. */
  pgd: number;
  /** PTE + PMD + PUD tables, bytes. */
  pgtablesBytes: number;
  /** Pages mapped by all VMAs. */
  totalVm: number;
  lockedVm: number;
  dataVm: number;
  stackVm: number;
  execVm: number;
  /** Highest RSS seen, pages. */
  hiwaterRss: number;
  hiwaterVm: number;
  /**
   * percpu_counters: four central counts, then four local counts per cpu. A local count is folded into the central one
   * when it reaches `max(32, 2 * ncpus)`; the central one alone is what the OOM killer reads. §10.6.
   */
  rss: Int32Array;
  flags: number;
  /** Sorted by start, no overlaps. */
  vmas: Vma[];
  /** Ids of the anon_vmas in whose list of mms it stands (its own and its ancestors'). */
  anonVmas: number[];
  /** Index of the VMA used last. */
  vmaCache: number;
  /** New mappings are placed below this virtual page number, downwards. */
  mmapBase: number;
  startBrk: number;
  brk: number;
  /** VM_LOCKED for all later mappings (MCL_FUTURE). */
  defFlags: number;
  /** The memcg charged for its small kernel objects, 0 = none. */
  slabMemcg: number;
  /** Set while an exit or reap works its way through; the next virtual page number to look at, -1 = not started. */
  unmapCursor: number;
  /** What exit_mmap has unmapped and not freed yet; null when it is not under way. */
  tlb: MmuGather | null;
}

/** mmu_gather: what an address space that is being taken apart has unmapped, until it is freed (mm/mmu_gather.ts). */
export interface MmuGather {
  /** Pages and page tables unmapped and not freed, in order. */
  pages: number[];
  /** How many of them have been freed: a flush is under way when there are any. */
  freed: number;
  /** Pages that the lists stand in. */
  batches: number[];
}

/** Which mms may map anonymous pages that carry this anon_vma: its own mm and all forked from it since. */
export interface AnonVma {
  mms: number[];
  /** Pages whose `mapping` is this anon_vma. */
  pages: number;
}

/** A file, a block device's cache or a shmem object, with its page cache. */
export interface Inode {
  id: number;
  /** Path or name; '' = a free slot. */
  name: string;
  kind: 'file' | 'shmem' | 'ramfs';
  /** Length in pages. */
  nrPages: number;
  /**
   * The page cache (xarray): per file page 0 = nothing, pfn + 1 > 0 = cached, < 0 = shadow of an evicted page
   * (workingset.ts packs it). An inode of kind shmem keeps no shadows (they stand in `swap.shadow`): there, < 0 is a page
   * that went to swap, -(slot + 1).
   */
  cache: Int32Array;
  /** Entries in use of each of its xarray nodes (lib/xarray.ts). */
  nodes: Uint8Array;
  /** By file page: the memcg that a shadow belongs to. Empty as long as that is the root. */
  shadowMemcg: Uint8Array;
  /** Pages in the cache now. */
  nrCached: number;
  nrShadows: number;
  /** Directory entries and open descriptors that keep it; 0 and no mapping: dropped. */
  links: number;
  /** Disk index in `Kernel.disks`, -1 = none (shmem, ramfs). */
  disk: number;
  /** mm ids that map it (with repetition). */
  mappers: number[];
  /** Pages shmem has accounted. */
  shmemBlocks: number;
  /** Pages charged to vm_committed_as for it: the whole size of a MAP_SHARED object, each page of a tmpfs file. */
  acctPages: number;
  /** shmem: most pages it may hold (tmpfs size=). */
  shmemLimit: number;
  /** ns when the first page was dirtied, 0 = clean. */
  dirtiedWhen: number;
  nrDirty: number;
  /** file_ra_state: the present read-ahead window [raStart, raStart + raSize), the part ahead, the last page read. */
  raStart: number;
  raSize: number;
  raAsyncSize: number;
  raPrev: number;
}

/** All swap areas as one space of slots; slot 0 of each area is its header. §7.1. */
export interface SwapInfo {
  /** Slots in all, headers included. */
  slots: number;
  /** total_swap_pages: usable slots. */
  total: number;
  /** nr_swap_pages: free slots. */
  free: number;
  /** Use count of each slot (page table entries that refer to it); SWAP_MAP_BAD for a header. */
  map: Uint16Array;
  /** pfn + 1 of the slot's page in the swap cache, 0 = none. */
  cache: Int32Array;
  /** Virtual page number (anonymous) or file offset (shmem) of the slot's page. */
  index: Int32Array;
  /** `MemMap.mapping` of the page that went out, for swap-in. */
  mapping: Int32Array;
  /** Workingset shadow left at eviction, 0 = none. */
  shadow: Int32Array;
  /** Entries in use, page or shadow, of each xarray node of the swap cache. */
  nodes: Uint8Array;
  /** Whose the slot is, see mm/memcontrol/slot.ts. Empty until there is a memcg. */
  memcgs: Uint16Array;
  areas: SwapArea[];
  /** Of all that is read in the order of the slots: from disks that rotate, and what shared memory has there. */
  ra: SwapRa;
}
/** No slot for a page. Counts need no continuation pages, unlike the kernel's that end at 0x3e. */
export const SWAP_MAP_BAD = 0xffff;
export interface SwapArea {
  name: string;
  prio: number;
  /** First slot (the header) and past the last. */
  start: number;
  end: number;
  disk: number;
  used: number;
  /** Next slot to look at. */
  cursor: number;
  /** Allocations of 64 slots made, for taking turns among areas of one priority. */
  turn: number;
  /** Slots in use by cluster of 512, and clusters with none in use. */
  clusterUsed: Uint16Array;
  freeClusters: number;
}

/** What read-ahead from swap goes by: hits since the last window, place of the last fault, last window. §7.3. */
export interface SwapRa {
  hits: number;
  prev: number;
  window: number;
}

/** Pool of page tables: table t holds entries [t * 512, t * 512 + 512). Table 0 is never used. */
export interface PgTablePool {
  entries: Int32Array;
  /** Tables ever handed out. */
  high: number;
  /** Free tables, a stack. */
  freeList: Int32Array;
  nrFree: number;
  /** Physical page that holds the table, by table. */
  pfn: Int32Array;
  /** Entries in use, by table. */
  used: Int32Array;
  /**
   * 1 = the table is only deposited: one entry of the PMD level maps a huge page. Its own entries say what that one
   * stands for: they are all there, and are accessed if one of them is.
   */
  huge: Int32Array;
}
