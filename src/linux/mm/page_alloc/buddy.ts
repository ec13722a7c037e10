/** The buddy allocator: free lists by order and migrate type, splitting, merging, fallback. §3.1–3.4. */
import {
  ALLOC_KSWAPD,
  ALLOC_NOFRAGMENT,
  MIGRATE_MOVABLE,
  MIGRATE_RECLAIMABLE,
  MIGRATE_TYPES,
  MIGRATE_UNMOVABLE,
} from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { listAdd, listDel, listEmpty } from '../../include/list';
import { WMARK_HIGH, ZONE_BOOSTED_WATERMARK, type Zone } from '../../include/mmzone';
import {
  type MemMap,
  PGTYPE_BUDDY,
  PGTYPE_BUDDY_TAIL,
  PGTYPE_MASK,
  PGTYPE_USER,
  PGZONE_MASK,
  PGZONE_SHIFT,
} from '../../include/page';
import { trace, tracepointId } from '../../include/trace';
import { MAX_PAGE_ORDER, multFrac, NR_PAGE_ORDERS, PAGEBLOCK_NR_PAGES, PAGEBLOCK_ORDER } from '../../include/units';

const EXTFRAG = tracepointId('mm_page_alloc_extfrag');
/** Where a type may take from when its own lists are empty, in order. §3.2. */
const FALLBACKS: readonly (readonly number[])[] = [
  [MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE],
  [MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE],
  [MIGRATE_UNMOVABLE, MIGRATE_MOVABLE],
];

function addToFreeList(m: MemMap, z: Zone, p: number, order: number, mt: number): void {
  m.flags[p] = (m.flags[p] & PGZONE_MASK) | PGTYPE_BUDDY;
  m.index[p] = order;
  listAdd(m, z.freeHeads + order * MIGRATE_TYPES + mt, p);
  z.nrFree[order]++;
}
export function delFromFreeList(m: MemMap, z: Zone, p: number, order: number): void {
  listDel(m, p);
  m.flags[p] = (m.flags[p] & PGZONE_MASK) | PGTYPE_BUDDY_TAIL;
  z.nrFree[order]--;
}

/** expand: gives back the upper halves of a block that is larger than wanted. */
function expand(m: MemMap, z: Zone, p: number, low: number, high: number, mt: number): void {
  for (let o = high; o > low; ) {
    o--;
    addToFreeList(m, z, p + (1 << o), o, mt);
  }
}

/** __rmqueue_smallest: a block from the type's own lists, -1 when they have none of that size. */
function rmqueueSmallest(m: MemMap, z: Zone, order: number, mt: number): number {
  for (let o = order; o < NR_PAGE_ORDERS; o++) {
    const head = z.freeHeads + o * MIGRATE_TYPES + mt;
    const p = m.next[head];
    if (p === head) continue;
    delFromFreeList(m, z, p, o);
    expand(m, z, p, order, o, mt);
    return p;
  }
  return -1;
}

/** boost_watermark: a fragmenting fallback makes kswapd reclaim ahead. §2.4. */
function boostWatermark(k: Kernel, z: Zone): boolean {
  if (!k.sysctl.watermark_boost_factor) return false;
  if (PAGEBLOCK_NR_PAGES * 4 > z.managed) return false;
  let max = multFrac(z.watermark[WMARK_HIGH], k.sysctl.watermark_boost_factor, 10_000);
  if (!max) return false;
  max = Math.max(PAGEBLOCK_NR_PAGES, max);
  z.boost = Math.min(z.boost + PAGEBLOCK_NR_PAGES, max);
  return true;
}

/** move_freepages_block: the free blocks of a pageblock change lists; its type is set. */
export function convertPageblock(m: MemMap, z: Zone, start: number, mt: number): void {
  const end = start + PAGEBLOCK_NR_PAGES;
  for (let p = start; p < end; ) {
    if ((m.flags[p] & PGTYPE_MASK) !== PGTYPE_BUDDY) {
      p++;
      continue;
    }
    const order = m.index[p];
    listDel(m, p);
    listAdd(m, z.freeHeads + order * MIGRATE_TYPES + mt, p);
    p += 1 << order;
  }
  m.pageblock[start >> PAGEBLOCK_ORDER] = mt;
}

/** Free pages of a pageblock, and pages in it that a request of type `mt` would be at home with. §3.2. */
function countAlike(m: MemMap, start: number, mt: number, blockType: number): { free: number; alike: number } {
  let free = 0;
  let movable = 0;
  for (let p = start; p < start + PAGEBLOCK_NR_PAGES; ) {
    const type = m.flags[p] & PGTYPE_MASK;
    if (type === PGTYPE_BUDDY) {
      const n = 1 << m.index[p];
      free += n;
      p += n;
      continue;
    }
    if (type === PGTYPE_USER) movable++;
    p++;
  }
  const alike =
    mt === MIGRATE_MOVABLE ? movable : blockType === MIGRATE_MOVABLE ? PAGEBLOCK_NR_PAGES - free - movable : 0;
  return { free, alike };
}

const canSteal = (order: number, mt: number): boolean =>
  order >= PAGEBLOCK_ORDER >> 1 || mt === MIGRATE_RECLAIMABLE || mt === MIGRATE_UNMOVABLE;

/** find_suitable_fallback with only_stealable: another type has a block of this order that could be taken over whole. */
export function hasSuitableFallback(m: MemMap, z: Zone, order: number, mt: number): boolean {
  if (!canSteal(order, mt)) return false;
  return FALLBACKS[mt].some((f) => !listEmpty(m, z.freeHeads + order * MIGRATE_TYPES + f));
}

/** __rmqueue_claim: take over the largest foreign block, and its pageblock if that is mostly ours. §3.2 step 2. */
function rmqueueClaim(k: Kernel, z: Zone, order: number, mt: number, allocFlags: number): number {
  const m = k.mem;
  const lowest = allocFlags & ALLOC_NOFRAGMENT && order < PAGEBLOCK_ORDER ? PAGEBLOCK_ORDER : order;
  for (let o = MAX_PAGE_ORDER; o >= lowest; o--) {
    const from = FALLBACKS[mt].find(
      (f) => m.next[z.freeHeads + o * MIGRATE_TYPES + f] !== z.freeHeads + o * MIGRATE_TYPES + f,
    );
    if (from === undefined) continue;
    if (!canSteal(o, mt)) return -1;
    const p = m.next[z.freeHeads + o * MIGRATE_TYPES + from];
    if (o >= PAGEBLOCK_ORDER) {
      delFromFreeList(m, z, p, o);
      for (let b = 0; b < 1 << (o - PAGEBLOCK_ORDER); b++) m.pageblock[(p >> PAGEBLOCK_ORDER) + b] = mt;
      expand(m, z, p, order, o, mt);
      trace(k.trace, k.now, k.current, EXTFRAG, p, order, o, mt);
      return p;
    }
    if (boostWatermark(k, z) && allocFlags & ALLOC_KSWAPD) z.flags |= ZONE_BOOSTED_WATERMARK;
    const start = p & ~(PAGEBLOCK_NR_PAGES - 1);
    if (start < z.base || start + PAGEBLOCK_NR_PAGES > z.end) continue;
    const { free, alike } = countAlike(m, start, mt, from);
    if (free + alike >= PAGEBLOCK_NR_PAGES / 2) {
      convertPageblock(m, z, start, mt);
      trace(k.trace, k.now, k.current, EXTFRAG, p, order, o, mt);
      return rmqueueSmallest(m, z, order, mt);
    }
  }
  return -1;
}

/** __rmqueue_steal: one foreign block, the smallest; the pageblock keeps its type. §3.2 step 3. */
function rmqueueSteal(k: Kernel, z: Zone, order: number, mt: number): number {
  const m = k.mem;
  for (let o = order; o < NR_PAGE_ORDERS; o++) {
    for (const from of FALLBACKS[mt]) {
      const head = z.freeHeads + o * MIGRATE_TYPES + from;
      const p = m.next[head];
      if (p === head) continue;
      delFromFreeList(m, z, p, o);
      expand(m, z, p, order, o, from);
      trace(k.trace, k.now, k.current, EXTFRAG, p, order, o, mt);
      return p;
    }
  }
  return -1;
}

/**
 * __rmqueue: takes one block of 2^order pages off the free lists; the zone's free count is the caller's to update.
 *
 * @returns model pfn, -1 when the zone has none. §3.2
 */
export function rmqueueBuddy(k: Kernel, z: Zone, order: number, mt: number, allocFlags: number): number {
  let p = rmqueueSmallest(k.mem, z, order, mt);
  if (p < 0 && mt < FALLBACKS.length) {
    p = rmqueueClaim(k, z, order, mt, allocFlags);
    if (p < 0 && !(allocFlags & ALLOC_NOFRAGMENT)) p = rmqueueSteal(k, z, order, mt);
  }
  return p;
}

/**
 * rmqueue_bulk for order 0: moves up to `want` single pages to the end of a list, marked with `type` and the migrate
 * type in `index`. Where the small lists are empty it carves a run out of one large block at once, which leaves the
 * lists as splitting page by page would.
 *
 * @returns pages moved; the zone's free count is updated
 */
export function rmqueueBulk(
  k: Kernel,
  z: Zone,
  want: number,
  mt: number,
  allocFlags: number,
  head: number,
  type: number,
): number {
  const m = k.mem;
  const { next, prev, flags, index } = m;
  const zoneBits = z.idx << 27;
  let got = 0;
  let tail = prev[head];
  // Under one hold of the zone's lock a claim that failed is not tried again: from then on single blocks are taken.
  let claimFailed = false;
  while (got < want) {
    let o = 0;
    let p = -1;
    for (; o < NR_PAGE_ORDERS; o++) {
      const h = z.freeHeads + o * MIGRATE_TYPES + mt;
      if (next[h] !== h) {
        p = next[h];
        break;
      }
    }
    let run = 1;
    if (p < 0) {
      if (!claimFailed) p = rmqueueClaim(k, z, 0, mt, allocFlags);
      if (p < 0) {
        claimFailed = true;
        if (allocFlags & ALLOC_NOFRAGMENT) break;
        p = rmqueueSteal(k, z, 0, mt);
        if (p < 0) break;
      }
    } else {
      delFromFreeList(m, z, p, o);
      run = Math.min(want - got, 1 << o);
      // What is left of the block, [p + run, p + 2^o), goes back as the largest aligned pieces, large ones first.
      let at = p + (1 << o);
      for (let s = o - 1; s >= 0 && at > p + run; s--) {
        if (at - (1 << s) >= p + run) {
          at -= 1 << s;
          addToFreeList(m, z, at, s, mt);
        }
      }
    }
    for (let q = p; q < p + run; q++) {
      flags[q] = zoneBits | type;
      index[q] = mt;
      next[tail] = q;
      prev[q] = tail;
      tail = q;
    }
    got += run;
  }
  next[tail] = head;
  prev[head] = tail;
  z.free -= got;
  return got;
}

/**
 * __free_one_page: gives a block back and merges it with its buddies. Updates the zone's free count. §3.3.
 *
 * @param p first model pfn of the block; it is on no list
 */
export function freeOnePage(k: Kernel, z: Zone, p: number, order: number): void {
  const { next, prev, flags, index, pageblock } = k.mem;
  const { base, end, nrFree } = z;
  const zoneBits = z.idx << PGZONE_SHIFT;
  const buddyBits = zoneBits | PGTYPE_BUDDY;
  z.free += 1 << order;
  let block = p;
  let o = order;
  // A free block of the zone's that merges: the type of its first page and its order say so.
  for (; o < MAX_PAGE_ORDER; o++) {
    const buddy = block ^ (1 << o);
    if (buddy < base || buddy >= end || flags[buddy] !== buddyBits || index[buddy] !== o) break;
    const n = next[buddy];
    const q = prev[buddy];
    next[q] = n;
    prev[n] = q;
    nrFree[o]--;
    // The upper half's first page comes to lie inside the block.
    flags[block | (1 << o)] = zoneBits | PGTYPE_BUDDY_TAIL;
    block &= ~(1 << o);
  }
  // buddy_merge_likely: the next merge needs the neighbour one level up; keep this block out of the way until then.
  const higher = (block & ~((2 << o) - 1)) ^ (2 << o);
  const tail =
    o < MAX_PAGE_ORDER - 1 && higher >= base && higher < end && flags[higher] === buddyBits && index[higher] === o + 1;
  flags[block] = buddyBits;
  index[block] = o;
  nrFree[o]++;
  const head = z.freeHeads + o * MIGRATE_TYPES + pageblock[block >> PAGEBLOCK_ORDER];
  const after = tail ? head : next[head];
  const before = tail ? prev[head] : head;
  next[block] = after;
  prev[block] = before;
  next[before] = block;
  prev[after] = block;
}

/** Marks the pages of a block that is about to be freed as inside it. */
export function clearBlock(m: MemMap, p: number, order: number): void {
  for (let q = p; q < p + (1 << order); q++) {
    m.flags[q] = (m.flags[q] & PGZONE_MASK) | PGTYPE_BUDDY_TAIL;
    m.mapping[q] = 0;
    m.mapcount[q] = 0;
  }
}
