import { describe, expect, test } from 'vitest';
import { builtinScenario } from '../../src/scenario/builtin';
import { sessionOf } from '../../src/scenario/schema';
import { oomlab, temporaryFiles } from '../harness/cli';

const file = temporaryFiles();

const crazy = builtinScenario('crazy-allocator');
const scenario = file('crazy.json', crazy);
const session = crazy && {
  ...sessionOf(crazy),
  commands: [{ t: 900e6, command: { op: 'oom_score_adj', pid: 202, value: 1000 } }],
};

/** A scenario with loops in loops, as text: nothing that calls itself could write it. */
const nested = (levels: number): string =>
  `{"format":"oomlab/scenario@1","machine":{"ram":"128MiB"},"processes":[{"ops":${'[{"op":"loop","ops":'.repeat(levels)}[]${'}]'.repeat(levels)}}]}`;

describe('oomlab run', () => {
  test('prints who was killed, as JSON', async () => {
    const { code, out, err } = await oomlab(['run', scenario, '--until', 'kill', '--json']);
    expect([code, err]).toEqual([0, '']);
    const result = JSON.parse(out);
    expect(result).toMatchObject({ format: 'oomlab/run@1', scenario: 'crazy-allocator', seed: 1, outcome: 'finished' });
    expect(result.kills).toHaveLength(1);
    expect(result.kills[0]).toMatchObject({
      comm: 'oom_killer_try',
      constraint: 'CONSTRAINT_NONE',
      invoker: 'oom_killer_try',
    });
    expect(result.stateHash).toMatch(/^[0-9a-f]{16}$/);
    expect(result.virtualMs).toBeGreaterThan(1000);
  });

  test('plays a session with its commands, also from standard input', async () => {
    const { out } = await oomlab(['run', '-', '--until=kill', '--json'], JSON.stringify(session));
    expect(JSON.parse(out).kills[0].comm).toBe('tab-1');
  });

  test('gives the same state for the same seed, another for another', async () => {
    const hash = async (seed: string) =>
      JSON.parse((await oomlab(['run', scenario, '--seed', seed, '--until', '0.5s', '--json'])).out).stateHash;
    expect(await hash('1')).toBe(await hash('1'));
    expect(await hash('1')).not.toBe(await hash('2'));
  });

  test('prints the kernel log, and the time series', async () => {
    const { out: dmesg } = await oomlab(['run', scenario, '--until', 'kill', '--dmesg']);
    expect(dmesg).toMatch(/^\[ {4}\d\.\d{6}\] oom_killer_try invoked oom-killer: gfp_mask=0x140dca/m);
    const { out: csv } = await oomlab(['run', scenario, '--until', '1s', '--csv']);
    const rows = csv.trimEnd().split('\n');
    expect(rows[0]).toMatch(/^t,free,/);
    expect(rows).toHaveLength(21);
    expect(new Set(rows.map((row) => row.split(',').length)).size).toBe(1);
  });

  test('exits with 1 when the event did not happen', async () => {
    const calm = file('calm.json', { ...crazy, processes: [], duration: '1s' });
    expect((await oomlab(['run', calm, '--until', 'oom'])).code).toBe(1);
    expect((await oomlab(['run', calm])).code).toBe(0);
  });

  test('says in one line what is wrong with its input, and prints nothing else', async () => {
    const cases: [string[], string][] = [
      [['run'], 'expected one scenario'],
      [['run', '/nowhere/nix.json'], 'no such file'],
      [['run', file('text.json', '{\n"a": 1,\n}')], 'line 3'],
      [['run', file('adj.json', { ...crazy, processes: [{ program: 'backup', adj: 1001 }] })], 'processes[0].adj'],
      [['run', file('zero.json', { ...crazy, machine: { ram: 0 } })], 'at least 64 MiB'],
      [['run', file('huge.json', { ...crazy, machine: { ram: '128GiB' } })], 'at most 64 GiB'],
      [['run', file('sysctl.json', { ...crazy, machine: { ram: '128MiB', sysctl: { 'vm.nix': 1 } } })], 'vm.nix'],
      [
        [
          'run',
          file('event.json', { ...crazy, events: [{ at: 0, command: { op: 'sysctl', name: 'vm.nix', value: 1 } }] }),
        ],
        'events[0].command: There is no setting',
      ],
      [['run', file('program.json', { ...crazy, processes: [{ program: 'nix' }] })], 'processes[0]'],
      [['run', scenario, '--until', 'doomsday'], '--until'],
      [['run', scenario, '--seed', '-1'], '--seed'],
      [['run', scenario, '--frobnicate'], '--frobnicate'],
      [['run', file('b.json', '{\n"a": 1,\n"b": x\n}')], 'line 3, column 6: expected a value, got x'],
      [['run', file('empty.json', '')], 'line 1, column 1: expected a value, got the end'],
      [['run', file('null.json', null)], '(the whole file): expected an object'],
      [['run', file('key.json', { ...crazy, 'a\nb': 1 })], '["a\\nb"]: expected no such field'],
      [
        ['run', file('limit.json', { ...crazy, cgroups: { '/a': { 'memory.max': -1 } } })],
        'cgroups["/a"]["memory.max"]',
      ],
      [
        ['run', file('inf.json', '{"format":"oomlab/scenario@1","machine":{"ram":1e999},"processes":[]}')],
        'got Infinity',
      ],
      [['run', file('deep.json', nested(100_000))], 'levels'],
      [['run', file('deep-list.json', `{"format":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)], 'format'],
      [['run', ''], '"": no such file'],
      [['run', 'a\nb'], 'a b: no such file'],
      [['run', '/'], 'is a directory'],
      [['run', scenario, scenario], 'expected one scenario'],
      [['run', scenario, '--seed'], '--seed needs a value'],
      [['run', scenario, '--seed='], 'got nothing'],
      [['run', scenario, '--seed', '1\n2'], 'got 1 2'],
      [['run', scenario, '--seed', '1', '--seed', '2'], '--seed is given twice'],
      [['run', scenario, '--json', '--csv'], '--json and --csv exclude each other'],
      [['run', scenario, '--json=yes'], 'unknown option --json=yes'],
      [['run', scenario, '--until', '-5s'], '--until'],
      [['run', scenario, '--until', '1e400s'], '--until'],
      [['watermarks', '--zones', '/', '--zones', '/'], '--zones is given twice'],
      [['watermarks', '--zones', file('z4.json', `{"zones":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)], 'zones'],
      [['explain', 'a', 'b'], 'a and b'],
      [['explain', 'a', '--json', '--scenario', '1'], '--json and --scenario exclude each other'],
      [['replay', '/'], 'is a directory'],
      [['replay', file('r.json', '{\n"a": x}')], 'line 2, column 6'],
      [['frobnicate'], 'frobnicate'],
      [['a\nb'], 'a\\nb'],
      [['watermarks'], '--zones'],
      [['watermarks', '--zones', file('z1.json', { zones: {} })], 'zones'],
      [['watermarks', '--zones', file('z2.json', { zones: { '0/DMA': { managed: -1 } } })], 'zones["0/DMA"].managed'],
      [['watermarks', '--zones', file('z3.json', { zones: { Low: { managed: 1 } } })], 'Low'],
    ];
    for (const [argv, text] of cases) {
      const { code, out, err } = await oomlab(argv);
      expect([argv.join(' '), code, out]).toEqual([argv.join(' '), 2, '']);
      expect(err).toContain(text);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  test.each([
    ['UTF-8 with a byte order mark', '\ufeff', 'utf8'],
    ['UTF-16, as PowerShell writes it', '\ufeff', 'utf16le'],
    ['UTF-8 with the line ends of Windows', '', 'utf8'],
  ] as const)('reads a file in %s', async (name, mark, encoding) => {
    const text = mark + JSON.stringify({ ...crazy, processes: [], duration: '1s' }, null, 1).replaceAll('\n', '\r\n');
    const { code, err } = await oomlab(['run', file(`${name}.json`, Buffer.from(text, encoding))]);
    expect([code, err]).toEqual([0, '']);
  });

  test('explains every command', async () => {
    for (const argv of [['--help'], ['run', '--help'], ['watermarks', '--help'], ['replay', '--help']]) {
      const { code, out, err } = await oomlab(argv);
      expect([code, err]).toEqual([0, '']);
      expect(out).toContain('Usage: oomlab');
    }
  });
});

describe('oomlab watermarks', () => {
  const zones = { '0/DMA': { managed: 3840 }, '0/DMA32': { managed: 700_000 }, '0/Normal': { managed: 3_400_000 } };
  const ask = async (input: object) =>
    JSON.parse((await oomlab(['watermarks', '--zones', '-', '--json'], JSON.stringify(input))).out);

  test('of a 16 GiB machine with huge pages are those of a real one', async () => {
    const result = await ask({ zones, thp: 'always' });
    expect(result.min_free_kbytes).toBe(67_584);
    expect(result.zones['0/DMA']).toMatchObject({
      min: 15,
      low: 18,
      high: 21,
      protection: [0, 2734, 16_015, 16_015, 16_015],
    });
    expect(result.zones['0/DMA32']).toMatchObject({ min: 2881, low: 3601, high: 4321 });
    expect(result.zones['0/Normal']).toMatchObject({ min: 13_998, low: 17_497, high: 20_996 });
  });

  test('without huge pages come from the square root of RAM, and follow the settings', async () => {
    expect((await ask({ zones, thp: 'never' })).min_free_kbytes).toBe(16_206);
    const set = await ask({ zones, thp: 'never', sysctl: { min_free_kbytes: 4096, watermark_scale_factor: 1000 } });
    expect(set.min_free_kbytes).toBe(4096);
    expect(set.zones['0/Normal'].low - set.zones['0/Normal'].min).toBe(340_000);
  });
});
