/** Huge pages are whole: 512 frames of one owner, as many mapped as are counted, and mapped as one where a table says so. */
import type { Kernel } from '../include/kernel';
import { PG_LRU, PG_TAIL, PTE_PRESENT, PTE_SHIFT } from '../include/page';
import { HPAGE_PMD_NR } from '../include/units';
import { NR_ANON_THPS } from '../include/vmstat';
import { pageNode } from '../kernel/sched/core';
import { entireMapcount, isDeferred, mappedPages } from '../mm/huge_memory';
import { ptePtr } from '../mm/pgtable';
import { forEachAnonMm } from '../mm/rmap';
import { equal, type Findings, fault } from './report';

/** Page tables that map the huge page as one; notes those that do so wrongly. */
function countEntire(k: Kernel, f: Findings, head: number): number {
  const m = k.mem;
  const { entries, huge, used } = k.pgtables;
  let n = 0;
  forEachAnonMm(k, m.mapping[head] - 1, (mm) => {
    if (mm.pgd <= 0) return;
    const at = ptePtr(k, mm, m.index[head]);
    if (at < 0 || huge[at >>> 9] === 0 || entries[at] >>> PTE_SHIFT !== head) return;
    n++;
    equal(f, `table ${at >>> 9} of huge page ${head}: entries`, used[at >>> 9], HPAGE_PMD_NR);
    for (let i = 0; i < HPAGE_PMD_NR; i++) {
      const e = entries[at + i];
      if (!(e & PTE_PRESENT) || e >>> PTE_SHIFT !== head + i)
        fault(f, `table ${at >>> 9}: entry ${i} is not of huge page ${head}`);
    }
  });
  return n;
}

/**
 * Checks the huge page with this head.
 *
 * @param node sums of the node's counters; gets what the page adds to them
 */
export function auditHugePage(k: Kernel, f: Findings, head: number, node: Float64Array): void {
  const m = k.mem;
  if (head & (HPAGE_PMD_NR - 1)) fault(f, `huge page ${head}: not aligned`);
  let mapped = 0;
  for (let i = 0; i < HPAGE_PMD_NR; i++) {
    const p = head + i;
    if (m.mapcount[p] > 0) mapped++;
    if (i > 0 && (!(m.flags[p] & PG_TAIL) || m.flags[p] & PG_LRU))
      fault(f, `huge page ${head}: frame ${i} is no tail of it`);
    if (m.mapping[p] !== m.mapping[head] || m.index[p] !== m.index[head] + i) {
      fault(f, `huge page ${head}: frame ${i} belongs elsewhere`);
    }
  }
  equal(f, `huge page ${head}: frames mapped`, mappedPages(k, head), mapped);
  const entire = countEntire(k, f, head);
  equal(f, `huge page ${head}: tables that map it as one`, entireMapcount(k, head), entire);
  if (entire > 0) node[NR_ANON_THPS] += HPAGE_PMD_NR;
  if (mapped === 0) fault(f, `huge page ${head}: nothing maps it, and it is not free`);
  if (isDeferred(k, head) !== pageNode(k, head).deferredSplit.includes(head)) {
    fault(f, `huge page ${head}: its mark and the queue of those to be split disagree`);
  }
}
