/** Single pages on their way back to the buddy lists, many at a time. §3.3. */
import { MIGRATE_TYPES } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import type { Zone } from '../../include/mmzone';
import { PGTYPE_BUDDY, PGTYPE_BUDDY_TAIL, PGZONE_SHIFT } from '../../include/page';
import { MAX_PAGE_ORDER, PAGEBLOCK_ORDER } from '../../include/units';

/**
 * freeOnePage for up to `most` single pages from the end of a list on, which they leave.
 *
 * Pages that form a block, one after the other and neighbours up or down, go back as that block: each of them would only
 * merge with those before it, and the last one would leave the block where it is put now.
 *
 * @param head of a list of single pages of this zone
 * @returns how many it took
 */
export function freeBlocks(k: Kernel, z: Zone, head: number, most: number): number {
  const { next, prev, flags, index, pageblock } = k.mem;
  const { base, end, nrFree, freeHeads } = z;
  const tailBits = (z.idx << PGZONE_SHIFT) | PGTYPE_BUDDY_TAIL;
  const buddyBits = (z.idx << PGZONE_SHIFT) | PGTYPE_BUDDY;
  let left = most;
  let p = prev[head];
  while (left > 0 && p !== head) {
    let block = p;
    let o = 0;
    let q = prev[p];
    if (q === (p ^ 1) && left > 1) {
      // Twice as many as long as they are there, and the block is aligned on the side it began.
      const step = q - p;
      const edge = step > 0 ? p : p + 1;
      let n = 2;
      o = 1;
      q = prev[q];
      while (n * 2 <= left && o < MAX_PAGE_ORDER && (edge & (n * 2 - 1)) === 0) {
        const last = p + step * (n * 2);
        let at = p + step * n;
        while (at !== last && q === at) {
          // The same as prev[q], without waiting for q.
          q = prev[at];
          at += step;
        }
        if (at !== last) break;
        n *= 2;
        o++;
      }
      block = step > 0 ? p : p - n + 1;
      for (let i = block + 1; i < block + n; i++) flags[i] = tailBits;
      q = prev[p + step * (n - 1)];
      left -= n;
    } else {
      left--;
    }
    p = q;
    // From here on as freeOnePage.
    for (; o < MAX_PAGE_ORDER; o++) {
      const buddy = block ^ (1 << o);
      if (buddy < base || buddy >= end || flags[buddy] !== buddyBits || index[buddy] !== o) break;
      const after = next[buddy];
      const before = prev[buddy];
      next[before] = after;
      prev[after] = before;
      nrFree[o]--;
      flags[block | (1 << o)] = tailBits;
      block &= ~(1 << o);
    }
    const higher = (block & ~((2 << o) - 1)) ^ (2 << o);
    const tail =
      o < MAX_PAGE_ORDER - 1 &&
      higher >= base &&
      higher < end &&
      flags[higher] === buddyBits &&
      index[higher] === o + 1;
    flags[block] = buddyBits;
    index[block] = o;
    nrFree[o]++;
    const list = freeHeads + o * MIGRATE_TYPES + pageblock[block >> PAGEBLOCK_ORDER];
    const after = tail ? list : next[list];
    const before = tail ? prev[list] : list;
    next[block] = after;
    prev[block] = before;
    next[before] = block;
    prev[after] = block;
  }
  next[p] = head;
  prev[head] = p;
  z.free += most - left;
  return most - left;
}
