/** Zones, nodes, watermarks and LRU lists. §1, §2, §5.1. */
import type { CompactControl } from './compaction';
import type { ScanControl } from './sched';

export const ZONE_DMA = 0;
export const ZONE_DMA32 = 1;
export const ZONE_NORMAL = 2;
export const ZONE_MOVABLE = 3;
export const ZONE_DEVICE = 4;
export const MAX_NR_ZONES = 5;
export const ZONE_NAMES = ['DMA', 'DMA32', 'Normal', 'Movable', 'Device'] as const;

export const WMARK_MIN = 0;
export const WMARK_LOW = 1;
export const WMARK_HIGH = 2;
export const WMARK_PROMO = 3;

export const LRU_INACTIVE_ANON = 0;
export const LRU_ACTIVE_ANON = 1;
export const LRU_INACTIVE_FILE = 2;
export const LRU_ACTIVE_FILE = 3;
export const LRU_UNEVICTABLE = 4;
export const NR_LRU_LISTS = 5;
/** Folios a per-cpu batch holds before it is drained to the lists. §0. */
export const FOLIO_BATCH_SIZE = 31;

/** Per-cpu page lists of one zone and cpu. §3.6. */
export interface PerCpuPages {
  /** Pages on all lists. */
  count: number;
  high: number;
  highMin: number;
  highMax: number;
  batch: number;
  allocFactor: number;
  /** Pages freed in a row (free_count). */
  freeCount: number;
  /** PCPF_PREV_FREE_HIGH_ORDER: the last that was freed was a block of 2 to 8 pages. */
  prevFreeHighOrder: boolean;
  /** Index of the first list head; list of (order, migratetype) is `heads + order * 3 + migratetype`. */
  heads: number;
}

/** struct zone. Page numbers in pages. */
export interface Zone {
  /** Index in `Kernel.zones`. */
  idx: number;
  node: number;
  /** ZONE_DMA … */
  type: number;
  name: string;
  /** Real pfn of the first frame, for display. */
  startPfn: number;
  /** Model pfn of the first frame; a multiple of 1024. */
  base: number;
  /** Model pfn past the last. */
  end: number;
  spanned: number;
  present: number;
  managed: number;
  /** The same when the zones were set up, before the kernel gave back what only its boot needed. */
  bootManaged: number;
  /** min, low, high, promo without the boost. */
  watermark: number[];
  boost: number;
  /** By highest zone of the request. §2.3. */
  lowmemReserve: number[];
  /** NR_FREE_PAGES: pages in the buddy lists. */
  free: number;
  /** First free-list head; list of (order, migratetype) is `freeHeads + order * MIGRATE_TYPES + migratetype`. */
  freeHeads: number;
  /** Free blocks by order. */
  nrFree: Int32Array;
  nrReservedHighatomic: number;
  nrFreeHighatomic: number;
  /** ZONE_* state bits. */
  flags: number;
  pcp: PerCpuPages[];
  /** Zone counters, see vmstat.ts NR_ZONE_*. */
  stat: Int32Array;
  /** Attempts skipped since the last failure, log2 of how many to skip, the lowest order that failed. */
  compactConsidered: number;
  compactDeferShift: number;
  compactOrderFailed: number;
  /** Model pfns where the next run goes on: the migrate scanner of asynchronous and of other runs, the free scanner. */
  compactCachedMigratePfn: [number, number];
  compactCachedFreePfn: number;
  /** A run that begins here sees the whole zone. */
  compactInitMigratePfn: number;
  /** The hints of `MemMap.pageblockSkip` are due to be looked over. */
  compactBlockskipFlush: boolean;
}
export const ZONE_BOOSTED_WATERMARK = 1;
export const ZONE_RECLAIM_ACTIVE = 2;
export const ZONE_BELOW_HIGH = 4;

/** Generations a type has at least and at most; tiers; types. §6.2. */
export const MIN_NR_GENS = 2;
export const MAX_NR_GENS = 4;
export const MAX_NR_TIERS = 4;
export const ANON_AND_FILE = 2;
export const LRU_GEN_ANON = 0;
export const LRU_GEN_FILE = 1;
/** Generations and bins of the LRU of memory cgroups. §6.5. */
export const MEMCG_NR_GENS = 3;
export const MEMCG_NR_BINS = 8;
/** Lists of one generation and both types, and of a lruvec. */
export const NR_GEN_LISTS = ANON_AND_FILE * MAX_NR_ZONES;
export const NR_LRU_GEN_LISTS = MAX_NR_GENS * NR_GEN_LISTS;

/**
 * struct lru_gen_folio: the multi-gen LRU of a lruvec. §6.2.
 *
 * A generation is a sequence number modulo 4. Lists are by generation, type (0 anon, 1 file) and zone type: number
 * `gen * 10 + type * 5 + zone` from `heads` on. A page that the aging has found young keeps its place on its old list for
 * a while, but counts with its new generation.
 */
export interface LruGenFolio {
  maxSeq: number;
  /** By type. */
  minSeq: [number, number];
  /** ns when each generation was begun. */
  timestamps: number[];
  /** First list head. */
  heads: number;
  /** Pages by generation, type and zone: as the lists are numbered. */
  nrPages: Int32Array;
  /** By type and tier (`type * 4 + tier`), of the oldest generation: refaulted, evicted, and moved on instead. §6.5 */
  refaulted: Float64Array;
  evicted: Float64Array;
  protected: Float64Array;
  /** The same of the generations before, each counting half of the next: refaulted; evicted and protected. */
  avgRefaulted: Float64Array;
  avgTotal: Float64Array;
  /**
   * Page tables worth a look in the next walk, 1 by table of the pool: of even and of odd sequence numbers. The kernel's
   * Bloom filters, without their false positives. Length 0 = there has been no walk yet: look at all.
   */
  filters: [Uint8Array, Uint8Array];
  /** Its place in `PgData.memcgLru`: generation, and MEMCG_LRU_TAIL when it has been put at the tail. */
  memcgGen: number;
  memcgSeg: number;
}

/** struct lruvec: the LRU lists of one memory cgroup on one node. */
export interface Lruvec {
  /** The node it is on, and the memory cgroup whose pages it holds (index in `Kernel.memcgs`, 0 = root). */
  nid: number;
  memcg: number;
  /** First list head; list l is `heads + l`. */
  heads: number;
  /** Pages by zone type and list: `type * NR_LRU_LISTS + list`. */
  lruSize: Int32Array;
  /** WORKINGSET_ACTIVATE_ANON/FILE of this lruvec. */
  activated: [number, number];
  anonCost: number;
  fileCost: number;
  /** `activated`, with those of the cgroups below, at the last snapshot_refaults. §5.7. */
  refaults: [number, number];
  /** §5.13. */
  nonresidentAge: number;
  lrugen: LruGenFolio;
}

/** What kcompactd is at. */
export interface KcompactdRun {
  /** Nobody asked: the node is too fragmented for huge pages. */
  proactive: boolean;
  order: number;
  highestZoneidx: number;
  /** Zone type that is next, and the run in the one at hand. */
  zone: number;
  cc: CompactControl | null;
  /** fragmentation_score_node before a proactive run. */
  score: number;
}

/** struct pglist_data. */
export interface PgData {
  id: number;
  /** Indexes of its zones, by zone type (-1 = not populated). */
  zones: number[];
  /** Own and other nodes' zones in fallback order, highest first. §1.4. */
  zonelist: number[];
  /** By memory cgroup (index in `Kernel.memcgs`); the root's is always there. */
  lruvecs: Lruvec[];
  /** lru_gen_memcg: memory cgroups by generation and bin (`gen * MEMCG_NR_BINS + bin`), and the sequence number. §6.5 */
  memcgLru: { seq: number; fifo: number[][] };
  /** Node counters, see vmstat.ts. */
  stat: Float64Array;
  /** pid of its kswapd. */
  kswapd: number;
  kswapdFailures: number;
  kswapdOrder: number;
  /** -1 = nobody asked. */
  kswapdHighestZoneidx: number;
  /** PGDAT_* bits. */
  flags: number;
  /** kswapd's progress, null = has not run yet. */
  kswapdSc: ScanControl | null;
  /** pid of its kcompactd; order and highest zone it has been asked for; the run under way. */
  kcompactd: number;
  kcompactdMaxOrder: number;
  kcompactdHighestZoneidx: number;
  kcompactdRun: KcompactdRun | null;
  /** Heads of the huge pages that are partly unmapped, first queued first. */
  deferredSplit: number[];
  /** Reclaimers asleep until writeback gets on, and NR_THROTTLED_WRITTEN when the first of them went to sleep. §5.12. */
  nrWritebackThrottled: number;
  nrReclaimStart: number;
}
export const PGDAT_DIRTY = 1;
export const PGDAT_WRITEBACK = 2;
/** LRUVEC_NODE_CONGESTED. */
export const PGDAT_CONGESTED = 4;

/** zone's watermark as the allocator reads it: with the boost. */
export const wmarkPages = (z: Zone, w: number): number => z.watermark[w] + z.boost;
