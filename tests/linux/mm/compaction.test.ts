import { describe, expect, it } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { vmstatValues } from '../../../src/linux/fs/proc';
import { GFP_KERNEL, MIGRATE_MOVABLE } from '../../../src/linux/include/gfp';
import { MM_ANONPAGES } from '../../../src/linux/include/mm_types';
import { PGTYPE_KERNEL, PGZONE_MASK } from '../../../src/linux/include/page';
import type { Task } from '../../../src/linux/include/sched';
import { PF_KCOMPACTD, PF_KTHREAD, TASK_RUNNING } from '../../../src/linux/include/sched';
import { createTask } from '../../../src/linux/kernel/sched/core';
import { writeSysctl } from '../../../src/linux/kernel/sysctl';
import { kcompactdStep, wakeupKcompactd } from '../../../src/linux/mm/compaction';
import { compactionDeferReset, compactionDeferred, deferCompaction } from '../../../src/linux/mm/compaction/defer';
import { extfragForOrder, fragmentationIndex } from '../../../src/linux/mm/compaction/suitable';
import { madviseDontneed } from '../../../src/linux/mm/madvise';
import { getMmCounterSum } from '../../../src/linux/mm/mm_counters';
import { ALLOC_NULL, ALLOC_WAIT, allocPages } from '../../../src/linux/mm/page_alloc';
import { freeOnePage, rmqueueBuddy } from '../../../src/linux/mm/page_alloc/buddy';
import { drainAllPages } from '../../../src/linux/mm/page_alloc/pcp';
import { anon, bootRig, type Rig, runUntil, spawn, touch } from './rig';

/** A process that has written `pages` pages and kept every `stride`-th of them. */
function scatter(r: Rig, pages: number, stride: number): { task: Task; at: number } {
  const task = spawn(r, 'frag');
  const at = anon(r, task, pages);
  touch(r, task, at, pages);
  for (let i = 0; i < pages; i++) if (i % stride !== 0) madviseDontneed(r.k, task, at + i, 1);
  drainAllPages(r.k);
  return { task, at };
}

/** A kernel allocation, driven to its end. */
function request(r: Rig, task: Task, gfp: number, order: number): number {
  let page = ALLOC_WAIT;
  runUntil(
    r,
    () => page !== ALLOC_WAIT,
    task,
    () => {
      page = allocPages(r.k, task, gfp, order);
      if (page >= 0) {
        for (let p = page; p < page + 2 ** order; p++) {
          r.k.mem.flags[p] = (r.k.mem.flags[p] & PGZONE_MASK) | PGTYPE_KERNEL;
        }
      }
    },
  );
  return page;
}

const blocks = (r: Rig, order: number): number =>
  r.k.zones[0].nrFree.slice(order).reduce((n, count, i) => n + (count << i), 0);

describe('compaction', () => {
  it('forms large free blocks out of single pages, and no page is lost or changes its owner', () => {
    const r = bootRig({ pages: 16_384, kswapd: false });
    const { task } = scatter(r, 14_000, 2);
    const rss = getMmCounterSum(r.k.mms[task.mm], MM_ANONPAGES);
    const free = r.k.zones[0].free;
    expect(extfragForOrder(r.k.zones[0], 3)).toBeGreaterThan(50);
    const before = blocks(r, 9);
    expect(writeSysctl(r.k, 'vm.compact_memory', '1')).toBe(0);
    drainAllPages(r.k);
    expect(blocks(r, 9)).toBeGreaterThan(before + 8);
    expect(r.k.zones[0].free).toBe(free);
    expect(getMmCounterSum(r.k.mms[task.mm], MM_ANONPAGES)).toBe(rss);
    expect(audit(r.k)).toEqual([]);
    const v = vmstatValues(r.k);
    expect(v.pgmigrate_success).toBeGreaterThan(2000);
    expect(v.compact_isolated).toBeGreaterThanOrEqual(2 * v.pgmigrate_success);
  });

  it('only takes a 1', () => {
    const r = bootRig({ pages: 4096, kswapd: false });
    expect(writeSysctl(r.k, 'vm.compact_memory', '2')).toBe(-22);
  });

  it('serves a kernel request of eight pages where memory is free in single pages only, without reclaim', () => {
    const r = bootRig({ pages: 16_384 });
    const { task } = scatter(r, 15_800, 3);
    // What is left in larger pieces is used up.
    for (let o = 10; o >= 3; o--) {
      for (;;) {
        const p = rmqueueBuddy(r.k, r.k.zones[0], o, MIGRATE_MOVABLE, 0);
        if (p < 0) break;
        r.k.zones[0].free -= 1 << o;
        for (let q = p; q < p + (1 << o); q++) r.k.mem.flags[q] = (r.k.mem.flags[q] & PGZONE_MASK) | PGTYPE_KERNEL;
      }
    }
    expect(r.k.zones[0].free).toBeGreaterThan(5000);
    expect(fragmentationIndex(r.k.zones[0], 3)).toBeGreaterThan(500);
    expect(request(r, task, GFP_KERNEL, 3)).toBeGreaterThanOrEqual(0);
    const v = vmstatValues(r.k);
    expect(v.compact_stall).toBeGreaterThan(0);
    expect(v.compact_success).toBe(1);
    expect(v.pgscan_direct).toBe(0);
    expect(audit(r.k)).toEqual([]);
  });

  it('cannot move kernel memory: a large request fails, with memory free, and nobody is killed', () => {
    const r = bootRig({ pages: 8192 });
    const task = spawn(r, 'driver');
    // Every fourth page is the kernel's.
    const held: number[] = [];
    for (let i = 0; i < 7000; i++) {
      const p = rmqueueBuddy(r.k, r.k.zones[0], 0, MIGRATE_MOVABLE, 0);
      r.k.zones[0].free--;
      r.k.mem.flags[p] = (r.k.mem.flags[p] & PGZONE_MASK) | PGTYPE_KERNEL;
      held.push(p);
    }
    for (const p of held) {
      if (p % 4 === 0) continue;
      r.k.mem.flags[p] = (r.k.mem.flags[p] & PGZONE_MASK) | PGTYPE_KERNEL;
      freeOne(r, p);
    }
    for (;;) {
      const p = rmqueueBuddy(r.k, r.k.zones[0], 4, MIGRATE_MOVABLE, 0);
      if (p < 0) break;
      r.k.zones[0].free -= 16;
      for (let q = p; q < p + 16; q++) r.k.mem.flags[q] = (r.k.mem.flags[q] & PGZONE_MASK) | PGTYPE_KERNEL;
    }
    expect(r.k.zones[0].free).toBeGreaterThan(4000);
    expect(request(r, task, GFP_KERNEL, 4)).toBe(ALLOC_NULL);
    expect(r.k.log.some((l) => l.text.includes('page allocation failure: order:4'))).toBe(true);
    expect(r.k.oomRecords).toEqual([]);
    expect(vmstatValues(r.k).compact_fail).toBeGreaterThan(0);
    expect(audit(r.k)).toEqual([]);
  });

  it('is put off after failures: twice as long each time, at most 64 attempts', () => {
    const z = bootRig({ pages: 4096, kswapd: false }).k.zones[0];
    expect(compactionDeferred(z, 4)).toBe(false);
    deferCompaction(z, 4);
    deferCompaction(z, 4);
    expect([1, 2, 3, 4].map(() => compactionDeferred(z, 4))).toEqual([true, true, true, false]);
    expect(compactionDeferred(z, 3)).toBe(false);
    for (let i = 0; i < 10; i++) deferCompaction(z, 4);
    let skipped = 0;
    while (compactionDeferred(z, 4)) skipped++;
    expect(skipped).toBe(63);
    compactionDeferReset(z, 4, true);
    expect(compactionDeferred(z, 4)).toBe(false);
  });

  it('in the background makes the block that was asked for, and goes to sleep', () => {
    const r = bootRig({ pages: 16_384, kswapd: false });
    scatter(r, 15_800, 3);
    const z = r.k.zones[0];
    for (let o = 10; o >= 9; o--) {
      for (
        let p = rmqueueBuddy(r.k, z, o, MIGRATE_MOVABLE, 0);
        p >= 0;
        p = rmqueueBuddy(r.k, z, o, MIGRATE_MOVABLE, 0)
      ) {
        z.free -= 1 << o;
        for (let q = p; q < p + (1 << o); q++) r.k.mem.flags[q] = (r.k.mem.flags[q] & PGZONE_MASK) | PGTYPE_KERNEL;
      }
    }
    writeSysctl(r.k, 'vm.compaction_proactiveness', '0');
    const task = createTask(r.k, { comm: 'kcompactd0', flags: PF_KTHREAD | PF_KCOMPACTD });
    r.k.nodes[0].kcompactd = task.pid;
    kcompactdStep(r.k, task);
    expect(task.state).not.toBe(TASK_RUNNING);
    expect(blocks(r, 9)).toBe(0);
    wakeupKcompactd(r.k, r.k.nodes[0], 9, 2);
    expect(task.state).toBe(TASK_RUNNING);
    for (let i = 0; i < 10_000 && task.state === TASK_RUNNING; i++) {
      kcompactdStep(r.k, task);
      expect(i % 50 === 0 ? audit(r.k) : []).toEqual([]);
    }
    expect(task.state).not.toBe(TASK_RUNNING);
    expect(blocks(r, 9)).toBeGreaterThan(0);
    expect(vmstatValues(r.k).compact_daemon_wake).toBe(1);
  });
});

describe('the fragmentation index', () => {
  const z = bootRig({ pages: 4096, kswapd: false }).k.zones[0];
  it('is -1000 when a block is there, near 0 when memory is short, near 1000 when it is in pieces', () => {
    expect(fragmentationIndex(z, 4)).toBe(-1000);
    z.nrFree.fill(0);
    expect(fragmentationIndex(z, 4)).toBe(0);
    z.nrFree[0] = 2;
    z.free = 2;
    expect(fragmentationIndex(z, 4)).toBe(438);
    z.nrFree[0] = 4000;
    z.free = 4000;
    expect(fragmentationIndex(z, 4)).toBe(938);
  });
});

function freeOne(r: Rig, p: number): void {
  r.k.mem.flags[p] &= PGZONE_MASK;
  freeOnePage(r.k, r.k.zones[0], p, 0);
}
