/** Slab shrinkers, as one cache of dentries and inodes. §5.14. */
import { __GFP_FS } from '../include/gfp';
import type { Kernel } from '../include/kernel';
import { listAddTail, listDel } from '../include/list';
import { PGTYPE_SLAB_RECLAIMABLE, PGZONE_MASK, PGZONE_SHIFT } from '../include/page';
import { clamp, multFrac } from '../include/units';
import { NR_SLAB_RECLAIMABLE_B, SLABS_SCANNED } from '../include/vmstat';
import { shrinkDeferredSplit } from './huge_memory';
import { freePage } from './page_alloc';

const SHRINK_BATCH = 128;
const DEFAULT_SEEKS = 2;

/** Makes a page that the caller holds one of the reclaimable slab cache, full of objects. */
export function addSlabPage(k: Kernel, pfn: number): void {
  const m = k.mem;
  m.flags[pfn] = (m.flags[pfn] & PGZONE_MASK) | PGTYPE_SLAB_RECLAIMABLE;
  listAddTail(m, k.slab.head, pfn);
  k.slab.reclaimable++;
  k.nodes[k.zones[(m.flags[pfn] & PGZONE_MASK) >>> PGZONE_SHIFT].node].stat[NR_SLAB_RECLAIMABLE_B]++;
}

/** Frees `n` objects; a page goes when all its objects have gone. Returns pages freed. */
function freeObjects(k: Kernel, n: number): number {
  const { slab, mem } = k;
  slab.partial += n;
  let freed = 0;
  while (slab.partial >= slab.objectsPerPage && slab.reclaimable > 0) {
    const pfn = mem.next[slab.head];
    slab.partial -= slab.objectsPerPage;
    slab.reclaimable--;
    const z = k.zones[(mem.flags[pfn] & PGZONE_MASK) >>> PGZONE_SHIFT];
    k.nodes[z.node].stat[NR_SLAB_RECLAIMABLE_B]--;
    listDel(mem, pfn);
    freePage(k, pfn);
    freed++;
  }
  if (slab.reclaimable === 0) slab.partial = 0;
  return freed;
}

/**
 * shrink_slab: scans a part of the objects, larger with each priority below 12. What it may not scan (an allocation
 * without __GFP_FS must not enter file systems) is left to later calls.
 *
 * @returns pages freed
 */
export function shrinkSlab(k: Kernel, gfp: number, priority: number): number {
  const { slab } = k;
  for (let i = 0; i < k.nodes.length; i++) shrinkDeferredSplit(k, k.nodes[i], priority);
  const objects = slab.reclaimable * slab.objectsPerPage - slab.partial;
  const freeable = multFrac(objects, k.sysctl.vfs_cache_pressure, 100);
  if (freeable <= 0) return 0;
  const deferred = slab.deferred;
  const delta = Math.floor((Math.floor(freeable / (1 << priority)) * 4) / DEFAULT_SEEKS);
  let total = Math.min(Math.floor(deferred / (1 << priority)) + delta, 2 * freeable);
  let scanned = 0;
  let freed = 0;
  if (gfp & __GFP_FS) {
    while (total >= SHRINK_BATCH || total >= freeable) {
      const n = Math.min(SHRINK_BATCH, total);
      if (n === 0) break;
      freed += freeObjects(k, n);
      scanned += n;
      total -= n;
    }
  }
  k.vmEvents[SLABS_SCANNED] += scanned;
  k.cost += Math.floor(scanned * k.costs.scanPage * 0.25);
  slab.deferred = clamp(deferred + delta - scanned, 0, 2 * freeable);
  return freed;
}

/** drop_slab (drop_caches 2): frees all objects, as its repeated rounds do in the end. Returns pages freed. */
export const dropSlab = (k: Kernel): number => freeObjects(k, k.slab.reclaimable * k.slab.objectsPerPage);
