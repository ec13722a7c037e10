/**
 * Memory that the kernel takes for itself while it works for a process, and that no process owns: buffers of drivers,
 * slab. Killing the process does not bring it back. §3.8
 */
import { __GFP_RECLAIMABLE, GFP_KERNEL } from '../include/gfp';
import type { Kernel } from '../include/kernel';
import { PGTYPE_KERNEL, PGTYPE_MASK, PGTYPE_SLAB_UNRECLAIMABLE, PGZONE_MASK } from '../include/page';
import type { Task } from '../include/sched';
import { NR_SLAB_UNRECLAIMABLE_B } from '../include/vmstat';
import { pageNode } from '../kernel/sched/core';
import { allocPages, freePages } from './page_alloc';
import { addSlabPage } from './shrinker';

/** What it is: pages of a driver; slab that cannot be freed; dentries and inodes, which shrinkers free. */
export type KernelUse = 'driver' | 'slab' | 'dentries';

/**
 * alloc_pages(GFP_KERNEL, order) on behalf of a task.
 *
 * @param order slab comes in single pages
 * @returns first pfn, ALLOC_WAIT: call again, or ALLOC_NULL: no memory in one piece
 */
export function kernelAlloc(k: Kernel, task: Task, use: KernelUse, order: number): number {
  const p = allocPages(k, task, use === 'dentries' ? GFP_KERNEL | __GFP_RECLAIMABLE : GFP_KERNEL, order);
  if (p < 0) return p;
  const m = k.mem;
  const size = 1 << order;
  if (use === 'dentries') {
    for (let q = p; q < p + size; q++) addSlabPage(k, q);
    return p;
  }
  const type = use === 'slab' ? PGTYPE_SLAB_UNRECLAIMABLE : PGTYPE_KERNEL;
  for (let q = p; q < p + size; q++) {
    m.flags[q] = (m.flags[q] & PGZONE_MASK) | type;
    m.index[q] = order;
    // Whose driver: so that it can find its pages again.
    m.mapping[q] = task.pid;
    m.mapcount[q] = 0;
  }
  if (use === 'slab') {
    k.slab.unreclaimable += size;
    pageNode(k, p).stat[NR_SLAB_UNRECLAIMABLE_B] += size;
  }
  return p;
}

/**
 * Gives back what a task's driver has taken, but for every n-th piece in the order of their addresses.
 *
 * @param keepEvery 0 = keeps none
 * @returns pages given back
 */
export function kernelFree(k: Kernel, pid: number, keepEvery: number): number {
  const m = k.mem;
  let seen = 0;
  let freed = 0;
  for (let p = 0; p < m.nrPages; ) {
    if ((m.flags[p] & PGTYPE_MASK) !== PGTYPE_KERNEL || m.mapping[p] !== pid) {
      p++;
      continue;
    }
    const order = m.index[p];
    const size = 1 << order;
    if (keepEvery === 0 || seen++ % keepEvery !== 0) {
      freePages(k, p, order);
      freed += size;
    }
    p += size;
  }
  return freed;
}
