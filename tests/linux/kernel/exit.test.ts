import { describe, expect, it } from 'vitest';
import { audit } from '../../../src/linux/audit';
import type { Kernel } from '../../../src/linux/include/kernel';
import { MMF_OOM_SKIP } from '../../../src/linux/include/mm_types';
import { PF_MEMDIE, PF_STUCK, TASK_UNINTERRUPTIBLE, type Task } from '../../../src/linux/include/sched';
import { NR_ANON_MAPPED, NR_PAGETABLE } from '../../../src/linux/include/vmstat';
import { doExit, doExitStep, EXIT_ALIVE, oomReapMm } from '../../../src/linux/kernel/exit';
import { allocThreadStack, fork, mmAlloc } from '../../../src/linux/kernel/fork';
import { findTask, sendSigkill } from '../../../src/linux/kernel/sched/core';
import { getMmRssSum } from '../../../src/linux/mm/mm_counters';
import { ALLOC_WAIT } from '../../../src/linux/mm/page_alloc';
import { anon, boot, freePages, settle, spawn, touch } from '../driver';

/** A process with so many anonymous pages that has been told to die. */
function killed(k: Kernel, pages: number): Task {
  const t = spawn(k, 'hog');
  touch(k, t, anon(k, t, pages), pages);
  sendSigkill(k, t);
  return t;
}

describe('exit', () => {
  it('gives everything back', () => {
    const k = boot();
    const before = freePages(k);
    const t = spawn(k, 'hog');
    touch(k, t, anon(k, t, 3000), 3000);
    doExit(k, t, 0);
    expect(doExitStep(k, t, Infinity)).toBe(true);
    expect(freePages(k)).toBe(before);
    expect(k.nodes[0].stat[NR_PAGETABLE]).toBe(0);
    expect(k.committedAs).toBe(0);
    expect(findTask(k, t.pid)).toBeNull();
    expect(audit(k)).toEqual([]);
  });

  it('unmaps in turns and frees at the end; the next victim may be chosen when all is unmapped, before it is free', () => {
    const k = boot();
    const t = killed(k, 4000);
    const mm = k.mms[t.mm];
    t.flags |= PF_MEMDIE;
    const before = freePages(k);
    const turns = { unmapping: 0, freeing: 0 };
    k.cost = 0;
    while (!doExitStep(k, t, k.cost + 20_000)) {
      expect(t.flags & PF_MEMDIE).toBe(0);
      expect(t.mm).toBe(-1);
      expect(audit(k)).toEqual([]);
      if (mm.flags & MMF_OOM_SKIP) {
        turns.freeing++;
        expect(k.nodes[0].stat[NR_ANON_MAPPED]).toBe(0);
        expect(freePages(k)).toBeGreaterThan(before);
      } else {
        turns.unmapping++;
        // The lists of what is to be freed take pages themselves, one for 509 entries.
        expect(freePages(k)).toBeLessThanOrEqual(before);
        expect(freePages(k)).toBeGreaterThanOrEqual(before - 8);
      }
    }
    expect(turns.unmapping).toBeGreaterThan(3);
    expect(turns.freeing).toBeGreaterThan(1);
    expect(freePages(k)).toBeGreaterThan(before + 4000);
  });

  it('others may run when all is unmapped and nothing is free: the moment in which a second victim is chosen', () => {
    const k = boot();
    const t = killed(k, 1000);
    const mm = k.mms[t.mm];
    const before = freePages(k);
    const hidden: number[] = [];
    // The cpu is wanted by another at every turn.
    while (!doExitStep(k, t, k.cost)) {
      expect(audit(k)).toEqual([]);
      if (mm.flags & MMF_OOM_SKIP) hidden.push(freePages(k) - before);
    }
    expect(hidden[0]).toBeLessThanOrEqual(0);
    expect(hidden[1]).toBeGreaterThan(500);
  });

  it('a task stuck in the kernel does not exit; the reaper takes its memory', () => {
    const k = boot();
    const t = spawn(k, 'nfs');
    touch(k, t, anon(k, t, 1000), 1000);
    t.flags |= PF_STUCK;
    sendSigkill(k, t);
    expect(doExitStep(k, t, Infinity)).toBe(false);
    expect(t.state).toBe(TASK_UNINTERRUPTIBLE);
    expect(t.exitStage).toBe(EXIT_ALIVE);
    const before = freePages(k);
    expect(oomReapMm(k, k.mms[t.mm])).toBe(true);
    expect(freePages(k)).toBe(before + 1000);
    expect(getMmRssSum(k.mms[t.mm])).toBe(0);
    // Page tables stay.
    expect(k.mms[t.mm].pgtablesBytes).toBeGreaterThan(0);
  });

  it('a process killed in the middle of a fork takes the half-made child with it', () => {
    const k = boot();
    const t = spawn(k, 'parent');
    touch(k, t, anon(k, t, 3000), 3000);
    const work = { flags: 0, stack: [], mm: -1, vma: 0, vpn: -1 };
    allocThreadStack(k, t, work.stack);
    work.mm = mmAlloc(k, t);
    t.forkWork = work;
    // No more memory: the child's first page table has to wait.
    for (const z of k.zones) z.watermark.fill(1e6);
    expect(fork(k, t)).toBe(ALLOC_WAIT);
    // While the tables are being copied nobody else may take them apart.
    expect(oomReapMm(k, k.mms[t.mm])).toBe(false);
    expect(audit(k).filter((line) => !line.includes('watermark'))).toEqual([]);
    sendSigkill(k, t);
    expect(doExitStep(k, t, Infinity)).toBe(true);
    expect(k.committedAs).toBe(0);
    expect(k.mms.every((mm) => mm.users === 0 && mm.pgd === 0)).toBe(true);
    expect(audit(k).filter((line) => !line.includes('watermark'))).toEqual([]);
  });

  it('children of the dead belong to init', () => {
    const k = boot();
    const t = spawn(k, 'parent');
    const c = settle(k, t, () => fork(k, t));
    doExit(k, t, 0);
    doExitStep(k, t, Infinity);
    expect(typeof c !== 'number' && c.ppid).toBe(1);
  });
});
