import { expect, test } from 'vitest';
import { BIO_POOL_SIZE, BIOS_PER_SLAB, bioAlloc, bioAtHand, bioFree, waitForBio } from '../../../src/linux/block/bio';
import type { Kernel } from '../../../src/linux/include/kernel';
import { TASK_RUNNING, TASK_UNINTERRUPTIBLE } from '../../../src/linux/include/sched';
import { NR_SLAB_UNRECLAIMABLE_B } from '../../../src/linux/include/vmstat';
import { createTask } from '../../../src/linux/kernel/sched/core';
import { bootTestKernel } from '../support';

/** Takes descriptors until there are none or `n` are out. Returns how many. */
function takeAll(k: Kernel, n = Infinity): number {
  let taken = 0;
  while (taken < n && bioAtHand(k)) {
    bioAlloc(k);
    taken++;
  }
  return taken;
}

/** As if all free memory were below the min watermark. */
function starve(k: Kernel): void {
  for (const z of k.zones) z.watermark = z.watermark.map(() => z.managed);
}

const slabPages = (k: Kernel): number => k.nodes[0].stat[NR_SLAB_UNRECLAIMABLE_B];

test('sixteen descriptors take a page of slab', () => {
  const k = bootTestKernel(20_000);
  const before = slabPages(k);
  takeAll(k, 5 * BIOS_PER_SLAB);
  // The slabs of the boot had room for the first sixteen.
  expect(slabPages(k)).toBe(before + 4);
  expect(k.bios.pool).toBe(BIO_POOL_SIZE);
});

test('below the min watermark there is no new slab: what is there is used, then the two of the pool, then nothing', () => {
  const k = bootTestKernel(20_000);
  starve(k);
  const before = slabPages(k);
  expect(takeAll(k)).toBe(BIOS_PER_SLAB + BIO_POOL_SIZE);
  expect(slabPages(k)).toBe(before);
  expect(bioAtHand(k)).toBe(false);
});

test('who waits for a descriptor wakes when the first write has ended', () => {
  const k = bootTestKernel(20_000);
  const task = createTask(k, { comm: 'kswapd0' });
  starve(k);
  takeAll(k);
  waitForBio(k, task);
  expect(task.state).toBe(TASK_UNINTERRUPTIBLE);
  expect(task.inIowait).toBe(true);
  bioFree(k);
  expect(task.state).toBe(TASK_RUNNING);
  expect(takeAll(k)).toBe(1);
});

test('slabs that are empty again are kept up to a dozen, the others go back', () => {
  const k = bootTestKernel(20_000);
  const before = slabPages(k);
  const n = takeAll(k, 100 * BIOS_PER_SLAB);
  expect(slabPages(k)).toBe(before + 99);
  for (let i = 0; i < n; i++) bioFree(k);
  expect(slabPages(k) - before).toBeLessThanOrEqual(12);
  // What is kept serves the next ones without memory.
  starve(k);
  expect(takeAll(k)).toBeGreaterThan(6 * BIOS_PER_SLAB);
});
