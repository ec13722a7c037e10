/** Taking a huge page apart: its mapping, or the page itself. §9.5 */
import { TABLES_END } from '../../include/addr';
import type { Kernel } from '../../include/kernel';
import { listAddTail, listDel } from '../../include/list';
import type { MmStruct } from '../../include/mm_types';
import {
  LRU_GEN_MASK,
  PG_ANON_EXCLUSIVE,
  PG_HEAD,
  PG_ISOLATED,
  PG_LRU,
  PG_MLOCKED,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_YOUNG,
} from '../../include/page';
import { HPAGE_PMD_NR } from '../../include/units';
import { NR_MLOCK, THP_DEFERRED_SPLIT_PAGE, THP_SPLIT_PAGE, THP_SPLIT_PMD } from '../../include/vmstat';
import { pageNode, pageZone } from '../../kernel/sched/core';
import { freePage } from '../page_alloc';
import { ptePtr } from '../pgtable';
import { dropAnonVmaPage, forEachAnonMm } from '../rmap';
import { countLru } from '../swap';
import {
  addEntireMapcount,
  compoundHead,
  entireMapcount,
  freeHugeFolio,
  inheritedFlags,
  isDeferred,
  mappedPages,
  onLruList,
  removeDeferred,
} from './folio';

/** __split_huge_pmd: from now on the deposited table maps the page's frames one by one. */
export function splitHugePmd(k: Kernel, table: number): void {
  const { huge, entries } = k.pgtables;
  if (huge[table] === 0) return;
  huge[table] = 0;
  k.vmEvents[THP_SPLIT_PMD]++;
  const first = table * HPAGE_PMD_NR;
  let young = 0;
  for (let at = first; at < first + HPAGE_PMD_NR; at++) young |= entries[at] & PTE_YOUNG;
  if (young !== 0) for (let at = first; at < first + HPAGE_PMD_NR; at++) entries[at] |= PTE_YOUNG;
  addEntireMapcount(k, compoundHead(entries[first] >>> PTE_SHIFT), -1);
}

/** split_huge_pmd_address: a mapping is about to be cut at `vpn`, in the middle of a huge page. */
export function splitHugePmdAt(k: Kernel, mm: MmStruct, vpn: number): void {
  if ((vpn & (HPAGE_PMD_NR - 1)) === 0 || vpn >= TABLES_END) return;
  const at = ptePtr(k, mm, vpn);
  if (at >= 0) splitHugePmd(k, at >>> 9);
}

/**
 * The last mapping of one frame of a huge page is gone. The frame stays with the others; with the last one the whole page
 * is free. A page that is partly unmapped is queued: it is taken apart when memory is short.
 */
export function hugeFrameUnmapped(k: Kernel, pfn: number): void {
  const { next } = k.mem;
  const head = compoundHead(pfn);
  if (--next[head + 1] === 0) freeHugeFolio(k, head);
  else queueIfPartlyMapped(k, head);
}

/** deferred_split_folio. */
export function queueIfPartlyMapped(k: Kernel, head: number): void {
  if (isDeferred(k, head) || entireMapcount(k, head) > 0 || mappedPages(k, head) === HPAGE_PMD_NR) return;
  k.mem.next[head + 2] = 1;
  pageNode(k, head).deferredSplit.push(head);
  k.vmEvents[THP_DEFERRED_SPLIT_PAGE]++;
}

/** unmap_folio: every address space that maps it as one has its mapping split. */
function splitMappings(k: Kernel, head: number): void {
  const { index, mapping } = k.mem;
  const { entries } = k.pgtables;
  forEachAnonMm(k, mapping[head] - 1, (mm) => {
    if (mm.pgd <= 0) return;
    const at = ptePtr(k, mm, index[head]);
    if (at < 0 || k.pgtables.huge[at >>> 9] === 0) return;
    const e = entries[at];
    if (e & PTE_PRESENT && e >>> PTE_SHIFT === head) splitHugePmd(k, at >>> 9);
  });
}

/**
 * split_huge_page: 512 pages of their own; those that nothing maps are freed. On a list they take the head's place.
 *
 * @param isolated the head is off its list: gets the other pages that are left. A head that nothing maps is the caller's
 */
export function splitHugePage(k: Kernel, head: number, isolated: number[] | null = null): void {
  const m = k.mem;
  splitMappings(k, head);
  removeDeferred(k, head);
  k.vmEvents[THP_SPLIT_PAGE]++;
  const f = m.flags[head];
  const listed = isolated === null && onLruList(f);
  if (listed) countLru(k, head, f, -1);
  if (f & PG_MLOCKED) pageZone(k, head).stat[NR_MLOCK] -= HPAGE_PMD_NR;
  const kept = inheritedFlags(f) & ~PG_ANON_EXCLUSIVE;
  for (let p = head; p < head + HPAGE_PMD_NR; p++) {
    m.flags[p] = kept | (m.flags[p] & PG_ANON_EXCLUSIVE);
    if (m.mapcount[p] === 0) {
      // The head was the others' place on the list, or is in the hands of who took it off.
      if (p !== head || !(listed || isolated)) release(k, p);
      continue;
    }
    if (f & PG_MLOCKED) pageZone(k, p).stat[NR_MLOCK]++;
    if (listed) {
      if (p !== head) listAddTail(m, head, p);
      countLru(k, p, m.flags[p], 1);
    } else {
      if (p !== head) isolated?.push(p);
    }
  }
  if (listed && m.mapcount[head] === 0) {
    listDel(m, head);
    release(k, head);
  }
}

function release(k: Kernel, p: number): void {
  const m = k.mem;
  dropAnonVmaPage(k, m.mapping[p]);
  m.flags[p] &= ~(PG_LRU | PG_ISOLATED | PG_MLOCKED | LRU_GEN_MASK | PG_HEAD);
  freePage(k, p);
}
