/**
 * The descriptors of block I/O, as writing to swap needs them: one a page, from a slab cache, and two of them kept back.
 *
 * What is short of memory writes to gain some, and needs memory to do it. The allocation may not reclaim and may not dip
 * into the reserves: below the min watermark, with its slabs used up, reclaim goes on with the two of the pool, and when
 * those are under way it sleeps until a write has ended. §7.2
 */
import { ALLOC_CPUSET, ALLOC_KSWAPD, ALLOC_WMARK_LOW, ALLOC_WMARK_MIN, GFP_NOWAIT } from '../include/gfp';
import type { BioState, Kernel } from '../include/kernel';
import { PGTYPE_SLAB_UNRECLAIMABLE, PGZONE_MASK } from '../include/page';
import { TASK_UNINTERRUPTIBLE, type Task, WAIT_BIO } from '../include/sched';
import { SEC } from '../include/units';
import { NR_SLAB_UNRECLAIMABLE_B } from '../include/vmstat';
import { pageNode, sleepOn, wakeUpProcess } from '../kernel/sched/core';
import { allocPagesNowait, freePages } from '../mm/page_alloc';

/** BIO_POOL_SIZE. */
export const BIO_POOL_SIZE = 2;
/** Objects of 256 bytes in a page. */
export const BIOS_PER_SLAB = 16;
/** cpu_partial_slabs: slabs with room that the cpu has at hand; they hold 104 objects. */
const CPU_PARTIAL_SLABS = 7;
/** min_partial: empty slabs that the node keeps. */
const MIN_PARTIAL = 5;
/** Longest sleep for a descriptor. */
const MEMPOOL_TIMEOUT = 5 * SEC;

/** At boot: one slab, which the slabs of the boot include. */
export const newBioState = (): BioState => ({
  pool: BIO_POOL_SIZE,
  free: BIOS_PER_SLAB,
  freed: 0,
  cpuSlabs: 0,
  nodeSlabs: 0,
  blocks: [],
});

/** new_slab, for a request that can neither wait nor use the reserves. */
function newSlab(k: Kernel): boolean {
  let p = allocPagesNowait(k, GFP_NOWAIT, 0, ALLOC_WMARK_LOW | ALLOC_CPUSET | ALLOC_KSWAPD);
  if (p < 0) p = allocPagesNowait(k, GFP_NOWAIT, 0, ALLOC_WMARK_MIN | ALLOC_CPUSET | ALLOC_KSWAPD);
  if (p < 0) return false;
  const m = k.mem;
  m.flags[p] = (m.flags[p] & PGZONE_MASK) | PGTYPE_SLAB_UNRECLAIMABLE;
  m.index[p] = 0;
  m.mapping[p] = 0;
  m.mapcount[p] = 0;
  k.slab.unreclaimable++;
  pageNode(k, p).stat[NR_SLAB_UNRECLAIMABLE_B]++;
  k.bios.blocks.push(p);
  return true;
}

/** ___slab_alloc: the cpu's own slab is used up. Its others come first, then half as many of the node's, then a new one. */
function refillBios(k: Kernel): boolean {
  const b = k.bios;
  if (b.cpuSlabs > 0) {
    b.cpuSlabs--;
  } else if (b.nodeSlabs > 0) {
    const take = Math.min(b.nodeSlabs, 1 + (CPU_PARTIAL_SLABS >> 1));
    b.nodeSlabs -= take;
    b.cpuSlabs = take - 1;
  } else if (!newSlab(k)) {
    return false;
  }
  b.free += BIOS_PER_SLAB;
  return true;
}

/** Whether a descriptor can be had without sleep. */
export const bioAtHand = (k: Kernel): boolean => k.bios.free > 0 || refillBios(k) || k.bios.pool > 0;

/** bio_alloc(GFP_NOIO): takes one, which `bioAtHand` has found. */
export function bioAlloc(k: Kernel): void {
  if (k.bios.free > 0 || refillBios(k)) k.bios.free--;
  else k.bios.pool--;
}

/** bio_put: the write is done. The pool is filled first, and those who wait for it wake. */
export function bioFree(k: Kernel): void {
  const b = k.bios;
  if (b.pool < BIO_POOL_SIZE) {
    b.pool++;
    wakeBioWaiters(k);
    return;
  }
  if (++b.freed < BIOS_PER_SLAB) return;
  b.freed = 0;
  if (b.cpuSlabs === CPU_PARTIAL_SLABS) {
    // The cpu's list is full: all of it goes to the node, which keeps a few.
    b.cpuSlabs = 0;
    b.nodeSlabs += CPU_PARTIAL_SLABS;
    while (b.nodeSlabs > MIN_PARTIAL) discardSlab(k);
  }
  b.cpuSlabs++;
}

/** Gives an empty slab back; those of the boot stay. */
function discardSlab(k: Kernel): void {
  const b = k.bios;
  b.nodeSlabs--;
  const p = b.blocks.pop();
  if (p === undefined) return;
  k.slab.unreclaimable--;
  pageNode(k, p).stat[NR_SLAB_UNRECLAIMABLE_B]--;
  freePages(k, p, 0);
}

/** mempool_alloc's sleep: until a write has ended. Whoever sleeps has sent off its own writes before. */
export function waitForBio(k: Kernel, task: Task): void {
  sleepOn(k, task, WAIT_BIO, 0, k.now + MEMPOOL_TIMEOUT, TASK_UNINTERRUPTIBLE);
  task.inIowait = true;
}

function wakeBioWaiters(k: Kernel): void {
  const { tasks } = k;
  for (let i = 0; i < tasks.length; i++) if (tasks[i].waitKind === WAIT_BIO) wakeUpProcess(k, tasks[i]);
}
