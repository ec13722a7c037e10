/**
 * Programs' accesses to memory. This is the model's hottest code: no objects, no closures, one page table looked up once
 * for all accesses that fall in it.
 */
import { TABLES_END } from '../../include/addr';
import type { Kernel } from '../../include/kernel';
import { MMF_UNSTABLE, type MmStruct, VM_WRITE, type Vma } from '../../include/mm_types';
import { PTE_DIRTY, PTE_PRESENT, PTE_WRITE, PTE_YOUNG } from '../../include/page';
import type { Task } from '../../include/sched';
import { ptePtr } from '../pgtable';
import { findVma } from '../vma';
import { VM_FAULT_DONE, VM_FAULT_SIGBUS, VM_FAULT_WAIT } from './codes';
import { handleMmFault, handleTableFault } from './fault';
import { faultRun } from './fault_run';

/** Why touchRange or touchRandom stopped short: VM_FAULT_*; VM_FAULT_DONE when the budget ran out. Valid until the next call. */
export const lastFault = { code: VM_FAULT_DONE };

/** The VMA at this page if it allows all accesses, else null. */
function writableVma(mm: MmStruct, vpn: number): Vma | null {
  const i = findVma(mm, vpn);
  if (i < 0 || mm.flags & MMF_UNSTABLE) return null;
  const vma = mm.vmas[i];
  return vma.flags & VM_WRITE ? vma : null;
}

/**
 * Accesses `count` virtual pages, `stride` pages apart, from `vpn` on.
 *
 * @param write stores rather than loads
 * @param budget stop when `k.cost` (ns) has reached it
 * @returns accesses made; fewer than `count` when the budget is used up or a fault did not succeed: `lastFault.code`
 */
export function touchRange(
  k: Kernel,
  task: Task,
  vpn: number,
  count: number,
  stride: number,
  write: boolean,
  budget: number,
): number {
  const mm = k.mms[task.mm];
  const need = write ? PTE_PRESENT | PTE_WRITE : PTE_PRESENT;
  const mark = write ? PTE_YOUNG | PTE_DIRTY : PTE_YOUNG;
  const ns = k.costs.touch;
  let { entries } = k.pgtables;
  let { cost } = k;
  // The page table at hand: which 512 pages it maps, and its first entry.
  let span = -1;
  let base = -1;
  // The VMA at hand, when it is one whose faults need no further questions.
  let vma: Vma | null = null;
  let v = vpn;
  let i = 0;
  lastFault.code = VM_FAULT_DONE;
  if (vpn + count * stride > TABLES_END) {
    lastFault.code = VM_FAULT_SIGBUS;
    return 0;
  }
  while (i < count && cost < budget) {
    const s = v >>> 9;
    if (s !== span) {
      span = s;
      base = ptePtr(k, mm, v & ~511);
    }
    if (base >= 0) {
      const at = base + (v & 511);
      const e = entries[at];
      if ((e & need) === need) {
        entries[at] = e | mark;
        cost += ns;
        v += stride;
        i++;
        continue;
      }
    }
    k.cost = cost;
    if (vma === null || v < vma.start || v >= vma.end) vma = writableVma(mm, v);
    if (vma !== null && base >= 0) {
      const run = faultRun(k, task, mm, vma, v, base + (v & 511), count - i, stride, write, budget);
      cost = k.cost;
      i += run;
      v += run * stride;
      if (run > 0 || cost >= budget) continue;
    }
    const r =
      vma !== null && base >= 0
        ? handleTableFault(k, task, mm, vma, v, base + (v & 511), write)
        : handleMmFault(k, task, v, write);
    cost = k.cost;
    entries = k.pgtables.entries;
    if (base < 0) span = -1;
    if (r !== VM_FAULT_DONE) {
      lastFault.code = r;
      break;
    }
    // Back to user mode by way of what its cgroup wants from it.
    if (task.memcgOverHigh > 0) {
      lastFault.code = VM_FAULT_WAIT;
      break;
    }
  }
  k.cost = cost;
  return i;
}

/**
 * Accesses `count` pages picked at random from [base, base + span): with probability `hotShare` from its first `hotSpan`
 * pages, else from all of it. Chance comes from `k.rng`; an access that must wait is picked again, the same one.
 *
 * @returns accesses made, as touchRange
 */
export function touchRandom(
  k: Kernel,
  task: Task,
  base: number,
  span: number,
  count: number,
  write: boolean,
  hotShare: number,
  hotSpan: number,
  budget: number,
): number {
  const mm = k.mms[task.mm];
  const need = write ? PTE_PRESENT | PTE_WRITE : PTE_PRESENT;
  const mark = write ? PTE_YOUNG | PTE_DIRTY : PTE_YOUNG;
  const ns = k.costs.touch;
  // A draw below this is a hot one.
  const hot = hotSpan > 0 ? Math.round(hotShare * 2 ** 32) : 0;
  let { entries } = k.pgtables;
  let { cost } = k;
  let x = k.rng | 0;
  let i = 0;
  lastFault.code = VM_FAULT_DONE;
  while (i < count && cost < budget) {
    let y = x;
    let range = span;
    if (hot > 0) {
      y ^= y << 13;
      y ^= y >>> 17;
      y ^= y << 5;
      if (y >>> 0 < hot) range = hotSpan;
    }
    y ^= y << 13;
    y ^= y >>> 17;
    y ^= y << 5;
    const v = base + Math.floor(((y >>> 0) / 2 ** 32) * range);
    let at = ptePtr(k, mm, v);
    let e = at >= 0 ? entries[at] : 0;
    if ((e & need) !== need) {
      k.cost = cost;
      const r = handleMmFault(k, task, v, write);
      cost = k.cost;
      entries = k.pgtables.entries;
      if (r !== VM_FAULT_DONE || task.memcgOverHigh > 0) {
        lastFault.code = r === VM_FAULT_DONE ? VM_FAULT_WAIT : r;
        break;
      }
      at = ptePtr(k, mm, v);
      e = entries[at];
    }
    entries[at] = e | mark;
    cost += ns;
    x = y;
    i++;
  }
  k.rng = x >>> 0;
  k.cost = cost;
  return i;
}
