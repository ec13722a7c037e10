/** What reclaim does with a huge page. §5.3, §9.5 */
import type { Kernel } from '../../include/kernel';
import { VM_LOCKED } from '../../include/mm_types';
import { PTE_PRESENT, PTE_SHIFT, PTE_SPECIAL, PTE_YOUNG } from '../../include/page';
import { HPAGE_PMD_NR } from '../../include/units';
import { ptePtr } from '../pgtable';
import { forEachAnonMm, referenced, vmaAt } from '../rmap';

/**
 * folio_referenced of a huge page: entries of the PMD level that are young, and entries of single frames; all become old.
 * The flags of the VMAs are in `referenced`.
 */
export function hugeReferenced(k: Kernel, head: number): number {
  const { index, mapping } = k.mem;
  const { entries, huge } = k.pgtables;
  const vpn = index[head];
  let young = 0;
  forEachAnonMm(k, mapping[head] - 1, (mm) => {
    if (mm.pgd <= 0) return;
    const first = ptePtr(k, mm, vpn);
    if (first < 0) return;
    let here = 0;
    let maps = false;
    for (let i = 0; i < HPAGE_PMD_NR; i++) {
      const e = entries[first + i];
      if ((e & (PTE_PRESENT | PTE_SPECIAL)) !== PTE_PRESENT || e >>> PTE_SHIFT !== head + i) continue;
      maps = true;
      if (!(e & PTE_YOUNG)) continue;
      entries[first + i] = e & ~PTE_YOUNG;
      here++;
    }
    if (maps && mm.lockedVm > 0) {
      const vma = vmaAt(mm, vpn);
      if (vma !== null) referenced.vmFlags |= vma.flags & VM_LOCKED;
    }
    young += huge[first >>> 9] ? Math.min(here, 1) : here;
  });
  return young;
}
