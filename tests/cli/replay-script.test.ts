import { describe, expect, test } from 'vitest';
import { predict } from '../../src/cli/replay';
import { RecordingError } from '../../src/cli/replay/recording';
import { loadRecording, question } from '../oracle/agreement';

const recording = loadRecording('15-oom-score-table-swap');

/** The recorded machine, with another script run on it. */
const run = (...script: string[]) => predict(JSON.stringify({ ...JSON.parse(question(recording!)), script }));
const replies = (...commands: string[]) =>
  run('mount ext4 /dev/vda /f', 'spawn w 0', ...commands.map((c) => `do w ${c}`)).results!.map((r) =>
    r.op === 'ack' ? r.reply : r.op,
  );

describe.skipIf(recording === null)('the guest program of a replay (skipped when the recording is missing)', () => {
  test('answers in its own words', () => {
    expect(replies('anon 100', 'shm 10', 'map 5', 'nonsense')).toEqual(['ok 100', 'ok 10', 'ok 5', 'err what']);
    expect(replies('reserve 50', 'grow 20', 'grow 40')).toEqual(['ok 50', 'ok 20', 'err full']);
    expect(replies('uid 1000', 'adj 300', 'adj -1', 'adj 2000')).toEqual(['ok', 'ok', 'err 13', 'err 22']);
    expect(replies('read /f/none 0 1', 'read /f/big 0 1', 'read /f/big 255 4')).toEqual([
      'err 2',
      'ok 1048576',
      'ok 1048576',
    ]);
  });

  test('grants one mapping up to all RAM and swap, without a reserve in mode 1', () => {
    const total = Number(recording!.before.meminfo.MemTotal + recording!.before.meminfo.SwapTotal) / 4;
    expect(replies('maxmap')).toEqual([`ok ${total} errno 12`]);
  });

  test('touches pages of its mappings from their oldest end, as far as there are any', () => {
    expect(replies('anon 100', 'anon 50', 'touch 10 20', 'touch 140 20', 'touch 200 5')).toEqual([
      'ok 100',
      'ok 50',
      'ok 20',
      'ok 10',
      'ok 0',
    ]);
  });

  test('gives pages back and forgets mappings', () => {
    const answer = run('spawn w 0', 'do w anon 1000', 'do w half 2', 'sample half', 'do w free', 'sample freed');
    const anon = answer.samples!.map((s) => s.procs.find((p) => p.comm === 'w')!.RssAnon / 4);
    expect(anon[0] - anon[1]).toBe(500);
    expect(answer.results!.map((r) => (r.op === 'ack' ? r.reply : ''))).toEqual(['ok 1000', 'ok 500', 'ok']);
  });

  test('has children that count what they share', () => {
    const answer = run('spawn parent 0', 'do parent anon 500', 'do parent fork 2 100 1', 'sample now');
    const rows = answer.samples![0].procs;
    expect(rows.map((p) => p.comm)).toEqual(['init', 'parent', 'parent.0', 'parent.1']);
    for (const child of rows.slice(2)) expect(child.RssAnon / 4).toBeGreaterThanOrEqual(600);
    expect(rows[1].RssAnon / 4).toBeLessThan(600);
  });

  test('counts one step more than all when nobody died, and samples as asked', () => {
    const answer = run('spawn w 0', 'steps 6 kills=1 settle=1 every=2 w anon 10', 'sample end');
    expect(answer.results).toEqual([{ op: 'steps', worker: 'w', done: 7, deaths: 0 }]);
    expect(answer.samples!.map((s) => s.label)).toEqual(['step-2', 'step-4', 'step-6', 'end']);
  });

  test('a killed worker is gone, and so is its memory', () => {
    const answer = run('spawn w 0', 'do w anon 2000', 'sample before', 'kill w', 'do w anon 1', 'sample after');
    const [before, after] = answer.samples!;
    expect(after.procs.map((p) => p.comm)).toEqual(['init']);
    expect(before.meminfo.AnonPages - after.meminfo.AnonPages).toBeGreaterThanOrEqual(8000);
    expect(answer.results).toHaveLength(1);
  });

  test('writes sysctls and says what came of it', () => {
    const answer = run('sysctl vm/swappiness 10', 'sysctl vm/swappiness 500', 'sysctl vm/nothing 1');
    expect(answer.results!.map((r) => (r.op === 'set' ? r.errno : -1))).toEqual([0, 22, 2]);
  });

  test('says what it has no model of', () => {
    expect(run('dance')).toMatchObject({ supported: false, why: 'line 1 of the script: dance' });
  });

  test('is the same each time', () => {
    const script = ['spawn w 0', 'do w anon 40000', 'sample full'];
    expect(run(...script)).toEqual(run(...script));
  });
});

describe.skipIf(recording === null)(
  'a recording whose machine cannot be (skipped when the recording is missing)',
  () => {
    type Loose = Record<string, unknown>;
    const asked = () => {
      const whole = JSON.parse(question(recording!)) as Loose & { params: Loose; before: Loose; qemu: string };
      const zones = whole.before.zones as Record<string, Loose>;
      return { whole, zones, key: Object.keys(zones).findLast((it) => zones[it].managed !== 0)! };
    };
    /** What is said of the recording, changed so. */
    function said(change: (a: ReturnType<typeof asked>) => void): string {
      const a = asked();
      change(a);
      try {
        return predict(JSON.stringify({ ...a.whole, script: [] })).why ?? 'was replayed';
      } catch (error) {
        if (error instanceof RecordingError) return error.message;
        throw error;
      }
    }
    test('is refused in a sentence that says where, or is said not to be modelled', () => {
      expect(said(() => {})).toBe('was replayed');
      expect(said((a) => Object.assign(a.zones[a.key], { spanned: 1e12 }))).toContain('$.before.zones');
      expect(said((a) => Object.assign(a.zones[a.key], { start_pfn: 1e12 }))).toContain('$.before.zones');
      expect(said((a) => Object.assign(a.zones[a.key], { managed: 1e300 }))).toContain('managed');
      expect(said((a) => Object.assign(a.zones, { 'x/Normal': a.zones[a.key] }))).toContain(
        '$.before.zones["x/Normal"]',
      );
      expect(said((a) => Object.assign(a.zones, { '900/Normal': a.zones[a.key] }))).toContain('$.before.zones');
      expect(said((a) => Object.assign(a.zones, { Normal: a.zones[a.key] }))).toContain('$.before.zones.Normal');
      expect(said((a) => Object.assign(a.whole.params, { smp: 1e12 }))).toContain('1000000000000 CPUs');
      expect(said((a) => Object.assign(a.whole.params, { kernel: '99.1' }))).toContain('99.1');
      expect(said((a) => Object.assign(a.whole, { qemu: `${a.whole.qemu} -numa node,nodeid=7,cpus=0` }))).toContain(
        '$.qemu',
      );
      expect(said((a) => Object.assign(a.whole, { qemu: '-numa node,nodeid=0,cpus=0-999999999999' }))).toBe(
        'was replayed',
      );
      expect(
        said((a) => Object.assign(a.whole.before, { swaps: 'head\n/dev/vda partition 99999999999999 0 -2' })),
      ).toContain('$.before.swaps');
    });
  },
);
