/** The request's flags, by name or by the bits of the kernel's years. §10.13. */

import { BITS_2_6, type Bits, gfpBits, OLD_COMPOSITES } from '../linux/versions/gfp';
import { parseRelease } from './release';
import type { RawReport } from './types';

/** What the composite names stand for. */
const COMPOSITES: Record<string, readonly string[]> = {
  GFP_ATOMIC: ['__GFP_HIGH', '__GFP_KSWAPD_RECLAIM'],
  GFP_NOWAIT: ['__GFP_KSWAPD_RECLAIM'],
  GFP_NOIO: ['__GFP_RECLAIM'],
  GFP_NOFS: ['__GFP_RECLAIM', '__GFP_IO'],
  GFP_TEMPORARY: ['__GFP_RECLAIM', '__GFP_IO', '__GFP_FS', '__GFP_RECLAIMABLE'],
  GFP_KERNEL: ['__GFP_RECLAIM', '__GFP_IO', '__GFP_FS'],
  GFP_KERNEL_ACCOUNT: ['__GFP_RECLAIM', '__GFP_IO', '__GFP_FS', '__GFP_ACCOUNT'],
  GFP_USER: ['__GFP_RECLAIM', '__GFP_IO', '__GFP_FS', '__GFP_HARDWALL'],
  GFP_HIGHUSER: ['__GFP_RECLAIM', '__GFP_IO', '__GFP_FS', '__GFP_HARDWALL', '__GFP_HIGHMEM'],
  GFP_HIGHUSER_MOVABLE: ['__GFP_RECLAIM', '__GFP_IO', '__GFP_FS', '__GFP_HARDWALL', '__GFP_HIGHMEM', '__GFP_MOVABLE'],
  GFP_TRANSHUGE: [
    '__GFP_DIRECT_RECLAIM',
    '__GFP_IO',
    '__GFP_FS',
    '__GFP_HARDWALL',
    '__GFP_HIGHMEM',
    '__GFP_MOVABLE',
    '__GFP_COMP',
    '__GFP_NOMEMALLOC',
    '__GFP_NOWARN',
  ],
  GFP_TRANSHUGE_LIGHT: [
    '__GFP_IO',
    '__GFP_FS',
    '__GFP_HARDWALL',
    '__GFP_HIGHMEM',
    '__GFP_MOVABLE',
    '__GFP_COMP',
    '__GFP_NOMEMALLOC',
    '__GFP_NOWARN',
  ],
  GFP_DMA: ['__GFP_DMA'],
  GFP_DMA32: ['__GFP_DMA32'],
};
const RECLAIM = ['__GFP_DIRECT_RECLAIM', '__GFP_KSWAPD_RECLAIM'];

export interface Request {
  mask: number;
  /** As the kernel prints them; worked out where it prints a number only. */
  flags: string[];
  /** What they stand for, one by one. */
  bits: string[];
}

export function requestOf(r: RawReport): Request | null {
  if (!r.gfp) return null;
  const { mask, names } = r.gfp;
  const release = r.uname ? parseRelease(r.uname) : null;
  if (names !== null) {
    const flags = names.split('|').filter((f) => f !== '');
    return { mask, flags, bits: expand(flags) };
  }
  const bare = release ?? [2, 6, 32];
  const table = gfpBits(bare);
  const flags: string[] = [];
  let left = mask;
  const whole = compositesOf(table).find(([, bits]) => (left & bits) === bits);
  if (whole) {
    flags.push(whole[0]);
    left &= ~whole[1];
  }
  for (const [name, bit] of table) {
    if (left & bit) flags.push(name);
    left &= ~bit;
  }
  if (left !== 0) flags.push(`0x${(left >>> 0).toString(16)}`);
  return { mask, flags, bits: expand(flags) };
}

/** In the order in which the kernel looks for them since it prints names: the largest first. */
const WHOLE = [
  'GFP_HIGHUSER_MOVABLE',
  'GFP_HIGHUSER',
  'GFP_USER',
  'GFP_TEMPORARY',
  'GFP_KERNEL',
  'GFP_NOFS',
  'GFP_NOIO',
];

/** The composites as bits of a year's table. */
function compositesOf(table: Bits): readonly (readonly [string, number])[] {
  if (table === BITS_2_6) return OLD_COMPOSITES;
  const bits = new Map(table);
  return WHOLE.map((name) => [name, expand([name]).reduce((all, bit) => all | (bits.get(bit) ?? 0), 0)] as const);
}

function expand(flags: readonly string[]): string[] {
  const out = new Set<string>();
  for (const flag of flags) {
    for (const part of COMPOSITES[flag] ?? [flag]) {
      if (part === '__GFP_RECLAIM') for (const x of RECLAIM) out.add(x);
      else out.add(part);
    }
  }
  return [...out];
}
