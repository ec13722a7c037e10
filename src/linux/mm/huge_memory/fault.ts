/** Page faults that bring or meet a huge page. §9.5 */
import {
  __GFP_NORETRY,
  __GFP_RECLAIM,
  __GFP_THISNODE,
  ALLOC_CPUSET,
  ALLOC_WMARK_LOW,
  ALLOC_WMARK_MIN,
  gfpMigratetype,
  gfpZone,
} from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { MM_ANONPAGES, type MmStruct, VM_LOCKED, type Vma } from '../../include/mm_types';
import {
  PG_ANON_EXCLUSIVE,
  PG_SWAPBACKED,
  PTE_DIRTY,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_WRITE,
  PTE_YOUNG,
} from '../../include/page';
import type { Task } from '../../include/sched';
import { HPAGE_PMD_NR, HPAGE_PMD_ORDER } from '../../include/units';
import { NR_ANON_MAPPED, PGREUSE, THP_FAULT_ALLOC, THP_FAULT_FALLBACK } from '../../include/vmstat';
import { bothMasks, cpusetMems } from '../../kernel/cpuset';
import { pageNode } from '../../kernel/sched/core';
import { commitCharge, tryChargeNow } from '../memcontrol/charge';
import { policyNode, policyNodemask, vmaPolicy } from '../mempolicy';
import { mlockNewFolio } from '../mlock';
import { addMmCounterFast } from '../mm_counters';
import { ALLOC_NULL, ALLOC_WAIT, allocPages, freePages, getPageFromFreelist } from '../page_alloc';
import { pteAlloc } from '../pgtable';
import { addEntireMapcount, compoundHead, folioAddLruHuge, prepHugeFolio } from './folio';
import { thpVmaAllowable, thpVmaSuitable, vmaThpGfpMask } from './policy';
import { splitHugePmd } from './split';

/** The fault goes on with a single page. */
export const VM_FAULT_FALLBACK = -1;

/** vma_alloc_folio of the PMD's order: of this node if it asks nobody to reclaim. pfn, ALLOC_WAIT or ALLOC_NULL. */
function allocHuge(k: Kernel, task: Task, vma: Vma, gfp: number, start: number): number {
  const pol = vmaPolicy(task, vma);
  const index = start >>> HPAGE_PMD_ORDER;
  if (gfp & __GFP_RECLAIM) return allocPages(k, task, gfp, HPAGE_PMD_ORDER, pol, index);
  // Without the right to reclaim the slow path ends after the min watermark.
  const highest = gfpZone(gfp);
  const nid = pol === null ? k.cpuNode[k.cpu] : policyNode(k, pol, index);
  const allowed = pol === null ? 0 : policyNodemask(k, task, pol, highest);
  const nodes = bothMasks(allowed, task.cpuset < 0 ? 0 : cpusetMems(k, task));
  const here = nodes === 0 || (nodes & (1 << nid)) !== 0;
  const mask = here ? gfp | __GFP_THISNODE | __GFP_NORETRY : gfp;
  k.cost += k.costs.allocPcp;
  for (const mark of [ALLOC_WMARK_LOW, ALLOC_WMARK_MIN]) {
    const flags = mark | ALLOC_CPUSET;
    const p = getPageFromFreelist(k, HPAGE_PMD_ORDER, flags, highest, gfpMigratetype(gfp), nid, mask, nodes);
    if (p >= 0) return p;
    k.cost += k.costs.slowpath;
  }
  return ALLOC_NULL;
}

/** mem_cgroup_charge of all frames at once; without the right to reclaim: where there is no room there is no huge page. */
function chargeHuge(k: Kernel, task: Task, head: number): boolean {
  if (task.memcg === 0) return true;
  if (tryChargeNow(k, task, task.memcg, HPAGE_PMD_NR) >= 0) return false;
  for (let i = 0; i < HPAGE_PMD_NR; i++) commitCharge(k, head + i, task.memcg);
  return true;
}

/**
 * do_huge_pmd_anonymous_page: the first store to 512 virtual pages without a page table gets them all at once.
 *
 * @returns ALLOC_WAIT: call again; VM_FAULT_FALLBACK: it is to be a single page; 0: done
 */
export function doHugePmdAnonymousPage(k: Kernel, task: Task, mm: MmStruct, vma: Vma, vpn: number): number {
  if (!thpVmaAllowable(k, vma) || !thpVmaSuitable(vma, vpn)) return VM_FAULT_FALLBACK;
  const start = vpn & ~(HPAGE_PMD_NR - 1);
  if (task.noHugeAt === start) return VM_FAULT_FALLBACK;
  const head = allocHuge(k, task, vma, vmaThpGfpMask(k, vma), start);
  if (head === ALLOC_WAIT) return ALLOC_WAIT;
  if (head === ALLOC_NULL) {
    k.vmEvents[THP_FAULT_FALLBACK]++;
    task.noHugeAt = start;
    return VM_FAULT_FALLBACK;
  }
  if (!chargeHuge(k, task, head)) {
    freePages(k, head, HPAGE_PMD_ORDER);
    k.vmEvents[THP_FAULT_FALLBACK]++;
    task.noHugeAt = start;
    return VM_FAULT_FALLBACK;
  }
  const table = pteAlloc(k, task, mm, start);
  if (table < 0) {
    // Not even a table is to be had at once: this is no time for huge pages.
    freePages(k, head, HPAGE_PMD_ORDER);
    task.noHugeAt = start;
    return VM_FAULT_FALLBACK;
  }
  k.cost += HPAGE_PMD_NR * k.costs.clearPage;
  mapHuge(k, mm, vma, start, table, head);
  k.vmEvents[THP_FAULT_ALLOC]++;
  return 0;
}

/** map_anon_folio_pmd: the owner, the counters, the entry, the lists. */
function mapHuge(k: Kernel, mm: MmStruct, vma: Vma, start: number, table: number, head: number): void {
  const { flags, mapping, index, mapcount, next } = k.mem;
  const { entries, used, huge } = k.pgtables;
  prepHugeFolio(k, head);
  flags[head] |= PG_SWAPBACKED;
  const bits = PTE_PRESENT | PTE_WRITE | PTE_DIRTY;
  for (let i = 0; i < HPAGE_PMD_NR; i++) {
    const p = head + i;
    flags[p] |= PG_ANON_EXCLUSIVE;
    mapping[p] = mm.id + 1;
    index[p] = start + i;
    mapcount[p] = 1;
    entries[table + i] = (p << PTE_SHIFT) | bits;
  }
  entries[table] |= PTE_YOUNG;
  used[table >>> 9] = HPAGE_PMD_NR;
  huge[table >>> 9] = 1;
  next[head + 1] = HPAGE_PMD_NR;
  addEntireMapcount(k, head, 1);
  k.anonVmas[mm.id].pages += HPAGE_PMD_NR;
  pageNode(k, head).stat[NR_ANON_MAPPED] += HPAGE_PMD_NR;
  if (vma.flags & VM_LOCKED) mlockNewFolio(k, head);
  folioAddLruHuge(k, head);
  vma.anon = true;
  addMmCounterFast(k, mm, MM_ANONPAGES, HPAGE_PMD_NR);
}

/**
 * do_huge_pmd_wp_page: a store to a frame of a huge page that is mapped read-only. Whoever has the page alone keeps it
 * whole; else the mapping is split, and the fault copies the one frame.
 *
 * @param ptr index of the entry
 * @returns true when the store may go on
 */
export function doHugeWpPage(k: Kernel, ptr: number): boolean {
  const table = ptr >>> 9;
  const { entries, huge } = k.pgtables;
  if (huge[table] === 0) return false;
  const { flags, mapcount } = k.mem;
  const head = compoundHead(entries[ptr] >>> PTE_SHIFT);
  let alone = true;
  for (let p = head; p < head + HPAGE_PMD_NR && alone; p++) alone = mapcount[p] === 1;
  if (!alone) {
    splitHugePmd(k, table);
    return false;
  }
  const first = table * HPAGE_PMD_NR;
  for (let i = 0; i < HPAGE_PMD_NR; i++) {
    flags[head + i] |= PG_ANON_EXCLUSIVE;
    entries[first + i] |= PTE_WRITE | PTE_DIRTY;
  }
  entries[ptr] |= PTE_YOUNG;
  k.vmEvents[PGREUSE]++;
  return true;
}
