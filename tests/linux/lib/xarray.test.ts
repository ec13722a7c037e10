import { beforeEach, describe, expect, test } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { createInode } from '../../../src/linux/fs/inode';
import { GFP_USER_PAGE } from '../../../src/linux/include/gfp';
import type { Kernel } from '../../../src/linux/include/kernel';
import { NR_SLAB_RECLAIMABLE_B } from '../../../src/linux/include/vmstat';
import { createTask } from '../../../src/linux/kernel/sched/core';
import { deleteFromPageCache, filemapAdd, filemapRemove } from '../../../src/linux/mm/filemap';
import { allocPages } from '../../../src/linux/mm/page_alloc';
import { bootTestKernel } from '../support';

describe('the nodes of an xarray', () => {
  let k: Kernel;
  beforeEach(() => {
    k = bootTestKernel(20_000);
    k.current = createTask(k, { comm: 'cat' }).pid;
  });
  const slab = (): number => k.nodes[0].stat[NR_SLAB_RECLAIMABLE_B];
  const task = () => k.tasks[k.tasks.length - 1];

  test('hold 64 entries each, 14 of them in a slab of two pages', () => {
    const file = createInode(k, { name: '/f', kind: 'ramfs', nrPages: 64 * 15 });
    const put = (from: number, to: number): void => {
      for (let i = from; i < to; i++) filemapAdd(k, file, i, allocPages(k, task(), GFP_USER_PAGE, 0));
    };
    put(0, 64);
    expect(k.xaNodes.used).toBe(1);
    expect(slab()).toBe(2);
    put(64, 64 * 14);
    expect(k.xaNodes.used).toBe(14);
    expect(slab()).toBe(2);
    put(64 * 14, 64 * 14 + 1);
    expect(k.xaNodes.used).toBe(15);
    expect(slab()).toBe(4);
    expect(audit(k)).toEqual([]);
  });

  test('stay while the shadow of an evicted page stands in them, and go with the last entry', () => {
    const file = createInode(k, { name: '/f', kind: 'ramfs', nrPages: 1000 });
    const pages = [0, 1, 700].map((i) => {
      const pfn = allocPages(k, task(), GFP_USER_PAGE, 0);
      filemapAdd(k, file, i, pfn);
      return pfn;
    });
    expect(k.xaNodes.used).toBe(2);
    deleteFromPageCache(k, file, pages[2]);
    expect(k.xaNodes.used).toBe(1);
    deleteFromPageCache(k, file, pages[0]);
    filemapRemove(k, pages[1], -7);
    expect(k.xaNodes.used).toBe(1);
    expect(file.nrShadows).toBe(1);
  });

  test('keep some empty slabs at hand, and give the others back', () => {
    const nodes = 14 * 20;
    const file = createInode(k, { name: '/f', kind: 'ramfs', nrPages: 64 * nodes });
    const pages = Array.from({ length: nodes }, (_, i) => {
      const pfn = allocPages(k, task(), GFP_USER_PAGE, 0);
      filemapAdd(k, file, 64 * i, pfn);
      return pfn;
    });
    expect(slab()).toBe(40);
    for (const pfn of pages) deleteFromPageCache(k, file, pfn);
    expect(k.xaNodes.used).toBe(0);
    expect(slab()).toBe(18);
    expect(audit(k)).toEqual([]);
  });
});
