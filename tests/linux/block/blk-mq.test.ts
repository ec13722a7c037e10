import { expect, test } from 'vitest';
import {
  addDisk,
  blkWaitForQueue,
  completeBios,
  nextCompletion,
  QUEUE_DEPTH_PAGES,
  REQ_OP_READ,
  REQ_OP_WRITE,
  REQ_SWAP,
  submitBio,
} from '../../../src/linux/block/blk-mq';
import { PG_LOCKED } from '../../../src/linux/include/page';
import { TASK_RUNNING, TASK_UNINTERRUPTIBLE, WAIT_PAGE } from '../../../src/linux/include/sched';
import { PGPGIN, PGPGOUT } from '../../../src/linux/include/vmstat';
import { createTask, waitOnPage } from '../../../src/linux/kernel/sched/core';
import { folioStartWriteback } from '../../../src/linux/mm/page-writeback';
import { bootTestKernel } from '../support';

const ssd = { name: 'nvme0n1', latency: 100, pageTime: 10, rotational: false, parallel: 4 };
const hdd = { name: 'sda', latency: 1000, pageTime: 10, rotational: true, parallel: 1 };

/** Times at which the requests in flight complete. */
function completions(k: ReturnType<typeof bootTestKernel>): number[] {
  const out: number[] = [];
  while (nextCompletion(k) < Infinity) {
    k.now = nextCompletion(k);
    completeBios(k);
    out.push(k.now);
  }
  return out;
}

test('a rotating disk seeks once for a run of neighbouring pages', () => {
  const k = bootTestKernel(20_000);
  const d = addDisk(k, hdd);
  for (let i = 0; i < 4; i++) submitBio(k, d, 100 + i, REQ_OP_READ, 500 + i);
  expect(completions(k)).toEqual([1040]);
});

test('neighbouring pages asked for at one moment are one request, of 254 pages at most', () => {
  const k = bootTestKernel(20_000);
  const d = addDisk(k, hdd);
  for (let i = 0; i < 262; i++) submitBio(k, d, 1000 + i, REQ_OP_READ, 500 + i);
  k.now = 5;
  submitBio(k, d, 2000, REQ_OP_READ, 762);
  expect(completions(k)).toEqual([3540, 3620, 3630]);
});

test('a write is no part of a read', () => {
  const k = bootTestKernel(20_000);
  const d = addDisk(k, hdd);
  submitBio(k, d, 100, REQ_OP_READ, 500);
  folioStartWriteback(k, 101);
  submitBio(k, d, 101, REQ_OP_WRITE, 501);
  expect(completions(k)).toEqual([1010, 1020]);
});

test('a rotating disk seeks for every page of a scattered read', () => {
  const k = bootTestKernel(20_000);
  const d = addDisk(k, hdd);
  for (let i = 0; i < 3; i++) submitBio(k, d, 100 + i, REQ_OP_READ, 500 * i);
  expect(completions(k)).toEqual([1010, 2020, 3030]);
});

test('a solid-state disk overlaps the latency of as many requests as it serves at once, and shares its channel', () => {
  const k = bootTestKernel(20_000);
  const d = addDisk(k, ssd);
  for (let i = 0; i < 5; i++) submitBio(k, d, 100 + i, REQ_OP_READ, 700 * i);
  // Four together, ten ns apart on the channel; the fifth waits for the first to leave its place.
  expect(completions(k)).toEqual([110, 120, 130, 140, 220]);
});

test('a page is locked while it is read, and who waits for it wakes when the data are there', () => {
  const k = bootTestKernel(20_000);
  const d = addDisk(k, ssd);
  const task = createTask(k, { comm: 'cat' });
  submitBio(k, d, 42, REQ_OP_READ, 0);
  expect(k.mem.flags[42] & PG_LOCKED).not.toBe(0);
  waitOnPage(k, task, 42, TASK_UNINTERRUPTIBLE);
  k.now = nextCompletion(k) - 1;
  completeBios(k);
  expect(task.waitKind).toBe(WAIT_PAGE);
  k.now++;
  completeBios(k);
  expect(task.state).toBe(TASK_RUNNING);
  expect(k.mem.flags[42] & PG_LOCKED).toBe(0);
});

test('pgpgin and pgpgout count KiB', () => {
  const k = bootTestKernel(20_000);
  const d = addDisk(k, ssd);
  submitBio(k, d, 42, REQ_OP_READ, 0);
  folioStartWriteback(k, 43);
  submitBio(k, d, 43, REQ_OP_WRITE, 9);
  expect(k.vmEvents[PGPGIN]).toBe(4);
  expect(k.vmEvents[PGPGOUT]).toBe(4);
});

test('a full queue makes its next user wait until a request is done', () => {
  const k = bootTestKernel(20_000);
  const d = addDisk(k, ssd);
  const task = createTask(k, { comm: 'dd' });
  for (let i = 0; i < QUEUE_DEPTH_PAGES; i++) {
    expect(blkWaitForQueue(k, task, d)).toBe(false);
    submitBio(k, d, 100 + i, REQ_OP_READ, i);
  }
  expect(blkWaitForQueue(k, task, d)).toBe(true);
  expect(task.state).toBe(TASK_UNINTERRUPTIBLE);
  expect(task.wakeAt).toBe(nextCompletion(k));
  expect(task.inIowait).toBe(true);
});

test('requests complete in order of time, whatever the order they were made in', () => {
  const k = bootTestKernel(20_000);
  const d = addDisk(k, ssd);
  for (let i = 0; i < 200; i++) submitBio(k, d, 100 + i, REQ_OP_READ, (i * 37) % 200);
  const times = completions(k);
  expect(times).toHaveLength(200);
  expect([...times].sort((a, b) => a - b)).toEqual(times);
});

test('what completes while the interrupt of another request is handled is handled by it too', () => {
  const k = bootTestKernel(2000);
  const d = addDisk(k, ssd);
  k.costs.endioPage = 50;
  for (let i = 0; i < 3; i++) {
    folioStartWriteback(k, 100 + i);
    submitBio(k, d, 100 + i, REQ_SWAP, 500 * i);
  }
  // They end 10 ns after one another.
  k.now = nextCompletion(k);
  completeBios(k);
  expect(k.disks[d].count).toBe(0);
  expect(k.cost).toBe(150);
});
