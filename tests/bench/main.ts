/**
 * `npm run bench [-- --quick]`: what the model's hot loops cost, beside the same loops in plain C, and how soon a whole
 * machine comes to its first OOM kill. A report: it fails nobody. With `--report` instead: how fast logs are read.
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { GIB, MIB } from '../../src/machine/config';
import { DISKS } from '../../src/machine/costs';
import { bootToOom } from './boot';
import { measureCheckpoint } from './checkpoint';
import { type LoopFigures, measure, measureOnDevice } from './loops';
import { buildNative, type Native, removeNative, runNative } from './native';
import { printReading } from './report';
import { swapToKill } from './swapped';
import { table, verdict } from './table';

interface Size {
  name: string;
  bytes: number;
  /** Runs, of which the best counts: what else the computer does only ever makes one slower. */
  runs: number;
}
const SIZES: readonly Size[] = [
  { name: '256 MiB', bytes: 256 * MIB, runs: 10 },
  { name: '4 GiB', bytes: 4 * GIB, runs: 3 },
  { name: '16 GiB', bytes: 16 * GIB, runs: 2 },
];

/** How many times as long as plain C the model may take. */
const LOOPS: readonly { key: keyof LoopFigures; name: string; limit: number }[] = [
  { key: 'fault', name: 'fault', limit: 6 },
  { key: 'touch', name: 'present touch', limit: 6 },
  { key: 'reclaim', name: 'fault with reclaim', limit: 10 },
];
/** How much the ratio to plain C may grow from the smallest machine to the largest. */
const GROWTH_LIMIT = 1.5;
/** Touches of the run with a process in a memory cgroup: it is about the faults. */
const CHARGED_TOUCHES = 5_000_000;
const KILL_LIMIT_MS = 150;
/** s, for a machine of 16 GiB with swap. */
const SWAPPED_LIMIT = 10;
/** A machine to compile the loops on, in pages, and how often. */
const WARM_UP_PAGES = 65536;
const WARM_UP_RUNS = 5;

const PAGE = 4096;

interface Result {
  size: Size;
  model: LoopFigures;
  /** The same with the process in a memory cgroup. */
  charged: LoopFigures;
  native: LoopFigures | null;
}

function best(a: LoopFigures | null, b: LoopFigures | null): LoopFigures | null {
  if (a === null || b === null) return a ?? b;
  return {
    fault: Math.min(a.fault, b.fault),
    touch: Math.min(a.touch, b.touch),
    reclaim: Math.min(a.reclaim, b.reclaim),
  };
}

/** The model and plain C in turn, so that both have the same neighbours. */
function compare(size: Size, native: Native | null): Result {
  const pages = size.bytes / PAGE;
  let theirs: LoopFigures | null = null;
  let ours: LoopFigures | null = null;
  let charged: LoopFigures | null = null;
  for (let i = 0; i < size.runs; i++) {
    if (native) theirs = best(theirs, runNative(native, pages));
    ours = best(ours, measure(pages));
    charged = best(charged, measure(pages, CHARGED_TOUCHES, true));
  }
  return { size, model: ours as LoopFigures, charged: charged as LoopFigures, native: theirs };
}

const ns = (n: number): string => n.toFixed(1);
const times = (n: number): string => `${n.toFixed(1)}x`;

function rowsOf({ size, model, charged, native }: Result): string[][] {
  const rowOf = (name: string, figures: LoopFigures, { key, limit }: (typeof LOOPS)[number]): string[] => {
    const row = [size.name, name, ns(figures[key])];
    if (native === null) return row;
    const ratio = figures[key] / native[key];
    return [...row, ns(native[key]), times(ratio), times(limit), verdict(ratio, limit)];
  };
  return [
    ...LOOPS.map((loop) => rowOf(loop.name, model, loop)),
    ...LOOPS.map((loop) => rowOf(`${loop.name}, in a cgroup`, charged, loop)),
  ];
}

function printGrowth(small: Result, large: Result): void {
  for (const { key, name } of LOOPS) {
    if (small.native === null || large.native === null) return;
    const growth = large.model[key] / large.native[key] / (small.model[key] / small.native[key]);
    const what = `${name}: ratio at ${large.size.name} to ratio at ${small.size.name}`;
    console.log(`${what}: ${growth.toFixed(2)} (limit ${GROWTH_LIMIT}, ${verdict(growth, GROWTH_LIMIT)})`);
  }
}

/** What is measured in a thread of its own: what is compiled for the one would slow down the other. */
const APART = {
  boot: () => bootToOom(),
  checkpoint: (ram: number) => measureCheckpoint(ram),
  swapped: (swap: number) => swapToKill(swap),
};
type Apart = typeof APART;

async function apart<K extends keyof Apart>(name: K, size = 0): Promise<ReturnType<Apart[K]>> {
  const [figures] = await once(new Worker(process.argv[1], { workerData: { name, size } }), 'message');
  return figures;
}

async function main(args: string[]): Promise<void> {
  if (args.includes('--report')) {
    printReading();
    return;
  }
  const quick = args.includes('--quick');
  const sizes = quick ? SIZES.slice(0, 1) : SIZES;
  const kill = await apart('boot');
  console.log(
    `512 MiB without swap, boot to first OOM kill (${kill.victim}, ${kill.virtual.toFixed(2)} s of virtual time): ` +
      `${kill.warm.toFixed(0)} ms (limit ${KILL_LIMIT_MS} ms, ${verdict(kill.warm, KILL_LIMIT_MS)}), ` +
      `the first time in a process ${kill.first.toFixed(0)} ms`,
  );
  for (const ram of quick ? [512 * MIB] : [512 * MIB, 16 * GIB]) {
    const c = await apart('checkpoint', ram);
    console.log(`checkpoint, ${c.ram}: the first ${c.full.toFixed(1)} ms, a later one ${c.next.toFixed(1)} ms`);
  }

  if (!quick) {
    for (const swap of [4 * GIB, 8 * GIB, 16 * GIB]) {
      const { cpu, virtual, victim } = await apart('swapped', swap);
      console.log(
        `16 GiB with ${swap / GIB} GiB of swap, boot to first OOM kill (${victim}, ${virtual.toFixed(1)} s of virtual time): ` +
          `${cpu.toFixed(1)} s (limit ${SWAPPED_LIMIT} s, ${verdict(cpu, SWAPPED_LIMIT)})`,
      );
    }
  }

  const native = buildNative();
  if (typeof native === 'string') console.log(`\nWithout plain C to compare with: ${native}`);
  for (let i = 0; i < WARM_UP_RUNS; i++) {
    measure(WARM_UP_PAGES, 2_000_000);
    measure(WARM_UP_PAGES, 2_000_000, true);
  }
  const results: Result[] = [];
  for (const size of sizes) results.push(compare(size, typeof native === 'string' ? null : native));
  const head = ['machine', 'loop', 'model ns'];
  const beside = typeof native === 'string' ? [] : ['native ns', 'ratio', 'limit', ''];
  console.log(`\n${table([[...head, ...beside], ...results.flatMap(rowsOf)])}\n`);
  if (results.length > 1) printGrowth(results[0], results[results.length - 1]);
  const ssd = { name: 'sda', ...DISKS.ssd };
  for (const { name, bytes } of sizes.slice(0, 2)) {
    console.log(`fault with reclaim on a queued SSD, ${name}: ${ns(measureOnDevice(bytes / PAGE, ssd))} ns`);
  }
  if (typeof native !== 'string') removeNative(native);
}

if (isMainThread) await main(process.argv.slice(2));
else parentPort?.postMessage(APART[workerData.name as keyof Apart](workerData.size));
