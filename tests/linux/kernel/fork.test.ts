import { describe, expect, it } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { createInode } from '../../../src/linux/fs/inode';
import { ENOMEM } from '../../../src/linux/include/errno';
import type { Kernel } from '../../../src/linux/include/kernel';
import {
  MM_ANONPAGES,
  MM_FILEPAGES,
  MM_SWAPENTS,
  VM_EXEC,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '../../../src/linux/include/mm_types';
import type { Task } from '../../../src/linux/include/sched';
import { NR_ANON_MAPPED, NR_KERNEL_STACK_KB, PGREUSE } from '../../../src/linux/include/vmstat';
import { doExit, doExitStep } from '../../../src/linux/kernel/exit';
import { CLONE_VFORK, CLONE_VM, fork } from '../../../src/linux/kernel/fork';
import { getMmCounter, getMmCounterSum, getMmRssSum } from '../../../src/linux/mm/mm_counters';
import { mmap } from '../../../src/linux/mm/mmap';
import { anon, boot, finishIo, freePages, settle, spawn, touch } from '../driver';

/** fork(2) that must succeed. */
function child(k: Kernel, t: Task, flags = 0): Task {
  const c = settle(k, t, () => fork(k, t, flags));
  if (typeof c === 'number') throw new Error(`fork: ${c}`);
  return c;
}

function exit(k: Kernel, t: Task): void {
  doExit(k, t, 0);
  settle(
    k,
    t,
    () => doExitStep(k, t, Infinity),
    (done) => !done,
  );
}

describe('fork', () => {
  it("counts the parent's pages again for the child, and takes only tables and a kernel stack", () => {
    const k = boot();
    const t = spawn(k, 'parent');
    const vpn = anon(k, t, 2000);
    touch(k, t, vpn, 2000);
    const before = freePages(k);
    const c = child(k, t);
    expect(getMmCounterSum(k.mms[c.mm], MM_ANONPAGES)).toBe(2000);
    expect(k.nodes[0].stat[NR_ANON_MAPPED]).toBe(2000);
    expect(k.mms[c.mm].pgtablesBytes).toBe(k.mms[t.mm].pgtablesBytes);
    // Page tables, two pages of PGD, four of stack.
    expect(before - freePages(k)).toBe(k.mms[c.mm].pgtablesBytes / 4096 + 2 + 4);
    expect(k.nodes[0].stat[NR_KERNEL_STACK_KB]).toBe(16);
    expect(k.committedAs).toBe(4000);
    expect(audit(k)).toEqual([]);
  });

  it('copies a shared page on the first store and reuses the one that is left alone', () => {
    const k = boot();
    const t = spawn(k, 'parent');
    const vpn = anon(k, t, 100);
    touch(k, t, vpn, 100);
    const c = child(k, t);
    const before = freePages(k);
    touch(k, c, vpn, 60);
    expect(before - freePages(k)).toBe(60);
    expect(getMmRssSum(k.mms[c.mm])).toBe(100);
    touch(k, t, vpn, 60);
    expect(before - freePages(k)).toBe(60);
    expect(k.vmEvents[PGREUSE]).toBe(60);
    expect(audit(k)).toEqual([]);
  });

  it('killing one of two that share everything frees almost nothing', () => {
    const k = boot();
    const t = spawn(k, 'parent');
    const vpn = anon(k, t, 3000);
    touch(k, t, vpn, 3000);
    const before = freePages(k);
    const c = child(k, t);
    exit(k, t);
    // The parent's tables, for the child's; its pages are still mapped.
    expect(Math.abs(freePages(k) - before)).toBeLessThan(10);
    expect(getMmCounterSum(k.mms[c.mm], MM_ANONPAGES)).toBe(3000);
    exit(k, c);
    expect(freePages(k)).toBeGreaterThan(before + 2990);
    expect(audit(k)).toEqual([]);
  });

  it('shares entries in swap too', () => {
    const k = boot({ pages: 8192, swap: 16_384 });
    const t = spawn(k, 'parent');
    const vpn = anon(k, t, 9000);
    touch(k, t, vpn, 9000);
    const out = getMmCounterSum(k.mms[t.mm], MM_SWAPENTS);
    expect(out).toBeGreaterThan(0);
    const c = child(k, t);
    expect(getMmRssSum(k.mms[c.mm]) + getMmCounterSum(k.mms[c.mm], MM_SWAPENTS)).toBe(9000);
    finishIo(k);
    expect(audit(k)).toEqual([]);
    exit(k, c);
    expect(audit(k)).toEqual([]);
    exit(k, t);
    expect(k.swap.total - k.swap.free).toBeLessThanOrEqual(k.swap.cache.filter((p) => p > 0).length);
    expect(audit(k)).toEqual([]);
  });

  it("leaves the program's text to be faulted in again", () => {
    const k = boot();
    const t = spawn(k, 'parent');
    const text = createInode(k, { name: '/bin/parent', kind: 'ramfs', nrPages: 64 });
    const at = mmap(k, t, { pages: 64, flags: VM_READ | VM_EXEC, inode: text.id });
    touch(k, t, at, 64, false);
    const c = child(k, t);
    expect(getMmCounterSum(k.mms[t.mm], MM_FILEPAGES)).toBe(64);
    expect(getMmCounterSum(k.mms[c.mm], MM_FILEPAGES)).toBe(0);
    touch(k, c, at, 1, false);
    // Fault-around: the 16 cached pages around the address.
    expect(getMmCounterSum(k.mms[c.mm], MM_FILEPAGES)).toBe(16);
    expect(c.minFlt).toBe(1);
    expect(audit(k)).toEqual([]);
  });

  it('shares MAP_SHARED memory for real', () => {
    const k = boot();
    const t = spawn(k, 'parent');
    const at = mmap(k, t, { pages: 50, flags: VM_READ | VM_WRITE | VM_SHARED });
    touch(k, t, at, 50);
    const before = freePages(k);
    const c = child(k, t);
    const tables = before - freePages(k);
    touch(k, c, at, 50);
    // A store by the child finds the parent's pages: no copy, only a table or two.
    expect(before - freePages(k) - tables).toBeLessThanOrEqual(4);
    exit(k, t);
    expect(getMmRssSum(k.mms[c.mm])).toBe(50);
    exit(k, c);
    expect(k.committedAs).toBe(0);
    expect(audit(k)).toEqual([]);
  });

  it('is refused in overcommit mode 2 when the copy cannot be promised, and leaves no trace', () => {
    const k = boot();
    const t = spawn(k, 'parent');
    k.sysctl.overcommit_memory = 2;
    k.sysctl.user_reserve_kbytes = 0;
    k.sysctl.admin_reserve_kbytes = 0;
    const vpn = anon(k, t, 5000);
    expect(vpn).toBeGreaterThan(0);
    touch(k, t, vpn, 100);
    const before = freePages(k);
    const tasks = k.tasks.length;
    expect(settle(k, t, () => fork(k, t))).toBe(-ENOMEM);
    expect(freePages(k)).toBe(before);
    expect(k.committedAs).toBe(5000);
    expect(k.tasks.length).toBe(tasks);
    expect(audit(k)).toEqual([]);
  });

  it('vfork lends the address space', () => {
    const k = boot();
    const t = spawn(k, 'parent');
    const vpn = anon(k, t, 100);
    touch(k, t, vpn, 100);
    const c = child(k, t, CLONE_VM | CLONE_VFORK);
    expect(c.mm).toBe(t.mm);
    exit(k, c);
    expect(getMmRssSum(k.mms[t.mm])).toBe(100);
    expect(audit(k)).toEqual([]);
  });

  it("puts the child at the end of the task list, with the parent's adj", () => {
    const k = boot();
    const t = spawn(k, 'parent');
    t.oomScoreAdj = 300;
    spawn(k, 'other');
    const c = child(k, t);
    expect(k.tasks[k.tasks.length - 1]).toBe(c);
    expect(c.oomScoreAdj).toBe(300);
    expect(c.ppid).toBe(t.pid);
  });

  it('adds to the approximate counters a page table at a time', () => {
    const k = boot();
    const t = spawn(k, 'parent');
    const vpn = anon(k, t, 512);
    touch(k, t, vpn, 512);
    const c = child(k, t);
    const seen = getMmCounter(k.mms[c.mm], MM_ANONPAGES);
    expect(512 - seen).toBeLessThan(32);
  });
});
