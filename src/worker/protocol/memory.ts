/** Memory as it is shown: what its pages hold, by zone and by generation. */
import type { OomZone } from '../../linux/include/kernel';

/** Pages by what they hold. Sums to present pages. */
export interface KindPages {
  anonActive: number;
  anonInactive: number;
  /** Anonymous or file pages on the unevictable list. */
  mlocked: number;
  shmem: number;
  fileActive: number;
  fileInactive: number;
  slab: number;
  /** Page tables. */
  pagetables: number;
  /** Kernel stacks and all other kernel allocations. */
  kernel: number;
  free: number;
  /** In per-cpu lists: neither free nor used. */
  pcp: number;
  /** Kernel image, memmap and firmware: never handed to the allocator. */
  reserved: number;
}

export type Kind = keyof KindPages;

export interface ZoneFrame extends OomZone {
  /** Key as in "0/DMA32". */
  id: string;
  /** First pfn of the zone and the one past its last; equal when it is empty. */
  firstPfn: number;
  endPfn: number;
  kinds: KindPages;
}

/** One generation of the multi-gen LRU. */
export interface GenerationFrame {
  /** Its number; a larger one is younger. */
  seq: number;
  pages: number;
  /** Since it was begun, ms. */
  ageMs: number;
}
