/** The layout of an address space, in virtual page numbers. §9 */

/** Past the last virtual page number that page tables can map (8 TiB). */
export const TABLES_END = 2 ** 31;
/**
 * Past the last virtual page number of user space: 128 TiB. The model's page tables reach TABLES_END (8 TiB); only a
 * mapping that does not fit below is placed above them, where it can be mapped but not touched.
 */
export const TASK_SIZE = 2 ** 35;
/** The stack ends here, and mappings are placed below this gap (16 GiB), as with address-space randomisation. */
export const STACK_TOP = TABLES_END - 1;
export const MMAP_BASE = STACK_TOP - 2 ** 22;
/** Where a program's text starts (0x400000). */
export const TEXT_BASE = 0x400;
