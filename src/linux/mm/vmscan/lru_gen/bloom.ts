/** Which page tables are worth a look in a walk: those with enough young entries in the last one. §6.4. */
import type { Kernel } from '../../../include/kernel';
import type { LruGenFolio } from '../../../include/mmzone';

/** Entries in a cache line: a table is promising when one in so many is young. */
const PTES_PER_LINE = 8;

/** reset_bloom_filter: nothing is known to be worth a look in the walk of this sequence number. */
export function resetFilter(k: Kernel, g: LruGenFolio, seq: number): void {
  const n = k.pgtables.pfn.length;
  const { filters } = g;
  if (filters[seq & 1].length === n) filters[seq & 1].fill(0);
  else filters[seq & 1] = new Uint8Array(n);
}

/** test_bloom_filter: without a filter all tables are looked at. */
export function testFilter(g: LruGenFolio, seq: number, table: number): boolean {
  const f = g.filters[seq & 1];
  return f.length === 0 || f[table] === 1;
}

/** update_bloom_filter. The pool of tables may have grown since the filter was made. */
export function updateFilter(k: Kernel, g: LruGenFolio, seq: number, table: number): void {
  const f = g.filters[seq & 1];
  if (f.length === 0) return;
  if (table >= f.length) {
    const longer = new Uint8Array(k.pgtables.pfn.length);
    longer.set(f);
    g.filters[seq & 1] = longer;
  }
  g.filters[seq & 1][table] = 1;
}

/** suitable_to_scan: at least one young entry a cache line on average. */
export const suitableToScan = (total: number, young: number): boolean => young * PTES_PER_LINE >= total;
