/** Blocks among single pages on their way back to the buddy lists. §3.3. */
import { MAX_PAGE_ORDER } from '../../include/units';

/**
 * The order of the block that the single pages at the end of a list form: `p`, the last one, and those before it, when
 * they are neighbours up or down and aligned. 0 when they form none.
 *
 * @param most pages of the block at most
 * @param zoneEnd model pfn that it does not reach
 */
export function blockOrder(prev: Int32Array, p: number, most: number, zoneEnd: number): number {
  const up = prev[p] === p + 1;
  if (!up && prev[p] !== p - 1) return 0;
  const step = up ? 1 : -1;
  // The block reaches from p upwards, or downwards to p.
  const edge = up ? p : p + 1;
  let order = 0;
  let n = 1;
  let q = p;
  while (n * 2 <= most && order < MAX_PAGE_ORDER && (edge & (n * 2 - 1)) === 0 && (!up || p + n * 2 <= zoneEnd)) {
    const end = q + step * n;
    while (q !== end && prev[q] === q + step) q += step;
    if (q !== end) break;
    n *= 2;
    order++;
  }
  return order;
}
