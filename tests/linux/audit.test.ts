import { describe, expect, test } from 'vitest';
import { audit } from '../../src/linux/audit';
import type { Kernel } from '../../src/linux/include/kernel';
import { MMF_OOM_SKIP } from '../../src/linux/include/mm_types';
import { PG_ACTIVE, PG_LRU, PG_SWAPCACHE, PGTYPE_KERNEL, PGTYPE_MASK, PTE_PRESENT } from '../../src/linux/include/page';
import { PF_STUCK, type Task } from '../../src/linux/include/sched';
import { NR_ANON_MAPPED, OOM_KILL, PGSTEAL_ANON } from '../../src/linux/include/vmstat';
import { wakeUpProcess } from '../../src/linux/kernel/sched/core';
import { OOM_REAPER_DELAY } from '../../src/linux/mm/oom_kill';
import {
  bootWorld,
  changeCgroups,
  getStuck,
  kill,
  makeCgroups,
  pick,
  round,
  spawn,
  startHog,
  type World,
  type WorldConfig,
} from './world';

/** Lets processes come, do things at random and go, and audits all the while. */
function live(config: WorldConfig, rounds: number, every: number, cgroups = false): World {
  const w = bootWorld(config);
  const { k } = w;
  if (cgroups) makeCgroups(w);
  for (let i = 0; i < rounds && k.panic === ''; i++) {
    const users = k.tasks.filter((t) => w.maps.has(t.pid));
    if (users.length < 4 || (users.length < 7 && pick(k, 300) === 0)) {
      try {
        spawn(w, `p${i}`, [0, 0, 300, -500][pick(k, 4)]);
      } catch {
        // No page for it now.
      }
    }
    if (users.length > 0 && pick(k, 1500) === 0) kill(w, users[pick(k, users.length)]);
    if (users.length > 4 && pick(k, 3000) === 0) getStuck(w, users[pick(k, users.length)]);
    if (cgroups && pick(k, 40) === 0) changeCgroups(w, users);
    round(w);
    if (i % every === 0) expect(audit(k), `round ${i}`).toEqual([]);
  }
  expect(audit(k)).toEqual([]);
  return w;
}

describe('after whatever processes do, every structure agrees with every other', () => {
  test.each([
    { pages: 3000, swap: 0, seed: 11 },
    { pages: 3000, swap: 1500, seed: 12 },
    { pages: 6000, swap: 800, seed: 13 },
    { pages: 4000, swap: 4000, seed: 14, cpus: 2 },
  ])('$pages pages, $swap of swap, seed $seed', (config) => {
    live(config, 6000, 100);
  });

  test.each([
    { pages: 6000, swap: 0, seed: 21 },
    { pages: 5000, swap: 1500, seed: 22 },
    { pages: 8000, swap: 800, seed: 23, cpus: 2 },
    { pages: 5000, swap: 1500, seed: 24, lruGen: false },
  ])('and with control groups that come, go and change: $pages pages, $swap of swap, seed $seed', (config) => {
    const { k } = live(config, 6000, 60, true);
    expect(k.memcgs.some((m) => m.memory.watermark > 0)).toBe(true);
  });

  test('through kills, exits and the work of the reaper', () => {
    const w = bootWorld({ pages: 3000, swap: 100, seed: 5 });
    const { k } = w;
    let stuck: Task | null = null;
    for (let i = 0; i < 200_000 && k.vmEvents[OOM_KILL] < 6; i++) {
      if (k.tasks.filter((t) => w.maps.has(t.pid)).length < 3) startHog(w, spawn(w, `hog${i}`), 2500);
      const victim = k.tasks.find((t) => t.oomMm >= 0);
      // One victim in three is beyond the reach of its signal.
      if (victim && !stuck && k.vmEvents[OOM_KILL] % 3 === 2) {
        getStuck(w, victim);
        stuck = victim;
        k.now += OOM_REAPER_DELAY;
      }
      if (stuck && k.mms[stuck.oomMm].flags & MMF_OOM_SKIP) {
        expect(audit(k)).toEqual([]);
        stuck.flags &= ~PF_STUCK;
        wakeUpProcess(k, stuck);
        stuck = null;
      }
      const kills = k.vmEvents[OOM_KILL];
      round(w);
      if (i % 500 === 0 || k.vmEvents[OOM_KILL] !== kills) expect(audit(k), `round ${i}`).toEqual([]);
    }
    expect(k.vmEvents[OOM_KILL]).toBe(6);
    expect(k.log.some((l) => l.text.startsWith('oom_reaper: reaped process'))).toBe(true);
    expect(audit(k)).toEqual([]);
  });
});

describe('an audit notices', () => {
  /** A kernel with swapped-out, mapped, cached and free pages. */
  const sound = live({ pages: 3000, swap: 1500, seed: 12 }, 6000, 6000).k;
  const frame = (k: Kernel, ok: (p: number) => boolean): number => {
    for (let p = 0; p < k.mem.nrPages; p++) if (ok(p)) return p;
    throw new Error('no such page');
  };
  const mapped = (k: Kernel): number => frame(k, (p) => k.mem.mapcount[p] > 0 && k.mem.mapping[p] > 0);
  const damages: [string, (k: Kernel) => void, RegExp][] = [
    ['a zone that counts a free page too many', (k) => k.zones[0].free++, /DMA free/],
    ['a lost free block', (k) => k.zones[1].nrFree[0]--, /nr_free of order 0/],
    ['a page mapped once more than it knows', (k) => k.mem.mapcount[mapped(k)]--, /mapcount/],
    [
      'a page on the wrong list',
      (k) => {
        k.mem.flags[mapped(k)] ^= PG_ACTIVE;
      },
      /belongs on list|should be|was found|has not the flags/,
    ],
    ['a generation that counts wrong', (k) => k.nodes[0].lruvecs[0].lrugen.nrPages[0]++, /generation list 0/],
    [
      'a page off the lists',
      (k) => {
        k.mem.flags[mapped(k)] &= ~PG_LRU;
      },
      /not on the lists|has not the flags/,
    ],
    [
      'a page both of a process and of the kernel',
      (k) => {
        const p = mapped(k);
        k.mem.flags[p] = (k.mem.flags[p] & ~PGTYPE_MASK) | PGTYPE_KERNEL;
      },
      /is no user page|maps frame/,
    ],
    [
      'an entry that maps a free page',
      (k) => {
        const e = k.pgtables.entries;
        const i = e.findIndex((v, at) => at >= 512 && (v & PTE_PRESENT) !== 0 && v >>> 5 > 2000);
        e[i] = (k.zones[0].base << 5) | PTE_PRESENT;
      },
      /maps frame|no user page|mapcount|does not exist/,
    ],
    ['AnonPages off by one', (k) => k.nodes[0].stat[NR_ANON_MAPPED]++, /nr_anon_pages/],
    [
      'RSS off by one',
      (k) => {
        k.mms.find((m) => m.pgd > 0)!.rss[1]++;
      },
      /MM_ANONPAGES/,
    ],
    [
      'page tables off by one',
      (k) => {
        k.mms.find((m) => m.pgd > 0)!.pgtablesBytes += 4096;
      },
      /pgtables_bytes/,
    ],
    [
      'a VMA too long',
      (k) => {
        k.mms.find((m) => m.vmas.length > 0)!.vmas.at(-1)!.end++;
      },
      /total_vm/,
    ],
    [
      'a slot with a user too many',
      (k) => {
        k.swap.map[k.swap.areas[0].end - 1]++;
      },
      /swap slot \d+ users/,
    ],
    ['a free slot too many', (k) => k.swap.free++, /free swap slots/],
    [
      'a page that has left the swap cache alone',
      (k) => {
        const p = frame(k, (q) => (k.mem.flags[q] & PG_SWAPCACHE) !== 0);
        k.mem.flags[p] &= ~PG_SWAPCACHE;
      },
      /does not know of it/,
    ],
    [
      'a file page that is cached nowhere',
      (k) => {
        const inode = k.inodes.find((i) => i.nrCached > 0)!;
        inode.cache[inode.cache.findIndex((c) => c > 0)] = 0;
      },
      /pages in its cache|not in its cache/,
    ],
    ['a promise forgotten', (k) => k.committedAs--, /vm_committed_as/],
    [
      'watermarks upside down',
      (k) => {
        k.zones[1].watermark[0] = 1e6;
      },
      /out of order/,
    ],
    [
      'more stolen than scanned',
      (k) => {
        k.vmEvents[PGSTEAL_ANON] = 1e9;
      },
      /pgsteal_anon/,
    ],
    [
      'a broken list',
      (k) => {
        const head = k.nodes[0].lruvecs[0].lrugen.heads;
        let l = 0;
        while (k.mem.next[head + l] === head + l) l++;
        k.mem.next[k.mem.next[head + l]] = k.mem.next[head + l];
      },
      /broken link/,
    ],
    [
      'a victim that was not the worst',
      (k) => {
        const c = { comm: 'x', rss: 1, swap: 0, pgtables: 0, adjPoints: 0, oomScoreAdj: 0, skip: '' as const };
        k.oomRecords.push({
          t: 0,
          invoker: 1,
          invokerComm: 'x',
          gfp: 0,
          order: 0,
          constraint: 'CONSTRAINT_NONE',
          memcg: '',
          group: [],
          rules: 'kernel',
          totalpages: 1000,
          walk: [
            { ...c, pid: 7, points: 5 },
            { ...c, pid: 8, points: 5 },
          ],
          chosen: 7,
          chosenPoints: 5,
          logStart: 0,
          logEnd: 0,
          noProgressLoops: 0,
        });
      },
      /died with 5 points instead of 8/,
    ],
    [
      'more full than some',
      (k) => {
        k.psi.fullTotal = k.psi.someTotal + 10;
      },
      /psi/,
    ],
  ];
  test.each(damages)('%s', (_name, damage, message) => {
    const k = structuredClone(sound);
    damage(k);
    expect(audit(k).join('\n')).toMatch(message);
  });
});
