/** Bytes in a page of the lab's machines. */
export const PAGE_SIZE = 4096;
