/** The aging's walk over page tables: pages with a young entry get into the youngest generation. §6.4. */
import type { Kernel } from '../../../include/kernel';
import {
  MM_ANONPAGES,
  MM_FILEPAGES,
  MM_SHMEMPAGES,
  type MmStruct,
  VM_LOCKED,
  type Vma,
} from '../../../include/mm_types';
import type { Lruvec } from '../../../include/mmzone';
import {
  LRU_GEN_MASK,
  PG_ANON_EXCLUSIVE,
  PG_DIRTY,
  PG_HEAD,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PG_TAIL,
  PGZONE_MASK,
  PTE_DIRTY,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_SPECIAL,
  PTE_YOUNG,
} from '../../../include/page';
import { compoundHead, folioNrPages } from '../../huge_memory/folio';
import { getMmCounter } from '../../mm_counters';
import { folioLruvec } from '../../mmzone';
import { setPageDirty } from '../../page-writeback';
import { nextTable, ptePtr } from '../../pgtable';
import { MIN_LRU_BATCH } from './batch';
import { suitableToScan, testFilter, updateFilter } from './bloom';
import { folioLruGen, lruGenFromSeq, lruGenUpdateSize, updatedGen } from './mm_inline';

/** should_skip_mm, get_next_mm: going away, or (in 6.1) too small to be worth it. */
function shouldSkipMm(k: Kernel, mm: MmStruct, canSwap: boolean): boolean {
  if (mm.users === 0 || mm.pgd <= 0) return true;
  if (!k.release.agingSkipsSmall) return false;
  let size = getMmCounter(mm, MM_FILEPAGES);
  if (canSwap) size += getMmCounter(mm, MM_ANONPAGES) + getMmCounter(mm, MM_SHMEMPAGES);
  return size < MIN_LRU_BATCH;
}

/** should_skip_vma: locked, or of a kind that reclaim has no use for now. */
function shouldSkipVma(k: Kernel, vma: Vma, canSwap: boolean): boolean {
  if (vma.flags & VM_LOCKED) return true;
  if (vma.inode < 0) return !canSwap;
  const { kind } = k.inodes[vma.inode];
  return kind === 'ramfs' || (kind === 'shmem' && !canSwap);
}

/** The flags by which most of these pages can be told: exclusive ones are anonymous. */
const EXCLUSIVE = PG_SWAPBACKED | PG_SWAPCACHE | PG_ANON_EXCLUSIVE;
const PLAIN = PG_SWAPBACKED | PG_ANON_EXCLUSIVE;
/** What decides about the counters of a page. */
const PLACE = PGZONE_MASK | PG_SWAPBACKED | PG_HEAD | LRU_GEN_MASK;

/**
 * The young entries among entries[from] … entries[to - 1], of pages that can be evicted: makes them old, and their pages
 * young. get_pfn_folio's conditions: the page is of this lruvec, and not anonymous when there is no swap.
 *
 * @returns how many there were
 */
export function clearYoung(k: Kernel, lruvec: Lruvec, from: number, to: number, gen: number, canSwap: boolean): number {
  const { entries } = k.pgtables;
  const { flags, memcg } = k.mem;
  const plainOnly = canSwap && k.nodes.length === 1;
  const charged = memcg.length > 0;
  const owner = lruvec.memcg;
  let young = 0;
  for (let at = from; at < to; at++) {
    // Pages that leave one generation of one type and zone, and need no more questions, are counted together.
    let place = 0;
    let alike = 0;
    for (; plainOnly && at < to; at++) {
      const e = entries[at];
      if ((e & (PTE_PRESENT | PTE_SPECIAL | PTE_YOUNG)) !== (PTE_PRESENT | PTE_YOUNG)) continue;
      const pfn = e >>> PTE_SHIFT;
      const f = flags[pfn];
      if ((f & (PG_TAIL | EXCLUSIVE)) !== PLAIN || (charged && memcg[pfn] !== owner)) break;
      if (alike === 0) place = f & PLACE;
      else if ((f & PLACE) !== place) break;
      alike++;
      entries[at] = e & ~PTE_YOUNG;
      flags[pfn] = updatedGen(f, gen);
    }
    if (alike > 0) countMoved(k, lruvec, place, gen, alike);
    young += alike;
    if (at < to && clearYoungEntry(k, lruvec, at, gen, canSwap)) young++;
  }
  return young;
}

/** The same for one entry, whatever it is. */
function clearYoungEntry(k: Kernel, lruvec: Lruvec, at: number, gen: number, canSwap: boolean): boolean {
  const { entries } = k.pgtables;
  const { flags } = k.mem;
  const e = entries[at];
  if ((e & (PTE_PRESENT | PTE_SPECIAL | PTE_YOUNG)) !== (PTE_PRESENT | PTE_YOUNG)) return false;
  const pfn = flags[e >>> PTE_SHIFT] & PG_TAIL ? compoundHead(e >>> PTE_SHIFT) : e >>> PTE_SHIFT;
  let f = flags[pfn];
  if ((!canSwap && f & PG_SWAPBACKED) || folioLruvec(k, pfn) !== lruvec) return false;
  entries[at] = e & ~PTE_YOUNG;
  if (e & PTE_DIRTY && !(f & PG_DIRTY) && (f & EXCLUSIVE) !== PLAIN && !isPlainAnon(k, pfn, f)) {
    setPageDirty(k, pfn);
    f = flags[pfn];
  }
  flags[pfn] = updatedGen(f, gen);
  countMoved(k, lruvec, f & PLACE, gen, 1);
  return true;
}

/** An anonymous page with no copy but this one: it is as good as dirty. */
const isPlainAnon = (k: Kernel, pfn: number, f: number): boolean =>
  (f & (PG_SWAPBACKED | PG_SWAPCACHE)) === PG_SWAPBACKED && k.mem.mapping[pfn] > 0;

function countMoved(k: Kernel, lruvec: Lruvec, flags: number, gen: number, n: number): void {
  const old = folioLruGen(flags);
  if (old >= 0 && old !== gen) lruGenUpdateSize(k, lruvec, flags, old, gen, n * folioNrPages(flags));
}

/** walk_pte_range, for the entries of one VMA in one page table. */
function walkTable(k: Kernel, lruvec: Lruvec, from: number, to: number, gen: number, canSwap: boolean): boolean {
  const young = clearYoung(k, lruvec, from, to, gen, canSwap);
  k.cost += (to - from) * k.costs.copyPte;
  return suitableToScan(to - from, young);
}

function walkVma(k: Kernel, lruvec: Lruvec, mm: MmStruct, vma: Vma, canSwap: boolean): void {
  const g = lruvec.lrugen;
  const gen = lruGenFromSeq(g.maxSeq);
  for (let v = nextTable(k, mm, vma.start, vma.end); v < vma.end; ) {
    const last = Math.min(vma.end, Math.floor(v / 512) * 512 + 512);
    const at = ptePtr(k, mm, v);
    const table = at >>> 9;
    // What one entry of the PMD level maps is looked at in any case: that is one look.
    const huge = k.pgtables.huge[table] !== 0;
    if (huge || testFilter(g, g.maxSeq, table)) {
      const suitable = walkTable(k, lruvec, at, at + (last - v), gen, canSwap);
      if (suitable && !huge) updateFilter(k, g, g.maxSeq + 1, table);
    }
    v = nextTable(k, mm, last, vma.end);
  }
}

/** walk_mm for all address spaces. */
export function walkMms(k: Kernel, lruvec: Lruvec, canSwap: boolean): void {
  const { mms } = k;
  for (let i = 0; i < mms.length; i++) {
    const mm = mms[i];
    if (!mm || shouldSkipMm(k, mm, canSwap)) continue;
    for (let v = 0; v < mm.vmas.length; v++) {
      if (!shouldSkipVma(k, mm.vmas[v], canSwap)) walkVma(k, lruvec, mm, mm.vmas[v], canSwap);
    }
  }
}
