import { beforeEach, expect, test } from 'vitest';
import { addDisk } from '../../../src/linux/block/blk-mq';
import type { Kernel } from '../../../src/linux/include/kernel';
import { addToSwapCache } from '../../../src/linux/mm/swap_state';
import { getSwapSlot, swapDuplicate, swapFree, swapon, vmSwapFull } from '../../../src/linux/mm/swapfile';
import { bootTestKernel } from '../support';

let k: Kernel;
let disk: number;
beforeEach(() => {
  k = bootTestKernel(20_000);
  disk = addDisk(k, { name: 'sda', latency: 0, pageTime: 1, rotational: false, parallel: 1 });
});

/** Takes a slot as reclaim does: one entry refers to it. */
function take(): number {
  const slot = getSwapSlot(k);
  if (slot >= 0) swapDuplicate(k, slot);
  return slot;
}
const areaOf = (slot: number): string => k.swap.areas.find((a) => slot < a.end)!.name;

test('one page of each area is its header and no swap', () => {
  swapon(k, { name: 'a', pages: 100, disk });
  expect(k.swap.total).toBe(99);
  expect(k.swap.free).toBe(99);
  const slots = new Set<number>();
  for (let i = 0; i < 99; i++) slots.add(take());
  expect(slots.size).toBe(99);
  expect(slots.has(0)).toBe(false);
  expect(take()).toBe(-1);
  expect(k.swap.free).toBe(0);
});

test('pages that go out one after the other lie one behind the other', () => {
  swapon(k, { name: 'a', pages: 5000, disk });
  let last = take();
  for (let i = 0; i < 500; i++) {
    const slot = take();
    expect(slot).toBe(last + 1);
    last = slot;
  }
});

test('a new run begins in an empty cluster, not in the gaps of used ones', () => {
  swapon(k, { name: 'a', pages: 4 * 512, disk });
  const slots = Array.from({ length: 511 }, take);
  for (let i = 0; i < slots.length; i += 2) swapFree(k, slots[i]);
  expect(take()).toBe(512);
});

test('gaps are used when no cluster is empty', () => {
  swapon(k, { name: 'a', pages: 512, disk });
  const slots = Array.from({ length: 511 }, take);
  swapFree(k, slots[300]);
  swapFree(k, slots[100]);
  expect([take(), take()].sort((a, b) => a - b)).toEqual([slots[100], slots[300]]);
  expect(take()).toBe(-1);
});

test('the area of the highest priority is filled first', () => {
  swapon(k, { name: 'slow', pages: 101, disk, prio: 1 });
  swapon(k, { name: 'fast', pages: 101, disk, prio: 5 });
  for (let i = 0; i < 100; i++) expect(areaOf(take())).toBe('fast');
  expect(areaOf(take())).toBe('slow');
});

test('areas without a priority come one after the other, each below the one before', () => {
  swapon(k, { name: 'a', pages: 101, disk });
  swapon(k, { name: 'b', pages: 101, disk });
  expect(k.swap.areas.map((a) => a.prio)).toEqual([-2, -3]);
});

test('areas of the same priority take turns', () => {
  swapon(k, { name: 'a', pages: 1001, disk, prio: 3 });
  swapon(k, { name: 'b', pages: 1001, disk, prio: 3 });
  for (let i = 0; i < 1000; i++) take();
  expect(k.swap.areas[0].used).toBeGreaterThan(400);
  expect(k.swap.areas[1].used).toBeGreaterThan(400);
});

test('a slot is free when neither an entry nor the swap cache refers to it', () => {
  swapon(k, { name: 'a', pages: 100, disk });
  const slot = getSwapSlot(k);
  addToSwapCache(k, 77, slot);
  swapDuplicate(k, slot);
  swapDuplicate(k, slot);
  swapFree(k, slot);
  expect(k.swap.free).toBe(98);
  swapFree(k, slot);
  expect(k.swap.free).toBe(98);
  k.swap.cache[slot] = 0;
  k.swap.map[slot] = 1;
  swapFree(k, slot);
  expect(k.swap.free).toBe(99);
});

test('more than half used is full enough to give slots up early', () => {
  swapon(k, { name: 'a', pages: 101, disk });
  for (let i = 0; i < 50; i++) take();
  expect(vmSwapFull(k)).toBe(false);
  take();
  expect(vmSwapFull(k)).toBe(true);
});
