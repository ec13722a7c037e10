/** What differs by release. */

/** What differs by release, as data; rules are named and looked up. See versions/. */
export interface Release {
  /** "6.12". */
  name: string;
  /** uname -r of the reports. */
  uname: string;
  /** How tasks share a cpu: earliest eligible virtual deadline first (6.6 and later), or the completely fair scheduler. */
  scheduler: 'eevdf' | 'cfs';
  /** per-cpu page lists tune their `high` by themselves (6.7 and later). */
  pcpAutoTune: boolean;
  /** ZONE_BELOW_HIGH exists (6.7 and later). */
  zoneBelowHigh: boolean;
  folioBatch: number;
  /** RSS counters are percpu_counters read approximately (6.2 and later), or split per thread with 64 events. */
  rssPercpuCounter: boolean;
  /** Tables of the PUD level are in nr_page_table_pages (they are in pgtables_bytes in any case). */
  countsPudTables: boolean;
  /** Large anonymous mappings whose size is one of huge pages begin where a huge page can (6.7 and later). */
  thpAlignsMmap: boolean;
  /** rss_anon, rss_file, rss_shmem columns in the task dump. */
  rssColumns: boolean;
  /** unfruitful direct reclaim is tried again with a full walk (6.12). */
  memcgFullWalk: boolean;
  /** The multi-gen LRU is on from boot (CONFIG_LRU_GEN_ENABLED). §6.1 */
  lruGenEnabled: boolean;
  /** memory.reclaim asks for a quarter of what is left at a time (6.9 and later), or for all of it. */
  proactiveQuarters: boolean;
  /** The multi-gen LRU sorts dirty and locked pages, and those being written, out before it isolates. §6.5 */
  sortsBusyPages: boolean;
  /** The aging leaves address spaces of fewer than 64 pages alone. §6.4 */
  agingSkipsSmall: boolean;
  /** A page that enters the youngest generation forgets its accesses. §6.3 */
  youngForgetsUses: boolean;
  /** lru_note_cost counts unreclaimed pages as rotated. */
  costCountsRotated: boolean;
  /** "UID:" in the stack dump's head. */
  uidInStackDump: boolean;
  /** What follows `uname` in the stack dump's head: build number and the distribution's version. */
  build: string;
  /** VmallocTotal of /proc/meminfo, kB: the size of the vmalloc area with 4 or 5 levels of page tables. */
  vmallocTotalKb: number;
  /** "pages hwpoisoned" in the report and HardwareCorrupted in meminfo (CONFIG_MEMORY_FAILURE). */
  memoryFailure: boolean;
  /** Unaccepted in meminfo (CONFIG_UNACCEPTED_MEMORY). */
  unacceptedMemory: boolean;
  /** A space after the colon of shmem_thp, shmem_pmdmapped and anon_thp in the node line of the report. */
  thpColonSpace: boolean;
  /** ZONE_MOVABLE's min watermark has bounds of its own, 32 to 128 pages, even when the zone is empty. */
  movableMinClamped: boolean;
  /** The promo watermark is a line of /proc/zoneinfo. */
  promoWatermark: boolean;
  /** Sizes of huge pages that the report lists, kB, in its order. */
  hugepageSizesKb: number[];
  /** Counters of vmstat.ts that this release does not have; lines of memory.stat that it does not have. */
  absentStats: string[];
  absentMemoryStats: string[];
  /** Pages that a cgroup is charged for the small kernel objects of a process. */
  processSlab: number;
  /** Callers of an allocation, innermost first, as a stack dump prints them; by kind of request. */
  callChains: { [kind: string]: string[] };
}
