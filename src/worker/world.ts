/** What the worker's side needs of the world. */
import type { Push, Reply } from './protocol';

/** Real times in ms. */
export interface HostWorld {
  post: (message: Push | Reply) => void;
  now: () => number;
  /** Calls back soon, after messages that wait have been taken. */
  soon: (call: () => void) => void;
  /** Calls back in so many ms. */
  later: (call: () => void, ms: number) => void;
}

/** A slice of running, ms: short enough to answer requests in between. */
export const SLICE_MS = 8;
/** Work between two looks at the clock. */
export const CHUNK_WORK = 1500;

/** Calls `step` again and again for a slice of real time; true = it has said that nothing is left to do. */
export function forSlice(now: () => number, step: () => boolean): boolean {
  const until = now() + SLICE_MS;
  do {
    if (step()) return true;
  } while (now() < until);
  return false;
}
