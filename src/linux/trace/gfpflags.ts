/** Allocation flags by name, as `%pGg` prints them. §10.13. */
import * as G from '../include/gfp';
import { BITS_2_6, gfpBits } from '../versions/gfp';
import type { OldReport } from '../versions/oom_rules';

/** In the order in which the kernel tries them: composites first. */
const NAMES: readonly (readonly [string, number])[] = [
  ['GFP_TRANSHUGE', G.GFP_TRANSHUGE],
  ['GFP_TRANSHUGE_LIGHT', G.GFP_TRANSHUGE_LIGHT],
  ['GFP_HIGHUSER_MOVABLE', G.GFP_HIGHUSER_MOVABLE],
  ['GFP_HIGHUSER', G.GFP_HIGHUSER],
  ['GFP_USER', G.GFP_USER],
  ['GFP_KERNEL_ACCOUNT', G.GFP_KERNEL_ACCOUNT],
  ['GFP_KERNEL', G.GFP_KERNEL],
  ['GFP_NOFS', G.GFP_NOFS],
  ['GFP_ATOMIC', G.GFP_ATOMIC],
  ['GFP_NOIO', G.GFP_NOIO],
  ['GFP_NOWAIT', G.GFP_NOWAIT],
  ['GFP_DMA', G.GFP_DMA],
  ['__GFP_HIGHMEM', G.__GFP_HIGHMEM],
  ['GFP_DMA32', G.GFP_DMA32],
  ['__GFP_HIGH', G.__GFP_HIGH],
  ['__GFP_IO', G.__GFP_IO],
  ['__GFP_FS', G.__GFP_FS],
  ['__GFP_NOWARN', G.__GFP_NOWARN],
  ['__GFP_RETRY_MAYFAIL', G.__GFP_RETRY_MAYFAIL],
  ['__GFP_NOFAIL', G.__GFP_NOFAIL],
  ['__GFP_NORETRY', G.__GFP_NORETRY],
  ['__GFP_COMP', G.__GFP_COMP],
  ['__GFP_ZERO', G.__GFP_ZERO],
  ['__GFP_NOMEMALLOC', G.__GFP_NOMEMALLOC],
  ['__GFP_MEMALLOC', G.__GFP_MEMALLOC],
  ['__GFP_HARDWALL', G.__GFP_HARDWALL],
  ['__GFP_THISNODE', G.__GFP_THISNODE],
  ['__GFP_RECLAIMABLE', G.__GFP_RECLAIMABLE],
  ['__GFP_MOVABLE', G.__GFP_MOVABLE],
  ['__GFP_ACCOUNT', G.__GFP_ACCOUNT],
  ['__GFP_WRITE', G.__GFP_WRITE],
  ['__GFP_RECLAIM', G.__GFP_RECLAIM],
  ['__GFP_DIRECT_RECLAIM', G.__GFP_DIRECT_RECLAIM],
  ['__GFP_KSWAPD_RECLAIM', G.__GFP_KSWAPD_RECLAIM],
  ['__GFP_ZEROTAGS', G.__GFP_ZEROTAGS],
];

/** The names of a mask's bits: "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO"; "none" for 0. */
export function formatGfp(mask: number): string {
  const out: string[] = [];
  let left = mask;
  for (const [name, bits] of NAMES) {
    if ((left & bits) === bits) {
      out.push(name);
      left &= ~bits;
    }
  }
  if (left !== 0) out.push(`0x${left.toString(16)}`);
  return out.length > 0 ? out.join('|') : 'none';
}

/**
 * The flags as a kernel of another year prints them: its bits, by name or as a bare number. Then a single page was no
 * folio: __GFP_COMP stood for higher orders only.
 *
 * @param mask flags with the bits of 6.12
 */
export function formatOldGfpMask(mask: number, order: number, form: OldReport): string {
  const release = form.uname.split('.').map(Number.parseFloat);
  const bits = gfpBits(release);
  const flags = order === 0 ? mask & ~G.__GFP_COMP : mask;
  let old = 0;
  for (const [name, bit] of gfpBits([6, 12])) {
    if (!(flags & bit)) continue;
    // Until 4.3 a request that may wait is one that may reclaim.
    const its = name === '__GFP_DIRECT_RECLAIM' && bits === BITS_2_6 ? '__GFP_WAIT' : name;
    old |= bits.find(([n]) => n === its)?.[1] ?? 0;
  }
  const hex = `0x${(old >>> 0).toString(16)}`;
  return form.gfpNames ? `${hex}(${formatGfp(flags)})` : hex;
}

/** `%#x(%pGg)`: "0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO)". */
export const formatGfpMask = (mask: number): string =>
  `${mask === 0 ? '0' : `0x${mask.toString(16)}`}(${formatGfp(mask)})`;
