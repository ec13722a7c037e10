import { describe, expect, test } from 'vitest';
import { audit } from '../../src/linux/audit';
import { createMachine } from '../../src/machine/boot';
import { GIB, MIB } from '../../src/machine/config';
import { hashMachine } from '../../src/machine/hash';
import { CHUNK } from '../../src/machine/packing';
import { LIVELOCK_NS, round, runFor } from '../../src/machine/run';
import { eachChunk, restoreSnapshot, takeSnapshot } from '../../src/machine/snapshot';
import { noteStop } from '../../src/machine/stops';
import { zonesFor } from '../../src/machine/zones';
import { config, hog, ranFor, taskOf } from './small';

const pages = (ram: number) => Math.floor(ram / 4096);
const sum = (zones: { present: number; managed: number }[], field: 'present' | 'managed') =>
  zones.reduce((n, z) => n + z[field], 0);

describe('the zones', () => {
  test('of 512 MiB are DMA and DMA32, and some 42 MiB never reach the allocator', () => {
    const zones = zonesFor(pages(512 * MIB));
    expect(zones).toHaveLength(2);
    expect(sum(zones, 'present')).toBe(130_942);
    expect(zones[0]).toMatchObject({ present: 3998, managed: 3840 });
    expect(Math.abs(sum(zones, 'managed') - 120_064)).toBeLessThan(8);
  });

  test('of 2 GiB leave 1.92 to 1.98 GiB to MemTotal, of 16 GiB 15.5 to 15.7 GiB', () => {
    const total = (ram: number) => (sum(zonesFor(pages(ram)), 'managed') * 4096) / GIB;
    expect(total(2 * GIB)).toBeGreaterThan(1.88);
    expect(total(2 * GIB)).toBeLessThan(1.98);
    expect(total(16 * GIB)).toBeGreaterThan(15.5);
    expect(total(16 * GIB)).toBeLessThan(15.7);
  });

  test('of 4 GiB reach over the PCI hole: the last of it lies above 4 GiB, in Normal', () => {
    const zones = zonesFor(pages(4 * GIB));
    expect(zones).toHaveLength(3);
    expect(zones[2]).toMatchObject({ startPfn: 1_048_576, present: 262_144 });
  });
});

describe('a machine at boot', () => {
  test('raises min_free_kbytes for huge pages, but not below 512 MiB', () => {
    const min = (ram: number, thp: 'always' | 'never') =>
      createMachine(config([], { ram, thp }), 1).kernel.sysctl.min_free_kbytes;
    expect(min(2 * GIB, 'always')).toBe(45_056);
    expect(min(2 * GIB, 'never')).toBeLessThan(6000);
    expect(min(512 * MIB, 'always')).toBe(min(512 * MIB, 'never'));
    expect(min(512 * MIB, 'never')).toBe(2772);
  });

  test('has init, kernel threads that sleep, and an sshd that nobody kills', () => {
    const m = ranFor(1, config([]));
    expect(m.kernel.tasks[0]).toMatchObject({ pid: 1, comm: 'systemd' });
    for (const comm of ['kswapd0', 'kcompactd0', 'oom_reaper']) expect(taskOf(m, comm)?.state).not.toBe(0);
    expect(taskOf(m, 'sshd')?.oomScoreAdj).toBe(-1000);
    expect(m.kernel.nodes[0].kswapd).toBe(taskOf(m, 'kswapd0')?.pid);
    expect(audit(m.kernel)).toEqual([]);
  });

  test('writes the settings it is given', () => {
    const m = createMachine(config([], { sysctl: [{ name: 'vm.swappiness', value: '10' }] }), 1);
    expect(m.kernel.sysctl.swappiness).toBe(10);
  });

  test('of one CPU, of many, and of the least RAM there may be, runs', () => {
    for (const rest of [{ cpus: 1 }, { cpus: 8 }, { ram: 64 * MIB }]) {
      const m = ranFor(0.5, config([hog()], rest));
      expect(m.kernel.oomRecords.length).toBeGreaterThan(0);
      expect(audit(m.kernel)).toEqual([]);
    }
  });
});

describe('a snapshot', () => {
  test('shares what has not changed with the one before', () => {
    const m = ranFor(0.2, config([hog()]));
    const first = takeSnapshot(m, 0, null);
    runFor(m, { t: 0.21e9 });
    const second = takeSnapshot(m, 1, first);
    const seen: Uint8Array[] = [];
    eachChunk(first, (chunk) => seen.push(chunk));
    let own = 0;
    let all = 0;
    eachChunk(second, (chunk) => {
      all++;
      if (!seen.includes(chunk)) own++;
      expect(chunk.length).toBeLessThanOrEqual(CHUNK);
    });
    expect(all).toBeGreaterThan(40);
    expect(own).toBeLessThan(all / 2);
  });

  test('puts back what it was taken of, and goes on from there as before', () => {
    const m = ranFor(0.2, config([hog()]));
    const then = hashMachine(m);
    const snapshot = takeSnapshot(m, 0, null);
    runFor(m, { t: 0.5e9 });
    const later = hashMachine(m);
    expect(later).not.toBe(then);
    restoreSnapshot(m, snapshot);
    expect(hashMachine(m)).toBe(then);
    runFor(m, { t: 0.5e9 });
    expect(hashMachine(m)).toBe(later);
  });

  test('of a moment with two allocations, put back where one of them stands in both places', () => {
    const m = createMachine(config([hog()]), 1);
    runFor(m, { landmark: 'kswapd' });
    const standsTwice = () => m.kernel.tasks.some((t) => t.alloc !== null && t.alloc === m.lastAlloc?.alloc);
    const stepUntil = (there: () => boolean) => {
      do runFor(m, { milestone: true });
      while (!there());
    };
    // One has ended, another one is under way; then that one ends.
    stepUntil(() => m.lastAlloc !== null && m.kernel.tasks.some((t) => t.alloc !== null) && !standsTwice());
    const then = hashMachine(m);
    const snapshot = takeSnapshot(m, 0, null);
    stepUntil(standsTwice);
    restoreSnapshot(m, snapshot);
    expect(hashMachine(m)).toBe(then);
  });

  test('put back in one machine leaves another one alone', () => {
    const [one, other] = [1, 2].map((seed) => {
      const m = createMachine(config([hog()]), seed);
      runFor(m, { landmark: 'kswapd' });
      return m;
    });
    const until = (m: typeof one, there: (task: (typeof m.kernel.tasks)[number]) => boolean): void => {
      do runFor(m, { milestone: true });
      while (!m.kernel.tasks.some(there));
    };
    const idle = (m: typeof one): boolean => m.lastAlloc !== null && m.kernel.tasks.every((t) => t.alloc === null);
    do runFor(one, { milestone: true });
    while (!idle(one));
    const nobodyAsks = takeSnapshot(one, 0, null);
    // The allocation that has just ended has no place as one under way, and keeps its place as the last one.
    until(one, (t) => t.alloc !== null && t.alloc === one.lastAlloc?.alloc);
    restoreSnapshot(one, nobodyAsks);
    const then = hashMachine(one);

    until(other, (t) => t.alloc !== null);
    const somebodyAsks = takeSnapshot(other, 0, null);
    for (const t of other.kernel.tasks) t.alloc = null;
    restoreSnapshot(other, somebodyAsks);
    expect(hashMachine(one)).toBe(then);
  });
});

describe('the hash', () => {
  test('sees a single bit of memory', () => {
    const m = createMachine(config([]), 1);
    const before = hashMachine(m);
    m.kernel.mem.mapcount[20_000] ^= 1;
    expect(hashMachine(m)).not.toBe(before);
    m.kernel.mem.mapcount[20_000] ^= 1;
    expect(hashMachine(m)).toBe(before);
  });

  test('does not see what is no state: the recording, and commands still to come', () => {
    const m = createMachine(config([]), 1);
    const before = hashMachine(m);
    m.script.push({ t: 5e9, action: { op: 'sysrq', key: 'f' } });
    noteStop(m.rec.stops, 3);
    expect(hashMachine(m)).toBe(before);
  });
});

test('without progress for a minute under full pressure a machine counts as standing still', () => {
  const m = ranFor(0.1, config([]));
  m.tally.progressAt = m.cpus[0].clock - LIVELOCK_NS;
  m.tally.progressTouches = m.tally.touches;
  m.kernel.psi.fullAvg[0] = 99 * 2048;
  round(m);
  expect(m.livelock).toBe(true);
  m.kernel.psi.fullAvg[0] = 0;
  round(m);
  expect(m.livelock).toBe(false);
});
