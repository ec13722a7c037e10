/** NUMA: the order of nodes, memory policies and cpusets. §1.4, §10.4, §10.5. */
import { describe, expect, test } from 'vitest';
import {
  __GFP_DMA,
  __GFP_NOFAIL,
  __GFP_NORETRY,
  ALLOC_MIN_RESERVE,
  GFP_ANON_FAULT,
  GFP_ATOMIC,
  GFP_KERNEL,
  GFP_USER_PAGE,
  gfpZone,
  MIGRATE_MOVABLE,
} from '../../../src/linux/include/gfp';
import type { Kernel } from '../../../src/linux/include/kernel';
import { MPOL_BIND, MPOL_DEFAULT, MPOL_INTERLEAVE, MPOL_PREFERRED } from '../../../src/linux/include/mempolicy';
import { VM_READ, VM_WRITE } from '../../../src/linux/include/mm_types';
import { ZONE_DMA, ZONE_DMA32, ZONE_MOVABLE, ZONE_NORMAL } from '../../../src/linux/include/mmzone';
import {
  type AllocContext,
  type AllocStage,
  PF_KTHREAD,
  TASK_INTERRUPTIBLE,
  TASK_RUNNING,
  type Task,
  WAIT_KTHREAD,
} from '../../../src/linux/include/sched';
import { NUMA_FOREIGN, NUMA_HIT, NUMA_LOCAL, NUMA_MISS, NUMA_OTHER } from '../../../src/linux/include/vmstat';
import { mmAlloc } from '../../../src/linux/kernel/fork';
import { createTask, pageZone } from '../../../src/linux/kernel/sched/core';
import { touchRange } from '../../../src/linux/mm/memory';
import { mbind, setMempolicy } from '../../../src/linux/mm/mempolicy';
import { mmap } from '../../../src/linux/mm/mmap';
import { outOfMemory } from '../../../src/linux/mm/oom_kill';
import { allocPages, allocPagesNowait, allocSlowpathStep } from '../../../src/linux/mm/page_alloc';
import { freeOnePage, rmqueueBuddy } from '../../../src/linux/mm/page_alloc/buddy';
import { newAllocContext } from '../../../src/linux/mm/page_alloc/slowpath_context';
import { fakeMm } from '../recordings';
import { bootZones } from '../support';

const zone = (node: number, type: number, startPfn: number, present: number) => ({
  node,
  type,
  startPfn,
  spanned: present,
  present,
  managed: present,
});

/** Nodes of so many pages, the first with DMA32 and Normal, cpu i on node i. */
function numa(sizes: number[], more: { distance?: number[][]; cpuNode?: number[] } = {}): Kernel {
  const k = bootZones(
    sizes.map((n, i) => zone(i, ZONE_NORMAL, (1 << 20) + i * (1 << 18), n)),
    {
      cpus: more.cpuNode?.length ?? sizes.length,
      cpuNode: more.cpuNode ?? sizes.map((_, i) => i),
      ...(more.distance && { distance: more.distance }),
    },
  );
  createTask(k, { comm: 'init', pid: 1 });
  return k;
}
const nodeOf = (k: Kernel, pfn: number): number => pageZone(k, pfn).node;
const nodes = (k: Kernel, t: Task, count: number, gfp = GFP_USER_PAGE): number[] =>
  Array.from({ length: count }, () => nodeOf(k, allocPages(k, t, gfp, 0)));
const order = (k: Kernel): number[][] => k.nodes.map((n) => n.zonelist.map((i) => k.zones[i].node));

/** Takes pages until nothing is given at once any more; how many came from each node, and the request that waits. */
function drain(k: Kernel, t: Task, gfp = GFP_USER_PAGE): number[] {
  const got = k.nodes.map(() => 0);
  for (;;) {
    const p = allocPages(k, t, gfp, 0);
    if (p >= 0) got[nodeOf(k, p)]++;
    else return got;
  }
}

/** The page that the first stages of the slow path come to. */
function settle(k: Kernel, t: Task): number {
  for (let i = 0; i < 5 && t.alloc?.done === false; i++) allocSlowpathStep(k, t);
  return t.alloc?.page ?? -1;
}

describe('zonelists', () => {
  test('begin at home and go on with the nearest', () => {
    const distance = [
      [10, 30, 20],
      [30, 10, 25],
      [20, 25, 10],
    ];
    expect(order(numa([9000, 9000, 9000], { distance }))).toEqual([
      [0, 2, 1],
      [1, 2, 0],
      [2, 0, 1],
    ]);
  });

  test('among equally near ones go on with the next, and come back to the lower ones last', () => {
    expect(order(numa([9000, 9000, 9000]))).toEqual([
      [0, 1, 2],
      [1, 2, 0],
      [2, 0, 1],
    ]);
  });

  test('put nodes without cpus before those with', () => {
    expect(order(numa([9000, 9000, 9000], { cpuNode: [0, 1] }))[0]).toEqual([0, 2, 1]);
  });

  test('have the zones of a node from high to low', () => {
    const k = bootZones([
      zone(0, ZONE_DMA32, 4096, 9000),
      zone(0, ZONE_NORMAL, 1 << 20, 9000),
      zone(1, ZONE_NORMAL, 1 << 21, 9000),
    ]);
    expect(k.nodes[0].zonelist).toEqual([1, 0, 2]);
    expect(k.nodes[1].zonelist).toEqual([2, 1, 0]);
  });
});

describe('without a policy', () => {
  test('pages are from the node of the cpu', () => {
    const k = numa([9000, 9000]);
    const t = createTask(k, { comm: 'a' });
    k.cpu = 1;
    expect(nodes(k, t, 2)).toEqual([1, 1]);
    expect(k.zones[1].stat[NUMA_HIT]).toBe(2);
    expect(k.zones[1].stat[NUMA_LOCAL]).toBe(2);
  });

  test('and when that is full from the other, which is counted as a miss', () => {
    const k = numa([9000, 9000]);
    const [home, away] = drain(k, createTask(k, { comm: 'a' }));
    expect(home).toBeGreaterThan(8000);
    expect(away).toBeGreaterThan(8000);
    expect(k.zones[1].stat[NUMA_MISS]).toBe(away);
    expect(k.zones[1].stat[NUMA_OTHER]).toBe(away);
    expect(k.zones[0].stat[NUMA_FOREIGN]).toBe(away);
    expect(k.zones[0].stat[NUMA_MISS]).toBe(0);
  });
});

describe('a request in need', () => {
  const dma = zone(0, ZONE_DMA, 1, 2000);
  const home = zone(0, ZONE_NORMAL, 1 << 20, 9000);
  const away = zone(1, ZONE_NORMAL, 1 << 21, 9000);

  /** What each kswapd is asked for by a request on this node, -1 = nothing, and who is awake then. */
  function wakes(k: Kernel, nid: number, gfp: number): { zone: number[]; awake: boolean[] } {
    const kswapds = k.nodes.map((node) => {
      const t = createTask(k, { comm: `kswapd${node.id}`, flags: PF_KTHREAD, state: TASK_INTERRUPTIBLE });
      Object.assign(t, { waitKind: WAIT_KTHREAD, wakeAt: Infinity });
      node.kswapd = t.pid;
      return t;
    });
    for (const z of k.zones) z.free = 0;
    const task = createTask(k, { comm: 'a' });
    task.alloc = newAllocContext(k, gfp, 0, gfpZone(gfp), MIGRATE_MOVABLE, nid, 0);
    allocSlowpathStep(k, task);
    return {
      zone: k.nodes.map((n) => n.kswapdHighestZoneidx),
      awake: kswapds.map((t) => t.state === TASK_RUNNING),
    };
  }
  const boot = () => bootZones([dma, home, away], { cpus: 2, cpuNode: [0, 1] });

  test('wakes the kswapd of every node that it may use, wherever it was made', () => {
    for (const nid of [0, 1])
      expect(wakes(boot(), nid, GFP_KERNEL)).toEqual({ zone: [ZONE_NORMAL, ZONE_NORMAL], awake: [true, true] });
  });

  test('for DMA memory asks nothing of a node that has none', () => {
    expect(wakes(boot(), 1, GFP_KERNEL | __GFP_DMA)).toEqual({ zone: [ZONE_DMA, -1], awake: [true, false] });
  });

  test('looks past a zone that gives out no pages to the next of its node', () => {
    const k = boot();
    k.zones[1].managed = 0;
    expect(wakes(k, 0, GFP_KERNEL).awake).toEqual([true, true]);
  });
});

test('memory nearby is worth more than memory in one piece', () => {
  const k = bootZones(
    [zone(0, ZONE_DMA32, 4096, 9000), zone(0, ZONE_NORMAL, 1 << 20, 9000), zone(1, ZONE_NORMAL, 1 << 21, 9000)],
    { cpus: 2, cpuNode: [0, 1] },
  );
  createTask(k, { comm: 'init', pid: 1 });
  const t = createTask(k, { comm: 'a' });
  // At home only single free pages are left, among movable ones.
  for (const z of k.zones.slice(0, 2)) {
    const blocks: number[] = [];
    for (let p = rmqueueBuddy(k, z, 0, MIGRATE_MOVABLE, 0); p >= 0; p = rmqueueBuddy(k, z, 0, MIGRATE_MOVABLE, 0)) {
      z.free--;
      blocks.push(p);
    }
    for (const p of blocks) if (p % 2 === 0) freeOnePage(k, z, p, 0);
  }
  expect(nodeOf(k, allocPages(k, t, GFP_KERNEL, 0))).toBe(0);
});

describe('MPOL_BIND', () => {
  test('forbids all other nodes, to the kernel’s own pages for the task as well', () => {
    const k = numa([9000, 9000]);
    const t = createTask(k, { comm: 'bound' });
    expect(setMempolicy(k, t, MPOL_BIND, 0b10)).toBe(0);
    expect(nodes(k, t, 1, GFP_KERNEL)).toEqual([1]);
    const [home, away] = drain(k, t);
    expect(home).toBe(0);
    expect(away).toBeGreaterThan(8000);
    expect(t.alloc?.nodemask).toBe(0b10);
  });

  test('ends in the death of the bound one, while the machine is half empty and a bigger one lives elsewhere', () => {
    const k = numa([40_000, 9000]);
    createTask(k, {
      comm: 'big',
      mm: fakeMm(k, { anon: 20_000 }).id,
      mempolicy: { mode: MPOL_BIND, nodes: 1, last: 31 },
    });
    const t = createTask(k, { comm: 'bound', mm: fakeMm(k, { anon: 8500 }).id });
    setMempolicy(k, t, MPOL_BIND, 0b10);
    drain(k, t);
    for (let i = 0; i < 5000 && t.oomMm < 0; i++) {
      allocSlowpathStep(k, t);
      if (t.wakeAt > k.now && Number.isFinite(t.wakeAt)) k.now = t.wakeAt;
    }
    expect(k.oomRecords[0]).toMatchObject({ constraint: 'CONSTRAINT_MEMORY_POLICY', chosen: t.pid, totalpages: 9000 });
    expect(k.zones[0].free).toBeGreaterThan(30_000);
  });

  test('is refused without nodes that exist', () => {
    const k = numa([9000, 9000]);
    const t = createTask(k, { comm: 'a' });
    expect(setMempolicy(k, t, MPOL_BIND, 0b100)).toBe(-22);
    expect(setMempolicy(k, t, MPOL_BIND, 0)).toBe(-22);
    expect(setMempolicy(k, t, 77, 1)).toBe(-22);
    expect(t.mempolicy).toBeNull();
  });
});

test('MPOL_PREFERRED begins at its node and goes on to others', () => {
  const k = numa([9000, 9000]);
  const t = createTask(k, { comm: 'a' });
  setMempolicy(k, t, MPOL_PREFERRED, 0b10);
  expect(nodes(k, t, 2)).toEqual([1, 1]);
  const [home] = drain(k, t);
  expect(home).toBeGreaterThan(8000);
});

test('MPOL_INTERLEAVE goes round its nodes; MPOL_DEFAULT ends it', () => {
  const k = numa([9000, 9000, 9000]);
  const t = createTask(k, { comm: 'a' });
  setMempolicy(k, t, MPOL_INTERLEAVE, 0b101);
  expect(nodes(k, t, 4)).toEqual([0, 2, 0, 2]);
  setMempolicy(k, t, MPOL_DEFAULT, 0);
  expect(nodes(k, t, 2)).toEqual([0, 0]);
});

describe('mbind', () => {
  function mapped(): { k: Kernel; t: Task; at: number } {
    const k = numa([9000, 9000]);
    const t = createTask(k, { comm: 'a' });
    const mm = mmAlloc(k, t);
    if (mm < 0) throw new Error('no mm');
    t.mm = mm;
    k.mms[mm].mmapBase = 1 << 20;
    return { k, t, at: mmap(k, t, { pages: 64, flags: VM_READ | VM_WRITE }) };
  }
  const perNode = (k: Kernel): number[] => k.zones.map((z) => z.stat[NUMA_HIT] + z.stat[NUMA_MISS]);

  test('holds for a mapping, whatever the policy of its task', () => {
    const { k, t, at } = mapped();
    setMempolicy(k, t, MPOL_BIND, 0b01);
    const before = perNode(k);
    expect(mbind(k, t, at + 32, 32, MPOL_BIND, 0b10)).toBe(0);
    expect(k.mms[t.mm].vmas.map((v) => [v.start - at, v.end - at, v.policy?.nodes])).toEqual([
      [0, 32, undefined],
      [32, 64, 0b10],
    ]);
    touchRange(k, t, at, 64, 1, true, Infinity);
    const now = perNode(k);
    // Page tables and the first half are the task's.
    expect(now[1] - before[1]).toBe(32);
    mbind(k, t, at, 64, MPOL_DEFAULT, 0);
    expect(k.mms[t.mm].vmas).toHaveLength(1);
  });

  test('spreads by the place in the mapping', () => {
    const { k, t, at } = mapped();
    mbind(k, t, at, 64, MPOL_INTERLEAVE, 0b11);
    const before = perNode(k);
    touchRange(k, t, at, 64, 1, true, Infinity);
    const now = perNode(k);
    expect(now[1] - before[1]).toBe(32);
  });
});

describe('a cpuset', () => {
  function confined(): { k: Kernel; t: Task } {
    const k = numa([20_000, 9000]);
    k.cpusets.push({ name: 'batch', mems: 0b10 });
    return { k, t: createTask(k, { comm: 'job', cpuset: 0, mm: fakeMm(k, { anon: 8000 }).id }) };
  }

  /** One step of the request from this stage, which its cpuset's node cannot meet above its watermarks. */
  function step(k: Kernel, t: Task, stage: AllocStage, gfp: number): AllocContext {
    const ctx = newAllocContext(k, gfp, 0, ZONE_MOVABLE, MIGRATE_MOVABLE, 0, 0);
    ctx.stage = stage;
    t.alloc = ctx;
    allocSlowpathStep(k, t);
    return ctx;
  }

  test('is where a request that must not fail gets a page first, and elsewhere only if there is none', () => {
    const { k, t } = confined();
    const gfp = GFP_USER_PAGE | __GFP_NOFAIL | __GFP_NORETRY;
    expect(nodeOf(k, step(k, t, 'direct_compact', gfp).page)).toBe(1);
    k.zones[1].free = 0;
    expect(nodeOf(k, step(k, t, 'direct_compact', gfp).page)).toBe(0);
  });

  test('binds the last look before a kill, for kernel memory too, which came from anywhere until then', () => {
    const { k, t } = confined();
    k.zones[1].free = 0;
    expect(nodeOf(k, step(k, t, 'retry_min_watermark', GFP_KERNEL).page)).toBe(0);
    expect(step(k, t, 'may_oom', GFP_KERNEL)).toMatchObject({ stage: 'out_of_memory', page: -1 });
  });

  test('keeps user pages to its nodes', () => {
    const { k, t } = confined();
    expect(nodes(k, t, 2)).toEqual([1, 1]);
    const [outside] = drain(k, t);
    expect(outside).toBe(0);
    for (let i = 0; i < 3; i++) allocSlowpathStep(k, t);
    expect(t.alloc?.done).toBe(false);
  });

  test('lets the kernel’s own requests go elsewhere once its nodes are full', () => {
    const { k, t } = confined();
    drain(k, t);
    t.alloc = null;
    expect(allocPages(k, t, GFP_KERNEL, 0)).toBe(-2);
    expect(nodeOf(k, settle(k, t))).toBe(0);
    expect(nodeOf(k, allocPagesNowait(k, GFP_ATOMIC, 0, ALLOC_MIN_RESERVE))).toBe(0);
  });

  test('lets a victim have what it needs to die', () => {
    const { k, t } = confined();
    drain(k, t);
    t.alloc = null;
    t.oomMm = t.mm;
    allocPages(k, t, GFP_ANON_FAULT, 0);
    expect(nodeOf(k, settle(k, t))).toBe(0);
  });

  test('that is full kills one of its own: CONSTRAINT_CPUSET', () => {
    const { k, t } = confined();
    k.cpusets.push({ name: 'web', mems: 0b01 });
    const outside = createTask(k, { comm: 'web', cpuset: 1, mm: fakeMm(k, { anon: 15_000 }).id });
    outOfMemory(k, t, { gfp: GFP_ANON_FAULT, order: 0, nodemask: 0, sysrq: false });
    expect([t.sigkill, outside.sigkill]).toEqual([true, false]);
    expect(k.oomRecords[0]).toMatchObject({ constraint: 'CONSTRAINT_CPUSET', totalpages: 9000, nodes: [1] });
    const lines = k.log.map((l) => l.text);
    expect(lines.find((l) => l.startsWith('oom-kill:'))).toContain(
      'constraint=CONSTRAINT_CPUSET,nodemask=(null),cpuset=batch,mems_allowed=1,global_oom,',
    );
    expect(lines.some((l) => l.startsWith('Node 0'))).toBe(false);
    expect(lines.some((l) => l.endsWith(' web'))).toBe(false);
  });

  test('is no constraint for a request that may go anywhere', () => {
    const { k, t } = confined();
    outOfMemory(k, t, { gfp: GFP_KERNEL, order: 0, nodemask: 0, sysrq: false });
    expect(k.oomRecords[0].constraint).toBe('CONSTRAINT_NONE');
  });
});
