import { describe, expect, it } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { createInode, unlinkInode } from '../../../src/linux/fs/inode';
import { ENOSPC } from '../../../src/linux/include/errno';
import { MM_SHMEMPAGES, VM_READ, VM_SHARED, VM_WRITE } from '../../../src/linux/include/mm_types';
import { LRU_ACTIVE_ANON } from '../../../src/linux/include/mmzone';
import {
  NR_ANON_MAPPED,
  NR_FILE_PAGES,
  NR_LRU_BASE,
  NR_SHMEM,
  NR_SLAB_RECLAIMABLE_B,
  PSWPIN,
  PSWPOUT,
} from '../../../src/linux/include/vmstat';
import { doExit, doExitStep } from '../../../src/linux/kernel/exit';
import { filemapRead } from '../../../src/linux/mm/filemap';
import { getMmCounterSum } from '../../../src/linux/mm/mm_counters';
import { mmap } from '../../../src/linux/mm/mmap';
import { shmemAppend } from '../../../src/linux/mm/shmem';
import { lruAddDrainAll } from '../../../src/linux/mm/swap';
import { anon, boot, finishIo, freePages, settle, spawn, touch } from '../driver';

describe('tmpfs', () => {
  it('is page cache on the anonymous lists that belongs to nobody', () => {
    const k = boot();
    const t = spawn(k, 'filler');
    const f = createInode(k, { name: '/t/x', kind: 'shmem', nrPages: 0, shmemLimit: 10_000 });
    expect(settle(k, t, () => shmemAppend(k, t, f, 1000))).toBe(1000);
    lruAddDrainAll(k);
    const { stat } = k.nodes[0];
    expect(stat[NR_SHMEM]).toBe(1000);
    expect(stat[NR_FILE_PAGES]).toBe(1000);
    expect(stat[NR_ANON_MAPPED]).toBe(0);
    expect(stat[NR_LRU_BASE + LRU_ACTIVE_ANON]).toBe(1000);
    expect(getMmCounterSum(k.mms[t.mm], MM_SHMEMPAGES)).toBe(0);
    expect(k.committedAs).toBe(1000);
    expect(audit(k)).toEqual([]);
  });

  it('outlives its writer, and goes when it is deleted', () => {
    const k = boot();
    const t = spawn(k, 'filler');
    const f = createInode(k, { name: '/t/x', kind: 'shmem', nrPages: 0 });
    const before = freePages(k);
    shmemAppend(k, t, f, 1000);
    doExit(k, t, 0);
    doExitStep(k, t, Infinity);
    expect(k.nodes[0].stat[NR_SHMEM]).toBe(1000);
    const u = spawn(k, 'rm');
    expect(unlinkInode(k, u, f)).toBe(0);
    expect(k.nodes[0].stat[NR_SHMEM]).toBe(0);
    expect(k.committedAs).toBe(0);
    expect(freePages(k)).toBeGreaterThanOrEqual(before - 10);
    expect(audit(k)).toEqual([]);
  });

  it('is full at its size', () => {
    const k = boot();
    const t = spawn(k, 'filler');
    const f = createInode(k, { name: '/t/x', kind: 'shmem', nrPages: 0, shmemLimit: 100 });
    expect(shmemAppend(k, t, f, 150)).toBe(100);
    expect(shmemAppend(k, t, f, 1)).toBe(-ENOSPC);
  });

  it('goes to swap under pressure and comes back when it is read', () => {
    const k = boot({ pages: 8192, swap: 16_384 });
    const t = spawn(k, 'filler');
    const f = createInode(k, { name: '/t/x', kind: 'shmem', nrPages: 0 });
    for (let n = 0; n < 6000; ) n += settle(k, t, () => shmemAppend(k, t, f, 64));
    touch(k, t, anon(k, t, 4000), 4000);
    const size = f.nrPages;
    expect(k.vmEvents[PSWPOUT]).toBeGreaterThan(0);
    expect(k.nodes[0].stat[NR_SHMEM]).toBeLessThan(size);
    finishIo(k);
    expect(audit(k)).toEqual([]);
    for (let at = 0; at < size; ) at += settle(k, t, () => filemapRead(k, t, f, at, 16));
    expect(k.vmEvents[PSWPIN]).toBeGreaterThan(0);
    finishIo(k);
    expect(audit(k)).toEqual([]);
    unlinkInode(k, t, f);
    finishIo(k);
    expect(k.nodes[0].stat[NR_SHMEM]).toBe(0);
    expect(audit(k)).toEqual([]);
  });
});

describe('shared anonymous memory', () => {
  it('is a shmem object: RSS of its mapper, promised as a whole', () => {
    const k = boot();
    const t = spawn(k, 'db');
    const before = freePages(k);
    const vpn = mmap(k, t, { pages: 500, flags: VM_READ | VM_WRITE | VM_SHARED });
    expect(k.committedAs).toBe(500);
    touch(k, t, vpn, 300);
    expect(getMmCounterSum(k.mms[t.mm], MM_SHMEMPAGES)).toBe(300);
    expect(k.nodes[0].stat[NR_SHMEM]).toBe(300);
    expect(audit(k)).toEqual([]);
    doExit(k, t, 0);
    doExitStep(k, t, Infinity);
    expect(k.nodes[0].stat[NR_SHMEM]).toBe(0);
    expect(k.committedAs).toBe(0);
    // Its PGD goes, too; the slab of the nodes that held the pages stays at hand.
    expect(freePages(k)).toBe(before + 2 - k.nodes[0].stat[NR_SLAB_RECLAIMABLE_B]);
  });
});
