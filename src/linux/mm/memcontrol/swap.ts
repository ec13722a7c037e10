/** Swap of memory cgroups: memory.swap.max. §11.6. */
import type { Kernel } from '../../include/kernel';
import { MEMCG_SWAP_FAIL, MEMCG_SWAP_MAX } from '../../include/memcontrol';
import type { Task } from '../../include/sched';
import { folioMemcg } from '../mmzone';
import { pageCounterTryCharge, pageCounterUncharge } from '../page_counter';
import { memcgPut } from './css';
import { memcgMemoryEvent } from './events';
import { setSlotMemcg, slotMemcg } from './slot';

/**
 * mem_cgroup_try_charge_swap: the slot that a page has been given counts for the page's memcg.
 *
 * @param slot −1 = there was none to be had
 * @returns false when the memcg may have no more
 */
export function memCgroupTryChargeSwap(k: Kernel, pfn: number, slot: number): boolean {
  let id = folioMemcg(k, pfn);
  if (id === 0) return true;
  if (slot < 0) {
    memcgMemoryEvent(k, id, MEMCG_SWAP_FAIL);
    return true;
  }
  while (id > 0 && !k.memcgs[id].online) id = k.memcgs[id].parent;
  if (id > 0 && pageCounterTryCharge(k, id, 'swap', 1) >= 0) {
    memcgMemoryEvent(k, id, MEMCG_SWAP_MAX);
    memcgMemoryEvent(k, id, MEMCG_SWAP_FAIL);
    return false;
  }
  setSlotMemcg(k, slot, Math.max(0, id));
  return true;
}

/** mem_cgroup_uncharge_swap: the slot is free. */
export function memCgroupUnchargeSwap(k: Kernel, slot: number): void {
  const id = slotMemcg(k, slot);
  k.swap.memcgs[slot] = 0;
  if (id === 0) return;
  pageCounterUncharge(k, id, 'swap', 1);
  memcgPut(k, id);
}

/** mem_cgroup_get_nr_swap_pages: slots that a memcg could still have. */
export function memCgroupGetNrSwapPages(k: Kernel, memcg: number): number {
  let n = k.swap.free;
  for (let id = memcg; id > 0; id = k.memcgs[id].parent) {
    const { swap } = k.memcgs[id];
    n = Math.min(n, swap.max - swap.usage);
  }
  return n;
}

/** mem_cgroup_swap_full: more than half of swap is used, everywhere or of a limit: slots of pages that are back are given up early. */
export function memCgroupSwapFull(k: Kernel, pfn: number): boolean {
  if (k.swap.free * 2 < k.swap.total) return true;
  for (let id = folioMemcg(k, pfn); id > 0; id = k.memcgs[id].parent) {
    const { usage, high, max } = k.memcgs[id].swap;
    if (usage * 2 >= high || usage * 2 >= max) return true;
  }
  return false;
}

/** mem_cgroup_swapin_charge_folio: who is charged for a page that comes back: its old memcg, or that of the task. */
export function swapinMemcg(k: Kernel, task: Task, slot: number): number {
  const id = slotMemcg(k, slot);
  return id === 0 || k.memcgs[id].online ? id : task.memcg;
}
