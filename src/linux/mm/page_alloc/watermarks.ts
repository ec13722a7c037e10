/** Watermarks, reserves and the test that compares free pages with them. §2. */
import {
  ALLOC_HIGHATOMIC,
  ALLOC_MIN_RESERVE,
  ALLOC_NON_BLOCK,
  ALLOC_OOM,
  ALLOC_RESERVES,
  MIGRATE_HIGHATOMIC,
  MIGRATE_PCPTYPES,
  MIGRATE_TYPES,
} from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { MAX_NR_ZONES, WMARK_LOW, wmarkPages, ZONE_MOVABLE, ZONE_NORMAL, type Zone } from '../../include/mmzone';
import { clamp, intSqrt, multFrac, NR_PAGE_ORDERS, PAGEBLOCK_NR_PAGES } from '../../include/units';
import { zonePcpUpdate } from './pcp_limits';

/**
 * The four watermarks of one zone without boost, in pages.
 *
 * @param managed pages of the zone
 * @param movable whether the zone is HighMem or Movable (its share does not count)
 * @param pagesMin min_free_kbytes in pages
 * @param lowmem managed pages of all zones that are neither HighMem nor Movable
 * @param scaleFactor vm.watermark_scale_factor, of 10,000
 * @returns [min, low, high, promo]. Source: __setup_per_zone_wmarks, §2.2
 */
export function zoneWatermarks(
  managed: number,
  movable: boolean,
  pagesMin: number,
  lowmem: number,
  scaleFactor: number,
): [number, number, number, number] {
  const share = lowmem > 0 ? Math.floor((pagesMin * managed) / lowmem) : 0;
  const min = movable ? clamp(Math.floor(managed / 1024), 32, 128) : share;
  const gap = Math.max(share >> 2, multFrac(managed, scaleFactor, 10_000));
  return [min, min + gap, min + 2 * gap, min + 3 * gap];
}

/**
 * lowmem_reserve of one zone: pages a request must leave in it, by the request's highest zone.
 *
 * @param managedByType managed pages of the node's zones, by zone type
 * @param type type of the zone
 * @param ratio vm.lowmem_reserve_ratio. Source: setup_per_zone_lowmem_reserve, §2.3
 */
export function zoneLowmemReserve(managedByType: readonly number[], type: number, ratio: readonly number[]): number[] {
  const out = new Array<number>(MAX_NR_ZONES).fill(0);
  let above = 0;
  const clear = !ratio[type] || !managedByType[type];
  for (let j = type + 1; j < MAX_NR_ZONES; j++) {
    above += managedByType[j] ?? 0;
    out[j] = clear ? 0 : Math.floor(above / ratio[type]);
  }
  return out;
}

/** totalreserve_pages' share of one zone: what it keeps back, at most all it has. §2.3. */
export const zoneReserve = (managed: number, high: number, lowmemReserve: readonly number[]): number =>
  Math.min(managed, Math.max(...lowmemReserve) + high);

/**
 * The default of vm.min_free_kbytes in kB, from the pages above the high watermark in zones up to Normal.
 * Source: calculate_min_free_kbytes, §2.1.
 */
export const defaultMinFreeKbytes = (freeBufferPages: number): number =>
  clamp(intSqrt(freeBufferPages * 4 * 16), 128, 262_144);

/**
 * What khugepaged raises vm.min_free_kbytes to, in kB. Source: set_recommended_min_free_kbytes, §2.1.
 *
 * @param nrZones populated zones up to Normal
 */
export const recommendedMinFreeKbytes = (nrZones: number, freeBufferPages: number): number =>
  Math.min(PAGEBLOCK_NR_PAGES * nrZones * 11, Math.floor(freeBufferPages / 20)) * 4;

/** nr_free_buffer_pages: managed pages above the high watermark in zones up to Normal. */
export function nrFreeBufferPages(k: Kernel): number {
  let sum = 0;
  for (const z of k.zones) {
    const high = wmarkPages(z, 2);
    if (z.type <= ZONE_NORMAL && z.managed > high) sum += z.managed - high;
  }
  return sum;
}

/** calculate_min_free_kbytes: sets the default unless the user has set a larger one. §2.1. */
export function calculateMinFreeKbytes(k: Kernel): void {
  const fresh = intSqrt(nrFreeBufferPages(k) * 4 * 16);
  if (fresh > k.sysctl.user_min_free_kbytes) k.sysctl.min_free_kbytes = clamp(fresh, 128, 262_144);
}

/** khugepaged's raise, on machines with transparent huge pages. §2.1. */
export function setRecommendedMinFreeKbytes(k: Kernel): void {
  const nrZones = k.zones.filter((z) => z.type <= ZONE_NORMAL && z.managed > 0).length;
  const rec = recommendedMinFreeKbytes(nrZones, nrFreeBufferPages(k));
  if (rec > k.sysctl.min_free_kbytes) k.sysctl.min_free_kbytes = rec;
  setupPerZoneWmarks(k);
}

/** setup_per_zone_wmarks: recomputes all watermarks, drops boosts, and what hangs on them. §2.2. */
export function setupPerZoneWmarks(k: Kernel): void {
  const pagesMin = k.sysctl.min_free_kbytes >> 2;
  let lowmem = 0;
  for (const z of k.zones) if (z.type !== ZONE_MOVABLE) lowmem += z.managed;
  for (const z of k.zones) {
    z.watermark = zoneWatermarks(z.managed, z.type === ZONE_MOVABLE, pagesMin, lowmem, k.sysctl.watermark_scale_factor);
    z.boost = 0;
    zonePcpUpdate(k, z);
  }
  calculateTotalreservePages(k);
}

/** setup_per_zone_lowmem_reserve. §2.3. */
export function setupPerZoneLowmemReserve(k: Kernel): void {
  for (const node of k.nodes) {
    const managed = node.zones.map((i) => (i < 0 ? 0 : k.zones[i].managed));
    for (const i of node.zones) {
      if (i >= 0) k.zones[i].lowmemReserve = zoneLowmemReserve(managed, k.zones[i].type, k.sysctl.lowmem_reserve_ratio);
    }
  }
  calculateTotalreservePages(k);
}

/** calculate_totalreserve_pages. §2.3. */
export function calculateTotalreservePages(k: Kernel): void {
  let sum = 0;
  for (const z of k.zones) sum += zoneReserve(z.managed, wmarkPages(z, 2), z.lowmemReserve);
  k.totalreservePages = sum;
}

/** Σ low watermarks with boost, as MemAvailable uses them. §14.2. */
export const totalLowWmark = (k: Kernel): number => k.zones.reduce((n, z) => n + wmarkPages(z, WMARK_LOW), 0);

/** What may stay of a watermark for a request with reserve rights. §2.6. */
export function effectiveMin(mark: number, allocFlags: number): number {
  let min = mark;
  if (allocFlags & ALLOC_MIN_RESERVE) {
    min -= Math.trunc(min / 2);
    if (allocFlags & ALLOC_NON_BLOCK) min -= Math.trunc(min / 4);
  }
  if (allocFlags & ALLOC_OOM) min -= Math.trunc(min / 2);
  return min;
}

/**
 * __zone_watermark_ok: may a request of this order be served and the mark stay?
 *
 * @param mark pages, boost included
 * @param highestZoneidx highest zone type of the request; picks the lowmem reserve
 * @param free pages to take as free, normally the zone's. Source: §2.7
 */
export function zoneWatermarkOk(
  k: Kernel,
  z: Zone,
  order: number,
  mark: number,
  highestZoneidx: number,
  allocFlags: number,
  free = z.free,
): boolean {
  let left = free - ((1 << order) - 1);
  if (!(allocFlags & ALLOC_RESERVES)) left -= z.nrFreeHighatomic;
  if (left <= effectiveMin(mark, allocFlags) + z.lowmemReserve[highestZoneidx]) return false;
  return order === 0 || hasBlock(k, z, order, allocFlags);
}

/** The end of __zone_watermark_ok: a block of at least this order is on one of the lists that the request may take from. */
function hasBlock(k: Kernel, z: Zone, order: number, allocFlags: number): boolean {
  const { next } = k.mem;
  for (let o = order; o < NR_PAGE_ORDERS; o++) {
    if (z.nrFree[o] === 0) continue;
    const heads = z.freeHeads + o * MIGRATE_TYPES;
    for (let mt = 0; mt < MIGRATE_PCPTYPES; mt++) if (next[heads + mt] !== heads + mt) return true;
    const highatomic = heads + MIGRATE_HIGHATOMIC;
    if (allocFlags & (ALLOC_HIGHATOMIC | ALLOC_OOM) && next[highatomic] !== highatomic) return true;
  }
  return false;
}
