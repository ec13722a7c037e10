/** Unmapping a huge page as one. §9.5 */
import type { Kernel } from '../../include/kernel';
import { MM_ANONPAGES, type MmStruct } from '../../include/mm_types';
import { PTE_SHIFT } from '../../include/page';
import { HPAGE_PMD_NR } from '../../include/units';
import { NR_ANON_MAPPED } from '../../include/vmstat';
import { pageNode } from '../../kernel/sched/core';
import { addMmCounter } from '../mm_counters';
import { addEntireMapcount, compoundHead, freeHugeFolio } from './folio';
import { queueIfPartlyMapped } from './split';

/** zap_huge_pmd: the entry of the PMD level goes, and the page with it if nobody else has it. The table stays. */
export function zapHugePmd(k: Kernel, mm: MmStruct, table: number): void {
  const { entries, used, huge } = k.pgtables;
  const { mapcount, next } = k.mem;
  const first = table * HPAGE_PMD_NR;
  const head = compoundHead(entries[first] >>> PTE_SHIFT);
  let unmapped = 0;
  for (let i = 0; i < HPAGE_PMD_NR; i++) {
    entries[first + i] = 0;
    if (--mapcount[head + i] === 0) unmapped++;
  }
  huge[table] = 0;
  used[table] = 0;
  addMmCounter(k, mm, MM_ANONPAGES, -HPAGE_PMD_NR);
  pageNode(k, head).stat[NR_ANON_MAPPED] -= unmapped;
  addEntireMapcount(k, head, -1);
  next[head + 1] -= unmapped;
  k.cost += k.costs.unmapPage;
  if (next[head + 1] === 0) freeHugeFolio(k, head);
  else queueIfPartlyMapped(k, head);
}
