/** A page and its generation: on the lists, off them, and from one to another. §6.2, §6.3. */
import type { Kernel } from '../../../include/kernel';
import { listAdd, listAddTail, listDel } from '../../../include/list';
import {
  ANON_AND_FILE,
  type LruGenFolio,
  type Lruvec,
  MAX_NR_GENS,
  MAX_NR_ZONES,
  MIN_NR_GENS,
  NR_GEN_LISTS,
  NR_LRU_LISTS,
  type Zone,
} from '../../../include/mmzone';
import {
  LRU_GEN_MASK,
  LRU_GEN_PGOFF,
  LRU_REFS_FLAGS,
  LRU_REFS_MASK,
  LRU_REFS_PGOFF,
  PG_ACTIVE,
  PG_DIRTY,
  PG_HEAD,
  PG_RECLAIM,
  PG_REFERENCED,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PG_UNEVICTABLE,
  PG_WORKINGSET,
  PG_WRITEBACK,
  PGZONE_MASK,
  PGZONE_SHIFT,
} from '../../../include/page';
import { HPAGE_PMD_NR } from '../../../include/units';
import { NR_LRU_BASE, NR_ZONE_LRU_BASE } from '../../../include/vmstat';
import { folioLruvec, zoneLruvec } from '../../mmzone';

/** lru_gen_from_seq. */
export const lruGenFromSeq = (seq: number): number => seq % MAX_NR_GENS;

/** get_nr_gens: generations a type has now, 2 to 4. */
export const getNrGens = (g: LruGenFolio, type: number): number => g.maxSeq - g.minSeq[type] + 1;

/** lru_gen_is_active: one of the two youngest generations. That is what the rest of the kernel calls active. */
export const lruGenIsActive = (g: LruGenFolio, gen: number): boolean =>
  gen === g.maxSeq % MAX_NR_GENS || gen === (g.maxSeq - 1) % MAX_NR_GENS;

/** folio_lru_gen: the generation in a page's flags, −1 = on no list with generations. */
export const folioLruGen = (flags: number): number => ((flags & LRU_GEN_MASK) >>> LRU_GEN_PGOFF) - 1;

/** Type of a page: 0 = anon (and shmem), 1 = file. */
export const folioLruType = (flags: number): number => (flags & PG_SWAPBACKED ? 0 : 1);

/**
 * Active as the rest of the kernel sees it: marked so, or in one of the two youngest generations. For who looks at pages
 * from outside.
 */
export function folioIsActive(k: Kernel, pfn: number, flags: number): boolean {
  const gen = folioLruGen(flags);
  if (gen < 0) return (flags & PG_ACTIVE) !== 0;
  return lruGenIsActive(folioLruvec(k, pfn).lrugen, gen);
}

/** folio_lru_refs: accesses through file descriptors beyond the first, 0 to 4. */
export const folioLruRefs = (flags: number): number =>
  ((flags & LRU_REFS_MASK) >>> LRU_REFS_PGOFF) + (flags & PG_WORKINGSET ? 1 : 0);

/** lru_tier_from_refs: ceil(log2(refs + 1)). */
export const lruTierFromRefs = (refs: number): number => (refs === 0 ? 0 : 32 - Math.clz32(refs));

/** Number of a list among a lruvec's. */
export const genList = (gen: number, type: number, zone: number): number =>
  gen * NR_GEN_LISTS + type * MAX_NR_ZONES + zone;

/** The counters of a classic list's size, kept for /proc and for who asks how much can be reclaimed. */
export function updateLruSize(k: Kernel, lruvec: Lruvec, z: Zone, lru: number, n: number): void {
  z.stat[NR_ZONE_LRU_BASE + lru] += n;
  k.nodes[lruvec.nid].stat[NR_LRU_BASE + lru] += n;
  lruvec.lruSize[z.type * NR_LRU_LISTS + lru] += n;
}

/** lru_gen_update_size: `n` pages (a huge one is 512) like this one have left a generation (−1 = none) for another one (−1 = none). */
export function lruGenUpdateSize(
  k: Kernel,
  lruvec: Lruvec,
  flags: number,
  oldGen: number,
  newGen: number,
  n = flags & PG_HEAD ? HPAGE_PMD_NR : 1,
): void {
  const z = k.zones[(flags & PGZONE_MASK) >>> PGZONE_SHIFT];
  const g = lruvec.lrugen;
  const type = folioLruType(flags);
  if (oldGen >= 0) g.nrPages[genList(oldGen, type, z.type)] -= n;
  if (newGen >= 0) g.nrPages[genList(newGen, type, z.type)] += n;
  const lru = type * 2;
  const wasActive = oldGen >= 0 && lruGenIsActive(g, oldGen);
  const isActive = newGen >= 0 && lruGenIsActive(g, newGen);
  if (oldGen < 0) {
    updateLruSize(k, lruvec, z, isActive ? lru + 1 : lru, n);
  } else if (newGen < 0) {
    updateLruSize(k, lruvec, z, wasActive ? lru + 1 : lru, -n);
  } else if (!wasActive && isActive) {
    updateLruSize(k, lruvec, z, lru, -n);
    updateLruSize(k, lruvec, z, lru + 1, n);
  }
}

/**
 * lru_gen_folio_seq: where a page enters. Faulted in: youngest. Not evictable at once (anonymous without a slot, or being
 * written): second youngest. To be evicted first: oldest. Anything else, such as what read() brings: second oldest. §6.3
 */
export function lruGenFolioSeq(g: LruGenFolio, flags: number, reclaiming: boolean): number {
  if (flags & PG_ACTIVE) return g.maxSeq;
  const type = folioLruType(flags);
  if ((type === 0 && !(flags & PG_SWAPCACHE)) || (flags & PG_RECLAIM && flags & (PG_DIRTY | PG_WRITEBACK))) {
    return g.maxSeq - 1;
  }
  return reclaiming || g.minSeq[type] + MIN_NR_GENS >= g.maxSeq ? g.minSeq[type] : g.minSeq[type] + 1;
}

/**
 * Marks that a page loses when it enters the youngest generation: its accesses, which have brought it there. That it
 * belonged to the working set is not forgotten.
 */
export const youngForgets = (k: Kernel): number => (k.release.youngForgetsUses ? LRU_REFS_MASK | PG_REFERENCED : 0);

/**
 * lru_gen_add_folio: puts an evictable page on the list of its generation: at the head, or at the tail when reclaim is to
 * take it next. Returns false for an unevictable one, which has no generation.
 */
export function lruGenAddFolio(k: Kernel, pfn: number, reclaiming: boolean): boolean {
  const m = k.mem;
  const flags = m.flags[pfn];
  if (flags & PG_UNEVICTABLE) return false;
  const z = k.zones[(flags & PGZONE_MASK) >>> PGZONE_SHIFT];
  const lruvec = zoneLruvec(k, z, pfn);
  const g = lruvec.lrugen;
  const gen = lruGenFromSeq(lruGenFolioSeq(g, flags, reclaiming));
  const forgotten = flags & PG_ACTIVE ? youngForgets(k) : 0;
  m.flags[pfn] = (flags & ~(LRU_GEN_MASK | PG_ACTIVE | forgotten)) | ((gen + 1) << LRU_GEN_PGOFF);
  lruGenUpdateSize(k, lruvec, flags, -1, gen);
  const head = g.heads + genList(gen, folioLruType(flags), z.type);
  if (reclaiming) listAddTail(m, head, pfn);
  else listAdd(m, head, pfn);
  return true;
}

/** Puts an evictable page at the end of the oldest generation of its type. */
export function lruGenAddFolioLast(k: Kernel, pfn: number): void {
  const m = k.mem;
  const flags = m.flags[pfn];
  const z = k.zones[(flags & PGZONE_MASK) >>> PGZONE_SHIFT];
  const lruvec = zoneLruvec(k, z, pfn);
  const g = lruvec.lrugen;
  const type = folioLruType(flags);
  const gen = lruGenFromSeq(g.minSeq[type]);
  m.flags[pfn] = (flags & ~(LRU_GEN_MASK | PG_ACTIVE)) | ((gen + 1) << LRU_GEN_PGOFF);
  lruGenUpdateSize(k, lruvec, flags, -1, gen);
  listAddTail(m, g.heads + genList(gen, type, z.type), pfn);
}

/**
 * lru_gen_del_folio: takes a page off its list. Outside of reclaim it stays marked as active if it was in one of the
 * youngest generations. Returns false when it is on none.
 */
export function lruGenDelFolio(k: Kernel, pfn: number, reclaiming: boolean): boolean {
  const m = k.mem;
  const flags = m.flags[pfn];
  const gen = folioLruGen(flags);
  if (gen < 0) return false;
  const lruvec = folioLruvec(k, pfn);
  const active = !reclaiming && lruGenIsActive(lruvec.lrugen, gen) ? PG_ACTIVE : 0;
  m.flags[pfn] = (flags & ~LRU_GEN_MASK) | active;
  lruGenUpdateSize(k, lruvec, flags, gen, -1);
  listDel(m, pfn);
  return true;
}

/**
 * folio_update_gen: the flags of a page that the aging has found young: it belongs to this generation now. It moves when
 * eviction comes across it. A page that reclaim holds is only marked. The caller counts it with `lruGenUpdateSize`.
 */
export const updatedGen = (flags: number, gen: number): number =>
  (flags & LRU_GEN_MASK) === 0
    ? flags | PG_REFERENCED
    : (flags & ~(LRU_GEN_MASK | LRU_REFS_MASK | LRU_REFS_FLAGS)) | ((gen + 1) << LRU_GEN_PGOFF);

/**
 * folio_inc_gen: a page of the oldest generation that is not to be evicted yet gets into the one after it.
 *
 * @param reclaiming it waits for its writeback and goes right after that
 * @returns its generation; the caller moves it to that list
 */
export function folioIncGen(k: Kernel, lruvec: Lruvec, pfn: number, reclaiming: boolean): number {
  const { flags } = k.mem;
  const f = flags[pfn];
  const gen = folioLruGen(f);
  const oldest = lruGenFromSeq(lruvec.lrugen.minSeq[folioLruType(f)]);
  if (gen !== oldest) return gen;
  const next = (oldest + 1) % MAX_NR_GENS;
  flags[pfn] =
    (f & ~(LRU_GEN_MASK | LRU_REFS_MASK | LRU_REFS_FLAGS)) |
    ((next + 1) << LRU_GEN_PGOFF) |
    (reclaiming ? PG_RECLAIM : 0);
  lruGenUpdateSize(k, lruvec, f, oldest, next);
  return next;
}

/** folio_inc_refs: an access through a file descriptor. §6.2 */
export function folioIncRefs(k: Kernel, pfn: number): void {
  const { flags } = k.mem;
  const f = flags[pfn];
  if (f & PG_UNEVICTABLE) return;
  if (!(f & PG_REFERENCED)) flags[pfn] = f | PG_REFERENCED;
  else if (!(f & PG_WORKINGSET)) flags[pfn] = f | PG_WORKINGSET;
  else if ((f & LRU_REFS_MASK) !== LRU_REFS_MASK) flags[pfn] = f + (1 << LRU_REFS_PGOFF);
}

/** Pages of a generation and type in all zones. */
export function genSize(g: LruGenFolio, gen: number, type: number): number {
  const n = g.nrPages;
  const i = genList(gen, type, 0);
  return n[i] + n[i + 1] + n[i + 2] + n[i + 3] + n[i + 4];
}

/** Pages of all generations that eviction could get at. */
export function lruvecGenSize(g: LruGenFolio, canSwap: boolean): number {
  let n = 0;
  for (let type = canSwap ? 0 : 1; type < ANON_AND_FILE; type++) {
    for (let seq = g.minSeq[type]; seq <= g.maxSeq; seq++) n += genSize(g, lruGenFromSeq(seq), type);
  }
  return n;
}
