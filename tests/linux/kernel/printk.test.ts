import { expect, test } from 'vitest';
import { SEC } from '../../../src/linux/include/units';
import { formatDmesg, KERN_INFO, printk, ratelimit } from '../../../src/linux/kernel/printk';
import { findRelease, RELEASES } from '../../../src/linux/versions';
import { bootTestKernel } from '../support';

test('a message of several lines is so many entries of the same moment', () => {
  const k = bootTestKernel(20_000);
  k.now = 9_699_986_999;
  printk(k, KERN_INFO, 'active_anon:1\n active_file:2');
  expect(k.log.map(formatDmesg)).toEqual(['[    9.699986] active_anon:1', '[    9.699986]  active_file:2']);
  expect(k.log.map((l) => l.level)).toEqual([6, 6]);
});

test('seconds grow to the left', () => {
  expect(formatDmesg({ t: 12_345_678 * SEC + 7000, level: 6, text: 'x' })).toBe('[12345678.000007] x');
});

test('a rate limit lets a burst through, then counts what it holds back', () => {
  const k = bootTestKernel(20_000);
  const rs = { begin: 0, printed: 0, missed: 0 };
  const tries = Array.from({ length: 5 }, () => ratelimit(k, rs, 'f', SEC, 3));
  expect(tries).toEqual([true, true, true, false, false]);
  k.now += 2 * SEC;
  expect(ratelimit(k, rs, 'f', SEC, 3)).toBe(true);
  expect(k.log.at(-1)?.text).toBe('f: 2 callbacks suppressed');
});

test('a release is found by its name and by its uname', () => {
  for (const r of RELEASES) {
    expect(findRelease(r.name)).toBe(r);
    expect(findRelease(r.uname)).toBe(r);
  }
  expect(() => findRelease('2.4')).toThrow(RangeError);
});
