/** Memory compaction: making large free blocks out of small ones. §3.7. */
import { COMPACT_CONTINUE } from '../../include/compaction';
import type { Kernel } from '../../include/kernel';
import { lruAddDrainAll } from '../swap';
import { populatedZones } from '../vmstat';
import { compactZoneStep } from './compact_zone';
import { newCompactControl } from './control';

export { compactZoneStep } from './compact_zone';
export { newCompactControl } from './control';
export { compactionDeferReset } from './defer';
export { abandonDirectCompact, compactionZonelistSuitable, newDirectCompact, tryToCompactPagesStep } from './direct';
export { kcompactdStep, wakeupKcompactd } from './kcompactd';
export { resetNodeIsolationSuitable } from './skip';
export { compactGap, compactionSuitable, extfragForOrder, fragmentationIndex } from './suitable';

/** compact_nodes: a write to vm.compact_memory compacts all zones of all nodes, at once and from end to end. */
export function compactNodes(k: Kernel): void {
  lruAddDrainAll(k);
  for (const z of populatedZones(k)) {
    const cc = newCompactControl(z.idx, { wholeZone: true, ignoreSkipHint: true });
    while (compactZoneStep(k, null, cc) === COMPACT_CONTINUE);
  }
}
