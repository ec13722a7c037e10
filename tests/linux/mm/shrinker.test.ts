import { beforeEach, expect, test } from 'vitest';
import { GFP_KERNEL, GFP_NOFS } from '../../../src/linux/include/gfp';
import type { Kernel } from '../../../src/linux/include/kernel';
import { NR_SLAB_RECLAIMABLE_B, SLABS_SCANNED } from '../../../src/linux/include/vmstat';
import { createTask } from '../../../src/linux/kernel/sched/core';
import { allocPages } from '../../../src/linux/mm/page_alloc';
import { addSlabPage, dropSlab, shrinkSlab } from '../../../src/linux/mm/shrinker';
import { bootTestKernel } from '../support';

let k: Kernel;
beforeEach(() => {
  k = bootTestKernel(20_000);
  const task = createTask(k, { comm: 'init' });
  for (let i = 0; i < 1000; i++) addSlabPage(k, allocPages(k, task, GFP_KERNEL, 0));
});
const pages = (): number => k.nodes[0].stat[NR_SLAB_RECLAIMABLE_B];

test('a shrinker scans twice the objects shifted by the priority, in batches of 128', () => {
  // 20,000 objects at priority 4: 1250 * 2 = 2500, of which 19 batches are whole.
  const freed = shrinkSlab(k, GFP_KERNEL, 4);
  expect(k.vmEvents[SLABS_SCANNED]).toBe(19 * 128);
  expect(freed).toBe(Math.floor((19 * 128) / 20));
  expect(pages()).toBe(1000 - freed);
  expect(k.slab.deferred).toBe(2500 - 19 * 128);
});

test('an easy priority asks for less than a batch, and leaves it for later', () => {
  expect(shrinkSlab(k, GFP_KERNEL, 12)).toBe(0);
  expect(k.slab.deferred).toBe(8);
});

test('an allocation that must not enter file systems defers all its work', () => {
  expect(shrinkSlab(k, GFP_NOFS, 4)).toBe(0);
  expect(k.slab.deferred).toBe(2500);
  expect(shrinkSlab(k, GFP_KERNEL, 4)).toBeGreaterThan(Math.floor((19 * 128) / 20));
});

test('vfs_cache_pressure 0 keeps the caches for ever', () => {
  k.sysctl.vfs_cache_pressure = 0;
  expect(shrinkSlab(k, GFP_KERNEL, 0)).toBe(0);
  expect(pages()).toBe(1000);
});

test('drop_caches 2 frees every page', () => {
  expect(dropSlab(k)).toBe(1000);
  expect(pages()).toBe(0);
  expect(k.slab.reclaimable).toBe(0);
});
