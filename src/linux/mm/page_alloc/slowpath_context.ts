/** A request on the slow path: what it may do, where it stands, and a try for a page. §2.6, §4.4. */
import { COMPACT_PRIO_SYNC_LIGHT, COMPACT_SKIPPED } from '../../include/compaction';
import {
  __GFP_DIRECT_RECLAIM,
  __GFP_HIGH,
  __GFP_KSWAPD_RECLAIM,
  __GFP_MEMALLOC,
  __GFP_NOMEMALLOC,
  ALLOC_CPUSET,
  ALLOC_HIGHATOMIC,
  ALLOC_MIN_RESERVE,
  ALLOC_NO_WATERMARKS,
  ALLOC_NON_BLOCK,
  ALLOC_OOM,
  ALLOC_WMARK_MASK,
  ALLOC_WMARK_MIN,
} from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { WMARK_LOW } from '../../include/mmzone';
import { type AllocContext, type AllocStage, PF_MEMALLOC, type Task } from '../../include/sched';
import { getPageFromFreelist } from './freelist';
import { noteTests, watermarkTests } from './slowpath_noted';
import { nodesFor } from './slowpath_retry';

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

/** get_page_from_freelist as a stage of the slow path: what it tested is noted; a page ends it. */
export function tryFreelist(
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
