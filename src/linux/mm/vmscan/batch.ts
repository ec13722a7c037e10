/** The batch of pages that reclaim has in hand. Meaningless between calls. */
import { LRU_REFS_MASK, PG_SWAPBACKED, PG_SWAPCACHE, PG_WORKINGSET } from '../../include/page';
import { MIN_LRU_BATCH } from './lru_gen/batch';

/** The pages isolated last, in order. */
export const batch = new Int32Array(MIN_LRU_BATCH);
/** What is to be done with each of them. */
export const verdicts = new Uint8Array(MIN_LRU_BATCH);
/** Index of the page table entry that maps it, where that is the only one and known; else −1. */
export const ptes = new Int32Array(MIN_LRU_BATCH);
/**
 * For a page that is to be evicted, when it is anonymous and goes to swap as most do, its `mapping`; else 0. Nothing that is
 * done with the pages before it changes that.
 */
export const plainOwners = new Int32Array(MIN_LRU_BATCH);

/** Marks of accesses through file descriptors: they make the tier. */
export const LRU_USES = LRU_REFS_MASK | PG_WORKINGSET;
/** What tells whether an anonymous page goes to swap as most do and leaves the shadow that most leave. */
const ALIKE = PG_SWAPBACKED | PG_SWAPCACHE | LRU_USES;
export const isPlain = (flags: number): boolean => (flags & ALIKE) === PG_SWAPBACKED;
