/**
 * The benchmark: what a touch, a fault and a fault with reclaim take in the model, beside the same loops in plain C where
 * `../shared/bench/native.c` is at hand, and how long a machine takes from boot to its first OOM kill.
 *
 *   npm run bench              all sizes
 *   npm run bench -- 256 4096  RAM sizes in MiB
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VM_READ, VM_WRITE } from '../../src/linux/include/mm_types';
import { mmap } from '../../src/linux/mm/mmap';
import { type BootFigures, bootToOom } from './boot';
import { boot, type LoopFigures, measure, sweep } from './loops';

const SIZES_MIB = [256, 4096, 16_384];
const NATIVE = path.resolve('../shared/bench/native.c');
/** What the figures are held against: times native, and ratio at the largest size over ratio at the smallest. */
const LIMITS: Record<keyof Figures, number> = { fault: 6, touch: 6, reclaim: 10 };
const MAX_GROWTH = 1.5;
const BOOT_LIMIT_MS = 150;

type Figures = Pick<LoopFigures, 'fault' | 'touch' | 'reclaim'>;
const NAMES: Record<keyof Figures, string> = { touch: 'present touch', fault: 'fault', reclaim: 'fault+reclaim' };

/** Each measurement has a process of its own: what one has compiled or left in memory is no matter of the next. */
function child<T>(...args: string[]): T {
  const script = process.argv[1];
  const out = execFileSync(process.execPath, [script, ...args], { encoding: 'utf8', maxBuffer: 1 << 24 });
  return JSON.parse(out) as T;
}

/** Builds native.c in a temporary folder; null when it or a compiler is missing. */
function buildNative(folder: string): string | null {
  if (!existsSync(NATIVE)) return null;
  const binary = path.join(folder, 'native');
  try {
    execFileSync('gcc', ['-O2', '-o', binary, NATIVE], { stdio: 'pipe' });
    return binary;
  } catch {
    return null;
  }
}

function runNative(binary: string, pages: number): Figures {
  const out = execFileSync(binary, [String(pages)], { encoding: 'utf8' });
  const ns = (name: string): number => {
    const match = new RegExp(`native ${name.replace('+', '\\+')}\\s+([\\d.]+) ns`).exec(out);
    if (!match) throw new Error(`native.c printed no "${name}"`);
    return Number(match[1]);
  };
  return { fault: ns('fault'), touch: ns('present touch'), reclaim: ns('fault+reclaim') };
}

const cell = (text: string): string => text.padStart(16);

function compare(): void {
  const asked = process.argv
    .slice(2)
    .map(Number)
    .filter((n) => n > 0);
  const sizes = asked.length > 0 ? asked : SIZES_MIB;
  const folder = mkdtempSync(path.join(tmpdir(), 'oomlab-bench-'));
  try {
    const native = buildNative(folder);
    if (native === null)
      console.log(`No native yardstick (${NATIVE} or gcc is missing): the model's own figures only.\n`);
    const ratios: Record<keyof Figures, number[]> = { touch: [], fault: [], reclaim: [] };
    console.log(['RAM'.padEnd(10), cell(''), cell('model ns'), cell('native ns'), cell('ratio')].join(''));
    for (const mib of sizes) {
      const pages = mib * 256;
      const model = child<LoopFigures>('--loops', String(pages));
      const plain = native ? runNative(native, pages) : null;
      for (const key of Object.keys(NAMES) as (keyof Figures)[]) {
        const ratio = plain ? model[key] / plain[key] : Number.NaN;
        ratios[key].push(ratio);
        const columns = [cell(NAMES[key]), cell(model[key].toFixed(1))];
        if (plain) columns.push(cell(plain[key].toFixed(1)), cell(`${ratio.toFixed(2)} (max ${LIMITS[key]})`));
        console.log(`${mib} MiB`.padEnd(10) + columns.join(''));
      }
    }
    if (native && sizes.length > 1) {
      console.log('\nratio at the largest size over ratio at the smallest');
      for (const key of Object.keys(NAMES) as (keyof Figures)[]) {
        const growth = ratios[key][ratios[key].length - 1] / ratios[key][0];
        console.log(`          ${cell(NAMES[key])}${cell(`${growth.toFixed(2)} (max ${MAX_GROWTH})`)}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const boot = child<BootFigures>('--boot');
  console.log(
    `\n512 MiB without swap, boot to first OOM kill (${boot.victim}, ${boot.virtual.toFixed(2)} s of virtual time): ` +
      `${boot.warm.toFixed(0)} ms, the first time in a process ${boot.first.toFixed(0)} ms (max ${BOOT_LIMIT_MS})`,
  );
}

/** The model runs in a lab that has been running: its code is compiled. C is, from the start. */
function warmUp(): void {
  const pages = 16_384;
  for (let i = 0; i < 3; i++) {
    const b = boot(pages);
    const base = mmap(b.k, b.hog, { pages: pages * 1.5, flags: VM_READ | VM_WRITE });
    for (let j = 0; j < 4; j++) sweep(b, base, pages * 1.5);
  }
}

const [, , mode, argument] = process.argv;
if (mode === '--loops') {
  warmUp();
  console.log(JSON.stringify(measure(Number(argument))));
} else if (mode === '--boot') console.log(JSON.stringify(bootToOom()));
else compare();
