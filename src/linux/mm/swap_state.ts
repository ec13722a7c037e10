/**
 * The swap cache: pages that are in memory and have a slot too, and reading them back. §7.2, §7.3.
 *
 * While a page is in the swap cache, its `index` is the slot; what the index was stands in `swap.index[slot]`, and its
 * owner in `swap.mapping[slot]`.
 */
import { ALLOC_CPUSET, ALLOC_WMARK_MIN, GFP_HIGHUSER_MOVABLE, GFP_KERNEL, GFP_USER_PAGE } from '../include/gfp';
import type { Kernel } from '../include/kernel';
import type { SwapArea, Vma } from '../include/mm_types';
import { PG_DIRTY, PG_READAHEAD, PG_SWAPBACKED, PG_SWAPCACHE, PTE_PRESENT, PTE_SHIFT, PTE_SWAP } from '../include/page';
import type { Task } from '../include/sched';
import { trace, tracepointId } from '../include/trace';
import { NR_FILE_PAGES, NR_SWAPCACHE, SWAP_RA, SWAP_RA_HIT } from '../include/vmstat';
import { pageNode } from '../kernel/sched/core';
import { xaAdd, xaDel } from '../lib/xarray';
import { allocCharged, chargeNowait, memCgroupTryChargeSwap, swapinMemcg } from './memcontrol';
import { slotShadowMemcg } from './memcontrol/slot';
import { NO_INTERLEAVE_INDEX } from './mempolicy';
import { allocPagesNowait, freePage } from './page_alloc';
import { swapReadFolio, swapReadSync } from './page_io';
import { ptePtr } from './pgtable';
import { folioAddLru } from './swap';
import { getSwapSlot, swapAreaOf, swapSlotFree } from './swapfile';
import { workingsetRefault } from './workingset';

const SWAP_IN = tracepointId('swap_in');
/** The first window is taken for a success. */
const FIRST_HITS = 4;
const SWAP_RA_HITS_MAX = 63;
/** SWAP_RA_ORDER_CEILING: pages around an address at most. */
const SWAP_RA_VMA_MAX = 32;

function countSwapCache(k: Kernel, pfn: number, n: number): void {
  const { stat } = pageNode(k, pfn);
  stat[NR_FILE_PAGES] += n;
  stat[NR_SWAPCACHE] += n;
}

/** add_to_swap_cache: the page has this slot from now on. Its `mapping` and `index` must be those of its owner. */
export function addToSwapCache(k: Kernel, pfn: number, slot: number): void {
  putInSwapCache(k, pfn, slot, PG_SWAPCACHE);
}

/** The same, with more flags for the page than PG_SWAPCACHE. */
function putInSwapCache(k: Kernel, pfn: number, slot: number, marks: number): void {
  const { flags, index, mapping } = k.mem;
  const s = k.swap;
  if (s.shadow[slot] === 0) xaAdd(k, s.nodes, slot);
  s.cache[slot] = pfn + 1;
  s.index[slot] = index[pfn];
  s.mapping[slot] = mapping[pfn];
  s.shadow[slot] = 0;
  index[pfn] = slot;
  flags[pfn] |= marks;
  countSwapCache(k, pfn, 1);
}

/**
 * add_to_swap: gives an anonymous page a slot and puts it in the swap cache, dirty, for reclaim to write.
 *
 * @returns false when swap is full, or the page's memcg may have no more of it
 */
export function addToSwap(k: Kernel, pfn: number): boolean {
  const slot = getSwapSlot(k);
  if (k.mem.memcg.length > 0 && !memCgroupTryChargeSwap(k, pfn, slot)) {
    swapSlotFree(k, slot);
    return false;
  }
  if (slot < 0) return false;
  putInSwapCache(k, pfn, slot, PG_SWAPCACHE | PG_DIRTY);
  return true;
}

/**
 * delete_from_swap_cache: the page has its own index again. A slot that nothing else refers to is free.
 *
 * @param shadow what the page leaves beside its slot, 0 = nothing
 */
export function deleteFromSwapCache(k: Kernel, pfn: number, shadow = 0): void {
  const { flags, index } = k.mem;
  const s = k.swap;
  const slot = index[pfn];
  index[pfn] = s.index[slot];
  flags[pfn] &= ~PG_SWAPCACHE;
  s.cache[slot] = 0;
  if (shadow !== 0 && s.map[slot] > 0) s.shadow[slot] = shadow;
  else xaDel(k, s.nodes, slot);
  countSwapCache(k, pfn, -1);
  if (s.map[slot] === 0) swapSlotFree(k, slot);
}

/**
 * swap_cache_get_folio: the page of a slot if it is in memory. The first use of a page that read-ahead brought counts
 * as a hit and widens the next window.
 *
 * @param vma where the fault is, null for shared memory
 * @param vpn virtual page of the fault
 * @returns pfn, −1 = not in the swap cache
 */
export function swapCacheGet(k: Kernel, slot: number, vma: Vma | null, vpn: number): number {
  const { flags } = k.mem;
  const pfn = k.swap.cache[slot] - 1;
  if (pfn < 0) return pfn;
  const hit = (flags[pfn] & PG_READAHEAD) !== 0;
  if (hit) {
    flags[pfn] &= ~PG_READAHEAD;
    k.vmEvents[SWAP_RA_HIT]++;
  }
  if (vma !== null && usesVmaReadahead(k)) {
    vma.swapRaHits = Math.min((vma.swapRaHits ?? FIRST_HITS) + (hit ? 1 : 0), SWAP_RA_HITS_MAX);
    vma.swapRaPrev = vpn;
    vma.swapRaWindow ??= 0;
  } else if (hit) k.swap.ra.hits++;
  return pfn;
}

/** swap_use_vma_readahead: as long as no disk that rotates is swapped to. */
function usesVmaReadahead(k: Kernel): boolean {
  const { areas } = k.swap;
  for (let i = 0; i < areas.length; i++) if (k.disks[areas[i].disk].rotational) return false;
  return true;
}

/**
 * __read_swap_cache_async from where it has a page: puts it in the swap cache and on the lists, and starts the read.
 * A page of the working set comes back active.
 */
function readSwapCache(k: Kernel, pfn: number, slot: number): void {
  const m = k.mem;
  const s = k.swap;
  const shadow = s.shadow[slot];
  m.mapping[pfn] = s.mapping[slot];
  m.index[pfn] = s.index[slot];
  m.flags[pfn] |= PG_SWAPBACKED;
  addToSwapCache(k, pfn, slot);
  if (shadow !== 0) workingsetRefault(k, pfn, shadow, slotShadowMemcg(k, slot));
  folioAddLru(k, pfn);
  swapReadFolio(k, pfn);
}

/**
 * The way around the swap cache: a slot with one user, on a synchronous device, is read straight into a new page.
 *
 * @returns pfn, ALLOC_WAIT or ALLOC_NULL. The caller maps the page and gives the slot up with `swapMove`
 */
export function swapinSync(
  k: Kernel,
  task: Task,
  slot: number,
  pol = task.mempolicy,
  vpn = NO_INTERLEAVE_INDEX,
): number {
  const pfn = allocCharged(k, task, swapinMemcg(k, task, slot), GFP_USER_PAGE, GFP_KERNEL, pol, vpn);
  if (pfn < 0) return pfn;
  const { flags, mapping, index } = k.mem;
  const s = k.swap;
  mapping[pfn] = s.mapping[slot];
  index[pfn] = s.index[slot];
  flags[pfn] |= PG_SWAPBACKED;
  const shadow = s.shadow[slot];
  if (shadow !== 0) workingsetRefault(k, pfn, shadow, slotShadowMemcg(k, slot));
  folioAddLru(k, pfn);
  swapReadSync(k, slot);
  return pfn;
}

/** __swapin_nr_pages: the window, from the hits of the last one. §7.3 */
function swapinNrPages(hits: number, prev: number, window: number, offset: number, maxPages: number): number {
  let pages = hits + 2;
  if (pages === 2) {
    if (offset !== prev + 1 && offset !== prev - 1) pages = 1;
  } else {
    let roundup = 4;
    while (roundup < pages) roundup <<= 1;
    pages = roundup;
  }
  if (pages > maxPages) pages = maxPages;
  const half = window >> 1;
  return pages < half ? half : pages;
}

/** One page of read-ahead: only a slot in use and not in memory, and only memory that is there for the taking. */
function readAheadSlot(k: Kernel, task: Task, slot: number): boolean {
  const s = k.swap;
  if (s.map[slot] === 0 || s.cache[slot] !== 0) return true;
  const pfn = allocPagesNowait(k, GFP_USER_PAGE, 0, ALLOC_WMARK_MIN | ALLOC_CPUSET);
  if (pfn < 0) return false;
  if (!chargeNowait(k, pfn, swapinMemcg(k, task, slot))) {
    freePage(k, pfn);
    return false;
  }
  readSwapCache(k, pfn, slot);
  k.mem.flags[pfn] |= PG_READAHEAD;
  k.vmEvents[SWAP_RA]++;
  return true;
}

/**
 * swapin_readahead: the page of a slot, read from its device unless it is in the swap cache, with its neighbours.
 *
 * A rotating disk reads the aligned group of slots around this one; others read the swap entries around the faulting
 * address. Read-ahead takes free pages above the min watermark and gives way to reclaim when there are none (the kernel
 * lets it reclaim).
 *
 * @param slot must be in use
 * @param vma where the fault is, null for shared memory
 * @param vpn virtual page of the fault, or file offset for shmem
 * @param pol the policy of the mapping
 * @returns pfn (the caller waits while it is PG_LOCKED: then it is a major fault), ALLOC_WAIT or ALLOC_NULL. After
 * ALLOC_WAIT the caller looks at its page table entry again before it asks again
 */
export function swapinReadahead(
  k: Kernel,
  task: Task,
  slot: number,
  vma: Vma | null,
  vpn: number,
  pol = task.mempolicy,
): number {
  const pfn = allocCharged(k, task, swapinMemcg(k, task, slot), GFP_USER_PAGE, GFP_HIGHUSER_MOVABLE, pol, vpn);
  if (pfn < 0) return pfn;
  // While this task waited for the page another one may have read the slot.
  if (k.swap.cache[slot] !== 0) {
    freePage(k, pfn);
    return k.swap.cache[slot] - 1;
  }
  const area = swapAreaOf(k.swap, slot);
  const maxPages = 2 ** k.sysctl.page_cluster;
  trace(k.trace, k.now, task.pid, SWAP_IN, task.pid, slot);
  if (maxPages === 1) {
    readSwapCache(k, pfn, slot);
  } else if (vma === null || !usesVmaReadahead(k)) {
    clusterReadahead(k, task, pfn, slot, area, maxPages);
  } else {
    vmaReadahead(k, task, pfn, slot, vma, vpn, Math.min(maxPages, SWAP_RA_VMA_MAX));
  }
  return pfn;
}

/** swap_cluster_readahead: the aligned group of slots, in the order of the disk. */
function clusterReadahead(k: Kernel, task: Task, pfn: number, slot: number, area: SwapArea, maxPages: number): void {
  const offset = slot - area.start;
  const { ra } = k.swap;
  const pages = swapinNrPages(ra.hits, ra.prev, ra.window, offset, maxPages);
  if (ra.hits === 0) ra.prev = offset;
  ra.hits = 0;
  ra.window = pages;
  const from = Math.floor(offset / pages) * pages;
  const first = area.start + Math.max(1, from);
  const last = Math.min(area.end, area.start + from + pages) - 1;
  let more = true;
  for (let i = first; i <= last; i++) {
    if (i === slot) readSwapCache(k, pfn, slot);
    else if (more) more = readAheadSlot(k, task, i);
  }
}

/** swap_vma_readahead: the swap entries around the address: ahead of it, behind it, or on both sides. */
function vmaReadahead(k: Kernel, task: Task, pfn: number, slot: number, vma: Vma, vpn: number, maxPages: number): void {
  const prev = vma.swapRaPrev ?? 0;
  const pages = swapinNrPages(vma.swapRaHits ?? FIRST_HITS, prev, vma.swapRaWindow ?? 0, vpn, maxPages);
  vma.swapRaHits = 0;
  vma.swapRaPrev = vpn;
  vma.swapRaWindow = pages;
  let first = vpn - ((pages - 1) >> 1);
  if (vpn === prev + 1) first = vpn;
  else if (vpn === prev - 1) first = vpn - pages + 1;
  readSwapCache(k, pfn, slot);
  const at = ptePtr(k, k.mms[task.mm], vpn);
  if (at < 0) return;
  // The window leaves neither the mapping nor the page table.
  const start = Math.max(first, vma.start, vpn & ~511);
  const end = Math.min(first + pages, vma.end, (vpn | 511) + 1);
  const { entries } = k.pgtables;
  for (let v = start; v < end; v++) {
    const e = at + (v - vpn);
    if (e === at) continue;
    const pte = entries[e];
    if (pte & PTE_PRESENT || !(pte & PTE_SWAP)) continue;
    if (!readAheadSlot(k, task, pte >>> PTE_SHIFT)) return;
  }
}
