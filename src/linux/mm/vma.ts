/** The list of mapped ranges of an address space. Page numbers throughout. */
import type { Kernel } from '../include/kernel';
import { type MmStruct, VM_EXEC, VM_GROWSDOWN, VM_LOCKED, VM_SHARED, VM_WRITE, type Vma } from '../include/mm_types';
import { splitHugePmdAt } from './huge_memory';

/**
 * vma_lookup: index in `mm.vmas` of the VMA that contains the virtual page.
 *
 * @returns -1 when the page is not mapped
 */
export function findVma(mm: MmStruct, vpn: number): number {
  const vmas = mm.vmas;
  const c = mm.vmaCache;
  if (c < vmas.length && vmas[c].start <= vpn && vpn < vmas[c].end) return c;
  const i = findVmaFrom(mm, vpn);
  if (i >= vmas.length || vmas[i].start > vpn) return -1;
  mm.vmaCache = i;
  return i;
}

/** find_vma: index of the first VMA that ends above the virtual page; `mm.vmas.length` when there is none. */
export function findVmaFrom(mm: MmStruct, vpn: number): number {
  const vmas = mm.vmas;
  let lo = 0;
  let hi = vmas.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (vmas[mid].end > vpn) hi = mid;
    else lo = mid + 1;
  }
  return lo;
}

/** vm_stat_account, and locked_vm: `pages` (negative: fewer) of this kind of mapping. */
export function vmStatAccount(mm: MmStruct, flags: number, pages: number): void {
  mm.totalVm += pages;
  if (mm.totalVm > mm.hiwaterVm) mm.hiwaterVm = mm.totalVm;
  if (flags & VM_GROWSDOWN) mm.stackVm += pages;
  else if (flags & VM_EXEC && !(flags & VM_WRITE)) mm.execVm += pages;
  else if ((flags & (VM_WRITE | VM_SHARED)) === VM_WRITE) mm.dataVm += pages;
  if (flags & VM_LOCKED) mm.lockedVm += pages;
}

/** One mapping more of the inode. Those of one address space stand together, for the walks of rmap. */
function addMapper(k: Kernel, ino: number, mm: number): void {
  const { mappers } = k.inodes[ino];
  const i = mappers.indexOf(mm);
  mappers.splice(i < 0 ? mappers.length : i, 0, mm);
}

/** Enters a VMA in its place and counts it. The range must be free. */
export function insertVma(k: Kernel, mm: MmStruct, vma: Vma): void {
  const i = findVmaFrom(mm, vma.start);
  mm.vmas.splice(i, 0, vma);
  mm.vmaCache = i;
  if (vma.inode >= 0) addMapper(k, vma.inode, mm.id);
  vmStatAccount(mm, vma.flags, vma.end - vma.start);
}

/** Takes the VMA with this index out. Its pages must be unmapped. */
export function removeVma(k: Kernel, mm: MmStruct, i: number): void {
  const vma = mm.vmas[i];
  mm.vmas.splice(i, 1);
  mm.vmaCache = 0;
  if (vma.inode >= 0) {
    const mappers = k.inodes[vma.inode].mappers;
    mappers.splice(mappers.indexOf(mm.id), 1);
  }
  vmStatAccount(mm, vma.flags, vma.start - vma.end);
}

/** split_vma: two VMAs out of one, the second from `at` on. */
export function splitVma(k: Kernel, mm: MmStruct, i: number, at: number): void {
  const vma = mm.vmas[i];
  if (vma.inode < 0) splitHugePmdAt(k, mm, at);
  const upper: Vma = { ...vma, start: at, pgoff: vma.inode >= 0 ? vma.pgoff + (at - vma.start) : 0 };
  vma.end = at;
  mm.vmas.splice(i + 1, 0, upper);
  mm.vmaCache = i;
  if (vma.inode >= 0) addMapper(k, vma.inode, mm.id);
}

/** Splits the VMAs that cross `start` or `end`, so that the range is made of whole ones. */
export function splitRange(k: Kernel, mm: MmStruct, start: number, end: number): void {
  let i = findVma(mm, start);
  if (i >= 0 && mm.vmas[i].start < start) splitVma(k, mm, i, start);
  i = findVma(mm, end);
  if (i >= 0 && mm.vmas[i].start < end) splitVma(k, mm, i, end);
}

/** vma_merge: joins neighbours that are alike, around index `i`. Anonymous ones only. */
export function mergeVma(mm: MmStruct, i: number): void {
  const vmas = mm.vmas;
  if (i + 1 < vmas.length && canMerge(vmas[i], vmas[i + 1])) {
    vmas[i].end = vmas[i + 1].end;
    vmas[i].anon = vmas[i].anon || vmas[i + 1].anon;
    vmas.splice(i + 1, 1);
  }
  if (i > 0 && canMerge(vmas[i - 1], vmas[i])) {
    vmas[i - 1].end = vmas[i].end;
    vmas[i - 1].anon = vmas[i - 1].anon || vmas[i].anon;
    vmas.splice(i, 1);
  }
  mm.vmaCache = 0;
}

const canMerge = (a: Vma, b: Vma): boolean =>
  a.end === b.start && a.inode < 0 && b.inode < 0 && a.flags === b.flags && a.name === b.name && samePolicy(a, b);

/** mpol_equal. */
const samePolicy = ({ policy: a }: Vma, { policy: b }: Vma): boolean =>
  a === b || (a !== undefined && b !== undefined && a.mode === b.mode && a.nodes === b.nodes);
