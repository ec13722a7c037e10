/** What a checkpoint of a machine costs: the means of going back in time. */
import { createMachine } from '../../src/machine/boot';
import { GIB, MIB } from '../../src/machine/config';
import { timeOf } from '../../src/machine/machine';
import { runFor } from '../../src/machine/run';
import { takeSnapshot } from '../../src/machine/snapshot';
import { config } from './boot';
import { median } from './table';

export interface CheckpointFigures {
  ram: string;
  /** ms: a checkpoint that has nothing to share with one before it, and one 10 ms of virtual time later that has. */
  full: number;
  next: number;
}

/** Checkpoints of a machine of `ram` bytes that has been running for a second. */
export function measureCheckpoint(ram: number): CheckpointFigures {
  const m = createMachine({ ...config(), ram }, 1);
  runFor(m, { t: 1e9 });
  const full: number[] = [];
  const next: number[] = [];
  for (let i = 0; i < 5; i++) {
    let t = performance.now();
    const before = takeSnapshot(m, timeOf(m), null);
    full.push(performance.now() - t);
    runFor(m, { t: timeOf(m) + 10e6 });
    t = performance.now();
    takeSnapshot(m, timeOf(m), before);
    next.push(performance.now() - t);
  }
  return { ram: ram < GIB ? `${ram / MIB} MiB` : `${ram / GIB} GiB`, full: median(full), next: median(next) };
}
