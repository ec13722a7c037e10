import { describe, expect, it } from 'vitest';
import { bytes, clock, duration, int, mib, nominal, pages, percent, seconds } from '../../src/ui/format';
import { moment } from '../../src/ui/moment';
import type { Frame } from '../../src/worker/protocol';

describe('numbers on the screen', () => {
  it('separates thousands and writes a true minus', () => {
    expect(int(99752)).toBe('99,752');
    expect(int(-1000)).toBe('−1,000');
  });
  it('writes pages as MiB with one decimal below 100', () => {
    expect(pages(742)).toBe('2.9 MiB');
    expect(pages(48_640)).toBe('190 MiB');
    expect(pages(256)).toBe('1 MiB');
    expect(mib(3405)).toBe('13.3');
  });
  it('chooses the unit of bytes', () => {
    expect(bytes(512)).toBe('512 B');
    expect(bytes(32 * 1024)).toBe('32 KiB');
    expect(bytes(16 * 1024 ** 3)).toBe('16 GiB');
  });
  it('names the size of a machine as it is sold', () => {
    expect(nominal(512 * 1024 ** 2)).toBe('512 MiB');
    expect(nominal(65_535 * 4096)).toBe('256 MiB');
    expect(nominal(1.5 * 1024 ** 3)).toBe('1.5 GiB');
    expect(nominal(16 * 1024 ** 3)).toBe('16 GiB');
  });
  it('chooses the unit of a duration', () => {
    expect(duration(100)).toBe('100 ns');
    expect(duration(4296)).toBe('4.3 µs');
    expect(duration(284e6)).toBe('284 ms');
    expect(duration(2.4e9)).toBe('2.4 s');
  });
  it('never shows a thousand of a unit that has a larger one', () => {
    expect(duration(999_600)).toBe('1 ms');
  });
  it('writes moments in seconds and the clock in minutes', () => {
    expect(seconds(41_350_000_000)).toBe('41.350');
    expect(seconds(31_064_912_000)).toBe('31.064');
    expect(clock(31_064_912_000).rest).toBe('.064');
    expect(clock(101_350_000_000)).toEqual({ main: '01:41', rest: '.350' });
  });
  it('names no moment before a kill that has been made', () => {
    const oomRecords = [{ t: 30_792_001_000 }] as Frame['oomRecords'];
    expect(moment({ t: 30_791_999_000, oomRecords })).toBe(30_792_001_000);
    expect(moment({ t: 31e9, oomRecords })).toBe(31e9);
    expect(moment({ t: 5, oomRecords: [] })).toBe(5);
  });
  it('gives small shares decimals', () => {
    expect(percent(0.0064)).toBe('0.64 %');
    expect(percent(0.92)).toBe('92 %');
    expect(percent(0)).toBe('0 %');
  });
});
