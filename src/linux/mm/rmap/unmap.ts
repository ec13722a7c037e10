/** try_to_unmap and folio_mkclean: a page leaves its page tables, or is made clean in them. §5.4, §7.2. */
import type { Kernel } from '../../include/kernel';
import {
  MM_ANONPAGES,
  MM_FILEPAGES,
  MM_SHMEMPAGES,
  MM_SWAPENTS,
  type MmStruct,
  VM_SHARED,
} from '../../include/mm_types';
import {
  PG_ANON_EXCLUSIVE,
  PG_DIRTY,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PTE_DIRTY,
  PTE_SHIFT,
  PTE_SWAP,
  PTE_WRITE,
} from '../../include/page';
import { NR_ANON_MAPPED } from '../../include/vmstat';
import { pageNode } from '../../kernel/sched/core';
import { addMmCounter, updateHiwaterRss } from '../mm_counters';
import { setPageDirty } from '../page-writeback';
import { swapDuplicate } from '../swapfile';
import { anonMmAt, folioRemoveRmap, pageVpn, pteOf, type RmapOne, rmapWalkFile } from './walk';

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
  else rmapWalkFile(k, pfn, unmapFileOne);
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

/** try_to_unmap_one, for a file page. */
const unmapFileOne: RmapOne = (k, pfn, mm, _vma, _vpn, at) => {
  const { entries, used } = k.pgtables;
  k.cost += k.costs.unmapPage;
  if (entries[at] & PTE_DIRTY) setPageDirty(k, pfn);
  updateHiwaterRss(mm);
  entries[at] = 0;
  used[at >>> 9]--;
  addMmCounter(k, mm, k.mem.flags[pfn] & PG_SWAPBACKED ? MM_SHMEMPAGES : MM_FILEPAGES, -1);
  folioRemoveRmap(k, pfn);
  return 0;
};

/** page_mkclean_one: 1 for an entry that had been written. */
const mkcleanOne: RmapOne = (k, _pfn, _mm, vma, _vpn, at) => {
  if (!(vma.flags & VM_SHARED)) return 0;
  const { entries } = k.pgtables;
  const dirty = entries[at] & PTE_DIRTY;
  entries[at] &= ~(PTE_DIRTY | PTE_WRITE);
  return dirty ? 1 : 0;
};

/**
 * folio_mkclean: before a file page is written, its shared mappings are made read-only and clean, so that the next write
 * faults and dirties it again. Returns whether one of them had been written.
 */
export const folioMkclean = (k: Kernel, pfn: number): boolean => rmapWalkFile(k, pfn, mkcleanOne) > 0;
