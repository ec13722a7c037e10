import { describe, expect, it } from 'vitest';
import type { Kernel } from '../../../../src/linux/include/kernel';
import type { CfsRq, Task } from '../../../../src/linux/include/sched';
import { JIFFY, MS, SEC } from '../../../../src/linux/include/units';
import { createTask } from '../../../../src/linux/kernel/sched/core';
import {
  dequeueTask,
  enqueueTask,
  newCfsRq,
  pickNextTask,
  taskTick,
  wantsTurn,
} from '../../../../src/linux/kernel/sched/fair';
import { LINUX_6_1 } from '../../../../src/linux/versions/6.1';
import { LINUX_6_12 } from '../../../../src/linux/versions/6.12';
import { bootTestKernel } from '../../support';

interface Rig {
  k: Kernel;
  rq: CfsRq;
  /** cpu time of each task, ns. */
  had: Map<Task, number>;
}

function rig(release = LINUX_6_12): Rig {
  const k = bootTestKernel(4096, { release });
  for (const t of k.tasks) t.se.onRq = false;
  return { k, rq: newCfsRq(-1), had: new Map() };
}

const task = ({ k }: Rig, comm: string, nice = 0): Task => createTask(k, { comm, nice });

/** Two tasks that want the cpu, the first one first. */
function pair(release = LINUX_6_12): { r: Rig; a: Task; b: Task } {
  const r = rig(release);
  const [a, b] = [task(r, 'a'), task(r, 'b')];
  enqueueTask(r.k, r.rq, a);
  enqueueTask(r.k, r.rq, b);
  return { r, a, b };
}

/** The cpu goes on until `end`, ns; ticks come every 4 ms. */
function runTo(r: Rig, end: number): void {
  const { k, rq, had } = r;
  while (k.now < end) {
    const t = k.tasks.find((x) => x.pid === rq.curr && wantsTurn(x) && !rq.needResched) ?? pickNextTask(k, rq);
    const tick = (Math.floor(k.now / JIFFY) + 1) * JIFFY;
    const ns = Math.min(tick, end) - k.now;
    k.now += ns;
    if (t) had.set(t, (had.get(t) ?? 0) + ns);
    if (k.now === tick) taskTick(k, rq);
  }
}

const msOf = (r: Rig, t: Task): number => (r.had.get(t) ?? 0) / MS;

describe.each([LINUX_6_12, LINUX_6_1])('the fair class of Linux $name', (release) => {
  it('gives tasks that never sleep the same time', () => {
    const r = rig(release);
    const tasks = ['a', 'b', 'c'].map((comm) => task(r, comm));
    for (const t of tasks) enqueueTask(r.k, r.rq, t);
    runTo(r, 3 * SEC);
    for (const t of tasks) expect(Math.abs(msOf(r, t) - 1000)).toBeLessThan(10);
  });

  it('gives a task five steps nicer a third of the time', () => {
    const r = rig(release);
    const [a, b] = [task(r, 'a'), task(r, 'b', 5)];
    enqueueTask(r.k, r.rq, a);
    enqueueTask(r.k, r.rq, b);
    runTo(r, 4 * SEC);
    expect(msOf(r, a) / msOf(r, b)).toBeCloseTo(1.25 ** 5, 0);
  });

  it('lets two of them alternate tick by tick', () => {
    const { r } = pair(release);
    const order: number[] = [];
    for (let i = 1; i <= 20; i++) {
      runTo(r, i * JIFFY);
      order.push(r.rq.curr);
    }
    const turns = order.filter((pid, i) => i > 0 && pid === order[i - 1]).length;
    expect(turns).toBeLessThanOrEqual(1);
  });

  it('does not pay for a long sleep with a long turn', () => {
    const r = rig(release);
    const [hog, sleeper] = [task(r, 'hog'), task(r, 'sleeper')];
    enqueueTask(r.k, r.rq, sleeper);
    runTo(r, 20 * MS);
    dequeueTask(r.k, r.rq, sleeper);
    enqueueTask(r.k, r.rq, hog);
    runTo(r, 10 * SEC);
    const before = msOf(r, sleeper);
    enqueueTask(r.k, r.rq, sleeper);
    runTo(r, 10 * SEC + 40 * MS);
    expect(msOf(r, sleeper) - before).toBeGreaterThanOrEqual(16);
    expect(msOf(r, sleeper) - before).toBeLessThanOrEqual(28);
  });

  it('runs a task that is alone on the queue on and on', () => {
    const r = rig(release);
    const a = task(r, 'a');
    enqueueTask(r.k, r.rq, a);
    runTo(r, SEC);
    expect(msOf(r, a)).toBe(1000);
    expect(r.rq.needResched).toBe(false);
    dequeueTask(r.k, r.rq, a);
    expect(pickNextTask(r.k, r.rq)).toBeNull();
  });
});

describe('EEVDF', () => {
  it('lets who has been picked finish its request, half a slice for a new task, before a task that wakes', () => {
    const r = rig();
    const [hog, kswapd] = [task(r, 'hog'), task(r, 'kswapd0')];
    enqueueTask(r.k, r.rq, hog);
    pickNextTask(r.k, r.rq);
    r.k.now += 0.3 * MS;
    enqueueTask(r.k, r.rq, kswapd);
    expect(r.rq.needResched).toBe(false);
    dequeueTask(r.k, r.rq, kswapd);
    r.k.now += 0.5 * MS;
    enqueueTask(r.k, r.rq, kswapd);
    expect(r.rq.needResched).toBe(true);
    expect(pickNextTask(r.k, r.rq)).toBe(kswapd);
  });

  it('keeps who falls asleep ahead of the others on the queue until it has sat that out', () => {
    const { r, a } = pair();
    expect(pickNextTask(r.k, r.rq)).toBe(a);
    r.k.now += 3 * MS;
    dequeueTask(r.k, r.rq, a);
    expect(a.se).toMatchObject({ onRq: true, delayed: true });
    runTo(r, r.k.now + 12 * MS);
    expect(a.se).toMatchObject({ onRq: false, delayed: false });
    // Nothing is owed to it, and it owes nothing.
    expect(a.se.vlag).toBeLessThanOrEqual(0);
    expect(a.se.vlag).toBeGreaterThan(-MS);
  });

  it('remembers what a sleeper was owed, up to a tick', () => {
    const { r, a, b } = pair();
    expect(pickNextTask(r.k, r.rq)).toBe(a);
    r.k.now += 100 * MS;
    dequeueTask(r.k, r.rq, b);
    expect(b.se.vlag).toBe(JIFFY);
  });
});

describe('CFS', () => {
  it('lets a sleeper preempt at once: half a latency of credit is more than the wakeup granularity', () => {
    const r = rig(LINUX_6_1);
    const [hog, kswapd] = [task(r, 'hog'), task(r, 'kswapd0')];
    enqueueTask(r.k, r.rq, kswapd);
    pickNextTask(r.k, r.rq);
    dequeueTask(r.k, r.rq, kswapd);
    enqueueTask(r.k, r.rq, hog);
    runTo(r, 100 * MS);
    r.k.now += 0.1 * MS;
    enqueueTask(r.k, r.rq, kswapd);
    expect(r.rq.needResched).toBe(true);
    expect(pickNextTask(r.k, r.rq)).toBe(kswapd);
  });
});
