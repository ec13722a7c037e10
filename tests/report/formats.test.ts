/** What is read from each form of report, field by field. */
import { describe, expect, test } from 'vitest';
import { explainText } from '../../src/report/explain';
import { CGROUP_V1, CGROUP_V2_64K, MODERN, OLD, prefixed, TIE_4_19 } from './samples';

const one = (text: string) => {
  const { reports } = explainText(text);
  expect(reports).toHaveLength(1);
  return reports[0];
};

describe('6.12, global', () => {
  const e = one(MODERN);
  test('the head', () => {
    expect(e.raw.invoker).toEqual({ comm: 'loader', pid: 711, adj: 0 });
    expect(e.request).toMatchObject({ mask: 0x140dca, flags: ['GFP_HIGHUSER_MOVABLE', '__GFP_COMP', '__GFP_ZERO'] });
    expect(e.request?.bits).toEqual(
      expect.arrayContaining(['__GFP_HIGHMEM', '__GFP_MOVABLE', '__GFP_DIRECT_RECLAIM', '__GFP_FS']),
    );
    expect([e.kernel, e.raw.uname, e.raw.order, e.constraint, e.memcg]).toEqual([
      '6.12.9',
      '6.12.9-test',
      0,
      'CONSTRAINT_NONE',
      null,
    ]);
    expect(e.raw.stack).toEqual(['dump_stack_lvl', 'dump_header', 'oom_kill_process', 'out_of_memory']);
  });
  test('memory', () => {
    expect(e.raw.counts).toMatchObject({ inactive_anon: 200000, slab_unreclaimable: 9046, free: 2700, free_pcp: 31 });
    expect(e.raw.nodes[0].kb).toMatchObject({ 'isolated(anon)': 0, kernel_stack: 1632, shmem_thp: 0 });
    const [zone] = e.raw.zones;
    expect(zone).toMatchObject({ node: 0, name: 'DMA32', reserve: [0, 0, 0, 0, 0] });
    expect(zone.kb).toMatchObject({
      free: 10800,
      min: 11000,
      low: 13750,
      high: 16500,
      present: 1048576,
      managed: 1000000,
    });
    expect(zone.blocks.slice(0, 4)).toEqual([
      { count: 500, kb: 4, types: 'UME' },
      { count: 400, kb: 8, types: 'UM' },
      { count: 150, kb: 16, types: 'UM' },
      { count: 100, kb: 32, types: 'U' },
    ]);
    expect(e.raw.totals).toEqual({
      pagecache: 547,
      swapcache: 68,
      ram: 262144,
      highmem: 0,
      reserved: 12144,
      cma: 0,
      hwpoisoned: 0,
    });
    expect([e.raw.freeSwapKb, e.raw.totalSwapKb, e.pageSize]).toEqual([0, 100000, 4096]);
    expect(e.verdict.totals).toEqual({ totalPages: 275000, ramPages: 250000, swapPages: 25000, exact: true });
  });
  test('the table', () => {
    expect(e.verdict.tasks.map(({ row, points }) => [row.pid, row.name, points])).toEqual([
      [312, 'journal', 251 + 130 + 22 - 250 * 275],
      [655, 'guard', -Infinity],
      [700, 'my editor (x)', 28020 + 2000 + 88],
      [711, 'loader', 80512 + 9000 + 210],
      [720, 'worker-b', 90712 + 12000 + 230],
    ]);
    expect(e.verdict.tasks[4].row).toMatchObject({
      uid: 1000,
      tgid: 720,
      total_vm: 142000,
      rss_anon: 90700,
      rss_file: 12,
      rss_shmem: 0,
      pgtables_bytes: 942080,
    });
  });
  test('the decision', () => {
    expect(e.raw.summary).toEqual({
      constraint: 'CONSTRAINT_NONE',
      nodemask: '(null)',
      cpuset: '/',
      memsAllowed: '0',
      global: true,
      oomMemcg: null,
      taskMemcg: '/user.slice',
      task: 'worker-b',
      pid: 720,
      uid: 1000,
    });
    expect(e.raw.kills[0]).toMatchObject({
      pid: 720,
      totalVmKb: 568000,
      anonKb: 362800,
      fileKb: 48,
      uid: 1000,
      adj: 0,
    });
    expect(e.raw.reaped).toMatchObject([{ pid: 720, comm: 'worker-b', anonKb: 0 }]);
    expect([e.verdict.agrees, e.verdict.code, e.complete]).toEqual([true, 'highest-score', true]);
    expect(e.warnings).toEqual([]);
  });
  test('what would have saved it: 13220 points are 49 steps of 275 pages', () => {
    expect(e.saved).toEqual({ oom_score_adj: -49, nextVictim: { pid: 711, comm: 'loader' } });
    expect(e.strip).toEqual([
      { from: -1000, dies: { pid: 711, comm: 'loader' } },
      { from: -48, dies: { pid: 720, comm: 'worker-b' } },
    ]);
    // loader is 13220 points behind; what comes later in the table wins a tie.
    expect(e.wouldDieAt).toEqual([373, 373, 265, 49, null]);
  });
  test('why', () => {
    expect(e.zones[0]).toMatchObject({ zone: 'DMA32', free: 2700, min: 2750, reserve: 0, code: 'refused' });
    expect(e.why.map((x) => x.code)).toEqual(['zone-refused', 'swap-full', 'invoker-not-victim']);
    const parts = Object.fromEntries(e.memory!.parts.map((p) => [p.code, p.pages]));
    expect(parts).toMatchObject({ anon: 199800, shmem: 300, free: 2731, kernel_stack: 408, rest: 250000 - 217_334 });
  });
});

describe('3.0: whole per mille, the old table, a child dies for its parent', () => {
  const e = one(OLD);
  test('fields', () => {
    expect([e.kernel, e.raw.invoker?.pid, e.raw.memsAllowed]).toEqual(['3.0.101', 900, '0']);
    expect(e.request?.flags).toEqual(['GFP_HIGHUSER_MOVABLE', '__GFP_COLD']);
    expect(e.raw.zones[0].kb.all_unreclaimable).toBeUndefined();
    expect(e.raw.zones[0].reserve).toEqual([0, 0, 0, 0]);
    expect(e.verdict.tasks[3].row).toMatchObject({
      oom_adj: -17,
      oom_score_adj: -1000,
      pgtables_bytes: null,
      swapents: null,
    });
  });
  test('root has 30 per mille less, and the selected one is the rules’', () => {
    expect(e.verdict.tasks.map((t) => t.points)).toEqual([478, 301, 1, -Infinity]);
    expect(e.verdict.score).toEqual({ printed: 478, computed: 478 });
    expect(e.raw.selected).toMatchObject({ pid: 500, comm: 'rootd', score: 478 });
    expect([e.verdict.victim?.comm, e.verdict.predicted?.comm]).toEqual(['helper', 'rootd']);
    expect([e.verdict.agrees, e.verdict.code, e.saved]).toEqual([false, 'child-sacrificed', null]);
  });
});

describe('3.10, cgroup v1, wrapped', () => {
  const e = one(CGROUP_V1);
  test('fields', () => {
    expect(e.raw.invoker).toEqual({ comm: 'miner', pid: 4242, adj: 0 });
    expect(e.raw.cgroup).toMatchObject({
      path: '/jobs',
      taskPath: '/jobs/a',
      memory: { usageKb: 40960, limitKb: 40960, failcnt: 77 },
      memsw: { usageKb: 40960, limitKb: 40960, failcnt: 12 },
      kmem: { usageKb: 0, limitKb: null },
      swap: null,
    });
    expect(e.raw.cgroup?.stats).toMatchObject({ rss: 40000 * 1024, rss_huge: 0, mapped_file: 8192, swap: 0 });
    expect(e.verdict.totals).toEqual({ totalPages: 10240, ramPages: 10240, swapPages: 0, exact: true });
    expect(e.verdict.tasks[1].row).toMatchObject({ name: 'child process', nr_ptes: 10, pgtables_bytes: 40960 });
    expect([e.constraint, e.memcg, e.verdict.agrees]).toEqual(['CONSTRAINT_MEMCG', '/jobs', true]);
    expect(e.verdict.score).toEqual({ printed: 783, computed: 783 });
  });
});

describe('6.6, cgroup v2, 64 KiB pages', () => {
  const e = one(CGROUP_V2_64K);
  test('fields', () => {
    expect([e.pageSize, e.memcg, e.verdict.totals.totalPages]).toEqual([65536, '/media', 10000]);
    expect(e.verdict.tasks.map((t) => t.points)).toEqual([5002, 2001]);
    expect(e.raw.cgroup?.swap).toEqual({ usageKb: 0, limitKb: 0, failcnt: 0 });
    expect(e.raw.kills.map((k) => k.pid)).toEqual([50, 51]);
    expect(e.raw.group).toBe(true);
    expect(e.why.map((x) => x.code)).toEqual(['limit-reached', 'cgroup-no-swap', 'group']);
    const parts = Object.fromEntries(e.memory!.parts.map((p) => [p.code, p.pages]));
    expect(parts).toMatchObject({ anon: 9155, shmem: 10, file: 10, kernel_stack: 1, slab_unreclaimable: 2 });
    expect(e.memory!.totalPages).toBe(10000);
  });
});

describe('ties', () => {
  test('4.19 kills the first of equals', () => {
    expect(one(TIE_4_19).verdict).toMatchObject({ agrees: true, predicted: { pid: 10 } });
  });
  test('6.1 the last', () => {
    const modern = TIE_4_19.replace('4.19.0-16', '6.1.0-16').replace(/Out of memory: Kill process.*\n/, '');
    const e = one(modern.replace('Killed process 10 (a)', 'Out of memory: Killed process 20 (b)'));
    expect(e.verdict).toMatchObject({ agrees: true, predicted: { pid: 20 } });
    expect(one(modern).verdict).toMatchObject({ agrees: false, code: 'tie' });
  });
});

describe('tasks whose adj makes them negative', () => {
  const text = (release: string, victim: string): string =>
    MODERN.replace('6.12.9-test', release)
      .replace(/ rss_anon rss_file rss_shmem/, '')
      .replace(
        /(?:^\[ +\d+\].*\n)+/m,
        `[    700]  1000   700    61200    28020   360448     2000          -900 first\n[    720]  1000   720    61200      100    40960        0          -990 second\n`,
      )
      .replaceAll('720 (worker-b)', victim)
      .replace(/^oom-kill:.*\n/m, '');
  test('5.9 and later rank them; before, all had one point', () => {
    expect(one(text('5.10.1', '700 (first)')).verdict).toMatchObject({ agrees: true, predicted: { pid: 700 } });
    expect(one(text('5.2.1', '720 (second)')).verdict).toMatchObject({
      agrees: true,
      predicted: { pid: 720, points: 1 },
    });
    expect(one(text('4.19.1', '700 (first)')).verdict).toMatchObject({
      agrees: true,
      predicted: { pid: 700, points: 1 },
    });
    expect(one(text('5.2.1', '700 (first)')).verdict).toMatchObject({ agrees: false, code: 'tie' });
  });
  test('5.4 kernels do the one or the other', () => {
    expect(one(text('5.4.0-42-generic', '720 (second)')).verdict.agrees).toBe(true);
    expect(one(text('5.4.0-216-generic', '700 (first)')).verdict).toMatchObject({
      agrees: true,
      predicted: { pid: 700 },
    });
  });
});

describe('no answer is better than a wrong one', () => {
  test('kernels before 2.6.36 also looked at times', () => {
    const e = one(
      OLD.replace('3.0.101-test', '2.6.30').replace(/ cpu oom_adj oom_score_adj name/, ' oom_score_adj name'),
    );
    expect(e.verdict.agrees).not.toBe(true);
  });
  test('the head alone', () => {
    const e = one(MODERN.split('\n')[0]);
    expect(e.verdict).toMatchObject({ victim: null, predicted: null, agrees: null, code: 'no-table' });
    expect(e.complete).toBe(false);
  });
  test('a table without an end ranks nobody', () => {
    const e = one(MODERN.slice(0, MODERN.indexOf('[    711]')));
    expect(e.verdict).toMatchObject({ predicted: null, agrees: null, code: 'table-cut' });
  });
  test('panic without a victim', () => {
    const text = `${MODERN.slice(0, MODERN.indexOf('oom-kill:'))}Out of memory and no killable processes...\nKernel panic - not syncing: System is deadlocked on memory\n`;
    const e = one(text);
    expect(e.verdict).toMatchObject({ victim: null, agrees: null, code: 'panic-all-reaped' });
    expect(e.raw.panic).toBe('System is deadlocked on memory');
  });
  test('a failed allocation alone is told from a text with nothing in it', () => {
    const failed = 'kworker/0:1: page allocation failure: order:4, mode:0x40dc0(GFP_KERNEL|__GFP_COMP|__GFP_ZERO)';
    expect(explainText(failed)).toMatchObject({ reports: [], instead: 'refused' });
    expect(explainText('all is well')).toMatchObject({ reports: [], instead: null });
  });

  test('an order that no kernel can ask for is not read', () => {
    const [report] = explainText(
      'x invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=999, oom_score_adj=0',
    ).reports;
    expect(report.raw.order).toBe(null);
  });

  test('a failed allocation’s Mem-Info is no OOM report', () => {
    const memInfo = MODERN.slice(MODERN.indexOf('Mem-Info:'), MODERN.indexOf('Tasks state'));
    const text = `swapper/0: page allocation failure: order:3, mode:0x820(GFP_ATOMIC)\n${memInfo}`;
    expect(explainText(text).reports).toEqual([]);
    expect(explainText(`${MODERN}${text}`).reports).toHaveLength(1);
  });
  test('kills alone are a report each, with nothing to compare', () => {
    const kill = MODERN.split('\n').find((l) => l.startsWith('Out of memory'));
    const e = one(`${kill}\n`);
    expect(e.verdict).toMatchObject({ victim: { pid: 720 }, agrees: null, code: 'no-table' });
  });
  test('vm.oom_kill_allocating_task', () => {
    const e = one(
      MODERN.replace('task=worker-b,pid=720', 'task=loader,pid=711').replace(
        'Out of memory: Killed process 720 (worker-b)',
        'Out of memory (oom_kill_allocating_task): Killed process 711 (loader)',
      ),
    );
    expect(e.verdict).toMatchObject({ agrees: true, code: 'allocating-task', predicted: { pid: 711 } });
  });
});

describe('several reports', () => {
  const second = MODERN.replaceAll('720 (worker-b)', '711 (loader)')
    .replace('task=worker-b,pid=720', 'task=loader,pid=711')
    .replace(
      /\[ {4}720\].*\n/,
      '[    720]  1000   720   142000    90712    90700       12         0   942080    12000             0 worker-b\n',
    );
  test('who was killed before cannot be chosen again', () => {
    const stamped = `${prefixed(MODERN, () => '[  100.000000] ')}\n${prefixed(second, () => '[  101.500000] ')}`;
    const { reports, story } = explainText(stamped);
    expect(reports.map((e) => e.verdict.victim?.comm)).toEqual(['worker-b', 'loader']);
    expect(reports.map((e) => e.verdict.agrees)).toEqual([true, true]);
    expect(story.events.map((x) => [x.comm, x.time, x.soonAfterSeconds, x.freedKb])).toEqual([
      ['worker-b', 100, null, 362800],
      ['loader', 101.5, 1.5, 362800],
    ]);
    expect(story.events.map((x) => [x.helped, x.quietSeconds, x.last])).toEqual([
      [false, 1.5, false],
      [null, null, true],
    ]);
  });
  test('who is larger and had been killed before is not said to have scored lower', () => {
    const stamped = `${prefixed(MODERN, () => '[  100.000000] ')}\n${prefixed(second, () => '[  101.500000] ')}`;
    const codes = explainText(stamped).reports[1].why.map((x) => x.code);
    expect(codes).toContain('largest-dead');
    expect(codes).not.toContain('largest-not-victim');
  });
  test('who grew most until the next report is told, and a kill that bought time helped', () => {
    const later = second.replace(/( 711\].*?) 80512/, '$1 85512');
    const stamped = `${prefixed(MODERN, () => '[  100.000000] ')}\n${prefixed(later, () => '[  900.000000] ')}`;
    const [first] = explainText(stamped).story.events;
    expect(first.grew).toEqual({ pid: 711, comm: 'loader', pages: 5000, isNew: false });
    expect([first.helped, first.quietSeconds]).toEqual([true, 800]);
  });
  test('two machines in one central log are told apart', () => {
    const a = prefixed(MODERN, () => 'Jan  2 03:04:05 alpha kernel: ').split('\n');
    const b = prefixed(CGROUP_V2_64K, () => 'Jan  2 03:04:05 beta kernel: ').split('\n');
    const mixed = a.flatMap((l, i) => (b[i] ? [l, b[i]] : [l])).join('\n');
    const { reports } = explainText(mixed);
    expect(reports.map((e) => [e.raw.host, e.verdict.victim?.pid, e.verdict.agrees, e.complete])).toEqual([
      ['alpha', 720, true, true],
      ['beta', 50, true, true],
    ]);
  });
});

test('a pool of huge pages that nobody uses', () => {
  const e = one(MODERN.replace('hugepages_total=0 hugepages_free=0', 'hugepages_total=100 hugepages_free=75'));
  expect(e.memory?.parts).toContainEqual({ code: 'hugetlb', pages: 51_200 });
  expect(e.why).toContainEqual({ code: 'hugetlb', params: { kb: 204_800, freeKb: 153_600, share: 19 } });
});

describe('the kernel’s release', () => {
  const releaseOf = (line: string): string | null => one(MODERN.replace(/CPU: 1 UID.*/, line)).raw.uname;
  test.each([
    ['CPU: 1 PID: 711 Comm: loader Not tainted 3.10.0-1160.el7.x86_64 #1', '3.10.0-1160.el7.x86_64'],
    [
      'CPU: 1 PID: 711 Comm: loader Kdump: loaded Tainted: G   I    ------------ T 3.10.0-862.el7.x86_64 #1',
      '3.10.0-862.el7.x86_64',
    ],
    [
      'CPU: 1 PID: 711 Comm: loader Tainted: P           OE  ------------   3.10.0-327.el7.x86_64 #1',
      '3.10.0-327.el7.x86_64',
    ],
    [
      'CPU: 1 PID: 711 Comm: loader Kdump: loaded Tainted: G  W  OE    --------- -  - 4.18.0-372.el8.x86_64 #1',
      '4.18.0-372.el8.x86_64',
    ],
    [
      'CPU: 1 PID: 711 Comm: loader Tainted: G           OE    --------  ---  5.14.0-285.el9.x86_64 #1',
      '5.14.0-285.el9.x86_64',
    ],
    [
      'CPU: 1 PID: 711 Comm: loader Tainted: G               X    5.3.18-24.52-default #1 SLE15-SP2',
      '5.3.18-24.52-default',
    ],
    [
      'CPU: 1 UID: 0 PID: 711 Comm: loader Tainted: G        W           6.13.0-rc3+ #1 PREEMPT(voluntary)',
      '6.13.0-rc3+',
    ],
    ['CPU: 1 PID: 711 Comm: loader Tainted: [W]=WARN, [O]=OOT_MODULE 6.14.0 #2', '6.14.0'],
    [
      'Pid: 711, comm: loader Tainted: G        W  ---------------    2.6.32-431.el6.x86_64 #1',
      '2.6.32-431.el6.x86_64',
    ],
    ['Pid: 711, comm: loader Tainted: P           2.6.32-5-amd64 #1', '2.6.32-5-amd64'],
  ])('%s', (line, uname) => {
    expect(releaseOf(line)).toBe(uname);
  });
});

test('what stands only in reports of 2.6: vsz, totals in other words', () => {
  const e = one(
    OLD.replace('104000 pages RAM', '104000 pages of RAM')
      .replace('4000 pages reserved', '4000 reserved pages')
      .replace('(helper) total-vm:', '(helper) vsz:'),
  );
  expect(e.raw.kills[0]).toMatchObject({ comm: 'helper', totalVmKb: 36000, anonKb: 400 });
  expect(e.verdict.totals.totalPages).toBe(100_000);
});
