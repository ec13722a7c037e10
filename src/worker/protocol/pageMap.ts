/** The page map: what the bytes of its cells stand for, and what is told of one page. */
import type { Kind } from './memory';

/**
 * Kinds in the order of the page map's bytes (by 'kind'); 255 = beyond the end. `freePieces` is free in blocks too small
 * for a request of 16 pages.
 */
export const MAP_KINDS: readonly (Kind | 'freePieces')[] = [
  'free',
  'anonActive',
  'anonInactive',
  'mlocked',
  'shmem',
  'fileActive',
  'fileInactive',
  'slab',
  'pagetables',
  'kernel',
  'pcp',
  'reserved',
  'freePieces',
];

/**
 * Bytes of the page map by 'owner': 0..6 is the chip of the process that has most pages of the cell; these are the rest.
 * By 'age': 0 (just put on its list) .. 7 (next to be reclaimed), by the place on the LRU list, inactive after active.
 */
export const MAP_FREE = 8;

/** By 'owner': kernel, page cache and pages that several processes share. By 'age': not on an LRU list. */
export const MAP_NOBODY = 9;

export const MAP_BEYOND = 255;

/** Answer to inspectPage. */
export interface PageInfo {
  pfn: number;
  zone: string;
  kind: string;
  owner: string;
  ownerPid: number;
  flags: string[];
  mapcount: number;
  /** The page is part of a block of 2^order pages: a free block, a huge page, or a kernel allocation. */
  order: number;
  /** Migrate type of its pageblock, in the kernel's words. */
  migratetype: string;
  /** First and last pfn of the cell. */
  firstPfn: number;
  lastPfn: number;
}
