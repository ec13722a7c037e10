/**
 * Small kernel objects of the guest that the model does not follow one by one: what starting a process and looking at
 * /proc costs. Measured on the recordings, where the numbers are the same in each of them.
 */
import { __GFP_RECLAIMABLE, ALLOC_WMARK_MIN, GFP_KERNEL } from '../../linux/include/gfp';
import type { Kernel } from '../../linux/include/kernel';
import { PGTYPE_KERNEL, PGTYPE_SLAB_UNRECLAIMABLE, PGZONE_MASK } from '../../linux/include/page';
import { NR_SLAB_RECLAIMABLE_B, NR_SLAB_UNRECLAIMABLE_B } from '../../linux/include/vmstat';
import { pageNode } from '../../linux/kernel/sched/core';
import { allocPagesNowait } from '../../linux/mm/page_alloc';

/** Pages of a kind of object; fractions are parts of a slab page that others share. */
export interface SlabUse {
  /** Inodes: reclaimable, in slabs of 8 pages. */
  inodes: number;
  /** Directory entries: reclaimable, in single pages. */
  dentries: number;
  /** All other objects. */
  other: number;
  /** Buffers of pipes, which no counter shows: each keeps a page once it has been used. */
  pipes: number;
}
export const NO_SLAB: SlabUse = { inodes: 0, dentries: 0, other: 0, pipes: 0 };

/** A process: task, credentials, signal handlers, mappings. */
export const PROCESS: SlabUse = { ...NO_SLAB, dentries: 0.2, other: 1.8 };
/** A worker, which two pipes tie to PID 1. */
export const WORKER: SlabUse = { ...PROCESS, inodes: 2, pipes: 2 };
/** Its directory and three files in /proc, when they are first opened. */
export const PROC_FILES: SlabUse = { ...NO_SLAB, dentries: 0.8 };
/**
 * The files of /proc and /sys that every sample reads, when they are first opened. The slab of their inodes comes off the
 * cpu's lists, which the model has as single pages.
 */
export const SAMPLE_FILES: SlabUse = { ...NO_SLAB, dentries: 8, other: 1 };

/** Marks pages as the kernel's, in use for good; `item` counts them, -1 = nothing does. */
function grow(k: Kernel, item: number, gfp: number, order: number, slabs: number): void {
  for (let i = 0; i < slabs; i++) {
    const block = allocPagesNowait(k, gfp, order, ALLOC_WMARK_MIN);
    if (block < 0) return;
    for (let pfn = block; pfn < block + (1 << order); pfn++) {
      // Objects in use pin their pages, so they are not on the shrinker's list even where their cache has one.
      k.mem.flags[pfn] = (k.mem.flags[pfn] & PGZONE_MASK) | (item < 0 ? PGTYPE_KERNEL : PGTYPE_SLAB_UNRECLAIMABLE);
      k.mem.index[pfn] = 0;
      if (item >= 0) pageNode(k, pfn).stat[item]++;
    }
  }
}

/** Adds objects to `used`, and takes the slabs that they need. */
export function takeSlab(k: Kernel, used: SlabUse, more: SlabUse): void {
  const slabs = (kind: keyof SlabUse, order: number): number => {
    const before = used[kind] >> order;
    used[kind] += more[kind];
    return (used[kind] >> order) - before;
  };
  const reclaimable = GFP_KERNEL | __GFP_RECLAIMABLE;
  grow(k, NR_SLAB_RECLAIMABLE_B, reclaimable, 3, slabs('inodes', 3));
  grow(k, NR_SLAB_RECLAIMABLE_B, reclaimable, 0, slabs('dentries', 0));
  grow(k, NR_SLAB_UNRECLAIMABLE_B, GFP_KERNEL, 0, slabs('other', 0));
  grow(k, -1, GFP_KERNEL, 0, slabs('pipes', 0));
}
