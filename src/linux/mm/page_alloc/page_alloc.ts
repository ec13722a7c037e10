/** Allocating and freeing pages: the fast path, and the way into the slow one. §4.1–4.3. */
import {
  __GFP_DMA,
  __GFP_DMA32,
  __GFP_HIGHMEM,
  __GFP_KSWAPD_RECLAIM,
  __GFP_MOVABLE,
  __GFP_THISNODE,
  ALLOC_CPUSET,
  ALLOC_HIGHATOMIC,
  ALLOC_KSWAPD,
  ALLOC_MIN_RESERVE,
  ALLOC_NO_WATERMARKS,
  ALLOC_NOFRAGMENT,
  ALLOC_NON_BLOCK,
  ALLOC_OOM,
  ALLOC_WMARK_LOW,
  ALLOC_WMARK_MASK,
  ALLOC_WMARK_MIN,
  gfpMigratetype,
  MIGRATE_HIGHATOMIC,
  MIGRATE_TYPES,
} from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import type { Mempolicy } from '../../include/mempolicy';
import {
  WMARK_HIGH,
  WMARK_LOW,
  WMARK_MIN,
  wmarkPages,
  ZONE_BELOW_HIGH,
  ZONE_BOOSTED_WATERMARK,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_MOVABLE,
  ZONE_NORMAL,
  type Zone,
} from '../../include/mmzone';
import { PGTYPE_USER, PGZONE_MASK, PGZONE_SHIFT } from '../../include/page';
import type { Task } from '../../include/sched';
import { NR_PAGE_ORDERS } from '../../include/units';
import { NUMA_FOREIGN, NUMA_HIT, NUMA_LOCAL, NUMA_MISS, NUMA_OTHER, PGALLOC_BASE, PGFREE } from '../../include/vmstat';
import { cpusetMems } from '../../kernel/cpuset';
import { pageZone } from '../../kernel/sched/core';
import { memCgroupUncharge, memCgroupUnchargeFolios } from '../memcontrol';
import { NO_INTERLEAVE_INDEX, policyNode, policyNodemask } from '../mempolicy';
import { wakeupKswapd } from '../vmscan';
import { clearBlock, freeOnePage, rmqueueBuddy } from './buddy';
import { freeRunToPcplist, freeToPcplist, pcpAllowedOrder, refillPcplist, rmqueuePcplist } from './pcp';
import { newAllocContext } from './slowpath_context';
import { zoneWatermarkOk } from './watermarks';

/** The request waits: drive the slow path or the sleep in the task, then ask again. */
export const ALLOC_WAIT = -2;
/** The request failed: NULL. */
export const ALLOC_NULL = -1;

/** gfp_zone: the highest zone type a request may use. §1.3. */
export function gfpZone(gfp: number): number {
  if (gfp & __GFP_DMA) return ZONE_DMA;
  if (gfp & __GFP_DMA32) return ZONE_DMA32;
  return (gfp & (__GFP_HIGHMEM | __GFP_MOVABLE)) === (__GFP_HIGHMEM | __GFP_MOVABLE) ? ZONE_MOVABLE : ZONE_NORMAL;
}

/** alloc_flags_nofragment: avoid mixing types while the preferred zone is Normal. §4.1. */
function nofragment(k: Kernel, preferred: Zone): number {
  if (preferred.type !== ZONE_NORMAL) return 0;
  if (k.nodes.length > 1 && k.nodes[preferred.node].zones[ZONE_DMA32] < 0) return 0;
  return ALLOC_NOFRAGMENT;
}

/** rmqueue: a block from the per-cpu lists or the buddy lists, with its side effects. -1 = none. §4.3. */
function rmqueue(k: Kernel, z: Zone, order: number, mt: number, allocFlags: number): number {
  let p: number;
  if (pcpAllowedOrder(order)) {
    p = rmqueuePcplist(k, z, order, mt, allocFlags);
  } else {
    p = -1;
    if (allocFlags & ALLOC_HIGHATOMIC) p = rmqueueBuddy(k, z, order, MIGRATE_HIGHATOMIC, allocFlags);
    if (p < 0) p = rmqueueBuddy(k, z, order, mt, allocFlags);
    if (p < 0 && allocFlags & (ALLOC_OOM | ALLOC_NON_BLOCK))
      p = rmqueueBuddy(k, z, order, MIGRATE_HIGHATOMIC, allocFlags);
    if (p >= 0) z.free -= 1 << order;
  }
  noteBoost(k, z, allocFlags);
  return p;
}

/**
 * The end of rmqueue: a zone whose watermarks were raised meanwhile wakes kswapd. It asks for itself and the zones below
 * it, whatever the request may use: raised in ZONE_DMA, kswapd looks for its few pages among all others.
 */
function noteBoost(k: Kernel, z: Zone, allocFlags: number): void {
  if (!(z.flags & ZONE_BOOSTED_WATERMARK && allocFlags & ALLOC_KSWAPD)) return;
  z.flags &= ~ZONE_BOOSTED_WATERMARK;
  wakeupKswapd(k, z, 0, 0, z.type);
}

/**
 * get_page_from_freelist: the first zone of the list that passes its watermark and has a block.
 *
 * @param nodemask nodes allowed as a bit mask, 0 = all
 * @returns model pfn of a block marked as in use, -1 when no zone gave one. §4.2
 */
export function getPageFromFreelist(
  k: Kernel,
  order: number,
  allocFlags: number,
  highestZoneidx: number,
  mt: number,
  nid: number,
  gfp: number,
  nodemask: number,
): number {
  const zonelist = k.nodes[nid].zonelist;
  let flags = allocFlags;
  for (;;) {
    // A second pass only makes a difference to the search for a block: the watermarks are the same.
    let searched = false;
    let local = -1;
    for (let i = 0; i < zonelist.length; i++) {
      const z = k.zones[zonelist[i]];
      if (z.type > highestZoneidx) continue;
      if (nodemask !== 0 && !(nodemask & (1 << z.node))) continue;
      if (gfp & __GFP_THISNODE && z.node !== nid) continue;
      if (local < 0) local = z.node;
      if (flags & ALLOC_NOFRAGMENT && z.node !== local) {
        // Memory nearby is worth more than memory in one piece: the way over the list begins anew.
        if (searched) break;
        flags &= ~ALLOC_NOFRAGMENT;
      }
      let ok = false;
      if (k.release.zoneBelowHigh && !(z.flags & ZONE_BELOW_HIGH)) {
        const high = z.watermark[WMARK_HIGH] + z.boost;
        ok =
          order === 0
            ? z.free - z.nrFreeHighatomic > high + z.lowmemReserve[highestZoneidx]
            : zoneWatermarkOk(k, z, order, high, highestZoneidx, flags);
        if (!ok) z.flags |= ZONE_BELOW_HIGH;
      }
      if (!ok && !(flags & ALLOC_NO_WATERMARKS)) {
        const mark = flags & ALLOC_WMARK_MASK;
        ok = zoneWatermarkOk(k, z, order, wmarkPages(z, mark), highestZoneidx, flags);
        if (!ok && order === 0 && flags & ALLOC_MIN_RESERVE && z.boost && mark === ALLOC_WMARK_MIN) {
          ok = zoneWatermarkOk(k, z, order, z.watermark[WMARK_MIN], highestZoneidx, flags);
        }
        if (!ok) continue;
      }
      searched = true;
      const p = rmqueue(k, z, order, mt, flags);
      if (p < 0) continue;
      const m = k.mem;
      // A free page has no owner and no mapping: freeing saw to it.
      for (let q = p; q < p + (1 << order); q++) m.flags[q] = (m.flags[q] & PGZONE_MASK) | PGTYPE_USER;
      k.vmEvents[PGALLOC_BASE + z.type] += 1 << order;
      zoneStatistics(k, z, zonelist, highestZoneidx, nodemask);
      return p;
    }
    if (!searched || !(flags & ALLOC_NOFRAGMENT)) return -1;
    flags &= ~ALLOC_NOFRAGMENT;
  }
}

/** first_zones_zonelist: the first zone of the list that a request may use. */
function preferredZone(k: Kernel, zonelist: number[], highestZoneidx: number, nodemask: number): Zone {
  let z = k.zones[zonelist[0]];
  for (let i = 0; i < zonelist.length; i++) {
    z = k.zones[zonelist[i]];
    if (z.type <= highestZoneidx && (nodemask === 0 || nodemask & (1 << z.node))) break;
  }
  return z;
}

/** zone_statistics: whether a page is from the node it was wanted from, and from that of the cpu. */
function zoneStatistics(k: Kernel, z: Zone, zonelist: number[], highestZoneidx: number, nodemask: number): void {
  z.stat[z.node === k.cpuNode[k.cpu] ? NUMA_LOCAL : NUMA_OTHER]++;
  const preferred = preferredZone(k, zonelist, highestZoneidx, nodemask);
  if (preferred.node === z.node) {
    z.stat[NUMA_HIT]++;
  } else {
    z.stat[NUMA_MISS]++;
    preferred.stat[NUMA_FOREIGN]++;
  }
}

/**
 * The long way has to be taken; the zone has no pages to give, which changes nothing: getPageFromFreelist would ask it the
 * same question.
 */
const LONG_WAY = -1;
const ZONE_SHORT = -2;

/** May a page be taken from the zone's per-cpu list without further ado? 0, LONG_WAY or ZONE_SHORT. */
function shortestWay(k: Kernel, z: Zone, highestZoneidx: number): number {
  const wantsHigh = k.release.zoneBelowHigh === true && !(z.flags & ZONE_BELOW_HIGH);
  const mark = z.watermark[wantsHigh ? WMARK_HIGH : WMARK_LOW] + z.boost + z.lowmemReserve[highestZoneidx];
  if (z.free - z.nrFreeHighatomic <= mark) return wantsHigh ? LONG_WAY : ZONE_SHORT;
  return z.flags & ZONE_BOOSTED_WATERMARK ? LONG_WAY : 0;
}

/**
 * The zone whose per-cpu list serves single pages for this request now, for as long as the list lasts: taking from it
 * changes no free counter, so that each page would be asked the same questions with the same answers. For who takes many.
 *
 * @returns null when the request has to be made with `allocPages`
 */
export function pcpZone(k: Kernel, task: Task, gfp: number, pol: Mempolicy | null = task.mempolicy): Zone | null {
  const highest = gfpZone(gfp);
  if (task.alloc !== null || pol !== null || task.cpuset >= 0) return null;
  const nid = k.cpuNode[k.cpu];
  const list = k.nodes[nid].zonelist;
  for (let i = 0; i < list.length; i++) {
    const z = k.zones[list[i]];
    if (z.type > highest) continue;
    if (z.node !== nid) return null;
    const way = shortestWay(k, z, highest);
    if (way === 0) return z;
    if (way === LONG_WAY) return null;
  }
  return null;
}

/**
 * Refills the per-cpu list of `pcpZone`, which is empty, as the next request would. Afterwards one page can be taken; for
 * more the zone is to be asked anew.
 *
 * @returns false when that is not as simple; nothing has changed then
 */
export function refillPcp(k: Kernel, z: Zone, gfp: number): boolean {
  const mt = gfpMigratetype(gfp);
  const { next } = k.mem;
  let o = 0;
  while (o < NR_PAGE_ORDERS && next[z.freeHeads + o * MIGRATE_TYPES + mt] === z.freeHeads + o * MIGRATE_TYPES + mt) o++;
  if (o === NR_PAGE_ORDERS) return false;
  const flags = fastPathFlags(k, gfp, k.zones[k.nodes[k.cpuNode[k.cpu]].zonelist[0]]);
  refillPcplist(k, z, z.pcp[k.cpu], mt, flags);
  noteBoost(k, z, flags);
  return true;
}

/** The flags of allocPages' first try. */
const fastPathFlags = (k: Kernel, gfp: number, preferred: Zone): number =>
  ALLOC_WMARK_LOW | ALLOC_CPUSET | (gfp & __GFP_KSWAPD_RECLAIM) | nofragment(k, preferred);

/**
 * The shortest way through get_page_from_freelist and rmqueue: the zone passes its watermark and the cpu's list has a
 * page. Otherwise LONG_WAY or ZONE_SHORT, and nothing has changed.
 */
function takeFromPcp(k: Kernel, z: Zone, mt: number, highestZoneidx: number): number {
  const way = shortestWay(k, z, highestZoneidx);
  if (way !== 0) return way;
  const pcp = z.pcp[k.cpu];
  const m = k.mem;
  const { next } = m;
  const head = pcp.heads + mt;
  const p = next[head];
  if (p === head) return LONG_WAY;
  const n = next[p];
  next[head] = n;
  m.prev[n] = head;
  pcp.count--;
  pcp.freeCount >>= 1;
  m.flags[p] = (z.idx << PGZONE_SHIFT) | PGTYPE_USER;
  k.vmEvents[PGALLOC_BASE + z.type]++;
  z.stat[NUMA_HIT]++;
  z.stat[NUMA_LOCAL]++;
  return p;
}

/**
 * __alloc_pages: asks for a block of 2^order pages.
 *
 * The fast path serves it on the spot. Otherwise the slow path is begun in `task.alloc` and ALLOC_WAIT returned: the
 * task's runner drives it with `allocSlowpathStep` and the caller asks again with the same gfp and order.
 *
 * @param task on whose behalf: its cpuset and its memory policy say from which nodes
 * @param pol the policy of the mapping that the page is for, if it has one
 * @param index place of the page in its mapping, by which pages are spread over nodes
 * @returns model pfn >= 0, ALLOC_WAIT, or ALLOC_NULL. §4.1
 */
export function allocPages(
  k: Kernel,
  task: Task,
  gfp: number,
  order: number,
  pol: Mempolicy | null = task.mempolicy,
  index = NO_INTERLEAVE_INDEX,
): number {
  if (task.alloc !== null) {
    const ctx = task.alloc;
    if (!ctx.done) return ALLOC_WAIT;
    task.alloc = null;
    if (ctx.gfp === gfp && ctx.order === order) return ctx.failed ? ALLOC_NULL : ctx.page;
    // The caller changed its mind while it waited; the page is not lost.
    if (!ctx.failed) freePages(k, ctx.page, ctx.order);
  }
  k.cost += k.costs.allocPcp;
  const highest = gfpZone(gfp);
  const mt = gfpMigratetype(gfp);
  const nid = pol === null ? k.cpuNode[k.cpu] : policyNode(k, pol, index);
  const nodemask = pol === null ? 0 : policyNodemask(k, task, pol, highest);
  const list = k.nodes[nid].zonelist;
  // All zones there are have been found short.
  let short = false;
  if (order === 0 && pol === null && task.cpuset < 0) {
    short = true;
    for (let i = 0; i < list.length && short; i++) {
      const z = k.zones[list[i]];
      if (z.type > highest) continue;
      const p = z.node === nid ? takeFromPcp(k, z, mt, highest) : LONG_WAY;
      if (p >= 0) return p;
      if (p === LONG_WAY) short = false;
    }
  }
  if (!short) {
    // The first try keeps to the cpuset whatever the request; without a policy its nodes stand in for one.
    const first = nodemask === 0 && task.cpuset >= 0 ? cpusetMems(k, task) : nodemask;
    const flags = fastPathFlags(k, gfp, preferredZone(k, list, highest, first));
    const p = getPageFromFreelist(k, order, flags, highest, mt, nid, gfp, first);
    if (p >= 0) return p;
  }
  task.alloc = newAllocContext(k, gfp, order, highest, mt, nid, nodemask);
  return ALLOC_WAIT;
}

/**
 * An allocation that must not sleep (GFP_ATOMIC and the like, boot): one try, no slow path.
 *
 * @returns model pfn, or ALLOC_NULL
 */
export function allocPagesNowait(k: Kernel, gfp: number, order: number, allocFlags: number): number {
  return getPageFromFreelist(k, order, allocFlags, gfpZone(gfp), gfpMigratetype(gfp), k.cpuNode[k.cpu], gfp, 0);
}

/** free_unref_page: gives back one page. It must be on no list; its flags and links are cleared. */
export function freePage(k: Kernel, p: number): void {
  const m = k.mem;
  if (m.memcg.length > 0 && m.memcg[p] !== 0) memCgroupUncharge(k, p);
  m.mapping[p] = 0;
  m.mapcount[p] = 0;
  k.vmEvents[PGFREE]++;
  k.cost += k.costs.freePage;
  freeToPcplist(k, p, 0);
}

/** free_unref_folios: gives back `n` pages that reclaim has taken off the lists of one memcg, in order, as freePage does one. */
export function freeUnrefFolios(k: Kernel, pages: Int32Array, n: number): void {
  const { mapping, mapcount } = k.mem;
  if (k.mem.memcg.length > 0) memCgroupUnchargeFolios(k, pages, n);
  for (let i = 0; i < n; i++) {
    i = freeRunToPcplist(k, pages, i, n);
    if (i === n) break;
    const p = pages[i];
    mapping[p] = 0;
    mapcount[p] = 0;
    freeToPcplist(k, p, 0);
  }
  k.vmEvents[PGFREE] += n;
  k.cost += n * k.costs.freePage;
}

/** __free_pages: gives back a block of 2^order pages. */
export function freePages(k: Kernel, p: number, order: number): void {
  if (order === 0) {
    freePage(k, p);
    return;
  }
  if (k.mem.memcg.length > 0) {
    for (let q = p; q < p + (1 << order); q++) if (k.mem.memcg[q] !== 0) memCgroupUncharge(k, q);
  }
  clearBlock(k.mem, p, order);
  k.vmEvents[PGFREE] += 1 << order;
  if (pcpAllowedOrder(order)) freeToPcplist(k, p, order);
  else freeOnePage(k, pageZone(k, p), p, order);
}
