/**
 * struct page as a structure of arrays, indexed by the model's pfn. 24 bytes a frame.
 *
 * The model's pfns run without the holes of the physical map (the PCI hole, the gap below 1 MiB): a zone knows the
 * real pfn of its first frame (`startPfn`) and the model pfn of it (`base`).
 *
 * `next`/`prev` are intrusive list links. List heads live past the last pfn, so insert and remove have no branches.
 */
export interface MemMap {
  /** Frames in the map, holes at the end of zones included. */
  nrPages: number;
  next: Int32Array;
  prev: Int32Array;
  /** PG_* bits, page type and zone, see below. */
  flags: Int32Array;
  /** Who the page belongs to: anon_vma id + 1 (> 0), -(inode id + 1) (< 0), 0 = nobody. */
  mapping: Int32Array;
  /**
   * By state: virtual page number of an anonymous page, page offset in the file of a cache page, swap slot of a page
   * with PG_SWAPCACHE (its vpn or file offset then stands in `swap.index[slot]`), order of a free block's first page,
   * migrate type of a page on a per-cpu list, order of a kernel block's first page.
   */
  index: Int32Array;
  /** Number of page table entries that map the page. */
  mapcount: Int32Array;
  /** Migrate type of each pageblock (512 frames). */
  pageblock: Uint8Array;
  /** PB_migrate_skip of each pageblock: 1 = compaction found nothing there. */
  pageblockSkip: Uint8Array;
  /**
   * folio_memcg: the memory cgroup that is charged for the page (index in `Kernel.memcgs`), 0 = none or the root. Empty
   * until the first cgroup is made.
   */
  memcg: Uint8Array;
}

/** On an LRU list, in a folio batch on the way to one, or isolated from one. */
export const PG_LRU = 1 << 0;
export const PG_ACTIVE = 1 << 1;
export const PG_REFERENCED = 1 << 2;
export const PG_DIRTY = 1 << 3;
export const PG_WRITEBACK = 1 << 4;
/** To be freed as soon as its writeback ends. */
export const PG_RECLAIM = 1 << 5;
export const PG_WORKINGSET = 1 << 6;
/** Belongs on the anon lists: anonymous or shmem. */
export const PG_SWAPBACKED = 1 << 7;
export const PG_SWAPCACHE = 1 << 8;
export const PG_UNEVICTABLE = 1 << 9;
export const PG_MLOCKED = 1 << 10;
/** Being read from a device: not up to date, locked. */
export const PG_LOCKED = 1 << 11;
/** Taken off its list by reclaim. */
export const PG_ISOLATED = 1 << 12;
/** Sits in a per-cpu folio batch, not yet on its list. */
export const PG_BATCHED = 1 << 13;
/** Brought in by read-ahead and not used since. */
export const PG_READAHEAD = 1 << 14;
/** Anonymous page mapped by one process only and never shared: may be reused on write. */
export const PG_ANON_EXCLUSIVE = 1 << 15;
/** First page of a huge page, and any other page of one: folio_test_large, PageTail. The head speaks for all on the lists. */
export const PG_HEAD = 1 << 25;
export const PG_TAIL = 1 << 26;
export const PG_COMPOUND = PG_HEAD | PG_TAIL;
/** Generation + 1 of a page on a multi-gen list, 3 bits; 0 = on none. §6.2 */
export const LRU_GEN_PGOFF = 20;
export const LRU_GEN_MASK = 7 << LRU_GEN_PGOFF;
/** Accesses through file descriptors beyond the second, 2 bits. §6.2 */
export const LRU_REFS_WIDTH = 2;
export const LRU_REFS_PGOFF = 23;
export const LRU_REFS_MASK = 3 << LRU_REFS_PGOFF;
/** The first access sets PG_REFERENCED, the second one PG_WORKINGSET. */
export const LRU_REFS_FLAGS = PG_REFERENCED | PG_WORKINGSET;

/** Page type, 4 bits at PGTYPE_SHIFT: what a page that is no user page is. */
export const PGTYPE_SHIFT = 16;
export const PGTYPE_MASK = 0xf << PGTYPE_SHIFT;
/** Anonymous, page cache or shmem; owned through `mapping`. */
export const PGTYPE_USER = 0 << PGTYPE_SHIFT;
/** A free block in the buddy lists (its first page; `index` is the order). */
export const PGTYPE_BUDDY = 1 << PGTYPE_SHIFT;
/** A page inside a free block, not its first. */
export const PGTYPE_BUDDY_TAIL = 2 << PGTYPE_SHIFT;
/** On a per-cpu list. */
export const PGTYPE_PCP = 3 << PGTYPE_SHIFT;
/** Not handed to the allocator: kernel image, memmap, firmware; or a hole. */
export const PGTYPE_RESERVED = 4 << PGTYPE_SHIFT;
export const PGTYPE_TABLE = 5 << PGTYPE_SHIFT;
export const PGTYPE_SLAB_RECLAIMABLE = 6 << PGTYPE_SHIFT;
export const PGTYPE_SLAB_UNRECLAIMABLE = 7 << PGTYPE_SHIFT;
export const PGTYPE_KSTACK = 8 << PGTYPE_SHIFT;
/** Any other kernel allocation (per-cpu areas, vmalloc, drivers). */
export const PGTYPE_KERNEL = 9 << PGTYPE_SHIFT;
/** Beyond the present pages of a zone. */
export const PGTYPE_HOLE = 10 << PGTYPE_SHIFT;
/** Taken off the free lists by compaction, for others to move to. */
export const PGTYPE_ISOLATED = 11 << PGTYPE_SHIFT;

/** Zone index (into `Kernel.zones`), 4 bits at the top. Never changes after boot. */
export const PGZONE_SHIFT = 27;
export const PGZONE_MASK = 0xf << PGZONE_SHIFT;

/** Page table entry bits. An entry is `(pfn << 5) | bits`, or `(slot << 5) | PTE_SWAP`, or 0. */
export const PTE_PRESENT = 1;
export const PTE_WRITE = 2;
/** Accessed since reclaim last looked: the "young" bit. */
export const PTE_YOUNG = 4;
export const PTE_DIRTY = 8;
/** With PRESENT: the shared zero page. Without: a swap entry. */
export const PTE_SPECIAL = 16;
export const PTE_SWAP = 16;
export const PTE_SHIFT = 5;
