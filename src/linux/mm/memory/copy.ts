/** copy_page_range: what a child shares with its parent. §9.3. */
import type { Kernel } from '../../include/kernel';
import {
  MM_ANONPAGES,
  MM_FILEPAGES,
  MM_SHMEMPAGES,
  MM_SWAPENTS,
  type MmStruct,
  VM_SHARED,
  type Vma,
} from '../../include/mm_types';
import {
  PG_ANON_EXCLUSIVE,
  PG_SWAPBACKED,
  PTE_DIRTY,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_SPECIAL,
  PTE_WRITE,
  PTE_YOUNG,
} from '../../include/page';
import type { Task } from '../../include/sched';
import { addEntireMapcount, compoundHead } from '../huge_memory';
import { addMmCounter } from '../mm_counters';
import { nextTable, pteAlloc, ptePtr } from '../pgtable';
import { swapDuplicate } from '../swapfile';

/**
 * Copies the page table entries of one VMA from `start` on. Private pages become read-only on both sides, with one
 * mapping more; entries in swap get one user more. A mapping that never had anonymous pages is skipped: its pages come
 * back by faults.
 *
 * @returns next virtual page (`vma.end` when done), or ALLOC_WAIT, ALLOC_NULL when a page table was missing; what was
 *   copied is then in `task.forkWork.vpn`
 */
export function copyPageRange(k: Kernel, task: Task, src: MmStruct, dst: MmStruct, vma: Vma, start: number): number {
  if (!vma.anon) return vma.end;
  const m = k.mem;
  const cow = !(vma.flags & VM_SHARED);
  let v = nextTable(k, src, start, vma.end);
  while (v < vma.end) {
    let to = pteAlloc(k, task, dst, v);
    if (to < 0) {
      if (task.forkWork !== null) task.forkWork.vpn = v;
      return to;
    }
    const { entries, used, huge } = k.pgtables;
    let from = ptePtr(k, src, v);
    const last = Math.min(vma.end, Math.floor(v / 512) * 512 + 512);
    let anon = 0;
    let file = 0;
    let shmem = 0;
    let swap = 0;
    let copied = 0;
    const table = to >>> 9;
    for (; v < last; v++, from++, to++) {
      let e = entries[from];
      if (e === 0) continue;
      copied++;
      if (!(e & PTE_PRESENT)) {
        swapDuplicate(k, e >>> PTE_SHIFT);
        swap++;
      } else if (!(e & PTE_SPECIAL)) {
        const pfn = e >>> PTE_SHIFT;
        m.mapcount[pfn]++;
        if (m.mapping[pfn] > 0) {
          anon++;
          m.flags[pfn] &= ~PG_ANON_EXCLUSIVE;
        } else if (m.flags[pfn] & PG_SWAPBACKED) {
          shmem++;
        } else {
          file++;
        }
        if (cow) {
          e &= ~PTE_WRITE;
          entries[from] = e;
        } else {
          e &= ~PTE_DIRTY;
        }
        e &= ~PTE_YOUNG;
      }
      entries[to] = e;
    }
    used[table] += copied;
    if (huge[(from - 1) >>> 9] !== 0) {
      huge[table] = 1;
      addEntireMapcount(k, compoundHead(entries[from - 1] >>> PTE_SHIFT), 1);
    }
    k.cost += copied * k.costs.copyPte;
    if (anon) addMmCounter(k, dst, MM_ANONPAGES, anon);
    if (file) addMmCounter(k, dst, MM_FILEPAGES, file);
    if (shmem) addMmCounter(k, dst, MM_SHMEMPAGES, shmem);
    if (swap) addMmCounter(k, dst, MM_SWAPENTS, swap);
    v = nextTable(k, src, v, vma.end);
  }
  return vma.end;
}
