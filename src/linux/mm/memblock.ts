/**
 * The hand-over from boot to the allocator: every frame gets its state, and what is free goes to the free lists. §1.2, §3.1.
 */
import { MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_TYPES, MIGRATE_UNMOVABLE } from '../include/gfp';
import type { Kernel } from '../include/kernel';
import { listAddTail } from '../include/list';
import type { Zone } from '../include/mmzone';
import {
  type MemMap,
  PGTYPE_BUDDY,
  PGTYPE_BUDDY_TAIL,
  PGTYPE_HOLE,
  PGTYPE_KERNEL,
  PGTYPE_MASK,
  PGTYPE_PCP,
  PGTYPE_RESERVED,
  PGZONE_MASK,
  PGZONE_SHIFT,
} from '../include/page';
import { MAX_PAGE_ORDER, NR_PAGE_ORDERS, PAGEBLOCK_NR_PAGES, PAGEBLOCK_ORDER } from '../include/units';
import type { BootZone } from './mm_init';

/** Gives each frame of a zone its state at boot. */
export function layOut(k: Kernel, z: Zone, boot: BootZone): void {
  const { flags } = k.mem;
  const zoneBits = z.idx << PGZONE_SHIFT;
  const aligned = (z.end + 1023) & ~1023;
  const managedFrom = z.end - z.managed;
  for (let p = z.base; p < aligned; p++) {
    const hole = p >= z.end || p < z.end - z.present;
    flags[p] = zoneBits | (hole ? PGTYPE_HOLE : p < managedFrom ? PGTYPE_RESERVED : PGTYPE_KERNEL);
  }
  if (boot.freeBlocks) placeRecorded(k, z, managedFrom, boot);
  else freeRange(k, z, managedFrom, z.end);
}

/** memblock_free_all: hands a range to the buddy lists in the largest aligned blocks. */
function freeRange(k: Kernel, z: Zone, from: number, to: number): void {
  for (let p = from; p < to; ) {
    let order = 0;
    while (order < MAX_PAGE_ORDER && !(p & ((2 << order) - 1)) && p + (2 << order) <= to) order++;
    putFree(k.mem, z, p, order, k.mem.pageblock[p >> PAGEBLOCK_ORDER]);
    p += 1 << order;
  }
}

function putFree(m: MemMap, z: Zone, p: number, order: number, mt: number): void {
  for (let q = p; q < p + (1 << order); q++) m.flags[q] = (m.flags[q] & PGZONE_MASK) | PGTYPE_BUDDY_TAIL;
  m.flags[p] = (m.flags[p] & PGZONE_MASK) | PGTYPE_BUDDY;
  m.index[p] = order;
  listAddTail(m, z.freeHeads + order * MIGRATE_TYPES + mt, p);
  z.nrFree[order]++;
  z.free += 1 << order;
}

/**
 * Rebuilds recorded free lists: so many free blocks per order and type, none of which could merge. A block below the
 * top order goes into one half of a region twice its size, and the other half keeps at least one page in use.
 *
 * Of the types that are the kernel's own, what is smaller than a pageblock is spread over as many pageblocks as the type
 * was recorded to have: one of each size is what was left when the last of them was broken up, the others are what has
 * been freed in the rest.
 */
function placeRecorded(k: Kernel, z: Zone, from: number, boot: BootZone): void {
  const m = k.mem;
  const blocks = boot.freeBlocks ?? [];
  // Regions [start, order] not yet given to anybody, by order.
  const regions: number[][] = Array.from({ length: NR_PAGE_ORDERS }, () => []);
  for (let p = from; p < z.end; ) {
    let order = 0;
    while (order < MAX_PAGE_ORDER && !(p & ((2 << order) - 1)) && p + (2 << order) <= z.end) order++;
    regions[order].push(p);
    p += 1 << order;
  }
  // At the edges of the range lie regions whose buddy is not managed: those may be free as they are.
  const edges = regions.map((starts, order) => (order < MAX_PAGE_ORDER ? [...starts] : []));
  const typeSet = new Uint8Array(m.pageblock.length);
  const claimType = (p: number, order: number, mt: number): void => {
    for (let b = p >> PAGEBLOCK_ORDER; b <= (p + (1 << order) - 1) >> PAGEBLOCK_ORDER; b++) {
      if (!typeSet[b]) m.pageblock[b] = mt;
      typeSet[b] = 1;
    }
  };
  // The kernel's own types do not begin in a pageblock that is only partly there: nothing could claim it back whole.
  const fits = (p: number, mt: number): boolean => {
    const b = p >> PAGEBLOCK_ORDER;
    if (mt !== MIGRATE_MOVABLE && (b + 1) << PAGEBLOCK_ORDER > z.end) return false;
    return !typeSet[b] || m.pageblock[b] === mt;
  };
  // Pageblocks of each type that are in use, found as blocks are put into them.
  const partly: number[][] = Array.from({ length: MIGRATE_TYPES }, () => []);
  const partlyMost = (mt: number): number => {
    let whole = 0;
    for (let o = PAGEBLOCK_ORDER; o <= MAX_PAGE_ORDER; o++) whole += (blocks[o]?.[mt] ?? 0) << (o - PAGEBLOCK_ORDER);
    return Math.max(1, (boot.blockTypes?.[mt] ?? 0) - whole);
  };
  /** The pageblock for the `nth` block of this order; -1 = any, -2 = one that has none of this type yet. */
  const pageblockFor = (order: number, mt: number, nth: number): number => {
    if (boot.blockTypes === undefined || mt === MIGRATE_MOVABLE || order >= PAGEBLOCK_ORDER) return -1;
    const i = nth % partlyMost(mt);
    return partly[mt][i] ?? -2;
  };
  /**
   * Takes a region for a block of this order, from a pageblock of the right type where possible: one at the edge that
   * fits exactly, else the smallest that leaves room beside the block.
   */
  const takeRegion = (order: number, mt: number, pageblock: number): { p: number; order: number } | null => {
    const least = Math.min(order + 1, MAX_PAGE_ORDER);
    for (const strict of [true, false]) {
      for (let o = order; o <= MAX_PAGE_ORDER; o++) {
        for (let i = regions[o].length - 1; i >= 0; i--) {
          const p = regions[o][i];
          if (o < least && !edges[o].includes(p)) continue;
          if (strict && !fits(p, mt)) continue;
          if (pageblock >= 0 && p >> PAGEBLOCK_ORDER !== pageblock) continue;
          if (pageblock === -2 && typeSet[p >> PAGEBLOCK_ORDER]) continue;
          regions[o].splice(i, 1);
          return { p, order: o };
        }
      }
    }
    return null;
  };
  for (let order = MAX_PAGE_ORDER; order >= 0; order--) {
    for (let mt = 0; mt < MIGRATE_TYPES; mt++) {
      const count = blocks[order]?.[mt] ?? 0;
      for (let nth = 0; nth < count; nth++) {
        const pageblock = pageblockFor(order, mt, nth);
        const region = takeRegion(order, mt, pageblock) ?? takeRegion(order, mt, -1);
        if (!region) continue;
        if (pageblock === -2) partly[mt].push(region.p >> PAGEBLOCK_ORDER);
        let o = region.order;
        while (o > order) {
          o--;
          regions[o].push(region.p + (1 << o));
        }
        claimType(region.p, order, mt);
        putFree(m, z, region.p, order, mt);
      }
    }
  }
  fillPcp(k, z, from, boot.pcpCount ?? 0);
  for (const mt of [MIGRATE_UNMOVABLE, MIGRATE_RECLAIMABLE]) nameFullBlocks(m, z, from, mt, boot.blockTypes?.[mt] ?? 0);
}

/** Gives pageblocks without a free page a type, until it has `recorded` of them. */
function nameFullBlocks(m: MemMap, z: Zone, from: number, mt: number, recorded: number): void {
  const blockOf = (p: number): number => p >> PAGEBLOCK_ORDER;
  let missing = recorded;
  for (let b = blockOf(from); b << PAGEBLOCK_ORDER < z.end; b++) if (m.pageblock[b] === mt) missing--;
  for (let b = blockOf(from + PAGEBLOCK_NR_PAGES - 1); missing > 0 && (b + 1) << PAGEBLOCK_ORDER <= z.end; b++) {
    if (m.pageblock[b] !== MIGRATE_MOVABLE) continue;
    let full = true;
    for (let p = b << PAGEBLOCK_ORDER; full && p < (b + 1) << PAGEBLOCK_ORDER; p++)
      full = (m.flags[p] & PGTYPE_MASK) === PGTYPE_KERNEL;
    if (!full) continue;
    m.pageblock[b] = mt;
    missing--;
  }
}

/** Puts kernel frames of the zone on the first cpu's list of movable pages. */
function fillPcp(k: Kernel, z: Zone, from: number, count: number): void {
  const m = k.mem;
  const pcp = z.pcp[0];
  for (let p = from; p < z.end && pcp.count < count; p++) {
    if ((m.flags[p] & PGTYPE_MASK) !== PGTYPE_KERNEL) continue;
    if (m.pageblock[p >> PAGEBLOCK_ORDER] !== MIGRATE_MOVABLE) continue;
    m.flags[p] = (m.flags[p] & PGZONE_MASK) | PGTYPE_PCP;
    m.index[p] = MIGRATE_MOVABLE;
    listAddTail(m, pcp.heads + m.index[p], p);
    pcp.count++;
  }
}

/**
 * Takes `count` frames that the kernel holds since boot, highest zone first, and marks them `type`.
 *
 * @param mt migrate type of the pageblocks to take them from, as long as there are any
 * @returns their model pfns, fewer than asked for when there are no more
 */
export function claimBootPages(k: Kernel, count: number, type: number, mt: number): number[] {
  const out: number[] = [];
  const { flags, pageblock } = k.mem;
  for (const atHome of [true, false]) {
    for (let i = k.zones.length - 1; i >= 0 && out.length < count; i--) {
      const z = k.zones[i];
      for (let p = z.end - z.managed; p < z.end && out.length < count; p++) {
        if ((flags[p] & PGTYPE_MASK) !== PGTYPE_KERNEL) continue;
        if (atHome && pageblock[p >> PAGEBLOCK_ORDER] !== mt) continue;
        flags[p] = (flags[p] & PGZONE_MASK) | type;
        out.push(p);
      }
    }
  }
  return out;
}
