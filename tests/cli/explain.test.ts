import { describe, expect, test } from 'vitest';
import { noteText, REPORT_CODES, reasonText, warningText } from '../../src/i18n/en-report';
import { builtinScenario } from '../../src/scenario/builtin';
import { parseScenario } from '../../src/scenario/schema';
import { oomlab, temporaryFiles } from '../harness/cli';
import { CGROUP_V1, CGROUP_V2_64K, MODERN, OLD } from '../report/samples';

const file = temporaryFiles();

describe('oomlab explain', () => {
  test('prints one JSON document', async () => {
    const { code, out, err } = await oomlab(['explain', file('a.txt', MODERN), '--json']);
    expect([code, err]).toEqual([0, '']);
    const doc = JSON.parse(out);
    expect(doc).toMatchObject({ format: 'oomlab/postmortem@1', reports: [{}] });
    expect(doc.reports[0]).toMatchObject({
      line: 1,
      kernel: '6.12.9',
      invoker: { comm: 'loader', pid: 711 },
      gfp: { mask: 0x140dca, flags: ['GFP_HIGHUSER_MOVABLE', '__GFP_COMP', '__GFP_ZERO'] },
      order: 0,
      constraint: 'CONSTRAINT_NONE',
      memcg: null,
      totalPages: 275000,
      swapPages: 25000,
      pageSize: 4096,
      victim: { pid: 720, comm: 'worker-b' },
      predicted: { pid: 720, comm: 'worker-b', points: 102942 },
      agrees: true,
      savedBy: { oom_score_adj: -49, nextVictim: { pid: 711, comm: 'loader' } },
      complete: true,
      warnings: [],
    });
    expect(doc.reports[0].tasks[4]).toMatchObject({
      pid: 720,
      tgid: 720,
      uid: 1000,
      total_vm: 142000,
      rss: 90712,
      pgtables_bytes: 942080,
      swapents: 12000,
      oom_score_adj: 0,
      name: 'worker-b',
      points: 102942,
    });
    expect(doc.reports[0].tasks[1].points).toBeNull();
  });

  test('reads standard input, and says in words who died and why', async () => {
    const { code, out } = await oomlab(['explain', '-'], `${MODERN}${OLD}`);
    expect(code).toBe(0);
    expect(out).toContain(
      'worker-b (720) was killed because RAM and swap were full and it held more of both than any other process',
    );
    expect(out).toContain('Zone DMA32 refused: 2,700 free ≤ 2,750 min + 0 reserved');
    expect(out).toContain('An oom_score_adj of -49 or less would have saved it; loader (711) would have died instead.');
    expect(out).toContain('it was a child of rootd (500), which had the highest score.');
    expect(out).toContain('All kills of this log:');
  });

  test('the cgroup of a cgroup’s OOM', async () => {
    const { out } = await oomlab(['explain', file('c.txt', CGROUP_V1), '--json']);
    expect(JSON.parse(out).reports[0]).toMatchObject({
      memcg: '/jobs',
      totalPages: 10240,
      constraint: 'CONSTRAINT_MEMCG',
    });
  });

  test('a log that the model itself prints', async () => {
    const scenario = file('s.json', JSON.stringify(builtinScenario('crazy-allocator')));
    const { out: dmesg } = await oomlab(['run', scenario, '--until', 'kill', '--dmesg']);
    const { out: run } = await oomlab(['run', scenario, '--until', 'kill', '--json']);
    const { out } = await oomlab(['explain', '-', '--json'], dmesg);
    const [report] = JSON.parse(out).reports;
    const [kill] = JSON.parse(run).kills;
    expect(report).toMatchObject({ agrees: true, complete: true, predicted: { pid: kill.pid, points: kill.points } });
  });

  test('prints the machine of a report as a scenario, or says why it cannot', async () => {
    const { code, out } = await oomlab(['explain', '-', '--scenario', '2'], `${OLD}${MODERN}`);
    expect(code).toBe(0);
    const scenario = parseScenario(JSON.parse(out));
    expect(scenario.processes.map((p) => [p.pid, p.name])).toContainEqual([720, 'worker-b']);
    const cgroup = await oomlab(['explain', '-', '--scenario=1'], CGROUP_V1);
    expect(Object.keys(parseScenario(JSON.parse(cgroup.out)).cgroups ?? {})).toContain('/jobs');
    const pages = await oomlab(['explain', '-', '--scenario=1'], CGROUP_V2_64K);
    expect([pages.code, pages.out]).toEqual([1, '']);
    expect(pages.err).toContain('Its pages have 65,536 bytes');
    const none = await oomlab(['explain', '-', '--scenario', '3'], `${OLD}${MODERN}`);
    expect([none.code, none.err]).toEqual([2, 'oomlab explain: --scenario: the text holds 2 reports, got 3\n']);
  });

  test.each([
    ['no report in the text', ['explain', '-', '--json'], 1, 'no OOM report'],
    ['no file', ['explain'], 2, 'expected one file'],
    ['a file that is not there', ['explain', '/nowhere/x.txt'], 2, 'no such file'],
    ['an unknown option', ['explain', '--what'], 2, '--what'],
    ['no such report', ['explain', '-', '--scenario', 'x'], 2, 'the number of a report'],
    ['two files', ['explain', 'a', 'b'], 2, 'expected one file'],
  ])('%s', async (_, argv, expected, message) => {
    const { code, out, err } = await oomlab(argv, 'Jan  5 15:19:01 host CRON[1]: nothing here\n');
    expect(code).toBe(expected);
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    if (expected === 2) expect(out).toBe('');
  });

  test('with no report, JSON is an empty list', async () => {
    expect(JSON.parse((await oomlab(['explain', '-', '--json'], 'hello')).out).reports).toEqual([]);
  });

  test('--help', async () => {
    const { code, out } = await oomlab(['explain', '--help']);
    expect([code, out.startsWith('Usage: oomlab explain')]).toEqual([0, true]);
  });
});

test('every code has words', () => {
  for (const c of REPORT_CODES.reasons) expect(reasonText(c, {})).not.toBe(c);
  for (const c of REPORT_CODES.notes) expect(noteText(c, {})).toMatch(/\.$|: \?$|undefined$/);
  for (const c of REPORT_CODES.warnings) expect(warningText(c, {})).not.toBe(c);
});
