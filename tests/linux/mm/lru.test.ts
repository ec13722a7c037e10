import { beforeEach, describe, expect, test } from 'vitest';
import { GFP_USER_PAGE } from '../../../src/linux/include/gfp';
import type { Kernel } from '../../../src/linux/include/kernel';
import {
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  LRU_UNEVICTABLE,
} from '../../../src/linux/include/mmzone';
import {
  PG_ACTIVE,
  PG_LRU,
  PG_MLOCKED,
  PG_REFERENCED,
  PG_SWAPBACKED,
  PG_WORKINGSET,
} from '../../../src/linux/include/page';
import {
  NR_LRU_BASE,
  PGACTIVATE,
  WORKINGSET_ACTIVATE_FILE,
  WORKINGSET_REFAULT_FILE,
  WORKINGSET_RESTORE_FILE,
} from '../../../src/linux/include/vmstat';
import { createTask } from '../../../src/linux/kernel/sched/core';
import { allocPages } from '../../../src/linux/mm/page_alloc';
import {
  folioAddLru,
  folioMarkAccessed,
  folioRotateReclaimable,
  lruAddDrain,
  lruDelPage,
} from '../../../src/linux/mm/swap';
import { lruNoteCost, workingsetEviction, workingsetRefault } from '../../../src/linux/mm/workingset';
import { bootTestKernel } from '../support';

let k: Kernel;
beforeEach(() => {
  k = bootTestKernel(20_000, { lruGen: false });
  createTask(k, { comm: 'init' });
});

/** A page on its way to the lists. */
function page(flags: number): number {
  const pfn = allocPages(k, k.tasks[0], GFP_USER_PAGE, 0);
  k.mem.flags[pfn] |= flags;
  folioAddLru(k, pfn);
  return pfn;
}
const size = (lru: number): number => k.nodes[0].stat[NR_LRU_BASE + lru];
/** A list from its head (newest) to its tail (next to go). */
function list(lru: number): number[] {
  const head = k.nodes[0].lruvecs[0].heads + lru;
  const out: number[] = [];
  for (let p = k.mem.next[head]; p !== head; p = k.mem.next[p]) out.push(p);
  return out;
}

describe('the way to the lists', () => {
  test('pages wait in a batch of 31, then go to the head of their lists together', () => {
    const pages: number[] = [];
    for (let i = 0; i < 30; i++) pages.push(page(PG_SWAPBACKED));
    expect(size(LRU_INACTIVE_ANON)).toBe(0);
    pages.push(page(PG_SWAPBACKED));
    expect(size(LRU_INACTIVE_ANON)).toBe(31);
    expect(list(LRU_INACTIVE_ANON)).toEqual(pages.reverse());
  });

  test('anonymous and shmem pages go to the anon lists, all others to the file lists', () => {
    page(PG_SWAPBACKED);
    page(PG_SWAPBACKED | PG_ACTIVE);
    page(0);
    page(PG_ACTIVE);
    lruAddDrain(k, 0);
    expect([LRU_INACTIVE_ANON, LRU_ACTIVE_ANON, LRU_INACTIVE_FILE, LRU_ACTIVE_FILE].map(size)).toEqual([1, 1, 1, 1]);
  });

  test('a page locked in memory goes to the unevictable list', () => {
    page(PG_SWAPBACKED | PG_MLOCKED | PG_ACTIVE);
    lruAddDrain(k, 0);
    expect(size(LRU_UNEVICTABLE)).toBe(1);
    expect(size(LRU_ACTIVE_ANON)).toBe(0);
  });

  test('a page can leave from the batch as well as from a list', () => {
    const a = page(0);
    const b = page(0);
    lruDelPage(k, a);
    lruAddDrain(k, 0);
    expect(list(LRU_INACTIVE_FILE)).toEqual([b]);
    lruDelPage(k, b);
    expect(list(LRU_INACTIVE_FILE)).toEqual([]);
    expect(size(LRU_INACTIVE_FILE)).toBe(0);
    expect(k.mem.flags[b] & PG_LRU).toBe(0);
  });

  test("a zone's counters are the node's, list by list", () => {
    for (let i = 0; i < 100; i++) page(i % 3 ? PG_SWAPBACKED : 0);
    lruAddDrain(k, 0);
    for (let lru = 0; lru < 5; lru++) expect(k.zones.reduce((n, z) => n + z.stat[lru], 0)).toBe(size(lru));
  });
});

describe('accesses', () => {
  test('the first read makes a page referenced, the second one active', () => {
    const p = page(0);
    lruAddDrain(k, 0);
    folioMarkAccessed(k, p);
    expect(k.mem.flags[p] & (PG_REFERENCED | PG_ACTIVE)).toBe(PG_REFERENCED);
    folioMarkAccessed(k, p);
    expect(k.mem.flags[p] & (PG_REFERENCED | PG_ACTIVE)).toBe(PG_ACTIVE);
    expect(list(LRU_ACTIVE_FILE)).toEqual([p]);
    expect(k.vmEvents[PGACTIVATE]).toBe(1);
  });

  test('a written page that reclaim waits for goes to the tail', () => {
    const a = page(0);
    page(0);
    const c = page(0);
    lruAddDrain(k, 0);
    expect(list(LRU_INACTIVE_FILE).at(-1)).toBe(a);
    folioRotateReclaimable(k, c);
    expect(list(LRU_INACTIVE_FILE).at(-1)).toBe(c);
  });
});

describe('refaults', () => {
  /** `n` pages on the active file list: what an evicted page is measured against. */
  function fillActive(n: number): void {
    for (let i = 0; i < n; i++) page(PG_ACTIVE);
    lruAddDrain(k, 0);
  }
  const evict = (flags = 0): number => {
    const p = allocPages(k, k.tasks[0], GFP_USER_PAGE, 0);
    k.mem.flags[p] |= flags;
    return workingsetEviction(k, p);
  };
  const refault = (shadow: number): number => {
    const p = allocPages(k, k.tasks[0], GFP_USER_PAGE, 0);
    workingsetRefault(k, p, shadow);
    return k.mem.flags[p];
  };

  test('a shadow is a negative number, whatever the age', () => {
    for (const age of [0, 1, 2 ** 26 - 1, 2 ** 26, 2 ** 40 + 12345]) {
      k.nodes[0].lruvecs[0].nonresidentAge = age;
      const shadow = evict(PG_WORKINGSET);
      expect(shadow).toBeLessThan(0);
      expect(shadow).toBe(shadow | 0);
      expect(k.nodes[0].lruvecs[0].nonresidentAge).toBe(age + 1);
    }
  });

  test('a page that comes back within the size of the active list starts active', () => {
    fillActive(100);
    const shadow = evict();
    for (let i = 0; i < 99; i++) evict();
    expect(refault(shadow) & PG_ACTIVE).toBe(PG_ACTIVE);
    expect(k.nodes[0].stat[WORKINGSET_REFAULT_FILE]).toBe(1);
    expect(k.nodes[0].stat[WORKINGSET_ACTIVATE_FILE]).toBe(1);
    expect(k.nodes[0].stat[WORKINGSET_RESTORE_FILE]).toBe(0);
  });

  test('one that comes back later starts inactive', () => {
    fillActive(100);
    const shadow = evict();
    for (let i = 0; i < 101; i++) evict();
    expect(refault(shadow) & PG_ACTIVE).toBe(0);
    expect(k.nodes[0].stat[WORKINGSET_REFAULT_FILE]).toBe(1);
    expect(k.nodes[0].stat[WORKINGSET_ACTIVATE_FILE]).toBe(0);
  });

  test('one that had been active comes back as part of the working set, and its type pays for the I/O', () => {
    fillActive(400);
    const flags = refault(evict(PG_WORKINGSET));
    expect(flags & PG_WORKINGSET).toBe(PG_WORKINGSET);
    expect(k.nodes[0].stat[WORKINGSET_RESTORE_FILE]).toBe(1);
    expect(k.nodes[0].lruvecs[0].fileCost).toBe(32);
  });

  test('distance is counted across the wrap of the age', () => {
    fillActive(100);
    k.nodes[0].lruvecs[0].nonresidentAge = 2 ** 26 - 10;
    const shadow = evict();
    for (let i = 0; i < 50; i++) evict();
    expect(refault(shadow) & PG_ACTIVE).toBe(PG_ACTIVE);
  });

  test('costs are halved when they exceed a quarter of the lists', () => {
    fillActive(400);
    const node = k.nodes[0];
    lruNoteCost(k, node.lruvecs[0], true, 3, 0);
    lruNoteCost(k, node.lruvecs[0], false, 0, 4);
    expect([node.lruvecs[0].anonCost, node.lruvecs[0].fileCost]).toEqual([4, 96]);
    lruNoteCost(k, node.lruvecs[0], false, 0, 10);
    expect([node.lruvecs[0].anonCost, node.lruvecs[0].fileCost]).toEqual([7, 48]);
  });
});
