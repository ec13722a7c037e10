import { describe, expect, test } from 'vitest';
import { JIFFY } from '../../src/linux/include/units';
import type { Op } from '../../src/machine/ops';
import { config, process, ranFor, taskOf } from './small';

const BUSY: Op[] = [{ op: 'loop', ops: [{ op: 'compute', ns: 1e6 }] }];
const SECONDS = 2;

/** Share of one cpu that each of these busy processes has had. */
function shares(names: string[], cpus: number, rest = {}, kernel: '6.12' | '6.1' = '6.12'): number[] {
  const m = ranFor(
    SECONDS,
    config(
      names.map((name) => process(name, BUSY, rest)),
      { cpus, kernel },
    ),
  );
  return names.map((name) => (taskOf(m, name)?.stime ?? 0) / (SECONDS * 1e9));
}

describe.each(['6.12', '6.1'] as const)('busy processes of Linux %s', (kernel) => {
  test('share one cpu to within a few ticks', () => {
    const got = shares(['a', 'b', 'c'], 1, {}, kernel);
    for (const share of got) expect(Math.abs(share - 1 / 3)).toBeLessThan((3 * JIFFY) / (SECONDS * 1e9));
  });

  test('leave no cpu idle while another one has two of them', () => {
    for (const cpus of [2, 3, 4]) {
      for (const share of shares(['a', 'b', 'c', 'd'].slice(0, cpus), cpus, {}, kernel))
        expect(share).toBeGreaterThan(0.98);
    }
  });

  test('are spread evenly', () => {
    const got = shares(['a', 'b', 'c', 'd'], 2, {}, kernel);
    for (const share of got) expect(share).toBeCloseTo(0.5, 1);
  });
});

test('a cpu whose process sleeps takes one that waits for another cpu', () => {
  const nap: Op[] = [{ op: 'loop', ops: [{ op: 'sleep', ns: 1e9 }] }];
  const m = ranFor(SECONDS, config([process('a', BUSY), process('b', BUSY), process('sleeper', nap)], { cpus: 2 }));
  for (const name of ['a', 'b']) expect((taskOf(m, name)?.stime ?? 0) / (SECONDS * 1e9)).toBeGreaterThan(0.98);
});
