/**
 * The fast path where it is shortest: a zone above its watermark, and a single page on the cpu's list. It does what
 * getPageFromFreelist does, and for many pages in a row what it does for each of them.
 */
import {
  __GFP_KSWAPD_RECLAIM,
  ALLOC_CPUSET,
  ALLOC_NOFRAGMENT,
  ALLOC_WMARK_LOW,
  gfpMigratetype,
  gfpZone,
  MIGRATE_TYPES,
} from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import type { Mempolicy } from '../../include/mempolicy';
import {
  WMARK_HIGH,
  WMARK_LOW,
  ZONE_BELOW_HIGH,
  ZONE_BOOSTED_WATERMARK,
  ZONE_DMA32,
  ZONE_NORMAL,
  type Zone,
} from '../../include/mmzone';
import { PGTYPE_USER, PGZONE_SHIFT } from '../../include/page';
import type { Task } from '../../include/sched';
import { NR_PAGE_ORDERS } from '../../include/units';
import { NUMA_HIT, NUMA_LOCAL, PGALLOC_BASE } from '../../include/vmstat';
import { noteBoost } from './freelist';
import { refillPcplist } from './pcp';

/** alloc_flags_nofragment: avoid mixing types while the preferred zone is Normal. §4.1. */
function nofragment(k: Kernel, preferred: Zone): number {
  if (preferred.type !== ZONE_NORMAL) return 0;
  if (k.nodes.length > 1 && k.nodes[preferred.node].zones[ZONE_DMA32] < 0) return 0;
  return ALLOC_NOFRAGMENT;
}

/** The flags of allocPages' first try. */
export const fastPathFlags = (k: Kernel, gfp: number, preferred: Zone): number =>
  ALLOC_WMARK_LOW | ALLOC_CPUSET | (gfp & __GFP_KSWAPD_RECLAIM) | nofragment(k, preferred);

/**
 * The long way has to be taken; the zone has no pages to give, which changes nothing: getPageFromFreelist would ask it the
 * same question.
 */
export const LONG_WAY = -1;
export const ZONE_SHORT = -2;

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

/**
 * The shortest way through get_page_from_freelist and rmqueue: the zone passes its watermark and the cpu's list has a
 * page. Otherwise LONG_WAY or ZONE_SHORT, and nothing has changed.
 */
export function takeFromPcp(k: Kernel, z: Zone, mt: number, highestZoneidx: number): number {
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
