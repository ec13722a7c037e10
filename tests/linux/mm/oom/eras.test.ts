/** Reports in the words of their year. §10.16. */
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../../../src/linux/include/kernel';
import { PF_CAP_SYS_ADMIN, PF_KTHREAD, PF_VFORK, type Task } from '../../../../src/linux/include/sched';
import { createTask } from '../../../../src/linux/kernel/sched/core';
import { getMmRss } from '../../../../src/linux/mm/mm_counters';
import { oomBadness, oomScoreFromPoints, outOfMemory, sacrificeChild } from '../../../../src/linux/mm/oom_kill';
import { anon, boot, spawn, touch } from '../../driver';
import { dying, last, machine, OC, proc, text } from './rig';

/** A kill by these rules: the one that asks is `asks` with adj 200, the one that dies `hog`. */
function killed(rules: string): Kernel {
  const k = machine(rules);
  const asks = proc(k, 'asks', 100, { oomScoreAdj: 200, uid: 33 });
  proc(k, 'hog', { anon: 70_000, file: 40, shmem: 8, swap: 2, tables: 139 * 4096 });
  outOfMemory(k, asks, OC);
  return k;
}
const only = (k: Kernel, re: RegExp): string[] => text(k).filter((l) => re.test(l));

describe('line 1', () => {
  test.each([
    ['kernel', 'gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO), order=0, oom_score_adj=200'],
    ['5.4', 'gfp_mask=0x100dca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO), order=0, oom_score_adj=200'],
    ['4.19', 'gfp_mask=0x6280ca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO), nodemask=(null), order=0, oom_score_adj=200'],
    ['3.10', 'gfp_mask=0x280da, order=0, oom_score_adj=200'],
    ['3.0', 'gfp_mask=0x280da, order=0, oom_adj=3, oom_score_adj=200'],
    ['2.6.24', 'gfp_mask=0x280da, order=0, oomkilladj=3'],
  ])('by %s', (rules, rest) => {
    expect(text(killed(rules))[0]).toBe(`asks invoked oom-killer: ${rest}`);
  });

  test('is followed by the cpuset where the year prints one', () => {
    const has = (rules: string) => text(killed(rules)).includes('asks cpuset=/ mems_allowed=0');
    expect(['kernel', '5.4', '4.19', '4.14', '3.10', '3.0', '2.6.24'].filter(has)).toEqual([
      '4.19',
      '4.14',
      '3.10',
      '3.0',
    ]);
  });

  test('of sysrq has order -1', () => {
    const k = machine('3.10');
    outOfMemory(k, proc(k, 'a', 10), { ...OC, sysrq: true });
    expect(text(k)[0]).toContain('order=-1, ');
  });
});

describe('the table of tasks', () => {
  const table = (rules: string): string[] => {
    const k = killed(rules);
    const at = text(k).findIndex((l) => /^\[ +pid +\]/.test(l));
    return at < 0 ? [] : text(k).slice(at - 1, at + 3);
  };
  test('of 5.4 and 4.19 has bytes of page tables', () => {
    for (const rules of ['5.4', '4.19'])
      expect(table(rules)).toEqual([
        'Tasks state (memory values in pages):',
        '[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name',
        expect.stringMatching(/^\[ +\d+\] +33 +\d+ +400 +100 +0 +0 +200 asks$/),
        expect.stringMatching(/^\[ +\d+\] {2}1000 +\d+ {4}70350 {4}70048 {3}569344 {8}2 {13}0 hog$/),
      ]);
  });
  test('of 4.14 counts page tables and pmds', () => {
    const [title, head, , hog] = table('4.14');
    expect(title).not.toContain('Tasks state');
    expect(head).toBe('[ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name');
    expect(hog).toMatch(/^\[ {4}3\] {2}1000 +3 {4}70350 {4}70048 {5}139 {7}0 {8}2 {13}0 hog$/);
  });
  test('of 3.10 counts page tables', () => {
    const [, head, , hog] = table('3.10');
    expect(head).toBe('[ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name');
    expect(hog).toMatch(/^\[ {4}3\] {2}1000 +3 {4}70350 {4}70048 {5}139 {8}2 {13}0 hog$/);
  });
  test('of 3.0 has the cpu and both adjs', () => {
    const [, head, asks, hog] = table('3.0');
    expect(head).toBe('[ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name');
    expect(asks).toMatch(/ 400 +100 +0 +3 +200 asks$/);
    expect(hog).toMatch(/ 70350 +70048 +0 +0 +0 hog$/);
  });
  test('is not there in 2.6.24', () => {
    expect(table('2.6.24')).toEqual([]);
    expect(text(killed('2.6.24')).at(-1)).toMatch(/^Killed process \d+ \(hog\)$/);
  });
  test('lists neither init nor kernel threads, nor who has no memory', () => {
    const k = machine();
    createTask(k, { comm: 'zombie' });
    createTask(k, { comm: 'vhost', flags: PF_KTHREAD, mm: 0 });
    outOfMemory(k, proc(k, 'only', 10), OC);
    expect(only(k, /^\[ +\d+\] /)).toHaveLength(1);
  });
});

describe('the choice and the kill', () => {
  const end = (rules: string): string[] =>
    only(killed(rules), /Kill(ed)? process|kill process/).map((l) => l.replace(/process \d+/, 'process N'));
  test.each([
    [
      'kernel',
      [
        'Out of memory: Killed process N (hog) total-vm:281400kB, anon-rss:280000kB, file-rss:160kB, shmem-rss:32kB, UID:1000 pgtables:556kB oom_score_adj:0',
      ],
    ],
    [
      '4.19',
      [
        'Out of memory: Kill process N (hog) score 701 or sacrifice child',
        'Killed process N (hog) total-vm:281400kB, anon-rss:280000kB, file-rss:160kB, shmem-rss:32kB',
      ],
    ],
    [
      '3.10',
      [
        'Out of memory: Kill process N (hog) score 701 or sacrifice child',
        'Killed process N (hog) total-vm:281400kB, anon-rss:280000kB, file-rss:160kB',
      ],
    ],
    ['2.6.24', ['Out of memory: kill process N (hog) score 70350 or a child', 'Killed process N (hog)']],
  ])('by %s', (rules, lines) => {
    expect(end(rules)).toEqual(lines);
  });
  test('are summed up in a line since 5.0', () => {
    const has = (rules: string) => only(killed(rules), /^oom-kill:/).length === 1;
    expect(['kernel', '5.4', '4.19', '3.10', '2.6.24'].filter(has)).toEqual(['kernel', '5.4']);
  });
});

describe('a score in /proc', () => {
  test('is two thirds of 1000 and the thousandths, the thousandths, or the points', () => {
    expect(oomScoreFromPoints(30_000, 100_000)).toBe(866);
    expect(oomScoreFromPoints(30_000, 100_000, 'two-thirds')).toBe(866);
    expect(oomScoreFromPoints(30_000, 100_000, 'thousandths')).toBe(300);
    expect(oomScoreFromPoints(30_000, 100_000, 'points')).toBe(30_000);
    for (const scale of ['two-thirds', 'thousandths', 'points'] as const)
      expect(oomScoreFromPoints(-Infinity, 100_000, scale)).toBe(0);
  });
});

describe('a child in its parent’s stead', () => {
  const family = (rules: string) => {
    const k = machine(rules);
    const parent = proc(k, 'parent', 9000);
    return {
      k,
      parent,
      child: (comm: string, pages: number, more = {}) => proc(k, comm, pages, { ppid: parent.pid, ...more }),
    };
  };
  test('has memory of its own, may be killed, and is no kernel thread', () => {
    const { k, parent, child } = family('4.19');
    createTask(k, { comm: 'gone', ppid: parent.pid });
    createTask(k, { comm: 'vfork', ppid: parent.pid, mm: parent.mm, flags: PF_VFORK });
    child('kthread', 500, { flags: PF_KTHREAD });
    child('spared', 500, { oomScoreAdj: -1000 });
    proc(k, 'stranger', 500);
    expect(sacrificeChild(k, parent, 100_000)).toBe(parent);
    const one = child('one', 0);
    expect(sacrificeChild(k, parent, 100_000)).toBe(one);
  });
  test('is the first of equals', () => {
    const { k, parent, child } = family('4.19');
    const a = child('a', 500);
    child('b', 500);
    expect(sacrificeChild(k, parent, 100_000)).toBe(a);
    const c = child('c', 501);
    expect(sacrificeChild(k, parent, 100_000)).toBe(c);
  });
  test('is the first that may be killed, by the oldest rules', () => {
    const { k, parent, child } = family('2.6.24');
    child('spared', 5000, { oomScoreAdj: -1000 });
    const first = child('first', 10);
    child('big', 8000);
    expect(sacrificeChild(k, parent, 100_000)).toBe(first);
  });
  test('is nobody’s since 5.1', () => {
    const { k, parent, child } = family('5.4');
    child('a', 500);
    expect(sacrificeChild(k, parent, 100_000)).toBe(parent);
  });
  test('is on the record when the parent was chosen', () => {
    const { k, parent, child } = family('4.19');
    const a = child('a', 500);
    outOfMemory(k, parent, OC);
    expect(dying(k)).toEqual(['a']);
    expect(last(k)).toMatchObject({ chosen: parent.pid, sacrificed: a.pid });
  });
});

describe('page tables in the score', () => {
  /** 600 pages that were touched: two page tables, a pmd, a pud. */
  const mapped = (rules: string): { k: Kernel; t: Task } => {
    const k = boot({ pages: 4096 });
    k.oomRules = rules;
    const t = spawn(k, 'a');
    touch(k, t, anon(k, t, 600), 600);
    return { k, t };
  };
  const score = (rules: string): number => {
    const { k, t } = mapped(rules);
    return oomBadness(k, t, 4096) - getMmRss(k.mms[t.mm]);
  };
  test('count with all their pages since 4.17, without the top ones before, and before 3.14 only the lowest', () => {
    expect(['kernel', '4.19', '4.14', '3.10'].map(score)).toEqual([4, 4, 3, 2]);
  });
  test('stand in the table as their year counts them', () => {
    const row = (rules: string): string => {
      const { k, t } = mapped(rules);
      outOfMemory(k, t, OC);
      return only(k, /^\[ +\d+\] .* a$/)[0];
    };
    expect(row('4.14')).toMatch(/ +2 +1 +0 +0 a$/);
    expect(row('3.10')).toMatch(/ +2 +0 +0 a$/);
  });
  test('do not count in the oldest rules, which look at the address space', () => {
    const k = machine('2.6.24');
    expect(oomBadness(k, proc(k, 'a', { anon: 5000, tables: 40 * 4096 }), 100_000)).toBe(5300);
  });
});

describe('the oldest rules', () => {
  test('spare tasks whose cpuset is elsewhere, by a factor of eight', () => {
    const k = machine('2.6.24');
    k.cpusets.push({ name: 'here', mems: 0b01 }, { name: 'there', mems: 0b10 });
    const asks = proc(k, 'asks', 2000, { cpuset: 0 });
    proc(k, 'there', 9000, { cpuset: 1 });
    outOfMemory(k, asks, OC);
    expect(dying(k)).toEqual(['asks']);
    expect(last(k).walk.map((c) => c.points)).toEqual([-Infinity, 2300, Math.floor(9300 / 8)]);
    expect(last(k).walk.map((c) => c.history?.elsewhere)).toEqual([false, false, true]);
  });

  test('count children that have memory of their own', () => {
    const k = machine('2.6.24');
    const parent = proc(k, 'parent', 100, { flags: PF_CAP_SYS_ADMIN, startTime: 0 });
    proc(k, 'child', 701, { ppid: parent.pid });
    createTask(k, { comm: 'twin', ppid: parent.pid, mm: parent.mm });
    createTask(k, { comm: 'gone', ppid: parent.pid });
    const user = proc(k, 'user', 50, { utime: 3e9, stime: 4e9 });
    k.now = 9e9;
    outOfMemory(k, user, OC);
    const at = (pid: number) => last(k).walk.find((c) => c.pid === pid)!.history;
    expect(at(parent.pid)).toEqual({
      totalVm: 400,
      children: 501,
      cpuTime: 0,
      runTime: 9e9,
      nice: 0,
      rawio: true,
      elsewhere: false,
    });
    expect(at(user.pid)).toMatchObject({ children: 0, cpuTime: 7e9, rawio: false });
  });
});
