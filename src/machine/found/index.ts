/**
 * Establishes a machine in the middle of its life: page cache, shared memory, slab and processes as they were found, and
 * of each zone as many pages free. It is done before time begins: nothing is reclaimed and nobody waits.
 */
import { createInode } from '../../linux/fs/inode';
import { __GFP_RECLAIMABLE, GFP_KERNEL, GFP_USER_PAGE } from '../../linux/include/gfp';
import type { Inode } from '../../linux/include/mm_types';
import { PGTYPE_KERNEL, PGTYPE_SLAB_UNRECLAIMABLE, PGZONE_MASK } from '../../linux/include/page';
import type { Task } from '../../linux/include/sched';
import { NR_SLAB_UNRECLAIMABLE_B } from '../../linux/include/vmstat';
import { findCgroup } from '../../linux/kernel/cgroup';
import { pageNode } from '../../linux/kernel/sched/core';
import { filemapAdd } from '../../linux/mm/filemap';
import { allocCharged, chargeSlab } from '../../linux/mm/memcontrol';
import { appendSwapped } from '../../linux/mm/memory/swapped';
import { allocPages, drainAllPages } from '../../linux/mm/page_alloc';
import { shmemWrite } from '../../linux/mm/shmem';
import { addSlabPage } from '../../linux/mm/shrinker';
import { lruAddDrainAll } from '../../linux/mm/swap';
import { RefusalError } from '../commands';
import type { Machine } from '../machine';
import { DoesNotFitError, placeProcess } from './process';
import type { FoundCgroup } from './types';
import { setFoundMarks } from './zones';

export type { FoundCgroup, FoundMemory, FoundProcess, FoundZone } from './types';
export { bootZonesOf } from './zones';

/** Names of what processes map: one file for all that was mapped of files, one object for all shared memory. */
const LIBRARIES = '/usr/lib/libc.so.6';
const SHARED = '/dev/shm/shared';
/** Begins the name of the file that is a cgroup's page cache. */
const CACHED = '/srv';

/** A page, charged to the cgroup that the task is in. */
function take(m: Machine, task: Task, gfp: number): number {
  const pfn = allocCharged(m.kernel, task, task.memcg, gfp, gfp);
  if (pfn < 0) throw new DoesNotFitError();
  m.kernel.mem.index[pfn] = 0;
  return pfn;
}

/** A file whose pages are all in memory, clean. */
function cachedFile(m: Machine, init: Task, name: string, pages: number): Inode {
  const k = m.kernel;
  const inode = createInode(k, { name, kind: 'file', nrPages: Math.max(1, pages), disk: 0 });
  for (let i = 0; i < pages; i++) filemapAdd(k, inode, i, take(m, init, GFP_USER_PAGE));
  return inode;
}

function sharedMemory(m: Machine, init: Task, name: string, pages: number, swapped: number): Inode {
  const inode = createInode(m.kernel, { name, kind: 'shmem', nrPages: 0 });
  if (pages > 0 && shmemWrite(m.kernel, init, inode, 0, pages) < pages) throw new DoesNotFitError();
  if (!appendSwapped(m.kernel, inode, swapped, init.memcg)) throw new DoesNotFitError();
  return inode;
}

function slab(m: Machine, init: Task, reclaimable: number, unreclaimable: number): void {
  const k = m.kernel;
  for (let i = 0; i < reclaimable; i++) addSlabPage(k, take(m, init, GFP_KERNEL | __GFP_RECLAIMABLE));
  for (let i = 0; i < unreclaimable; i++) {
    const pfn = take(m, init, GFP_KERNEL);
    k.mem.flags[pfn] = (k.mem.flags[pfn] & PGZONE_MASK) | PGTYPE_SLAB_UNRECLAIMABLE;
    pageNode(k, pfn).stat[NR_SLAB_UNRECLAIMABLE_B]++;
    k.slab.unreclaimable++;
  }
}

/**
 * What is charged to a cgroup besides its processes.
 *
 * @returns inode of its shared memory
 */
function fillCgroup(m: Machine, init: Task, found: FoundCgroup): number {
  const k = m.kernel;
  const memcg = findCgroup(k, found.path)?.memcg ?? 0;
  // It is as if somebody in the cgroup had taken it.
  const own = init.memcg;
  init.memcg = memcg;
  if (found.cache > 0) cachedFile(m, init, `${CACHED}${found.path}`, found.cache);
  const shared = sharedMemory(m, init, `${SHARED}${found.path}`, found.tmpfs, found.tmpfsSwap);
  init.memcg = own;
  slab(m, init, 0, found.slab);
  chargeSlab(k, memcg, found.slab);
  return shared.id;
}

/** The cgroup is this one or below it. */
const isBelow = (path: string | undefined, top: string): boolean => path === top || !!path?.startsWith(`${top}/`);

/** Rounds of taking what the lists of the cpus had given back: each of them leaves less. */
const ROUNDS = 16;

/** What is neither free nor accounted for is the kernel's. */
function kernelTakesRest(m: Machine, init: Task): void {
  const k = m.kernel;
  for (let round = 0; round < ROUNDS; round++) {
    let taken = 0;
    for (;;) {
      const pfn = allocPages(k, init, GFP_USER_PAGE, 0);
      if (pfn < 0) break;
      k.mem.flags[pfn] = (k.mem.flags[pfn] & PGZONE_MASK) | PGTYPE_KERNEL;
      k.mem.index[pfn] = 0;
      taken++;
    }
    // The last request was not served: nobody waits for it.
    init.alloc = null;
    // Large batches for whoever allocates much are not for later.
    for (const z of k.zones) for (const pcp of z.pcp) pcp.allocFactor = 0;
    drainAllPages(k);
    if (taken === 0) break;
  }
}

/**
 * @throws {RefusalError} `found-does-not-fit` when zones or swap are too small for what is to be in them
 */
export function establish(m: Machine, init: Task): void {
  const { found } = m.config;
  if (!found) return;
  const k = m.kernel;
  const before = k.zones.map((z) => ({ watermark: z.watermark, reserve: z.lowmemReserve }));
  const { overcommit_memory } = k.sysctl;
  k.sysctl.overcommit_memory = 1;
  // Until all is in its place a zone gives what it has but for what is to stay free.
  for (const [i, z] of k.zones.entries()) {
    const free = found.zones[i].free;
    z.watermark = [free, free, free, free];
    z.lowmemReserve = z.lowmemReserve.map(() => 0);
  }
  try {
    const { cache, tmpfs, tmpfsSwap, slab: unreclaimable, slabReclaimable } = found.memory;
    const files = cachedFile(m, init, LIBRARIES, cache);
    const shared = sharedMemory(m, init, SHARED, tmpfs, tmpfsSwap);
    slab(m, init, slabReclaimable, unreclaimable);
    const groups = (found.cgroups ?? []).map((it) => ({ path: it.path, shared: fillCgroup(m, init, it) }));
    for (const spec of m.config.processes) {
      if (!spec.found) continue;
      const group = groups.find((it) => isBelow(spec.cgroup, it.path));
      placeProcess(m, init, spec, spec.found, files.id, group?.shared ?? shared.id);
    }
    kernelTakesRest(m, init);
  } catch (error) {
    if (!(error instanceof DoesNotFitError)) throw error;
    throw new RefusalError('found-does-not-fit', { ram: k.totalramPages * 4096 });
  }
  lruAddDrainAll(k);
  k.sysctl.overcommit_memory = overcommit_memory;
  for (const [i, z] of k.zones.entries()) {
    z.watermark = before[i].watermark;
    z.lowmemReserve = before[i].reserve;
    z.flags = 0;
  }
  setFoundMarks(k, found.zones);
}
