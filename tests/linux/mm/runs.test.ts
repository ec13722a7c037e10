/** The ways of many pages at a time are short cuts: the state is what going page by page would have left. */
import { describe, expect, it, vi } from 'vitest';
import { audit } from '../../../src/linux/audit';
import type { Kernel } from '../../../src/linux/include/kernel';
import { PG_BATCHED, PGTYPE_BUDDY_TAIL, PGTYPE_MASK } from '../../../src/linux/include/page';
import type { Task } from '../../../src/linux/include/sched';
import { folioMemcg } from '../../../src/linux/mm/mmzone';
import { batch } from '../../../src/linux/mm/vmscan/batch';
import { LINUX_6_1 } from '../../../src/linux/versions/6.1';
import { bootWorld, changeCgroups, makeCgroups, round, spawn, type World, type WorldConfig } from '../world';

/** How the histories go: with the short cuts or without; and how many pages have taken one. */
const mode = vi.hoisted(() => ({
  shortCuts: true,
  pages: { fault: 0, chargedFault: 0, isolate: 0, examine: 0, evict: 0, chargedEvict: 0, free: 0, merge: 0 },
}));

vi.mock('../../../src/linux/mm/memory/fault_run', async (original) => {
  const real = await original<typeof import('../../../src/linux/mm/memory/fault_run')>();
  const faultRun: typeof real.faultRun = (...args) => {
    const done = mode.shortCuts ? real.faultRun(...args) : 0;
    mode.pages.fault += done;
    if (args[1].memcg !== 0) mode.pages.chargedFault += done;
    return done;
  };
  return { ...real, faultRun };
});
vi.mock('../../../src/linux/mm/vmscan/lru_gen/isolate_run', async (original) => {
  const real = await original<typeof import('../../../src/linux/mm/vmscan/lru_gen/isolate_run')>();
  const isolateRun: typeof real.isolateRun = (...args) => {
    const done = mode.shortCuts ? real.isolateRun(...args) : 0;
    mode.pages.isolate += done;
    return done;
  };
  return { ...real, isolateRun };
});
vi.mock('../../../src/linux/mm/vmscan/examine_run', async (original) => {
  const real = await original<typeof import('../../../src/linux/mm/vmscan/examine_run')>();
  const examineRun: typeof real.examineRun = (...args) => {
    const end = mode.shortCuts ? real.examineRun(...args) : args[1];
    mode.pages.examine += end - args[1];
    return end;
  };
  return { ...real, examineRun };
});
vi.mock('../../../src/linux/mm/vmscan/evict_run', async (original) => {
  const real = await original<typeof import('../../../src/linux/mm/vmscan/evict_run')>();
  const evictRun: typeof real.evictRun = (...args) => {
    const [k, , , from] = args;
    const charged = folioMemcg(k, batch[from]) !== 0;
    const end = mode.shortCuts ? real.evictRun(...args) : from;
    mode.pages.evict += end - from;
    if (charged) mode.pages.chargedEvict += end - from;
    return end;
  };
  return { ...real, evictRun };
});
vi.mock('../../../src/linux/mm/page_alloc/pcp', async (original) => {
  const real = await original<typeof import('../../../src/linux/mm/page_alloc/pcp')>();
  const freeRunToPcplist: typeof real.freeRunToPcplist = (...args) => {
    const end = mode.shortCuts ? real.freeRunToPcplist(...args) : args[2];
    mode.pages.free += end - args[2];
    return end;
  };
  return { ...real, freeRunToPcplist };
});

vi.mock('../../../src/linux/mm/page_alloc/free_blocks', async (original) => {
  const real = await original<typeof import('../../../src/linux/mm/page_alloc/free_blocks')>();
  const freeBlocks: typeof real.freeBlocks = (...args) => {
    const done = mode.shortCuts ? real.freeBlocks(...args) : 0;
    mode.pages.merge += done;
    return done;
  };
  return { ...real, freeBlocks };
});

interface Config extends WorldConfig {
  /** Processes are put in control groups whose limits change. */
  cgroups?: boolean;
}

/** A few processes that map, touch, fork, lock, read and write at random, for `rounds` turns each. */
function history({ cgroups, ...config }: Config, rounds: number, shortCuts: boolean): Kernel {
  mode.shortCuts = shortCuts;
  const w = bootWorld(config);
  for (let i = 0; i < 4; i++) spawn(w, `p${i}`, i * 100);
  if (cgroups) makeCgroups(w);
  for (let i = 0; i < rounds && w.k.panic === ''; i++) {
    round(w);
    if (cgroups && i % 20 === 0) changeCgroups(w, usersOf(w));
    if (i % 500 === 499 && w.k.tasks.length < 6) spawn(w, `late${i}`);
  }
  forgetMeaningless(w.k);
  return w.k;
}

/**
 * `index` and links of a page inside a free block are what they were the last time it began a block; a page that is not yet
 * on its list still has the links it had among free pages.
 */
function forgetMeaningless({ mem }: Kernel): void {
  const { flags, index, next, prev, nrPages } = mem;
  for (let p = 0; p < nrPages; p++) {
    if ((flags[p] & PGTYPE_MASK) === PGTYPE_BUDDY_TAIL) index[p] = next[p] = prev[p] = 0;
    if (flags[p] & PG_BATCHED) next[p] = prev[p] = 0;
  }
}

const usersOf = ({ k, maps }: World): Task[] => k.tasks.filter((t) => maps.has(t.pid));

const MACHINES: [string, Partial<Config>][] = [
  ['swap in memory', { swapTo: 'ram' }],
  ['swap in memory and the classic lists', { swapTo: 'ram', lruGen: false }],
  ['zram', { swapTo: 'zram' }],
  ['two cpus and little swap in memory', { swapTo: 'ram', cpus: 2, swap: 1500 }],
  ['Linux 6.1 and swap in memory', { swapTo: 'ram', release: LINUX_6_1 }],
  ['cgroups and swap in memory', { swapTo: 'ram', cgroups: true }],
  ['cgroups, the classic lists and two cpus', { swapTo: 'ram', cgroups: true, lruGen: false, cpus: 2 }],
  ['cgroups and zram', { swapTo: 'zram', cgroups: true }],
  ['swap on a disk', {}],
  ['no swap', { swap: 0 }],
];

describe('many pages at a time', () => {
  it.each(MACHINES)('come to the state that page by page comes to: %s', (_, machine) => {
    for (const seed of [3, 4]) {
      const config = { pages: 5000, swap: 6000, seed, ...machine };
      const rounds = machine.cgroups ? 4000 : 1500;
      const k = history(config, rounds, true);
      expect(audit(k)).toEqual([]);
      expect(k).toEqual(history(config, rounds, false));
    }
  });

  it('are what most pages of these histories are', () => {
    for (const n of Object.values(mode.pages)) expect(n).toBeGreaterThan(3000);
  });
});
