import { describe, expect, it } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { createInode, truncateInodePages, unlinkInode } from '../../../src/linux/fs/inode';
import type { Kernel } from '../../../src/linux/include/kernel';
import {
  type Inode,
  MM_ANONPAGES,
  MM_FILEPAGES,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '../../../src/linux/include/mm_types';
import { LRU_ACTIVE_FILE, LRU_INACTIVE_FILE, LRU_UNEVICTABLE } from '../../../src/linux/include/mmzone';
import type { Task } from '../../../src/linux/include/sched';
import {
  NR_FILE_DIRTY,
  NR_FILE_MAPPED,
  NR_FILE_PAGES,
  NR_LRU_BASE,
  NR_SLAB_RECLAIMABLE_B,
  PGMAJFAULT,
  PGPGIN,
} from '../../../src/linux/include/vmstat';
import { doExit, doExitStep } from '../../../src/linux/kernel/exit';
import { filemapAppend, filemapRead, filemapWrite, invalidateMappingPages } from '../../../src/linux/mm/filemap';
import { VM_FAULT_DONE, VM_FAULT_SIGBUS } from '../../../src/linux/mm/memory';
import { getMmCounterSum } from '../../../src/linux/mm/mm_counters';
import { mmap } from '../../../src/linux/mm/mmap';
import { lruAddDrainAll } from '../../../src/linux/mm/swap';
import { boot, finishIo, freePages, settle, spawn, touch } from '../driver';

const file = (k: Kernel, nrPages: number): Inode => createInode(k, { name: '/data', kind: 'file', nrPages, disk: 0 });

/** read(2) of 64 KiB at a time. */
function read(k: Kernel, t: Task, inode: Inode, from: number, pages: number): number {
  let at = from;
  while (at < from + pages) {
    const n = settle(k, t, () => filemapRead(k, t, inode, at, Math.min(16, from + pages - at)));
    if (n <= 0) break;
    at += n;
  }
  return at - from;
}

const list = (k: Kernel, lru: number): number => {
  lruAddDrainAll(k);
  return k.nodes[0].stat[NR_LRU_BASE + lru];
};

describe('read', () => {
  it('keeps what it reads in the page cache', () => {
    const k = boot();
    const t = spawn(k, 'cat');
    const f = file(k, 1000);
    expect(read(k, t, f, 0, 1200)).toBe(1000);
    expect(k.vmEvents[PGPGIN]).toBe(4000);
    expect(k.nodes[0].stat[NR_FILE_PAGES]).toBe(1000);
    expect(list(k, LRU_INACTIVE_FILE)).toBe(1000);
    const { now } = k;
    expect(read(k, t, f, 0, 1000)).toBe(1000);
    expect(k.vmEvents[PGPGIN]).toBe(4000);
    expect(k.now).toBe(now);
    finishIo(k);
    expect(audit(k)).toEqual([]);
  });

  it('the second reading makes pages active', () => {
    const k = boot({ lruGen: false });
    const t = spawn(k, 'cat');
    const f = file(k, 200);
    read(k, t, f, 0, 200);
    expect(list(k, LRU_ACTIVE_FILE)).toBe(0);
    read(k, t, f, 0, 200);
    expect(list(k, LRU_ACTIVE_FILE)).toBe(200);
  });

  it('reads ahead of a sequential reader, and one piece only for a random one', () => {
    const k = boot();
    const t = spawn(k, 'cat');
    const f = file(k, 4000);
    settle(k, t, () => filemapRead(k, t, f, 0, 4));
    expect(f.nrCached).toBe(8);
    read(k, t, f, 4, 60);
    expect(f.nrCached).toBeGreaterThan(80);
    const cached = f.nrCached;
    settle(k, t, () => filemapRead(k, t, f, 3000, 4));
    expect(f.nrCached).toBe(cached + 4);
  });

  it('an evicted page comes back from the disk', () => {
    const k = boot();
    const t = spawn(k, 'cat');
    const f = file(k, 500);
    read(k, t, f, 0, 500);
    finishIo(k);
    const before = freePages(k);
    expect(invalidateMappingPages(k, f)).toBe(500);
    expect(freePages(k)).toBe(before + 500);
    read(k, t, f, 0, 500);
    expect(k.vmEvents[PGPGIN]).toBe(4000);
  });
});

describe('write', () => {
  it('dirties the cache and makes the file longer', () => {
    const k = boot();
    const t = spawn(k, 'log');
    const f = file(k, 0);
    expect(filemapAppend(k, t, f, 100)).toBe(100);
    expect(filemapAppend(k, t, f, 50)).toBe(50);
    expect(f.nrPages).toBe(150);
    expect(k.nodes[0].stat[NR_FILE_DIRTY]).toBe(150);
    expect(invalidateMappingPages(k, f)).toBe(0);
    expect(audit(k)).toEqual([]);
  });

  it('truncation drops dirty pages unwritten', () => {
    const k = boot();
    const t = spawn(k, 'log');
    const f = file(k, 0);
    const before = freePages(k);
    filemapWrite(k, t, f, 0, 100);
    expect(settle(k, t, () => truncateInodePages(k, t, f, 0))).toBe(0);
    expect(k.nodes[0].stat[NR_FILE_DIRTY]).toBe(0);
    // The slab of the nodes that held the pages stays at hand.
    expect(freePages(k)).toBe(before - k.nodes[0].stat[NR_SLAB_RECLAIMABLE_B]);
    expect(audit(k)).toEqual([]);
  });

  it('a file in a ramfs cannot be evicted', () => {
    const k = boot();
    const t = spawn(k, 'init');
    const f = createInode(k, { name: '/init', kind: 'ramfs', nrPages: 0 });
    filemapAppend(k, t, f, 207);
    expect(list(k, LRU_UNEVICTABLE)).toBe(207);
    expect(invalidateMappingPages(k, f)).toBe(0);
  });
});

describe('mapped files', () => {
  it('one fault maps 16 pages; only the first is a major one', () => {
    const k = boot();
    const t = spawn(k, 'reader');
    const f = file(k, 1024);
    const vpn = mmap(k, t, { pages: 1024, flags: VM_READ | VM_SHARED, inode: f.id });
    for (let i = 0; i < 1024; i++) {
      touch(k, t, vpn + i, 1, false);
      // The disk is fast enough for the read-ahead to be there in time.
      finishIo(k);
    }
    expect(t.majFlt).toBe(1);
    expect(k.vmEvents[PGMAJFAULT]).toBe(1);
    // One more fault where the first window's marker stood in the middle of a group.
    expect(t.minFlt).toBe(1024 / 16);
    expect(getMmCounterSum(k.mms[t.mm], MM_FILEPAGES)).toBe(1024);
    expect(k.nodes[0].stat[NR_FILE_MAPPED]).toBe(1024);
    expect(invalidateMappingPages(k, f)).toBe(0);
    expect(audit(k)).toEqual([]);
  });

  it('a private mapping gets its own copy on a store', () => {
    const k = boot();
    const t = spawn(k, 'prog');
    const f = file(k, 64);
    const vpn = mmap(k, t, { pages: 64, flags: VM_READ | VM_WRITE, inode: f.id });
    touch(k, t, vpn, 64, false);
    touch(k, t, vpn, 10, true);
    const mm = k.mms[t.mm];
    expect(getMmCounterSum(mm, MM_ANONPAGES)).toBe(10);
    expect(getMmCounterSum(mm, MM_FILEPAGES)).toBe(54);
    expect(k.nodes[0].stat[NR_FILE_DIRTY]).toBe(0);
    finishIo(k);
    expect(audit(k)).toEqual([]);
  });

  it('a store to a shared mapping dirties the file', () => {
    const k = boot();
    const t = spawn(k, 'db');
    const f = file(k, 64);
    const vpn = mmap(k, t, { pages: 64, flags: VM_READ | VM_WRITE | VM_SHARED, inode: f.id });
    touch(k, t, vpn, 64, false);
    expect(k.nodes[0].stat[NR_FILE_DIRTY]).toBe(0);
    touch(k, t, vpn, 20, true);
    expect(k.nodes[0].stat[NR_FILE_DIRTY]).toBe(20);
    expect(audit(k)).toEqual([]);
  });

  it('beyond the end of the file is a SIGBUS', () => {
    const k = boot();
    const t = spawn(k, 'short');
    const f = file(k, 10);
    const vpn = mmap(k, t, { pages: 20, flags: VM_READ, inode: f.id });
    expect(touch(k, t, vpn, 10, false)).toBe(VM_FAULT_DONE);
    expect(touch(k, t, vpn + 10, 1, false)).toBe(VM_FAULT_SIGBUS);
  });

  it('stays cached when its process ends, marked as used; an unlinked file goes with the last mapping', () => {
    const k = boot();
    const t = spawn(k, 'reader');
    const f = file(k, 100);
    const vpn = mmap(k, t, { pages: 100, flags: VM_READ, inode: f.id });
    touch(k, t, vpn, 100, false);
    finishIo(k);
    doExit(k, t, 0);
    settle(
      k,
      t,
      () => doExitStep(k, t, Infinity),
      (done) => !done,
    );
    expect(f.nrCached).toBe(100);

    const u = spawn(k, 'reader');
    touch(k, u, mmap(k, u, { pages: 100, flags: VM_READ, inode: f.id }), 100, false);
    expect(u.majFlt).toBe(0);
    expect(unlinkInode(k, u, f)).toBe(0);
    expect(f.nrCached).toBe(100);
    doExit(k, u, 0);
    settle(
      k,
      u,
      () => doExitStep(k, u, Infinity),
      (done) => !done,
    );
    expect(f.nrCached).toBe(0);
    expect(k.nodes[0].stat[NR_FILE_PAGES]).toBe(0);
    expect(audit(k)).toEqual([]);
  });
});
