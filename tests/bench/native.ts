/** The yardstick: the same three loops in plain C, built and run beside the model. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LoopFigures } from './loops';

/** Relative to the project, in whose folder npm runs its scripts. */
const SOURCE = '../shared/bench/native.c';

export interface Native {
  program: string;
  folder: string;
}

/**
 * Compiles it, or says why it cannot. It is to measure as the model is measured: the processor's time, which does not
 * pass while other programs run.
 */
export function buildNative(): Native | string {
  const source = path.resolve(SOURCE);
  if (!existsSync(source)) return `${SOURCE} is not there`;
  const folder = mkdtempSync(path.join(tmpdir(), 'oomlab-bench-'));
  const program = path.join(folder, 'native');
  const input = readFileSync(source, 'utf8').replace('CLOCK_MONOTONIC', 'CLOCK_PROCESS_CPUTIME_ID');
  const gcc = spawnSync('gcc', ['-O2', '-x', 'c', '-o', program, '-'], { input, encoding: 'utf8' });
  if (gcc.status === 0) return { program, folder };
  rmSync(folder, { recursive: true });
  return gcc.error ? `gcc does not run: ${gcc.error.message}` : `gcc fails:\n${gcc.stderr}`;
}

/** Runs it on a machine of `pages` pages; null when it did not work. */
export function runNative({ program }: Native, pages: number): LoopFigures | null {
  const { stdout, status } = spawnSync(program, [String(pages)], { encoding: 'utf8' });
  const figure = (name: string): number => Number(new RegExp(`${name}\\s+([\\d.]+) ns`).exec(stdout ?? '')?.[1]);
  const figures = { fault: figure('fault'), touch: figure('present touch'), reclaim: figure('fault\\+reclaim') };
  return status === 0 && Object.values(figures).every((n) => n > 0) ? figures : null;
}

export const removeNative = ({ folder }: Native): void => rmSync(folder, { recursive: true });
