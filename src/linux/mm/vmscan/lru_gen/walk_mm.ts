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
  PG_DIRTY,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PG_TAIL,
  PGZONE_MASK,
  PGZONE_SHIFT,
  PTE_DIRTY,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_SPECIAL,
  PTE_YOUNG,
} from '../../../include/page';
import { compoundHead } from '../../huge_memory/folio';
import { getMmCounter } from '../../mm_counters';
import { folioMemcg } from '../../mmzone';
import { setPageDirty } from '../../page-writeback';
import { nextTable, ptePtr } from '../../pgtable';
import { MIN_LRU_BATCH } from './batch';
import { suitableToScan, testFilter, updateFilter } from './bloom';
import { folioUpdateGen, lruGenFromSeq } from './mm_inline';

/** should_skip_mm: too small to be worth it. */
function shouldSkipMm(mm: MmStruct, canSwap: boolean): boolean {
  if (mm.users === 0 || mm.pgd <= 0) return true;
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

/**
 * One young entry of a page that can be evicted: makes it old, and the page young. get_pfn_folio's conditions: the page is
 * of this node, and not anonymous when there is no swap.
 *
 * @returns whether it counted
 */
export function clearYoung(k: Kernel, lruvec: Lruvec, at: number, gen: number, canSwap: boolean): boolean {
  const { entries } = k.pgtables;
  const e = entries[at];
  if ((e & (PTE_PRESENT | PTE_SPECIAL | PTE_YOUNG)) !== (PTE_PRESENT | PTE_YOUNG)) return false;
  let pfn = e >>> PTE_SHIFT;
  let f = k.mem.flags[pfn];
  if (f & PG_TAIL) {
    pfn = compoundHead(pfn);
    f = k.mem.flags[pfn];
  }
  if (k.zones[(f & PGZONE_MASK) >>> PGZONE_SHIFT].node !== lruvec.nid || folioMemcg(k, pfn) !== lruvec.memcg)
    return false;
  if (f & PG_SWAPBACKED && !canSwap) return false;
  entries[at] = e & ~PTE_YOUNG;
  const plainAnon = k.mem.mapping[pfn] > 0 && (f & (PG_SWAPBACKED | PG_SWAPCACHE)) === PG_SWAPBACKED;
  if (e & PTE_DIRTY && !(f & PG_DIRTY) && !plainAnon) setPageDirty(k, pfn);
  folioUpdateGen(k, pfn, gen);
  return true;
}

/** walk_pte_range, for the entries of one VMA in one page table. */
function walkTable(k: Kernel, lruvec: Lruvec, from: number, to: number, gen: number, canSwap: boolean): boolean {
  let young = 0;
  for (let at = from; at < to; at++) if (clearYoung(k, lruvec, at, gen, canSwap)) young++;
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
    if (!mm || shouldSkipMm(mm, canSwap)) continue;
    for (let v = 0; v < mm.vmas.length; v++) {
      if (!shouldSkipVma(k, mm.vmas[v], canSwap)) walkVma(k, lruvec, mm, mm.vmas[v], canSwap);
    }
  }
}
