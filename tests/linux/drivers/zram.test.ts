import { describe, expect, it } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { NR_ZSPAGES } from '../../../src/linux/include/vmstat';
import { globalZoneState } from '../../../src/linux/mm/vmstat';
import { createMachine } from '../../../src/machine/boot';
import { runFor } from '../../../src/machine/run';
import { compileScenario } from '../../../src/scenario/compile';
import { SCENARIO_FORMAT } from '../../../src/scenario/schema';

/** A hog on 128 MiB of RAM with 256 MiB of zram, until it is killed. */
function untilKill(compression: number) {
  const config = compileScenario({
    format: SCENARIO_FORMAT,
    id: 'zram',
    title: 'zram',
    machine: { ram: '128MiB', swap: { size: '256MiB', device: 'zram', compression }, cpus: 1 },
    processes: [{ program: 'crazy-allocator', params: { touch: 1 } }],
  });
  const m = createMachine(config, 1);
  runFor(m, { landmark: 'oom' }, 2e7);
  const k = m.kernel;
  const zram = k.disks[1].zram!;
  return { k, zram, task: k.oomRecords[0]?.walk.find((c) => c.comm === 'oom_killer_try') };
}

describe('zram', () => {
  it('takes RAM for what is swapped out to it, a third at 3:1', () => {
    const { k, zram } = untilKill(3);
    expect(zram.stored).toBeGreaterThan(1000);
    expect(zram.poolPages).toBe(globalZoneState(k, NR_ZSPAGES));
    expect(zram.poolPages / zram.stored).toBeGreaterThan(0.3);
    expect(zram.poolPages / zram.stored).toBeLessThan(0.37);
    expect(audit(k)).toEqual([]);
  });
  it('lets a process grow beyond RAM, and the more the better its pages compress', () => {
    const size = (ratio: number): number => {
      const { task } = untilKill(ratio);
      return (task?.rss ?? 0) + (task?.swap ?? 0);
    };
    const hardly = size(1.05);
    const well = size(4);
    expect(well).toBeGreaterThan(hardly * 1.5);
  });
  it('counts swapped pages at their full size in the badness', () => {
    const { task, zram } = untilKill(4);
    expect(task!.swap).toBeGreaterThan(zram.poolPages * 3);
    expect(task!.points).toBe(task!.rss + task!.swap + task!.pgtables);
  });
});
