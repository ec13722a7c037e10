import { describe, expect, it } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { MM_ANONPAGES, MM_SWAPENTS, VM_READ, VM_WRITE } from '../../../src/linux/include/mm_types';
import { NR_ANON_MAPPED, NR_PAGETABLE, PGFAULT, PGMAJFAULT, PSWPIN } from '../../../src/linux/include/vmstat';
import { oomReapMm } from '../../../src/linux/kernel/exit';
import { madviseDontneed } from '../../../src/linux/mm/madvise';
import {
  handleMmFault,
  touchRandom,
  VM_FAULT_DONE,
  VM_FAULT_SIGBUS,
  VM_FAULT_SIGSEGV,
} from '../../../src/linux/mm/memory';
import { getMmCounterSum, getMmRssSum } from '../../../src/linux/mm/mm_counters';
import { mmap, munmap } from '../../../src/linux/mm/mmap';
import { LINUX_6_1, LINUX_6_12 } from '../../../src/linux/versions';
import { anon, boot, finishIo, freePages, spawn, touch } from '../driver';

const tables = (bytes: number): number => bytes / 4096;

describe('demand paging', () => {
  it('mmap promises memory and takes none', () => {
    const k = boot();
    const t = spawn(k, 'hog');
    const before = freePages(k);
    anon(k, t, 4096);
    expect(freePages(k)).toBe(before);
    expect(k.mms[t.mm].totalVm).toBe(4096);
    expect(getMmRssSum(k.mms[t.mm])).toBe(0);
  });

  it('the first store to a page gives it memory, and one page table to each 2 MiB', () => {
    const k = boot();
    const t = spawn(k, 'hog');
    const vpn = anon(k, t, 1024);
    expect(touch(k, t, vpn, 1024)).toBe(VM_FAULT_DONE);
    const mm = k.mms[t.mm];
    expect(getMmCounterSum(mm, MM_ANONPAGES)).toBe(1024);
    expect(k.nodes[0].stat[NR_ANON_MAPPED]).toBe(1024);
    // Two or three tables of the last level, by alignment, one of each level above.
    expect(tables(mm.pgtablesBytes)).toBe(2 + Math.ceil((vpn + 1024) / 512) - Math.floor(vpn / 512));
    expect(k.nodes[0].stat[NR_PAGETABLE]).toBe(tables(mm.pgtablesBytes));
    expect(t.minFlt).toBe(1024);
    expect(k.vmEvents[PGFAULT]).toBe(1024);
    expect(audit(k)).toEqual([]);
  });

  it('touching one page in each 2 MiB costs as much for tables as for pages', () => {
    const k = boot();
    const t = spawn(k, 'sparse');
    const vpn = anon(k, t, 512 * 24);
    touch(k, t, vpn, 24, true, 512);
    expect(getMmRssSum(k.mms[t.mm])).toBe(24);
    expect(tables(k.mms[t.mm].pgtablesBytes)).toBe(24 + 2);
  });

  it('a load of untouched memory maps the zero page: no memory, no RSS', () => {
    const k = boot();
    const t = spawn(k, 'reader');
    const vpn = anon(k, t, 256);
    touch(k, t, vpn, 256, false);
    expect(getMmRssSum(k.mms[t.mm])).toBe(0);
    expect(t.minFlt).toBe(256);
    touch(k, t, vpn, 100);
    expect(getMmRssSum(k.mms[t.mm])).toBe(100);
    expect(t.minFlt).toBe(356);
    expect(audit(k)).toEqual([]);
  });

  it('a page that is there is touched without a fault', () => {
    const k = boot();
    const t = spawn(k, 'worker');
    const vpn = anon(k, t, 64);
    touch(k, t, vpn, 64);
    touch(k, t, vpn, 64, false);
    expect(t.minFlt).toBe(64);
    expect(touchRandom(k, t, vpn, 64, 1000, true, 0.9, 8, Infinity)).toBe(1000);
    expect(t.minFlt).toBe(64);
  });

  it('random touches prefer the hot part', () => {
    const k = boot();
    const t = spawn(k, 'db');
    const vpn = anon(k, t, 4096);
    touchRandom(k, t, vpn, 4096, 64, true, 1, 16, Infinity);
    expect(getMmRssSum(k.mms[t.mm])).toBeLessThanOrEqual(16);
    touchRandom(k, t, vpn, 4096, 4096, true, 0, 16, Infinity);
    expect(getMmRssSum(k.mms[t.mm])).toBeGreaterThan(2000);
  });

  it('neither unmapped memory nor a read-only mapping can be written', () => {
    const k = boot();
    const t = spawn(k, 'bad');
    const ro = mmap(k, t, { pages: 4, flags: VM_READ });
    expect(touch(k, t, ro, 4, false)).toBe(VM_FAULT_DONE);
    expect(touch(k, t, ro, 1)).toBe(VM_FAULT_SIGSEGV);
    expect(handleMmFault(k, t, 12345, false)).toBe(VM_FAULT_SIGSEGV);
  });

  it('a reaped address space faults with SIGBUS and has lost its private pages', () => {
    const k = boot();
    const t = spawn(k, 'victim');
    const vpn = anon(k, t, 300);
    touch(k, t, vpn, 200);
    expect(oomReapMm(k, k.mms[t.mm])).toBe(true);
    expect(getMmRssSum(k.mms[t.mm])).toBe(0);
    expect(touch(k, t, vpn + 200, 1)).toBe(VM_FAULT_SIGBUS);
  });
});

describe('unmapping', () => {
  it('munmap gives pages and tables back', () => {
    const k = boot();
    const t = spawn(k, 'hog');
    const before = freePages(k);
    const vpn = anon(k, t, 3000);
    touch(k, t, vpn, 3000);
    expect(freePages(k)).toBeLessThan(before - 3000);
    expect(munmap(k, t, vpn, 3000)).toBe(0);
    expect(freePages(k)).toBe(before);
    expect(k.mms[t.mm].pgtablesBytes).toBe(0);
    expect(k.committedAs).toBe(0);
    expect(audit(k)).toEqual([]);
  });

  it('a hole in the middle leaves two mappings, and keeps the tables they share', () => {
    const k = boot();
    const t = spawn(k, 'holes');
    const vpn = anon(k, t, 300);
    touch(k, t, vpn, 300);
    munmap(k, t, vpn + 100, 100);
    const mm = k.mms[t.mm];
    expect(mm.vmas.map((v) => [v.start - vpn, v.end - vpn])).toEqual([
      [0, 100],
      [200, 300],
    ]);
    expect(getMmRssSum(mm)).toBe(200);
    expect(touch(k, t, vpn + 150, 1)).toBe(VM_FAULT_SIGSEGV);
    expect(touch(k, t, vpn + 250, 1)).toBe(VM_FAULT_DONE);
    expect(audit(k)).toEqual([]);
  });

  it('MADV_DONTNEED drops the pages and keeps mapping, promise and tables', () => {
    const k = boot();
    const t = spawn(k, 'gc');
    const vpn = anon(k, t, 100);
    touch(k, t, vpn, 100);
    const { pgtablesBytes } = k.mms[t.mm];
    expect(madviseDontneed(k, t, vpn + 10, 50)).toBe(0);
    expect(getMmRssSum(k.mms[t.mm])).toBe(50);
    expect(k.committedAs).toBe(100);
    expect(k.mms[t.mm].pgtablesBytes).toBe(pgtablesBytes);
    touch(k, t, vpn, 100);
    expect(t.minFlt).toBe(150);
  });

  it('mappings are placed from the top down and neighbours merge', () => {
    const k = boot();
    const t = spawn(k, 'many');
    const first = anon(k, t, 100);
    const second = anon(k, t, 50);
    expect(second).toBe(first - 50);
    expect(k.mms[t.mm].vmas.length).toBe(1);
    munmap(k, t, first + 20, 30);
    expect(anon(k, t, 30)).toBe(first + 20);
  });
});

describe('swap', () => {
  it('a page in swap comes back by a major fault, its neighbours by minor ones', () => {
    const k = boot({ pages: 8192, swap: 16_384 });
    const t = spawn(k, 'hog');
    const pages = 9000;
    const vpn = anon(k, t, pages);
    expect(touch(k, t, vpn, pages)).toBe(VM_FAULT_DONE);
    const mm = k.mms[t.mm];
    const out = getMmCounterSum(mm, MM_SWAPENTS);
    expect(out).toBeGreaterThan(pages - 8192);
    expect(getMmCounterSum(mm, MM_ANONPAGES) + out).toBe(pages);
    expect(t.majFlt).toBe(0);
    touch(k, t, vpn, pages, false);
    expect(t.majFlt).toBeGreaterThan(0);
    expect(t.majFlt).toBe(k.vmEvents[PGMAJFAULT]);
    expect(k.vmEvents[PSWPIN]).toBeGreaterThan(2 * t.majFlt);
    finishIo(k);
    expect(audit(k)).toEqual([]);
  });

  it('unmapping frees slots without reading them', () => {
    const k = boot({ pages: 8192, swap: 16_384 });
    const t = spawn(k, 'hog');
    const vpn = anon(k, t, 9000);
    touch(k, t, vpn, 9000);
    const read = k.vmEvents[PSWPIN];
    finishIo(k);
    munmap(k, t, vpn, 9000);
    expect(k.vmEvents[PSWPIN]).toBe(read);
    expect(getMmCounterSum(k.mms[t.mm], MM_SWAPENTS)).toBe(0);
    expect(k.swap.free).toBe(k.swap.total);
    expect(audit(k)).toEqual([]);
  });

  it('a store to a page that came back gives up its slot', () => {
    const k = boot({ pages: 8192, swap: 16_384 });
    const t = spawn(k, 'hog');
    const vpn = anon(k, t, 9000);
    touch(k, t, vpn, 9000);
    finishIo(k);
    const used = k.swap.total - k.swap.free;
    munmap(k, t, vpn + 6000, 3000);
    const left = k.swap.total - k.swap.free;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(used);
    touch(k, t, vpn, 1000, true);
    finishIo(k);
    expect(k.swap.total - k.swap.free).toBeLessThan(left);
    expect(audit(k)).toEqual([]);
  });
});

it('a mapping larger than the page tables reach can be had but not touched', () => {
  const k = boot();
  const t = spawn(k, 'huge');
  const vpn = mmap(k, t, { pages: 2 ** 34 - 1, flags: VM_READ | VM_WRITE | 64 });
  expect(vpn).toBeGreaterThan(2 ** 31);
  expect(touch(k, t, vpn, 1)).toBe(VM_FAULT_SIGBUS);
  expect(munmap(k, t, vpn, 2 ** 34 - 1)).toBe(0);
});

it('6.1 leaves the tables below the PGD out of nr_page_table_pages, not out of pgtables_bytes', () => {
  for (const release of [LINUX_6_1, LINUX_6_12]) {
    const k = boot({ release });
    const t = spawn(k, 'worker');
    touch(k, t, anon(k, t, 10), 10);
    const uncounted = release === LINUX_6_1 ? 1 : 0;
    expect(tables(k.mms[t.mm].pgtablesBytes) - k.nodes[0].stat[NR_PAGETABLE]).toBe(uncounted);
    expect(audit(k)).toEqual([]);
  }
});
