/** The memory controller of control groups. §11. */
import { beforeEach, describe, expect, test } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { readProcFile } from '../../../src/linux/fs/proc';
import { EBUSY, EEXIST, EINVAL, ENOENT } from '../../../src/linux/include/errno';
import { GFP_KERNEL } from '../../../src/linux/include/gfp';
import type { Kernel } from '../../../src/linux/include/kernel';
import {
  MEMCG_HIGH,
  MEMCG_LOW,
  MEMCG_MAX,
  MEMCG_OOM,
  MEMCG_OOM_GROUP_KILL,
  MEMCG_OOM_KILL,
  MEMCG_SWAP_HIGH,
} from '../../../src/linux/include/memcontrol';
import { MMF_OOM_SKIP } from '../../../src/linux/include/mm_types';
import { NR_LRU_LISTS, ZONE_MOVABLE } from '../../../src/linux/include/mmzone';
import type { Task } from '../../../src/linux/include/sched';
import { JIFFY, SEC } from '../../../src/linux/include/units';
import { NR_LRU_BASE } from '../../../src/linux/include/vmstat';
import {
  cgroupMkdir,
  cgroupRmdir,
  findCgroup,
  readCgroupFile,
  writeCgroupFile,
} from '../../../src/linux/kernel/cgroup';
import { doExitStep } from '../../../src/linux/kernel/exit';
import { calculateHighDelay, memCgroupGetMax } from '../../../src/linux/mm/memcontrol';
import { handleOverHighStep } from '../../../src/linux/mm/memcontrol/high';
import { beginLimitWrite, memcgWorkStep } from '../../../src/linux/mm/memcontrol/limits';
import { drainAllStock } from '../../../src/linux/mm/memcontrol/stock';
import { lastFault, touchRange, VM_FAULT_DONE, VM_FAULT_WAIT } from '../../../src/linux/mm/memory';
import { effectiveProtection, pageCounterTryCharge } from '../../../src/linux/mm/page_counter';
import { getScanCount } from '../../../src/linux/mm/vmscan/scan_balance';
import { newDirectScanControl } from '../../../src/linux/mm/vmscan/scan_control';
import { anon, boot, settle, spawn } from '../driver';

const G = '/sys/fs/cgroup';
let k: Kernel;
beforeEach(() => {
  k = boot({ pages: 16_384 });
});

function write(path: string, value: string): number {
  const { error, work } = writeCgroupFile(k, `${G}${path}`, value);
  if (work === null) return error;
  const init = k.tasks[0];
  init.memcgWork = work;
  settle(
    k,
    init,
    () => reapOthers(init),
    () => init.memcgWork !== null,
  );
  return work.result;
}
/** Lets dying processes go; one at a time has the cpu in these tests. */
function reapOthers(but: Task): void {
  for (const t of [...k.tasks]) if (t.sigkill && t !== but) while (!doExitStep(k, t, Infinity)) k.cost = 0;
}
const mkdir = (...paths: string[]): void => {
  write('/cgroup.subtree_control', '+memory');
  for (const p of paths) expect(cgroupMkdir(k, p)).toBeGreaterThan(0);
};
/** A process in a cgroup. */
function member(path: string, comm = 'p'): Task {
  const t = spawn(k, comm);
  expect(write(`${path}/cgroup.procs`, String(t.pid))).toBe(0);
  return t;
}
const memcg = (path: string) => k.memcgs[findCgroup(k, path)!.memcg];
/** Takes so many pages of memory of its own. */
function use(t: Task, pages: number): number {
  const at = anon(k, t, pages);
  let done = 0;
  return settle(
    k,
    t,
    () => {
      reapOthers(t);
      done += touchRange(k, t, at + done, pages - done, 1, true, Infinity);
      return done === pages ? VM_FAULT_DONE : lastFault.code;
    },
    (r) => r === VM_FAULT_WAIT,
  );
}
describe('effective protection', () => {
  const E = effectiveProtection;
  test('is what is asked for and used, when the parent has enough', () => {
    expect(E(100, 300, 60, 200, 160, false)).toBe(60);
    expect(E(40, 300, 60, 200, 140, false)).toBe(40);
  });
  test('is a share when the children claim more than the parent has', () => {
    // Two children of 100 used and protected pages each, 120 for both.
    expect(E(100, 200, 100, 120, 200, false)).toBe(60);
    expect(E(100, 200, 100, 120, 200, true)).toBe(60);
  });
  test('of what nobody claims goes by use above the claim, with memory_recursiveprot', () => {
    // 200 protected, 50 claimed and used: 150 are left for 250 used beyond the claim; this one has 100 of these.
    expect(E(150, 300, 50, 200, 50, true)).toBe(50 + Math.floor((150 * 100) / 250));
    expect(E(150, 300, 50, 200, 50, false)).toBe(50);
  });
});

describe('memory.high', () => {
  test('delays by the square of the overage: 1 % 6 ms, 5 % 159 ms, 10 % 639 ms at 64 pages', () => {
    const delay = (percent: number): number => calculateHighDelay(64, Math.floor((percent * 2 ** 20) / 100)) * JIFFY;
    expect(delay(1) / 1e6).toBeCloseTo(4, -1);
    expect(Math.abs(delay(5) - 159e6)).toBeLessThan(JIFFY);
    expect(Math.abs(delay(10) - 639e6)).toBeLessThan(JIFFY);
    expect(calculateHighDelay(128, 100_000)).toBe(
      2 * calculateHighDelay(64, 100_000) + (calculateHighDelay(128, 100_000) % 2),
    );
  });

  test('of swap slows down too, and is counted each time it does', () => {
    mkdir('/A');
    write('/A/memory.swap.high', '4096');
    const t = member('/A');
    memcg('/A').swap.usage = 5;
    t.memcgOverHigh = 64;
    while (!handleOverHighStep(k, t)) k.now = Math.max(k.now, t.wakeAt === Infinity ? 0 : t.wakeAt);
    expect(memcg('/A').events[MEMCG_SWAP_HIGH]).toBeGreaterThan(0);
    memcg('/A').swap.usage = 0;
  });

  test('is given up after 17 fruitless rounds, where memory.max kills after 16', () => {
    mkdir('/A');
    use(member('/A'), 1000);
    const rounds = (file: 'high' | 'max'): number => {
      const { id, memory } = memcg('/A');
      memory[file] = 256;
      const init = k.tasks[0];
      init.memcgWork = beginLimitWrite(k, `write_${file}`, id, 256);
      let n = 0;
      let sc: unknown = null;
      while (init.memcgWork !== null && memcg('/A').events[MEMCG_OOM] === 0) {
        memcgWorkStep(k, init);
        const now = init.memcgWork?.sc ?? null;
        if (now !== null && now !== sc) n++;
        sc = now;
      }
      return n;
    };
    expect(rounds('high')).toBe(17);
    expect(rounds('max')).toBe(16);
  });

  test('slows down who cannot be reclaimed from, and kills nobody', () => {
    mkdir('/A');
    write('/A/memory.high', '4M');
    const t = member('/A');
    use(t, 1000);
    const quick = k.now;
    expect(use(t, 400)).toBe(0);
    // Each batch of 64 pages pays, 2 s at most.
    expect(k.now - quick).toBeGreaterThan(4 * SEC);
    expect(k.now - quick).toBeLessThan(14 * SEC);
    expect(memcg('/A').events[MEMCG_HIGH]).toBeGreaterThan(17);
    expect(memcg('/A').events[MEMCG_OOM]).toBe(0);
    expect(t.sigkill).toBe(false);
    expect(audit(k)).toEqual([]);
  });
});

describe('charges', () => {
  test('are hierarchical, and survive a move', () => {
    mkdir('/A');
    write('/A/cgroup.subtree_control', '+memory');
    mkdir('/A/B', '/A/C');
    const t = member('/A/B');
    use(t, 1000);
    const { usage } = memcg('/A/B').memory;
    expect(usage).toBeGreaterThanOrEqual(1000);
    expect(usage).toBeLessThan(1000 + 64 + 12);
    expect(memcg('/A').memory.usage).toBe(usage);
    // What it takes from now on is C's; what it has stays B's.
    expect(write('/A/C/cgroup.procs', String(t.pid))).toBe(0);
    use(t, 500);
    expect(memcg('/A/B').memory.usage).toBeLessThanOrEqual(usage);
    expect(memcg('/A/B').memory.usage).toBeGreaterThanOrEqual(1000);
    expect(memcg('/A/C').memory.usage).toBeGreaterThanOrEqual(500);
    expect(audit(k)).toEqual([]);
    t.sigkill = true;
    reapOthers(k.tasks[0]);
    expect(audit(k)).toEqual([]);
    expect(memcg('/A').memory.usage).toBeLessThanOrEqual(64);
  });

  test('of a removed cgroup keep it until the last page is gone', () => {
    mkdir('/A');
    const t = member('/A');
    use(t, 300);
    const { id } = memcg('/A');
    expect(cgroupRmdir(k, '/A')).toBe(-EBUSY);
    write('/cgroup.procs', String(t.pid));
    expect(cgroupRmdir(k, '/A')).toBe(0);
    expect(k.memcgs[id].online).toBe(false);
    expect(k.memcgs[id].memory.usage).toBeGreaterThanOrEqual(300);
    expect(audit(k)).toEqual([]);
    t.sigkill = true;
    reapOthers(k.tasks[0]);
    expect(k.memcgs[id].parent).toBe(-1);
    expect(audit(k)).toEqual([]);
  });
});

describe('memory.max', () => {
  test('kills inside while the machine has memory to spare', () => {
    mkdir('/A');
    write('/A/memory.max', '8M');
    const outside = spawn(k, 'outside');
    use(outside, 6000);
    const small = member('/A', 'small');
    use(small, 200);
    const hog = member('/A', 'hog');
    expect(use(hog, 3000)).not.toBe(0);
    expect(hog.sigkill).toBe(true);
    expect(small.sigkill || outside.sigkill).toBe(false);
    const [r] = k.oomRecords;
    expect(r).toMatchObject({ constraint: 'CONSTRAINT_MEMCG', totalpages: 2048, memcg: '/A', gfp: GFP_KERNEL });
    expect(r.walk.map((c) => c.comm)).toEqual(['small', 'hog']);
    const { events } = memcg('/A');
    // 18 fruitless tries before the kill.
    expect(events[MEMCG_MAX]).toBeGreaterThanOrEqual(18);
    expect([events[MEMCG_OOM], events[MEMCG_OOM_KILL]]).toEqual([1, 1]);
    const text = k.log.map((l) => l.text);
    expect(text.some((l) => /^memory: usage 8192kB, limit 8192kB, failcnt \d+$/.test(l))).toBe(true);
    expect(text).toContain('swap: usage 0kB, limit 9007199254740988kB, failcnt 0');
    expect(text).toContain('Memory cgroup stats for /A:');
    expect(
      text.some((l) => /oom-kill:constraint=CONSTRAINT_MEMCG,.*,oom_memcg=\/A,task_memcg=\/A,task=hog/.test(l)),
    ).toBe(true);
    expect(text.some((l) => l.startsWith('Memory cgroup out of memory: Killed process'))).toBe(true);
    expect(audit(k)).toEqual([]);
  });

  test('fails a victim that has given up its memory at once, without reclaim', () => {
    mkdir('/a');
    write('/a/memory.max', '1M');
    const t = member('/a');
    use(t, 200);
    const cgroup = memcg('/a');
    drainAllStock(k, cgroup.id);
    while (pageCounterTryCharge(k, cgroup.id, 'memory', 1) < 0);
    const events = cgroup.events[MEMCG_MAX];
    const fail = (flags: number): boolean => {
      t.oomMm = t.mm;
      k.mms[t.mm].flags = flags;
      touchRange(k, t, anon(k, t, 1), 1, 1, true, Infinity);
      return t.charge?.failed ?? false;
    };
    expect(fail(MMF_OOM_SKIP)).toBe(true);
    expect(cgroup.events[MEMCG_MAX]).toBe(events);
    t.charge = null;
    expect(fail(0)).toBe(false);
    expect(cgroup.events[MEMCG_MAX]).toBe(events + 1);
  });

  test('of a parent is hit by its children, and the worst of them all dies', () => {
    mkdir('/P');
    write('/P/memory.max', '16M');
    write('/P/cgroup.subtree_control', '+memory');
    mkdir('/P/A', '/P/B');
    const big = member('/P/A', 'big');
    use(big, 2500);
    const hog = member('/P/B', 'hog');
    use(hog, 1700);
    expect([big.sigkill, hog.sigkill]).toEqual([true, false]);
    expect(memcg('/P').events[MEMCG_OOM_KILL]).toBe(1);
    expect(memcg('/P/A').events[MEMCG_OOM_KILL]).toBe(1);
    expect(memcg('/P/A').eventsLocal[MEMCG_OOM]).toBe(0);
    const { memcg: path, limit } = k.oomRecords[0];
    expect([path, limit?.usage, limit?.max]).toEqual(['/P', 4096, 4096]);
    expect(limit?.below.map((g) => [g.path, g.max])).toEqual([
      ['/P/A', null],
      ['/P/B', null],
    ]);
    expect((limit?.below[0].usage ?? 0) + (limit?.below[1].usage ?? 0)).toBe(4096);
  });

  test('with memory.oom.group takes all but those with oom_score_adj −1000', () => {
    mkdir('/A');
    write('/A/memory.max', '8M');
    expect(write('/A/memory.oom.group', '1')).toBe(0);
    const a = member('/A', 'a');
    use(a, 100);
    const safe = member('/A', 'safe');
    safe.oomScoreAdj = -1000;
    const hog = member('/A', 'hog');
    use(hog, 3000);
    expect([a.sigkill, safe.sigkill, hog.sigkill]).toEqual([true, false, true]);
    expect(k.oomRecords[0]).toMatchObject({ group: [a.pid], groupPath: '/A' });
    expect(memcg('/A').events[MEMCG_OOM_GROUP_KILL]).toBe(1);
    expect(k.log.some((l) => l.text === 'Tasks in /A are going to be killed due to memory.oom.group set')).toBe(true);
  });

  test('written below what is used reclaims, and then kills', () => {
    mkdir('/A');
    const t = member('/A', 'hog');
    use(t, 1000);
    expect(write('/A/memory.max', '1M')).toBe(0);
    expect(t.sigkill).toBe(true);
    expect(memcg('/A').events[MEMCG_OOM]).toBeGreaterThan(0);
  });
});

describe('swap of a cgroup', () => {
  test('ends at memory.swap.max; what counts for oom_score_adj is both limits', () => {
    k = boot({ pages: 16_384, swap: 4000 });
    mkdir('/A');
    write('/A/memory.max', '8M');
    write('/A/memory.swap.max', '4M');
    expect(memCgroupGetMax(k, memcg('/A').id)).toBe(3072);
    const hog = member('/A', 'hog');
    use(hog, 3900);
    const { swap } = memcg('/A');
    expect(swap.watermark).toBeGreaterThan(100);
    expect(swap.watermark).toBeLessThanOrEqual(1024);
    expect(hog.sigkill).toBe(true);
    expect(k.oomRecords[0].totalpages).toBe(3072);
    expect(audit(k)).toEqual([]);
    reapOthers(k.tasks[0]);
    expect(audit(k)).toEqual([]);
  });

  test('memory.low keeps a cgroup in memory as long as others can give', () => {
    k = boot({ pages: 8000, swap: 8000, lruGen: false });
    mkdir('/db', '/web');
    write('/db/memory.low', '12M');
    const db = member('/db', 'db');
    use(db, 2500);
    const hog = member('/web', 'hog');
    use(hog, 7000);
    expect(memcg('/db').swap.usage).toBe(0);
    expect(memcg('/web').swap.usage).toBeGreaterThan(1000);
    expect(memcg('/db').events[MEMCG_LOW]).toBe(0);
    expect(audit(k)).toEqual([]);
  });
});

describe('files', () => {
  test('take sizes with units, round down to pages, and say max', () => {
    mkdir('/A');
    const read = (file: string): string | number => readCgroupFile(k, `${G}/A/${file}`);
    expect(read('memory.max')).toBe('max\n');
    expect(write('/A/memory.max', '1.5M')).toBe(-EINVAL);
    expect(write('/A/memory.max', '10000')).toBe(0);
    expect(read('memory.max')).toBe('8192\n');
    expect(write('/A/memory.max', '2g\n')).toBe(0);
    expect(read('memory.max')).toBe(`${2 ** 31}\n`);
    expect(write('/A/memory.max', 'max')).toBe(0);
    expect(read('memory.events')).toBe('low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n');
    expect(write('/A/memory.oom.group', '2')).toBe(-EINVAL);
    expect(write('/A/memory.nonsense', '2')).toBe(-ENOENT);
    expect(write('/B/memory.max', '2')).toBe(-ENOENT);
    expect(readProcFile(k, `${G}/A/memory.current`)).toBe('0\n');
  });

  test('are there only where the parent hands its controller on, and processes live in the leaves', () => {
    expect(cgroupMkdir(k, '/A')).toBeGreaterThan(0);
    expect(cgroupMkdir(k, '/A')).toBe(-EEXIST);
    expect(cgroupMkdir(k, '/X/Y')).toBe(-ENOENT);
    expect(write('/A/memory.max', '1M')).toBe(-ENOENT);
    write('/cgroup.subtree_control', '+memory');
    expect(write('/A/memory.max', 'max')).toBe(0);
    const t = member('/A');
    expect(write('/A/cgroup.subtree_control', '+memory')).toBe(-EBUSY);
    expect(readProcFile(k, `/proc/${t.pid}/cgroup`)).toBe('0::/A\n');
    expect(readCgroupFile(k, `${G}/A/cgroup.procs`)).toBe(`${t.pid}\n`);
  });

  test('memory.stat says what the pages are', () => {
    mkdir('/A');
    const t = member('/A');
    use(t, 600);
    const stat = readCgroupFile(k, `${G}/A/memory.stat`) as string;
    expect(stat).toContain(`anon ${600 * 4096}\n`);
    expect(Number(/pagetables (\d+)/.exec(stat)?.[1])).toBeGreaterThan(2 * 4096);
    expect(Number(/^pgfault (\d+)/m.exec(stat)?.[1])).toBe(600);
  });
});

test('the balance of reclaim is that of the cgroup it is for, whatever the lists of those below have cost', () => {
  k = boot({ pages: 60_000, swap: 1000 });
  mkdir('/A');
  const id = memcg('/A').id;
  const [root, child] = [0, id].map((i) => k.nodes[0].lruvecs[i]);
  const zone = k.zones.find((z) => z.managed > 10_000)!;
  [20_000, 20_000, 20_000, 20_001].forEach((n, i) => {
    child.lruSize[zone.type * NR_LRU_LISTS + i] = n;
    k.nodes[0].stat[NR_LRU_BASE + i] = n;
  });
  const scan = (): number[] => {
    const sc = newDirectScanControl(k, k.tasks[0], GFP_KERNEL, 0);
    sc.reclaimIdx = ZONE_MOVABLE;
    sc.priority = 2;
    getScanCount(k, child, sc);
    return sc.nr;
  };
  child.fileCost = 3000;
  expect(scan()).toEqual([1500, 1500, 3500, 3500]);
  // 60 * 9001 / 6001 = 89 against 140 * 9001 / 3001 = 419.
  root.anonCost = 3000;
  expect(scan()).toEqual([875, 875, 4124, 4124]);
});

test('memory.peak shows a charge that was refused further up', () => {
  mkdir('/A');
  write('/A/cgroup.subtree_control', '+memory');
  mkdir('/A/B');
  write('/A/memory.max', '4M');
  const { id } = memcg('/A/B');
  expect(pageCounterTryCharge(k, id, 'memory', 1000)).toBe(-1);
  expect(pageCounterTryCharge(k, id, 'memory', 64)).toBe(memcg('/A').id);
  expect(memcg('/A/B').memory.usage).toBe(1000);
  expect(memcg('/A/B').memory.watermark).toBe(1064);
  expect(memcg('/A').memory.watermark).toBe(1000);
});

test('memory.reclaim asks for a quarter of what is left at a time; in 6.1 for all of it', () => {
  mkdir('/A');
  use(member('/A'), 2000);
  for (const quarters of [true, false]) {
    k.release = { ...k.release, proactiveQuarters: quarters };
    const init = k.tasks[0];
    init.memcgWork = beginLimitWrite(k, 'reclaim', memcg('/A').id, 800);
    memcgWorkStep(k, init);
    expect(init.memcgWork?.sc?.nrToReclaim).toBe(quarters ? 200 : 800);
    while (init.memcgWork !== null) memcgWorkStep(k, init);
  }
});
