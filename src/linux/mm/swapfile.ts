/** Swap areas and their slots. §7.1. */
import { zramFree } from '../drivers/block/zram';
import type { Kernel } from '../include/kernel';
import { SWAP_MAP_BAD, type SwapArea, type SwapInfo } from '../include/mm_types';
import { PG_DIRTY, PG_LOCKED, PG_SWAPCACHE, PG_WRITEBACK } from '../include/page';
import { XA_CHUNK_SHIFT, xaDel } from '../lib/xarray';
import { memCgroupUnchargeSwap } from './memcontrol';
import { freePage } from './page_alloc';
import { dropAnonVmaPage } from './rmap';
import { lruDelPage } from './swap';
import { deleteFromSwapCache } from './swap_state';
import { zswapHas, zswapInvalidate } from './zswap';

/** SWAPFILE_CLUSTER: an area is filled in runs of this many slots, so that neighbours in time are neighbours on disk. */
export const SWAPFILE_CLUSTER = 512;
export const SWAPFILE_CLUSTER_SHIFT = 9;
/** SWAP_BATCH: slots taken from one area before another one of the same priority has its turn. */
const SWAP_BATCH = 64;

/** What swapon is told. */
export interface SwaponArgs {
  /** Path, as in /proc/swaps. */
  name: string;
  /** Size in pages, the header's included. */
  pages: number;
  /** Index in `Kernel.disks`. */
  disk: number;
  /** 0..32767; without it each area comes after the one before (−2, −3, …). */
  prio?: number;
}

/** swapon: adds an area. One page of it is its header. Returns its index in `Kernel.swap.areas`. */
export function swapon(k: Kernel, { name, pages, disk, prio }: SwaponArgs): number {
  const s = k.swap;
  const start = s.slots;
  const end = start + pages;
  s.map = grown(Uint16Array, s.map, end);
  s.cache = grown(Int32Array, s.cache, end);
  s.index = grown(Int32Array, s.index, end);
  s.mapping = grown(Int32Array, s.mapping, end);
  s.shadow = grown(Int32Array, s.shadow, end);
  s.nodes = grown(Uint8Array, s.nodes, (end >> XA_CHUNK_SHIFT) + 1);
  if (k.mem.memcg.length > 0) s.memcgs = grown(Uint16Array, s.memcgs, end);
  s.slots = end;
  s.map[start] = SWAP_MAP_BAD;
  s.total += pages - 1;
  s.free += pages - 1;
  let lowest = -1;
  for (const a of s.areas) if (a.prio < lowest) lowest = a.prio;
  const nrClusters = Math.ceil(pages / SWAPFILE_CLUSTER);
  const clusterUsed = new Uint16Array(nrClusters);
  clusterUsed[0] = 1;
  const area: SwapArea = {
    name,
    prio: prio === undefined || prio < 0 ? lowest - 1 : prio,
    start,
    end,
    disk,
    used: 0,
    cursor: start + 1,
    turn: 0,
    clusterUsed,
    freeClusters: nrClusters - 1,
  };
  return s.areas.push(area) - 1;
}

function grown<T extends Int32Array | Uint16Array | Uint8Array>(Kind: new (n: number) => T, old: T, n: number): T {
  const a = new Kind(n);
  a.set(old);
  return a;
}

/** The area that a slot lies in. */
export function swapAreaOf(s: SwapInfo, slot: number): SwapArea {
  const { areas } = s;
  let i = 0;
  if (areas.length > 1) while (slot >= areas[i].end) i++;
  return areas[i];
}

/** vm_swap_full: more than half of swap is used, so slots of pages that came back are given up early. */
export const vmSwapFull = (k: Kernel): boolean => k.swap.free * 2 < k.swap.total;

/** The area whose turn it is: highest priority with a free slot, least served among equals. */
function pickArea(s: SwapInfo): SwapArea | null {
  let best: SwapArea | null = null;
  const { areas } = s;
  for (let i = 0; i < areas.length; i++) {
    const a = areas[i];
    if (a.used >= a.end - a.start - 1) continue;
    if (best === null || a.prio > best.prio || (a.prio === best.prio && a.turn < best.turn)) best = a;
  }
  return best;
}

/** The slot that `a.cursor` points at is free and in the cluster that is being filled. */
const cursorFits = (s: SwapInfo, a: SwapArea): boolean => {
  const at = a.cursor;
  return at < a.end && ((at - a.start) & (SWAPFILE_CLUSTER - 1)) !== 0 && s.map[at] === 0 && s.cache[at] === 0;
};

/** scan_swap_map_slots, where the next slot does not fit: the first of an empty cluster, else the next free one. */
function scanSwapMap(s: SwapInfo, a: SwapArea): number {
  const { start, end, clusterUsed } = a;
  const { map, cache } = s;
  const n = clusterUsed.length;
  let slot = a.cursor < end ? a.cursor : start;
  if (a.freeClusters > 0) {
    const from = (slot - start) >> SWAPFILE_CLUSTER_SHIFT;
    for (let i = 0; i < n; i++) {
      const c = from + i < n ? from + i : from + i - n;
      if (clusterUsed[c] === 0) return start + c * SWAPFILE_CLUSTER;
    }
  }
  // Cluster by cluster, past those that are full.
  for (let i = 0; i <= n; i++) {
    const first = start + (((slot - start) >> SWAPFILE_CLUSTER_SHIFT) << SWAPFILE_CLUSTER_SHIFT);
    const past = Math.min(first + SWAPFILE_CLUSTER, end);
    if (clusterUsed[(first - start) >> SWAPFILE_CLUSTER_SHIFT] < past - first) {
      for (; slot < past; slot++) if (map[slot] === 0 && cache[slot] === 0) return slot;
    }
    slot = past < end ? past : start;
  }
  return -1;
}

/**
 * get_swap_pages(1): a free slot. It counts as used from now on; the caller puts a page in the swap cache at once.
 *
 * The kernel takes 64 slots at a time into a per-cpu cache, which makes SwapFree run ahead by as many; here the count is
 * exact. Returns −1 when swap is full.
 */
export function getSwapSlot(k: Kernel): number {
  const s = k.swap;
  if (s.free <= 0) return -1;
  const a = s.areas.length === 1 ? s.areas[0] : pickArea(s);
  if (a === null) return -1;
  const slot = cursorFits(s, a) ? a.cursor : scanSwapMap(s, a);
  if (slot < 0) return -1;
  const offset = slot - a.start;
  const c = offset >> SWAPFILE_CLUSTER_SHIFT;
  if (a.clusterUsed[c]++ === 0) a.freeClusters--;
  a.used++;
  s.free--;
  a.cursor = slot + 1;
  if ((offset & (SWAP_BATCH - 1)) === SWAP_BATCH - 1) a.turn++;
  return slot;
}

/** Past the last slot of a slot's cluster. */
export const swapClusterEnd = (a: SwapArea, slot: number): number =>
  Math.min(a.end, a.start + ((slot - a.start) | (SWAPFILE_CLUSTER - 1)) + 1);

/**
 * What `getSwapSlot` counts, for the `n` slots of one cluster that end with `last` and are the ones it would have given.
 */
export function countSlots(s: SwapInfo, a: SwapArea, last: number, n: number): void {
  if (n === 0) return;
  const offset = last - a.start;
  const c = offset >> SWAPFILE_CLUSTER_SHIFT;
  if (a.clusterUsed[c] === 0) a.freeClusters--;
  a.clusterUsed[c] += n;
  a.used += n;
  s.free -= n;
  a.cursor = last + 1;
  a.turn += Math.floor((offset + 1) / SWAP_BATCH) - Math.floor((offset + 1 - n) / SWAP_BATCH);
}

/** swap_entry_free: nothing refers to the slot any more. */
export function swapSlotFree(k: Kernel, slot: number): void {
  const s = k.swap;
  const a = swapAreaOf(s, slot);
  const c = (slot - a.start) >> SWAPFILE_CLUSTER_SHIFT;
  if (--a.clusterUsed[c] === 0) a.freeClusters++;
  if (zswapHas(k, slot)) zswapInvalidate(k, slot);
  const { zram } = k.disks[a.disk];
  if (zram !== null) zramFree(k, zram, slot - a.start);
  a.used--;
  s.free++;
  if (s.shadow[slot] !== 0) {
    s.shadow[slot] = 0;
    xaDel(k, s.nodes, slot);
  }
  s.mapping[slot] = 0;
  s.index[slot] = 0;
  if (s.memcgs.length > 0) memCgroupUnchargeSwap(k, slot);
}

/** swap_duplicate: one more reference to the slot (a page table entry, or the file of a shmem page). */
export function swapDuplicate(k: Kernel, slot: number): void {
  k.swap.map[slot]++;
}

/** swap_free: one reference less. The slot is free when there is none left and no page in the swap cache. */
export function swapFree(k: Kernel, slot: number): void {
  const s = k.swap;
  if (--s.map[slot] > 0 || s.cache[slot] !== 0) return;
  dropAnonVmaPage(k, s.mapping[slot]);
  swapSlotFree(k, slot);
}

/** The slot's content has gone to a page of its own, past the swap cache: the slot is free, the page its owner's still. */
export function swapMove(k: Kernel, slot: number): void {
  k.swap.map[slot] = 0;
  swapSlotFree(k, slot);
}

/**
 * free_swap_and_cache: what an unmap or exit does with a swap entry: one reference less, and a page in the swap cache
 * that nobody needs any more goes with the last one. A page with I/O under way stays for reclaim to find.
 */
export function freeSwapAndCache(k: Kernel, slot: number): void {
  const s = k.swap;
  const pfn = s.cache[slot] - 1;
  swapFree(k, slot);
  if (pfn < 0 || s.map[slot] > 0 || k.mem.mapcount[pfn] > 0) return;
  const mapping = k.mem.mapping[pfn];
  if (!freeSwapCache(k, pfn)) return;
  lruDelPage(k, pfn);
  dropAnonVmaPage(k, mapping);
  freePage(k, pfn);
}

/**
 * folio_free_swap: takes a page out of the swap cache when no entry refers to its slot, and frees the slot. The page is
 * dirty then: its only copy is in memory.
 *
 * @returns true when the page is in the swap cache no more
 */
export function freeSwapCache(k: Kernel, pfn: number): boolean {
  const m = k.mem;
  const flags = m.flags[pfn];
  if (!(flags & PG_SWAPCACHE) || flags & (PG_WRITEBACK | PG_LOCKED)) return false;
  if (k.swap.map[m.index[pfn]] > 0) return false;
  deleteFromSwapCache(k, pfn);
  m.flags[pfn] |= PG_DIRTY;
  return true;
}
