/** Sizes and time units of the modelled machine (x86-64, 4 KiB pages). §0. */

export const PAGE_SHIFT = 12;
/** Bytes in a page. */
export const PAGE_SIZE = 4096;
/** Highest order of a buddy block: 2^10 pages, 4 MiB. */
export const MAX_PAGE_ORDER = 10;
export const NR_PAGE_ORDERS = 11;
/** A pageblock is 2 MiB, the unit that carries a migrate type. */
export const PAGEBLOCK_ORDER = 9;
export const PAGEBLOCK_NR_PAGES = 512;
/** A transparent huge page: 2 MiB, what one entry of the PMD level maps. */
export const HPAGE_PMD_ORDER = 9;
export const HPAGE_PMD_NR = 512;
/** Orders above this one are "costly": they may fail and never kill. */
export const PAGE_ALLOC_COSTLY_ORDER = 3;
export const MAX_RECLAIM_RETRIES = 16;
export const MAX_COMPACT_RETRIES = 16;
export const SWAP_CLUSTER_MAX = 32;
export const DEF_PRIORITY = 12;
/** Page table entries in one table. */
export const PTRS_PER_TABLE = 512;

/** Nanoseconds in a microsecond, millisecond, second. */
export const US = 1_000;
export const MS = 1_000_000;
export const SEC = 1_000_000_000;
/** Clock ticks a second (Debian's kernels), and the length of one in ns. */
export const HZ = 250;
export const JIFFY = SEC / HZ;

/** Pages to the kB the kernel prints. */
export const kB = (pages: number): number => pages * 4;

/** mult_frac: x * n / d without overflow, rounded down. */
export const multFrac = (x: number, n: number, d: number): number =>
  Math.floor(x / d) * n + Math.floor(((x % d) * n) / d);
/** int_sqrt: the integer square root, rounded down. */
export const intSqrt = (x: number): number => Math.floor(Math.sqrt(x));
export const clamp = (x: number, lo: number, hi: number): number => (x < lo ? lo : x > hi ? hi : x);
