/** What a walk over the kernel's structures collects, and the walk over one list. */
import type { Kernel } from '../../include/kernel';
import { PGTYPE_MASK } from '../../include/page';
import { type Findings, fault } from '../report';

/** Where a frame was met. */
export const ON_NOTHING = 0;

export const ON_BUDDY = 1;

export const ON_PCP = 2;

export const ON_LRU = 3;

export const ON_BATCH = 4;

export const ON_SLAB = 5;

/** Per address space, counted in its page tables. */
export interface MmCount {
  file: number;
  anon: number;
  shmem: number;
  swap: number;
  /** Anonymous or private pages that the reaper would take. */
  reapable: number;
  tables: number;
}

export interface Walk {
  /** ON_* by frame. */
  list: Uint8Array;
  /** Present page table entries by frame. */
  mapcount: Int32Array;
  /** 1 = belongs to a page table or to a PGD. */
  table: Uint8Array;
  /** 1 = entered in its inode's page cache. */
  cached: Uint8Array;
  /** Page table entries and shmem places that refer to a slot. */
  slotRefs: Int32Array;
  mms: (MmCount | null)[];
}

/** Walks an intrusive list; stops at the first broken link. */
export function walkList(k: Kernel, f: Findings, what: string, head: number, visit: (p: number) => void): number {
  const { next, prev, nrPages } = k.mem;
  let n = 0;
  for (let p = next[head]; p !== head; p = next[p]) {
    if (p < 0 || p >= nrPages || prev[next[p]] !== p || n > nrPages) {
      fault(f, `${what}: broken link at ${p}`);
      return n;
    }
    n++;
    visit(p);
  }
  return n;
}

export function mark(k: Kernel, f: Findings, w: Walk, p: number, on: number, what: string): void {
  if (p >= k.mem.nrPages) return;
  if (w.list[p] !== ON_NOTHING) fault(f, `page ${p}: on ${what} and on another list`);
  w.list[p] = on;
}

export const typeOf = (k: Kernel, p: number): number => k.mem.flags[p] & PGTYPE_MASK;
