import { describe, expect, test } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { addDisk, completeBios } from '../../../src/linux/block/blk-mq';
import { createInode } from '../../../src/linux/fs/inode';
import { GFP_KERNEL, GFP_USER_PAGE } from '../../../src/linux/include/gfp';
import type { Kernel } from '../../../src/linux/include/kernel';
import { MM_ANONPAGES, MM_SWAPENTS, VM_LOCKED, VM_READ, VM_WRITE } from '../../../src/linux/include/mm_types';
import {
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  LRU_UNEVICTABLE,
  NR_LRU_LISTS,
  WMARK_HIGH,
  wmarkPages,
  ZONE_MOVABLE,
} from '../../../src/linux/include/mmzone';
import { PTE_PRESENT, PTE_SHIFT, PTE_SWAP, PTE_YOUNG } from '../../../src/linux/include/page';
import { TASK_RUNNING, type Task, WAIT_PFMEMALLOC } from '../../../src/linux/include/sched';
import {
  ALLOCSTALL_BASE,
  NR_ANON_MAPPED,
  NR_FILE_PAGES,
  NR_LRU_BASE,
  NR_SHMEM,
  NR_SWAPCACHE,
  NR_WRITEBACK,
  PGMAJFAULT,
  PGROTATED,
  PGSCAN_DIRECT,
  PGSCAN_DIRECT_THROTTLE,
  PGSCAN_KSWAPD,
  PGSTEAL_ANON,
  PGSTEAL_DIRECT,
  PGSTEAL_FILE,
  PGSTEAL_KSWAPD,
  PSWPIN,
  PSWPOUT,
} from '../../../src/linux/include/vmstat';
import { exitMmap } from '../../../src/linux/kernel/exit';
import { fork } from '../../../src/linux/kernel/fork';
import { sendSigkill } from '../../../src/linux/kernel/sched/core';
import { mmap } from '../../../src/linux/mm/mmap';
import { ptePtr } from '../../../src/linux/mm/pgtable';
import { lruAddDrainAll } from '../../../src/linux/mm/swap';
import { swapon } from '../../../src/linux/mm/swapfile';
import {
  getScanCount,
  inactiveIsLow,
  newDirectScanControl,
  pgdatBalanced,
  prepareScanControl,
  tryToFreePagesStep,
  wakeupKswapd,
  zoneReclaimablePages,
} from '../../../src/linux/mm/vmscan';
import { anon, bootRig, counter, file, lru, type Rig, read, runUntil, settle, spawn, touch } from './rig';

const pte = (k: Kernel, t: Task, vpn: number): number => k.pgtables.entries[ptePtr(k, k.mms[t.mm], vpn)];

/** Forgets all accesses of a process, as a walk of reclaim over its pages does. */
function makeOld(r: Rig, t: Task, vpn: number, pages: number): void {
  lruAddDrainAll(r.k);
  for (let i = 0; i < pages; i++) r.k.pgtables.entries[ptePtr(r.k, r.k.mms[t.mm], vpn + i)] &= ~PTE_YOUNG;
}

/** Direct reclaim by `t` until it is over; other tasks run meanwhile. Returns pages reclaimed. */
function reclaim(r: Rig, t: Task, gfp = GFP_USER_PAGE): number {
  const sc = newDirectScanControl(r.k, t, gfp, 0);
  runUntil(
    r,
    () => sc.done,
    t,
    () => tryToFreePagesStep(r.k, t, sc),
  );
  return sc.result;
}

describe('what can be reclaimed', () => {
  test('anonymous memory counts only while swap has a free slot', () => {
    const without = bootRig({ pages: 20_000 });
    const t = spawn(without, 'a');
    touch(without, t, anon(without, t, 1000), 1000);
    const f = file(without, 500);
    read(without, t, f, 500);
    lruAddDrainAll(without.k);
    expect(zoneReclaimablePages(without.k, without.k.zones[0])).toBe(500);

    const withSwap = bootRig({ pages: 20_000, swap: 100 });
    const u = spawn(withSwap, 'a');
    touch(withSwap, u, anon(withSwap, u, 1000), 1000);
    lruAddDrainAll(withSwap.k);
    expect(zoneReclaimablePages(withSwap.k, withSwap.k.zones[0])).toBe(1000);
    withSwap.k.swap.free = 0;
    expect(zoneReclaimablePages(withSwap.k, withSwap.k.zones[0])).toBe(withSwap.k.zones[0].free);
  });

  test('a zone without reclaimable pages answers with its free pages', () => {
    const { k } = bootRig({ pages: 20_000 });
    expect(zoneReclaimablePages(k, k.zones[0])).toBe(k.zones[0].free);
  });
});

describe('balance between anonymous and file pages', () => {
  /** Puts sizes in the place of lists. */
  function withLists(k: Kernel, sizes: [number, number, number, number]): void {
    sizes.forEach((n, i) => {
      k.nodes[0].stat[NR_LRU_BASE + i] = n;
      k.zones[0].stat[i] = n;
      k.nodes[0].lruvecs[0].lruSize[k.zones[0].type * NR_LRU_LISTS + i] = n;
    });
  }
  const scan = (r: Rig, priority: number, change: (sc: ReturnType<typeof newDirectScanControl>) => void = () => {}) => {
    const sc = newDirectScanControl(r.k, r.k.tasks[0], GFP_KERNEL, 0);
    sc.reclaimIdx = ZONE_MOVABLE;
    sc.priority = priority;
    prepareScanControl(r.k, r.k.nodes[0].lruvecs[0], sc);
    change(sc);
    getScanCount(r.k, r.k.nodes[0].lruvecs[0], sc);
    return sc;
  };

  test('the inactive list is low below a share of the active one that falls with the size of memory', () => {
    const { k } = bootRig({ pages: 20_000 });
    const low = (inactive: number, active: number): boolean => {
      withLists(k, [inactive, active, 0, 0]);
      return inactiveIsLow(k, k.nodes[0].lruvecs[0], LRU_INACTIVE_ANON);
    };
    // Less than a GiB: half and half.
    expect(low(1000, 1000)).toBe(false);
    expect(low(999, 1000)).toBe(true);
    // 10 GiB: one to ten.
    const tenGib = 10 * 2 ** 18;
    expect(low(tenGib / 11 + 10, (tenGib * 10) / 11)).toBe(false);
    expect(low(tenGib / 11 - 10, (tenGib * 10) / 11 + 20)).toBe(true);
  });

  test('a list shorter than 4096 pages is not scanned at priority 12', () => {
    const r = bootRig({ pages: 20_000, swap: 100 });
    withLists(r.k, [4095, 0, 8192, 0]);
    expect(scan(r, 12).nr).toEqual([0, 0, 2, 0]);
  });

  test('without swap only files are scanned', () => {
    const r = bootRig({ pages: 20_000 });
    withLists(r.k, [8000, 8000, 4000, 4000]);
    expect(scan(r, 4).nr).toEqual([0, 0, 250, 250]);
  });

  test('much unused cache is trimmed before anything goes to swap', () => {
    const r = bootRig({ pages: 20_000, swap: 100 });
    withLists(r.k, [8000, 8000, 4000, 100]);
    const sc = scan(r, 4);
    expect(sc.cacheTrimMode).toBe(true);
    expect(sc.nr).toEqual([0, 0, 250, 6]);
  });

  test('swappiness 60 shares the work 60 to 140 while neither type has cost anything', () => {
    const r = bootRig({ pages: 20_000, swap: 100 });
    withLists(r.k, [20_000, 20_000, 20_000, 20_001]);
    const sc = scan(r, 2);
    expect(sc.cacheTrimMode).toBe(false);
    expect(sc.nr).toEqual([1500, 1500, 3500, 3500]);
  });

  test('the type that has cost more is scanned less', () => {
    const r = bootRig({ pages: 20_000, swap: 100 });
    withLists(r.k, [20_000, 20_000, 20_000, 20_001]);
    r.k.nodes[0].lruvecs[0].anonCost = 3000;
    const sc = scan(r, 2);
    // 60 * 9001 / 6001 = 89 against 140 * 9001 / 3001 = 419.
    expect(sc.nr).toEqual([875, 875, 4124, 4124]);
  });

  test('when hardly any cache is left only anonymous memory is scanned', () => {
    const r = bootRig({ pages: 20_000, swap: 100 });
    withLists(r.k, [16_000, 3000, 5, 5]);
    r.k.zones[0].free = 20;
    const sc = scan(r, 6);
    expect(sc.fileIsTiny).toBe(true);
    expect(sc.nr).toEqual([250, 46, 0, 0]);
  });

  test('the last priority scans all lists alike', () => {
    const r = bootRig({ pages: 20_000, swap: 100 });
    withLists(r.k, [10, 20, 30, 40]);
    expect(scan(r, 0).nr).toEqual([10, 20, 30, 40]);
  });

  test('swappiness 0 leaves anonymous memory alone even at the last priority', () => {
    const r = bootRig({ pages: 20_000, swap: 100 });
    r.k.sysctl.swappiness = 0;
    withLists(r.k, [10, 20, 30, 40]);
    expect(scan(r, 0).nr).toEqual([0, 0, 30, 40]);
  });
});

describe('swapping out', () => {
  /** A machine whose memory is old anonymous pages of one process. */
  function hog(pages = 2000): { r: Rig; k: Kernel; t: Task; base: number } {
    const r = bootRig({ pages: 20_000, swap: 10_000, kswapd: false });
    const t = spawn(r, 'hog');
    const base = anon(r, t, pages);
    touch(r, t, base, pages);
    makeOld(r, t, base, pages);
    return { r, k: r.k, t, base };
  }

  test('takes two passes on a disk: one writes the page, a later one frees it', () => {
    const { r, k, t } = hog();
    const sc = newDirectScanControl(k, t, GFP_USER_PAGE, 0);
    sc.priority = 6;
    // Writes are gathered, and sent off together.
    while (k.vmEvents[PSWPOUT] === 0 || sc.plug.length > 0) tryToFreePagesStep(k, t, sc);
    const written = k.vmEvents[PSWPOUT];
    expect(k.vmEvents[PGSTEAL_ANON]).toBe(0);
    expect(k.nodes[0].stat[NR_WRITEBACK]).toBe(written);
    expect(k.nodes[0].stat[NR_SWAPCACHE]).toBe(written);
    settle(r);
    expect(k.nodes[0].stat[NR_WRITEBACK]).toBe(0);
    expect(k.vmEvents[PGROTATED]).toBe(written);
    const writtenBefore = k.vmEvents[PSWPOUT];
    expect(reclaim(r, t)).toBeGreaterThan(0);
    expect(k.vmEvents[PGSTEAL_ANON]).toBeGreaterThanOrEqual(Math.min(32, writtenBefore));
    expect(audit(k)).toEqual([]);
  });

  test('a write that ends while its batch is still in hand misses its move to the tail', () => {
    const { k, t } = hog();
    // So quick that a request is done before the batch that fills it has been put back.
    Object.assign(k.disks[k.swap.areas[0].disk], { latency: 0, pageTime: 0 });
    const sc = newDirectScanControl(k, t, GFP_USER_PAGE, 0);
    sc.priority = 1;
    while (k.vmEvents[PSWPOUT] <= 254 || sc.plug.length > 0) tryToFreePagesStep(k, t, sc);
    completeBios(k, Infinity);
    expect(k.nodes[0].stat[NR_WRITEBACK]).toBe(0);
    // The first request is full at page 254, in the midst of the batch of pages 225 to 256.
    expect(k.vmEvents[PSWPOUT] - k.vmEvents[PGROTATED]).toBeGreaterThanOrEqual(30);
    expect(audit(k)).toEqual([]);
  });

  test('makes one page of RSS one page of swap: badness stays the same', () => {
    const { r, k, t } = hog();
    const before = counter(k, t, MM_ANONPAGES) + counter(k, t, MM_SWAPENTS);
    for (let i = 0; i < 5; i++) {
      reclaim(r, t);
      settle(r);
    }
    expect(counter(k, t, MM_SWAPENTS)).toBeGreaterThan(100);
    expect(counter(k, t, MM_ANONPAGES) + counter(k, t, MM_SWAPENTS)).toBe(before);
    expect(counter(k, t, MM_ANONPAGES)).toBe(k.nodes[0].stat[NR_ANON_MAPPED]);
    expect(k.swap.total - k.swap.free).toBe(counter(k, t, MM_SWAPENTS));
  });

  test('a page that is touched again while it is written comes back without reading the disk', () => {
    const { r, k, t, base } = hog();
    const sc = newDirectScanControl(k, t, GFP_USER_PAGE, 0);
    sc.priority = 6;
    while (k.vmEvents[PSWPOUT] === 0) tryToFreePagesStep(k, t, sc);
    expect(pte(k, t, base) & PTE_PRESENT).toBe(0);
    touch(r, t, base, 1, false);
    expect(pte(k, t, base) & PTE_PRESENT).toBe(PTE_PRESENT);
    expect(k.vmEvents[PSWPIN]).toBe(0);
    expect(k.vmEvents[PGMAJFAULT]).toBe(0);
  });

  test('a page that has been freed is read back: a major fault, and its neighbours with it', () => {
    const { r, k, t, base } = hog();
    for (let i = 0; i < 4; i++) {
      reclaim(r, t);
      settle(r);
    }
    const slot = pte(k, t, base) >>> PTE_SHIFT;
    expect(pte(k, t, base) & PTE_SWAP).toBe(PTE_SWAP);
    expect(k.swap.cache[slot]).toBe(0);
    touch(r, t, base, 1, false);
    expect(k.vmEvents[PGMAJFAULT]).toBe(1);
    expect(t.majFlt).toBe(1);
    expect(k.vmEvents[PSWPIN]).toBeGreaterThan(1);
    expect(k.vmEvents[PSWPIN]).toBeLessThanOrEqual(8);
    settle(r);
    touch(r, t, base + 1, 1, false);
    expect(k.vmEvents[PGMAJFAULT]).toBe(1);
    expect(audit(k)).toEqual([]);
  });

  test('each mapping has a window of its own, whatever others read', () => {
    const { r, k, t, base } = hog();
    const other = spawn(r, 'other');
    const far = anon(r, other, 600);
    touch(r, other, far, 600);
    for (let i = 0; i < 16; i++) {
      reclaim(r, t);
      settle(r);
    }
    const vmaOf = (task: Task) => k.mms[task.mm].vmas.find((v) => v.inode < 0 && v.end - v.start >= 600)!;
    touch(r, t, base, 1, false);
    settle(r);
    expect([vmaOf(t).swapRaPrev, vmaOf(t).swapRaHits]).toEqual([base, 0]);
    expect(vmaOf(other).swapRaPrev).toBeUndefined();
    // A hit of what was read ahead, and one that is none, both move the place.
    touch(r, t, base + 1, 1, false);
    expect([vmaOf(t).swapRaPrev, vmaOf(t).swapRaHits]).toEqual([base + 1, 1]);
  });

  test('disks that rotate are read in the order of the slots, the place being kept while there are hits', () => {
    const r = bootRig({ pages: 20_000, swap: 4000, rotational: true });
    const { k } = r;
    const t = spawn(r, 'hog');
    const base = anon(r, t, 1000);
    touch(r, t, base, 1000);
    makeOld(r, t, base, 1000);
    for (let i = 0; i < 6; i++) {
      reclaim(r, t);
      settle(r);
    }
    k.sysctl.page_cluster = 31;
    touch(r, t, base, 1, false);
    settle(r);
    expect(k.swap.ra).toEqual({ hits: 0, prev: 0, window: 8 });
    expect(k.mms[t.mm].vmas.every((v) => v.swapRaPrev === undefined)).toBe(true);
    expect(audit(k)).toEqual([]);
  });

  test('page-cluster 0 reads one page at a time', () => {
    const { r, k, t, base } = hog();
    k.sysctl.page_cluster = 0;
    for (let i = 0; i < 4; i++) {
      reclaim(r, t);
      settle(r);
    }
    touch(r, t, base, 1, false);
    expect(k.vmEvents[PSWPIN]).toBe(1);
  });

  test('a page shared after fork leaves both processes and counts as swap in both', () => {
    const { r, k, t, base } = hog(500);
    let child: Task | number = -1;
    runUntil(
      r,
      () => typeof child !== 'number',
      t,
      () => {
        child = fork(k, t);
      },
    );
    const c = child as unknown as Task;
    makeOld(r, t, base, 500);
    makeOld(r, c, base, 500);
    for (let i = 0; i < 3; i++) {
      reclaim(r, t);
      settle(r);
    }
    expect(counter(k, t, MM_SWAPENTS)).toBeGreaterThan(0);
    expect(counter(k, c, MM_SWAPENTS)).toBe(counter(k, t, MM_SWAPENTS));
    expect(pte(k, c, base)).toBe(pte(k, t, base));
    expect(k.swap.map[pte(k, t, base) >>> PTE_SHIFT]).toBe(2);
    expect(audit(k)).toEqual([]);
  });

  test('shared memory goes to swap without a swap entry in any process', () => {
    const r = bootRig({ pages: 20_000, swap: 10_000, kswapd: false });
    const { k } = r;
    const t = spawn(r, 'shm');
    const shm = createInode(k, { name: '/dev/shm/x', kind: 'shmem', nrPages: 1000 });
    const base = mmap(k, t, { pages: 1000, flags: VM_READ | VM_WRITE | 8, inode: shm.id });
    touch(r, t, base, 1000);
    makeOld(r, t, base, 1000);
    const shmem = k.nodes[0].stat[NR_SHMEM];
    for (let i = 0; i < 3; i++) {
      reclaim(r, t);
      settle(r);
    }
    expect(k.swap.free).toBeLessThan(k.swap.total);
    expect(counter(k, t, MM_SWAPENTS)).toBe(0);
    expect(shmem - k.nodes[0].stat[NR_SHMEM]).toBe(k.swap.total - k.swap.free);
    expect(pte(k, t, base)).toBe(0);
    touch(r, t, base, 1000);
    expect(k.nodes[0].stat[NR_SHMEM]).toBe(1000);
    expect(audit(k)).toEqual([]);
  });

  test('a process that exits while its pages are written leaves nothing behind once the lists have turned', () => {
    const { r, k, t } = hog();
    const sc = newDirectScanControl(k, t, GFP_USER_PAGE, 0);
    sc.priority = 6;
    while (k.vmEvents[PSWPOUT] < 64 || sc.plug.length > 0) tryToFreePagesStep(k, t, sc);
    expect(k.nodes[0].stat[NR_WRITEBACK]).toBeGreaterThan(0);
    const mm = k.mms[t.mm];
    t.mm = -1;
    mm.users = 0;
    runUntil(
      r,
      () => mm.pgd === 0,
      t,
      () => {
        exitMmap(k, t, mm, Infinity);
      },
    );
    expect(audit(k)).toEqual([]);
    settle(r);
    for (let i = 0; i < 8; i++) {
      reclaim(r, t);
      settle(r);
    }
    expect(k.swap.free).toBe(k.swap.total);
    expect(lru(k, LRU_INACTIVE_ANON) + lru(k, LRU_ACTIVE_ANON)).toBe(0);
    expect(audit(k)).toEqual([]);
  });

  test('on a device that works synchronously one pass is enough', () => {
    const r = bootRig({ pages: 20_000, kswapd: false });
    const { k } = r;
    const zram = addDisk(k, {
      name: 'zram0',
      latency: 0,
      pageTime: 3000,
      rotational: false,
      parallel: 1,
      synchronous: true,
    });
    swapon(k, { name: '/dev/zram0', pages: 5001, disk: zram });
    const t = spawn(r, 'hog');
    const base = anon(r, t, 2000);
    touch(r, t, base, 2000);
    makeOld(r, t, base, 2000);
    const freed = reclaim(r, t);
    expect(freed).toBeGreaterThanOrEqual(32);
    expect(k.vmEvents[PSWPOUT]).toBe(freed);
    expect(k.nodes[0].stat[NR_WRITEBACK]).toBe(0);
    expect(audit(k)).toEqual([]);
  });

  test('when swap is full, pages stay and there is nothing to reclaim', () => {
    const r = bootRig({ pages: 20_000, swap: 50, kswapd: false });
    const t = spawn(r, 'hog');
    const base = anon(r, t, 2000);
    touch(r, t, base, 2000);
    makeOld(r, t, base, 2000);
    for (let i = 0; i < 6; i++) {
      reclaim(r, t);
      settle(r);
    }
    expect(r.k.swap.free).toBe(0);
    expect(counter(r.k, t, MM_SWAPENTS)).toBe(50);
    expect(reclaim(r, t)).toBe(0);
  });
});

describe('second chances', () => {
  test('an anonymous page in use survives one pass, and a second one makes it active', () => {
    const r = bootRig({ pages: 20_000, swap: 10_000, kswapd: false });
    const t = spawn(r, 'hog');
    const base = anon(r, t, 600);
    touch(r, t, base, 600);
    lruAddDrainAll(r.k);
    const young = (): boolean => (pte(r.k, t, base) & PTE_YOUNG) !== 0;
    expect(young()).toBe(true);
    const sc = newDirectScanControl(r.k, t, GFP_USER_PAGE, 0);
    while (r.k.vmEvents[PGSCAN_DIRECT] < 500) tryToFreePagesStep(r.k, t, sc);
    expect(young()).toBe(false);
    expect(lru(r.k, LRU_ACTIVE_ANON)).toBe(0);
    expect(counter(r.k, t, MM_ANONPAGES)).toBe(600);
    touch(r, t, base, 600);
    while (lru(r.k, LRU_ACTIVE_ANON) < 400) tryToFreePagesStep(r.k, t, sc);
    expect(counter(r.k, t, MM_SWAPENTS)).toBe(0);
  });

  test('memory that is locked is found on the unevictable list and is never swapped', () => {
    const r = bootRig({ pages: 20_000, swap: 10_000, kswapd: false });
    const t = spawn(r, 'db');
    const base = mmap(r.k, t, { pages: 300, flags: VM_READ | VM_WRITE | VM_LOCKED });
    touch(r, t, base, 300);
    makeOld(r, t, base, 300);
    expect(lru(r.k, LRU_UNEVICTABLE)).toBe(300);
    expect(reclaim(r, t)).toBe(0);
    expect(counter(r.k, t, MM_ANONPAGES)).toBe(300);
  });

  test('a file that is read twice is active and survives one that is read once', () => {
    const r = bootRig({ pages: 20_000 });
    const t = spawn(r, 'cat');
    const twice = file(r, 4000);
    read(r, t, twice, 4000);
    read(r, t, twice, 4000);
    lruAddDrainAll(r.k);
    expect(lru(r.k, LRU_ACTIVE_FILE)).toBeGreaterThan(3900);
    const stream = file(r, 30_000);
    read(r, t, stream, 30_000);
    expect(twice.nrCached).toBeGreaterThan(3900);
    expect(stream.nrCached).toBeLessThan(20_000);
    expect(audit(r.k)).toEqual([]);
  });
});

describe('kswapd', () => {
  test('wakes at the low watermark and sleeps above the high one', () => {
    const r = bootRig({ pages: 20_000 });
    const { k } = r;
    const t = spawn(r, 'cat');
    settle(r);
    expect(r.kswapd!.state).not.toBe(TASK_RUNNING);
    const f = file(r, 40_000);
    read(r, t, f, 15_000);
    expect(k.vmEvents[PGSCAN_KSWAPD]).toBe(0);
    read(r, t, f, 40_000);
    expect(k.vmEvents[PGSTEAL_KSWAPD]).toBeGreaterThan(15_000);
    settle(r, 2e9);
    const { free } = k.zones[0];
    k.zones[0].watermark = [free - 100, free + 1, free + 200, free + 300];
    wakeupKswapd(k, k.zones[0], GFP_KERNEL, 0, ZONE_MOVABLE);
    expect(r.kswapd!.state).toBe(TASK_RUNNING);
    settle(r, 2e9);
    expect(r.kswapd!.state).not.toBe(TASK_RUNNING);
    expect(pgdatBalanced(k, k.nodes[0], 0, ZONE_MOVABLE)).toBe(true);
    expect(k.zones[0].free).toBeGreaterThan(wmarkPages(k.zones[0], WMARK_HIGH));
    // Balanced: who asks now does not wake it.
    wakeupKswapd(k, k.zones[0], GFP_KERNEL, 0, ZONE_MOVABLE);
    expect(r.kswapd!.state).not.toBe(TASK_RUNNING);
  });

  test('frees clean cache before it touches anonymous memory', () => {
    const r = bootRig({ pages: 20_000, swap: 10_000 });
    const t = spawn(r, 'app');
    touch(r, t, anon(r, t, 4000), 4000);
    const f = file(r, 40_000);
    read(r, t, f, 40_000);
    expect(r.k.vmEvents[PGSTEAL_FILE]).toBeGreaterThan(20_000);
    expect(r.k.vmEvents[PSWPOUT]).toBe(0);
  });

  test('gives the node up after 16 fruitless rounds, until somebody frees something', () => {
    const r = bootRig({ pages: 20_000 });
    const { k } = r;
    const t = spawn(r, 'hog');
    const base = anon(r, t, 18_000);
    touch(r, t, base, 18_000);
    // Nothing but anonymous memory, no swap, and a zone kept short.
    k.zones[0].watermark = [k.zones[0].free + 100, k.zones[0].free + 200, k.zones[0].free + 300, k.zones[0].free + 400];
    k.nodes[0].kswapdHighestZoneidx = ZONE_MOVABLE;
    r.kswapd!.state = TASK_RUNNING;
    r.kswapd!.waitKind = 0;
    runUntil(r, () => k.nodes[0].kswapdFailures >= 16);
    settle(r, 3e9);
    expect(k.nodes[0].kswapdFailures).toBe(16);
    expect(r.kswapd!.state).not.toBe(TASK_RUNNING);
    k.zones[0].watermark = [100, 200, 300, 400];
    read(r, t, file(r, 64), 64);
    lruAddDrainAll(k);
    expect(reclaim(r, t)).toBeGreaterThan(0);
    expect(k.nodes[0].kswapdFailures).toBe(0);
  });

  test('works a watermark boost off without swapping', () => {
    const r = bootRig({ pages: 20_000, swap: 10_000 });
    const { k } = r;
    const t = spawn(r, 'app');
    read(r, t, file(r, 15_000), 15_000);
    touch(r, t, anon(r, t, 2000), 2000);
    settle(r, 2e9);
    k.zones[0].boost = 500;
    k.nodes[0].kswapdHighestZoneidx = ZONE_MOVABLE;
    r.kswapd!.state = TASK_RUNNING;
    r.kswapd!.waitKind = 0;
    settle(r, 2e9);
    expect(k.zones[0].boost).toBe(0);
    expect(k.vmEvents[PGSTEAL_KSWAPD]).toBeGreaterThanOrEqual(500);
    expect(k.vmEvents[PSWPOUT]).toBe(0);
  });
});

describe('direct reclaim', () => {
  test('frees 32 pages or a few more, and charges them to itself', () => {
    const r = bootRig({ pages: 20_000, kswapd: false });
    const t = spawn(r, 'cat');
    read(r, t, file(r, 3000), 3000);
    const freed = reclaim(r, t);
    expect(freed).toBeGreaterThanOrEqual(32);
    expect(freed).toBeLessThan(200);
    expect(r.k.vmEvents[PGSTEAL_DIRECT]).toBe(freed);
  });

  test('tries once more with a full walk when it found nothing, and reports 0', () => {
    const r = bootRig({ pages: 20_000, kswapd: false });
    const t = spawn(r, 'hog');
    touch(r, t, anon(r, t, 1000), 1000);
    const before = r.k.vmEvents[ALLOCSTALL_BASE + ZONE_MOVABLE];
    expect(reclaim(r, t)).toBe(0);
    expect(r.k.vmEvents[ALLOCSTALL_BASE + ZONE_MOVABLE]).toBe(before + 1);
  });

  test('goes to the active list when there is nothing else', () => {
    const r = bootRig({ pages: 20_000, kswapd: false });
    const t = spawn(r, 'cat');
    const f = file(r, 200);
    read(r, t, f, 200);
    read(r, t, f, 200);
    lruAddDrainAll(r.k);
    expect(lru(r.k, LRU_INACTIVE_FILE)).toBe(0);
    expect(reclaim(r, t)).toBeGreaterThan(0);
  });

  test('waits for kswapd when half of the reserve below min is gone, and a fatal signal ends the wait', () => {
    const r = bootRig({ pages: 20_000 });
    const { k } = r;
    const t = spawn(r, 'hog');
    read(r, t, file(r, 100), 100);
    settle(r);
    k.zones[0].watermark[0] = 2 * k.zones[0].free + 2;
    const sc = newDirectScanControl(k, t, GFP_USER_PAGE, 0);
    expect(tryToFreePagesStep(k, t, sc)).toBe(false);
    expect(t.waitKind).toBe(WAIT_PFMEMALLOC);
    expect(k.vmEvents[PGSCAN_DIRECT_THROTTLE]).toBe(1);
    expect(r.kswapd!.state).toBe(TASK_RUNNING);
    sendSigkill(k, t);
    expect(t.state).toBe(TASK_RUNNING);
    expect(tryToFreePagesStep(k, t, sc)).toBe(true);
    expect(sc.result).toBe(1);
    expect(k.vmEvents[PGSCAN_DIRECT]).toBe(0);
  });

  test('a read gets on although hardly a page of cache is left: read-ahead does not eat its own beginning', () => {
    const r = bootRig({ pages: 20_000 });
    const { k } = r;
    const t = spawn(r, 'hog');
    const pages = k.zones[0].free - wmarkPages(k.zones[0], WMARK_HIGH) - 120;
    touch(r, t, anon(r, t, pages), pages);
    const f = file(r, 1500);
    read(r, t, f, 1500);
    expect(k.vmEvents[PGSTEAL_FILE]).toBeGreaterThan(1000);
    expect(f.nrCached).toBeLessThan(500);
    expect(audit(k)).toEqual([]);
  });

  test('is not throttled when kswapd has given up', () => {
    const r = bootRig({ pages: 20_000 });
    const { k } = r;
    const t = spawn(r, 'hog');
    read(r, t, file(r, 100), 100);
    settle(r);
    k.zones[0].watermark[0] = 2 * k.zones[0].free + 2;
    k.nodes[0].kswapdFailures = 16;
    const sc = newDirectScanControl(k, t, GFP_USER_PAGE, 0);
    tryToFreePagesStep(k, t, sc);
    expect(t.state).toBe(TASK_RUNNING);
    expect(k.vmEvents[PGSCAN_DIRECT_THROTTLE]).toBe(0);
  });
});

test('pgsteal never exceeds pgscan, and the books balance, through a history of all kinds of memory', () => {
  const r = bootRig({ pages: 12_000, swap: 30_000 });
  const { k } = r;
  const t = spawn(r, 'mix');
  const f = file(r, 9000);
  const a = anon(r, t, 9000);
  const s = mmap(k, t, { pages: 4000, flags: VM_READ | VM_WRITE | 8 });
  for (let round = 0; round < 2; round++) {
    read(r, t, f, 9000);
    touch(r, t, a, 9000);
    touch(r, t, s, 4000);
    expect(audit(k)).toEqual([]);
  }
  const e = k.vmEvents;
  expect(e[PGSTEAL_KSWAPD]).toBeLessThanOrEqual(e[PGSCAN_KSWAPD]);
  expect(e[PGSTEAL_DIRECT]).toBeLessThanOrEqual(e[PGSCAN_DIRECT]);
  expect(e[PGSTEAL_ANON] + e[PGSTEAL_FILE]).toBe(e[PGSTEAL_KSWAPD] + e[PGSTEAL_DIRECT]);
  expect(k.nodes[0].stat[NR_FILE_PAGES]).toBeGreaterThanOrEqual(
    k.nodes[0].stat[NR_SHMEM] + k.nodes[0].stat[NR_SWAPCACHE],
  );
});
