/**
 * Reverse mapping: from a page to the page table entries that map it.
 *
 * An anonymous page names its anon_vma, whose address spaces hold it at one and the same virtual page or not at all. A
 * file page names its inode, whose mappers' VMAs say where it would be. The page's mapcount tells when all are found.
 */
import type { Kernel } from '../../include/kernel';
import type { MmStruct, Vma } from '../../include/mm_types';
import { PG_SWAPCACHE, PTE_PRESENT, PTE_SHIFT, PTE_SPECIAL } from '../../include/page';
import { NR_ANON_MAPPED, NR_FILE_MAPPED } from '../../include/vmstat';
import { pageNode } from '../../kernel/sched/core';
import { ptePtr } from '../pgtable';

/** Virtual page of an anonymous page, or offset in its file of any other. */
export function pageVpn(k: Kernel, pfn: number): number {
  const i = k.mem.index[pfn];
  return k.mem.flags[pfn] & PG_SWAPCACHE ? k.swap.index[i] : i;
}

/** Index of the entry at `vpn` when it maps this very page, else −1. */
export function pteOf(k: Kernel, mm: MmStruct, vpn: number, pfn: number): number {
  if (mm.pgd <= 0) return -1;
  const i = ptePtr(k, mm, vpn);
  if (i < 0) return -1;
  const e = k.pgtables.entries[i];
  // A swap entry has no PRESENT, the zero page has SPECIAL beside it.
  return (e & (PTE_PRESENT | PTE_SPECIAL)) === PTE_PRESENT && e >>> PTE_SHIFT === pfn ? i : -1;
}

/** The VMA that holds `vpn`, or null. */
export function vmaAt(mm: MmStruct, vpn: number): Vma | null {
  const { vmas } = mm;
  let lo = 0;
  let hi = vmas.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (vmas[mid].end <= vpn) lo = mid + 1;
    else hi = mid;
  }
  return lo < vmas.length && vmas[lo].start <= vpn ? vmas[lo] : null;
}

/** The i-th address space to look at for an anonymous page: the anon_vma's own first, then the forked ones. −1 = no more. */
export function anonMmAt(k: Kernel, av: number, i: number): number {
  if (i === 0) return av;
  const { mms } = k.anonVmas[av];
  return i <= mms.length ? mms[i - 1] : -1;
}

/** Visits each address space that may map pages of this anon_vma, once. */
export function forEachAnonMm(k: Kernel, av: number, visit: (mm: MmStruct) => void): void {
  for (let i = 0, id = av; id >= 0; id = anonMmAt(k, av, ++i)) {
    if (i === 0 || id !== av) visit(k.mms[id]);
  }
}

/** rmap_walk: visits the index of each page table entry that maps the page. */
export function rmapWalk(k: Kernel, pfn: number, visit: (at: number) => void): void {
  const mapcount = k.mem.mapcount[pfn];
  if (mapcount === 0) return;
  const mapping = k.mem.mapping[pfn];
  const vpn = pageVpn(k, pfn);
  let found = 0;
  if (mapping > 0) {
    const av = mapping - 1;
    for (let i = 0, id = av; id >= 0 && found < mapcount; id = anonMmAt(k, av, ++i)) {
      if (i > 0 && id === av) continue;
      const at = pteOf(k, k.mms[id], vpn, pfn);
      if (at < 0) continue;
      found++;
      visit(at);
    }
    return;
  }
  rmapWalkFile(k, pfn, (_k, _pfn, _mm, _vma, _vpn, at) => {
    visit(at);
    return 0;
  });
}

/** What a walk does with an entry that maps the page, given by its index, and what that counts. Negative ends the walk. */
export type RmapOne = (k: Kernel, pfn: number, mm: MmStruct, vma: Vma, vpn: number, at: number) => number;

/**
 * rmap_walk_file: visits each entry that maps a file page, VMA by VMA, until all are found or one ends the walk.
 *
 * @returns the sum of what they count
 */
export function rmapWalkFile(k: Kernel, pfn: number, one: RmapOne): number {
  const ino = -k.mem.mapping[pfn] - 1;
  const { mappers } = k.inodes[ino];
  const offset = pageVpn(k, pfn);
  let left = k.mem.mapcount[pfn];
  let sum = 0;
  for (let i = 0; i < mappers.length && left > 0; i++) {
    // One entry a VMA: those of one process stand together.
    if (i > 0 && mappers[i] === mappers[i - 1]) continue;
    const mm = k.mms[mappers[i]];
    const { vmas } = mm;
    for (let v = 0; v < vmas.length; v++) {
      const vma = vmas[v];
      if (vma.inode !== ino) continue;
      const vpn = vma.start + offset - vma.pgoff;
      if (vpn < vma.start || vpn >= vma.end) continue;
      const at = pteOf(k, mm, vpn, pfn);
      if (at < 0) continue;
      left--;
      const n = one(k, pfn, mm, vma, vpn, at);
      if (n < 0) return sum;
      sum += n;
    }
  }
  return sum;
}

/** folio_remove_rmap_pte: one mapping less; with the last one the page leaves AnonPages or Mapped. */
export function folioRemoveRmap(k: Kernel, pfn: number): void {
  const m = k.mem;
  if (--m.mapcount[pfn] > 0) return;
  pageNode(k, pfn).stat[m.mapping[pfn] > 0 ? NR_ANON_MAPPED : NR_FILE_MAPPED]--;
}

/**
 * One anonymous page less of an anon_vma. A page counts once, whether it is in memory, in swap, or in both.
 *
 * @param mapping as in `MemMap.mapping`; nothing happens for what is not anonymous
 */
export function dropAnonVmaPage(k: Kernel, mapping: number): void {
  if (mapping > 0) k.anonVmas[mapping - 1].pages--;
}
