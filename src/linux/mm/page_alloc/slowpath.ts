/**
 * __alloc_pages_slowpath as a state machine: one stage a call, each with the kernel's name. §4.4.
 *
 * The UI's picture of the allocation path is this state. A stage may put the task to sleep; it is then entered again
 * when the task runs.
 */

import {
  COMPACT_DEFERRED,
  COMPACT_PRIO_ASYNC,
  COMPACT_PRIO_SYNC_LIGHT,
  COMPACT_SKIPPED,
} from '../../include/compaction';
import {
  __GFP_DIRECT_RECLAIM,
  __GFP_HARDWALL,
  __GFP_HIGH,
  __GFP_IO,
  __GFP_KSWAPD_RECLAIM,
  __GFP_MEMALLOC,
  __GFP_NOFAIL,
  __GFP_NOMEMALLOC,
  __GFP_NORETRY,
  __GFP_NOWARN,
  __GFP_RETRY_MAYFAIL,
  __GFP_THISNODE,
  ALLOC_CPUSET,
  ALLOC_HIGHATOMIC,
  ALLOC_KSWAPD,
  ALLOC_MIN_RESERVE,
  ALLOC_NO_WATERMARKS,
  ALLOC_NON_BLOCK,
  ALLOC_OOM,
  ALLOC_WMARK_HIGH,
  ALLOC_WMARK_MASK,
  ALLOC_WMARK_MIN,
  MIGRATE_MOVABLE,
} from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { WMARK_LOW, ZONE_NORMAL } from '../../include/mmzone';
import { type AllocContext, type AllocStage, PF_MEMALLOC, TASK_UNINTERRUPTIBLE, type Task } from '../../include/sched';
import { trace, tracepointId } from '../../include/trace';
import { JIFFY, PAGE_ALLOC_COSTLY_ORDER } from '../../include/units';
import { ALLOCSTALL_BASE, COMPACTFAIL, COMPACTSTALL, COMPACTSUCCESS, PGMIGRATE_SUCCESS } from '../../include/vmstat';
import { bothMasks, cpusetNodemask } from '../../kernel/cpuset';
import { pageZone, scheduleTimeout } from '../../kernel/sched/core';
import { psiMemstallEnter, psiMemstallLeave } from '../../kernel/sched/psi';
import { abandonDirectCompact, compactionDeferReset, newDirectCompact, tryToCompactPagesStep } from '../compaction';
import { oomUnlock, outOfMemory, warnAlloc } from '../oom_kill';
import { swapFlushPlug } from '../page_io';
import { newDirectScanControl, tryToFreePagesStep, wakeupKswapd } from '../vmscan';
import { putBackHeld } from '../vmscan/held';
import { getPageFromFreelist } from './page_alloc';
import { drainAllPages } from './pcp';
import { noteTests, watermarkTests } from './slowpath_noted';
import { nodesFor, shouldCompactRetry, shouldReclaimRetry } from './slowpath_retry';

const DIRECT_BEGIN = tracepointId('mm_vmscan_direct_reclaim_begin');
const DIRECT_END = tracepointId('mm_vmscan_direct_reclaim_end');

/** gfp_to_alloc_flags. §2.6. */
export function gfpToAllocFlags(gfp: number, order: number): number {
  let f = ALLOC_WMARK_MIN | ALLOC_CPUSET | (gfp & (__GFP_HIGH | __GFP_KSWAPD_RECLAIM));
  if (!(gfp & __GFP_DIRECT_RECLAIM)) {
    if (!(gfp & __GFP_NOMEMALLOC)) {
      f |= ALLOC_NON_BLOCK;
      if (order > 0 && f & ALLOC_MIN_RESERVE) f |= ALLOC_HIGHATOMIC;
    }
    if (f & ALLOC_MIN_RESERVE) f &= ~ALLOC_CPUSET;
  }
  return f;
}

/** __gfp_pfmemalloc_flags: the right to go below the watermarks. §2.6. */
export function gfpPfmemallocFlags(gfp: number, task: Task): number {
  if (gfp & __GFP_NOMEMALLOC) return 0;
  if (gfp & __GFP_MEMALLOC || task.flags & PF_MEMALLOC) return ALLOC_NO_WATERMARKS;
  return task.oomMm >= 0 ? ALLOC_OOM : 0;
}

/** A request that failed the fast path, ready for its first stage. */
export function newAllocContext(
  k: Kernel,
  gfp: number,
  order: number,
  highestZoneidx: number,
  migratetype: number,
  nid: number,
  nodemask: number,
): AllocContext {
  const ctx: AllocContext = {
    gfp,
    order,
    highestZoneidx,
    migratetype,
    nid,
    nodemask,
    allocFlags: gfpToAllocFlags(gfp, order),
    stage: 'wake_kswapd',
    gaveUpAt: '',
    startedAt: k.now,
    noProgressLoops: 0,
    compactionRetries: 0,
    compactPriority: COMPACT_PRIO_SYNC_LIGHT,
    compactResult: COMPACT_SKIPPED,
    compactMoved: 0,
    didSomeProgress: 0,
    sc: null,
    compact: null,
    rounds: 0,
    page: -1,
    done: false,
    failed: false,
    tests: { fast_path: watermarkTests(k, order, highestZoneidx, nid, WMARK_LOW, 0, nodemask) },
    scanned: 0,
    reclaimed: 0,
  };
  k.cost += k.costs.slowpath;
  return ctx;
}

function tryFreelist(
  k: Kernel,
  task: Task,
  ctx: AllocContext,
  name: AllocStage,
  flags: number,
  gfp = ctx.gfp,
): boolean {
  const nodes = nodesFor(k, task, ctx, flags, gfp);
  noteTests(k, ctx, name, flags & ALLOC_WMARK_MASK, flags, nodes);
  const p = getPageFromFreelist(k, ctx.order, flags, ctx.highestZoneidx, ctx.migratetype, ctx.nid, gfp, nodes);
  k.cost += k.costs.allocPcp;
  if (p < 0) return false;
  ctx.page = p;
  ctx.stage = 'page';
  ctx.done = true;
  return true;
}

/** wake_all_kswapds: the kswapd of each node of the zonelist. */
function wakeAllKswapds(k: Kernel, task: Task, ctx: AllocContext): void {
  const nodes = bothMasks(ctx.nodemask, cpusetNodemask(k, task, ctx.gfp));
  let last = -1;
  for (const i of k.nodes[ctx.nid].zonelist) {
    const z = k.zones[i];
    if (z.type > ctx.highestZoneidx || z.node === last) continue;
    if (nodes !== 0 && !(nodes & (1 << z.node))) continue;
    last = z.node;
    wakeupKswapd(k, z, ctx.gfp, ctx.order, ctx.highestZoneidx);
  }
}

/** nopage: NULL, or another round for __GFP_NOFAIL. §4.4 (20)–(21). */
function noPage(k: Kernel, task: Task, ctx: AllocContext): void {
  if (ctx.gfp & __GFP_NOFAIL && ctx.gfp & __GFP_DIRECT_RECLAIM) {
    if (tryFreelist(k, task, ctx, 'reserves', ALLOC_MIN_RESERVE | ALLOC_CPUSET)) return;
    if (tryFreelist(k, task, ctx, 'reserves', ALLOC_MIN_RESERVE)) return;
    ctx.stage = 'reserves';
    return;
  }
  ctx.gaveUpAt = ctx.stage;
  ctx.stage = 'nopage';
  ctx.done = true;
  ctx.failed = true;
  if (!(ctx.gfp & __GFP_NOWARN)) warnAlloc(k, task, ctx.gfp, ctx.order, ctx.nodemask);
}

/** One stage of the slow path of `task.alloc`. Returns with `done` set, or in the next stage, or asleep. */
export function allocSlowpathStep(k: Kernel, task: Task): void {
  const ctx = task.alloc;
  if (ctx === null || ctx.done) return;
  const { gfp, order } = ctx;
  switch (ctx.stage) {
    case 'wake_kswapd':
      ctx.allocFlags = gfpToAllocFlags(gfp, order);
      if (ctx.allocFlags & ALLOC_KSWAPD) wakeAllKswapds(k, task, ctx);
      ctx.stage = 'retry_min_watermark';
      return;

    case 'retry_min_watermark':
      if (tryFreelist(k, task, ctx, 'retry_min_watermark', ctx.allocFlags)) return;
      ctx.stage = 'direct_compact_first';
      return;

    case 'direct_compact_first':
      // Large requests, and those that would put kernel memory among movable pages, have memory moved before any is
      // reclaimed.
      if (!compactsFirst(task, ctx)) {
        ctx.stage = 'reserves';
        return;
      }
      if (!directCompact(k, task, ctx, 'direct_compact_first', COMPACT_PRIO_ASYNC) || ctx.done) return;
      if (order > PAGE_ALLOC_COSTLY_ORDER && gfp & __GFP_NORETRY) {
        const gaveUp = ctx.compactResult === COMPACT_SKIPPED || ctx.compactResult === COMPACT_DEFERRED;
        if (gaveUp || gfp & __GFP_THISNODE) {
          noPage(k, task, ctx);
          return;
        }
        ctx.compactPriority = COMPACT_PRIO_ASYNC;
      }
      ctx.stage = 'reserves';
      return;

    case 'reserves': {
      ctx.rounds++;
      k.cost += k.costs.slowpath;
      if (ctx.allocFlags & ALLOC_KSWAPD) wakeAllKswapds(k, task, ctx);
      const rights = gfpPfmemallocFlags(gfp, task);
      if (rights) {
        ctx.allocFlags = rights | (ctx.allocFlags & ALLOC_KSWAPD);
      }
      // Whoever is above its cpuset is above its policy, too.
      if (rights || !(ctx.allocFlags & ALLOC_CPUSET)) ctx.nodemask = 0;
      if (tryFreelist(k, task, ctx, 'reserves', ctx.allocFlags)) return;
      if (!(gfp & __GFP_DIRECT_RECLAIM) || task.flags & PF_MEMALLOC) {
        noPage(k, task, ctx);
        return;
      }
      ctx.stage = 'direct_reclaim';
      return;
    }

    case 'direct_reclaim':
      directReclaim(k, task, ctx);
      return;

    case 'direct_compact':
      if (order > 0 && !directCompact(k, task, ctx, 'direct_compact', ctx.compactPriority)) return;
      if (ctx.done) return;
      if (gfp & __GFP_NORETRY || (order > PAGE_ALLOC_COSTLY_ORDER && !(gfp & __GFP_IO && gfp & __GFP_RETRY_MAYFAIL))) {
        noPage(k, task, ctx);
        return;
      }
      ctx.stage = 'should_reclaim_retry';
      return;

    case 'should_reclaim_retry':
      ctx.stage = shouldReclaimRetry(k, task, ctx) ? 'reserves' : 'should_compact_retry';
      return;

    case 'should_compact_retry':
      ctx.stage = shouldCompactRetry(k, task, ctx) ? 'reserves' : 'may_oom';
      return;

    case 'may_oom':
      mayOom(k, task, ctx);
      return;

    case 'out_of_memory': {
      const progress = outOfMemory(k, task, { gfp, order, nodemask: ctx.nodemask, sysrq: false });
      oomUnlock(k);
      if (progress || gfp & __GFP_NOFAIL) {
        if (gfp & __GFP_NOFAIL && tryFreelist(k, task, ctx, 'out_of_memory', ALLOC_NO_WATERMARKS | ALLOC_CPUSET))
          return;
        ctx.noProgressLoops = 0;
        if (victimGivesUp(task, ctx)) {
          noPage(k, task, ctx);
          return;
        }
        ctx.stage = 'reserves';
        return;
      }
      noPage(k, task, ctx);
      return;
    }
  }
}

/** __alloc_pages_direct_reclaim: reclaim on the task's own time, then try again. §4.7. */
function directReclaim(k: Kernel, task: Task, ctx: AllocContext): void {
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
function compactsFirst(task: Task, ctx: AllocContext): boolean {
  const { gfp, order } = ctx;
  if (!(gfp & __GFP_DIRECT_RECLAIM && gfp & __GFP_IO) || gfpPfmemallocFlags(gfp, task) !== 0) return false;
  return order > PAGE_ALLOC_COSTLY_ORDER || (order > 0 && ctx.migratetype !== MIGRATE_MOVABLE);
}

/**
 * __alloc_pages_direct_compact: one step of it. Returns true when it is over; `ctx.done` is then set if it got the page.
 * §4.7
 */
function directCompact(k: Kernel, task: Task, ctx: AllocContext, name: AllocStage, prio: number): boolean {
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
  if (!tryFreelist(k, task, ctx, name, ctx.allocFlags)) {
    k.vmEvents[COMPACTFAIL]++;
    return true;
  }
  const z = pageZone(k, ctx.page);
  z.compactBlockskipFlush = false;
  compactionDeferReset(z, ctx.order, true);
  k.vmEvents[COMPACTSUCCESS]++;
  return true;
}

/** A victim that already had its reserves gives up rather than loops. §4.4 (18) */
const victimGivesUp = (task: Task, ctx: AllocContext): boolean =>
  task.oomMm >= 0 && ((ctx.allocFlags & ALLOC_OOM) !== 0 || (ctx.gfp & __GFP_NOMEMALLOC) !== 0);

/** __alloc_pages_may_oom up to the decision: the lock, the last chance, the refusals. §4.6. */
function mayOom(k: Kernel, task: Task, ctx: AllocContext): void {
  if (k.oomLock >= 0 && k.oomLock !== task.pid) {
    // Somebody else is killing: their progress is ours.
    ctx.didSomeProgress = 1;
    ctx.noProgressLoops = 0;
    scheduleTimeout(k, task, JIFFY, TASK_UNINTERRUPTIBLE);
    if (victimGivesUp(task, ctx)) noPage(k, task, ctx);
    else ctx.stage = 'reserves';
    return;
  }
  const gfp = (ctx.gfp | __GFP_HARDWALL) & ~__GFP_DIRECT_RECLAIM;
  if (tryFreelist(k, task, ctx, 'may_oom', ALLOC_WMARK_HIGH | ALLOC_CPUSET, gfp)) return;
  ctx.didSomeProgress = 0;
  if (
    ctx.order > PAGE_ALLOC_COSTLY_ORDER ||
    ctx.gfp & (__GFP_RETRY_MAYFAIL | __GFP_THISNODE) ||
    ctx.highestZoneidx < ZONE_NORMAL
  ) {
    noPage(k, task, ctx);
    return;
  }
  k.oomLock = task.pid;
  ctx.stage = 'out_of_memory';
}

/** Ends a slow path whose task is going away; a page it had got goes back. */
export function abandonAlloc(k: Kernel, task: Task): number {
  const ctx = task.alloc;
  task.alloc = null;
  if (ctx?.sc) {
    task.flags &= ~PF_MEMALLOC;
    swapFlushPlug(k, ctx.sc.plug);
    putBackHeld(k, task);
  }
  if (ctx?.compact) abandonDirectCompact(k, ctx.compact);
  return ctx?.done && !ctx.failed ? ctx.page : -1;
}
