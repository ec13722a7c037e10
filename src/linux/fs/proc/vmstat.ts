/** /proc/vmstat. §14.5. */
import type { Kernel } from '../../include/kernel';
import { HPAGE_PMD_NR } from '../../include/units';
import { NODE_STAT_NAMES, NR_ANON_THPS, VM_EVENT_NAMES, ZONE_STAT_NAMES } from '../../include/vmstat';
import { globalDirtyLimits } from '../../mm/page-writeback';
import { globalNodeState, globalZoneState, nrFreePages } from '../../mm/vmstat';
import { zswapKnown } from '../../mm/zswap_params';

/** The counters by name: zones', nodes', dirty limits (pages), events since boot. Those the model keeps. */
export function vmstatValues(k: Kernel): Record<string, number> {
  const out: Record<string, number> = { nr_free_pages: nrFreePages(k) };
  ZONE_STAT_NAMES.forEach((name, i) => {
    out[name] = globalZoneState(k, i);
  });
  NODE_STAT_NAMES.forEach((name, i) => {
    out[name] = i === NR_ANON_THPS ? globalNodeState(k, i) / HPAGE_PMD_NR : globalNodeState(k, i);
  });
  const limits = globalDirtyLimits(k);
  out.nr_dirty_threshold = limits.thresh;
  out.nr_dirty_background_threshold = limits.bg;
  VM_EVENT_NAMES.forEach((name, i) => {
    out[name] = k.vmEvents[i];
  });
  // A kernel without zswap has no counters of it; one where it was never on is taken for such a one.
  if (!zswapKnown(k)) for (const name of ['zswpin', 'zswpout', 'zswpwb']) delete out[name];
  for (const name of k.release.absentStats) delete out[name];
  return out;
}

/** /proc/vmstat as text. */
export const vmstat = (k: Kernel): string =>
  Object.entries(vmstatValues(k))
    .map(([name, n]) => `${name} ${n}\n`)
    .join('');
