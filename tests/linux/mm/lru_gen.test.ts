import { describe, expect, test } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { meminfoKb } from '../../../src/linux/fs/proc/meminfo';
import { EINVAL } from '../../../src/linux/include/errno';
import { GFP_KERNEL } from '../../../src/linux/include/gfp';
import type { Kernel } from '../../../src/linux/include/kernel';
import { MM_ANONPAGES, MM_SWAPENTS } from '../../../src/linux/include/mm_types';
import {
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
} from '../../../src/linux/include/mmzone';
import { LRU_REFS_MASK, PG_REFERENCED, PG_WORKINGSET } from '../../../src/linux/include/page';
import type { Task } from '../../../src/linux/include/sched';
import { SEC } from '../../../src/linux/include/units';
import {
  PSWPOUT,
  WORKINGSET_ACTIVATE_ANON,
  WORKINGSET_REFAULT_ANON,
  WORKINGSET_REFAULT_FILE,
  WORKINGSET_RESTORE_ANON,
} from '../../../src/linux/include/vmstat';
import { readSysctl, writeSysctl } from '../../../src/linux/kernel/sysctl';
import { setPageDirty } from '../../../src/linux/mm/page-writeback';
import { ptePtr } from '../../../src/linux/mm/pgtable';
import { folioMarkAccessed, lruAddDrainAll } from '../../../src/linux/mm/swap';
import { tryToIncMaxSeq } from '../../../src/linux/mm/vmscan/lru_gen/aging';
import { choice, getTierIdx, getTypeToScan } from '../../../src/linux/mm/vmscan/lru_gen/ctrl_pos';
import { evictFolios } from '../../../src/linux/mm/vmscan/lru_gen/evict';
import { folioLruGen, folioLruRefs, genSize, lruTierFromRefs } from '../../../src/linux/mm/vmscan/lru_gen/mm_inline';
import { newDirectScanControl } from '../../../src/linux/mm/vmscan/scan_control';
import { findRelease } from '../../../src/linux/versions';
import { anon, bootRig, counter, file, lru, read, spawn, touch } from './rig';

const ENABLED = '/sys/kernel/mm/lru_gen/enabled';
const MIN_TTL = '/sys/kernel/mm/lru_gen/min_ttl_ms';

const gen = (k: Kernel) => k.nodes[0].lruvecs[0].lrugen;
const pfnAt = (k: Kernel, t: Task, vpn: number): number => k.pgtables.entries[ptePtr(k, k.mms[t.mm], vpn)] >>> 5;
/** Sequence number of the generation a page counts with. */
function seqOf(k: Kernel, pfn: number): number {
  const is = folioLruGen(k.mem.flags[pfn]);
  for (let seq = gen(k).maxSeq; ; seq--) if (seq % 4 === is) return seq;
}

describe('where a page enters', () => {
  test('what a page fault brings in is youngest, what read() brings near the old end', () => {
    const r = bootRig({ pages: 20_000, lruGen: true });
    const t = spawn(r, 'a');
    const base = anon(r, t, 100);
    touch(r, t, base, 100);
    const f = file(r, 100);
    read(r, t, f, 100);
    lruAddDrainAll(r.k);
    expect(seqOf(r.k, pfnAt(r.k, t, base))).toBe(gen(r.k).maxSeq);
    expect(seqOf(r.k, f.cache[50] - 1)).toBe(gen(r.k).minSeq[1] + 1);
    expect(audit(r.k)).toEqual([]);
  });

  test('who enters the youngest generation forgets its accesses, but not that it belonged to the working set', () => {
    const r = bootRig({ pages: 20_000, lruGen: true });
    const { k } = r;
    const t = spawn(r, 'a');
    const base = anon(r, t, 1);
    touch(r, t, base, 1);
    const pfn = pfnAt(k, t, base);
    // As a refault marks it.
    k.mem.flags[pfn] |= PG_WORKINGSET | LRU_REFS_MASK;
    lruAddDrainAll(k);
    expect(folioLruRefs(k.mem.flags[pfn])).toBe(1);
  });

  test('the two youngest generations are reported as active', () => {
    const r = bootRig({ pages: 20_000, swap: 1000, lruGen: true });
    const { k } = r;
    const t = spawn(r, 'a');
    touch(r, t, anon(r, t, 300), 300);
    lruAddDrainAll(k);
    expect([lru(k, LRU_ACTIVE_ANON), lru(k, LRU_INACTIVE_ANON)]).toEqual([300, 0]);
    // Made old first, so that the aging does not find them young.
    k.pgtables.entries.forEach((e, i) => {
      if (e & 1) k.pgtables.entries[i] = e & ~4;
    });
    tryToIncMaxSeq(k, k.nodes[0].lruvecs[0], true);
    expect(lru(k, LRU_ACTIVE_ANON)).toBe(300);
    tryToIncMaxSeq(k, k.nodes[0].lruvecs[0], true);
    expect([lru(k, LRU_ACTIVE_ANON), lru(k, LRU_INACTIVE_ANON)]).toEqual([0, 300]);
    expect(meminfoKb(k)['Inactive(anon)']).toBe(1200);
    expect(audit(k)).toEqual([]);
  });
});

describe('tiers', () => {
  test('accesses through a file descriptor count: referenced, workingset, then two bits', () => {
    const r = bootRig({ pages: 20_000, lruGen: true });
    const t = spawn(r, 'a');
    const f = file(r, 1);
    read(r, t, f, 1);
    const pfn = f.cache[0] - 1;
    const flags = (): number => r.k.mem.flags[pfn];
    expect(flags() & (PG_REFERENCED | PG_WORKINGSET)).toBe(PG_REFERENCED);
    expect(folioLruRefs(flags())).toBe(0);
    const refs: number[] = [];
    for (let i = 0; i < 6; i++) {
      folioMarkAccessed(r.k, pfn);
      refs.push(folioLruRefs(flags()));
    }
    expect(refs).toEqual([1, 2, 3, 4, 4, 4]);
    expect([0, 1, 2, 3, 4].map(lruTierFromRefs)).toEqual([0, 1, 2, 2, 3]);
  });

  test('swappiness weighs the types while neither refaults', () => {
    const { k } = bootRig({ pages: 20_000, lruGen: true });
    const g = gen(k);
    getTypeToScan(g, 60);
    // Nothing refaults: file pages go, of all tiers.
    expect(choice).toEqual({ type: 1, tier: 3 });
    g.refaulted[4] = 1000;
    g.evicted[4] = 1000;
    g.evicted[0] = 1000;
    getTypeToScan(g, 60);
    expect(choice.type).toBe(0);
  });

  test('a tier that refaults more than the first one is protected', () => {
    const { k } = bootRig({ pages: 20_000, lruGen: true });
    const g = gen(k);
    expect(getTierIdx(g, 1)).toBe(3);
    g.evicted[4] = 1000;
    g.evicted[5] = 1000;
    g.refaulted[5] = 900;
    expect(getTierIdx(g, 1)).toBe(0);
  });
});

describe('aging', () => {
  test('clears young entries and makes their pages youngest', () => {
    const r = bootRig({ pages: 20_000, swap: 1000, lruGen: true });
    const { k } = r;
    const t = spawn(r, 'a');
    const base = anon(r, t, 512);
    touch(r, t, base, 512);
    lruAddDrainAll(k);
    tryToIncMaxSeq(k, k.nodes[0].lruvecs[0], true);
    expect(k.pgtables.entries[ptePtr(k, k.mms[t.mm], base)] & 4).toBe(0);
    touch(r, t, base, 100);
    tryToIncMaxSeq(k, k.nodes[0].lruvecs[0], true);
    expect(seqOf(k, pfnAt(k, t, base + 50))).toBe(gen(k).maxSeq - 1);
    expect(seqOf(k, pfnAt(k, t, base + 200))).toBe(gen(k).maxSeq - 2);
    expect(audit(k)).toEqual([]);
  });

  test('looks at small processes too; in 6.1 it does not', () => {
    for (const skips of [false, true]) {
      const r = bootRig({ pages: 20_000, swap: 1000, lruGen: true });
      const { k } = r;
      k.release = { ...k.release, agingSkipsSmall: skips };
      const t = spawn(r, 'small');
      const base = anon(r, t, 30);
      touch(r, t, base, 30);
      lruAddDrainAll(k);
      const before = gen(k).maxSeq;
      tryToIncMaxSeq(k, k.nodes[0].lruvecs[0], true);
      touch(r, t, base, 30);
      tryToIncMaxSeq(k, k.nodes[0].lruvecs[0], true);
      expect(seqOf(k, pfnAt(k, t, base))).toBe(skips ? before : before + 1);
    }
  });

  test('a type has at most four generations; without swap anonymous pages of the oldest become the youngest', () => {
    const r = bootRig({ pages: 20_000, lruGen: true });
    const { k } = r;
    const t = spawn(r, 'a');
    touch(r, t, anon(r, t, 200), 200);
    lruAddDrainAll(k);
    const g = gen(k);
    for (let i = 0; i < 4; i++) {
      tryToIncMaxSeq(k, k.nodes[0].lruvecs[0], false);
      expect(g.maxSeq - g.minSeq[0]).toBe(3);
      expect(audit(k)).toEqual([]);
    }
    expect(genSize(g, g.maxSeq % 4, 0)).toBe(200);
    expect(lru(k, LRU_ACTIVE_ANON)).toBe(200);
  });
});

describe('eviction', () => {
  test('6.12 takes dirty pages in hand and has them written, 6.1 sorts them out before', () => {
    for (const sorts of [false, true]) {
      const r = bootRig({ pages: 20_000, lruGen: true });
      const { k } = r;
      k.release = { ...k.release, sortsBusyPages: sorts };
      const t = spawn(r, 'a');
      const f = file(r, 100);
      read(r, t, f, 100);
      lruAddDrainAll(k);
      for (const entry of f.cache) setPageDirty(k, entry - 1);
      // Read pages are of the second oldest generation.
      gen(k).minSeq[1] = seqOf(k, f.cache[50] - 1);
      tryToIncMaxSeq(k, k.nodes[0].lruvecs[0], false);
      const sc = newDirectScanControl(k, t, GFP_KERNEL, 0);
      evictFolios(k, t, k.nodes[0].lruvecs[0], sc, 0);
      expect(sc.nrScanned).toBe(sorts ? 0 : 64);
      expect(sc.nrUnqueuedDirty).toBe(sorts ? 0 : 64);
      expect(sc.nrReclaimed).toBe(0);
    }
  });

  test('takes what has been idle longest, and leaves what is in use', () => {
    const r = bootRig({ pages: 6000, swap: 20_000, lruGen: true });
    const idle = spawn(r, 'idle');
    touch(r, idle, anon(r, idle, 2000), 2000);
    const hot = spawn(r, 'hot');
    const base = anon(r, hot, 1000);
    const hog = spawn(r, 'hog');
    const more = anon(r, hog, 3000);
    for (let i = 0; i < 30; i++) {
      touch(r, hot, base, 1000);
      touch(r, hog, more + i * 100, 100);
    }
    expect(r.k.vmEvents[PSWPOUT]).toBeGreaterThan(300);
    expect(counter(r.k, idle, MM_SWAPENTS)).toBeGreaterThan(300);
    expect(counter(r.k, hot, MM_ANONPAGES)).toBeGreaterThan(900);
    expect(audit(r.k)).toEqual([]);
  });

  test('swappiness 0 never swaps', () => {
    const r = bootRig({ pages: 6000, swap: 20_000, lruGen: true });
    writeSysctl(r.k, 'vm.swappiness', '0');
    const t = spawn(r, 'a');
    touch(r, t, anon(r, t, 4500), 4500);
    read(r, t, file(r, 5000), 5000);
    expect(r.k.vmEvents[PSWPOUT]).toBe(0);
    expect(counter(r.k, t, MM_ANONPAGES)).toBe(4500);
    expect(audit(r.k)).toEqual([]);
  });

  test('a stream of read pages does not push processes out', () => {
    const r = bootRig({ pages: 6000, swap: 20_000, lruGen: true });
    const t = spawn(r, 'a');
    touch(r, t, anon(r, t, 3000), 3000);
    read(r, t, file(r, 20_000), 20_000);
    expect(counter(r.k, t, MM_ANONPAGES)).toBe(3000);
    expect(r.k.nodes[0].stat[WORKINGSET_REFAULT_FILE]).toBe(0);
    expect(audit(r.k)).toEqual([]);
  });
});

describe('refaults', () => {
  test('a page that returns while its generation is the oldest is part of the working set', () => {
    const r = bootRig({ pages: 6000, swap: 20_000, lruGen: true });
    const { k } = r;
    const t = spawn(r, 'a');
    const base = anon(r, t, 7000);
    touch(r, t, base, 7000);
    const { stat } = k.nodes[0];
    expect(stat[WORKINGSET_REFAULT_ANON]).toBe(0);
    // The one that was evicted last.
    let slot = k.swap.slots - 1;
    while (k.swap.shadow[slot] === 0) slot--;
    const vpn = k.swap.index[slot];
    touch(r, t, vpn, 1);
    expect(stat[WORKINGSET_REFAULT_ANON]).toBeGreaterThan(0);
    expect(stat[WORKINGSET_ACTIVATE_ANON]).toBe(stat[WORKINGSET_RESTORE_ANON]);
    expect(audit(k)).toEqual([]);
  });
});

describe('/sys/kernel/mm/lru_gen', () => {
  test('6.12 boots with it, 6.1 without', () => {
    expect(findRelease('6.12').lruGenEnabled).toBe(true);
    expect(findRelease('6.1').lruGenEnabled).toBe(false);
  });

  test('switching moves all pages between the schemes, active ones to the youngest generation', () => {
    const r = bootRig({ pages: 20_000, lruGen: false });
    const { k } = r;
    const t = spawn(r, 'a');
    touch(r, t, anon(r, t, 400), 400);
    const f = file(r, 300);
    read(r, t, f, 300);
    read(r, t, f, 300);
    lruAddDrainAll(k);
    expect(lru(k, LRU_ACTIVE_FILE)).toBe(300);
    expect(writeSysctl(k, ENABLED, 'y')).toBe(0);
    expect(readSysctl(k, ENABLED)).toBe('0x0007\n');
    expect(seqOf(k, f.cache[7] - 1)).toBe(gen(k).maxSeq);
    expect(audit(k)).toEqual([]);
    expect(writeSysctl(k, ENABLED, '0')).toBe(0);
    expect(readSysctl(k, ENABLED)).toBe('0x0000\n');
    expect([lru(k, LRU_ACTIVE_FILE), lru(k, LRU_INACTIVE_FILE)]).toEqual([300, 0]);
    expect(audit(k)).toEqual([]);
  });

  test('takes numbers only', () => {
    const { k } = bootRig({ pages: 20_000, lruGen: true });
    expect(writeSysctl(k, ENABLED, 'maybe')).toBe(-EINVAL);
    expect(writeSysctl(k, MIN_TTL, '-1')).toBe(-EINVAL);
    expect(writeSysctl(k, MIN_TTL, '1000')).toBe(0);
    expect(readSysctl(k, MIN_TTL)).toBe('1000\n');
  });

  test('min_ttl_ms kills rather than evict what was used of late', () => {
    const victims = (ttl: string): number => {
      const r = bootRig({ pages: 6000, swap: 20_000, lruGen: true });
      writeSysctl(r.k, MIN_TTL, ttl);
      const t = spawn(r, 'hog');
      const base = anon(r, t, 9000);
      for (let i = 0; i < 90 && r.k.oomRecords.length === 0; i++) touch(r, t, base + i * 100, 100);
      return r.k.oomRecords.filter((o) => o.invokerComm === 'kswapd0' && o.chosen > 0).length;
    };
    expect(victims('0')).toBe(0);
    expect(victims(String((3600 * SEC) / 1e6))).toBe(1);
  });
});
