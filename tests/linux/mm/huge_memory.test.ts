import { describe, expect, it } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { meminfoKb, readProcFile, vmstatValues } from '../../../src/linux/fs/proc';
import { MIGRATE_MOVABLE } from '../../../src/linux/include/gfp';
import { MM_ANONPAGES, VM_READ, VM_WRITE } from '../../../src/linux/include/mm_types';
import { PGTYPE_KERNEL, PGZONE_MASK, PTE_SHIFT } from '../../../src/linux/include/page';
import {
  PF_KCOMPACTD,
  PF_KTHREAD,
  TASK_INTERRUPTIBLE,
  type Task,
  WAIT_KTHREAD,
} from '../../../src/linux/include/sched';
import { doExit, doExitStep } from '../../../src/linux/kernel/exit';
import { fork } from '../../../src/linux/kernel/fork';
import { createTask, sleepOn } from '../../../src/linux/kernel/sched/core';
import { writeSysctl } from '../../../src/linux/kernel/sysctl';
import { compoundHead, shrinkDeferredSplit } from '../../../src/linux/mm/huge_memory';
import { madviseDontneed } from '../../../src/linux/mm/madvise';
import { mlock, munlock } from '../../../src/linux/mm/mlock';
import { getMmCounterSum } from '../../../src/linux/mm/mm_counters';
import { mmap, munmap } from '../../../src/linux/mm/mmap';
import { ALLOC_WAIT } from '../../../src/linux/mm/page_alloc';
import { clearBlock, freeOnePage, rmqueueBuddy } from '../../../src/linux/mm/page_alloc/buddy';
import { drainAllPages } from '../../../src/linux/mm/page_alloc/pcp';
import { ptePtr } from '../../../src/linux/mm/pgtable';
import { tryToIncMaxSeq } from '../../../src/linux/mm/vmscan/lru_gen/aging';
import { folioLruGen } from '../../../src/linux/mm/vmscan/lru_gen/mm_inline';
import { bootRig, type Rig, type RigConfig, runUntil, spawn, touch } from './rig';

const boot = (config: RigConfig): Rig => {
  const r = bootRig(config);
  r.k.thp.enabled = 'always';
  return r;
};
const map = (r: Rig, task: Task, pages: number): number => mmap(r.k, task, { pages, flags: VM_READ | VM_WRITE });
const rss = (r: Rig, task: Task): number => getMmCounterSum(r.k.mms[task.mm], MM_ANONPAGES);
const count = (r: Rig, name: string): number => vmstatValues(r.k)[name];

/** A process that has written so many pages of a mapping of as many. */
function writer(r: Rig, pages: number): { task: Task; at: number } {
  const task = spawn(r, 'writer');
  const at = map(r, task, pages);
  touch(r, task, at, pages);
  return { task, at };
}

function exit(r: Rig, task: Task): void {
  doExit(r.k, task, 0);
  while (!doExitStep(r.k, task, Infinity));
}

function forkOf(r: Rig, task: Task): Task {
  let child: Task | null = null;
  runUntil(
    r,
    () => child !== null,
    task,
    () => {
      const c = fork(r.k, task);
      if (typeof c !== 'number') child = c;
      else if (c !== ALLOC_WAIT) throw new Error('no child');
    },
  );
  if (child === null) throw new Error('no child');
  return child;
}

describe.each([false, true])('a transparent huge page (multi-gen LRU: %s)', (lruGen) => {
  it('comes with the first store: 512 pages of RSS, one fault, one page table', () => {
    const r = boot({ pages: 16_384, lruGen });
    const task = spawn(r, 'writer');
    const at = map(r, task, 2048);
    expect(at % 512).toBe(0);
    const tables = r.k.mms[task.mm].pgtablesBytes;
    touch(r, task, at + 700, 1);
    expect(rss(r, task)).toBe(512);
    expect(task.minFlt).toBe(1);
    expect(r.k.mms[task.mm].pgtablesBytes - tables).toBe(3 * 4096);
    touch(r, task, at + 512, 512);
    expect(task.minFlt).toBe(1);
    expect(count(r, 'thp_fault_alloc')).toBe(1);
    expect(count(r, 'nr_anon_transparent_hugepages')).toBe(1);
    expect(meminfoKb(r.k).AnonHugePages).toBe(2048);
    expect(meminfoKb(r.k).AnonPages).toBe(2048);
    expect(audit(r.k)).toEqual([]);
    exit(r, task);
    expect(meminfoKb(r.k).AnonHugePages).toBe(0);
    expect(audit(r.k)).toEqual([]);
  });

  it('is given only where 512 aligned pages of the mapping have no page table yet', () => {
    const r = boot({ pages: 16_384, lruGen });
    const { task } = writer(r, 300);
    expect(count(r, 'thp_fault_alloc')).toBe(0);
    expect(rss(r, task)).toBe(300);
    const odd = map(r, task, 1500);
    touch(r, task, odd, 1500);
    expect(count(r, 'thp_fault_alloc')).toBeLessThanOrEqual(2);
    expect(rss(r, task)).toBe(1800);
    expect(audit(r.k)).toEqual([]);
  });

  it('falls back to single pages where no free block is large enough, without reclaim', () => {
    const r = boot({ pages: 8192, lruGen });
    const z = r.k.zones[0];
    for (;;) {
      const p = rmqueueBuddy(r.k, z, 10, MIGRATE_MOVABLE, 0);
      if (p < 0) break;
      z.free -= 1024;
      for (let q = p; q < p + 1024; q++) r.k.mem.flags[q] = (r.k.mem.flags[q] & PGZONE_MASK) | PGTYPE_KERNEL;
      // A quarter of each block is all that stays free.
      clearBlock(r.k.mem, p, 8);
      freeOnePage(r.k, z, p, 8);
    }
    const { task } = writer(r, 1024);
    expect(count(r, 'thp_fault_fallback')).toBe(2);
    expect(count(r, 'thp_fault_alloc')).toBe(0);
    expect(rss(r, task)).toBe(1024);
    expect(count(r, 'pgscan_direct')).toBe(0);
    expect(audit(r.k)).toEqual([]);
  });

  it('keeps its memory when a part of it is dropped, until memory is short', () => {
    const r = boot({ pages: 16_384, lruGen });
    const { task, at } = writer(r, 1024);
    const free = r.k.zones[0].free + r.k.zones[0].pcp[0].count;
    for (let i = 0; i < 1024; i += 2) madviseDontneed(r.k, task, at + i, 1);
    expect(rss(r, task)).toBe(512);
    expect(r.k.zones[0].free + r.k.zones[0].pcp[0].count).toBe(free);
    expect(count(r, 'thp_split_pmd')).toBe(2);
    expect(count(r, 'thp_deferred_split_page')).toBe(2);
    expect(count(r, 'thp_split_page')).toBe(0);
    expect(audit(r.k)).toEqual([]);
    shrinkDeferredSplit(r.k, r.k.nodes[0], 0);
    expect(count(r, 'thp_split_page')).toBe(2);
    expect(r.k.zones[0].free + r.k.zones[0].pcp[0].count).toBe(free + 512);
    expect(rss(r, task)).toBe(512);
    expect(audit(r.k)).toEqual([]);
  });

  it('is free again when its last frame is unmapped, piece by piece or with the mapping', () => {
    const r = boot({ pages: 16_384, lruGen });
    const { task, at } = writer(r, 1024);
    const free = r.k.zones[0].free + r.k.zones[0].pcp[0].count;
    for (let i = 0; i < 512; i += 64) madviseDontneed(r.k, task, at + i, 64);
    expect(r.k.zones[0].free + r.k.zones[0].pcp[0].count).toBe(free + 512);
    expect(munmap(r.k, task, at + 512 + 100, 200)).toBe(0);
    expect(audit(r.k)).toEqual([]);
    exit(r, task);
    expect(audit(r.k)).toEqual([]);
  });

  it('is shared whole after fork, and copied frame by frame when one side writes', () => {
    const r = boot({ pages: 16_384, lruGen });
    const { task, at } = writer(r, 1024);
    const child = forkOf(r, task);
    expect(rss(r, child)).toBe(1024);
    expect(count(r, 'nr_anon_transparent_hugepages')).toBe(2);
    expect(audit(r.k)).toEqual([]);
    touch(r, child, at + 5, 1);
    expect(count(r, 'thp_split_pmd')).toBe(1);
    expect(count(r, 'nr_anon_transparent_hugepages')).toBe(2);
    expect(meminfoKb(r.k).AnonPages).toBe(4 * 1025);
    exit(r, task);
    expect(audit(r.k)).toEqual([]);
    // The other one is the child's alone now: it stays whole.
    touch(r, child, at + 512, 512);
    expect(count(r, 'nr_anon_transparent_hugepages')).toBe(1);
    expect(audit(r.k)).toEqual([]);
  });

  it('is locked as a whole', () => {
    const r = boot({ pages: 16_384, lruGen });
    const { task, at } = writer(r, 512);
    mlock(r.k, task, at, 512);
    expect(meminfoKb(r.k).Mlocked).toBe(2048);
    expect(meminfoKb(r.k).Unevictable).toBe(2048);
    expect(audit(r.k)).toEqual([]);
    munlock(r.k, task, at, 512);
    expect(meminfoKb(r.k).Mlocked).toBe(0);
    expect(audit(r.k)).toEqual([]);
  });

  it('is taken apart on its way to swap, and comes back in single pages', () => {
    const r = boot({ pages: 8192, swap: 8000, lruGen });
    const { task, at } = writer(r, 4096);
    const huge = count(r, 'thp_fault_alloc');
    expect(huge).toBeGreaterThan(4);
    const other = writer(r, 6144);
    expect(count(r, 'thp_split_page')).toBeGreaterThan(0);
    expect(count(r, 'thp_swpout_fallback')).toBe(count(r, 'thp_split_page'));
    expect(count(r, 'pswpout')).toBeGreaterThan(1000);
    expect(audit(r.k)).toEqual([]);
    touch(r, task, at, 4096, false);
    expect(audit(r.k)).toEqual([]);
    exit(r, other.task);
    exit(r, task);
    expect(audit(r.k)).toEqual([]);
  });
});

describe('where no free block is large enough', () => {
  const scattered = (defrag: 'defer' | 'never') => {
    const r = boot({ pages: 16_384 });
    r.k.thp.enabled = 'never';
    const { task, at } = writer(r, 15_000);
    for (let i = 0; i < 15_000; i++) if (i % 3 !== 0) madviseDontneed(r.k, task, at + i, 1);
    drainAllPages(r.k);
    for (let p = 0; p >= 0; ) {
      p = rmqueueBuddy(r.k, r.k.zones[0], 9, MIGRATE_MOVABLE, 0);
      if (p < 0) break;
      r.k.zones[0].free -= 512;
      for (let q = p; q < p + 512; q++) r.k.mem.flags[q] = (r.k.mem.flags[q] & PGZONE_MASK) | PGTYPE_KERNEL;
    }
    r.k.thp = { enabled: 'always', defrag };
    const kcompactd = createTask(r.k, { comm: 'kcompactd0', flags: PF_KTHREAD | PF_KCOMPACTD });
    r.k.nodes[0].kcompactd = kcompactd.pid;
    sleepOn(r.k, kcompactd, WAIT_KTHREAD, 0, Infinity, TASK_INTERRUPTIBLE);
    writer(r, 1024);
    return { r, kcompactd };
  };

  it('defrag=defer leaves making one to the daemons, defrag=never to nobody', () => {
    const deferred = scattered('defer');
    expect(count(deferred.r, 'thp_fault_fallback')).toBe(2);
    expect(deferred.r.k.nodes[0].kcompactdMaxOrder + deferred.r.k.nodes[0].kswapdOrder).toBeGreaterThanOrEqual(9);
    const never = scattered('never');
    expect(count(never.r, 'thp_fault_fallback')).toBe(2);
    expect(never.r.k.nodes[0].kcompactdMaxOrder + never.r.k.nodes[0].kswapdOrder).toBe(0);
  });
});

describe('the aging of the multi-gen LRU', () => {
  it('finds a huge page young by any of its entries, whatever the filter says of the table', () => {
    const r = boot({ pages: 8192, swap: 1000, lruGen: true, kswapd: false });
    const { k } = r;
    const { task, at } = writer(r, 1024);
    const g = k.nodes[0].lruvecs[0].lrugen;
    const head = (vpn: number) => compoundHead(k.pgtables.entries[ptePtr(k, k.mms[task.mm], vpn)] >>> PTE_SHIFT);
    const genOf = (vpn: number) => folioLruGen(k.mem.flags[head(vpn)]);
    for (let i = 0; i < 2; i++) tryToIncMaxSeq(k, k.nodes[0].lruvecs[0], true);
    // Only the first of the two is used again, in its middle.
    touch(r, task, at + 300, 1);
    tryToIncMaxSeq(k, k.nodes[0].lruvecs[0], true);
    expect(genOf(at)).toBe((g.maxSeq - 1) % 4);
    expect(genOf(at + 512)).not.toBe(genOf(at));
    expect(audit(k)).toEqual([]);
  });
});

describe('/sys/kernel/mm/transparent_hugepage', () => {
  it('is read as all values with the present one in brackets, and written as one of them', () => {
    const { k } = bootRig({ pages: 8192, kswapd: false });
    const enabled = '/sys/kernel/mm/transparent_hugepage/enabled';
    const defrag = '/sys/kernel/mm/transparent_hugepage/defrag';
    expect(readProcFile(k, enabled)).toBe('always madvise [never]\n');
    expect(readProcFile(k, defrag)).toBe('always defer defer+madvise [madvise] never\n');
    expect(writeSysctl(k, enabled, 'sometimes')).toBe(-22);
    expect(writeSysctl(k, defrag, 'never')).toBe(0);
    expect(readProcFile(k, defrag)).toBe('always defer defer+madvise madvise [never]\n');
  });

  it('raises min_free_kbytes while huge pages are on', () => {
    const { k } = bootRig({ pages: 262_144, kswapd: false });
    const enabled = '/sys/kernel/mm/transparent_hugepage/enabled';
    const before = k.sysctl.min_free_kbytes;
    writeSysctl(k, enabled, 'always');
    expect(k.sysctl.min_free_kbytes).toBe(512 * 11 * 4);
    writeSysctl(k, enabled, 'never');
    // What is free for it is less by what the raise has kept back.
    expect(k.sysctl.min_free_kbytes).toBeLessThanOrEqual(before);
    expect(k.sysctl.min_free_kbytes).toBeGreaterThan(0.9 * before);
  });
});
