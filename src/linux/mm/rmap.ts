/**
 * Reverse mapping: from a page to the page table entries that map it.
 *
 * An anonymous page names its anon_vma, whose address spaces hold it at one and the same virtual page or not at all. A
 * file page names its inode, whose mappers' VMAs say where it would be. The page's mapcount tells when all are found.
 */
import type { Kernel } from '../include/kernel';
import {
  MM_ANONPAGES,
  MM_FILEPAGES,
  MM_SHMEMPAGES,
  MM_SWAPENTS,
  MMF_UNSTABLE,
  type MmStruct,
  VM_LOCKED,
  VM_SHARED,
  type Vma,
} from '../include/mm_types';
import {
  PG_ANON_EXCLUSIVE,
  PG_DIRTY,
  PG_HEAD,
  PG_MLOCKED,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PGZONE_MASK,
  PGZONE_SHIFT,
  PTE_DIRTY,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_SPECIAL,
  PTE_SWAP,
  PTE_WRITE,
  PTE_YOUNG,
} from '../include/page';
import { NR_ANON_MAPPED, NR_FILE_MAPPED, NR_MLOCK, UNEVICTABLE_PGMLOCKED } from '../include/vmstat';
import { pageNode } from '../kernel/sched/core';
import { hugeReferenced } from './huge_memory/reclaim';
import { addMmCounter, updateHiwaterRss } from './mm_counters';
import { setPageDirty } from './page-writeback';
import { ptePtr } from './pgtable';
import { swapDuplicate } from './swapfile';
import { lruGenLookAround } from './vmscan/lru_gen/look_around';

/**
 * Further results of `folioReferenced`: the flags of the VMAs it met, together, and the index of the entry it found when
 * the page is anonymous and mapped once, by its first owner, else −1. It spares `tryToUnmap` the same walk.
 */
export const referenced = { vmFlags: 0, pte: -1 };

/** Virtual page of an anonymous page, or offset in its file of any other. */
export function pageVpn(k: Kernel, pfn: number): number {
  const i = k.mem.index[pfn];
  return k.mem.flags[pfn] & PG_SWAPCACHE ? k.swap.index[i] : i;
}

/** Index of the entry at `vpn` when it maps this very page, else −1. */
function pteOf(k: Kernel, mm: MmStruct, vpn: number, pfn: number): number {
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
function anonMmAt(k: Kernel, av: number, i: number): number {
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
  const ino = -mapping - 1;
  const { mappers } = k.inodes[ino];
  for (let i = 0; i < mappers.length && found < mapcount; i++) {
    if (i > 0 && mappers[i] === mappers[i - 1]) continue;
    const mm = k.mms[mappers[i]];
    for (const vma of mm.vmas) {
      if (vma.inode !== ino) continue;
      const v = vma.start + vpn - vma.pgoff;
      if (v < vma.start || v >= vma.end) continue;
      const at = pteOf(k, mm, v, pfn);
      if (at < 0) continue;
      found++;
      visit(at);
    }
  }
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

/** mlock_vma_folio for a page of a locked VMA that escaped the lists of locked pages. */
function restoreMlock(k: Kernel, pfn: number): void {
  const m = k.mem;
  if (m.flags[pfn] & PG_MLOCKED) return;
  m.flags[pfn] |= PG_MLOCKED;
  k.zones[(m.flags[pfn] & PGZONE_MASK) >>> PGZONE_SHIFT].stat[NR_MLOCK]++;
  k.vmEvents[UNEVICTABLE_PGMLOCKED]++;
}

/**
 * folio_referenced: counts the entries that map the page and are young, and makes them old.
 *
 * @returns how many, or −1 when the only process that maps it is going away: its pages are best left to it. The flags
 * of the VMAs looked at are in `referenced.vmFlags`. §5.3
 */
export function folioReferenced(k: Kernel, pfn: number): number {
  referenced.vmFlags = 0;
  referenced.pte = -1;
  const m = k.mem;
  if (m.flags[pfn] & PG_HEAD) return hugeReferenced(k, pfn);
  const mapcount = m.mapcount[pfn];
  if (mapcount === 0) return 0;
  const mapping = m.mapping[pfn];
  return mapping > 0 ? anonReferenced(k, pfn, mapping - 1, mapcount) : fileReferenced(k, pfn, -mapping - 1, mapcount);
}

function anonReferenced(k: Kernel, pfn: number, av: number, mapcount: number): number {
  const { entries } = k.pgtables;
  const vpn = pageVpn(k, pfn);
  let found = 0;
  let young = 0;
  for (let i = 0, id = av; id >= 0; id = anonMmAt(k, av, ++i)) {
    if (i > 0 && id === av) continue;
    const mm = k.mms[id];
    const at = pteOf(k, mm, vpn, pfn);
    if (at < 0) continue;
    found++;
    if (mapcount === 1) {
      if (mm.users === 0 || mm.flags & MMF_UNSTABLE) return -1;
      if (i === 0) referenced.pte = at;
    }
    if (mm.lockedVm > 0) {
      const vma = vmaAt(mm, vpn);
      if (vma !== null && vma.flags & VM_LOCKED) {
        referenced.vmFlags |= VM_LOCKED;
        restoreMlock(k, pfn);
        return young;
      }
    }
    const e = entries[at];
    if (e & PTE_YOUNG) {
      if (k.lruGenEnabled) {
        const vma = vmaAt(mm, vpn);
        if (vma !== null) lruGenLookAround(k, pfn, vma, vpn, at);
      }
      entries[at] &= ~PTE_YOUNG;
      young++;
    }
    if (found === mapcount) break;
  }
  return young;
}

function fileReferenced(k: Kernel, pfn: number, ino: number, mapcount: number): number {
  const { entries } = k.pgtables;
  const { mappers } = k.inodes[ino];
  const offset = pageVpn(k, pfn);
  let found = 0;
  let young = 0;
  for (let i = 0; i < mappers.length && found < mapcount; i++) {
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
      found++;
      if (vma.flags & VM_LOCKED) {
        referenced.vmFlags |= VM_LOCKED;
        restoreMlock(k, pfn);
        return young;
      }
      if (entries[at] & PTE_YOUNG) {
        if (k.lruGenEnabled) lruGenLookAround(k, pfn, vma, vpn, at);
        entries[at] &= ~PTE_YOUNG;
        young++;
        referenced.vmFlags |= vma.flags;
      }
    }
  }
  return young;
}

/**
 * try_to_unmap: takes the page out of all page tables.
 *
 * Entries of an anonymous page in the swap cache become swap entries: the process has one page of RSS less and one of
 * swap more. Those of a file are cleared. An anonymous page whose content may be dropped stays when it has been written
 * since. §5.4, §7.2
 *
 * @param pte `referenced.pte` of this page if the page tables are as they were then
 * @returns true when nothing maps the page any more
 */
export function tryToUnmap(k: Kernel, pfn: number, pte = -1): boolean {
  const m = k.mem;
  const mapping = m.mapping[pfn];
  if (pte >= 0) unmapAnonEntry(k, k.mms[mapping - 1], pfn, pte);
  else if (mapping > 0) unmapAnon(k, pfn, mapping - 1);
  else unmapFile(k, pfn, -mapping - 1);
  return m.mapcount[pfn] === 0;
}

function unmapAnon(k: Kernel, pfn: number, av: number): void {
  const { mapcount } = k.mem;
  const vpn = pageVpn(k, pfn);
  for (let i = 0, id = av; id >= 0 && mapcount[pfn] > 0; id = anonMmAt(k, av, ++i)) {
    if (i > 0 && id === av) continue;
    const mm = k.mms[id];
    const at = pteOf(k, mm, vpn, pfn);
    if (at >= 0 && !unmapAnonEntry(k, mm, pfn, at)) return;
  }
}

/** One entry of an anonymous page. Returns false when the page has to stay: it was to be dropped, but it is dirty. */
function unmapAnonEntry(k: Kernel, mm: MmStruct, pfn: number, at: number): boolean {
  const { flags, index, mapcount } = k.mem;
  const { entries } = k.pgtables;
  const f = flags[pfn];
  const dirty = entries[at] & PTE_DIRTY;
  k.cost += k.costs.unmapPage;
  if (f & PG_SWAPCACHE) {
    const slot = index[pfn];
    // Who maps it next finds out anew whether it is the only one.
    flags[pfn] = (f & ~PG_ANON_EXCLUSIVE) | (dirty ? PG_DIRTY : 0);
    entries[at] = (slot << PTE_SHIFT) | PTE_SWAP;
    swapDuplicate(k, slot);
    updateHiwaterRss(mm);
    addMmCounter(k, mm, MM_SWAPENTS, 1);
  } else {
    if (dirty || f & PG_DIRTY) {
      flags[pfn] = f | PG_SWAPBACKED;
      return false;
    }
    updateHiwaterRss(mm);
    entries[at] = 0;
    k.pgtables.used[at >>> 9]--;
  }
  addMmCounter(k, mm, MM_ANONPAGES, -1);
  if (--mapcount[pfn] === 0) pageNode(k, pfn).stat[NR_ANON_MAPPED]--;
  return true;
}

function unmapFile(k: Kernel, pfn: number, ino: number): void {
  const m = k.mem;
  const { entries, used } = k.pgtables;
  const { mappers } = k.inodes[ino];
  const offset = pageVpn(k, pfn);
  const member = m.flags[pfn] & PG_SWAPBACKED ? MM_SHMEMPAGES : MM_FILEPAGES;
  for (let i = 0; i < mappers.length && m.mapcount[pfn] > 0; i++) {
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
      k.cost += k.costs.unmapPage;
      if (entries[at] & PTE_DIRTY) setPageDirty(k, pfn);
      updateHiwaterRss(mm);
      entries[at] = 0;
      used[at >>> 9]--;
      addMmCounter(k, mm, member, -1);
      folioRemoveRmap(k, pfn);
    }
  }
}

/**
 * folio_mkclean: before a file page is written, its shared mappings are made read-only and clean, so that the next write
 * faults and dirties it again. Returns whether one of them had been written.
 */
export function folioMkclean(k: Kernel, pfn: number): boolean {
  const m = k.mem;
  if (m.mapcount[pfn] === 0) return false;
  const { entries } = k.pgtables;
  const ino = -m.mapping[pfn] - 1;
  const { mappers } = k.inodes[ino];
  const offset = pageVpn(k, pfn);
  let dirty = false;
  for (let i = 0; i < mappers.length; i++) {
    if (i > 0 && mappers[i] === mappers[i - 1]) continue;
    const mm = k.mms[mappers[i]];
    const { vmas } = mm;
    for (let v = 0; v < vmas.length; v++) {
      const vma = vmas[v];
      if (vma.inode !== ino || !(vma.flags & VM_SHARED)) continue;
      const vpn = vma.start + offset - vma.pgoff;
      if (vpn < vma.start || vpn >= vma.end) continue;
      const at = pteOf(k, mm, vpn, pfn);
      if (at < 0) continue;
      if (entries[at] & PTE_DIRTY) dirty = true;
      entries[at] &= ~(PTE_DIRTY | PTE_WRITE);
    }
  }
  return dirty;
}
