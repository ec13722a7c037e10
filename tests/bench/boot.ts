/** From switching a machine on to its first OOM kill. */
import { createMachine } from '../../src/machine/boot';
import { DEFAULT_CACHES, type MachineConfig, MIB } from '../../src/machine/config';
import { timeOf } from '../../src/machine/machine';
import { runFor } from '../../src/machine/run';
import { factsOf, launch } from '../../src/userspace/palette';
import { median } from './table';

export interface BootFigures {
  /** ms of real time: the first in a fresh process, and the median of those after it. */
  first: number;
  warm: number;
  /** s of virtual time. */
  virtual: number;
  victim: string;
}

/** 512 MiB without swap, on which the crazy allocator runs. */
export function config(): MachineConfig {
  const base = { ram: 512 * MIB, swap: 0, cpus: 2 };
  return {
    ...base,
    title: 'boot to OOM',
    swapDevice: 'ssd',
    cgroups: [],
    compression: 3,
    kernel: '6.12',
    oomRules: 'kernel',
    nodes: [],
    distances: [],
    cpusets: [],
    thp: 'always',
    sysctl: [],
    caches: [...DEFAULT_CACHES],
    processes: launch('crazy-allocator', { touch: 1 }, factsOf(base)),
    events: [],
    limit: 60e9,
  };
}

export function bootToOom(): BootFigures {
  const times: number[] = [];
  let virtual = 0;
  let victim = '';
  for (let i = 0; i < 10; i++) {
    const begin = performance.now();
    const m = createMachine(config(), 1);
    runFor(m, { landmark: 'kill' });
    times.push(performance.now() - begin);
    virtual = timeOf(m) / 1e9;
    victim = m.rec.events.find((e) => e.kind === 'kill')?.label ?? 'nobody';
  }
  const [first, ...rest] = times;
  return { first, warm: median(rest), virtual, victim };
}
