/**
 * Small kernel objects of the guest that the model does not follow one by one: what starting a process and looking at
 * /proc costs. Measured on the recordings, where the numbers are the same in each of them.
 */
import { __GFP_RECLAIMABLE, ALLOC_WMARK_MIN, GFP_KERNEL } from '../../linux/include/gfp';
import type { Kernel } from '../../linux/include/kernel';
import { PGTYPE_SLAB_UNRECLAIMABLE, PGZONE_MASK } from '../../linux/include/page';
import { NR_SLAB_RECLAIMABLE_B, NR_SLAB_UNRECLAIMABLE_B } from '../../linux/include/vmstat';
import { pageNode } from '../../linux/kernel/sched/core';
import { allocPagesNowait } from '../../linux/mm/page_alloc';

/** Pages of a kind of object; fractions are parts of a slab page that others share. */
export interface SlabUse {
  /** Inodes: reclaimable, in slabs of 8 pages. */
  inodes: number;
  /** Directory entries: reclaimable, in single pages. */
  dentries: number;
  /** All that stays. */
  other: number;
}

/** A process: task, credentials, signal handlers, mappings; pipes with their inodes. */
export const PROCESS: SlabUse = { inodes: 2, dentries: 0.2, other: 1.8 };
/** Its directory and three files in /proc, when they are first opened. */
export const PROC_FILES: SlabUse = { inodes: 0, dentries: 0.8, other: 0 };
/** The files of /proc and /sys that every sample reads, when they are first opened. */
export const SAMPLE_FILES: SlabUse = { inodes: 8, dentries: 0, other: 2 };

function grow(k: Kernel, item: number, gfp: number, order: number, slabs: number): void {
  for (let i = 0; i < slabs; i++) {
    const block = allocPagesNowait(k, gfp, order, ALLOC_WMARK_MIN);
    if (block < 0) return;
    for (let pfn = block; pfn < block + (1 << order); pfn++) {
      // Objects in use pin their pages, so they are not on the shrinker's list even where their cache has one.
      k.mem.flags[pfn] = (k.mem.flags[pfn] & PGZONE_MASK) | PGTYPE_SLAB_UNRECLAIMABLE;
      k.mem.index[pfn] = 0;
      pageNode(k, pfn).stat[item]++;
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
}
