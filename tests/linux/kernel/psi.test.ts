import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../../src/linux/include/kernel';
import { TASK_INTERRUPTIBLE, TASK_KILLABLE, type Task } from '../../../src/linux/include/sched';
import { MS, SEC } from '../../../src/linux/include/units';
import { createTask, scheduleTimeout } from '../../../src/linux/kernel/sched/core';
import {
  calcLoad,
  PSI_FREQ,
  psiFile,
  psiMemstallEnter,
  psiMemstallLeave,
  psiUpdate,
} from '../../../src/linux/kernel/sched/psi';
import { bootTestKernel } from '../support';

function machine(cpus: number, tasks: number): { k: Kernel; t: Task[] } {
  const k = bootTestKernel(20_000, { cpus });
  return { k, t: Array.from({ length: tasks }, (_, i) => createTask(k, { comm: `t${i}` })) };
}

describe('time is lost to memory', () => {
  test('in full when the only task stalls', () => {
    const { k, t } = machine(1, 1);
    psiMemstallEnter(k, t[0]);
    k.now += 5 * MS;
    psiMemstallLeave(k, t[0]);
    k.now += 5 * MS;
    psiUpdate(k);
    expect([k.psi.someTotal, k.psi.fullTotal]).toEqual([5 * MS, 5 * MS]);
  });

  test('in part when another task still gets something done', () => {
    const { k, t } = machine(1, 2);
    psiMemstallEnter(k, t[0]);
    k.now += 5 * MS;
    psiUpdate(k);
    expect([k.psi.someTotal, k.psi.fullTotal]).toEqual([5 * MS, 0]);
  });

  test('by the share of the cpus with work: one that only stalls is lost in full', () => {
    const { k, t } = machine(4, 4);
    psiMemstallEnter(k, t[0]);
    k.now += 4 * MS;
    psiUpdate(k);
    expect([k.psi.someTotal, k.psi.fullTotal]).toEqual([1 * MS, 1 * MS]);
    for (const x of t.slice(1)) scheduleTimeout(k, x, SEC, TASK_INTERRUPTIBLE);
    k.now += 4 * MS;
    psiUpdate(k);
    expect([k.psi.someTotal, k.psi.fullTotal]).toEqual([5 * MS, 5 * MS]);
  });

  test('not by a task that waits for a first read', () => {
    const { k, t } = machine(2, 2);
    t[1].state = TASK_KILLABLE;
    t[1].inIowait = true;
    t[0].state = TASK_KILLABLE;
    psiMemstallEnter(k, t[0]);
    k.now += 4 * MS;
    psiUpdate(k);
    expect(k.psi.someTotal).toBe(2 * MS);
    expect(k.psi.fullTotal).toBeLessThanOrEqual(k.psi.someTotal);
    expect(k.psi.ioSomeTotal).toBe(2 * MS);
  });

  test('until the outermost section ends', () => {
    const { k, t } = machine(1, 1);
    psiMemstallEnter(k, t[0]);
    psiMemstallEnter(k, t[0]);
    psiMemstallLeave(k, t[0]);
    k.now += MS;
    psiMemstallLeave(k, t[0]);
    k.now += MS;
    psiUpdate(k);
    expect(k.psi.someTotal).toBe(MS);
  });
});

describe('averages', () => {
  test('of a machine that stalls all the time grow towards 100 %, the short one first', () => {
    const { k, t } = machine(1, 1);
    psiMemstallEnter(k, t[0]);
    k.now += 10 * PSI_FREQ;
    psiUpdate(k);
    const [a10, a60, a300] = k.psi.someAvg;
    expect(a10).toBeGreaterThan(a60);
    expect(a60).toBeGreaterThan(a300);
    expect(a10).toBeLessThanOrEqual(100 * 2048);
    k.now += 1000 * PSI_FREQ;
    psiUpdate(k);
    for (const avg of k.psi.someAvg) expect(avg / 2048).toBeCloseTo(100, 0);
  });

  test('are those of the kernel after one period', () => {
    const { k, t } = machine(1, 1);
    psiMemstallEnter(k, t[0]);
    k.now = PSI_FREQ;
    expect(psiFile(k)).toBe(
      'some avg10=18.11 avg60=3.27 avg300=0.68 total=2004000\nfull avg10=18.11 avg60=3.27 avg300=0.68 total=2004000\n',
    );
  });

  test('fall when the stall is over', () => {
    const { k, t } = machine(1, 1);
    psiMemstallEnter(k, t[0]);
    k.now = 5 * PSI_FREQ;
    psiMemstallLeave(k, t[0]);
    const before = k.psi.someAvg[0];
    k.now = 6 * PSI_FREQ;
    psiUpdate(k);
    expect(k.psi.someAvg[0]).toBe(calcLoad(before, 1677, 0));
  });
});

test('reading the file neither changes the state nor what comes later', () => {
  const { k, t } = machine(3, 3);
  psiMemstallEnter(k, t[0]);
  k.now += 7 * SEC + 3;
  const before = structuredClone(k.psi);
  psiFile(k);
  expect(k.psi).toEqual(before);
});
