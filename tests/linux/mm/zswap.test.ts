/** zswap: a compressed cache in RAM in front of the swap device. §7.4 */
import { describe, expect, test } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { meminfoKb } from '../../../src/linux/fs/proc/meminfo';
import { vmstatValues } from '../../../src/linux/fs/proc/vmstat';
import type { Kernel } from '../../../src/linux/include/kernel';
import { NR_ZSPAGES } from '../../../src/linux/include/vmstat';
import { readSysctl, writeSysctl } from '../../../src/linux/kernel/sysctl';
import { globalZoneState } from '../../../src/linux/mm/vmstat';
import { createMachine } from '../../../src/machine/boot';
import type { Machine } from '../../../src/machine/machine';
import { runFor } from '../../../src/machine/run';
import { compileScenario } from '../../../src/scenario/compile';
import { SCENARIO_FORMAT } from '../../../src/scenario/schema';

const PARAMETERS = '/sys/module/zswap/parameters';

/** A hog on 128 MiB of RAM with 256 MiB of swap, for so long or until it is killed. */
function hog(sysctl: Record<string, string | number>, t = Infinity): Machine {
  const m = createMachine(
    compileScenario({
      format: SCENARIO_FORMAT,
      id: 'zswap',
      title: 'zswap',
      machine: { ram: '128MiB', swap: { size: '256MiB', device: 'ssd' }, cpus: 1, sysctl },
      processes: [{ program: 'crazy-allocator', params: { touch: 1 } }],
    }),
    1,
  );
  runFor(m, { landmark: 'oom', t }, 2e7);
  return m;
}
const ON = { [`${PARAMETERS}/enabled`]: 'Y' };
const entries = (k: Kernel): number => k.zswap.size.reduce((n, bytes) => n + (bytes > 0 ? 1 : 0), 0);
const max = (k: Kernel): number => Math.floor(k.totalramPages / 5);

describe('zswap', () => {
  test('is off by default, and then nowhere to be seen', () => {
    const { kernel: k } = hog({}, 1.5e9);
    expect(k.swap.free).toBeLessThan(k.swap.total);
    expect(k.zswap.stored).toBe(0);
    expect('Zswap' in meminfoKb(k)).toBe(false);
    expect('zswpout' in vmstatValues(k)).toBe(false);
  });

  const full = hog(ON);
  const k = full.kernel;

  test('takes at most a fifth of RAM, which belongs to no process', () => {
    expect(k.zswap.poolPages).toBeGreaterThan(0.8 * max(k));
    expect(k.zswap.poolPages).toBeLessThanOrEqual(max(k) + 1);
    expect(globalZoneState(k, NR_ZSPAGES)).toBe(k.zswap.poolPages);
    const info = meminfoKb(k);
    expect(info.Zswap).toBe(k.zswap.poolPages * 4);
    expect(info.Zswapped).toBe(k.zswap.stored * 4);
    expect(info.Zswapped / info.Zswap).toBeGreaterThan(2);
  });

  test('holds each page for a slot that is in use', () => {
    expect(entries(k)).toBe(k.zswap.stored);
    k.zswap.size.forEach((bytes, slot) => {
      if (bytes > 0 && k.swap.map[slot] === 0) expect(k.swap.cache[slot]).toBeGreaterThan(0);
    });
    expect(audit(k)).toEqual([]);
  });

  test('when it is full writes its oldest pages to the device, and sends new ones there', () => {
    const v = vmstatValues(k);
    expect(v.zswpout).toBeGreaterThan(k.zswap.stored);
    expect(v.zswpwb).toBeGreaterThan(0);
    expect(v.pswpout).toBeGreaterThanOrEqual(v.zswpwb);
    expect(v.zswpout + v.pswpout - v.zswpwb).toBeGreaterThan(k.swap.total - k.swap.free - 200);
  });

  test('counts its pages at full size in the badness', () => {
    const hogged = k.oomRecords[0].walk.find((c) => c.comm === 'oom_killer_try');
    expect(hogged?.swap).toBeGreaterThan(0.9 * k.swap.total);
  });

  test('serves what comes back from RAM, and forgets it', () => {
    const m = createMachine(
      compileScenario({
        format: SCENARIO_FORMAT,
        id: 'zswap',
        title: 'zswap',
        machine: { ram: '128MiB', swap: { size: '256MiB', device: 'hdd' }, cpus: 1, sysctl: ON },
        processes: [
          {
            name: 'reader',
            ops: [
              { op: 'sbrk', size: '110MiB' },
              { op: 'loop', ops: [{ op: 'touch', region: 'heap', write: true }] },
            ],
          },
        ],
      }),
      1,
    );
    runFor(m, { t: 3e9 }, 2e7);
    const v = vmstatValues(m.kernel);
    expect(v.zswpin).toBeGreaterThan(1000);
    expect(v.pswpin).toBe(0);
    expect(v.zswpout - v.zswpin).toBeGreaterThanOrEqual(m.kernel.zswap.stored);
    expect(audit(m.kernel)).toEqual([]);
  });

  test('can be switched off while it runs: what is in it stays until it is asked for', () => {
    const { kernel: on } = hog(ON, 1.5e9);
    const { stored } = on.zswap;
    expect(stored).toBeGreaterThan(0);
    expect(writeSysctl(on, `${PARAMETERS}/enabled`, 'N')).toBe(0);
    expect(readSysctl(on, `${PARAMETERS}/enabled`)).toBe('N\n');
    expect(on.zswap.stored).toBe(stored);
  });

  test('refuses what its parameters cannot be', () => {
    const { kernel: off } = hog({}, 1e8);
    expect(writeSysctl(off, `${PARAMETERS}/enabled`, 'perhaps')).toBe(-22);
    expect(writeSysctl(off, `${PARAMETERS}/max_pool_percent`, '101')).toBe(-22);
    expect(writeSysctl(off, `${PARAMETERS}/max_pool_percent`, '40')).toBe(0);
    expect(readSysctl(off, `${PARAMETERS}/max_pool_percent`)).toBe('40\n');
    expect(readSysctl(off, `${PARAMETERS}/accept_threshold_percent`)).toBe('90\n');
  });
});
