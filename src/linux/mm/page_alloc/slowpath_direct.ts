/** What a request does on its own time: direct reclaim and direct compaction. §4.7. */
import { COMPACT_SKIPPED } from '../../include/compaction';
import { __GFP_DIRECT_RECLAIM, __GFP_IO, MIGRATE_MOVABLE } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { type AllocContext, type AllocStage, PF_MEMALLOC, type Task } from '../../include/sched';
import { trace, tracepointId } from '../../include/trace';
import { PAGE_ALLOC_COSTLY_ORDER } from '../../include/units';
import { ALLOCSTALL_BASE, COMPACTFAIL, COMPACTSTALL, COMPACTSUCCESS, PGMIGRATE_SUCCESS } from '../../include/vmstat';
import { pageZone } from '../../kernel/sched/core';
import { psiMemstallEnter, psiMemstallLeave } from '../../kernel/sched/psi';
import { compactionDeferReset, newDirectCompact, tryToCompactPagesStep } from '../compaction';
import { newDirectScanControl, tryToFreePagesStep } from '../vmscan';
import { drainAllPages } from './pcp';
import { gfpPfmemallocFlags, tryFreelist } from './slowpath_context';

const DIRECT_BEGIN = tracepointId('mm_vmscan_direct_reclaim_begin');
const DIRECT_END = tracepointId('mm_vmscan_direct_reclaim_end');

/** __alloc_pages_direct_reclaim: reclaim on the task's own time, then try again. §4.7. */
export function directReclaim(k: Kernel, task: Task, ctx: AllocContext): void {
  if (ctx.sc === null) {
    psiMemstallEnter(k, task);
    task.flags |= PF_MEMALLOC;
    k.vmEvents[ALLOCSTALL_BASE + Math.min(ctx.highestZoneidx, 3)]++;
    trace(k.trace, k.now, task.pid, DIRECT_BEGIN, ctx.order, ctx.gfp);
    ctx.sc = newDirectScanControl(k, task, ctx.gfp, ctx.order, ctx.nid, ctx.nodemask);
  }
  const sc = ctx.sc;
  if (!tryToFreePagesStep(k, task, sc)) return;
  ctx.sc = null;
  ctx.scanned += sc.nrScanned;
  ctx.reclaimed += sc.nrReclaimed;
  ctx.didSomeProgress = sc.result;
  task.flags &= ~PF_MEMALLOC;
  trace(k.trace, k.now, task.pid, DIRECT_END, sc.result);
  psiMemstallLeave(k, task);
  if (sc.result > 0) {
    if (tryFreelist(k, task, ctx, 'direct_reclaim', ctx.allocFlags)) return;
    drainAllPages(k);
    if (tryFreelist(k, task, ctx, 'direct_reclaim', ctx.allocFlags)) return;
  }
  ctx.stage = 'direct_compact';
}

/** Whether the slow path begins with compaction. §4.4 (3) */
export function compactsFirst(task: Task, ctx: AllocContext): boolean {
  const { gfp, order } = ctx;
  if (!(gfp & __GFP_DIRECT_RECLAIM && gfp & __GFP_IO) || gfpPfmemallocFlags(gfp, task) !== 0) return false;
  return order > PAGE_ALLOC_COSTLY_ORDER || (order > 0 && ctx.migratetype !== MIGRATE_MOVABLE);
}

/**
 * __alloc_pages_direct_compact: one step of it. Returns true when it is over; `ctx.done` is then set if it got the page.
 * §4.7
 */
export function directCompact(k: Kernel, task: Task, ctx: AllocContext, name: AllocStage, prio: number): boolean {
  if (!(ctx.gfp & __GFP_IO)) {
    ctx.compactResult = COMPACT_SKIPPED;
    return true;
  }
  if (ctx.compact === null) {
    psiMemstallEnter(k, task);
    ctx.compact = newDirectCompact(prio);
  }
  const moved = k.vmEvents[PGMIGRATE_SUCCESS];
  const over = tryToCompactPagesStep(k, task, ctx, ctx.compact);
  ctx.compactMoved += k.vmEvents[PGMIGRATE_SUCCESS] - moved;
  if (!over) return false;
  ctx.compactResult = ctx.compact.result;
  ctx.compact = null;
  psiMemstallLeave(k, task);
  if (ctx.compactResult === COMPACT_SKIPPED) return true;
  k.vmEvents[COMPACTSTALL]++;
  if (tryFreelist(k, task, ctx, name, ctx.allocFlags)) {
    const z = pageZone(k, ctx.page);
    z.compactBlockskipFlush = false;
    compactionDeferReset(z, ctx.order, true);
    k.vmEvents[COMPACTSUCCESS]++;
  } else k.vmEvents[COMPACTFAIL]++;
  return true;
}
