/** try_to_compact_pages: a task compacts for its own request, zone by zone. §3.7, §4.7. */
import {
  COMPACT_COMPLETE,
  COMPACT_CONTINUE,
  COMPACT_DEFERRED,
  COMPACT_PARTIAL_SKIPPED,
  COMPACT_PRIO_ASYNC,
  COMPACT_PRIO_SYNC_FULL,
  COMPACT_SKIPPED,
  COMPACT_SUCCESS,
  MIGRATE_ASYNC,
  MIGRATE_SYNC_LIGHT,
} from '../../include/compaction';
import type { Kernel } from '../../include/kernel';
import type { AllocContext, DirectCompact, Task } from '../../include/sched';
import { zoneReclaimablePages } from '../vmscan';
import { abandonCompaction, compactZoneStep } from './compact_zone';
import { newCompactControl } from './control';
import { compactionDeferReset, compactionDeferred, deferCompaction } from './defer';
import { enoughToCompact } from './suitable';

/** A direct compaction that has not looked at any zone. */
export const newDirectCompact = (prio: number): DirectCompact => ({
  prio,
  cursor: 0,
  result: COMPACT_SKIPPED,
  cc: null,
});

/** The next zone of the zonelist that the request may use; its index in the list, -1 = no more. */
function nextZone(k: Kernel, ctx: AllocContext, from: number): number {
  const { zonelist } = k.nodes[ctx.nid];
  for (let i = from; i < zonelist.length; i++) {
    const z = k.zones[zonelist[i]];
    if (z.type > ctx.highestZoneidx) continue;
    if (ctx.nodemask === 0 || ctx.nodemask & (1 << z.node)) return i;
  }
  return -1;
}

/**
 * One step of try_to_compact_pages. Returns true when it is over; the result is then `work.result`: that of the zone
 * that came off best.
 */
export function tryToCompactPagesStep(k: Kernel, task: Task, ctx: AllocContext, work: DirectCompact): boolean {
  if (work.cc === null) {
    const i = nextZone(k, ctx, work.cursor);
    if (i < 0) return true;
    work.cursor = i + 1;
    const z = k.zones[k.nodes[ctx.nid].zonelist[i]];
    const full = work.prio === COMPACT_PRIO_SYNC_FULL;
    if (!full && compactionDeferred(z, ctx.order)) {
      work.result = Math.max(work.result, COMPACT_DEFERRED);
      return false;
    }
    work.cc = newCompactControl(z.idx, {
      order: ctx.order,
      mode: work.prio === COMPACT_PRIO_ASYNC ? MIGRATE_ASYNC : MIGRATE_SYNC_LIGHT,
      migratetype: ctx.migratetype,
      highestZoneidx: ctx.highestZoneidx,
      allocFlags: ctx.allocFlags,
      direct: true,
      wholeZone: full,
      ignoreSkipHint: full,
      ignoreBlockSuitable: full,
    });
  }
  const { cc } = work;
  const status = compactZoneStep(k, task, cc);
  if (status === COMPACT_CONTINUE) return false;
  const z = k.zones[cc.zone];
  work.cc = null;
  work.result = Math.max(work.result, status);
  if (status === COMPACT_SUCCESS) {
    compactionDeferReset(z, ctx.order, false);
    return true;
  }
  if (work.prio !== COMPACT_PRIO_ASYNC && (status === COMPACT_COMPLETE || status === COMPACT_PARTIAL_SKIPPED)) {
    deferCompaction(z, ctx.order);
  }
  return task.sigkill;
}

/** Lets a direct compaction go whose task is going away. */
export function abandonDirectCompact(k: Kernel, work: DirectCompact): void {
  if (work.cc !== null) abandonCompaction(k, work.cc);
  work.cc = null;
}

/** compaction_zonelist_suitable: would compaction have room if what can be reclaimed were? §4.5 */
export function compactionZonelistSuitable(k: Kernel, ctx: AllocContext): boolean {
  const { zonelist } = k.nodes[ctx.nid];
  for (let i = nextZone(k, ctx, 0); i >= 0; i = nextZone(k, ctx, i + 1)) {
    const z = k.zones[zonelist[i]];
    const available = Math.floor(zoneReclaimablePages(k, z) / ctx.order) + z.free;
    if (enoughToCompact(k, z, ctx.order, ctx.highestZoneidx, available)) return true;
  }
  return false;
}
