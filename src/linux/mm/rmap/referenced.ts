/** folio_referenced: which of the entries that map a page have been used since reclaim last looked. §5.3. */
import type { Kernel } from '../../include/kernel';
import { MMF_UNSTABLE, VM_LOCKED } from '../../include/mm_types';
import { PG_HEAD, PG_MLOCKED, PGZONE_MASK, PGZONE_SHIFT, PTE_YOUNG } from '../../include/page';
import { NR_MLOCK, UNEVICTABLE_PGMLOCKED } from '../../include/vmstat';
import { hugeReferenced } from '../huge_memory/reclaim';
import { lruGenLookAround } from '../vmscan/lru_gen/look_around';
import { anonMmAt, pageVpn, pteOf, type RmapOne, rmapWalkFile, vmaAt } from './walk';

/**
 * Further results of `folioReferenced`: the flags of the VMAs it met, together, and the index of the entry it found when
 * the page is anonymous and mapped once, by its first owner, else −1. It spares `tryToUnmap` the same walk.
 */
export const referenced = { vmFlags: 0, pte: -1 };

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
  return mapping > 0 ? anonReferenced(k, pfn, mapping - 1, mapcount) : rmapWalkFile(k, pfn, fileReferencedOne);
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

/** folio_referenced_one, for a file page: 1 for a young entry, and no further once one is locked. */
const fileReferencedOne: RmapOne = (k, pfn, _mm, vma, vpn, at) => {
  const { entries } = k.pgtables;
  if (vma.flags & VM_LOCKED) {
    referenced.vmFlags |= VM_LOCKED;
    restoreMlock(k, pfn);
    return -1;
  }
  if (!(entries[at] & PTE_YOUNG)) return 0;
  if (k.lruGenEnabled) lruGenLookAround(k, pfn, vma, vpn, at);
  entries[at] &= ~PTE_YOUNG;
  referenced.vmFlags |= vma.flags;
  return 1;
};
