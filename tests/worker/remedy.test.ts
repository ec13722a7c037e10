/** How much more memory would have made a difference to a kill: each amount is a replay. */
import { describe, expect, test } from 'vitest';
import { RefusalError } from '../../src/machine/commands';
import { MIB } from '../../src/machine/config';
import { Timeline } from '../../src/machine/timetravel';
import type { RemedyKind, RemedyTrial } from '../../src/worker/protocol';
import { beginRemedy, bracket, nextAmount, remedyOn, remedyProgress, remedyResult } from '../../src/worker/remedy';
import { config, hog, IDLE, process } from '../machine/small';

/** Takes so many pages and keeps them. */
const holder = (comm: string, pages: number, cgroup?: string) =>
  process(
    comm,
    [{ op: 'mmap', region: 'a', pages }, { op: 'touch', region: 'a', write: true }, IDLE],
    cgroup === undefined ? {} : { cgroup },
  );
const untilKill = (line: Timeline): Timeline => {
  line.run({ landmark: 'kill', t: 60e9 });
  return line;
};
function find(line: Timeline, what: RemedyKind, kill = 0) {
  const search = beginRemedy(line, line.machine.rec.kills[kill].before, what);
  while (!remedyOn(search, () => 0));
  return { search, remedy: remedyResult(search) };
}
const code = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal.code;
    throw error;
  }
  return '';
};

describe('the search', () => {
  /** What an amount comes to where `enough` pages do. */
  const all = (enough: number, first: number, bound: number): RemedyTrial[] => {
    const trials: RemedyTrial[] = [];
    for (let extra = nextAmount(trials, first, bound); extra !== null; extra = nextAmount(trials, first, bound)) {
      const kill = extra >= enough ? null : { t: 1, pid: 1, comm: 'x', memcg: '' };
      trials.push({ extra, kill, elsewhere: false, panic: '' });
    }
    return trials;
  };
  test('doubles until it is enough, and then closes in on the least', () => {
    for (const enough of [1, 2048, 2049, 9000, 40_000, 65_536]) {
      const trials = all(enough, 2048, 65_536);
      const { least, below } = bracket(trials);
      expect(least).toBeGreaterThanOrEqual(enough);
      expect(below).toBeLessThan(enough);
      expect(least - below).toBeLessThanOrEqual(Math.max(2048, least / 4));
      expect(trials.length).toBeLessThanOrEqual(10);
      expect(new Set(trials.map((t) => t.extra)).size).toBe(trials.length);
    }
  });
  test('ends at the bound where nothing is enough', () => {
    const trials = all(100_000, 2048, 50_000);
    expect(bracket(trials)).toEqual({ least: -1, below: 50_000 });
    expect(trials.at(-1)?.extra).toBe(50_000);
    expect(nextAmount([], 2048, 0)).toBeNull();
  });
});

describe('more swap', () => {
  test('is enough where all fits in, and not where it does not; the machine that is asked stands where it stood', () => {
    const line = untilKill(new Timeline(config([holder('big', 30_000)], { swap: 4 * MIB }), 1));
    const [kill] = line.machine.rec.kills;
    const hash = line.hash();
    const { remedy } = find(line, 'swap');
    expect(remedy.least).toBeGreaterThan(0);
    expect(remedy.below).toBeLessThan(remedy.least);
    const ram = line.machine.kernel.totalramPages;
    // It has to hold what RAM and the swap there is do not.
    expect(remedy.least).toBeGreaterThan(30_000 - ram - 1024);
    expect(line.hash()).toBe(hash);

    // The trials are what such machines do.
    const again = (extra: number) => {
      const other = new Timeline(config([holder('big', 30_000)], { swap: 4 * MIB + extra * 4096 }), 1);
      other.run({ landmark: 'kill', t: kill.record.t + 30e9 });
      return other.machine.rec.kills.length;
    };
    expect(again(remedy.least)).toBe(0);
    if (remedy.below > 0) expect(again(remedy.below)).toBeGreaterThan(0);
  });
  test('only puts off the kill of one that takes all it can get, and each trial says by how much', () => {
    const line = untilKill(new Timeline(config([hog()], { swap: 4 * MIB }), 1));
    const [kill] = line.machine.rec.kills;
    const { remedy } = find(line, 'swap');
    expect(remedy.least).toBe(-1);
    const times = remedy.trials.map((t) => t.kill?.t ?? 0);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThan(kill.record.t);
    expect(remedy.trials.at(-1)?.extra).toBe(remedy.bound);
  });
});

describe('a higher memory.max', () => {
  const grouped = (pages: number, rest: Parameters<typeof config>[1] = {}) =>
    config([holder('app', pages, '/web'), hog('hog', { at: 4e9 })], {
      cgroups: [{ path: '/web', settings: [{ file: 'memory.max', value: String(8 * MIB) }] }],
      ...rest,
    });
  test('is found for a group whose process wants a little more than it may', () => {
    const line = untilKill(new Timeline(grouped(5000), 1));
    const [kill] = line.machine.rec.kills;
    expect(kill.record.memcg).toBe('/web');
    const { remedy, search } = find(line, 'memory.max');
    expect(remedy.least).toBeGreaterThan(5000 - 2048 - 300);
    // Afterwards it is the machine that runs out, and that is said.
    const came = remedy.trials.find((t) => t.extra === remedy.least);
    expect(came).toMatchObject({ elsewhere: true, kill: { memcg: '' } });
    expect(remedyProgress(search)).toMatchObject({ what: 'memory.max', trials: remedy.trials });
  });
  test('is no question for a kill that came because the machine was full, nor is swap.max without a limit', () => {
    const full = untilKill(new Timeline(config([hog()]), 1));
    const { before } = full.machine.rec.kills[0];
    expect(code(() => beginRemedy(full, before, 'memory.max'))).toBe('no-kill');
    expect(code(() => beginRemedy(full, before + 1, 'swap'))).toBe('no-kill');
    const line = untilKill(new Timeline(grouped(5000), 1));
    expect(code(() => beginRemedy(line, line.machine.rec.kills[0].before, 'memory.swap.max'))).toBe('no-kill');
  });
});
