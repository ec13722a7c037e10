/** A machine that begins in the middle of its life. */
import { describe, expect, test } from 'vitest';
import { audit } from '../../src/linux/audit';
import { MM_ANONPAGES, MM_FILEPAGES, MM_SHMEMPAGES, MM_SWAPENTS } from '../../src/linux/include/mm_types';
import { createMachine } from '../../src/machine/boot';
import { RefusalError } from '../../src/machine/commands';
import type { MachineConfig } from '../../src/machine/config';
import type { FoundProcess } from '../../src/machine/found';
import { hashMachine } from '../../src/machine/hash';
import { runFor } from '../../src/machine/run';
import { config, IDLE, process } from './small';

const NOTHING: FoundProcess = { anon: 0, file: 0, shmem: 0, swap: 0, tables: 0, virtual: 0 };
const found = (comm: string, memory: Partial<FoundProcess>, rest = {}) =>
  process(comm, [IDLE], { found: { ...NOTHING, ...memory }, ...rest });

const machine = (processes: MachineConfig['processes'], rest: Partial<MachineConfig> = {}): MachineConfig =>
  config(processes, {
    swap: 4096 * 5001,
    found: {
      zones: [
        { name: 'DMA', present: 3998, managed: 3840, free: 1000, min: 40, low: 50, high: 60 },
        {
          name: 'DMA32',
          present: 40_000,
          managed: 38_000,
          free: 2000,
          min: 600,
          low: 750,
          high: 900,
          reserve: [0, 0, 300],
        },
      ],
      memory: { slab: 700, slabReclaimable: 300, cache: 3000, tmpfs: 500, tmpfsSwap: 40 },
    },
    ...rest,
  });

describe('a machine that is found', () => {
  const m = createMachine(
    machine([
      found('systemd', { anon: 900, file: 100 }, { pid: 1, uid: 0 }),
      found('big one', { anon: 12_000, file: 50, shmem: 400, swap: 3000, tables: 60, virtual: 90_000 }, { pid: 4711 }),
      found('small', { anon: 10, tables: 9 }, { pid: 4711, oomScoreAdj: -300 }),
    ]),
    1,
  );
  const k = m.kernel;
  const mmOf = (comm: string) => k.mms[k.tasks.find((t) => t.comm === comm)?.mm ?? -1];
  const rss = (comm: string) => [MM_ANONPAGES, MM_FILEPAGES, MM_SHMEMPAGES, MM_SWAPENTS].map((i) => mmOf(comm).rss[i]);

  test('is sound', () => {
    expect(audit(k)).toEqual([]);
    expect(k.now).toBe(0);
    expect(k.oomRecords).toEqual([]);
  });

  test('has of each zone free what was to be free, and its watermarks', () => {
    for (const [i, free] of [1000, 2000].entries()) expect(Math.abs(k.zones[i].free - free)).toBeLessThan(64);
    expect(k.zones.map((z) => z.watermark.slice(0, 3))).toEqual([
      [40, 50, 60],
      [600, 750, 900],
    ]);
    expect(k.zones[1].lowmemReserve.slice(0, 3)).toEqual([0, 0, 300]);
  });

  test('has every process with its pages, its entries in swap and its page tables', () => {
    expect(rss('systemd')).toEqual([900, 100, 0, 0]);
    expect(rss('big one')).toEqual([12_000, 50, 400, 3000]);
    expect(mmOf('big one').pgtablesBytes).toBe(60 * 4096);
    expect(mmOf('big one').totalVm).toBe(90_000);
    expect(mmOf('small').pgtablesBytes).toBe(9 * 4096);
    expect(k.swap.total - k.swap.free).toBe(3040);
  });

  test('gives a pid that is taken to the first, and the next free one to the other', () => {
    expect(k.tasks.filter((t) => ['big one', 'small'].includes(t.comm)).map((t) => t.pid)).toEqual([4711, 4712]);
    expect(k.tasks.find((t) => t.pid === 1)?.comm).toBe('systemd');
  });

  test('goes on from there: processes read what was swapped out, init starts others, and nothing is lost', () => {
    const ops = [
      { op: 'touch', region: 'anon', pages: 'all', write: true },
      { op: 'loop', ops: [{ op: 'sleep', ns: 1e9 }] },
    ] as const;
    const c = machine([
      process('reader', structuredClone(ops) as never, { found: { ...NOTHING, anon: 500, swap: 700 } }),
      process('late', [IDLE], { at: 1e9 }),
    ]);
    const again = createMachine(c, 3);
    runFor(again, { t: 3e9 });
    expect(audit(again.kernel)).toEqual([]);
    const reader = again.kernel.mms[again.kernel.tasks.find((t) => t.comm === 'reader')?.mm ?? -1];
    const sum = (member: number) => {
      let n = 0;
      for (let i = member; i < reader.rss.length - 1; i += 4) n += reader.rss[i];
      return n;
    };
    expect([sum(MM_ANONPAGES), sum(MM_SWAPENTS)]).toEqual([1200, 0]);
    expect(again.kernel.tasks.some((t) => t.comm === 'late')).toBe(true);
    const other = createMachine(c, 3);
    runFor(other, { t: 3e9 });
    expect(hashMachine(other)).toBe(hashMachine(again));
  });

  test('is refused when it does not fit', () => {
    const refused = (processes: MachineConfig['processes']): string => {
      try {
        createMachine(machine(processes), 1);
      } catch (error) {
        if (error instanceof RefusalError) return error.refusal.code;
        throw error;
      }
      return '';
    };
    expect(refused([found('huge', { anon: 60_000 })])).toBe('found-does-not-fit');
    expect(refused([found('swapped', { swap: 6000 })])).toBe('found-does-not-fit');
  });
});

describe('a machine that is found with cgroups', () => {
  const processes = [
    found('inside', { anon: 3000, file: 40, shmem: 100, swap: 500, tables: 20 }, { pid: 500, cgroup: '/web/a' }),
    found('beside', { anon: 700, file: 10 }, { pid: 501, cgroup: '/web/b' }),
    found('outside', { anon: 900, shmem: 60 }, { pid: 502 }),
  ];
  const base = machine(processes);
  const withCgroups = (max: number): MachineConfig => ({
    ...base,
    cgroups: [
      { path: '/web', settings: [{ file: 'memory.max', value: `${4096 * max}` }] },
      { path: '/web/a', settings: [] },
      { path: '/web/b', settings: [] },
    ],
    found: {
      zones: base.found?.zones ?? [],
      memory: base.found?.memory as never,
      cgroups: [{ path: '/web', cache: 800, tmpfs: 150, tmpfsSwap: 30, slab: 90 }],
    },
  });
  const m = createMachine(withCgroups(6000), 1);
  const k = m.kernel;
  const memcg = (path: string) => k.memcgs.find((it) => it.path === path);

  test('charges each with what its processes have, and with what was found of its own', () => {
    expect(audit(k)).toEqual([]);
    const perProcess = 4 + 1 + k.release.processSlab;
    const upperTables = 3;
    const least = 3000 + 700 + 800 + 150 + 90 + 20 + 2 * perProcess;
    // Charges are made in batches of which a part may be in stock.
    expect(memcg('/web')?.memory.usage).toBeGreaterThanOrEqual(least);
    expect(memcg('/web')?.memory.usage).toBeLessThan(least + 3 * upperTables + 4 * 64);
    expect(memcg('/web')?.swap.usage).toBe(530);
    expect(k.tasks.find((t) => t.comm === 'outside')?.memcg).toBe(0);
  });

  test('goes on from there: what a process frees is given back to its cgroup', () => {
    const before = memcg('/web')?.memory.usage ?? 0;
    const again = createMachine(
      { ...withCgroups(6000), events: [{ t: 1e9, action: { op: 'kill', pid: 500, signal: 'SIGKILL' } }] },
      1,
    );
    runFor(again, { t: 2e9 });
    expect(audit(again.kernel)).toEqual([]);
    const after = again.kernel.memcgs.find((it) => it.path === '/web');
    expect(after?.memory.usage).toBeLessThanOrEqual(before - 3000);
    expect(after?.swap.usage).toBe(30);
  });

  test('is refused when it does not fit its limit', () => {
    expect(() => createMachine(withCgroups(4000), 1)).toThrow(RefusalError);
  });
});
