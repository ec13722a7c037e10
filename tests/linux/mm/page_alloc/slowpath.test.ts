import { beforeEach, describe, expect, test } from 'vitest';
import {
  __GFP_DMA,
  __GFP_HARDWALL,
  __GFP_HIGH,
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
  ALLOC_WMARK_MIN,
  GFP_ATOMIC,
  GFP_KERNEL,
  GFP_NOWAIT,
  GFP_USER_PAGE,
  gfpZone,
} from '../../../../src/linux/include/gfp';
import type { Kernel } from '../../../../src/linux/include/kernel';
import {
  WMARK_HIGH,
  WMARK_LOW,
  WMARK_MIN,
  ZONE_BOOSTED_WATERMARK,
  ZONE_DMA,
  ZONE_MOVABLE,
} from '../../../../src/linux/include/mmzone';
import {
  type AllocContext,
  PF_KTHREAD,
  PF_MEMALLOC,
  TASK_INTERRUPTIBLE,
  TASK_RUNNING,
  TASK_UNINTERRUPTIBLE,
  type Task,
  WAIT_KTHREAD,
} from '../../../../src/linux/include/sched';
import { JIFFY, MAX_RECLAIM_RETRIES } from '../../../../src/linux/include/units';
import { ALLOCSTALL_BASE, NR_ZONE_LRU_BASE } from '../../../../src/linux/include/vmstat';
import { createTask } from '../../../../src/linux/kernel/sched/core';
import {
  ALLOC_WAIT,
  abandonAlloc,
  allocPages,
  allocPagesNowait,
  allocSlowpathStep,
  freePage,
  gfpPfmemallocFlags,
  gfpToAllocFlags,
  shouldReclaimRetry,
  zonePcpCount,
} from '../../../../src/linux/mm/page_alloc';
import { newDirectScanControl } from '../../../../src/linux/mm/vmscan';
import { spawn } from '../../driver';
import { TEST_COSTS } from '../../support';
import { begin, bootRig, claimDma32, claimFree, DMA, DMA32, edge, exhaust, runToEnd, stepFrom } from './rig';

const INACTIVE_FILE = 2;

let k: Kernel;
let task: Task;

beforeEach(() => {
  ({ k, task } = bootRig());
});

/** A kswapd that sleeps. */
function sleepingKswapd(): Task {
  const kswapd = createTask(k, { comm: 'kswapd0', flags: PF_KTHREAD });
  Object.assign(kswapd, { state: TASK_INTERRUPTIBLE, waitKind: WAIT_KTHREAD, wakeAt: Infinity });
  k.nodes[0].kswapd = kswapd.pid;
  return kswapd;
}

describe('gfp_to_alloc_flags', () => {
  test('a request that can wait stays above min and wakes kswapd', () => {
    expect(gfpToAllocFlags(GFP_KERNEL, 0)).toBe(ALLOC_WMARK_MIN | ALLOC_CPUSET | ALLOC_KSWAPD);
    expect(gfpToAllocFlags(GFP_KERNEL | __GFP_HIGH, 2)).toBe(ALLOC_CPUSET | ALLOC_KSWAPD | ALLOC_MIN_RESERVE);
  });
  test('an atomic one may use reserves and leaves its cpuset', () => {
    expect(gfpToAllocFlags(GFP_ATOMIC, 0)).toBe(ALLOC_MIN_RESERVE | ALLOC_KSWAPD | ALLOC_NON_BLOCK);
    expect(gfpToAllocFlags(GFP_ATOMIC, 1)).toBe(ALLOC_MIN_RESERVE | ALLOC_KSWAPD | ALLOC_NON_BLOCK | ALLOC_HIGHATOMIC);
  });
  test('one that must not wait, without high priority, gets neither the reserve nor high-order atomic blocks', () => {
    expect(gfpToAllocFlags(GFP_NOWAIT, 0)).toBe(ALLOC_CPUSET | ALLOC_KSWAPD | ALLOC_NON_BLOCK);
    expect(gfpToAllocFlags(GFP_NOWAIT, 3)).toBe(ALLOC_CPUSET | ALLOC_KSWAPD | ALLOC_NON_BLOCK);
    expect(gfpToAllocFlags(0, 0)).toBe(ALLOC_CPUSET | ALLOC_NON_BLOCK);
  });
  test('__GFP_NOMEMALLOC takes the extra away', () => {
    expect(gfpToAllocFlags(GFP_ATOMIC | __GFP_NOMEMALLOC, 1)).toBe(ALLOC_MIN_RESERVE | ALLOC_KSWAPD);
  });
});

describe('__gfp_pfmemalloc_flags', () => {
  test('are for those who free memory, and half of it for victims', () => {
    expect(gfpPfmemallocFlags(GFP_KERNEL, task)).toBe(0);
    expect(gfpPfmemallocFlags(GFP_KERNEL | __GFP_MEMALLOC, task)).toBe(ALLOC_NO_WATERMARKS);
    task.oomMm = 0;
    expect(gfpPfmemallocFlags(GFP_KERNEL, task)).toBe(ALLOC_OOM);
    task.flags |= PF_MEMALLOC;
    expect(gfpPfmemallocFlags(GFP_KERNEL, task)).toBe(ALLOC_NO_WATERMARKS);
    expect(gfpPfmemallocFlags(GFP_KERNEL | __GFP_NOMEMALLOC | __GFP_MEMALLOC, task)).toBe(0);
  });
});

describe('a request that fails the fast path', () => {
  test('notes why in each zone it may use', () => {
    claimDma32(edge(WMARK_LOW));
    k.cost = 0;
    const ctx = begin();
    expect(k.cost).toBe(TEST_COSTS.slowpath);
    expect(ctx).toMatchObject({ stage: 'wake_kswapd', done: false, failed: false, page: -1, rounds: 0, gaveUpAt: '' });
    expect(ctx.tests.fast_path).toEqual([
      {
        zone: DMA32,
        mark: WMARK_LOW,
        free: edge(WMARK_LOW),
        min: k.zones[DMA32].watermark[WMARK_LOW],
        lowmemReserve: 0,
        order: 0,
        ok: false,
      },
      {
        zone: DMA,
        mark: WMARK_LOW,
        free: 0,
        min: k.zones[DMA].watermark[WMARK_LOW],
        lowmemReserve: k.zones[DMA].lowmemReserve[ZONE_MOVABLE],
        order: 0,
        ok: false,
      },
    ]);
    claimDma32(edge(WMARK_LOW) + 1);
    expect(begin().tests.fast_path.map((t) => t.ok)).toEqual([true, false]);
    expect(begin(GFP_KERNEL | __GFP_DMA).tests.fast_path.map((t) => t.zone)).toEqual([DMA]);
  });

  test('goes through the stages in order, reclaims 16 times in vain, and kills', () => {
    claimFree(0);
    const stages = runToEnd(begin());
    expect(stages.slice(0, 5)).toEqual([
      'wake_kswapd',
      'retry_min_watermark',
      'direct_compact_first',
      'reserves',
      'direct_reclaim',
    ]);
    const end = stages.indexOf('out_of_memory');
    expect(stages.slice(end - 4, end)).toEqual([
      'direct_compact',
      'should_reclaim_retry',
      'should_compact_retry',
      'may_oom',
    ]);
    expect(task.sigkill || k.panic !== '').toBe(true);
  });

  test('does nothing when there is none under way', () => {
    task.alloc = null;
    allocSlowpathStep(k, task);
    const ctx = begin();
    ctx.done = true;
    expect(stepFrom('out_of_memory', ctx).rounds).toBe(0);
    expect(k.oomRecords).toEqual([]);
  });
});

describe('wake_kswapd', () => {
  test('wakes it for those who ask for it', () => {
    claimFree(0);
    const kswapd = sleepingKswapd();
    const ctx = stepFrom('wake_kswapd', begin(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM));
    expect(ctx.stage).toBe('retry_min_watermark');
    expect(kswapd.state).toBe(TASK_INTERRUPTIBLE);
    stepFrom('wake_kswapd', begin(GFP_KERNEL));
    expect(kswapd.state).toBe(TASK_RUNNING);
    expect(k.nodes[0].kswapdHighestZoneidx).toBe(gfpZone(GFP_KERNEL));
  });
  test('for a zone whose watermarks were raised asks for that zone, whatever the request may use', () => {
    const kswapd = sleepingKswapd();
    const z = k.zones[DMA32];
    z.boost = z.free;
    z.flags |= ZONE_BOOSTED_WATERMARK;
    expect(allocPagesNowait(k, GFP_USER_PAGE, 0, ALLOC_NO_WATERMARKS | ALLOC_KSWAPD)).toBeGreaterThanOrEqual(z.base);
    expect(kswapd.state).toBe(TASK_RUNNING);
    expect(k.nodes[0].kswapdHighestZoneidx).toBe(z.type);
  });
  test('leaves the kswapd of a node alone that the request may not use', () => {
    claimFree(0);
    const kswapd = sleepingKswapd();
    stepFrom('wake_kswapd', begin(GFP_USER_PAGE, 0, 2));
    expect(kswapd.state).toBe(TASK_INTERRUPTIBLE);
    stepFrom('wake_kswapd', begin(GFP_USER_PAGE, 0, 1));
    expect(kswapd.state).toBe(TASK_RUNNING);
  });
  test('looks at no zone above the one the request may use', () => {
    claimFree(0);
    const kswapd = sleepingKswapd();
    k.zones[DMA].managed = 0;
    stepFrom('wake_kswapd', begin(GFP_KERNEL | __GFP_DMA));
    expect(kswapd.state).toBe(TASK_INTERRUPTIBLE);
  });
});

describe('retry_min_watermark', () => {
  test('takes a page above min, and not at it', () => {
    claimDma32(edge(WMARK_MIN));
    const refused = stepFrom('retry_min_watermark', begin());
    expect(refused).toMatchObject({ stage: 'direct_compact_first', done: false, page: -1 });
    expect(refused.tests.retry_min_watermark[0]).toMatchObject({ mark: WMARK_MIN, ok: false });
    claimDma32(edge(WMARK_MIN) + 1);
    const ctx = stepFrom('retry_min_watermark', begin());
    expect(ctx).toMatchObject({ stage: 'page', done: true, failed: false });
    expect(ctx.page).toBeGreaterThanOrEqual(0);
    expect(allocPages(k, task, GFP_USER_PAGE, 0)).toBe(ctx.page);
    expect(task.alloc).toBe(null);
  });
});

describe('the reserves', () => {
  test('are below all marks for who frees memory, who then may use all nodes', () => {
    claimDma32(3);
    task.flags |= PF_MEMALLOC;
    const ctx = stepFrom('reserves', begin(GFP_KERNEL, 0, 1));
    expect(ctx).toMatchObject({ done: true, failed: false, stage: 'page', rounds: 1, nodemask: 0 });
    expect(ctx.allocFlags).toBe(ALLOC_NO_WATERMARKS | ALLOC_KSWAPD);
  });
  test('are half of min for a victim', () => {
    const half = k.zones[DMA32].watermark[WMARK_MIN] >> 1;
    task.oomMm = task.mm;
    claimDma32(half - 1);
    expect(stepFrom('reserves', begin()).stage).toBe('direct_reclaim');
    claimDma32(half + 2);
    expect(stepFrom('reserves', begin()).stage).toBe('page');
  });
  test('are not for others, who go on to reclaim and keep their nodes', () => {
    claimDma32(edge(WMARK_MIN));
    const ctx = stepFrom('reserves', begin(GFP_USER_PAGE, 0, 1));
    expect(ctx).toMatchObject({ stage: 'direct_reclaim', done: false, nodemask: 1, rounds: 1 });
    expect(ctx.tests.reserves.map((t) => [t.mark, t.ok])).toEqual([
      [WMARK_MIN, false],
      [WMARK_MIN, false],
    ]);
  });
  test('end a request that must not wait, with a warning unless it wants none', () => {
    claimFree(0);
    const silent = stepFrom('reserves', begin(GFP_NOWAIT));
    expect(silent).toMatchObject({ stage: 'nopage', done: true, failed: true, page: -1 });
    expect(k.log.length).toBe(0);
    stepFrom('reserves', begin(GFP_ATOMIC));
    expect(k.log.length).toBeGreaterThan(0);
    expect(k.log[0].text).toContain('page allocation failure');
  });
  test('end a reclaimer that finds nothing: it must not reclaim for itself', () => {
    exhaust();
    task.flags |= PF_MEMALLOC;
    expect(stepFrom('reserves', begin(GFP_KERNEL | __GFP_NOWARN))).toMatchObject({ stage: 'nopage', failed: true });
  });
  test('keep kswapd awake round after round', () => {
    claimFree(0);
    const kswapd = sleepingKswapd();
    const ctx = begin();
    ctx.allocFlags = gfpToAllocFlags(GFP_USER_PAGE, 0);
    k.cost = 0;
    stepFrom('reserves', ctx);
    expect(kswapd.state).toBe(TASK_RUNNING);
    expect(k.cost).toBeGreaterThanOrEqual(TEST_COSTS.slowpath);
    Object.assign(kswapd, { state: TASK_INTERRUPTIBLE, waitKind: WAIT_KTHREAD, wakeAt: Infinity });
    ctx.allocFlags &= ~ALLOC_KSWAPD;
    stepFrom('reserves', ctx);
    expect(kswapd.state).toBe(TASK_INTERRUPTIBLE);
    expect(ctx.rounds).toBe(2);
  });
});

describe('direct_reclaim', () => {
  /** A reclaim that has come to its end. */
  function reclaimed(ctx: AllocContext, result: number): AllocContext {
    const sc = newDirectScanControl(k, task, ctx.gfp, ctx.order);
    ctx.sc = { ...sc, stage: 'done', done: true, result, nrScanned: 70, nrReclaimed: result };
    task.flags |= PF_MEMALLOC;
    return stepFrom('direct_reclaim', ctx);
  }
  test('marks who is at it, counts a stall and comes to its end', () => {
    claimFree(0);
    const ctx = begin();
    const stalls = k.vmEvents[ALLOCSTALL_BASE + 3];
    stepFrom('direct_reclaim', ctx);
    expect(task.flags & PF_MEMALLOC).toBe(PF_MEMALLOC);
    expect(k.vmEvents[ALLOCSTALL_BASE + 3]).toBe(stalls + 1);
    expect(ctx.sc).not.toBe(null);
    for (let i = 0; i < 1000 && ctx.stage === 'direct_reclaim'; i++) stepFrom('direct_reclaim', ctx);
    expect(ctx).toMatchObject({ stage: 'direct_compact', sc: null, didSomeProgress: 0, done: false });
    expect(task.flags & PF_MEMALLOC).toBe(0);
  });
  test('counts a stall in the zone that the request is for', () => {
    claimFree(0);
    stepFrom('direct_reclaim', begin(GFP_KERNEL | __GFP_DMA));
    expect(k.vmEvents[ALLOCSTALL_BASE + ZONE_DMA]).toBe(1);
  });
  test('takes a page after progress only', () => {
    claimDma32(edge(WMARK_MIN) + 1);
    expect(reclaimed(begin(), 0)).toMatchObject({ stage: 'direct_compact', didSomeProgress: 0, done: false });
    const ctx = reclaimed(begin(), 5);
    expect(ctx).toMatchObject({ stage: 'page', done: true, didSomeProgress: 5, scanned: 70, reclaimed: 5 });
    expect(task.flags & PF_MEMALLOC).toBe(0);
  });
  test('adds up over the tries', () => {
    claimFree(0);
    const ctx = reclaimed(begin(), 5);
    expect(reclaimed(ctx, 2)).toMatchObject({
      scanned: 140,
      reclaimed: 7,
      didSomeProgress: 2,
      stage: 'direct_compact',
    });
  });
  test('leaves the per-cpu lists alone when the first try succeeds', () => {
    const pages = Array.from({ length: 40 }, () => allocPages(k, task, GFP_USER_PAGE, 0));
    for (const p of pages) freePage(k, p);
    const kept = zonePcpCount(k.zones[DMA32]);
    const ctx = reclaimed(begin(), 1);
    expect(ctx.stage).toBe('page');
    expect(zonePcpCount(k.zones[DMA32])).toBe(kept - 1);
    expect(Object.keys(ctx.tests)).toEqual(['fast_path', 'direct_reclaim']);
  });
  test('empties the per-cpu lists before it gives up', () => {
    const pages = Array.from({ length: 40 }, () => allocPages(k, task, GFP_USER_PAGE, 0));
    for (const p of pages) freePage(k, p);
    expect(zonePcpCount(k.zones[DMA32])).toBeGreaterThan(30);
    claimDma32(edge(WMARK_MIN));
    const ctx = reclaimed(begin(), 1);
    expect(ctx).toMatchObject({ stage: 'page', done: true });
    expect(Object.keys(ctx.tests)).toEqual(['fast_path', 'direct_reclaim']);
  });
});

describe('should_reclaim_retry', () => {
  test('gives up after 16 rounds without progress', () => {
    claimFree(0);
    const ctx = begin();
    k.zones[DMA32].stat[NR_ZONE_LRU_BASE + INACTIVE_FILE] = 10_000;
    for (let i = 1; i <= MAX_RECLAIM_RETRIES; i++) {
      expect(shouldReclaimRetry(k, task, ctx)).toBe(true);
      expect(ctx.noProgressLoops).toBe(i);
    }
    expect(shouldReclaimRetry(k, task, ctx)).toBe(false);
    ctx.didSomeProgress = 1;
    expect(shouldReclaimRetry(k, task, ctx)).toBe(true);
    expect(ctx.noProgressLoops).toBe(0);
  });
  test('takes progress of a costly request for none', () => {
    claimFree(0);
    const costly = begin(GFP_KERNEL, 4);
    costly.didSomeProgress = 9;
    shouldReclaimRetry(k, task, costly);
    expect(costly.noProgressLoops).toBe(1);
    const small = begin(GFP_KERNEL, 3);
    Object.assign(small, { didSomeProgress: 9, noProgressLoops: 5 });
    shouldReclaimRetry(k, task, small);
    expect(small.noProgressLoops).toBe(0);
  });
  test('asks whether the request would fit if all that can be reclaimed were free', () => {
    const z = k.zones[DMA32];
    claimFree(0);
    z.free = 100;
    const file = edge(WMARK_MIN) - 100;
    z.stat[NR_ZONE_LRU_BASE + INACTIVE_FILE] = file;
    const ctx = begin();
    expect(shouldReclaimRetry(k, task, ctx)).toBe(false);
    expect(ctx.tests.should_reclaim_retry.map((t) => [t.zone, t.ok])).toEqual([
      [DMA32, false],
      [DMA, false],
    ]);
    z.stat[NR_ZONE_LRU_BASE + INACTIVE_FILE] = file + 1;
    expect(shouldReclaimRetry(k, task, ctx)).toBe(true);
    expect(ctx.tests.should_reclaim_retry).toEqual([
      {
        zone: DMA32,
        mark: WMARK_MIN,
        free: edge(WMARK_MIN) + 1,
        min: z.watermark[WMARK_MIN],
        lowmemReserve: 0,
        order: 0,
        ok: true,
      },
    ]);
  });
  test('leaves out zones and nodes that the request may not use', () => {
    claimFree(0);
    k.zones[DMA32].stat[NR_ZONE_LRU_BASE + INACTIVE_FILE] = 10_000;
    expect(shouldReclaimRetry(k, task, begin(GFP_KERNEL | __GFP_DMA))).toBe(false);
    expect(shouldReclaimRetry(k, task, begin(GFP_USER_PAGE, 0, 2))).toBe(false);
    expect(shouldReclaimRetry(k, task, begin(GFP_USER_PAGE, 0, 1))).toBe(true);
    k.zones[DMA].stat[NR_ZONE_LRU_BASE + INACTIVE_FILE] = 10_000;
    expect(shouldReclaimRetry(k, task, begin(GFP_KERNEL | __GFP_DMA))).toBe(true);
  });
  test('decides between another round and a kill', () => {
    claimFree(0);
    const ctx = begin();
    expect(stepFrom('should_reclaim_retry', ctx).stage).toBe('should_compact_retry');
    expect(stepFrom('should_compact_retry', ctx).stage).toBe('may_oom');
    k.zones[DMA32].stat[NR_ZONE_LRU_BASE + INACTIVE_FILE] = 10_000;
    expect(stepFrom('should_reclaim_retry', ctx).stage).toBe('reserves');
  });
});

describe('direct_compact', () => {
  test('is where a request that wants no retry ends', () => {
    claimFree(0);
    expect(stepFrom('direct_compact', begin(GFP_USER_PAGE | __GFP_NORETRY | __GFP_NOWARN))).toMatchObject({
      stage: 'nopage',
      failed: true,
    });
    expect(stepFrom('direct_compact', begin()).stage).toBe('should_reclaim_retry');
  });
  test('is where a costly request ends, unless it insists', () => {
    exhaust();
    const ctx = begin(GFP_KERNEL | __GFP_NOWARN, 4);
    const stages = runToEnd(ctx);
    expect(ctx).toMatchObject({ stage: 'nopage', failed: true });
    expect(stages).toContain('direct_reclaim');
    expect(stages).not.toContain('should_reclaim_retry');
    const insists = begin(GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL, 4);
    const longer = runToEnd(insists);
    expect(insists.failed).toBe(true);
    expect(longer).toContain('should_reclaim_retry');
    expect(k.oomRecords).toEqual([]);
  });
});

describe('may_oom', () => {
  test('leaves the kill to somebody who is at it, and waits a tick', () => {
    claimFree(0);
    k.oomLock = 999;
    k.now = 5000;
    const ctx = begin();
    ctx.noProgressLoops = 9;
    stepFrom('may_oom', ctx);
    expect(ctx).toMatchObject({ stage: 'reserves', didSomeProgress: 1, noProgressLoops: 0, done: false });
    expect(task.state).toBe(TASK_UNINTERRUPTIBLE);
    expect(task.wakeAt).toBe(5000 + JIFFY);
    expect(k.oomLock).toBe(999);
  });
  test('does not let a victim wait that had its reserves: it gives up', () => {
    claimFree(0);
    k.oomLock = 999;
    task.oomMm = task.mm;
    expect(stepFrom('may_oom', begin()).stage).toBe('reserves');
    const ctx = begin(GFP_USER_PAGE | __GFP_NOWARN);
    ctx.allocFlags = ALLOC_OOM;
    expect(stepFrom('may_oom', ctx)).toMatchObject({ stage: 'nopage', gaveUpAt: 'may_oom', failed: true });
    expect(k.oomRecords).toEqual([]);
  });
  test('takes the lock, of process 0 as well', () => {
    claimFree(0);
    k.oomLock = 0;
    expect(stepFrom('may_oom', begin()).stage).toBe('reserves');
    task.state = TASK_RUNNING;
    k.oomLock = task.pid;
    expect(stepFrom('may_oom', begin()).stage).toBe('out_of_memory');
    k.oomLock = -1;
    const ctx = begin();
    ctx.didSomeProgress = 3;
    expect(stepFrom('may_oom', ctx)).toMatchObject({ stage: 'out_of_memory', didSomeProgress: 0 });
    expect(k.oomLock).toBe(task.pid);
  });
  test('has a last look, above the high watermark', () => {
    claimDma32(edge(WMARK_HIGH));
    const ctx = stepFrom('may_oom', begin());
    expect(ctx.stage).toBe('out_of_memory');
    expect(ctx.tests.may_oom[0]).toMatchObject({ mark: WMARK_HIGH, ok: false });
    k.oomLock = -1;
    claimDma32(edge(WMARK_HIGH) + 1);
    expect(stepFrom('may_oom', begin())).toMatchObject({ stage: 'page', done: true });
    expect(k.oomLock).toBe(-1);
  });
  test.each([
    ['costly', GFP_KERNEL, 4],
    ['content to fail', GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0],
    ['bound to its node', GFP_KERNEL | __GFP_THISNODE, 0],
    ['for DMA memory', GFP_KERNEL | __GFP_DMA, 0],
  ])('kills nobody for a request that is %s', (_why, gfp, order) => {
    claimFree(0);
    expect(stepFrom('may_oom', begin(gfp | __GFP_NOWARN, order))).toMatchObject({ stage: 'nopage', failed: true });
    expect(k.oomLock).toBe(-1);
  });
  test('kills for an order of 3', () => {
    claimFree(0);
    expect(stepFrom('may_oom', begin(GFP_KERNEL, 3)).stage).toBe('out_of_memory');
  });
});

describe('out_of_memory', () => {
  test('ends with another round when somebody was killed', () => {
    const other = spawn(k, 'victim');
    other.oomScoreAdj = 1000;
    k.current = task.pid;
    claimFree(0);
    const ctx = begin();
    ctx.noProgressLoops = 17;
    k.oomLock = task.pid;
    stepFrom('out_of_memory', ctx);
    expect(k.oomRecords.length).toBe(1);
    expect(other.sigkill).toBe(true);
    expect(ctx).toMatchObject({ stage: 'reserves', noProgressLoops: 0, done: false });
    expect(k.oomLock).toBe(-1);
  });
  test('gives a victim that had its reserves no other round', () => {
    claimFree(0);
    task.oomMm = task.mm;
    task.sigkill = true;
    const first = begin();
    expect(stepFrom('out_of_memory', first).stage).toBe('reserves');
    const ctx = begin(GFP_USER_PAGE | __GFP_NOWARN);
    ctx.allocFlags = ALLOC_OOM;
    expect(stepFrom('out_of_memory', ctx)).toMatchObject({ stage: 'nopage', failed: true });
    expect(stepFrom('out_of_memory', begin(GFP_KERNEL | __GFP_NOMEMALLOC | __GFP_NOWARN)).stage).toBe('nopage');
  });
  test('gives a request that must not fail a page of the reserves', () => {
    const other = spawn(k, 'victim');
    other.oomScoreAdj = 1000;
    k.current = task.pid;
    claimDma32(2);
    const ctx = stepFrom('out_of_memory', begin(GFP_KERNEL | __GFP_NOFAIL));
    expect(ctx).toMatchObject({ stage: 'page', done: true, failed: false });
    expect(ctx.tests.out_of_memory[0].ok).toBe(false);
  });
  test('gives up when nothing is decided', () => {
    claimFree(0);
    k.oomKillerDisabled = true;
    expect(stepFrom('out_of_memory', begin(GFP_USER_PAGE | __GFP_NOWARN))).toMatchObject({
      stage: 'nopage',
      gaveUpAt: 'out_of_memory',
      failed: true,
    });
  });
  test('lets who is no victim go on, whatever it was allowed', () => {
    spawn(k, 'victim').oomScoreAdj = 1000;
    k.current = task.pid;
    claimFree(0);
    const ctx = begin();
    ctx.allocFlags = ALLOC_OOM;
    expect(stepFrom('out_of_memory', ctx).stage).toBe('reserves');
  });
  test('ends in a panic when there is nobody to kill', () => {
    claimFree(0);
    task.oomScoreAdj = -1000;
    stepFrom('out_of_memory', begin());
    expect(k.panic).not.toBe('');
  });
});

describe('a cpuset', () => {
  test('keeps a request to its nodes, but what an atomic one needs', () => {
    k.cpusets.push({ name: 'elsewhere', mems: 0b10 });
    const looked = (gfp: number): number[] | undefined => {
      claimFree(0);
      const ctx = begin(gfp);
      ctx.allocFlags = gfpToAllocFlags(gfp, 0);
      return stepFrom('retry_min_watermark', ctx).tests.retry_min_watermark?.map((t) => t.zone);
    };
    expect(looked(GFP_USER_PAGE)).toEqual([DMA32, DMA]);
    task.cpuset = 0;
    expect(looked(GFP_USER_PAGE)).toEqual([]);
    expect(looked(GFP_ATOMIC | __GFP_HARDWALL)).toEqual([DMA32, DMA]);
    k.cpusets[0].mems = 0b01;
    expect(looked(GFP_USER_PAGE)).toEqual([DMA32, DMA]);
  });
  test('does not bind a victim, who may be above its policy, too', () => {
    claimDma32(edge(WMARK_MIN));
    task.oomMm = task.mm;
    expect(stepFrom('reserves', begin(GFP_USER_PAGE, 0, 2))).toMatchObject({ stage: 'page', nodemask: 0 });
    task.oomMm = -1;
    const atomic = begin(GFP_ATOMIC, 0, 2);
    atomic.allocFlags = gfpToAllocFlags(GFP_ATOMIC, 0);
    expect(stepFrom('reserves', atomic)).toMatchObject({ stage: 'page', nodemask: 0 });
  });
});

describe('__GFP_NOFAIL', () => {
  test('goes on where others end, from half of min if there is that', () => {
    claimFree(0);
    const gfp = GFP_KERNEL | __GFP_NOFAIL | __GFP_NORETRY;
    expect(stepFrom('direct_compact', begin(gfp))).toMatchObject({ stage: 'reserves', done: false, failed: false });
    claimDma32((k.zones[DMA32].watermark[WMARK_MIN] >> 1) + 2);
    const ctx = stepFrom('direct_compact', begin(gfp));
    expect(ctx).toMatchObject({ stage: 'page', done: true });
    expect(ctx.tests.reserves[0]).toMatchObject({ mark: WMARK_MIN, ok: true });
    // Its cpuset comes first, then any node.
    claimDma32((k.zones[DMA32].watermark[WMARK_MIN] >> 1) + 2);
    k.cpusets.push({ name: 'elsewhere', mems: 0b10 });
    task.cpuset = 0;
    expect(stepFrom('direct_compact', begin(gfp | __GFP_HARDWALL)).stage).toBe('page');
  });
  test('means nothing for who cannot wait', () => {
    claimFree(0);
    expect(stepFrom('reserves', begin(GFP_NOWAIT | __GFP_NOFAIL))).toMatchObject({ stage: 'nopage', failed: true });
  });
});

describe('a slow path whose task goes away', () => {
  test('gives back the page it had got', () => {
    const ctx = begin();
    expect(abandonAlloc(k, task)).toBe(-1);
    expect(task.alloc).toBe(null);
    task.alloc = ctx;
    Object.assign(ctx, { done: true, page: 77 });
    expect(abandonAlloc(k, task)).toBe(77);
    task.alloc = ctx;
    ctx.failed = true;
    expect(abandonAlloc(k, task)).toBe(-1);
    expect(abandonAlloc(k, task)).toBe(-1);
  });
  test('ends its reclaim', () => {
    claimFree(0);
    stepFrom('direct_reclaim', begin());
    expect(task.flags & PF_MEMALLOC).toBe(PF_MEMALLOC);
    abandonAlloc(k, task);
    expect(task.flags & PF_MEMALLOC).toBe(0);
  });
  test('keeps the rights of a task that is no reclaimer of its own', () => {
    task.flags |= PF_MEMALLOC;
    begin();
    abandonAlloc(k, task);
    expect(task.flags & PF_MEMALLOC).toBe(PF_MEMALLOC);
  });
});

test('a caller that asks for something else than it waited for loses no page', () => {
  const ctx = begin();
  Object.assign(ctx, {
    done: true,
    page: allocPages(k, createTask(k, { comm: 'x' }), GFP_USER_PAGE, 0),
    stage: 'page',
  });
  const free = (): number => k.zones.reduce((n, z) => n + z.free + zonePcpCount(z), 0);
  const before = free();
  const page = allocPages(k, task, GFP_USER_PAGE | __GFP_HARDWALL | __GFP_NOWARN, 0);
  expect(page).toBeGreaterThanOrEqual(0);
  expect(page).not.toBe(ALLOC_WAIT);
  expect(free()).toBe(before);
});
