/** Whether the slow path is to be gone again: when reclaim, or compaction, may still come to the page. §4.5 */
import {
  COMPACT_PRIO_SYNC_FULL,
  COMPACT_PRIO_SYNC_LIGHT,
  COMPACT_SKIPPED,
  COMPACT_SUCCESS,
} from '../../include/compaction';
import { __GFP_IO, ALLOC_CPUSET } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { WMARK_MIN, wmarkPages, type Zone } from '../../include/mmzone';
import type { AllocContext, Task, WatermarkTest } from '../../include/sched';
import { trace, tracepointId } from '../../include/trace';
import { MAX_COMPACT_RETRIES, MAX_RECLAIM_RETRIES, PAGE_ALLOC_COSTLY_ORDER } from '../../include/units';
import { bothMasks, cpusetNodemask } from '../../kernel/cpuset';
import { compactionZonelistSuitable } from '../compaction';
import { zoneReclaimablePages } from '../vmscan';
import { effectiveMin, zoneWatermarkOk } from './watermarks';

const COMPACT_RETRY = tracepointId('compact_retry');
const RETRY_ZONE = tracepointId('reclaim_retry_zone');

/** The nodes that a pass may use, bit mask, 0 = all: the policy's, and those of the cpuset unless the request is above it. */
export const nodesFor = (k: Kernel, task: Task, ctx: AllocContext, flags: number, gfp: number): number =>
  flags & ALLOC_CPUSET ? bothMasks(ctx.nodemask, cpusetNodemask(k, task, gfp)) : ctx.nodemask;

/** should_reclaim_retry: would the request fit if all that can be reclaimed were? §4.5. */
export function shouldReclaimRetry(k: Kernel, task: Task, ctx: AllocContext): boolean {
  if (ctx.didSomeProgress > 0 && ctx.order <= PAGE_ALLOC_COSTLY_ORDER) ctx.noProgressLoops = 0;
  else ctx.noProgressLoops++;
  if (ctx.noProgressLoops > MAX_RECLAIM_RETRIES) return false;
  const tests: WatermarkTest[] = [];
  ctx.tests.should_reclaim_retry = tests;
  const nodes = nodesFor(k, task, ctx, ctx.allocFlags, ctx.gfp);
  for (const i of k.nodes[ctx.nid].zonelist) {
    const z: Zone = k.zones[i];
    if (z.type > ctx.highestZoneidx) continue;
    if (nodes !== 0 && !(nodes & (1 << z.node))) continue;
    const reclaimable = zoneReclaimablePages(k, z);
    const available = reclaimable + z.free;
    const mark = wmarkPages(z, WMARK_MIN);
    const ok = zoneWatermarkOk(k, z, ctx.order, mark, ctx.highestZoneidx, ctx.allocFlags, available);
    tests.push({
      zone: i,
      mark: WMARK_MIN,
      free: available,
      min: effectiveMin(mark, ctx.allocFlags),
      lowmemReserve: z.lowmemReserve[ctx.highestZoneidx],
      order: ctx.order,
      ok,
    });
    trace(k.trace, k.now, task.pid, RETRY_ZONE, i, reclaimable, available, ctx.noProgressLoops);
    if (ok) return true;
  }
  return false;
}

/** should_compact_retry: is another, more patient run worth it? Only after reclaim has freed something. §4.5 */
export function shouldCompactRetry(k: Kernel, task: Task, ctx: AllocContext): boolean {
  const { order } = ctx;
  if (order === 0 || ctx.didSomeProgress === 0 || !(ctx.gfp & __GFP_IO) || task.sigkill) return false;
  let retry = false;
  if (ctx.compactResult === COMPACT_SKIPPED) {
    retry = compactionZonelistSuitable(k, ctx);
  } else {
    const costly = order > PAGE_ALLOC_COSTLY_ORDER;
    const most = costly ? MAX_COMPACT_RETRIES / 4 : MAX_COMPACT_RETRIES;
    if (ctx.compactResult === COMPACT_SUCCESS && ++ctx.compactionRetries <= most) retry = true;
    else if (ctx.compactPriority > (costly ? COMPACT_PRIO_SYNC_LIGHT : COMPACT_PRIO_SYNC_FULL)) {
      ctx.compactPriority--;
      ctx.compactionRetries = 0;
      retry = true;
    }
  }
  trace(k.trace, k.now, task.pid, COMPACT_RETRY, order, ctx.compactPriority, ctx.compactResult, ctx.compactionRetries);
  return retry;
}
