/** Where the bits of a request's flags stood in other years. §10.13. */

export type Bits = readonly (readonly [string, number])[];

const HEAD: Bits = [
  ['__GFP_DMA', 0x1],
  ['__GFP_HIGHMEM', 0x2],
  ['__GFP_DMA32', 0x4],
  ['__GFP_MOVABLE', 0x8],
];
/** 2.6.24 to 4.3. */
export const BITS_2_6: Bits = [
  ...HEAD,
  ['__GFP_WAIT', 0x10],
  ['__GFP_HIGH', 0x20],
  ['__GFP_IO', 0x40],
  ['__GFP_FS', 0x80],
  ['__GFP_COLD', 0x100],
  ['__GFP_NOWARN', 0x200],
  ['__GFP_REPEAT', 0x400],
  ['__GFP_NOFAIL', 0x800],
  ['__GFP_NORETRY', 0x1000],
  ['__GFP_MEMALLOC', 0x2000],
  ['__GFP_COMP', 0x4000],
  ['__GFP_ZERO', 0x8000],
  ['__GFP_NOMEMALLOC', 0x10000],
  ['__GFP_HARDWALL', 0x20000],
  ['__GFP_THISNODE', 0x40000],
  ['__GFP_RECLAIMABLE', 0x80000],
  ['__GFP_NOTRACK', 0x200000],
  ['__GFP_NO_KSWAPD', 0x400000],
  ['__GFP_OTHER_NODE', 0x800000],
  ['__GFP_WRITE', 0x1000000],
];
const MIDDLE: Bits = [
  ...HEAD,
  ['__GFP_RECLAIMABLE', 0x10],
  ['__GFP_HIGH', 0x20],
  ['__GFP_IO', 0x40],
  ['__GFP_FS', 0x80],
  ['__GFP_NOWARN', 0x200],
  ['__GFP_RETRY_MAYFAIL', 0x400],
  ['__GFP_NOFAIL', 0x800],
  ['__GFP_NORETRY', 0x1000],
  ['__GFP_MEMALLOC', 0x2000],
  ['__GFP_COMP', 0x4000],
  ['__GFP_ZERO', 0x8000],
  ['__GFP_NOMEMALLOC', 0x10000],
  ['__GFP_HARDWALL', 0x20000],
  ['__GFP_THISNODE', 0x40000],
  ['__GFP_ATOMIC', 0x80000],
  ['__GFP_ACCOUNT', 0x100000],
];
const BITS_4_4: Bits = [
  ...MIDDLE,
  ['__GFP_COLD', 0x100],
  ['__GFP_NOTRACK', 0x200000],
  ['__GFP_DIRECT_RECLAIM', 0x400000],
  ['__GFP_OTHER_NODE', 0x800000],
  ['__GFP_WRITE', 0x1000000],
  ['__GFP_KSWAPD_RECLAIM', 0x2000000],
];
const BITS_4_11: Bits = [
  ...MIDDLE,
  ['__GFP_COLD', 0x100],
  ['__GFP_NOTRACK', 0x200000],
  ['__GFP_DIRECT_RECLAIM', 0x400000],
  ['__GFP_WRITE', 0x800000],
  ['__GFP_KSWAPD_RECLAIM', 0x1000000],
];
const BITS_4_15: Bits = [
  ...MIDDLE,
  ['__GFP_WRITE', 0x100],
  ['__GFP_DIRECT_RECLAIM', 0x200000],
  ['__GFP_KSWAPD_RECLAIM', 0x400000],
];
const BITS_5_0: Bits = [
  ...HEAD,
  ['__GFP_RECLAIMABLE', 0x10],
  ['__GFP_HIGH', 0x20],
  ['__GFP_IO', 0x40],
  ['__GFP_FS', 0x80],
  ['__GFP_ZERO', 0x100],
  ['__GFP_ATOMIC', 0x200],
  ['__GFP_DIRECT_RECLAIM', 0x400],
  ['__GFP_KSWAPD_RECLAIM', 0x800],
  ['__GFP_WRITE', 0x1000],
  ['__GFP_NOWARN', 0x2000],
  ['__GFP_RETRY_MAYFAIL', 0x4000],
  ['__GFP_NOFAIL', 0x8000],
  ['__GFP_NORETRY', 0x10000],
  ['__GFP_MEMALLOC', 0x20000],
  ['__GFP_COMP', 0x40000],
  ['__GFP_NOMEMALLOC', 0x80000],
  ['__GFP_HARDWALL', 0x100000],
  ['__GFP_THISNODE', 0x200000],
  ['__GFP_ACCOUNT', 0x400000],
  ['__GFP_ZEROTAGS', 0x800000],
];
/** Newest first. */
const TABLES: readonly { from: readonly [number, number]; bits: Bits }[] = [
  { from: [5, 0], bits: BITS_5_0 },
  { from: [4, 15], bits: BITS_4_15 },
  { from: [4, 11], bits: BITS_4_11 },
  { from: [4, 4], bits: BITS_4_4 },
  { from: [0, 0], bits: BITS_2_6 },
];

/** The bits of a release, [major, minor]. */
export const gfpBits = (release: readonly number[]): Bits =>
  (TABLES.find(({ from }) => release[0] > from[0] || (release[0] === from[0] && release[1] >= from[1])) ?? TABLES[4])
    .bits;

/** Composites of the years whose kernels print a bare number, the largest first. */
export const OLD_COMPOSITES: readonly (readonly [string, number])[] = [
  ['GFP_HIGHUSER_MOVABLE', 0x200da],
  ['GFP_HIGHUSER', 0x200d2],
  ['GFP_USER', 0x200d0],
  ['GFP_TEMPORARY', 0x800d0],
  ['GFP_KERNEL', 0xd0],
  ['GFP_NOFS', 0x50],
  ['GFP_NOIO', 0x10],
];
