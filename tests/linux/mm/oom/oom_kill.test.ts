import { describe, expect, test } from 'vitest';
import { sysrq } from '../../../../src/linux/drivers/tty/sysrq';
import { GFP_KERNEL, GFP_NOFS } from '../../../../src/linux/include/gfp';
import type { Kernel } from '../../../../src/linux/include/kernel';
import { MPOL_BIND, MPOL_INTERLEAVE } from '../../../../src/linux/include/mempolicy';
import { MMF_OOM_REAP_QUEUED, MMF_OOM_SKIP } from '../../../../src/linux/include/mm_types';
import { ZONE_DMA32, ZONE_NORMAL } from '../../../../src/linux/include/mmzone';
import { PF_KTHREAD, PF_MEMDIE, PF_OOM_ORIGIN, PF_VFORK, type Task } from '../../../../src/linux/include/sched';
import { SEC } from '../../../../src/linux/include/units';
import { OOM_KILL } from '../../../../src/linux/include/vmstat';
import { createTask } from '../../../../src/linux/kernel/sched/core';
import { createKernel } from '../../../../src/linux/mm/mm_init';
import {
  constrainedAlloc,
  OOM_ABORTED,
  OOM_NOBODY,
  OOM_REAPER_DELAY,
  OOM_UNKILLABLE,
  oomBadness,
  oomReaperStep,
  oomScoreFromPoints,
  outOfMemory,
  taskWillFreeMem,
  totalpagesGlobal,
} from '../../../../src/linux/mm/oom_kill';
import { badnessOf, replaces } from '../../../../src/linux/versions/badness';
import { findOomRules } from '../../../../src/linux/versions/oom_rules';
import { recordings, type TaskRow } from '../../recordings';
import { TEST_COSTS, TEST_RELEASE } from '../../support';
import { last, machine, OC, proc, text } from './rig';

const NOW = findOomRules('kernel')!.badness;
/** Points by today's rules: pages, bytes of page tables, adj, all memory. */
const badnessPoints = (rss: number, swapents: number, bytes: number, adj: number, total: number): number =>
  badnessOf(NOW, { rss, swapents, tables: Math.floor(bytes / 4096), adj, admin: true }, total);

const bind = (nodes: number) => ({ mode: MPOL_BIND, nodes, last: 31 });

const killed = (k: Kernel): string[] => text(k).filter((l) => l.includes('Killed process'));

describe('badness', () => {
  test('is what a process holds in RAM, in swap and in page tables, plus thousandths of all memory', () => {
    const total = 2_097_152 + 524_288;
    expect(badnessPoints(500_000, 0, 4 << 20, 0, total)).toBe(501_024);
    expect(badnessPoints(100_000, 0, 0, 200, total)).toBe(624_200);
  });

  test('of a machine with two hogs and its services', () => {
    const total = 500_194 + 262_143;
    expect(badnessPoints(240_712, 139_400, 3_072_000, 0, total)).toBe(380_862);
    expect(badnessPoints(190_512, 110_000, 2_437_120, 0, total)).toBe(301_107);
    expect(badnessPoints(251, 130, 90_112, -250, total)).toBe(-190_097);
    expect(oomScoreFromPoints(380_862, total)).toBe(999);
  });

  test('rounds a thousandth of memory down before it multiplies', () => {
    expect(badnessPoints(0, 0, 0, 1000, 999)).toBe(0);
    expect(badnessPoints(0, 0, 0, 1000, 1999)).toBe(1000);
    expect(badnessPoints(0, 0, 0, -3, 2999)).toBe(-6);
  });

  test('of init, kernel threads, -1000, a child before exec and a reaped one says: never', () => {
    const k = machine();
    const total = totalpagesGlobal(k);
    const parent = proc(k, 'sh', 10);
    expect(oomBadness(k, k.tasks[0], total)).toBe(OOM_UNKILLABLE);
    expect(oomBadness(k, createTask(k, { comm: 'kswapd0', flags: PF_KTHREAD }), total)).toBe(OOM_UNKILLABLE);
    expect(oomBadness(k, proc(k, 'sshd', 10, { oomScoreAdj: -1000 }), total)).toBe(OOM_UNKILLABLE);
    const child = createTask(k, { comm: 'sh', ppid: parent.pid, mm: parent.mm, flags: PF_VFORK });
    expect(oomBadness(k, child, total)).toBe(OOM_UNKILLABLE);
    expect(oomBadness(k, parent, total)).toBe(10);
    k.mms[parent.mm].flags |= MMF_OOM_SKIP;
    expect(oomBadness(k, parent, total)).toBe(OOM_UNKILLABLE);
  });

  test("reads counters without what is still in the cpu's own share", () => {
    const k = machine();
    const t = proc(k, 'a', 100);
    k.mms[t.mm].rss[4 + 1] = 31;
    expect(oomBadness(k, t, totalpagesGlobal(k))).toBe(100);
  });
});

describe('oom_score', () => {
  test.each([
    [0, 1000, 666],
    [1000, 1000, 1333],
    [2000, 1000, 2000],
    [-999, 1000, 0],
    [-990, 1000, 6],
    [500, 1000, 1000],
    [OOM_UNKILLABLE, 1000, 0],
  ])('of %d points of %d is %d', (points, total, score) => {
    expect(oomScoreFromPoints(points, total)).toBe(score);
  });

  test('is what real kernels print', () => {
    let compared = 0;
    for (const r of recordings()) {
      const samples = (r as unknown as { samples?: { procs: (string | number)[][] }[] }).samples ?? [];
      const total = (r.before.meminfo.MemTotal + r.before.meminfo.SwapTotal) / 4;
      for (const [, name, , rss, , , , pte, swap, , score, adj] of samples.flatMap((s) => s.procs)) {
        const n = (v: string | number): number => Number(v);
        if (name === 'init' || n(adj) === -1000 || n(rss) < 0) continue;
        const points = badnessPoints(n(rss) / 4, n(swap) / 4, n(pte) * 1024, n(adj), total);
        // Counters of 6.12 are approximate there, each by up to 31 pages.
        const slack = (99 * 1000) / total + 1;
        expect(Math.abs(n(score) - oomScoreFromPoints(points, total))).toBeLessThanOrEqual(slack);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(100);
  });
});

describe('the victim', () => {
  test('is the process with the most points', () => {
    const k = machine();
    proc(k, 'small', 10_000);
    const big = proc(k, 'big', 30_000);
    const current = proc(k, 'asks', 20_000);
    expect(outOfMemory(k, current, OC)).toBe(true);
    expect(big.sigkill).toBe(true);
    expect(big.flags & PF_MEMDIE).toBe(PF_MEMDIE);
    expect(big.oomMm).toBe(big.mm);
    expect(k.vmEvents[OOM_KILL]).toBe(1);
    expect(current.sigkill).toBe(false);
    expect(last(k)).toMatchObject({
      chosen: big.pid,
      chosenPoints: 30_000,
      totalpages: 100_000,
      constraint: 'CONSTRAINT_NONE',
    });
  });

  test('is the small one when its oom_score_adj is high enough', () => {
    const k = machine();
    proc(k, 'big', 30_000);
    const small = proc(k, 'small', 100, { oomScoreAdj: 300 });
    outOfMemory(k, k.tasks[1], OC);
    expect(small.sigkill).toBe(true);
  });

  test('among equals is the one created last', () => {
    const k = machine();
    for (const name of ['a', 'b', 'c']) proc(k, name, 5000);
    outOfMemory(k, k.tasks[1], OC);
    expect(k.tasks.map((t) => t.sigkill)).toEqual([false, false, false, true]);
  });

  test('may have negative points when nobody has more', () => {
    const k = machine();
    const t = proc(k, 'a', 100, { oomScoreAdj: -500 });
    outOfMemory(k, t, OC);
    expect(last(k).chosenPoints).toBe(100 - 50_000);
    expect(t.sigkill).toBe(true);
  });

  test('is the one that runs swapoff, whatever it holds', () => {
    const k = machine();
    proc(k, 'big', 30_000);
    const swapoff = proc(k, 'swapoff', 10, { flags: PF_OOM_ORIGIN });
    outOfMemory(k, k.tasks[1], OC);
    expect(swapoff.sigkill).toBe(true);
  });

  test('takes all with it that share its address space, even one at -1000', () => {
    const k = machine();
    const t = proc(k, 'a', 9000);
    const sharer = createTask(k, { comm: 'b', mm: t.mm, oomScoreAdj: -1000 });
    k.mms[t.mm].users = 2;
    outOfMemory(k, proc(k, 'c', 1), OC);
    expect(sharer.sigkill).toBe(true);
    expect(sharer.flags & PF_MEMDIE).toBe(0);
  });

  test('every task that was looked at is recorded with the reason why it was passed over', () => {
    const k = machine();
    createTask(k, { comm: 'kthreadd', flags: PF_KTHREAD });
    proc(k, 'sshd', 100, { oomScoreAdj: -1000 });
    createTask(k, { comm: 'zombie' });
    proc(k, 'hog', 9000, { oomScoreAdj: 10 });
    outOfMemory(k, k.tasks[4], OC);
    expect(last(k).walk.map((c) => [c.comm, c.skip])).toEqual([
      ['init', 'init'],
      ['kthreadd', 'kthread'],
      ['sshd', 'oom_score_adj'],
      ['zombie', 'no_mm'],
      ['hog', ''],
    ]);
    expect(last(k).walk[4]).toMatchObject({ rss: 9000, swap: 0, pgtables: 0, adjPoints: 1000, points: 10_000 });
  });
});

describe('every recorded kill took the task that the rule takes', () => {
  const kills = recordings().flatMap((r) =>
    (r.oom ?? [])
      .filter((o) => o.victim && o.tasks.length > 0 && !o.lines.join().includes('oom_kill_allocating_task'))
      .map((o, i) => ({ title: `${r.name} #${i + 1}`, r, o })),
  );
  test.each(kills.filter(({ o }) => o.summary?.constraint === 'CONSTRAINT_NONE'))('$title', ({ r, o }) => {
    const total = (r.before.meminfo.MemTotal + Number(/Total swap = (\d+)/.exec(o.lines.join('\n'))![1])) / 4;
    let chosen: TaskRow | null = null;
    let points = -Infinity;
    for (const t of o.tasks) {
      if (t.oom_score_adj === -1000) continue;
      const p = badnessPoints(t.rss, t.swapents, t.pgtables_bytes, t.oom_score_adj, total);
      if (replaces(NOW, p, points)) {
        chosen = t;
        points = p;
      }
    }
    expect(chosen?.pid).toBe(o.victim!.pid);
  });
});

describe('nobody is killed', () => {
  test('while an earlier victim is dying; of these scans the last is kept', () => {
    const k = machine();
    const big = proc(k, 'big', 30_000);
    const other = proc(k, 'other', 20_000);
    outOfMemory(k, other, OC);
    const lines = k.log.length;
    for (let i = 0; i < 5; i++) expect(outOfMemory(k, other, OC)).toBe(true);
    expect(k.log.length).toBe(lines);
    expect(k.oomRecords.map((r) => r.chosen)).toEqual([big.pid, OOM_ABORTED]);
    expect(last(k).walk.map((c) => c.skip)).toEqual(['init', 'aborted']);
    // Its memory is gone: the next one can be chosen.
    k.mms[big.mm].flags |= MMF_OOM_SKIP;
    outOfMemory(k, other, OC);
    expect(other.sigkill).toBe(true);
    expect(k.vmEvents[OOM_KILL]).toBe(2);
  });

  test('for a request that must not enter a file system', () => {
    const k = machine();
    const t = proc(k, 'a', 10);
    expect(outOfMemory(k, t, { ...OC, gfp: GFP_NOFS })).toBe(true);
    expect(k.log).toEqual([]);
    expect(k.oomRecords).toEqual([]);
  });

  test('when the one who asks is dying already: it may use the reserves', () => {
    const k = machine();
    const t = proc(k, 'a', 10, { sigkill: true });
    proc(k, 'big', 9000);
    expect(taskWillFreeMem(k, t)).toBe(true);
    expect(outOfMemory(k, t, OC)).toBe(true);
    expect(t.flags & PF_MEMDIE).toBe(PF_MEMDIE);
    expect(k.log).toEqual([]);
    expect(k.vmEvents[OOM_KILL]).toBe(0);
  });

  test('while the machine hibernates: the request fails', () => {
    const k = machine();
    k.oomKillerDisabled = true;
    expect(outOfMemory(k, proc(k, 'a', 10), OC)).toBe(false);
  });
});

describe('the kernel panics', () => {
  test('when there is nobody to kill', () => {
    const k = machine();
    const t = proc(k, 'hog', 90_000, { oomScoreAdj: -1000 });
    expect(outOfMemory(k, t, OC)).toBe(false);
    expect(k.panic).toBe('System is deadlocked on memory');
    expect(last(k).chosen).toBe(OOM_NOBODY);
    const lines = text(k);
    expect(lines).toContain('Out of memory and no killable processes...');
    expect(lines).toContain('Kernel panic - not syncing: System is deadlocked on memory');
    // Who cannot be killed is listed all the same.
    expect(lines.some((l) => /^\[ +\d+\] +1000 .* -1000 hog$/.test(l))).toBe(true);
    expect(lines.some((l) => l.startsWith('oom-kill:'))).toBe(false);
  });

  test.each([
    [1, 'system-wide'],
    [2, 'compulsory'],
  ])('with panic_on_oom %d', (mode, how) => {
    const k = machine();
    k.sysctl.panic_on_oom = mode;
    outOfMemory(k, proc(k, 'a', 10), OC);
    expect(k.panic).toBe(`Out of memory: ${how} panic_on_oom is enabled`);
    expect(k.vmEvents[OOM_KILL]).toBe(0);
  });

  test('but not for sysrq', () => {
    const k = machine();
    k.sysctl.panic_on_oom = 2;
    const t = proc(k, 'a', 10);
    expect(sysrq(k, 'f')).toBe(0);
    expect(k.panic).toBe('');
    expect(t.sigkill).toBe(true);
  });
});

test('with oom_kill_allocating_task the one who asks dies', () => {
  const k = machine();
  k.sysctl.oom_kill_allocating_task = 1;
  proc(k, 'big', 9000);
  const t = proc(k, 'small', 10);
  outOfMemory(k, t, OC);
  expect(killed(k)[0]).toMatch(
    /^Out of memory \(oom_kill_allocating_task\): Killed process \d+ \(small\) total-vm:1240kB, /,
  );
});

test('without oom_dump_tasks the table of tasks is left out', () => {
  const k = machine();
  k.sysctl.oom_dump_tasks = 0;
  outOfMemory(k, proc(k, 'a', 10), OC);
  expect(text(k).some((l) => l.startsWith('Tasks state'))).toBe(false);
  expect(killed(k)).toHaveLength(1);
});

describe('sysrq-f', () => {
  test('kills at once, however much is free and whoever is dying', () => {
    const k = machine();
    const a = proc(k, 'a', 20);
    const b = proc(k, 'b', 10);
    sysrq(k, 'f');
    k.mms[a.mm].flags |= MMF_OOM_SKIP;
    sysrq(k, 'f');
    expect([a.sigkill, b.sigkill]).toEqual([true, true]);
    const lines = text(k);
    expect(lines[0]).toBe('sysrq: Manual OOM execution');
    expect(lines[1]).toBe('kworker/0:1 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=-1, oom_score_adj=0');
    expect(lines).toContain('Workqueue: events moom_callback');
  });

  test('is ignored when nobody is eligible', () => {
    const k = machine();
    sysrq(k, 'f');
    expect(text(k).at(-1)).toBe('sysrq: OOM request ignored. No task eligible');
    expect(k.panic).toBe('');
  });
});

test('ten reports in five seconds are printed, the kills of the others too', () => {
  const k = machine();
  for (let i = 0; i < 12; i++) {
    const t = proc(k, `p${i}`, 100 + i);
    outOfMemory(k, t, OC);
    k.mms[t.mm].flags |= MMF_OOM_SKIP;
    k.now += 1000;
  }
  expect(text(k).filter((l) => l.includes('invoked oom-killer'))).toHaveLength(10);
  expect(killed(k)).toHaveLength(12);
  k.now += 6 * SEC;
  outOfMemory(k, proc(k, 'later', 10), OC);
  expect(text(k)).toContain('oom_kill_process: 2 callbacks suppressed');
  expect(text(k).filter((l) => l.includes('invoked oom-killer'))).toHaveLength(11);
});

describe('the reaper', () => {
  function victim(k: Kernel): Task {
    const t = proc(k, 'hog', 9000);
    outOfMemory(k, t, OC);
    return t;
  }

  test('comes two seconds after the kill, once for each address space', () => {
    const k = machine();
    const t = victim(k);
    expect(k.mms[t.mm].flags & MMF_OOM_REAP_QUEUED).toBe(MMF_OOM_REAP_QUEUED);
    expect(k.timers).toMatchObject([{ kind: 'oom_reaper', at: k.now + OOM_REAPER_DELAY }]);
    outOfMemory(k, t, OC);
    expect(k.timers).toHaveLength(1);
  });

  test('does nothing when the victim is gone or has given its memory back', () => {
    const k = machine();
    const t = victim(k);
    k.mms[t.mm].flags |= MMF_OOM_SKIP;
    const lines = k.log.length;
    oomReaperStep(k, k.timers[0].arg);
    k.tasks.pop();
    oomReaperStep(k, k.timers[0].arg);
    expect(k.log.length).toBe(lines);
    expect(k.oomReaperList).toEqual([]);
  });

  test('says what is left and opens the way for another victim', () => {
    const k = machine();
    const t = victim(k);
    // What the address space maps is nothing here, so that its counters stay.
    oomReaperStep(k, k.timers[0].arg);
    expect(text(k).at(-1)).toBe(
      `oom_reaper: reaped process ${t.pid} (hog), now anon-rss:36000kB, file-rss:0kB, shmem-rss:0kB`,
    );
    expect(k.mms[t.mm].flags & MMF_OOM_SKIP).toBe(MMF_OOM_SKIP);
  });

  test('tries ten times while the address space is locked, then gives up and lets others be chosen', () => {
    const k = machine();
    const t = victim(k);
    t.forkWork = { flags: 0, stack: [], mm: 0, vma: 0, vpn: 0 };
    for (let i = 0; i < 10; i++) {
      const timer = k.timers.shift()!;
      expect(timer.kind).toBe('oom_reaper');
      k.now = timer.at;
      oomReaperStep(k, timer.arg);
    }
    expect(k.timers).toEqual([]);
    expect(k.now).toBe(2 * SEC + 900_000_000);
    expect(text(k).at(-1)).toBe(`oom_reaper: unable to reap pid:${t.pid} (hog)`);
    expect(k.mms[t.mm].flags & MMF_OOM_SKIP).toBe(MMF_OOM_SKIP);
  });
});

describe('under a memory policy', () => {
  function numa(): Kernel {
    const zone = (node: number, type: number, startPfn: number, present: number) => ({
      node,
      type,
      startPfn,
      spanned: present,
      present,
      managed: present - 1000,
    });
    const k = createKernel({
      release: TEST_RELEASE,
      cpus: 2,
      cpuNode: [0, 1],
      thp: 'never',
      seed: 1,
      costs: TEST_COSTS,
      zones: [zone(0, ZONE_DMA32, 4096, 40_960), zone(1, ZONE_NORMAL, 1 << 20, 20_480)],
    });
    createTask(k, { comm: 'init', pid: 1 });
    return k;
  }

  test('memory is what is present on its nodes, and all swap', () => {
    const k = numa();
    k.swap.total = 500;
    expect(constrainedAlloc(k, { ...OC, nodemask: 0b10 }, k.tasks[0])).toEqual({
      constraint: 'CONSTRAINT_MEMORY_POLICY',
      totalpages: 20_980,
    });
    expect(constrainedAlloc(k, { ...OC, nodemask: 0b11 }, k.tasks[0])).toEqual({
      constraint: 'CONSTRAINT_NONE',
      totalpages: 59_940,
    });
  });

  test('processes bound to other nodes are neither chosen nor listed, and only its nodes are shown', () => {
    const k = numa();
    proc(k, 'elsewhere', 9000, { mempolicy: bind(0b01) });
    const here = proc(k, 'here', 100, { mempolicy: bind(0b10) });
    outOfMemory(k, here, { ...OC, nodemask: 0b10 });
    expect(here.sigkill).toBe(true);
    expect(last(k).walk.map((c) => c.skip)).toEqual(['init', 'cpuset', '']);
    const lines = text(k);
    expect(lines.some((l) => l.endsWith(' elsewhere'))).toBe(false);
    expect(lines.some((l) => l.startsWith('Node 0'))).toBe(false);
    expect(lines.find((l) => l.startsWith('oom-kill:'))).toMatch(
      /^oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=1,cpuset=\/,mems_allowed=0-1,global_oom,/,
    );
  });

  test('a policy that only prefers nodes, or spreads over them, keeps nobody out', () => {
    const k = numa();
    const spread = proc(k, 'spread', 9000, { mempolicy: { mode: MPOL_INTERLEAVE, nodes: 0b01, last: 0 } });
    const here = proc(k, 'here', 100, { mempolicy: bind(0b10) });
    outOfMemory(k, here, { ...OC, nodemask: 0b10 });
    expect(spread.sigkill).toBe(true);
  });

  test('by the rules of 2.6.24 kills the one that asked', () => {
    const k = numa();
    k.oomRules = '2.6.24';
    proc(k, 'big', 9000);
    const here = proc(k, 'here', 100, { mempolicy: bind(0b10) });
    outOfMemory(k, here, { ...OC, nodemask: 0b10 });
    expect(here.sigkill).toBe(true);
    expect(text(k)).toContainEqual(expect.stringMatching(/^No available memory \(MPOL_BIND\): kill process/));
  });

  test('panic_on_oom 1 does not apply, 2 does', () => {
    const k = numa();
    k.sysctl.panic_on_oom = 1;
    const t = proc(k, 'a', 10);
    outOfMemory(k, t, { ...OC, nodemask: 0b10 });
    expect([k.panic, t.sigkill]).toEqual(['', true]);
  });
});

test('a request for kernel pages does not show zones it could not use', () => {
  const k = machine();
  outOfMemory(k, proc(k, 'a', 10), { ...OC, gfp: GFP_KERNEL, order: 2 });
  expect(text(k)[0]).toMatch(/^a invoked oom-killer: gfp_mask=0xcc0\(GFP_KERNEL\), order=2, oom_score_adj=0$/);
});
