/** Each built-in scenario makes the point it says it makes. */
import { describe, expect, test } from 'vitest';
import { runSession } from '../../src/cli/run';
import { scenarioWords } from '../../src/i18n/scenarios';
import { readProcFile } from '../../src/linux/fs/proc';
import { getMmRssSum } from '../../src/linux/mm/mm_counters';
import { Timeline } from '../../src/machine/timetravel';
import { BUILTIN_SCENARIOS, builtinScenario, DEFAULT_SCENARIO } from '../../src/scenario/builtin';
import { BUILTIN_IDS, DEFAULT_ID } from '../../src/scenario/builtin/ids';
import { compileScenario, withKernel } from '../../src/scenario/compile';
import { parseScenario, type Scenario, sessionOf } from '../../src/scenario/schema';

const named = (id: string): Scenario => {
  const scenario = builtinScenario(id);
  if (!scenario) throw new Error(id);
  return scenario;
};
const play = (id: string, seconds: number) => runSession(sessionOf(named(id)), { t: seconds * 1e9 });
const victims = (id: string, seconds: number) => play(id, seconds).document.kills.map((k) => k.comm);

describe('the built-in scenarios', () => {
  test('are valid, have words, and come with the leaky server first', () => {
    expect(BUILTIN_SCENARIOS.length).toBeGreaterThanOrEqual(7);
    expect(BUILTIN_SCENARIOS.map(({ id }) => id)).toEqual([...BUILTIN_IDS]);
    expect(DEFAULT_SCENARIO.id).toBe(DEFAULT_ID);
    for (const scenario of BUILTIN_SCENARIOS) {
      expect(parseScenario(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
      expect(compileScenario(scenario).ram).toBeGreaterThan(0);
      expect(Object.keys(scenarioWords)).toContain(scenario.id);
    }
    expect(DEFAULT_SCENARIO.id).toBe('leaky-server');
  });
});

describe('leaky server', () => {
  test('swaps before it kills, and kills the one that leaks', () => {
    const { document, machine } = play('leaky-server', 32);
    expect(document.kills.map((k) => k.comm)).toEqual(['leakyd']);
    const at = (kind: string) => document.events.find((e) => e.kind === kind)?.t ?? Number.NaN;
    expect(at('kswapd')).toBeLessThan(at('swap-out'));
    expect(at('swap-out')).toBeLessThan(at('kill'));
    const before = machine.rec.samples.filter((s) => s.t < at('kill')).at(-1);
    expect(before?.swapUsed).toBeGreaterThan(0.95 * machine.kernel.swap.total);
  });
});

describe('crazy allocator', () => {
  test('is killed within seconds although no malloc ever failed', () => {
    const { document, machine } = play('crazy-allocator', 3);
    expect(document.kills.map((k) => k.comm)).toEqual(['oom_killer_try']);
    expect(machine.kernel.log.some((l) => l.text.startsWith('Out of memory: Killed process'))).toBe(true);
  });

  test('another process dies in its place when that one’s oom_score_adj is raised', () => {
    const line = new Timeline(compileScenario(named('crazy-allocator')), 1);
    line.run({ t: 0.9e9 });
    const tab = line.machine.kernel.tasks.find((t) => t.comm === 'tab-1');
    const what = { op: 'oom_score_adj', pid: tab?.pid ?? 0, value: 1000 } as const;
    line.command({ command: what, action: what });
    line.run({ landmark: 'kill' });
    expect(line.machine.rec.events.filter((e) => e.kind === 'kill').map((e) => e.label)).toEqual(['tab-1']);
  });
});

describe('the biggest survives', () => {
  test('small tabs at +1000 die first, the hog only when they are gone', () => {
    expect(victims('small-one-dies-first', 5)).toEqual(['tab-2', 'tab-1', 'hog']);
  });

  test('the hog has more memory than the tab that dies for it', () => {
    const { machine } = play('small-one-dies-first', 5);
    const first = machine.kernel.oomRecords[0];
    const size = (comm: string) => first.walk.find((c) => c.comm === comm)?.rss ?? 0;
    expect(size('hog')).toBeGreaterThan(10 * size('tab-2'));
  });
});

describe('swap fills first', () => {
  test('the kill comes when swap is used up, and swapping did not lower the victim’s points', () => {
    const { document, machine } = play('swap-fills-first', 20);
    expect(document.kills.map((k) => k.comm)).toEqual(['leakyd']);
    const { walk } = machine.kernel.oomRecords[0];
    const victim = walk.find((c) => c.comm === 'leakyd');
    expect(victim?.swap).toBeGreaterThan(50_000);
    expect(victim?.points).toBe((victim?.rss ?? 0) + (victim?.swap ?? 0) + (victim?.pgtables ?? 0));
  });
});

describe('thrashing before the kill', () => {
  test('memory is more than full, accesses wait for the disk, and nobody is killed', () => {
    const { document, machine } = play('thrash-before-kill', 14);
    expect(document.kills).toEqual([]);
    const calm = machine.rec.samples.find((s) => s.t >= 3e9);
    const late = machine.rec.samples.slice(-40);
    const mean = (f: (s: (typeof late)[number]) => number) => late.reduce((n, s) => n + f(s), 0) / late.length;
    expect(mean((s) => s.eat)).toBeGreaterThan(20 * (calm?.eat ?? 0));
    expect(mean((s) => s.psiSome)).toBeGreaterThan(0.15);
    expect(mean((s) => s.swapIn)).toBeGreaterThan(200);
  });
});

describe('cached is not free', () => {
  test('processes die, the tmpfs stays, and the writer dies last', () => {
    const { document, machine } = play('cached-is-not-free', 8);
    const killed = document.kills.map((k) => k.comm);
    expect(killed.length).toBeGreaterThanOrEqual(3);
    expect(killed.at(-1)).toBe('dd');
    expect(readProcFile(machine.kernel, '/proc/meminfo')).toMatch(/Shmem: +4\d{5} kB/);
  });
});

describe('malloc fails', () => {
  test('the allocator ends by itself while memory is free, and nobody is killed', () => {
    const { document, machine } = play('malloc-fails', 4);
    expect(document.kills).toEqual([]);
    expect(document.events.some((e) => e.kind === 'exit' && e.label === 'oom_killer_try')).toBe(true);
    const low = Math.min(...machine.rec.samples.map((s) => s.free));
    expect(low * 4096).toBeGreaterThan(20 * 1024 * 1024);
  });
});

describe('killing once is not enough', () => {
  test('several workers of the herd die before memory is back', () => {
    const killed = victims('killing-once-is-not-enough', 10);
    expect(killed.filter((comm) => comm === 'herd').length).toBeGreaterThanOrEqual(3);
  });
});

describe('free is not in one piece', () => {
  test('a request of sixteen pages fails with a great deal of memory free, and nobody is killed', () => {
    const { document, machine } = play('free-is-not-contiguous', 12);
    expect(document.kills).toEqual([]);
    const failure = machine.kernel.log.find((l) => l.text.includes('page allocation failure: order:4'));
    expect(failure?.text).toContain('netdrv');
    const then = machine.rec.samples.find((s) => s.t >= (failure?.t ?? Infinity));
    expect((then?.free ?? 0) * 4096).toBeGreaterThan(200 * 1024 * 1024);
    const stat = readProcFile(machine.kernel, '/proc/vmstat') ?? '';
    expect(Number(/compact_fail (\d+)/.exec(stat)?.[1])).toBeGreaterThan(0);
  });
});

describe('huge pages on and off', () => {
  test('the sparse table is killed for memory it has hardly used', () => {
    const { document, machine } = play('huge-pages-on', 14);
    expect(document.kills.map((k) => k.comm)).toEqual(['sparse-table']);
    const victim = machine.kernel.oomRecords[0].walk.find((c) => c.comm === 'sparse-table');
    expect(victim?.rss).toBeGreaterThan(100_000);
    expect(machine.kernel.log.some((l) => /anon_thp:[1-9]\d{5}kB/.test(l.text))).toBe(true);
  });

  test('without huge pages the same table fits many times over', () => {
    const { document, machine } = play('huge-pages-off', 14);
    expect(document.kills).toEqual([]);
    const table = machine.kernel.tasks.find((t) => t.comm === 'sparse-table');
    expect(getMmRssSum(machine.kernel.mms[table?.mm ?? 0])).toBeLessThan(2000);
  });
});

describe('a container at its limit', () => {
  test('is killed in while the machine has memory to spare; memory.low keeps the database out of swap', () => {
    const { document, machine } = play('container-limit', 30);
    const [first] = document.kills;
    expect(first).toMatchObject({ comm: 'leakyd', constraint: 'CONSTRAINT_MEMCG' });
    const free = machine.rec.samples.filter((s) => s.t < first.t).at(-1)?.free ?? 0;
    expect(free).toBeGreaterThan(0.2 * machine.kernel.totalramPages);
    const swapped = (path: string): number =>
      Number(readProcFile(machine.kernel, `/sys/fs/cgroup${path}/memory.swap.current`));
    expect(machine.kernel.swap.total - machine.kernel.swap.free).toBeGreaterThan(2000);
    expect(swapped('/db') / 4096).toBeLessThan(500);
  });
});

describe('all or nothing', () => {
  test('one process is chosen in the group, and all four die while the machine has memory', () => {
    const { document, machine } = runSession(sessionOf(named('all-or-nothing')), { landmark: 'kill' });
    const [r] = machine.kernel.oomRecords;
    expect(document.kills[0]).toMatchObject({ comm: 'leakyd', constraint: 'CONSTRAINT_MEMCG' });
    expect(r.group).toHaveLength(3);
    const inGroup = r.walk.map((c) => c.pid).sort();
    expect([r.chosen, ...r.group].sort()).toEqual(inGroup);
    expect(r.mem?.free).toBeGreaterThan(0.3 * machine.kernel.totalramPages);
  });
});

describe('the same machine in another year', () => {
  const first = (oomRules: string): string | undefined => {
    const { document } = runSession(sessionOf(withKernel(named('another-year'), { oomRules })), { landmark: 'kill' });
    return document.kills[0]?.comm;
  };

  test.each([
    ['kernel', 'builder'],
    ['5.4', 'builder'],
    ['4.19', 'helper'],
    ['4.14', 'helper'],
    ['3.10', 'helper'],
    ['3.0', 'helper'],
    ['2.6.24', 'reserves'],
  ])('by the rules of %s kills %s first', (rules, comm) => {
    expect(first(rules)).toBe(comm);
  });
});

describe('a full node', () => {
  test('kills the one bound to it, although the machine has memory and a bigger process', () => {
    const { document, machine } = runSession(sessionOf(named('full-node')), { landmark: 'kill' });
    expect(document.kills.map((k) => [k.comm, k.constraint])).toEqual([['bound', 'CONSTRAINT_MEMORY_POLICY']]);
    const k = machine.kernel;
    const free = (node: number) => k.zones.reduce((n, z) => n + (z.node === node ? z.free : 0), 0);
    expect(free(0)).toBeGreaterThan(20_000);
    expect(free(1)).toBeLessThan(4000);
    const [r] = k.oomRecords;
    const other = r.walk.find((c) => c.comm === 'postgres');
    expect(other?.skip).toBe('cpuset');
    expect(other?.rss).toBeGreaterThan(r.chosenPoints);
  });
});
