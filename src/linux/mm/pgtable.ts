/**
 * Page tables: four levels in the pool `Kernel.pgtables`. §9.2.
 *
 * Table t holds entries [t * 512, t * 512 + 512). An entry of an upper level is the number of the next table, 0 = none;
 * an entry of the last level is a page table entry as described in include/page.ts. The top level (PGD) uses 16 entries
 * of 2^27 pages each, so that virtual page numbers fit 31 bits.
 */
import { TABLES_END } from '../include/addr';
import { GFP_PGTABLE } from '../include/gfp';
import type { Kernel } from '../include/kernel';
import type { MmStruct, PgTablePool } from '../include/mm_types';
import { PGTYPE_KERNEL, PGTYPE_MASK, PGTYPE_TABLE, PGZONE_MASK } from '../include/page';
import type { Task } from '../include/sched';
import { PAGE_SIZE, PTRS_PER_TABLE } from '../include/units';
import { NR_PAGETABLE } from '../include/vmstat';
import { pageNode } from '../kernel/sched/core';
import { allocCharged, chargeBlock } from './memcontrol';
import { tlbRemoveTable } from './mmu_gather';
import { allocPages, freePage, freePages } from './page_alloc';

/** Bits of the virtual page number below each level. */
export const PGDIR_SHIFT = 27;
export const PUD_SHIFT = 18;
export const PMD_SHIFT = 9;
export const PTRS_PER_PGD = 16;
/** Of the top level. */
const PGD_ALLOCATION_ORDER = 1;

const LOW = PTRS_PER_TABLE - 1;

function grow(pool: PgTablePool): void {
  const old = pool.pfn.length;
  const cap = Math.max(64, old * 2);
  const entries = new Int32Array(cap * PTRS_PER_TABLE);
  entries.set(pool.entries);
  pool.entries = entries;
  for (const name of ['freeList', 'pfn', 'used', 'huge'] as const) {
    const a = new Int32Array(cap);
    a.set(pool[name]);
    pool[name] = a;
  }
}

/** Takes a table number out of the pool; its entries are 0. */
function takeTable(pool: PgTablePool, pfn: number): number {
  let t: number;
  if (pool.nrFree > 0) {
    t = pool.freeList[--pool.nrFree];
  } else {
    if (pool.high === 0) pool.high = 1;
    if (pool.high >= pool.pfn.length) grow(pool);
    t = pool.high++;
  }
  pool.pfn[t] = pfn;
  pool.used[t] = 0;
  pool.huge[t] = 0;
  return t;
}

/** Puts a table back. Its entries must be 0 again. */
function putTable(pool: PgTablePool, t: number): void {
  pool.pfn[t] = 0;
  pool.used[t] = 0;
  pool.freeList[pool.nrFree++] = t;
}

/**
 * pgd_alloc: the top level of a new address space, two pages: a kernel that can hide its tables from user mode has a copy
 * of it for that. They count as kernel memory, neither in nr_page_table_pages nor in pgtables_bytes (recorded: their sum
 * leaves them out).
 *
 * @returns table number, ALLOC_WAIT or ALLOC_NULL
 */
export function pgdAlloc(k: Kernel, task: Task): number {
  const pfn = allocPages(k, task, GFP_PGTABLE, PGD_ALLOCATION_ORDER);
  if (pfn < 0) return pfn;
  chargeBlock(k, task.memcg, pfn, PGD_ALLOCATION_ORDER);
  for (let p = pfn; p < pfn + (1 << PGD_ALLOCATION_ORDER); p++) {
    k.mem.flags[p] = (k.mem.flags[p] & PGZONE_MASK) | PGTYPE_KERNEL;
    k.mem.index[p] = 0;
    // What the second page was linked to when it last was free.
    k.mem.next[p] = k.mem.prev[p] = 0;
  }
  return takeTable(k.pgtables, pfn);
}

/** pgd_free. The tables below must be gone. */
export function pgdFree(k: Kernel, pgd: number): void {
  const pool = k.pgtables;
  pool.entries.fill(0, pgd * PTRS_PER_TABLE, pgd * PTRS_PER_TABLE + PTRS_PER_PGD);
  freePages(k, pool.pfn[pgd], PGD_ALLOCATION_ORDER);
  putTable(pool, pgd);
}

/** __pud_alloc, __pmd_alloc, __pte_alloc: a table below entry `slot` of table `parent`. */
function tableAlloc(k: Kernel, task: Task, mm: MmStruct, parent: number, slot: number): number {
  const pfn = allocCharged(k, task, task.memcg, GFP_PGTABLE, GFP_PGTABLE);
  if (pfn < 0) return pfn;
  if (parent === mm.pgd && !k.release.countsPudTables) {
    k.mem.flags[pfn] = (k.mem.flags[pfn] & PGZONE_MASK) | PGTYPE_KERNEL;
    k.mem.index[pfn] = 0;
  } else {
    k.mem.flags[pfn] = (k.mem.flags[pfn] & PGZONE_MASK) | PGTYPE_TABLE;
    pageNode(k, pfn).stat[NR_PAGETABLE]++;
  }
  mm.pgtablesBytes += PAGE_SIZE;
  k.cost += k.costs.clearPage;
  const pool = k.pgtables;
  const t = takeTable(pool, pfn);
  pool.entries[parent * PTRS_PER_TABLE + slot] = t;
  pool.used[parent]++;
  return t;
}

/** Tables of the PUD level: entries of the top level. */
export const nrPudTables = (k: Kernel, mm: MmStruct): number => k.pgtables.used[mm.pgd];

/** mm_nr_ptes: tables of the lowest level, that is all but those above. */
export function nrPteTables(k: Kernel, mm: MmStruct): number {
  const { entries, used } = k.pgtables;
  let above = used[mm.pgd];
  for (let i = 0; i < PTRS_PER_PGD; i++) {
    const pud = entries[mm.pgd * PTRS_PER_TABLE + i];
    if (pud > 0) above += used[pud];
  }
  return mm.pgtablesBytes / PAGE_SIZE - above;
}

/**
 * Index in `k.pgtables.entries` of the page table entry of a virtual page.
 *
 * @returns -1 when there is no table for it
 */
export function ptePtr(k: Kernel, mm: MmStruct, vpn: number): number {
  const e = k.pgtables.entries;
  const pud = e[(mm.pgd << 9) + (vpn >>> PGDIR_SHIFT)];
  if (pud === 0) return -1;
  const pmd = e[(pud << 9) + ((vpn >>> PUD_SHIFT) & LOW)];
  if (pmd === 0) return -1;
  const pte = e[(pmd << 9) + ((vpn >>> PMD_SHIFT) & LOW)];
  return pte === 0 ? -1 : (pte << 9) + (vpn & LOW);
}

/**
 * pte_alloc: the same, with the tables that are missing allocated on the way (GFP_KERNEL_ACCOUNT | __GFP_ZERO). §4.8
 *
 * @returns index, ALLOC_WAIT (call again: what was allocated stays) or ALLOC_NULL
 */
export function pteAlloc(k: Kernel, task: Task, mm: MmStruct, vpn: number): number {
  const at = vpn >>> PGDIR_SHIFT;
  let pud = k.pgtables.entries[(mm.pgd << 9) + at];
  if (pud === 0) {
    pud = tableAlloc(k, task, mm, mm.pgd, at);
    if (pud < 0) return pud;
  }
  const inPud = (vpn >>> PUD_SHIFT) & LOW;
  let pmd = k.pgtables.entries[(pud << 9) + inPud];
  if (pmd === 0) {
    pmd = tableAlloc(k, task, mm, pud, inPud);
    if (pmd < 0) return pmd;
  }
  const inPmd = (vpn >>> PMD_SHIFT) & LOW;
  let pte = k.pgtables.entries[(pmd << 9) + inPmd];
  if (pte === 0) {
    pte = tableAlloc(k, task, mm, pmd, inPmd);
    if (pte < 0) return pte;
  }
  return (pte << 9) + (vpn & LOW);
}

function freeTable(k: Kernel, mm: MmStruct, t: number, parent: number, slot: number): void {
  const pool = k.pgtables;
  pool.entries[parent * PTRS_PER_TABLE + slot] = 0;
  pool.used[parent]--;
  const pfn = pool.pfn[t];
  if ((k.mem.flags[pfn] & PGTYPE_MASK) === PGTYPE_TABLE) pageNode(k, pfn).stat[NR_PAGETABLE]--;
  mm.pgtablesBytes -= PAGE_SIZE;
  if (mm.tlb === null) freePage(k, pfn);
  else tlbRemoveTable(k, mm.tlb, pfn);
  putTable(pool, t);
}

/**
 * free_pgtables: gives back the tables that lie in [start, end) and reach neither below `floor` nor above `ceiling`,
 * where other mappings begin. All their entries must be 0. Page numbers.
 */
export function freePgtables(
  k: Kernel,
  mm: MmStruct,
  start: number,
  end: number,
  floor: number,
  ceiling: number,
): void {
  freeLevel(k, mm, mm.pgd, PGDIR_SHIFT, 0, start, Math.min(end, TABLES_END), floor, ceiling);
}

function freeLevel(
  k: Kernel,
  mm: MmStruct,
  table: number,
  shift: number,
  base: number,
  start: number,
  end: number,
  floor: number,
  ceiling: number,
): void {
  const span = 2 ** shift;
  const entries = shift === PGDIR_SHIFT ? PTRS_PER_PGD : PTRS_PER_TABLE;
  const from = Math.max(0, Math.floor((start - base) / span));
  const to = Math.min(entries, Math.ceil((end - base) / span));
  for (let i = from; i < to; i++) {
    const t = k.pgtables.entries[table * PTRS_PER_TABLE + i];
    if (t === 0) continue;
    const lo = base + i * span;
    if (shift > PMD_SHIFT) freeLevel(k, mm, t, shift - 9, lo, start, end, floor, ceiling);
    if (lo >= floor && lo + span <= ceiling && k.pgtables.used[t] === 0) freeTable(k, mm, t, table, i);
  }
}

/**
 * The next virtual page at or after `vpn` that has a page table, below `end`; `end` when there is none. Skips whole
 * missing tables at once.
 */
export function nextTable(k: Kernel, mm: MmStruct, vpn: number, end: number): number {
  const e = k.pgtables.entries;
  let v = vpn;
  while (v < end && v < TABLES_END) {
    const pud = e[(mm.pgd << 9) + (v >>> PGDIR_SHIFT)];
    if (pud === 0) {
      v = ((v >>> PGDIR_SHIFT) + 1) * 2 ** PGDIR_SHIFT;
      continue;
    }
    const pmd = e[(pud << 9) + ((v >>> PUD_SHIFT) & LOW)];
    if (pmd === 0) {
      v = ((v >>> PUD_SHIFT) + 1) * 2 ** PUD_SHIFT;
      continue;
    }
    if (e[(pmd << 9) + ((v >>> PMD_SHIFT) & LOW)] !== 0) return v;
    v = ((v >>> PMD_SHIFT) + 1) * 2 ** PMD_SHIFT;
  }
  return end;
}
