import { describe, expect, test } from 'vitest';
import { predict } from '../../src/cli/replay';
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
