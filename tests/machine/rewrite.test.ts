import { describe, expect, test } from 'vitest';
import type { Command, LoggedCommand } from '../../src/machine/commands';
import { Timeline } from '../../src/machine/timetravel';
import { compileSession } from '../../src/scenario/compile';

const SECOND = 1e9;
/** Anew for each machine. */
const config = () =>
  compileSession({ format: 'oomlab/session@1', scenario: 'crazy-allocator', seed: 1, commands: [] }).config;

const sysctl = (name: string, value: string) =>
  ({ op: 'sysctl', name: `vm.${name}`, value }) as const satisfies Command;
const logged = (t: number, command: ReturnType<typeof sysctl>): LoggedCommand => ({ t, command, action: command });
const A = logged(0.2 * SECOND, sysctl('swappiness', '0'));
const B = logged(0.6 * SECOND, sysctl('min_free_kbytes', '20000'));
const C = logged(0.6 * SECOND, sysctl('watermark_scale_factor', '500'));

/** The state at 1 s of a machine to which only these commands were ever given. */
function hashOf(commands: LoggedCommand[]): string {
  const timeline = new Timeline(config(), 1, commands);
  timeline.run({ t: SECOND });
  return timeline.hash();
}

describe('another list of commands', () => {
  test('makes the same machine as one that never had the old list', () => {
    const timeline = new Timeline(config(), 1, [A, B]);
    timeline.run({ t: SECOND });
    for (const commands of [[A], [], [A, B], [A, C], [A, B, C], [B]]) {
      timeline.rewrite(commands);
      timeline.run({ t: SECOND });
      expect(timeline.commands).toEqual(commands);
      expect(timeline.hash(), JSON.stringify(commands.map((c) => c.command))).toBe(hashOf(commands));
    }
  });
  test('says where it begins to differ', () => {
    const timeline = new Timeline(config(), 1, [A, B]);
    timeline.run({ t: SECOND });
    expect(timeline.rewrite([A])).toBe(B.t);
    expect(timeline.t).toBeLessThanOrEqual(B.t);
    timeline.run({ t: B.t });
    const { t } = timeline;
    expect(timeline.rewrite([A])).toBe(t);
    expect(timeline.rewrite([])).toBe(A.t);
  });
});

describe('a command given to a machine that stands still', () => {
  test('leaves it as a machine that only replays the command: a link shows the same state', () => {
    const live = new Timeline(config(), 1);
    live.run({ landmark: 'kswapd', t: 300 * SECOND });
    const { t } = live;
    for (const command of [
      { op: 'oom_score_adj', pid: 202, value: -500 },
      { op: 'sysrq', key: 'f' },
    ] as const) {
      live.command({ command, action: command });
    }
    const replayed = new Timeline(config(), 1, live.commands);
    replayed.run({ t });
    expect(replayed.hash()).toBe(live.hash());
    expect(replayed.machine.rec.events).toEqual(live.machine.rec.events);
  });
});
