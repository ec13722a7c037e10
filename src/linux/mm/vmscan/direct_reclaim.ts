/** try_to_free_pages: a task that needs memory frees some itself. §5.9. */
import type { Kernel } from '../../include/kernel';
import type { ScanControl, Task } from '../../include/sched';
import { DEF_PRIORITY, PAGE_ALLOC_COSTLY_ORDER } from '../../include/units';
import { ALLOCSTALL_BASE } from '../../include/vmstat';
import { snapshotRefaults } from './scan_balance';
import { compactionReady, shrinkNodeStep } from './shrink_node';
import { considerReclaimThrottle, throttleDirectReclaim } from './throttle';

function finish(sc: ScanControl, result: number): true {
  sc.stage = 'done';
  sc.result = result;
  sc.done = true;
  return true;
}

/** shrink_zones: the next node of the zonelist that the request may use. Returns false when there is none. */
function nextNode(k: Kernel, sc: ScanControl): boolean {
  const { zonelist } = k.nodes[sc.zonelistNid];
  while (sc.nodeCursor < zonelist.length) {
    const z = k.zones[zonelist[sc.nodeCursor++]];
    if (z.type > sc.reclaimIdx) continue;
    if (sc.nodemask !== 0 && !(sc.nodemask & (1 << z.node))) continue;
    if (sc.order > PAGE_ALLOC_COSTLY_ORDER && compactionReady(k, z, sc)) {
      sc.compactionReady = true;
      continue;
    }
    if (z.node === sc.nid) continue;
    sc.nid = z.node;
    return true;
  }
  return false;
}

function restart(sc: ScanControl, k: Kernel): void {
  // Each try counts as a stall of its own.
  if (sc.targetMemcg === 0) k.vmEvents[ALLOCSTALL_BASE + Math.min(sc.reclaimIdx, 3)]++;
  sc.priority = DEF_PRIORITY;
  beginPriority(sc);
}

function beginPriority(sc: ScanControl): void {
  sc.prioScanned = sc.nrScanned;
  sc.prioReclaimed = sc.nrReclaimed;
  sc.nodeCursor = 0;
  sc.nid = -1;
  sc.stage = 'shrink_zones';
}

/** After a walk over the zones: the next priority, another try with other means, or the end. */
function endOfZones(k: Kernel, sc: ScanControl): boolean {
  if (sc.nrReclaimed < sc.nrToReclaim && !sc.compactionReady) {
    if (sc.priority < DEF_PRIORITY - 2) sc.mayWritepage = true;
    if (--sc.priority >= 0) {
      beginPriority(sc);
      return false;
    }
  }
  for (let i = 0; i < k.nodes.length; i++) snapshotRefaults(k, k.nodes[i].lruvecs[sc.targetMemcg]);
  if (sc.nrReclaimed > 0) return finish(sc, sc.nrReclaimed);
  if (sc.compactionReady) return finish(sc, 1);
  if (!sc.memcgFullWalk) {
    sc.memcgFullWalk = true;
    restart(sc, k);
    return false;
  }
  if (sc.skippedDeactivate) {
    sc.forceDeactivate = true;
    sc.skippedDeactivate = false;
    restart(sc, k);
    return false;
  }
  if (sc.memcgLowSkipped) {
    // Rather break the promise of memory.low than kill.
    sc.forceDeactivate = false;
    sc.memcgLowReclaim = true;
    sc.memcgLowSkipped = false;
    restart(sc, k);
    return false;
  }
  return finish(sc, 0);
}

/**
 * One step of try_to_free_pages. Returns true when it is over: `sc.result` is then the number of pages reclaimed. It may
 * leave the task asleep with false: call again when it runs.
 *
 * Stages: throttle_direct_reclaim, throttled (or begin, for a memcg), shrink_zones, shrink_node, shrink_lruvec, shrink_slab,
 * consider_reclaim_throttle, done.
 */
export function tryToFreePagesStep(k: Kernel, task: Task, sc: ScanControl): boolean {
  switch (sc.stage) {
    case 'done':
      return true;

    case 'throttle_direct_reclaim':
    case 'throttled': {
      const verdict = throttleDirectReclaim(k, task, sc, sc.stage === 'throttled');
      // Killed while it waited: whatever it wanted the memory for, it shall die now and not kill others.
      if (verdict === 'killed') return finish(sc, 1);
      sc.stage = 'throttled';
      if (verdict === 'go') {
        beginPriority(sc);
      }
      return false;
    }

    case 'begin':
      beginPriority(sc);
      return false;

    case 'shrink_zones':
      if (nextNode(k, sc)) {
        sc.stage = 'shrink_node';
        return shrinkNodeStep(k, task, sc) && false;
      }
      sc.stage = 'consider_reclaim_throttle';
      return false;

    case 'consider_reclaim_throttle':
      return considerAndGoOn(k, task, sc);

    default:
      if (shrinkNodeStep(k, task, sc)) sc.stage = 'shrink_zones';
      return false;
  }
}

/** consider_reclaim_throttle looks at the first node that was walked. */
function considerAndGoOn(k: Kernel, task: Task, sc: ScanControl): boolean {
  if (sc.nid >= 0) considerReclaimThrottle(k, task, k.nodes[firstNode(k, sc)], sc);
  return endOfZones(k, sc);
}

function firstNode(k: Kernel, sc: ScanControl): number {
  const { zonelist } = k.nodes[sc.zonelistNid];
  for (let i = 0; i < zonelist.length; i++) {
    const z = k.zones[zonelist[i]];
    if (z.type > sc.reclaimIdx) continue;
    if (sc.nodemask === 0 || sc.nodemask & (1 << z.node)) return z.node;
  }
  return sc.nid;
}
