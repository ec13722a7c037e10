/** Page tables. */
import type { Kernel } from '../../include/kernel';
import { type MmStruct, VM_LOCKED, VM_SHARED, type Vma } from '../../include/mm_types';
import {
  PGTYPE_KERNEL,
  PGTYPE_MASK,
  PGTYPE_TABLE,
  PGTYPE_USER,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_SPECIAL,
} from '../../include/page';
import { PGDIR_SHIFT, PTRS_PER_PGD } from '../../mm/pgtable';
import { pageVpn } from '../../mm/rmap';
import { oomRules } from '../../versions/oom_rules';
import { equal, type Findings, fault } from '../report';
import { type MmCount, typeOf, type Walk } from './list';

/** The VMA that holds a virtual page, or null; `i` is where to start looking in the sorted list. */
function vmaFrom(mm: MmStruct, vpn: number, i: { at: number }): Vma | null {
  while (i.at < mm.vmas.length && mm.vmas[i.at].end <= vpn) i.at++;
  return i.at < mm.vmas.length && mm.vmas[i.at].start <= vpn ? mm.vmas[i.at] : null;
}

/** One page table entry. */
function walkPte(
  k: Kernel,
  f: Findings,
  w: Walk,
  mm: MmStruct,
  c: MmCount,
  vpn: number,
  pte: number,
  vma: Vma | null,
): void {
  const m = k.mem;
  const at = `mm ${mm.id} page ${vpn}`;
  if (vma === null) fault(f, `${at}: mapped outside of all VMAs`);
  const spared = vma !== null && vma.flags & VM_LOCKED && oomRules(k).reaperSparesMlocked;
  const taken = vma !== null && !spared && (vma.inode < 0 || !(vma.flags & VM_SHARED));
  if (!(pte & PTE_PRESENT)) {
    const slot = pte >>> PTE_SHIFT;
    c.swap++;
    if (taken) c.reapable++;
    if (slot >= k.swap.slots) fault(f, `${at}: swap slot ${slot} does not exist`);
    else w.slotRefs[slot]++;
    return;
  }
  if (pte & PTE_SPECIAL) return;
  const p = pte >>> PTE_SHIFT;
  if (p >= m.nrPages || (m.flags[p] & PGTYPE_MASK) !== PGTYPE_USER) {
    fault(f, `${at}: maps frame ${p}, which is no user page`);
    return;
  }
  w.mapcount[p]++;
  if (taken) c.reapable++;
  const mapping = m.mapping[p];
  if (mapping > 0) {
    c.anon++;
    if (pageVpn(k, p) !== vpn) fault(f, `${at}: maps frame ${p}, whose virtual page is ${pageVpn(k, p)}`);
    if (mapping - 1 !== mm.id && !k.anonVmas[mapping - 1]?.mms.includes(mm.id)) {
      fault(f, `${at}: maps frame ${p} of mm ${mapping - 1}, to which it is not related`);
    }
    return;
  }
  if (mapping === 0) {
    fault(f, `${at}: maps frame ${p}, which has no owner`);
    return;
  }
  const inode = k.inodes[-mapping - 1];
  if (inode.kind === 'shmem') c.shmem++;
  else c.file++;
  if (vma !== null && (vma.inode !== inode.id || vma.pgoff + (vpn - vma.start) !== pageVpn(k, p))) {
    fault(f, `${at}: maps frame ${p}, page ${pageVpn(k, p)} of inode ${inode.id}, against its VMA`);
  }
}

/** All page tables of an address space. Invariants 6 and 8. */
export function walkMm(k: Kernel, f: Findings, w: Walk, mm: MmStruct): MmCount {
  const c: MmCount = { file: 0, anon: 0, shmem: 0, swap: 0, reapable: 0, tables: 0 };
  const pool = k.pgtables;
  const i = { at: 0 };
  const frame = (t: number, type: number): void => {
    const p = pool.pfn[t];
    if (w.table[p]) fault(f, `mm ${mm.id}: frame ${p} holds two tables`);
    w.table[p] = 1;
    if (typeOf(k, p) !== type) fault(f, `mm ${mm.id}: frame ${p} of table ${t} is not marked as one`);
  };
  const level = (t: number, shift: number, base: number): void => {
    let used = 0;
    const entries = shift === PGDIR_SHIFT ? PTRS_PER_PGD : 512;
    for (let e = 0; e < entries; e++) {
      const value = pool.entries[t * 512 + e];
      if (value === 0) continue;
      used++;
      const vpn = base + e * 2 ** shift;
      if (shift === 0) {
        walkPte(k, f, w, mm, c, vpn, value, vmaFrom(mm, vpn, i));
      } else if (value < 0 || value >= pool.high) {
        fault(f, `mm ${mm.id}: table ${value} does not exist`);
      } else {
        c.tables++;
        // Some releases do not tell tables of the PUD level from other kernel memory.
        frame(value, shift === PGDIR_SHIFT && !k.release.countsPudTables ? PGTYPE_KERNEL : PGTYPE_TABLE);
        level(value, shift - 9, vpn);
      }
    }
    equal(f, `mm ${mm.id} entries in table ${t}`, pool.used[t], used);
  };
  frame(mm.pgd, PGTYPE_KERNEL);
  level(mm.pgd, PGDIR_SHIFT, 0);
  return c;
}
