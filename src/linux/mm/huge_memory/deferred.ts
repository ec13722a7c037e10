/** The shrinker of huge pages that are partly unmapped. §9.5 */
import type { Kernel } from '../../include/kernel';
import type { PgData } from '../../include/mmzone';
import { splitHugePage } from './split';

const SHRINK_BATCH = 128;

/**
 * deferred_split_scan, by the shrinkers' rule: a share of the queue that grows as the priority falls, all of it when it is
 * short. Each page in it is split, which frees what nothing maps of it. §5.14
 */
export function shrinkDeferredSplit(k: Kernel, node: PgData, priority: number): void {
  const queued = node.deferredSplit.length;
  if (queued === 0) return;
  let total = Math.min(Math.floor(queued / 2 ** priority) * 2, 2 * queued);
  while (node.deferredSplit.length > 0 && (total >= SHRINK_BATCH || total >= queued)) {
    const n = Math.min(SHRINK_BATCH, total, node.deferredSplit.length);
    for (let i = 0; i < n; i++) splitHugePage(k, node.deferredSplit[0]);
    total -= Math.max(n, 1);
  }
}
