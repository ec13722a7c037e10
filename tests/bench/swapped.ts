/** A large machine with swap, from switching it on to its first OOM kill. */
import { createMachine } from '../../src/machine/boot';
import { GIB } from '../../src/machine/config';
import { timeOf } from '../../src/machine/machine';
import { runFor } from '../../src/machine/run';
import { factsOf, launch } from '../../src/userspace/palette';
import { config } from './boot';

export interface SwappedFigures {
  /** s of the processor's time, and of virtual time. */
  cpu: number;
  virtual: number;
  victim: string;
}

/** 16 GiB and `swap` bytes on an SSD, on which a database works and a server leaks. */
export function swapToKill(swap: number): SwappedFigures {
  const base = { ram: 16 * GIB, swap, cpus: 4 };
  const facts = factsOf(base);
  const m = createMachine(
    {
      ...config(),
      ...base,
      title: 'swap to OOM',
      processes: [
        ...launch('database', { size: '2GiB', hot: '1GiB', buffers: '512MiB' }, facts),
        ...launch('leaky-server', { rate: 400_000 }, facts),
      ],
      limit: 600e9,
    },
    1,
  );
  const begin = process.cpuUsage();
  runFor(m, { landmark: 'kill' });
  const { user, system } = process.cpuUsage(begin);
  const victim = m.rec.events.find((e) => e.kind === 'kill')?.label ?? 'nobody';
  return { cpu: (user + system) / 1e6, virtual: timeOf(m) / 1e9, victim };
}
