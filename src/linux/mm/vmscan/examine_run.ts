/**
 * Which of the pages that reclaim has isolated may go, many at a time: of the common lot, those that are anonymous and
 * mapped once, by their first owner. §5.3
 */
import type { Kernel } from '../../include/kernel';
import { MMF_UNSTABLE } from '../../include/mm_types';
import {
  PG_ANON_EXCLUSIVE,
  PG_HEAD,
  PG_LOCKED,
  PG_MLOCKED,
  PG_REFERENCED,
  PG_SWAPCACHE,
  PG_WRITEBACK,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_SPECIAL,
  PTE_YOUNG,
} from '../../include/page';
import { ptePtr } from '../pgtable';
import { batch, isPlain, plainOwners, ptes, verdicts } from './batch';
import { KEEP, RECLAIM } from './verdict';

/** Marks of a page that needs more questions. */
const BUSY = PG_LOCKED | PG_MLOCKED | PG_WRITEBACK | PG_SWAPCACHE | PG_HEAD;

/**
 * The verdicts on the batch's pages from `from` on, up to the first that needs the general way: what folioCheckReferences
 * would say of each.
 *
 * @returns index of that first page, `n` when there is none
 */
export function examineRun(k: Kernel, from: number, n: number): number {
  const { flags, mapping, mapcount, index } = k.mem;
  const { entries } = k.pgtables;
  // Where the aging has been meanwhile it has left its mark.
  const mark = k.lruGenEnabled ? PG_REFERENCED : 0;
  // The page table at hand: its owner, which 512 pages it maps, its first entry.
  let owner = 0;
  let span = -1;
  let base = -1;
  let i = from;
  for (;;) {
    for (; i < n; i++) {
      const pfn = batch[i];
      const f = flags[pfn];
      if (f & BUSY) return i;
      // An exclusive page that is not in the swap cache is anonymous and mapped once: who unmaps it last frees it.
      const single = f & PG_ANON_EXCLUSIVE;
      if (f & mark) {
        if (!single) return i;
        verdicts[i] = KEEP;
        plainOwners[i] = 0;
        continue;
      }
      const vpn = index[pfn];
      if (mapping[pfn] !== owner || vpn >>> 9 !== span) break;
      if (!single && mapcount[pfn] !== 1) return i;
      const at = base + (vpn & 511);
      const e = entries[at];
      if ((e & (PTE_PRESENT | PTE_SPECIAL | PTE_YOUNG)) !== PTE_PRESENT || e >>> PTE_SHIFT !== pfn) return i;
      if (f & PG_REFERENCED) flags[pfn] = f & ~PG_REFERENCED;
      verdicts[i] = RECLAIM;
      ptes[i] = at;
      plainOwners[i] = isPlain(f) ? owner : 0;
    }
    if (i === n) return n;
    // Another table.
    const pfn = batch[i];
    owner = mapping[pfn];
    if (owner <= 0) return i;
    const mm = k.mms[owner - 1];
    if (mm.pgd <= 0 || mm.users === 0 || mm.flags & MMF_UNSTABLE || mm.lockedVm > 0) return i;
    span = index[pfn] >>> 9;
    base = ptePtr(k, mm, span << 9);
    if (base < 0) return i;
  }
}
