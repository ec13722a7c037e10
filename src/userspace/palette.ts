/** Everything that can be launched by name, in the order of the palette. */
import { type Action, type Command, RefusalError } from '../machine/commands';
import type { MachineConfig } from '../machine/config';
import type { ProcessSpec } from '../machine/ops';
import { type Facts, type Program, type StartOptions, startProgram } from './program';
import { backup } from './programs/backup';
import { browserTabs } from './programs/browser-tabs';
import { crazyAllocator } from './programs/crazy-allocator';
import { database } from './programs/database';
import { forkHerd } from './programs/fork-herd';
import { leakyServer } from './programs/leaky-server';
import { mlockHog } from './programs/mlock-hog';
import { tmpfsFiller } from './programs/tmpfs-filler';

export const PROGRAMS: readonly Program[] = [
  leakyServer,
  crazyAllocator,
  database,
  browserTabs,
  backup,
  tmpfsFiller,
  mlockHog,
  forkHerd,
];

export const factsOf = (config: Pick<MachineConfig, 'ram' | 'swap' | 'cpus'>): Facts => ({
  ramPages: Math.floor(config.ram / 4096),
  swapPages: Math.floor(config.swap / 4096),
  cpus: config.cpus,
});

/**
 * The processes behind "launch PROGRAM".
 *
 * @throws {RefusalError} `unknown-program`, `unknown-param`, `bad-param`
 */
export function launch(
  id: string,
  params: Record<string, string | number>,
  facts: Facts,
  options: StartOptions = {},
): ProcessSpec[] {
  const program = PROGRAMS.find((it) => it.id === id);
  if (!program) {
    throw new RefusalError('unknown-program', { got: id, expected: PROGRAMS.map((it) => it.id).join(', ') });
  }
  const { cgroup } = options;
  const processes = startProgram(program, params, facts, options);
  return cgroup === undefined ? processes : processes.map((p) => ({ ...p, cgroup }));
}

/**
 * A command as the machine carries it out.
 *
 * @throws {RefusalError} as `launch`
 */
export function resolveCommand(command: Command, facts: Facts): Action {
  if (command.op !== 'launch') return command;
  return { op: 'spawn', processes: launch(command.program, command.params ?? {}, facts, { cgroup: command.cgroup }) };
}
