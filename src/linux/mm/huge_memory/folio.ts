/**
 * Huge pages as 512 frames that belong together: made, mapped, counted, freed. §9.5
 *
 * Each frame keeps its own owner, virtual page and mapcount, as a single page does; the head alone stands on the LRU
 * lists, for all 512. The links of the second and third frame, which are on no list, hold what is known of the whole: how
 * many frames are mapped, how many page tables map it as one, whether it is queued to be split.
 */
import type { Kernel } from '../../include/kernel';
import {
  PG_ACTIVE,
  PG_BATCHED,
  PG_COMPOUND,
  PG_HEAD,
  PG_ISOLATED,
  PG_LRU,
  PG_MLOCKED,
  PG_TAIL,
} from '../../include/page';
import { HPAGE_PMD_NR, HPAGE_PMD_ORDER } from '../../include/units';
import { NR_ANON_THPS, NR_MLOCK } from '../../include/vmstat';
import { pageNode, pageZone } from '../../kernel/sched/core';
import { freePages } from '../page_alloc';
import { folioPutbackLru, lruAddDrain, lruDelPage } from '../swap';

/** compound_head: the first frame of the huge page that a frame with PG_COMPOUND belongs to. */
export const compoundHead = (p: number): number => p & ~(HPAGE_PMD_NR - 1);

/** folio_nr_pages, by the flags of the head. */
export const folioNrPages = (flags: number): number => (flags & PG_HEAD ? HPAGE_PMD_NR : 1);

/** Frames of a huge page that something maps. */
export const mappedPages = (k: Kernel, head: number): number => k.mem.next[head + 1];
/** Page tables that map it as one: _entire_mapcount. */
export const entireMapcount = (k: Kernel, head: number): number => k.mem.prev[head + 1];
/** It stands in the queue of those that are partly unmapped. */
export const isDeferred = (k: Kernel, head: number): boolean => k.mem.next[head + 2] === 1;

/** prep_compound_page: makes 512 fresh frames one page that nothing maps. */
export function prepHugeFolio(k: Kernel, head: number): void {
  const { flags, next, prev } = k.mem;
  flags[head] |= PG_HEAD;
  for (let p = head + 1; p < head + HPAGE_PMD_NR; p++) flags[p] |= PG_TAIL;
  next[head + 1] = 0;
  prev[head + 1] = 0;
  next[head + 2] = 0;
}

/** One page table more (or less) maps the huge page as one. */
export function addEntireMapcount(k: Kernel, head: number, n: number): void {
  const { prev } = k.mem;
  const before = prev[head + 1];
  prev[head + 1] = before + n;
  if (before === 0) pageNode(k, head).stat[NR_ANON_THPS] += HPAGE_PMD_NR;
  else if (before + n === 0) pageNode(k, head).stat[NR_ANON_THPS] -= HPAGE_PMD_NR;
}

/** folio_add_lru for a huge page: those in the batch go before it. A page fault's is young. */
export function folioAddLruHuge(k: Kernel, head: number): void {
  lruAddDrain(k, k.cpu);
  if (k.inLruFault && k.lruGenEnabled) k.mem.flags[head] |= PG_ACTIVE;
  folioPutbackLru(k, head);
}

/** Takes a huge page out of the queue of those to be split. */
export function removeDeferred(k: Kernel, head: number): void {
  if (!isDeferred(k, head)) return;
  k.mem.next[head + 2] = 0;
  const { deferredSplit } = pageNode(k, head);
  deferredSplit.splice(deferredSplit.indexOf(head), 1);
}

/** Frees a huge page that nothing maps any more. */
export function freeHugeFolio(k: Kernel, head: number): void {
  const m = k.mem;
  removeDeferred(k, head);
  lruDelPage(k, head);
  if (m.flags[head] & PG_MLOCKED) pageZone(k, head).stat[NR_MLOCK] -= HPAGE_PMD_NR;
  k.anonVmas[m.mapping[head] - 1].pages -= HPAGE_PMD_NR;
  freePages(k, head, HPAGE_PMD_ORDER);
}

/** True when the head stands on a list now. */
export const onLruList = (flags: number): boolean => (flags & (PG_LRU | PG_BATCHED | PG_ISOLATED)) === PG_LRU;

/** Flags of the head that its frames keep when they become pages of their own. */
export const inheritedFlags = (flags: number): number => flags & ~PG_COMPOUND;
