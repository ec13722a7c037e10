/** Small machines for tests. */
import { createMachine } from '../../src/machine/boot';
import { DEFAULT_CACHES, type MachineConfig, MIB } from '../../src/machine/config';
import type { Machine } from '../../src/machine/machine';
import { timeOf } from '../../src/machine/machine';
import type { Op, ProcessSpec } from '../../src/machine/ops';
import { runFor } from '../../src/machine/run';

export const process = (comm: string, ops: Op[], rest: Partial<ProcessSpec> = {}): ProcessSpec => ({
  comm,
  uid: 1000,
  oomScoreAdj: 0,
  at: 0,
  textPages: 64,
  program: '',
  ops,
  ...rest,
});

export const config = (processes: ProcessSpec[], rest: Partial<MachineConfig> = {}): MachineConfig => ({
  title: 'test',
  ram: 128 * MIB,
  swap: 0,
  swapDevice: 'ssd',
  compression: 3,
  cpus: 2,
  kernel: '6.12',
  oomRules: 'kernel',
  nodes: [],
  distances: [],
  cpusets: [],
  thp: 'never',
  sysctl: [],
  cgroups: [],
  caches: [...DEFAULT_CACHES],
  processes,
  events: [],
  limit: 60e9,
  ...rest,
});

export const IDLE: Op = { op: 'loop', ops: [{ op: 'sleep', ns: 1e9 }] };

/** A process that takes all memory it can get. */
export const hog = (comm = 'hog', rest: Partial<ProcessSpec> = {}): ProcessSpec =>
  process(comm, [{ op: 'malloc2', touch: true }], rest);

/** A machine that has run so many seconds. */
export function ranFor(seconds: number, c: MachineConfig, seed = 1): Machine {
  const m = createMachine(c, seed);
  runFor(m, { t: seconds * 1e9 });
  return m;
}

export const taskOf = (m: Machine, comm: string) => m.kernel.tasks.find((t) => t.comm === comm) ?? null;
/** Resident anonymous pages, swap entries. */
export function memoryOf(m: Machine, comm: string): { anon: number; swap: number; totalVm: number } {
  const task = taskOf(m, comm);
  if (!task || task.mm < 0) return { anon: 0, swap: 0, totalVm: 0 };
  const mm = m.kernel.mms[task.mm];
  const sum = (member: number): number => {
    let n = 0;
    for (let i = member; i < mm.rss.length - 1; i += 4) n += mm.rss[i];
    return n;
  };
  return { anon: sum(1), swap: sum(2), totalVm: mm.totalVm };
}
export { timeOf };
