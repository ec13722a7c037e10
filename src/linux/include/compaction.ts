/** Memory compaction: results, modes, and the state of a run. §3.7. */

/** enum compact_result, in the kernel's order: of several zones the highest counts. */
export const COMPACT_SKIPPED = 1;
export const COMPACT_DEFERRED = 2;
export const COMPACT_CONTINUE = 4;
export const COMPACT_COMPLETE = 5;
export const COMPACT_PARTIAL_SKIPPED = 6;
export const COMPACT_CONTENDED = 7;
export const COMPACT_SUCCESS = 8;

/** enum compact_priority: how hard a direct compaction tries; the lowest is the hardest. */
export const COMPACT_PRIO_SYNC_FULL = 0;
export const COMPACT_PRIO_SYNC_LIGHT = 1;
export const COMPACT_PRIO_ASYNC = 2;

/** enum migrate_mode: never waits, waits but not for writeback, waits for everything. */
export const MIGRATE_ASYNC = 0;
export const MIGRATE_SYNC_LIGHT = 1;
export const MIGRATE_SYNC = 2;

/** Pages the migrate scanner isolates at a time. */
export const COMPACT_CLUSTER_MAX = 32;
/** At most 2^6 attempts are skipped after failures. */
export const COMPACT_MAX_DEFER_SHIFT = 6;
/** A request of all orders: whoever writes to vm.compact_memory, and the proactive runs. */
export const COMPACT_ALL_ORDERS = -1;

/** struct compact_control, with the progress of the run. Plain numbers of model pfns, orders and pages. */
export interface CompactControl {
  /** Index in `Kernel.zones`. */
  zone: number;
  /** Order that is wanted, or COMPACT_ALL_ORDERS. */
  order: number;
  /** MIGRATE_ASYNC … */
  mode: number;
  migratetype: number;
  highestZoneidx: number;
  allocFlags: number;
  direct: boolean;
  proactive: boolean;
  wholeZone: boolean;
  ignoreSkipHint: boolean;
  ignoreBlockSuitable: boolean;
  /** The scanners: the one for pages to move goes up, the one for free pages goes down. */
  migratePfn: number;
  freePfn: number;
  /** Pages isolated and not moved yet. */
  nrMigratepages: number;
  /** Free blocks taken as targets, by order, first to be used first; and pages in all. */
  freepages: number[][];
  nrFreepages: number;
  /** First pfn of the pageblock that pages were last moved out of, 0 = none. */
  lastMigratedPfn: number;
  updateCached: boolean;
  /** The rest of the pageblock is done in one go. */
  finishPageblock: boolean;
  totalMigrateScanned: number;
  totalFreeScanned: number;
  /** The scanners have been placed. */
  begun: boolean;
}
