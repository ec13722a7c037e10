/**
 * The moments that a step stops at: when the kernel decided something. A machine that is short of memory has hundreds of
 * thousands of them in a second, so the latest are kept; those further back are found again by running from a checkpoint.
 */

/** So many are kept, a power of two. */
export const STOPS_KEPT = 65_536;
const MASK = STOPS_KEPT - 1;

export interface Stops {
  /** ns, ascending, each at its number & MASK. */
  ring: Float64Array;
  /** So many there have been, and the number of the first that is kept. */
  n: number;
  first: number;
}

export const createStops = (): Stops => ({ ring: new Float64Array(STOPS_KEPT), n: 0, first: 0 });

/** Notes a moment, unless it lies before the last one: then it is known. */
export function noteStop(s: Stops, t: number): void {
  if (s.n > s.first && t <= s.ring[(s.n - 1) & MASK]) return;
  s.ring[s.n & MASK] = t;
  s.n++;
  if (s.n - s.first > STOPS_KEPT) s.first++;
}

/** Number of the first one that is not before `t`, of those kept. */
function firstFrom(s: Stops, t: number): number {
  let lo = s.first;
  let hi = s.n;
  while (lo < hi) {
    const mid = Math.floor((lo + hi) / 2);
    if (s.ring[mid & MASK] < t) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** The last one before `t`, ns; 0 = there was none, null = it is no longer kept. */
export function lastStopBefore(s: Stops, t: number): number | null {
  const i = firstFrom(s, t) - 1;
  if (i < s.first) return s.first === 0 ? 0 : null;
  return s.ring[i & MASK];
}

/** A copy without those after `t`. */
export function stopsUpTo(s: Stops, t: number): Stops {
  let { n } = s;
  while (n > s.first && s.ring[(n - 1) & MASK] > t) n--;
  return { ring: s.ring.slice(), n, first: s.first };
}
