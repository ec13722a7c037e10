/** What is to be done with a page that reclaim looks at. §5.3 */

/** Back to the inactive list. */
export const KEEP = 0;
/** Back to the active list. */
export const ACTIVATE = 1;
/** To the allocator. */
export const FREE = 2;
/** Still to be evicted. */
export const RECLAIM = 3;
/** Evict it if that needs no write. */
export const RECLAIM_CLEAN = 4;
/** Nobody's any more: its owner has gone while it was being read or written. */
export const ORPHAN = 5;
/** Back to the inactive list because it has been used. */
export const REF_KEEP = 6;
