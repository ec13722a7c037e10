/** page_counter: hierarchical counts with limits. §11.1. */
import type { Kernel } from '../include/kernel';
import { type MemCgroup, PAGE_COUNTER_MAX, type PageCounter } from '../include/memcontrol';

/** page_counter_init: no limit, no protection. */
export const newPageCounter = (): PageCounter => ({
  usage: 0,
  min: 0,
  low: 0,
  high: PAGE_COUNTER_MAX,
  max: PAGE_COUNTER_MAX,
  emin: 0,
  elow: 0,
  watermark: 0,
  failcnt: 0,
});

/** Which of a memcg's counters. */
export type CounterName = 'memory' | 'swap';

const counterOf = (memcg: MemCgroup, name: CounterName): PageCounter => (name === 'memory' ? memcg.memory : memcg.swap);

function add(c: PageCounter, n: number): void {
  c.usage += n;
  if (c.usage > c.watermark) c.watermark = c.usage;
}

/** A charge that is refused further up has been made below for a moment: their peaks show it. */
function notePeaks(k: Kernel, from: number, below: number, name: CounterName, n: number): void {
  for (let id = from; id !== below; id = k.memcgs[id].parent) {
    const c = counterOf(k.memcgs[id], name);
    if (c.usage + n > c.watermark) c.watermark = c.usage + n;
  }
}

/**
 * page_counter_try_charge: `n` pages more for a memcg and all above it but the root, or for none of them.
 *
 * @returns −1, or the memcg whose limit does not allow it
 */
export function pageCounterTryCharge(k: Kernel, memcg: number, name: CounterName, n: number): number {
  const { memcgs } = k;
  for (let id = memcg; id > 0; id = memcgs[id].parent) {
    const c = counterOf(memcgs[id], name);
    if (c.usage + n > c.max) {
      c.failcnt++;
      notePeaks(k, memcg, id, name, n);
      return id;
    }
  }
  pageCounterCharge(k, memcg, name, n);
  return -1;
}

/** page_counter_charge: the same whatever the limits are. */
export function pageCounterCharge(k: Kernel, memcg: number, name: CounterName, n: number): void {
  const { memcgs } = k;
  for (let id = memcg; id > 0; id = memcgs[id].parent) add(counterOf(memcgs[id], name), n);
}

/** page_counter_uncharge. */
export function pageCounterUncharge(k: Kernel, memcg: number, name: CounterName, n: number): void {
  const { memcgs } = k;
  for (let id = memcg; id > 0; id = memcgs[id].parent) counterOf(memcgs[id], name).usage -= n;
}

/**
 * effective_protection: how much of what a cgroup asks to be protected its parent has to give. §11.2
 *
 * @param setting its min or low
 * @param parentEffective the same of its parent, effective
 * @param siblingsProtected sum over it and its siblings of what they use and want protected
 * @param recursive what the siblings leave goes to those who use more than they claim, by that share
 */
export function effectiveProtection(
  usage: number,
  parentUsage: number,
  setting: number,
  parentEffective: number,
  siblingsProtected: number,
  recursive: boolean,
): number {
  const wanted = Math.min(usage, setting);
  // More is claimed than there is: each gets its share.
  if (siblingsProtected > parentEffective) return Math.floor((wanted * parentEffective) / siblingsProtected);
  if (!recursive || parentEffective <= siblingsProtected || parentUsage <= siblingsProtected || usage <= wanted) {
    return wanted;
  }
  const unclaimed = parentEffective - siblingsProtected;
  return wanted + Math.floor((unclaimed * (usage - wanted)) / (parentUsage - siblingsProtected));
}

/** children_min_usage, children_low_usage: what the children use of what they want protected. */
export function childrenProtected(k: Kernel, parent: MemCgroup, key: 'min' | 'low'): number {
  let n = 0;
  for (const id of parent.children) {
    const { memory } = k.memcgs[id];
    n += Math.min(memory.usage, memory[key]);
  }
  return n;
}

/**
 * mem_cgroup_calculate_protection: the effective min and low of a memcg for a reclaim that begins at `root`. To be called
 * from the top down.
 */
export function calculateProtection(k: Kernel, root: number, id: number): void {
  const memcg = k.memcgs[id];
  const c = memcg.memory;
  if (id === root || id === 0 || c.usage === 0) return;
  if (memcg.parent === root) {
    c.emin = c.min;
    c.elow = c.low;
    return;
  }
  const parent = k.memcgs[memcg.parent];
  const { usage, emin, elow } = parent.memory;
  const recursive = k.memoryRecursiveprot;
  c.emin = effectiveProtection(c.usage, usage, c.min, emin, childrenProtected(k, parent, 'min'), recursive);
  c.elow = effectiveProtection(c.usage, usage, c.low, elow, childrenProtected(k, parent, 'low'), recursive);
}

/** mem_cgroup_below_min: all it uses is protected from a reclaim that begins at `target`. */
export const memCgroupBelowMin = (k: Kernel, target: number, id: number): boolean =>
  id !== 0 && id !== target && k.memcgs[id].memory.emin >= k.memcgs[id].memory.usage;

/** mem_cgroup_below_low. */
export const memCgroupBelowLow = (k: Kernel, target: number, id: number): boolean =>
  id !== 0 && id !== target && k.memcgs[id].memory.elow >= k.memcgs[id].memory.usage;
