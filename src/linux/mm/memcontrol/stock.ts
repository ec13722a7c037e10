/** memcg_stock: a cpu's pages charged in advance, so that most charges touch no counter. §11.1. */
import type { Kernel } from '../../include/kernel';
import { MEMCG_CHARGE_BATCH } from '../../include/memcontrol';
import { pageCounterCharge, pageCounterUncharge } from '../page_counter';
import { memcgIsDescendant } from './iter';

/** consume_stock: takes `n` pages from this cpu's stock if it has as many for the memcg. */
export function consumeStock(k: Kernel, memcg: number, n: number): boolean {
  const stock = k.memcgStock[k.cpu];
  if (stock.memcg !== memcg || stock.pages < n) return false;
  stock.pages -= n;
  return true;
}

/** A batch may be charged to the memcg without meeting a limit, and nobody is above his high limit after it. */
export function mayRestock(k: Kernel, memcg: number): boolean {
  for (let id = memcg; id > 0; id = k.memcgs[id].parent) {
    const { memory, swap } = k.memcgs[id];
    const usage = memory.usage + MEMCG_CHARGE_BATCH;
    if (usage > memory.max || usage > memory.high || swap.usage > swap.high) return false;
  }
  return true;
}

/** What try_charge_memcg does when this cpu has nothing in stock, where `mayRestock` has said so: afterwards it has a batch. */
export function restock(k: Kernel, memcg: number): void {
  pageCounterCharge(k, memcg, 'memory', MEMCG_CHARGE_BATCH);
  refillStock(k, memcg, MEMCG_CHARGE_BATCH);
}

/** drain_stock: gives a cpu's stock back to the counters. */
function drainStock(k: Kernel, cpu: number): void {
  const stock = k.memcgStock[cpu];
  if (stock.pages > 0) pageCounterUncharge(k, stock.memcg, 'memory', stock.pages);
  stock.pages = 0;
  stock.memcg = 0;
}

/** refill_stock: puts charged pages in this cpu's stock; those of another memcg go back. */
export function refillStock(k: Kernel, memcg: number, n: number): void {
  const stock = k.memcgStock[k.cpu];
  if (stock.memcg !== memcg) {
    drainStock(k, k.cpu);
    stock.memcg = memcg;
  }
  stock.pages += n;
  if (stock.pages > MEMCG_CHARGE_BATCH) drainStock(k, k.cpu);
}

/** drain_all_stock: the stocks of all cpus that are of this memcg or of one below. */
export function drainAllStock(k: Kernel, root: number): void {
  for (let cpu = 0; cpu < k.nrCpus; cpu++) {
    const { memcg, pages } = k.memcgStock[cpu];
    if (memcg > 0 && pages > 0 && memcgIsDescendant(k, memcg, root)) drainStock(k, cpu);
  }
}
