/** Where the slow path compacts, and how it goes on from there. §4.4, §4.5, §4.7. */
import { beforeEach, describe, expect, test } from 'vitest';
import {
  COMPACT_COMPLETE,
  COMPACT_DEFERRED,
  COMPACT_PRIO_ASYNC,
  COMPACT_PRIO_SYNC_FULL,
  COMPACT_PRIO_SYNC_LIGHT,
  COMPACT_SKIPPED,
  COMPACT_SUCCESS,
} from '../../../../src/linux/include/compaction';
import {
  __GFP_IO,
  __GFP_NORETRY,
  __GFP_NOWARN,
  __GFP_THISNODE,
  GFP_ATOMIC,
  GFP_KERNEL,
  GFP_USER_PAGE,
} from '../../../../src/linux/include/gfp';
import type { Kernel } from '../../../../src/linux/include/kernel';
import { WMARK_MIN } from '../../../../src/linux/include/mmzone';
import { type AllocContext, PF_MEMALLOC, type Task } from '../../../../src/linux/include/sched';
import { COMPACTFAIL, COMPACTSTALL, COMPACTSUCCESS } from '../../../../src/linux/include/vmstat';
import { psiMemstallEnter } from '../../../../src/linux/kernel/sched/psi';
import { newDirectCompact } from '../../../../src/linux/mm/compaction';
import { abandonAlloc } from '../../../../src/linux/mm/page_alloc';
import { begin, bootRig, claimDma32, claimFree, DMA32, edge, stepFrom } from './rig';

let k: Kernel;
let task: Task;
beforeEach(() => {
  ({ k, task } = bootRig());
});

/** A step from `stage` in which the compaction that is under way ends with this result. */
function compacted(ctx: AllocContext, result: number, stage: AllocContext['stage'] = 'direct_compact'): AllocContext {
  psiMemstallEnter(k, task);
  ctx.compact = { ...newDirectCompact(COMPACT_PRIO_SYNC_LIGHT), cursor: k.zones.length, result };
  return stepFrom(stage, ctx);
}
const counted = (): number[] => [COMPACTSTALL, COMPACTFAIL, COMPACTSUCCESS].map((e) => k.vmEvents[e]);

describe('a compaction', () => {
  test('that no zone was fit for is no stall, and reclaim decides', () => {
    claimFree(0);
    const ctx = compacted(begin(GFP_KERNEL, 3), COMPACT_SKIPPED);
    expect(ctx).toMatchObject({
      stage: 'should_reclaim_retry',
      done: false,
      compact: null,
      compactResult: COMPACT_SKIPPED,
    });
    expect(counted()).toEqual([0, 0, 0]);
    expect(Object.keys(ctx.tests)).toEqual(['fast_path']);
  });

  test('that leaves no block large enough has failed', () => {
    claimFree(0);
    const ctx = compacted(begin(GFP_KERNEL, 3), COMPACT_COMPLETE);
    expect(ctx).toMatchObject({ stage: 'should_reclaim_retry', done: false, compactResult: COMPACT_COMPLETE });
    expect(counted()).toEqual([1, 1, 0]);
    expect(ctx.tests.direct_compact.map((t) => t.ok)).toEqual([false, false]);
  });

  test('that makes the block is a success, and the zone’s failures are forgotten', () => {
    const z = k.zones[DMA32];
    Object.assign(z, {
      compactConsidered: 5,
      compactDeferShift: 3,
      compactOrderFailed: 2,
      compactBlockskipFlush: true,
    });
    const ctx = compacted(begin(GFP_KERNEL, 3), COMPACT_SUCCESS);
    expect(ctx).toMatchObject({ stage: 'page', done: true, failed: false, compactResult: COMPACT_SUCCESS });
    expect(counted()).toEqual([1, 0, 1]);
    expect(z).toMatchObject({
      compactConsidered: 0,
      compactDeferShift: 0,
      compactOrderFailed: 4,
      compactBlockskipFlush: false,
    });
  });

  test('is none for a request that may not wait for I/O, nor for a single page', () => {
    claimFree(0);
    const noIo = stepFrom('direct_compact', begin(GFP_KERNEL & ~__GFP_IO, 3));
    expect(noIo).toMatchObject({ stage: 'should_reclaim_retry', compact: null, compactResult: COMPACT_SKIPPED });
    const single = begin(GFP_KERNEL, 0);
    single.compactResult = COMPACT_COMPLETE;
    expect(stepFrom('direct_compact', single)).toMatchObject({
      stage: 'should_reclaim_retry',
      compactResult: COMPACT_COMPLETE,
    });
    expect(stepFrom('direct_compact', begin(GFP_KERNEL, 1)).compact).not.toBe(null);
  });

  test('begins as patient as the request has become', () => {
    claimFree(0);
    const ctx = begin(GFP_KERNEL, 2);
    ctx.compactPriority = COMPACT_PRIO_SYNC_FULL;
    stepFrom('direct_compact', ctx);
    expect(ctx).toMatchObject({ stage: 'direct_compact', done: false });
    expect(ctx.compact).toMatchObject({ prio: COMPACT_PRIO_SYNC_FULL });
    abandonAlloc(k, task);
    expect(task.alloc).toBe(null);
  });
});

describe('compaction comes first', () => {
  /** What the first compaction is begun with; null = there is none. */
  const first = (gfp: number, order: number): number | null => {
    claimFree(0);
    const ctx = stepFrom('direct_compact_first', begin(gfp, order));
    expect(ctx.stage).toBe(ctx.compact ? 'direct_compact_first' : 'reserves');
    return ctx.compact?.prio ?? null;
  };
  test('for large requests, and for kernel memory that would go among movable pages', () => {
    expect(first(GFP_KERNEL, 1)).toBe(COMPACT_PRIO_ASYNC);
    expect(first(GFP_KERNEL, 4)).toBe(COMPACT_PRIO_ASYNC);
    expect(first(GFP_USER_PAGE, 4)).toBe(COMPACT_PRIO_ASYNC);
    expect(first(GFP_USER_PAGE, 3)).toBe(null);
    expect(first(GFP_KERNEL, 0)).toBe(null);
  });
  test('but not where one may not wait, nor with the right to reserves', () => {
    expect(first(GFP_KERNEL & ~__GFP_IO, 4)).toBe(null);
    expect(first(GFP_ATOMIC | __GFP_IO, 4)).toBe(null);
    task.flags |= PF_MEMALLOC;
    expect(first(GFP_KERNEL, 4)).toBe(null);
  });

  const firstEnds = (gfp: number, order: number, result: number): AllocContext => {
    claimFree(0);
    return compacted(begin(gfp | __GFP_NOWARN, order), result, 'direct_compact_first');
  };
  test('and is all that a large request gets which wants no retry, if it was put off or had nowhere to go', () => {
    for (const result of [COMPACT_SKIPPED, COMPACT_DEFERRED])
      expect(firstEnds(GFP_KERNEL | __GFP_NORETRY, 4, result)).toMatchObject({ stage: 'nopage', failed: true });
    expect(firstEnds(GFP_KERNEL | __GFP_NORETRY, 4, COMPACT_COMPLETE)).toMatchObject({
      stage: 'reserves',
      done: false,
      compactPriority: COMPACT_PRIO_ASYNC,
    });
    expect(firstEnds(GFP_KERNEL | __GFP_NORETRY | __GFP_THISNODE, 4, COMPACT_COMPLETE).stage).toBe('nopage');
  });
  test('and is followed by reclaim otherwise', () => {
    for (const [gfp, order] of [
      [GFP_KERNEL | __GFP_NORETRY, 3],
      [GFP_KERNEL, 4],
      [GFP_KERNEL | __GFP_THISNODE, 4],
    ])
      expect(firstEnds(gfp, order, COMPACT_SKIPPED)).toMatchObject({
        stage: 'reserves',
        done: false,
        compactPriority: COMPACT_PRIO_SYNC_LIGHT,
      });
  });
  test('and may be the end of it', () => {
    const ctx = compacted(begin(GFP_KERNEL, 3), COMPACT_SUCCESS, 'direct_compact_first');
    expect(ctx).toMatchObject({ stage: 'page', done: true });
    expect(ctx.tests.direct_compact_first.some((t) => t.ok)).toBe(true);
  });
});

describe('should_compact_retry', () => {
  const decide = (more: Partial<AllocContext>, order = 2, gfp = GFP_KERNEL): AllocContext => {
    claimFree(0);
    const ctx = begin(gfp, order);
    Object.assign(ctx, { didSomeProgress: 1, compactResult: COMPACT_COMPLETE, ...more });
    return stepFrom('should_compact_retry', ctx);
  };
  const goesOn = (...args: Parameters<typeof decide>): boolean => decide(...args).stage === 'reserves';

  test('is not for single pages, nor without progress, nor without I/O, nor for the dying', () => {
    expect(goesOn({})).toBe(true);
    expect(goesOn({}, 0)).toBe(false);
    expect(goesOn({ didSomeProgress: 0 })).toBe(false);
    expect(goesOn({}, 2, GFP_KERNEL & ~__GFP_IO)).toBe(false);
    task.sigkill = true;
    expect(goesOn({})).toBe(false);
  });

  test('tries harder step by step, to the end for small requests, not quite for costly ones', () => {
    const harder = decide({ compactPriority: COMPACT_PRIO_SYNC_LIGHT, compactionRetries: 7 });
    expect(harder).toMatchObject({ compactPriority: COMPACT_PRIO_SYNC_FULL, compactionRetries: 0 });
    expect(goesOn({ compactPriority: COMPACT_PRIO_SYNC_FULL })).toBe(false);
    expect(decide({ compactPriority: COMPACT_PRIO_ASYNC }, 3).compactPriority).toBe(COMPACT_PRIO_SYNC_LIGHT);
    expect(decide({ compactPriority: COMPACT_PRIO_ASYNC }, 4).compactPriority).toBe(COMPACT_PRIO_SYNC_LIGHT);
    expect(goesOn({ compactPriority: COMPACT_PRIO_SYNC_LIGHT }, 4)).toBe(false);
    expect(goesOn({ compactPriority: COMPACT_PRIO_SYNC_LIGHT }, 3)).toBe(true);
  });

  test('after blocks that others took tries 16 times the same way, four times for costly requests', () => {
    const won = (compactionRetries: number, order: number) =>
      decide({ compactResult: COMPACT_SUCCESS, compactionRetries, compactPriority: COMPACT_PRIO_SYNC_LIGHT }, order);
    expect(won(15, 3)).toMatchObject({
      stage: 'reserves',
      compactionRetries: 16,
      compactPriority: COMPACT_PRIO_SYNC_LIGHT,
    });
    expect(won(16, 3)).toMatchObject({
      stage: 'reserves',
      compactionRetries: 0,
      compactPriority: COMPACT_PRIO_SYNC_FULL,
    });
    expect(won(3, 4)).toMatchObject({ stage: 'reserves', compactionRetries: 4 });
    expect(won(4, 4).stage).toBe('may_oom');
    const last = { compactResult: COMPACT_SUCCESS, compactPriority: COMPACT_PRIO_SYNC_FULL };
    expect(goesOn({ ...last, compactionRetries: 15 })).toBe(true);
    expect(goesOn({ ...last, compactionRetries: 16 })).toBe(false);
  });

  test('after nothing was fit for it asks whether reclaim could make it so', () => {
    expect(goesOn({ compactResult: COMPACT_SKIPPED, compactPriority: COMPACT_PRIO_ASYNC })).toBe(false);
    const ctx = begin(GFP_KERNEL, 2);
    Object.assign(ctx, { didSomeProgress: 1, compactResult: COMPACT_SKIPPED });
    claimDma32(edge(WMARK_MIN) * 4);
    expect(stepFrom('should_compact_retry', ctx)).toMatchObject({
      stage: 'reserves',
      compactPriority: COMPACT_PRIO_SYNC_LIGHT,
    });
  });
});
