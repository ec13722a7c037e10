/**
 * zswap: a compressed cache in RAM in front of the swap device. Every page in it owns a slot on the device as well, to
 * which it is written when the pool has grown to its share of RAM. Built in and off by default. §7.4
 */
import { REQ_OP_WRITE, submitBio, swapSector } from '../block/blk-mq';
import { ALLOC_CPUSET, ALLOC_WMARK_MIN, GFP_USER_PAGE } from '../include/gfp';
import type { Kernel, Zswap } from '../include/kernel';
import { PG_DIRTY, PG_RECLAIM, PG_SWAPBACKED } from '../include/page';
import { MS, PAGE_SIZE } from '../include/units';
import { PSWPOUT, ZSWPIN, ZSWPOUT, ZSWPWB } from '../include/vmstat';
import { addTimer } from '../kernel/sched/core';
import { allocPagesNowait } from './page_alloc';
import { folioStartWriteback } from './page-writeback';
import { folioAddLru } from './swap';
import { addToSwapCache } from './swap_state';
import { swapAreaOf } from './swapfile';
import { compressedLength, newZsPool, zsFree, zsMalloc, zsObjectSize } from './zsmalloc';

/** ns to compress or expand a page (lzo). */
const ZSWAP_PAGE_NS = 2_000;
/** Entries the worker writes back before it lets others run, and how long. */
const SHRINK_BATCH = 32;
const SHRINK_PAUSE = MS;
/** Compressed length of an average page, bytes: three to one. */
const MEAN_SIZE = 1365;

export const newZswap = (): Zswap => ({
  ...newZsPool(),
  enabled: false,
  maxPoolPercent: 20,
  acceptThresholdPercent: 90,
  full: false,
  shrinking: false,
  meanSize: MEAN_SIZE,
  size: new Uint16Array(0),
  older: new Int32Array(0),
  newer: new Int32Array(0),
  oldest: 0,
  newest: 0,
});

/** zswap_max_pages, zswap_accept_thr_pages: pages of pool. */
const maxPages = (k: Kernel): number => Math.floor((k.totalramPages * k.zswap.maxPoolPercent) / 100);
const acceptPages = (k: Kernel): number => Math.floor((maxPages(k) * k.zswap.acceptThresholdPercent) / 100);

/** Room for an entry of each slot; swap areas may have come since. */
function makeRoom(k: Kernel): void {
  const z = k.zswap;
  const n = k.swap.slots;
  if (z.size.length >= n) return;
  const size = new Uint16Array(n);
  const older = new Int32Array(n);
  const newer = new Int32Array(n);
  size.set(z.size);
  older.set(z.older);
  newer.set(z.newer);
  z.size = size;
  z.older = older;
  z.newer = newer;
}

/** Entries form a list by age. Slot 0 is an area's header and never stored: it stands for the end. */
function link(z: Zswap, slot: number): void {
  z.older[slot] = z.newest;
  z.newer[slot] = 0;
  if (z.newest > 0) z.newer[z.newest] = slot;
  else z.oldest = slot;
  z.newest = slot;
}

function unlink(z: Zswap, slot: number): void {
  const before = z.older[slot];
  const after = z.newer[slot];
  if (before > 0) z.newer[before] = after;
  else z.oldest = after;
  if (after > 0) z.older[after] = before;
  else z.newest = before;
  z.older[slot] = 0;
  z.newer[slot] = 0;
}

/** zswap_check_limits: from the moment the pool is full it takes nothing in until it has shrunk below the threshold. */
function isFull(k: Kernel): boolean {
  const z = k.zswap;
  if (z.poolPages >= maxPages(k)) z.full = true;
  else if (z.full && z.poolPages <= acceptPages(k)) z.full = false;
  return z.full;
}

/** Whether a page is in the pool. */
export const zswapHas = (k: Kernel, slot: number): boolean => slot < k.zswap.size.length && k.zswap.size[slot] > 0;

/**
 * zswap_store: takes the page of a slot into the pool, on the caller's time.
 *
 * @returns false when it is off or full, when the page does not compress, or when there is no memory: the page goes to
 * the device
 */
export function zswapStore(k: Kernel, slot: number): boolean {
  const z = k.zswap;
  if (zswapHas(k, slot)) zswapInvalidate(k, slot);
  if (!z.enabled) return false;
  if (isFull(k)) {
    startShrinking(k);
    return false;
  }
  k.cost += ZSWAP_PAGE_NS;
  const length = compressedLength(k, slot, z.meanSize);
  if (length >= PAGE_SIZE) return false;
  const bytes = zsObjectSize(length);
  if (!zsMalloc(k, z, bytes)) return false;
  makeRoom(k);
  z.size[slot] = bytes;
  link(z, slot);
  k.vmEvents[ZSWPOUT]++;
  return true;
}

/**
 * zswap_load: fills a page in the swap cache from the pool. The entry goes: the page is the only copy, and dirty.
 *
 * @returns false when the page is on the device
 */
export function zswapLoad(k: Kernel, pfn: number, slot: number): boolean {
  if (!zswapHas(k, slot)) return false;
  k.cost += ZSWAP_PAGE_NS;
  k.vmEvents[ZSWPIN]++;
  zswapInvalidate(k, slot);
  k.mem.flags[pfn] |= PG_DIRTY;
  return true;
}

/** zswap_invalidate: the slot's entry goes. */
export function zswapInvalidate(k: Kernel, slot: number): void {
  const z = k.zswap;
  if (!zswapHas(k, slot)) return;
  const bytes = z.size[slot];
  z.size[slot] = 0;
  unlink(z, slot);
  zsFree(k, z, bytes);
}

function startShrinking(k: Kernel): void {
  if (k.zswap.shrinking) return;
  k.zswap.shrinking = true;
  addTimer(k, 'zswap', k.now, 0);
}

/**
 * shrink_worker: writes the oldest entries to the device until the pool is below its threshold; the timer of kind
 * 'zswap'. Each write needs a page to expand into, which is what there is least of: without one it tries again later.
 */
export function zswapShrinkStep(k: Kernel): void {
  const z = k.zswap;
  z.shrinking = false;
  for (let n = 0; n < SHRINK_BATCH; n++) {
    if (z.oldest === 0 || z.poolPages <= acceptPages(k)) return;
    if (!writebackEntry(k, z.oldest)) break;
  }
  z.shrinking = true;
  addTimer(k, 'zswap', k.now + SHRINK_PAUSE, 0);
}

/** zswap_writeback_entry: false when there is no page for it. */
function writebackEntry(k: Kernel, slot: number): boolean {
  const z = k.zswap;
  // A page that is in the swap cache as well is on its way in or out: its entry has another turn.
  if (k.swap.cache[slot] !== 0) {
    unlink(z, slot);
    link(z, slot);
    return true;
  }
  const pfn = allocPagesNowait(k, GFP_USER_PAGE, 0, ALLOC_WMARK_MIN | ALLOC_CPUSET);
  if (pfn < 0) return false;
  const m = k.mem;
  m.mapping[pfn] = k.swap.mapping[slot];
  m.index[pfn] = k.swap.index[slot];
  m.flags[pfn] |= PG_SWAPBACKED;
  addToSwapCache(k, pfn, slot);
  folioAddLru(k, pfn);
  k.cost += ZSWAP_PAGE_NS + k.costs.submitPage;
  zswapInvalidate(k, slot);
  k.vmEvents[ZSWPWB]++;
  k.vmEvents[PSWPOUT]++;
  // Once it is written reclaim is to find it first.
  m.flags[pfn] |= PG_RECLAIM;
  folioStartWriteback(k, pfn);
  submitBio(k, swapAreaOf(k.swap, slot).disk, pfn, REQ_OP_WRITE, swapSector(slot));
  return true;
}
