/**
 * __alloc_pages_slowpath as a state machine: one stage a call, each with the kernel's name. §4.4.
 *
 * The UI's picture of the allocation path is this state. A stage may put the task to sleep; it is then entered again
 * when the task runs.
 */

import { COMPACT_DEFERRED, COMPACT_PRIO_ASYNC, COMPACT_SKIPPED } from '../../include/compaction';
import {
  __GFP_DIRECT_RECLAIM,
  __GFP_HARDWALL,
  __GFP_IO,
  __GFP_NOFAIL,
  __GFP_NOMEMALLOC,
  __GFP_NORETRY,
  __GFP_RETRY_MAYFAIL,
  __GFP_THISNODE,
  ALLOC_CPUSET,
  ALLOC_KSWAPD,
  ALLOC_MIN_RESERVE,
  ALLOC_NO_WATERMARKS,
  ALLOC_OOM,
  ALLOC_WMARK_HIGH,
} from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { ZONE_NORMAL } from '../../include/mmzone';
import { type AllocContext, PF_MEMALLOC, TASK_UNINTERRUPTIBLE, type Task } from '../../include/sched';
import { JIFFY, PAGE_ALLOC_COSTLY_ORDER } from '../../include/units';
import { bothMasks, cpusetNodemask } from '../../kernel/cpuset';
import { scheduleTimeout } from '../../kernel/sched/core';
import { abandonDirectCompact } from '../compaction';
import { oomUnlock, outOfMemory, warnAlloc } from '../oom_kill';
import { swapFlushPlug } from '../page_io';
import { wakeupKswapd } from '../vmscan';
import { putBackHeld } from '../vmscan/held';
import { gfpPfmemallocFlags, gfpToAllocFlags, tryFreelist } from './slowpath_context';
import { compactsFirst, directCompact, directReclaim } from './slowpath_direct';
import { shouldCompactRetry, shouldReclaimRetry } from './slowpath_retry';

/** wake_all_kswapds: the kswapd of each node of the zonelist. */
function wakeAllKswapds(k: Kernel, task: Task, ctx: AllocContext): void {
  const nodes = bothMasks(ctx.nodemask, cpusetNodemask(k, task, ctx.gfp));
  let last = -1;
  for (const i of k.nodes[ctx.nid].zonelist) {
    const z = k.zones[i];
    if (z.type > ctx.highestZoneidx || z.managed === 0 || z.node === last) continue;
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
  warnAlloc(k, task, ctx.gfp, ctx.order, ctx.nodemask);
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
