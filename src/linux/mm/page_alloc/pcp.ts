/** Per-cpu page lists: order-0..3 pages kept at hand, neither free nor in use. §3.6. */
import { MIGRATE_HIGHATOMIC, MIGRATE_MOVABLE, MIGRATE_PCPTYPES } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import {
  type PerCpuPages,
  WMARK_HIGH,
  wmarkPages,
  ZONE_BELOW_HIGH,
  ZONE_MOVABLE,
  type Zone,
} from '../../include/mmzone';
import { PGTYPE_BUDDY_TAIL, PGTYPE_PCP, PGZONE_MASK, PGZONE_SHIFT } from '../../include/page';
import { clamp, HPAGE_PMD_ORDER, PAGE_ALLOC_COSTLY_ORDER, PAGEBLOCK_ORDER } from '../../include/units';
import { clearBlock, freeOnePage, rmqueueBuddy, rmqueueBulk } from './buddy';
import { freeBlocks } from './free_blocks';
import { freesHighOrders, nrPcpAlloc, nrPcpFree, nrPcpHigh, PCP_BATCH_SCALE_MAX, steadyPcpHigh } from './pcp_tune';
import { zoneWatermarkOk } from './watermarks';

/** Lists of orders 0..3 times three types, and those of huge pages: not movable, movable. */
const NR_LOWORDER_PCP_LISTS = (PAGE_ALLOC_COSTLY_ORDER + 1) * MIGRATE_PCPTYPES;
const NR_PCP_THP = 2;
/** Lists of one per-cpu set. */
export const NR_PCP_LISTS = NR_LOWORDER_PCP_LISTS + NR_PCP_THP;

/** pcp_allowed_order: sizes that are kept at hand. */
export const pcpAllowedOrder = (order: number): boolean =>
  order <= PAGE_ALLOC_COSTLY_ORDER || order === HPAGE_PMD_ORDER;

/** order_to_pindex. */
export const orderToPindex = (order: number, mt: number): number =>
  order <= PAGE_ALLOC_COSTLY_ORDER
    ? order * MIGRATE_PCPTYPES + mt
    : NR_LOWORDER_PCP_LISTS + (mt === MIGRATE_MOVABLE ? 1 : 0);

/** pindex_to_order. */
export const pindexToOrder = (pindex: number): number =>
  pindex < NR_LOWORDER_PCP_LISTS ? Math.floor(pindex / MIGRATE_PCPTYPES) : HPAGE_PMD_ORDER;

/** free_pcppages_bulk: gives `count` pages back to the buddy lists, oldest first, from the lists in turn, `pindex` first. */
export function freePcppagesBulk(k: Kernel, z: Zone, pcp: PerCpuPages, count: number, pindex = 0): void {
  const { next, prev, flags } = k.mem;
  const tailBits = (z.idx << PGZONE_SHIFT) | PGTYPE_BUDDY_TAIL;
  let left = count < pcp.count ? count : pcp.count;
  k.cost += left * k.costs.buddyPage;
  pcp.count -= left;
  for (let list = pindex; left > 0; list = list + 1 < NR_PCP_LISTS ? list + 1 : 0) {
    const head = pcp.heads + list;
    if (prev[head] === head) continue;
    const order = pindexToOrder(list);
    if (order === 0) left -= freeBlocks(k, z, head, left);
    let p = prev[head];
    for (; left > 0 && p !== head; left -= 1 << order) {
      const block = p;
      p = prev[p];
      flags[block] = tailBits;
      freeOnePage(k, z, block, order);
    }
    if (left < 0) pcp.count += left;
    next[p] = head;
    prev[head] = p;
  }
}

/**
 * The refill of rmqueue_pcplist for single pages.
 *
 * @returns pages it has moved to the list
 */
export function refillPcplist(k: Kernel, z: Zone, pcp: PerCpuPages, mt: number, allocFlags: number): number {
  const batch = nrPcpAlloc(k, z, pcp, 0);
  const got = rmqueueBulk(k, z, batch, mt, allocFlags, pcp.heads + mt, PGTYPE_PCP);
  pcp.count += got;
  k.cost += got * k.costs.buddyPage;
  return got;
}

/** rmqueue_pcplist: a block from the cpu's list, refilled from the zone when empty. -1 = the zone has none. */
export function rmqueuePcplist(k: Kernel, z: Zone, order: number, mt: number, allocFlags: number): number {
  const pcp = z.pcp[k.cpu];
  const { next, prev } = k.mem;
  const head = pcp.heads + orderToPindex(order, mt);
  pcp.freeCount >>= 1;
  let p = next[head];
  if (p === head) {
    if (order === 0) {
      if (refillPcplist(k, z, pcp, mt, allocFlags) === 0) return -1;
    } else {
      const batch = nrPcpAlloc(k, z, pcp, order);
      const bulk = { claimFailed: false };
      for (let i = 0; i < batch; i++) {
        const block = rmqueueBuddy(k, z, order, mt, allocFlags, bulk);
        if (block < 0) break;
        z.free -= 1 << order;
        clearBlock(k.mem, block, order);
        k.mem.flags[block] = (k.mem.flags[block] & PGZONE_MASK) | PGTYPE_PCP;
        k.mem.index[block] = mt;
        const tail = prev[head];
        next[tail] = block;
        prev[block] = tail;
        next[block] = head;
        prev[head] = block;
        pcp.count += 1 << order;
      }
    }
    p = next[head];
    if (p === head) return -1;
  }
  const n = next[p];
  next[head] = n;
  prev[n] = head;
  pcp.count -= 1 << order;
  return p;
}

/** free_unref_page_commit: puts a block on the cpu's list and trims the list when it is over its limit. */
export function freeToPcplist(k: Kernel, p: number, order: number): void {
  const m = k.mem;
  const z = k.zones[(m.flags[p] & PGZONE_MASK) >>> PGZONE_SHIFT];
  const pcp = z.pcp[k.cpu];
  let mt = m.pageblock[p >> PAGEBLOCK_ORDER];
  if (mt === MIGRATE_HIGHATOMIC) mt = MIGRATE_MOVABLE;
  m.flags[p] = (m.flags[p] & PGZONE_MASK) | PGTYPE_PCP;
  m.index[p] = mt;
  const pindex = order === 0 ? mt : orderToPindex(order, mt);
  const head = pcp.heads + pindex;
  const n = m.next[head];
  m.next[head] = p;
  m.prev[p] = head;
  m.next[p] = n;
  m.prev[n] = p;
  pcp.count += 1 << order;
  pcp.allocFactor >>= 1;
  const batch = pcp.batch;
  const most = batch << PCP_BATCH_SCALE_MAX;
  const emptied = order > 0 ? freesHighOrders(k, pcp, order) : false;
  pcp.prevFreeHighOrder = order > 0 && order <= PAGE_ALLOC_COSTLY_ORDER;
  if (k.release.pcpAutoTune && pcp.freeCount < most) pcp.freeCount += 1 << order;
  if (emptied) {
    pcp.high = Math.max(clamp(pcp.high, pcp.highMin, pcp.highMax) - most, pcp.highMin);
    bulkFree(k, z, pcp, Math.min(pcp.count, most), pindex);
    return;
  }
  const high = nrPcpHigh(k, z, pcp);
  if (pcp.count >= high) trim(k, z, pcp, high, pindex);
}

/** The end of free_unref_page_commit, for the list `pindex`, when the cpu's are over their limit. */
function trim(k: Kernel, z: Zone, pcp: PerCpuPages, high: number, pindex: number): void {
  bulkFree(k, z, pcp, nrPcpFree(k, pcp, high), pindex);
}

function bulkFree(k: Kernel, z: Zone, pcp: PerCpuPages, n: number, pindex: number): void {
  freePcppagesBulk(k, z, pcp, n, pindex);
  if (z.flags & ZONE_BELOW_HIGH && zoneWatermarkOk(k, z, 0, wmarkPages(z, WMARK_HIGH), ZONE_MOVABLE, 0)) {
    z.flags &= ~ZONE_BELOW_HIGH;
  }
}

/**
 * free_unref_page_commit for the single pages `pages[from]` … as long as they are of one zone: those before the limit of
 * their list is reached, or changes, together.
 *
 * @returns index of the first page left
 */
export function freeRunToPcplist(k: Kernel, pages: Int32Array, from: number, n: number): number {
  const { flags, index, next, prev, mapping, mapcount, pageblock } = k.mem;
  const zoneBits = flags[pages[from]] & PGZONE_MASK;
  const z = k.zones[zoneBits >>> PGZONE_SHIFT];
  const pcp = z.pcp[k.cpu];
  let high = steadyPcpHigh(k, z, pcp);
  const marks = zoneBits | PGTYPE_PCP;
  pcp.prevFreeHighOrder = false;
  // Counts up to its bound, and stays where it is when a larger batch has had it beyond.
  const most = pcp.batch << PCP_BATCH_SCALE_MAX;
  let i = from;
  while (i < n) {
    const start = i;
    const end = Math.min(n, i + Math.max(1, high - pcp.count));
    // Pages of one type go to the head of one list, one before the other.
    let mt = -1;
    let head = -1;
    let first = -1;
    for (; i < end; i++) {
      const p = pages[i];
      if ((flags[p] & PGZONE_MASK) !== zoneBits) break;
      const type = pageblock[p >> PAGEBLOCK_ORDER];
      mapping[p] = 0;
      mapcount[p] = 0;
      flags[p] = marks;
      if (type !== mt) {
        if (head >= 0) {
          next[head] = first;
          prev[first] = head;
        }
        mt = type;
        head = pcp.heads + (mt === MIGRATE_HIGHATOMIC ? MIGRATE_MOVABLE : mt);
        first = next[head];
      }
      index[p] = head - pcp.heads;
      next[p] = first;
      prev[first] = p;
      first = p;
    }
    const put = i - start;
    if (put === 0) break;
    next[head] = first;
    prev[first] = head;
    pcp.count += put;
    pcp.allocFactor = put > 31 ? 0 : pcp.allocFactor >> put;
    if (k.release.pcpAutoTune && pcp.freeCount < most) pcp.freeCount = Math.min(pcp.freeCount + put, most);
    if (pcp.count < high) continue;
    const limit = nrPcpHigh(k, z, pcp);
    if (pcp.count >= limit) trim(k, z, pcp, limit, head - pcp.heads);
    high = steadyPcpHigh(k, z, pcp);
  }
  return i;
}

/** drain_pages: empties one cpu's lists of all zones. */
function drainLocalPages(k: Kernel, cpu: number): void {
  for (const z of k.zones) drainZonePcp(k, z, cpu);
}

/** drain_pages_zone: empties one cpu's lists of one zone. */
export function drainZonePcp(k: Kernel, z: Zone, cpu: number): void {
  const pcp = z.pcp[cpu];
  if (pcp.count > 0) freePcppagesBulk(k, z, pcp, pcp.count);
}

/** drain_all_pages: empties all per-cpu lists, or those of one zone. */
export function drainAllPages(k: Kernel, z?: Zone): void {
  for (let cpu = 0; cpu < k.nrCpus; cpu++) {
    if (z) drainZonePcp(k, z, cpu);
    else drainLocalPages(k, cpu);
  }
}

/**
 * decay_pcp_high, once a second and on every read of exact statistics: an idle list's limit falls by an eighth and the
 * surplus goes back. §3.6.
 */
export function decayPcpHigh(k: Kernel, cpu: number): void {
  if (!k.release.pcpAutoTune) return;
  for (const z of k.zones) {
    const pcp = z.pcp[cpu];
    if (pcp.high > pcp.highMin) {
      pcp.high = Math.max(pcp.count - (pcp.batch << PCP_BATCH_SCALE_MAX), pcp.high - (pcp.high >> 3), pcp.highMin);
    }
    // Batch by batch: where a huge page is what goes, a batch of pages is all of it.
    for (let surplus = pcp.count - pcp.high; surplus > 0; surplus -= pcp.batch) {
      freePcppagesBulk(k, z, pcp, Math.min(surplus, pcp.batch));
    }
  }
}

/** Pages in all per-cpu lists of a zone: the report's free_pcp. */
export function zonePcpCount(z: Zone): number {
  let n = 0;
  for (const pcp of z.pcp) n += pcp.count;
  return n;
}
