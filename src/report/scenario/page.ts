/** Bytes in a page of the lab's machines. */
export const PAGE_SIZE = 4096;
export const PAGE_KB = PAGE_SIZE / 1024;

/** Pages as a size in bytes, as a scenario has it. */
export const bytes = (pages: number): number => Math.max(0, Math.round(pages)) * PAGE_SIZE;
export const sum = (values: readonly number[]): number => values.reduce((n, x) => n + x, 0);
