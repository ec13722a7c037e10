/** Whether faults can be handled in a run, and what a run is allowed. */
import type { Kernel } from '../../include/kernel';
import { VM_LOCKED, type Vma } from '../../include/mm_types';
import { PTE_PRESENT, PTE_SHIFT } from '../../include/page';
import type { Task } from '../../include/sched';
import { slotMemcgs } from '../memcontrol/slot';
import { swapAreaOf } from '../swapfile';

/** The state allows a run: nothing is to be done at each fault but the fault itself. */
export const mayRun = (k: Kernel, task: Task, vma: Vma): boolean =>
  task.alloc === null &&
  k.release.rssPercpuCounter &&
  k.zswap.stored === 0 &&
  !task.thrashing &&
  !task.faultMajor &&
  !(vma.flags & VM_LOCKED) &&
  task.charge === null &&
  task.memcgOverHigh === 0;

/** More pages than a run can have. A small whole number, so that all a run counts with are. */
const PLENTY = 2 ** 20;

/** Pages that can be charged to a memcg without touching its counters: what this cpu has in stock for it. */
export const inStock = (k: Kernel, memcg: number): number => {
  if (memcg === 0) return PLENTY;
  const stock = k.memcgStock[k.cpu];
  return stock.memcg === memcg ? stock.pages : 0;
};

/** A fault at this entry is one of those that a run handles: it takes a page off the per-cpu list. */
export function takesPage(k: Kernel, e: number, canMapNew: boolean, memcg: number): boolean {
  if (e === 0) return canMapNew;
  if (e & PTE_PRESENT) return false;
  const { swap } = k;
  const slot = e >>> PTE_SHIFT;
  if (swap.map[slot] !== 1 || swap.cache[slot] !== 0) return false;
  if (swap.memcgs.length > 0 && swap.memcgs[slot] !== slotMemcgs(memcg, memcg)) return false;
  return k.disks[swapAreaOf(swap, slot).disk].synchronous;
}
