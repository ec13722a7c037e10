/**
 * Pages that lie in swap one beside the other and left it the same shadow, on their way back together. §7.2
 *
 * The opposite of reclaim's `evictAlike`: what goes out in a row mostly comes back in a row.
 */
import type { Kernel } from '../../include/kernel';
import { PTE_SHIFT, PTE_SWAP } from '../../include/page';
import { XA_CHUNK_SHIFT, XA_CHUNK_SIZE } from '../../lib/xarray';
import { slotMemcgs } from '../memcontrol/slot';

/**
 * doSwapPage for page table entries from `at` on, `stride` apart, as long as they name the slots from `slot` on, one
 * after the other, that only they refer to, that are not cached, and that belong to `memcg`. All that is to be counted is
 * the caller's to count.
 *
 * @param left the shadow of the first slot: that of all others too
 * @param most pages
 * @param mayBeCached some slots are
 * @param first page to take of the per-cpu list that begins and ends at `head`, the others follow
 * @param marks flags of the pages
 * @param pteBits bits of their entries
 * @param to where in `k.lruBatch` the pages are noted
 * @returns how many. The last one of a node of shadows is none of them: it takes the node along
 */
export function readAlike(
  k: Kernel,
  at: number,
  stride: number,
  slot: number,
  left: number,
  most: number,
  mayBeCached: boolean,
  memcg: number,
  first: number,
  head: number,
  marks: number,
  pteBits: number,
  to: number,
): number {
  const { next, flags, mapping, index, mapcount } = k.mem;
  const owners = k.mem.memcg;
  const { map, cache, shadow, memcgs, nodes } = k.swap;
  const swapMapping = k.swap.mapping;
  const swapIndex = k.swap.index;
  const cgroups = memcgs.length > 0;
  const whose = slotMemcgs(memcg, memcg);
  const { entries } = k.pgtables;
  const { lruBatch } = k;
  const node = slot >> XA_CHUNK_SHIFT;
  let end = slot + most;
  if (left !== 0) end = Math.min(end, (slot | (XA_CHUNK_SIZE - 1)) + 1, slot + nodes[node] - 1);
  let pfn = first;
  let s = slot;
  let i = at;
  for (let j = to; s < end && pfn !== head; s++, j++, i += stride) {
    if (entries[i] !== ((s << PTE_SHIFT) | PTE_SWAP) || map[s] !== 1 || shadow[s] !== left) break;
    if (mayBeCached && cache[s] !== 0) break;
    if (cgroups) {
      if (memcgs[s] !== whose) break;
      memcgs[s] = 0;
      owners[pfn] = memcg;
    }
    lruBatch[j] = pfn;
    mapcount[pfn] = 1;
    flags[pfn] = marks;
    mapping[pfn] = swapMapping[s];
    index[pfn] = swapIndex[s];
    entries[i] = (pfn << PTE_SHIFT) | pteBits;
    pfn = next[pfn];
    // swap_free: its content has gone to the page.
    map[s] = 0;
    shadow[s] = 0;
    swapMapping[s] = 0;
    swapIndex[s] = 0;
  }
  const n = s - slot;
  if (left !== 0) nodes[node] -= n;
  return n;
}
