/**
 * The memory that xarrays take: the page cache of a file and the swap cache are trees of nodes with 64 entries each, from
 * a slab cache of their own. A node lives as long as one of its entries holds a page or the shadow of one.
 *
 * A page that is swapped out so takes a little memory first, of a kind that is neither movable nor like the kernel's
 * other memory: where the free lists of its kind are empty, it breaks into blocks of another one. §3.2, §5.13
 */
import {
  __GFP_RECLAIMABLE,
  ALLOC_CPUSET,
  ALLOC_KSWAPD,
  ALLOC_NO_WATERMARKS,
  ALLOC_NON_BLOCK,
  ALLOC_WMARK_LOW,
  ALLOC_WMARK_MIN,
  GFP_NOWAIT,
} from '../include/gfp';
import type { Kernel } from '../include/kernel';
import { PGTYPE_SLAB_XARRAY, PGZONE_MASK } from '../include/page';
import { PF_MEMALLOC } from '../include/sched';
import { NR_SLAB_RECLAIMABLE_B } from '../include/vmstat';
import { findTask, pageNode } from '../kernel/sched/core';
import { allocPagesNowait, freePages } from '../mm/page_alloc';

/** XA_CHUNK_SHIFT: entries of a node, as a power of two. */
export const XA_CHUNK_SHIFT = 6;
export const XA_CHUNK_SIZE = 1 << XA_CHUNK_SHIFT;
/** Nodes of 576 bytes in a slab of two pages, and the slab's order. */
const NODES_PER_SLAB = 14;
const SLAB_ORDER = 1;
/** Empty slabs that are kept: those a cpu has at hand, about as many as hold 104 objects. */
const CPU_PARTIAL_SLABS = 8;

/** One entry more in the node of `index`. The first one takes a node. */
export function xaAdd(k: Kernel, nodes: Uint8Array, index: number): void {
  if (nodes[index >> XA_CHUNK_SHIFT]++ > 0) return;
  k.xaNodes.used++;
  if (k.xaNodes.used > k.xaNodes.capacity) growSlab(k);
}

/** One entry less; the last one gives the node back. */
export function xaDel(k: Kernel, nodes: Uint8Array, index: number): void {
  if (--nodes[index >> XA_CHUNK_SHIFT] > 0) return;
  const { xaNodes } = k;
  xaNodes.used--;
  while (xaNodes.blocks.length > 0 && xaNodes.capacity - xaNodes.used > (CPU_PARTIAL_SLABS + 1) * NODES_PER_SLAB) {
    const block = xaNodes.blocks.pop() as number;
    for (let p = block; p < block + (1 << SLAB_ORDER); p++) pageNode(k, p).stat[NR_SLAB_RECLAIMABLE_B]--;
    xaNodes.capacity -= NODES_PER_SLAB;
    freePages(k, block, SLAB_ORDER);
  }
}

/**
 * allocate_slab for a request that must not wait. Who reclaims may take the last page for it; when there is none for
 * others either, the node is owed: the next one tries again.
 */
function growSlab(k: Kernel): void {
  const gfp = GFP_NOWAIT | __GFP_RECLAIMABLE;
  const task = findTask(k, k.current);
  let block = allocPagesNowait(k, gfp, SLAB_ORDER, ALLOC_WMARK_LOW | ALLOC_CPUSET | ALLOC_KSWAPD);
  if (block < 0) block = allocPagesNowait(k, gfp, SLAB_ORDER, ALLOC_WMARK_MIN | ALLOC_NON_BLOCK | ALLOC_KSWAPD);
  if (block < 0 && task !== null && task.flags & PF_MEMALLOC)
    block = allocPagesNowait(k, gfp, SLAB_ORDER, ALLOC_NO_WATERMARKS | ALLOC_KSWAPD);
  if (block < 0) return;
  const { flags, index, next, prev } = k.mem;
  for (let p = block; p < block + (1 << SLAB_ORDER); p++) {
    flags[p] = (flags[p] & PGZONE_MASK) | PGTYPE_SLAB_XARRAY;
    index[p] = 0;
    next[p] = 0;
    prev[p] = 0;
    pageNode(k, p).stat[NR_SLAB_RECLAIMABLE_B]++;
  }
  k.xaNodes.blocks.push(block);
  k.xaNodes.capacity += NODES_PER_SLAB;
}
