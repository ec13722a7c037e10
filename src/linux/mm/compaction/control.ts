/** Setting up a run of compaction. */
import { COMPACT_ALL_ORDERS, type CompactControl, MIGRATE_SYNC } from '../../include/compaction';
import { MIGRATE_UNMOVABLE } from '../../include/gfp';
import { NR_PAGE_ORDERS } from '../../include/units';

/** A run over one zone; what is not given is as for a write to vm.compact_memory. */
export const newCompactControl = (zone: number, given: Partial<CompactControl>): CompactControl => ({
  zone,
  order: COMPACT_ALL_ORDERS,
  mode: MIGRATE_SYNC,
  migratetype: MIGRATE_UNMOVABLE,
  highestZoneidx: 0,
  allocFlags: 0,
  direct: false,
  proactive: false,
  wholeZone: false,
  ignoreSkipHint: false,
  ignoreBlockSuitable: false,
  migratePfn: 0,
  freePfn: 0,
  nrMigratepages: 0,
  freepages: Array.from({ length: NR_PAGE_ORDERS }, () => []),
  nrFreepages: 0,
  lastMigratedPfn: 0,
  updateCached: false,
  finishPageblock: false,
  totalMigrateScanned: 0,
  totalFreeScanned: 0,
  begun: false,
  ...given,
});
