/**
 * Refault detection: a page that comes back soon after its eviction belonged to the working set. §5.13.
 *
 * The eviction leaves a shadow, a negative integer that packs the age of the node's lists at that time (with the
 * multi-gen LRU: the number of the oldest generation, §6.7). It stands where
 * the page stood: in the file's page cache, or beside its swap slot.
 */
import type { Kernel } from '../include/kernel';
import {
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  type LruGenFolio,
  type Lruvec,
} from '../include/mmzone';
import { LRU_REFS_WIDTH, PG_ACTIVE, PG_SWAPBACKED, PG_WORKINGSET } from '../include/page';
import { WORKINGSET_ACTIVATE_ANON, WORKINGSET_REFAULT_ANON, WORKINGSET_RESTORE_ANON } from '../include/vmstat';
import { pageNode } from '../kernel/sched/core';
import { memCgroupGetNrSwapPages } from './memcontrol';
import { countMemcgEvents, MEMCG_ACTIVATE, MEMCG_REFAULT, MEMCG_RESTORE } from './memcontrol/stat';
import { folioLruvec, folioMemcg, lruvecPageState, parentLruvec } from './mmzone';
import { folioLruRefs, lruTierFromRefs } from './vmscan/lru_gen/mm_inline';
import { lruGenEviction, lruGenRefault } from './vmscan/lru_gen/refault';

/** A shadow is −1 − (age << 4 | node << 1 | workingset): 26 bits of age, so that it fits 31 bits. */
const AGE_BITS = 26;
const AGE_MASK = 2 ** AGE_BITS - 1;

/**
 * bucket_order: how coarse the age is. 0 up to 256 GiB of memory; larger machines lose low bits rather than wrap.
 */
export function bucketOrder(k: Kernel): number {
  let order = 0;
  for (let n = k.totalramPages; n > AGE_MASK; n >>= 1) order++;
  return order;
}

/** The age of the lists in units of the shadow, without the bits that do not fit. */
function bucketAge(k: Kernel, lruvec: Lruvec): number {
  const order = bucketOrder(k);
  const age = lruvec.nonresidentAge;
  return (order === 0 ? age : Math.floor(age / (1 << order))) & AGE_MASK;
}

/**
 * lru_note_cost: what reclaim from one type of pages has cost lately, for the balance between the types. I/O counts 32
 * times. Both are halved when their sum exceeds a quarter of the lists. §5.8.
 *
 * @param file true for the file lists
 */
export function lruNoteCost(k: Kernel, lruvec: Lruvec, file: boolean, nrIo: number, nrRotated: number): void {
  const cost = nrIo * 32 + nrRotated;
  if (cost === 0) return;
  for (let at: Lruvec | null = lruvec; at !== null; at = parentLruvec(k, at)) {
    if (file) at.fileCost += cost;
    else at.anonCost += cost;
    let pages = 0;
    for (let lru = 0; lru < 4; lru++) pages += lruvecPageState(k, at, lru);
    if (at.anonCost + at.fileCost > Math.floor(pages / 4)) {
      at.anonCost = Math.floor(at.anonCost / 2);
      at.fileCost = Math.floor(at.fileCost / 2);
    }
  }
}

/** workingset_age_nonresident: a page has been evicted or activated, here and so in all cgroups above. */
function ageNonresident(k: Kernel, lruvec: Lruvec): void {
  for (let at: Lruvec | null = lruvec; at !== null; at = parentLruvec(k, at)) at.nonresidentAge++;
}

/**
 * The memcg that the shadow of a page about to be evicted belongs to: with the classic lists the one that reclaim is for,
 * since its lists' age is in the shadow.
 *
 * @param target as of `ScanControl.targetMemcg`
 */
export const shadowMemcgOf = (k: Kernel, pfn: number, target: number): number =>
  k.lruGenEnabled ? folioMemcg(k, pfn) : target;

/** workingset_eviction: the shadow of a page about to be evicted. The lists grow older by one. */
export function workingsetEviction(k: Kernel, pfn: number, target = 0): number {
  const lruvec = k.lruGenEnabled ? folioLruvec(k, pfn) : pageNode(k, pfn).lruvecs[target];
  if (k.lruGenEnabled) {
    const token = lruGenEviction(k, lruvec, pfn) & AGE_MASK;
    return -1 - ((token << 4) | (lruvec.nid << 1) | (folioLruRefs(k.mem.flags[pfn]) > 0 ? 1 : 0));
  }
  const age = bucketAge(k, lruvec);
  ageNonresident(k, lruvec);
  return -1 - ((age << 4) | (lruvec.nid << 1) | (k.mem.flags[pfn] & PG_WORKINGSET ? 1 : 0));
}

/**
 * workingset_refault: a page with a shadow has come back, and is on no list yet. When fewer pages were evicted or
 * activated in between than the active lists hold, it starts active; when it had been active before, it is marked as
 * part of the working set and its type is charged with the I/O.
 *
 * @param memcg that the shadow belongs to
 */
export function workingsetRefault(k: Kernel, pfn: number, shadow: number, memcg = 0): void {
  const m = k.mem;
  const packed = -1 - shadow;
  const workingset = packed & 1;
  const evicting = k.nodes[(packed >>> 1) & 7].lruvecs[memcg];
  const node = pageNode(k, pfn);
  const lruvec = folioLruvec(k, pfn);
  if (k.lruGenEnabled) {
    if (evicting === lruvec) lruGenRefault(k, lruvec, pfn, packed >>> 4, AGE_MASK, workingset);
    return;
  }
  const file = !(m.flags[pfn] & PG_SWAPBACKED);
  const type = file ? 1 : 0;
  countMemcgEvents(k, lruvec.memcg, MEMCG_REFAULT + type, 1);
  node.stat[WORKINGSET_REFAULT_ANON + type]++;

  const order = bucketOrder(k);
  const age = bucketAge(k, evicting);
  const distance = ((age - (packed >>> 4)) & AGE_MASK) * (1 << order);
  let size = lruvecPageState(k, evicting, LRU_ACTIVE_FILE);
  if (!file) size += lruvecPageState(k, evicting, LRU_INACTIVE_FILE);
  if (memCgroupGetNrSwapPages(k, memcg) > 0) {
    size += lruvecPageState(k, evicting, LRU_ACTIVE_ANON);
    if (file) size += lruvecPageState(k, evicting, LRU_INACTIVE_ANON);
  }
  if (distance > size) return;

  m.flags[pfn] |= PG_ACTIVE;
  ageNonresident(k, lruvec);
  lruvec.activated[type]++;
  countMemcgEvents(k, lruvec.memcg, MEMCG_ACTIVATE + type, 1);
  node.stat[WORKINGSET_ACTIVATE_ANON + type]++;
  if (workingset) {
    m.flags[pfn] |= PG_WORKINGSET;
    lruNoteCost(k, lruvec, file, 1, 0);
    countMemcgEvents(k, lruvec.memcg, MEMCG_RESTORE + type, 1);
    node.stat[WORKINGSET_RESTORE_ANON + type]++;
  }
}

/** The number of the oldest generation of anonymous pages, as shadows have it. */
export const oldestToken = (g: LruGenFolio): number => g.minSeq[0] & (AGE_MASK >>> LRU_REFS_WIDTH);

/** The node of the lists that an evicted page was on. */
export const shadowNode = (shadow: number): number => ((-1 - shadow) >>> 1) & 7;

/**
 * For the multi-gen LRU: the shadow of an anonymous page whose generation is gone. Such a refault is counted, and nothing
 * else comes of it.
 *
 * @param oldest `oldestToken` of the lists it was on
 */
export const isBygone = (oldest: number, shadow: number): boolean => (-1 - shadow) >>> (4 + LRU_REFS_WIDTH) !== oldest;

/** For the multi-gen LRU: the tier of the page whose shadow this is. */
export const shadowTier = (shadow: number): number => {
  const packed = -1 - shadow;
  return lruTierFromRefs(((packed >>> 4) & ((1 << LRU_REFS_WIDTH) - 1)) + (packed & 1));
};

/** workingset_activation: an activated page makes the lists older, as an evicted one does. */
export function workingsetActivation(k: Kernel, pfn: number): void {
  ageNonresident(k, folioLruvec(k, pfn));
}
