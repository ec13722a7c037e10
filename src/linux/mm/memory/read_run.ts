/**
 * Pages that lie in swap one beside the other and left it the same shadow, on their way back together. §7.2
 *
 * The opposite of reclaim's `evictAlike`: what goes out in a row mostly comes back in a row.
 */
import type { Kernel } from '../../include/kernel';
import { PTE_SHIFT, PTE_SWAP } from '../../include/page';
import { XA_CHUNK_SHIFT, XA_CHUNK_SIZE } from '../../lib/xarray';

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
  const { map, cache, shadow, nodes } = k.swap;
  const { entries } = k.pgtables;
  const node = slot >> XA_CHUNK_SHIFT;
  let end = slot + most;
  if (left !== 0) end = Math.min(end, (slot | (XA_CHUNK_SIZE - 1)) + 1, slot + nodes[node] - 1);
  let s = slot;
  for (let i = at; s < end; s++, i += stride) {
    if (entries[i] !== ((s << PTE_SHIFT) | PTE_SWAP) || map[s] !== 1 || shadow[s] !== left) break;
    if (mayBeCached && cache[s] !== 0) break;
  }
  if (k.swap.memcg.length > 0) s = sameMemcg(k, slot, s, memcg);
  const n = mapPages(k, at, stride, slot, s - slot, memcg, first, head, marks, pteBits, to);
  freeSlots(k, slot, slot + n, memcg);
  if (left !== 0) nodes[node] -= n;
  return n;
}

/** The first of the slots [from, to) that is not the memcg's, or whose shadow is not. */
function sameMemcg(k: Kernel, from: number, to: number, memcg: number): number {
  const { shadowMemcg } = k.swap;
  const owners = k.swap.memcg;
  let s = from;
  while (s < to && owners[s] === memcg && shadowMemcg[s] === memcg) s++;
  return s;
}

/** Makes pages of the list those that lay in the slots, and maps them. Returns how many there were of `n`. */
function mapPages(
  k: Kernel,
  at: number,
  stride: number,
  slot: number,
  n: number,
  memcg: number,
  first: number,
  head: number,
  marks: number,
  pteBits: number,
  to: number,
): number {
  const { next, flags, mapping, index, mapcount } = k.mem;
  const owners = k.mem.memcg;
  const { lruBatch } = k;
  const { entries } = k.pgtables;
  const swapMapping = k.swap.mapping;
  const swapIndex = k.swap.index;
  let pfn = first;
  let i = 0;
  for (; i < n && pfn !== head; i++) {
    lruBatch[to + i] = pfn;
    mapcount[pfn] = 1;
    flags[pfn] = marks;
    mapping[pfn] = swapMapping[slot + i];
    index[pfn] = swapIndex[slot + i];
    entries[at + i * stride] = (pfn << PTE_SHIFT) | pteBits;
    if (memcg !== 0) owners[pfn] = memcg;
    pfn = next[pfn];
  }
  return i;
}

/** swap_free: the content of the slots [from, to) has gone to pages, and their shadows have been read. */
function freeSlots(k: Kernel, from: number, to: number, memcg: number): void {
  const { map, shadow, mapping, index, shadowMemcg } = k.swap;
  const owners = k.swap.memcg;
  for (let s = from; s < to; s++) {
    map[s] = 0;
    mapping[s] = 0;
    index[s] = 0;
    shadow[s] = 0;
  }
  if (memcg === 0) return;
  for (let s = from; s < to; s++) {
    owners[s] = 0;
    shadowMemcg[s] = 0;
  }
}
