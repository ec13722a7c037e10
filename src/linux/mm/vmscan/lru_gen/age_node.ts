/** min_ttl_ms: rather kill somebody than throw out what was used within the last so many milliseconds. §6.6. */
import type { Kernel } from '../../../include/kernel';
import type { Lruvec, PgData } from '../../../include/mmzone';
import type { ScanControl, Task } from '../../../include/sched';
import { MS } from '../../../include/units';
import { memcgNext } from '../../memcontrol';
import { outOfMemory } from '../../oom_kill';
import { calculateProtection, memCgroupBelowMin } from '../../page_counter';
import { lruGenFromSeq } from './mm_inline';
import { lruvecIsSizable, setInitialPriority } from './shrink_node';

/** lruvec_is_reclaimable: large enough at this priority, and its oldest generation old enough. */
function lruvecIsReclaimable(k: Kernel, lruvec: Lruvec, sc: ScanControl): boolean {
  const g = lruvec.lrugen;
  if (memCgroupBelowMin(k, 0, lruvec.memcg) || !lruvecIsSizable(k, lruvec, sc)) return false;
  return k.now > g.timestamps[lruGenFromSeq(g.minSeq[1])] + k.lruGenMinTtlMs * MS;
}

/** lru_gen_age_node: kswapd's look at the node before each round; kills when the working set is no longer to be had. */
export function lruGenAgeNode(k: Kernel, task: Task, node: PgData, sc: ScanControl): void {
  setInitialPriority(k, node, sc);
  let reclaimable = k.lruGenMinTtlMs === 0;
  for (let id = 0; id >= 0; id = memcgNext(k, 0, id)) {
    calculateProtection(k, 0, id);
    if (!reclaimable) reclaimable = lruvecIsReclaimable(k, node.lruvecs[id], sc);
  }
  if (reclaimable) return;
  // mutex_trylock: somebody else may be at it.
  if (k.oomLock >= 0) return;
  outOfMemory(k, task, { gfp: sc.gfp, order: 0, nodemask: 0, sysrq: false, memcg: 0 });
}
