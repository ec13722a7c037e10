/** The OOM killer of other years. §10.16. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { oomScore } from '../../../src/linux/fs/proc';
import { GFP_ANON_FAULT } from '../../../src/linux/include/gfp';
import type { Kernel, OomControl } from '../../../src/linux/include/kernel';
import { MMF_OOM_SKIP } from '../../../src/linux/include/mm_types';
import { PF_CAP_SYS_ADMIN, PF_EXITING, type Task } from '../../../src/linux/include/sched';
import { createTask } from '../../../src/linux/kernel/sched/core';
import { OOM_ABORTED, oomBadness, outOfMemory, totalpagesGlobal } from '../../../src/linux/mm/oom_kill';
import {
  BADNESS_ERAS,
  type BadnessFacts,
  badnessOf,
  badnessSteps,
  eraOfRelease,
  sumOfSteps,
} from '../../../src/linux/versions/badness';
import { OOM_RULE_NAMES } from '../../../src/linux/versions/oom_rules';
import { fakeMm } from '../recordings';
import { bootTestKernel } from '../support';

const OC: OomControl = { gfp: GFP_ANON_FAULT, order: 0, nodemask: 0, sysrq: false };

/** A machine of 100,000 pages that goes by these rules, with init and nobody else. */
function machine(rules: string): Kernel {
  const k = bootTestKernel(100_000);
  k.oomRules = rules;
  createTask(k, { comm: 'init', pid: 1 }).mm = fakeMm(k, { anon: 50_000 }).id;
  return k;
}
function proc(k: Kernel, comm: string, anon: number, more: Partial<Task> = {}): Task {
  const mm = fakeMm(k, { anon });
  mm.totalVm = anon;
  return createTask(k, { comm, ppid: 1, mm: mm.id, uid: 1000, ...more });
}
const victimOf = (k: Kernel): string => {
  outOfMemory(k, k.tasks[1], OC);
  return k.tasks.find((t) => t.sigkill)?.comm ?? '';
};
const text = (k: Kernel): string => k.log.map((l) => l.text).join('\n');

describe('of two equals', () => {
  test.each([
    ['kernel', 'second'],
    ['5.4', 'second'],
    ['4.19', 'first'],
    ['3.10', 'first'],
    ['2.6.24', 'first'],
  ])('by the rules of %s dies the %s', (rules, comm) => {
    const k = machine(rules);
    proc(k, 'first', 20_000);
    proc(k, 'second', 20_000);
    expect(victimOf(k)).toBe(comm);
  });
});

describe('root', () => {
  const scores = (rules: string): number[] => {
    const k = machine(rules);
    const total = totalpagesGlobal(k);
    const user = proc(k, 'user', 20_000);
    const root = proc(k, 'root', 20_000, { flags: PF_CAP_SYS_ADMIN });
    return [oomBadness(k, user, total), oomBadness(k, root, total)];
  };
  const unit = Math.floor(totalpagesGlobal(machine('kernel')) / 1000);

  test('has had no bonus since 4.17', () => {
    for (const rules of ['kernel', '5.4', '4.19']) expect(scores(rules)).toEqual([20_000, 20_000]);
  });
  test('had 3 % of its own off, before that 30 points of adj, before that 30 thousandths', () => {
    expect(scores('4.14')).toEqual([20_000, 19_400]);
    expect(scores('3.10')).toEqual([20_000, 20_000 - 30 * unit]);
    const [user, root] = scores('3.0');
    expect(user - root).toBe(30);
  });
  test('was a quarter for its rank and a quarter for raw I/O in 2.6.24', () => {
    expect(scores('2.6.24')).toEqual([20_000, 1250]);
  });
});

describe('2.6.24', () => {
  const k = machine('2.6.24');
  k.now = 20_000e9;
  const score = (more: Partial<Task>): number => {
    const t = proc(k, 'x', 64_000, { startTime: k.now, ...more });
    return oomBadness(k, t, totalpagesGlobal(k));
  };
  test('looks at address space, not at what is touched', () => {
    const t = proc(k, 'sparse', 10, { startTime: k.now });
    k.mms[t.mm].totalVm = 5000;
    expect(oomBadness(k, t, 1)).toBe(5000);
  });
  test('spares who has worked long, in units of eight seconds under a root', () => {
    expect(score({ stime: 8.192e9 * 16 })).toBe(16_000);
    expect(score({ stime: 8.192e9 * 15.9 })).toBe(Math.floor(64_000 / 3));
  });
  test('spares who has been there long: the fourth root of units of 1024 s', () => {
    expect(score({ startTime: k.now - 16 * 1024e9 })).toBe(32_000);
    expect(score({ startTime: k.now - 15 * 1024e9 })).toBe(64_000);
  });
  test('doubles for nice, and shifts by oom_adj', () => {
    expect(score({ nice: 1 })).toBe(128_000);
    expect(score({ oomScoreAdj: 1000 })).toBe(64_000 * 2 ** 15);
    expect(score({ oomScoreAdj: -500 })).toBe(64_000 / 2 ** 8);
    expect(score({ oomScoreAdj: -1000 })).toBe(-Infinity);
  });
  test('adds half of each child, and kills the first child that it may kill', () => {
    const m = machine('2.6.24');
    const parent = proc(m, 'parent', 10_000);
    const adj = { ppid: parent.pid, oomScoreAdj: -1000 };
    proc(m, 'spared', 4000, adj);
    proc(m, 'first', 1000, { ppid: parent.pid });
    proc(m, 'bigger', 9000, { ppid: parent.pid });
    expect(oomBadness(m, parent, 1)).toBe(10_000 + 2001 + 501 + 4501);
    expect(victimOf(m)).toBe('first');
    expect(text(m)).toMatch(
      /Out of memory: kill process \d+ \(parent\) score 17003 or a child\nKilled process \d+ \(first\)$/m,
    );
  });
});

describe('a child', () => {
  test.each(['4.19', '4.14', '3.10', '3.0'])('dies for its parent by the rules of %s: the worst of them', (rules) => {
    const k = machine(rules);
    const parent = proc(k, 'parent', 30_000);
    proc(k, 'little', 500, { ppid: parent.pid });
    const worst = proc(k, 'worst', 2000, { ppid: parent.pid });
    createTask(k, { comm: 'thread-like', ppid: parent.pid, mm: parent.mm });
    proc(k, 'stranger', 29_000);
    expect(victimOf(k)).toBe('worst');
    expect(k.oomRecords[0]).toMatchObject({ chosen: parent.pid, sacrificed: worst.pid, rules });
    expect(text(k)).toMatch(/Kill process \d+ \(parent\) score \d+ or sacrifice child\nKilled process \d+ \(worst\)/);
  });
  test.each(['kernel', '5.4'])('does not by those of %s', (rules) => {
    const k = machine(rules);
    const parent = proc(k, 'parent', 30_000);
    proc(k, 'child', 2000, { ppid: parent.pid });
    expect(victimOf(k)).toBe('parent');
    expect(k.oomRecords[0].sacrificed).toBeUndefined();
  });
});

describe('negative scores', () => {
  test('compete since 5.9; before they were all 1', () => {
    const victims = ['kernel', '5.4', '4.19'].map((rules) => {
      const k = machine(rules);
      proc(k, 'a', 100, { oomScoreAdj: -900 });
      proc(k, 'b', 9000, { oomScoreAdj: -500 });
      proc(k, 'c', 100, { oomScoreAdj: -901 });
      return victimOf(k);
    });
    expect(victims).toEqual(['b', 'c', 'a']);
  });
});

describe('/proc/PID/oom_score', () => {
  test('of a tiny process is 666, and was 0', () => {
    const scores = OOM_RULE_NAMES.map((rules) => {
      const k = machine(rules);
      return oomScore(k, proc(k, 'tiny', 5).pid);
    });
    expect(scores).toEqual([666, 0, 0, 0, 0, 1, 5]);
  });
});

describe('an earlier victim that does not die', () => {
  const stuck = (rules: string): Kernel => {
    const k = machine(rules);
    const big = proc(k, 'big', 30_000);
    proc(k, 'other', 20_000);
    outOfMemory(k, big, OC);
    return k;
  };
  test('is reaped at once from 4.6 to 5.17, after 2 s since, and never before', () => {
    expect(stuck('kernel').timers.map((t) => t.at)).toEqual([2e9]);
    expect(stuck('4.19').timers.map((t) => t.at)).toEqual([0]);
    expect(stuck('3.10').timers).toEqual([]);
  });
  test('without a reaper blocks all further kills', () => {
    const k = stuck('3.10');
    k.now = 100e9;
    outOfMemory(k, k.tasks[2], OC);
    expect(k.oomRecords.at(-1)?.chosen).toBe(OOM_ABORTED);
  });
  test('when it has been reaped, the next one is taken', () => {
    const k = stuck('4.19');
    k.mms[k.tasks[1].mm].flags |= MMF_OOM_SKIP;
    outOfMemory(k, k.tasks[2], OC);
    expect(k.tasks[2].sigkill).toBe(true);
  });
});

test('a task that is exiting ended the scan before 4.6', () => {
  const at = (rules: string): number => {
    const k = machine(rules);
    proc(k, 'asks', 20_000);
    proc(k, 'leaving', 100, { flags: PF_EXITING });
    outOfMemory(k, k.tasks[1], OC);
    return k.oomRecords[0].chosen;
  };
  expect(at('3.10')).toBe(OOM_ABORTED);
  expect(at('4.19')).toBeGreaterThan(0);
});

test('the flags of the request are printed with the bits of their year', () => {
  const head = (rules: string): string => {
    const k = machine(rules);
    proc(k, 'asks', 20_000);
    outOfMemory(k, k.tasks[1], OC);
    return k.log[0].text;
  };
  expect(head('kernel')).toContain(
    'gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO), order=0, oom_score_adj=0',
  );
  expect(head('5.4')).toContain('gfp_mask=0x100dca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO), order=0, oom_score_adj=0');
  expect(head('4.19')).toContain('gfp_mask=0x6280ca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO), nodemask=(null), order=0');
  expect(head('3.10')).toContain('gfp_mask=0x280da, order=0, oom_score_adj=0');
  expect(head('3.0')).toContain('gfp_mask=0x280da, order=0, oom_adj=0, oom_score_adj=0');
  expect(head('2.6.24')).toContain('gfp_mask=0x280da, order=0, oomkilladj=0');
});

test('the steps that are shown come to the points that decide', () => {
  const pages = fc.nat(1 << 24);
  const facts = fc.record({
    rss: pages,
    swapents: pages,
    tables: fc.nat(1 << 14),
    adj: fc.integer({ min: -999, max: 1000 }),
    admin: fc.boolean(),
    history: fc.record({
      totalVm: pages,
      children: pages,
      cpuTime: fc.nat(2 ** 31).map((n) => n * 1e4),
      runTime: fc.nat(2 ** 31).map((n) => n * 1e6),
      nice: fc.integer({ min: -20, max: 19 }),
      rawio: fc.boolean(),
      elsewhere: fc.boolean(),
    }),
  });
  fc.assert(
    fc.property(facts, fc.integer({ min: 1, max: 1 << 26 }), (f: BadnessFacts, total) => {
      for (const era of BADNESS_ERAS) expect(sumOfSteps(badnessSteps(era, f, total))).toBe(badnessOf(era, f, total));
    }),
  );
  expect(badnessSteps(eraOfRelease([2, 6, 24]), { rss: 1, swapents: 0, tables: 0, adj: 0, admin: false }, 1)).toEqual(
    [],
  );
});
