/**
 * What the numbers of a machine will be, told to the engine before it compiles anything.
 *
 * V8 keeps a field that has only held small whole numbers apart from one that has held others, and all code that is
 * compiled knows which it is. A time passes 2^31 ns after two seconds, a share or a sum gets a fraction when reclaim
 * begins: with each of them, all compiled code that knows objects of that shape is thrown away, and the kernel's shape is
 * known everywhere. So such a field holds a fraction once, at boot; objects of the same shape that come later follow.
 * Nothing depends on it but the speed.
 */
import type { Machine } from './machine';

const FRACTION = 0.5;

/** Makes the engine take these fields for any number. */
function anyNumber<K extends string>(object: { [key in K]: number }, ...keys: K[]): void {
  const fields: Record<string, number> = object;
  for (const key of keys) {
    const value = fields[key];
    fields[key] = FRACTION;
    fields[key] = value;
  }
}

/** To be called when a machine stands as it boots. */
export function settleFields(m: Machine): void {
  const { kernel: k, cpus, procs, look, tally } = m;
  anyNumber(k, 'now', 'cost', 'rng');
  anyNumber(k.psi, 'lastUpdate', 'periodStart', 'some', 'full', 'io');
  anyNumber(k.psi, 'someTotal', 'fullTotal', 'ioSomeTotal', 'somePeriod', 'fullPeriod');
  anyNumber(k.writeback, 'nextPeriodic');
  for (const disk of k.disks) anyNumber(disk, 'lastSector', 'mergedAt');
  for (const timer of k.timers) anyNumber(timer, 'at');
  for (const task of k.tasks) {
    anyNumber(task, 'wakeAt', 'stime');
    anyNumber(task.se, 'vruntime', 'deadline', 'vlag', 'ran');
  }
  for (const proc of procs) {
    anyNumber(proc, 'freeAt', 'waitSince');
    const { prog } = proc;
    if (prog === null) continue;
    anyNumber(prog, 'nextAt', 'aux', 'rng');
    for (const frame of prog.frames) anyNumber(frame, 'left');
  }
  for (const cpu of cpus) {
    anyNumber(cpu, 'clock', 'idle');
    anyNumber(cpu.rq, 'clock', 'vruntime');
  }
  anyNumber(look, 'wakeAt');
  anyNumber(tally, 'waitNs', 'progressAt');
}
