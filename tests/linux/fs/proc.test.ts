import { describe, expect, test } from 'vitest';
import {
  listProcFiles,
  meminfo,
  meminfoKb,
  oomAdjFromScoreAdj,
  oomScore,
  pagetypeinfo,
  readProcFile,
  scoreAdjFromOomAdj,
  swaps,
  vmstatValues,
  writeOomAdj,
  writeOomScoreAdj,
  zoneinfo,
} from '../../../src/linux/fs/proc';
import { EACCES, EINVAL, ESRCH } from '../../../src/linux/include/errno';
import type { Kernel } from '../../../src/linux/include/kernel';
import { ZONE_NAMES } from '../../../src/linux/include/mmzone';
import { PF_CAP_SYS_ADMIN, PF_KTHREAD } from '../../../src/linux/include/sched';
import {
  NODE_STAT_NAMES,
  NR_FILE_PAGES,
  NR_SHMEM,
  NR_SWAPCACHE,
  ZONE_STAT_NAMES,
} from '../../../src/linux/include/vmstat';
import { createTask } from '../../../src/linux/kernel/sched/core';
import { createKernel } from '../../../src/linux/mm/mm_init';
import { calculateTotalreservePages } from '../../../src/linux/mm/page_alloc';
import { findRelease } from '../../../src/linux/versions';
import { fakeMm, type Recording, recordings } from '../recordings';
import { bootTestKernel, TEST_COSTS } from '../support';

type ZoneValues = Record<string, number> & { protection: number[] };

/** A kernel with the zones and counters of a recording. */
function kernelOf(r: Recording): Kernel {
  const entries = Object.entries(r.before.zones) as [string, ZoneValues][];
  const populated = entries.filter(([, z]) => z.present > 0);
  const k = createKernel({
    release: findRelease(r.params.kernel),
    cpus: r.params.smp ?? 1,
    thp: 'never',
    seed: 1,
    costs: TEST_COSTS,
    zones: populated.map(([id, z]) => ({
      node: Number(id.split('/')[0]),
      type: ZONE_NAMES.indexOf(id.split('/')[1] as (typeof ZONE_NAMES)[number]),
      startPfn: z.start_pfn,
      spanned: z.spanned,
      present: z.present,
      managed: z.managed,
      watermark: [z.min, z.low, z.high, z.promo ?? z.high],
      lowmemReserve: z.protection,
    })),
  });
  calculateTotalreservePages(k);
  populated.forEach(([, v], i) => {
    const z = k.zones[i];
    z.free = v.free;
    ZONE_STAT_NAMES.forEach((name, s) => {
      z.stat[s] = v[name] ?? 0;
    });
    z.pcp.forEach((pcp) => {
      pcp.count = v.pcp_count;
      pcp.high = v.pcp_high;
      pcp.batch = v.pcp_batch;
    });
    NODE_STAT_NAMES.forEach((name, s) => {
      if (v[name] !== undefined) k.nodes[z.node].stat[s] = v[name];
    });
  });
  return k;
}

const singleCpu = recordings().filter((r) => (r.params.smp ?? 1) === 1);

describe('/proc/zoneinfo is laid out as a real kernel does', () => {
  test.each(singleCpu.map((r) => ({ name: r.name, r })))('$name', ({ r }) => {
    // The threshold is fixed at boot, before the kernel's init memory is given back: where that crosses a power of two
    // the recorded one is smaller than what today's managed pages give.
    const rest = (text: string): string => text.trimEnd().replace(/vm stats threshold: \d+/g, 'vm stats threshold: N');
    expect(rest(zoneinfo(kernelOf(r)))).toBe(rest(r.before.zoneinfoText));
  });

  test('with the threshold of the per-cpu counters', () => {
    const r = singleCpu.find((x) => x.name === '01-no-swap-hog')!;
    expect(zoneinfo(kernelOf(r)).trimEnd()).toBe(r.before.zoneinfoText.trimEnd());
  });
});

test('/proc/pagetypeinfo shows the free lists a recorded kernel had', () => {
  const r = recordings().find((x) => x.name === '01-no-swap-hog')!;
  const rows = [...r.before.pagetypeinfoText.matchAll(/zone +(\w+), type +(\w+) +([\d ]+)/g)].map((m) => ({
    zone: m[1],
    type: m[2],
    blocks: m[3].trim().split(/ +/).map(Number),
  }));
  const types = ['Unmovable', 'Movable', 'Reclaimable', 'HighAtomic'];
  const zone = (name: string, type: number, startPfn: number) => {
    const v = r.before.zones[`0/${name}`] as unknown as ZoneValues;
    const of = rows.filter((x) => x.zone === name);
    return {
      node: 0,
      type,
      startPfn,
      spanned: v.spanned,
      present: v.present,
      managed: v.managed,
      freeBlocks: Array.from({ length: 11 }, (_, o) => types.map((t) => of.find((x) => x.type === t)?.blocks[o] ?? 0)),
    };
  };
  const k = createKernel({
    release: findRelease('6.12'),
    cpus: 1,
    thp: 'never',
    seed: 1,
    costs: TEST_COSTS,
    zones: [zone('DMA', 0, 1), zone('DMA32', 1, 4096)],
  });
  const part = (text: string): string => text.split('\n\n').slice(0, 2).join('\n\n');
  expect(part(pagetypeinfo(k))).toBe(part(r.before.pagetypeinfoText));
});

describe('/proc/meminfo', () => {
  test('has the lines of a real kernel, in their order', () => {
    for (const name of ['01-no-swap-hog', '01-no-swap-hog-k6.1']) {
      const r = recordings().find((x) => x.name === name)!;
      const modelled = Object.keys(meminfoKb(kernelOf(r)));
      expect(modelled).toEqual(Object.keys(r.before.meminfo));
    }
  });

  test('says what real kernels say in the same state', () => {
    for (const r of singleCpu) {
      const ours = meminfoKb(kernelOf(r));
      const real = r.before.meminfo;
      for (const line of [
        'MemTotal',
        'MemFree',
        'Cached',
        'SwapCached',
        'Active',
        'Inactive',
        'Active(anon)',
        'Inactive(anon)',
        'Active(file)',
        'Inactive(file)',
        'Unevictable',
        'Dirty',
        'Writeback',
        'AnonPages',
        'Mapped',
        'Shmem',
        'KReclaimable',
        'Slab',
        'SReclaimable',
        'SUnreclaim',
        'KernelStack',
        'PageTables',
        'Bounce',
      ]) {
        // The counters of a recording were read one file after the other.
        expect(Math.abs(ours[line] - real[line]), `${r.name} ${line}`).toBeLessThanOrEqual(64);
      }
    }
  });

  test('estimates what is available as real kernels do', () => {
    for (const r of singleCpu.filter((x) => x.before.meminfo.SwapTotal === 0)) {
      const ours = meminfoKb(kernelOf(r));
      const off = ours.MemAvailable - r.before.meminfo.MemAvailable;
      // Less what changed between reading the two files.
      const drift = ours.MemFree - r.before.meminfo.MemFree;
      expect(off - drift, r.name).toBe(0);
    }
  });

  test('aligns names and numbers', () => {
    const k = bootTestKernel(20_000);
    const lines = meminfo(k).split('\n');
    expect(lines[0]).toBe('MemTotal:          80000 kB');
    expect(lines).toContain('VmallocTotal:   34359738367 kB');
    expect(lines).toContain('HardwareCorrupted:     0 kB');
    expect(lines).toContain('HugePages_Total:       0');
    expect(lines).toContain('Hugepagesize:       2048 kB');
  });

  test('counts shmem as cached and the swap cache apart', () => {
    const k = bootTestKernel(20_000);
    k.nodes[0].stat[NR_FILE_PAGES] = 100;
    k.nodes[0].stat[NR_SHMEM] = 30;
    k.nodes[0].stat[NR_SWAPCACHE] = 10;
    expect(meminfoKb(k)).toMatchObject({ Cached: 360, SwapCached: 40, Shmem: 120 });
  });
});

test('/proc/vmstat names counters as a release does', () => {
  const old = kernelOf(recordings().find((x) => x.name === '01-no-swap-hog-k6.1')!);
  const now = kernelOf(recordings().find((x) => x.name === '01-no-swap-hog')!);
  expect(Object.keys(vmstatValues(old))).not.toContain('pgdemote_khugepaged');
  expect(Object.keys(vmstatValues(now))).toContain('pgdemote_khugepaged');
  for (const [k, name] of [
    [now, '01-no-swap-hog'],
    [old, '01-no-swap-hog-k6.1'],
  ] as const) {
    const r = recordings().find((x) => x.name === name)! as unknown as { before: { vmstat: Record<string, number> } };
    const real = Object.keys(r.before.vmstat);
    const ours = Object.keys(vmstatValues(k));
    expect(ours.filter((n) => !real.includes(n))).toEqual([]);
    // In the same order.
    expect(real.filter((n) => ours.includes(n))).toEqual(ours);
  }
});

test('/proc/swaps aligns as the kernel does', () => {
  const k = bootTestKernel(20_000);
  expect(swaps(k)).toBe('Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n');
  k.swap.areas.push({
    name: '/dev/vda',
    prio: -2,
    start: 0,
    end: 32_768,
    disk: 0,
    used: 0,
    cursor: 1,
    turn: 0,
    clusterUsed: new Uint16Array(64),
    freeClusters: 63,
  });
  expect(swaps(k).split('\n')[1]).toBe('/dev/vda                                partition\t131068\t\t0\t\t-2');
  k.swap.areas[0].name = '/swapfile';
  k.swap.areas[0].used = 10;
  expect(swaps(k).split('\n')[1]).toBe('/swapfile                               file\t\t131068\t\t40\t\t-2');
});

describe('/proc/PID', () => {
  function machine(pages = 100_000): Kernel {
    const k = bootTestKernel(pages);
    createTask(k, { comm: 'init', pid: 1 }).mm = fakeMm(k, { anon: 291 }).id;
    const mm = fakeMm(k, { anon: 1000, file: 193, shmem: 7, swap: 50 });
    Object.assign(mm, {
      totalVm: 5000,
      hiwaterVm: 6000,
      lockedVm: 3,
      dataVm: 900,
      stackVm: 33,
      execVm: 100,
      pgtablesBytes: 45_056,
    });
    // Not yet folded into the central count.
    mm.rss[4 + 1] = 5;
    createTask(k, { comm: 'hog', mm: mm.id, uid: 1000 });
    createTask(k, { comm: 'kswapd0', flags: PF_KTHREAD });
    return k;
  }

  test('status shows exact counts, in kB', () => {
    const text = readProcFile(machine(), '/proc/2/status')!;
    expect(text).toContain('Name:\thog\nState:\tR (running)\n');
    expect(text).toContain(
      'VmPeak:\t   24000 kB\nVmSize:\t   20000 kB\nVmLck:\t      12 kB\nVmPin:\t       0 kB\nVmHWM:\t    4820 kB\n' +
        'VmRSS:\t    4820 kB\nRssAnon:\t    4020 kB\nRssFile:\t     772 kB\nRssShmem:\t      28 kB\nVmData:\t    3600 kB\n' +
        'VmStk:\t     132 kB\nVmExe:\t     400 kB\nVmLib:\t       0 kB\nVmPTE:\t      44 kB\nVmSwap:\t     200 kB\n' +
        'HugetlbPages:\t       0 kB\n',
    );
  });

  test('statm and oom_score go by the approximate ones', () => {
    const k = machine();
    expect(readProcFile(k, '/proc/2/statm')).toBe('5000 1200 200 100 0 933 0\n');
    // 1200 resident + 50 in swap + 11 page tables, of 100,000.
    expect(oomScore(k, 2)).toBe(674);
    expect(readProcFile(k, '/proc/2/oom_score')).toBe('674\n');
  });

  test('a kernel thread has no memory, init no score', () => {
    const k = machine();
    expect(readProcFile(k, '/proc/3/status')).not.toContain('VmSize');
    expect(readProcFile(k, '/proc/3/statm')).toBe('0 0 0 0 0 0 0\n');
    expect(readProcFile(k, '/proc/1/oom_score')).toBe('0\n');
  });

  test('every listed file can be read, and nothing else', () => {
    const k = machine(1000);
    const files = listProcFiles(k);
    expect(files).toEqual(expect.arrayContaining(['/proc/meminfo', '/proc/2/status', '/proc/sys/vm/swappiness']));
    expect(files).not.toContain('/proc/sys/vm/drop_caches');
    const before = structuredClone(k);
    for (const f of files) {
      // Those of control groups may be empty: no controller, no process.
      if (f.startsWith('/sys/fs/cgroup/cgroup.')) expect(readProcFile(k, f), f).not.toBeNull();
      else expect(readProcFile(k, f), f).toMatch(/./);
    }
    expect(k).toEqual(before);
    for (const f of ['/proc/9/status', '/proc/2/maps', '/proc/none', '/proc/sys/vm/none', 'meminfo']) {
      expect(readProcFile(k, f)).toBeNull();
    }
  });
});

describe('oom_score_adj', () => {
  function machine(): Kernel {
    const k = bootTestKernel(20_000);
    createTask(k, { comm: 'init', pid: 1 });
    createTask(k, { comm: 'user', pid: 2, uid: 1000, mm: fakeMm(k, {}).id });
    createTask(k, { comm: 'root', pid: 3, flags: PF_CAP_SYS_ADMIN });
    return k;
  }

  test('goes from -1000 to 1000', () => {
    const k = machine();
    for (const v of [-1001, 1001, 0.5, Number.NaN]) expect(writeOomScoreAdj(k, null, 2, v)).toBe(-EINVAL);
    expect(writeOomScoreAdj(k, null, 2, -1000)).toBe(0);
    expect(writeOomScoreAdj(k, null, 7, 0)).toBe(-ESRCH);
    expect(readProcFile(k, '/proc/2/oom_score_adj')).toBe('-1000\n');
  });

  test('can be raised by anyone and lowered to what root last set', () => {
    const k = machine();
    const [, user, root] = k.tasks;
    expect(writeOomScoreAdj(k, user, 2, 300)).toBe(0);
    expect(writeOomScoreAdj(k, user, 2, 0)).toBe(0);
    expect(writeOomScoreAdj(k, user, 2, -1)).toBe(-EACCES);
    expect(writeOomScoreAdj(k, root, 2, -200)).toBe(0);
    expect(writeOomScoreAdj(k, user, 2, 500)).toBe(0);
    expect(writeOomScoreAdj(k, user, 2, -200)).toBe(0);
    expect(writeOomScoreAdj(k, user, 2, -201)).toBe(-EACCES);
  });

  test('holds for all that share the address space', () => {
    const k = machine();
    const user = k.tasks[1];
    const sharer = createTask(k, { comm: 'thread', mm: user.mm });
    k.mms[user.mm].users = 2;
    writeOomScoreAdj(k, null, 2, 77);
    expect(sharer.oomScoreAdj).toBe(77);
  });

  test('has an old form from -17 to 15', () => {
    expect([-17, -16, 0, 8, 15].map(scoreAdjFromOomAdj)).toEqual([-1000, -941, 0, 470, 1000]);
    expect([-1000, -941, 0, 470, 999, 1000].map(oomAdjFromScoreAdj)).toEqual([-17, -15, 0, 7, 15, 15]);
    const k = machine();
    expect(writeOomAdj(k, k.tasks[1], 2, 8)).toBe(0);
    expect(writeOomAdj(k, k.tasks[1], 2, 7)).toBe(-EACCES);
    expect(writeOomAdj(k, null, 2, -18)).toBe(-EINVAL);
  });
});
