import { describe, expect, it } from 'vitest';
import { ENOMEM } from '../../../src/linux/include/errno';
import { VM_NORESERVE, VM_READ, VM_SHARED, VM_WRITE } from '../../../src/linux/include/mm_types';
import { brk, mmap, munmap } from '../../../src/linux/mm/mmap';
import { vmCommitLimit } from '../../../src/linux/mm/util';
import { boot, spawn, touch } from '../driver';

const RW = VM_READ | VM_WRITE;

describe('overcommit', () => {
  it('mode 0 grants one mapping up to all RAM and swap, no matter what is promised already', () => {
    const k = boot({ pages: 10_000, swap: 5000 });
    const t = spawn(k, 'root');
    expect(mmap(k, t, { pages: 15_000, flags: RW })).toBeGreaterThan(0);
    expect(mmap(k, t, { pages: 15_000, flags: RW })).toBeGreaterThan(0);
    expect(mmap(k, t, { pages: 15_001, flags: RW })).toBe(-ENOMEM);
    expect(mmap(k, t, { pages: 15_001, flags: RW | VM_NORESERVE })).toBeGreaterThan(0);
    expect(k.committedAs).toBe(30_000);
  });

  it('limits and reserves may be larger than an int holds', () => {
    const k = boot({ pages: 10_000 });
    const t = spawn(k, 'root');
    k.sysctl.overcommit_memory = 2;
    k.sysctl.overcommit_kbytes = 2 ** 32;
    expect(vmCommitLimit(k)).toBe(2 ** 30);
    k.sysctl.admin_reserve_kbytes = 2 ** 33;
    t.uid = 1000;
    expect(mmap(k, t, { pages: 1, flags: RW })).toBe(-ENOMEM);
  });

  it('mode 1 grants everything', () => {
    const k = boot({ pages: 10_000 });
    const t = spawn(k, 'root');
    k.sysctl.overcommit_memory = 1;
    expect(mmap(k, t, { pages: 10 ** 9, flags: RW })).toBeGreaterThan(0);
  });

  it('mode 2 grants CommitLimit - Committed_AS - 1 - min(total_vm / 32, user reserve), to a user less the admin reserve', () => {
    const k = boot({ pages: 10_000, swap: 5000 });
    const t = spawn(k, 'root');
    k.sysctl.overcommit_memory = 2;
    k.sysctl.user_reserve_kbytes = 400;
    k.sysctl.admin_reserve_kbytes = 800;
    expect(vmCommitLimit(k)).toBe(5000 + 5000);
    const vpn = mmap(k, t, { pages: 3200, flags: RW });
    const grant = 10_000 - 3200 - 1 - 100;
    expect(mmap(k, t, { pages: grant + 1, flags: RW })).toBe(-ENOMEM);
    // MAP_NORESERVE does not help here.
    expect(mmap(k, t, { pages: grant + 1, flags: RW | VM_NORESERVE })).toBe(-ENOMEM);
    t.uid = 1000;
    expect(mmap(k, t, { pages: grant - 199, flags: RW })).toBe(-ENOMEM);
    const second = mmap(k, t, { pages: grant - 200, flags: RW });
    expect(second).toBeGreaterThan(0);
    t.uid = 0;
    munmap(k, t, second, grant - 200);
    expect(mmap(k, t, { pages: grant, flags: RW })).toBeGreaterThan(0);
    munmap(k, t, vpn, 3200);
    expect(k.committedAs).toBe(grant);
  });

  it('overcommit_kbytes replaces the ratio', () => {
    const k = boot({ pages: 10_000, swap: 100 });
    k.sysctl.overcommit_kbytes = 4000;
    expect(vmCommitLimit(k)).toBe(1100);
  });

  it('charges private writable and shared anonymous memory, and not what is read-only', () => {
    const k = boot();
    const t = spawn(k, 'a');
    mmap(k, t, { pages: 100, flags: VM_READ });
    expect(k.committedAs).toBe(0);
    const shared = mmap(k, t, { pages: 100, flags: RW | VM_SHARED });
    expect(k.committedAs).toBe(100);
    touch(k, t, shared, 100);
    expect(k.committedAs).toBe(100);
    munmap(k, t, shared, 100);
    expect(k.committedAs).toBe(0);
  });

  it('brk grows and shrinks the heap', () => {
    const k = boot();
    const t = spawn(k, 'a');
    const mm = k.mms[t.mm];
    mm.startBrk = 1000;
    mm.brk = 1000;
    expect(brk(k, t, 1500)).toBe(0);
    expect(brk(k, t, 2000)).toBe(0);
    expect(mm.vmas.length).toBe(1);
    expect(mm.dataVm).toBe(1000);
    touch(k, t, 1000, 1000);
    expect(brk(k, t, 1200)).toBe(0);
    expect(k.committedAs).toBe(200);
    expect(brk(k, t, 1000)).toBe(0);
    expect(mm.vmas.length).toBe(0);
    expect(mm.pgtablesBytes).toBe(0);
  });
});

it('a refused promise is logged with its size, ten times in five seconds', () => {
  const k = boot({ pages: 10_000 });
  const t = spawn(k, 'root');
  for (let i = 0; i < 15; i++) mmap(k, t, { pages: 2 ** 33, flags: RW });
  const lines = k.log.map((l) => l.text).filter((l) => l.startsWith('__vm_enough_memory'));
  expect(lines.length).toBe(10);
  expect(lines[0]).toBe(
    `__vm_enough_memory: pid: ${t.pid}, comm: root, bytes: 35184372088832 not enough memory for the allocation`,
  );
});
