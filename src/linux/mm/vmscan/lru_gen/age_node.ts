/** min_ttl_ms: rather kill somebody than throw out what was used within the last so many milliseconds. §6.6. */
import type { Kernel } from '../../../include/kernel';
import type { Lruvec, PgData } from '../../../include/mmzone';
import type { ScanControl, Task } from '../../../include/sched';
import { MS } from '../../../include/units';
import { outOfMemory } from '../../oom_kill';
import { lruGenFromSeq, lruvecGenSize } from './mm_inline';
import { getSwappiness, setInitialPriority } from './shrink_node';

/** lruvec_is_reclaimable: large enough at this priority, and its oldest generation old enough. */
function lruvecIsReclaimable(k: Kernel, lruvec: Lruvec, sc: ScanControl): boolean {
  const g = lruvec.lrugen;
  if (lruvecGenSize(g, getSwappiness(k, sc) > 0) >> sc.priority === 0) return false;
  return k.now > g.timestamps[lruGenFromSeq(g.minSeq[1])] + k.lruGenMinTtlMs * MS;
}

/** lru_gen_age_node: kswapd's look at the node before each round; kills when the working set is no longer to be had. */
export function lruGenAgeNode(k: Kernel, task: Task, node: PgData, sc: ScanControl): void {
  setInitialPriority(k, node, sc);
  if (k.lruGenMinTtlMs === 0 || lruvecIsReclaimable(k, node.lruvecs[0], sc)) return;
  // mutex_trylock: somebody else may be at it.
  if (k.oomLock >= 0) return;
  outOfMemory(k, task, { gfp: sc.gfp, order: 0, nodemask: 0, sysrq: false });
}
