import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { refusalText } from '../../src/i18n/errors';
import { createMachine } from '../../src/machine/boot';
import { type Refusal, RefusalError } from '../../src/machine/commands';
import { compileScenario, compileSession } from '../../src/scenario/compile';
import { parseCommand, parseScenario, parseScenarioOrSession, parseSession } from '../../src/scenario/schema';
import { checkSettings } from '../../src/scenario/settings';

const base = { format: 'oomlab/scenario@1', id: 'x', title: 'X', machine: { ram: '128MiB' }, processes: [] };

function refusal(run: () => unknown): Refusal {
  try {
    run();
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal;
    throw error;
  }
  throw new Error('was accepted');
}
const scenarioRefusal = (change: object) => refusal(() => parseScenario({ ...base, ...change }));
const buildRefusal = (machine: object, rest: object = {}) =>
  refusal(() =>
    createMachine(compileScenario(parseScenario({ ...base, machine: { ...base.machine, ...machine }, ...rest })), 1),
  );

test('a scenario file needs a machine and processes; the rest has its defaults', () => {
  const { id, title } = parseScenario({ format: base.format, machine: base.machine, processes: [] });
  expect({ id, title }).toEqual({ id: 'scenario', title: 'scenario' });
});

describe('a scenario file that is not valid', () => {
  test.each([
    [{ machine: { ram: 'much' } }, 'machine.ram', 'a size'],
    [{ machine: {} }, 'machine.ram', 'this field'],
    [{ title: 7 }, 'title', 'a text'],
    [{ processes: [{ program: 'backup', adj: 1001 }] }, 'processes[0].adj', 'from -1000 to 1000'],
    [{ processes: [{ program: 'backup', adj: 1.5 }] }, 'processes[0].adj', 'whole number'],
    [{ processes: [{ program: 'backup' }, { program: 'backup', at: 'soon' }] }, 'processes[1].at', 'a time'],
    [{ processes: [{ ops: [{ op: 'jump' }] }] }, 'processes[0].ops[0].op', ''],
    [
      { processes: [{ ops: [{ op: 'loop', ops: [{ op: 'sleep', time: 5.5 }] }] }] },
      'processes[0].ops[0].ops[0].time',
      'a time',
    ],
    [{ processes: [{ name: 'nobody' }] }, 'processes[0]', 'either "program" or "ops"'],
    [{ processes: [{ ops: [], memory: { anon: 1 } }] }, 'processes[0].memory', 'a machine with "found"'],
    [{ processes: [{ ops: [], name: ' x' }] }, 'processes[0].name', 'a process name'],
    [{ surprise: 1 }, 'surprise', 'no such field'],
    [
      { events: [{ at: '1s', command: { op: 'kill', signal: 'SIGHUP', pid: 1 } }] },
      'events[0].command.signal',
      'SIGKILL',
    ],
    [{ format: 'oomlab/scenario@2' }, 'format', 'oomlab/scenario@1'],
  ])('%j is refused with its path', (change, path, expected) => {
    const { code, params } = scenarioRefusal(change);
    expect(code).toBe('bad-scenario');
    expect(params.path).toBe(path);
    expect(String(params.expected)).toContain(expected);
    expect(refusalText({ code, params })).toContain(path);
  });

  test('says so in one sentence whatever it is', () => {
    for (const input of [null, 5, 'text', [], {}, { format: 'x' }]) {
      const words = refusalText(refusal(() => parseScenarioOrSession(input)));
      expect(words.split('\n')).toHaveLength(1);
      expect(words).not.toContain('undefined');
    }
  });
});

describe('a machine that cannot be built', () => {
  test('has no RAM, too little, or more than the model holds', () => {
    expect(buildRefusal({ ram: 0 }).code).toBe('ram-too-small');
    expect(buildRefusal({ ram: '32MiB' }).code).toBe('ram-too-small');
    expect(buildRefusal({ ram: '65GiB' }).code).toBe('ram-too-large');
    expect(buildRefusal({ swap: { size: '100GiB' } }).code).toBe('swap-too-large');
  });

  test('has a setting that does not exist, or a value that the kernel refuses', () => {
    expect(buildRefusal({ sysctl: { 'vm.nonsense': 1 } })).toEqual({
      code: 'unknown-sysctl',
      params: { name: 'vm.nonsense' },
    });
    expect(buildRefusal({ sysctl: { 'vm.swappiness': 201 } }).code).toBe('bad-sysctl');
  });

  test('runs a program that nobody knows, or gives one a parameter it does not have', () => {
    expect(buildRefusal({}, { processes: [{ program: 'nix' }] })).toMatchObject({
      code: 'unknown-program',
      params: { path: 'processes[0]' },
    });
    expect(buildRefusal({}, { processes: [{ program: 'backup', params: { wings: 2 } }] }).code).toBe('unknown-param');
    expect(buildRefusal({}, { processes: [{ program: 'browser-tabs', params: { tabs: 0 } }] }).code).toBe('bad-param');
  });

  test('with 16 GiB is none of these', () => {
    const m = createMachine(compileScenario(parseScenario({ ...base, machine: { ram: '16GiB' } })), 1);
    expect(m.kernel.totalramPages).toBeGreaterThan(4e6);
    expect(m.kernel.zones.map((z) => z.name)).toEqual(['DMA', 'DMA32', 'Normal']);
  });
});

describe('a session', () => {
  const session = { format: 'oomlab/session@1', scenario: base, seed: 1, commands: [] as object[] };

  test('carries a scenario or names a built-in one', () => {
    expect(compileSession(parseSession(session)).config.title).toBe('X');
    expect(compileSession(parseSession({ ...session, scenario: 'leaky-server' })).config.title).toBe('Leaky server');
    expect(refusal(() => compileSession(parseSession({ ...session, scenario: 'nix' }))).code).toBe('unknown-scenario');
  });

  test('is refused with the path of the command that is wrong', () => {
    const commands = [{ t: 1, command: { op: 'oom_score_adj', pid: 5, value: -1001 } }];
    expect(refusal(() => parseSession({ ...session, commands })).params.path).toBe('commands[0].command.value');
    const launch = [{ t: 1, command: { op: 'launch', program: 'nix' } }];
    expect(refusal(() => compileSession(parseSession({ ...session, commands: launch }))).params.path).toBe(
      'commands[0].command',
    );
    expect(refusal(() => parseSession({ ...session, scenario: { ...base, title: 1 } })).params.path).toBe(
      'scenario.title',
    );
  });

  test('or a scenario’s event about a setting that does not exist is refused, where it would pass without effect', () => {
    const command = (name: string) => ({ op: 'sysctl', name, value: '1' });
    const commands = (name: string) =>
      checkSettings(parseSession({ ...session, commands: [{ t: 1, command: command(name) }] }));
    const events = (name: string) =>
      checkSettings(parseScenarioOrSession({ ...base, events: [{ at: '1s', command: command(name) }] }));
    const there = ['vm.swappiness', '/proc/sys/vm/page-cluster', 'vm.page_cluster', 'vm/drop_caches'];
    for (const name of [...there, 'vm.lowmem_reserve_ratio', '/sys/kernel/mm/lru_gen/enabled']) {
      commands(name);
      events(name);
    }
    const name = 'vm.swapiness';
    expect(refusal(() => commands(name)).params).toEqual({ name, path: 'commands[0].command' });
    expect(refusal(() => events(name)).params).toEqual({ name, path: 'events[0].command' });
  });

  test('command 1001 is refused, 1000 is not', () => {
    expect(refusal(() => parseCommand({ op: 'oom_score_adj', pid: 5, value: 1001 })).code).toBe('bad-command');
    expect(parseCommand({ op: 'oom_score_adj', pid: 5, value: 1000 })).toMatchObject({ value: 1000 });
  });
});

describe('the published JSON Schema', () => {
  const published = JSON.parse(readFileSync(new URL('../../public/schema/scenario-1.json', import.meta.url), 'utf8'));

  test('has the operations and commands that are accepted, and no others', () => {
    const names = (variants: { properties: { op: { const: string } } }[]) =>
      variants.map((it) => it.properties.op.const);
    for (const op of names(published.$defs.op.oneOf)) {
      // An operation with nothing but its name is refused for what it lacks, not for its name.
      const input = { ...base, processes: [{ ops: [{ op }] }] };
      const path = (() => {
        try {
          parseScenario(input);
          return '';
        } catch (error) {
          return String((error as RefusalError).refusal.params.path);
        }
      })();
      expect(path).not.toBe('processes[0].ops[0].op');
    }
    expect(names(published.$defs.op.oneOf).sort()).toEqual([
      'append',
      'compute',
      'exec',
      'exit',
      'fork',
      'loop',
      'madvise',
      'malloc2',
      'mbind',
      'mlock',
      'mmap',
      'munmap',
      'read',
      'repeat',
      'sbrk',
      'set_mempolicy',
      'sleep',
      'touch',
      'unlink',
      'write',
    ]);
    expect(names(published.$defs.command.oneOf).sort()).toEqual([
      'cgroup_attach',
      'cgroup_create',
      'cgroup_remove',
      'cgroup_write',
      'kill',
      'launch',
      'oom_rules',
      'oom_score_adj',
      'sysctl',
      'sysrq',
    ]);
  });

  test('has the fields that are accepted', () => {
    expect(Object.keys(published.properties).sort()).toEqual([
      '$schema',
      'about',
      'cgroups',
      'duration',
      'events',
      'format',
      'id',
      'machine',
      'processes',
      'seed',
      'title',
    ]);
    expect(parseScenario({ ...base, $schema: './schema/scenario-1.json' }).id).toBe('x');
  });
});
