/** How much is done at a time. §6.5. */

/** Pages isolated in one go, and page table entries looked at around a young one. */
export const MIN_LRU_BATCH = 64;
/** Pages examined or moved in one go. */
export const MAX_LRU_BATCH = 4096;
