import { describe, expect, it } from 'vitest';
import { MM_ANONPAGES, MM_FILEPAGES } from '../../../src/linux/include/mm_types';
import { addMmCounter, getMmCounter, getMmCounterSum, procMmCounter } from '../../../src/linux/mm/mm_counters';
import { LINUX_6_1, LINUX_6_12 } from '../../../src/linux/versions';
import { anon, boot, spawn, touch } from '../driver';

describe('RSS counters', () => {
  it('6.12: the OOM killer sees them without what a cpu has not folded yet', () => {
    const k = boot({ release: LINUX_6_12 });
    const t = spawn(k, 'worker');
    const vpn = anon(k, t, 100);
    touch(k, t, vpn, 31);
    const mm = k.mms[t.mm];
    expect(getMmCounter(mm, MM_ANONPAGES)).toBe(0);
    expect(getMmCounterSum(mm, MM_ANONPAGES)).toBe(31);
    expect(procMmCounter(k, mm, MM_ANONPAGES)).toBe(31);
    touch(k, t, vpn + 31, 1);
    expect(getMmCounter(mm, MM_ANONPAGES)).toBe(32);
  });

  it('6.12: 16 file pages at a time and a few single ones make 193 show as 163 or so', () => {
    const k = boot({ release: LINUX_6_12 });
    const mm = k.mms[spawn(k, 'worker').mm];
    for (let i = 0; i < 12; i++) addMmCounter(k, mm, MM_FILEPAGES, 16);
    addMmCounter(k, mm, MM_FILEPAGES, 1);
    expect(getMmCounterSum(mm, MM_FILEPAGES)).toBe(193);
    expect(getMmCounter(mm, MM_FILEPAGES)).toBeLessThan(193);
    expect(193 - getMmCounter(mm, MM_FILEPAGES)).toBeLessThan(32);
  });

  it('6.1: a new process shows hardly any RSS until 64 faults have passed', () => {
    const k = boot({ release: LINUX_6_1 });
    const t = spawn(k, 'worker');
    const vpn = anon(k, t, 200);
    touch(k, t, vpn, 60);
    const mm = k.mms[t.mm];
    expect(procMmCounter(k, mm, MM_ANONPAGES)).toBe(0);
    touch(k, t, vpn + 60, 10);
    expect(procMmCounter(k, mm, MM_ANONPAGES)).toBeGreaterThan(60);
    expect(getMmCounterSum(mm, MM_ANONPAGES)).toBe(70);
  });

  it('reads below zero as zero', () => {
    const k = boot();
    const mm = k.mms[spawn(k, 'worker').mm];
    addMmCounter(k, mm, MM_ANONPAGES, -40);
    expect(getMmCounter(mm, MM_ANONPAGES)).toBe(0);
  });
});
