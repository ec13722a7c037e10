/** Visits to memory, in order or at random. */
import type { Task } from '../../linux/include/sched';
import { lastFault, touchRandom, touchRange, VM_FAULT_DONE, VM_FAULT_OOM, VM_FAULT_WAIT } from '../../linux/mm/memory';
import { visitPages } from '../caches';
import type { Machine, Proc, Program, Region } from '../machine';
import type { Instr } from '../ops';
import { leave, next } from './control';
import { allowed, made } from './pace';
import { regionOf } from './regions';

/** Of random visits this share is looked up in the cpu caches; their hits do not depend on the order. */
const CACHE_SAMPLE = 4;
/** No cache holds more pages than a pass of this many replaces. */
export const CACHE_PASS = 4096;

/** True when the program may go on; else it waits, is tried again, or is done for. */
export function faultOk(proc: Proc): boolean {
  const { code } = lastFault;
  if (code === VM_FAULT_DONE) return true;
  // A fault without memory is simply repeated, as the handler does. §4.8
  if (code !== VM_FAULT_WAIT && code !== VM_FAULT_OOM) leave(proc);
  return false;
}

export function touch(
  m: Machine,
  proc: Proc,
  task: Task,
  prog: Program,
  op: Extract<Instr, { op: 'touch' }>,
  budget: number,
): void {
  const k = m.kernel;
  const region = regionOf(prog, op.region);
  if (!region || region.pages === 0) {
    next(m, prog);
    return;
  }
  const all = Math.ceil(region.pages / (op.stride ?? 1));
  const total = op.pages === undefined || op.pages === 'all' ? all : op.pages;
  const count = allowed(m, task, prog, op.rate ?? 0, total - prog.done);
  if (count <= 0) return;
  const write = op.write ?? false;
  const { minFlt } = task;
  let did: number;
  if (op.pattern === 'random' || op.pattern === 'hot') {
    const hot = op.pattern === 'hot' ? Math.min(op.hotPages ?? region.pages, region.pages) : 0;
    const share = (op.hotPercent ?? 90) / 100;
    did = touchRandom(k, task, region.vpn, region.pages, count, write, share, hot, budget);
    visitAtRandom(m, task, prog, region, did, share, hot);
  } else {
    const stride = op.stride ?? 1;
    const at = ((op.from ?? 0) + prog.done * stride) % region.pages;
    const most = Math.min(count, Math.ceil((region.pages - at) / stride));
    did = touchRange(k, task, region.vpn + at, most, stride, write, budget);
    visitPages(m.caches, task.mm, region.vpn + at, Math.min(did, CACHE_PASS));
  }
  if (write) m.tally.newAnon += task.minFlt - minFlt;
  made(m, prog, did);
  if (faultOk(proc) && prog.done >= total) next(m, prog);
}

function visitAtRandom(
  m: Machine,
  task: Task,
  prog: Program,
  region: Region,
  n: number,
  share: number,
  hot: number,
): void {
  const samples = Math.ceil(n / CACHE_SAMPLE);
  for (let i = 0; i < samples; i++) {
    const inHot = hot > 0 && random(prog) < share;
    visitPages(m.caches, task.mm, region.vpn + Math.floor(random(prog) * (inHot ? hot : region.pages)), 1);
  }
}

/** xorshift32 in [0, 1). */
function random(prog: Program): number {
  let x = prog.rng | 0;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  prog.rng = x >>> 0;
  return prog.rng / 2 ** 32;
}
