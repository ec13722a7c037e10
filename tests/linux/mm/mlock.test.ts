import { describe, expect, it } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { EAGAIN, EINVAL, ENOMEM } from '../../../src/linux/include/errno';
import type { Kernel } from '../../../src/linux/include/kernel';
import { MM_SWAPENTS, MMF_OOM_SKIP, VM_READ, VM_WRITE } from '../../../src/linux/include/mm_types';
import { LRU_UNEVICTABLE } from '../../../src/linux/include/mmzone';
import { PF_CAP_SYS_ADMIN, type Task } from '../../../src/linux/include/sched';
import { NR_LRU_BASE, NR_MLOCK } from '../../../src/linux/include/vmstat';
import { doExit, doExitStep, oomReapMm } from '../../../src/linux/kernel/exit';
import { madviseDontneed } from '../../../src/linux/mm/madvise';
import { MCL_CURRENT, MCL_FUTURE, mlock, mlockall, mmPopulate, munlock } from '../../../src/linux/mm/mlock';
import { getMmCounterSum, getMmRssSum } from '../../../src/linux/mm/mm_counters';
import { mmap } from '../../../src/linux/mm/mmap';
import { lruAddDrainAll } from '../../../src/linux/mm/swap';
import { oomRules } from '../../../src/linux/versions/oom_rules';
import { anon, boot, settle, spawn, touch } from '../driver';

const nrMlock = (k: Kernel): number => k.zones.reduce((n, z) => n + z.stat[NR_MLOCK], 0);
const populate = (k: Kernel, t: Task): number => settle(k, t, () => mmPopulate(k, t, Infinity));

describe('mlock', () => {
  it('brings the pages in and puts them where reclaim does not look', () => {
    const k = boot();
    const t = spawn(k, 'keys');
    const vpn = anon(k, t, 300);
    touch(k, t, vpn, 100);
    expect(mlock(k, t, vpn, 300)).toBe(0);
    expect(populate(k, t)).toBe(0);
    lruAddDrainAll(k);
    expect(getMmRssSum(k.mms[t.mm])).toBe(300);
    expect(k.mms[t.mm].lockedVm).toBe(300);
    expect(nrMlock(k)).toBe(300);
    expect(k.nodes[0].stat[NR_LRU_BASE + LRU_UNEVICTABLE]).toBe(300);
    expect(madviseDontneed(k, t, vpn, 10)).toBe(-EINVAL);
    expect(audit(k)).toEqual([]);
  });

  it('was spared by the first reapers, and the audit knows it', () => {
    for (const rules of ['5.4', 'kernel']) {
      const k = boot();
      k.oomRules = rules;
      const t = spawn(k, 'keys');
      const vpn = anon(k, t, 100);
      mlock(k, t, vpn, 100);
      populate(k, t);
      const mm = k.mms[t.mm];
      expect(oomReapMm(k, mm, oomRules(k).reaperSparesMlocked)).toBe(true);
      mm.flags |= MMF_OOM_SKIP;
      expect(getMmRssSum(mm)).toBe(rules === '5.4' ? 100 : 0);
      expect(audit(k)).toEqual([]);
    }
  });

  it('munlock makes part of them evictable again', () => {
    const k = boot();
    const t = spawn(k, 'keys');
    const vpn = anon(k, t, 300);
    mlock(k, t, vpn, 300);
    populate(k, t);
    expect(munlock(k, t, vpn + 100, 50)).toBe(0);
    lruAddDrainAll(k);
    expect(nrMlock(k)).toBe(250);
    expect(k.mms[t.mm].vmas.length).toBe(3);
    munlock(k, t, vpn, 300);
    expect(nrMlock(k)).toBe(0);
    expect(k.mms[t.mm].vmas.length).toBe(1);
    expect(k.mms[t.mm].lockedVm).toBe(0);
    expect(audit(k)).toEqual([]);
  });

  it('mlockall(MCL_FUTURE) locks what is mapped later', () => {
    const k = boot();
    const t = spawn(k, 'rt');
    mlockall(k, t, MCL_CURRENT | MCL_FUTURE);
    const vpn = anon(k, t, 64);
    populate(k, t);
    expect(getMmRssSum(k.mms[t.mm])).toBe(64);
    expect(nrMlock(k)).toBe(64);
    expect(vpn).toBeGreaterThan(0);
    doExit(k, t, 0);
    doExitStep(k, t, Infinity);
    expect(nrMlock(k)).toBe(0);
    expect(audit(k)).toEqual([]);
  });

  it('locked pages stay when others are swapped out', () => {
    const k = boot({ pages: 8192, swap: 16_384 });
    const t = spawn(k, 'keys');
    const vpn = anon(k, t, 1000);
    mlock(k, t, vpn, 1000);
    populate(k, t);
    const hog = spawn(k, 'hog');
    touch(k, hog, anon(k, hog, 8000), 8000);
    expect(getMmCounterSum(k.mms[hog.mm], MM_SWAPENTS)).toBeGreaterThan(0);
    expect(getMmCounterSum(k.mms[t.mm], MM_SWAPENTS)).toBe(0);
    expect(getMmRssSum(k.mms[t.mm])).toBe(1000);
  });

  it('refuses a range with a hole', () => {
    const k = boot();
    const t = spawn(k, 'keys');
    const vpn = anon(k, t, 10);
    expect(mlock(k, t, vpn, 20)).toBe(-ENOMEM);
    expect(k.mms[t.mm].lockedVm).toBe(0);
  });
});

describe('RLIMIT_MEMLOCK', () => {
  const LIMIT = 2048;
  const user = (k: Kernel): Task => {
    const t = spawn(k, 'user');
    t.flags &= ~PF_CAP_SYS_ADMIN;
    return t;
  };

  it('is 8 MiB for who is not root, whatever is locked twice counted once', () => {
    const k = boot();
    const t = user(k);
    const vpn = anon(k, t, LIMIT + 100);
    expect(mlock(k, t, vpn, LIMIT + 1)).toBe(-ENOMEM);
    expect(k.mms[t.mm].lockedVm).toBe(0);
    expect(mlock(k, t, vpn, LIMIT)).toBe(0);
    expect(mlock(k, t, vpn, 10)).toBe(0);
    expect(mlock(k, t, vpn + LIMIT, 1)).toBe(-ENOMEM);
    expect(mlockall(k, t, MCL_CURRENT)).toBe(-ENOMEM);
  });

  it('refuses mappings that would be locked at once', () => {
    const k = boot();
    const t = user(k);
    expect(mlockall(k, t, MCL_FUTURE)).toBe(0);
    const committed = k.committedAs;
    expect(mmap(k, t, { pages: LIMIT + 1, flags: VM_READ | VM_WRITE })).toBe(-EAGAIN);
    expect(k.committedAs).toBe(committed);
  });

  it('does not hold root', () => {
    const k = boot();
    const t = spawn(k, 'root');
    t.flags |= PF_CAP_SYS_ADMIN;
    expect(mlock(k, t, anon(k, t, LIMIT + 100), LIMIT + 100)).toBe(0);
  });
});
