import type { Frame } from '../worker/protocol';

/**
 * The moment that the page names, ns: the head, or the kill that a CPU has made which is ahead of the one that the clock
 * follows. Otherwise a machine that stops at a kill could name a millisecond before it.
 */
export const moment = (frame: Pick<Frame, 't' | 'oomRecords'>): number =>
  Math.max(frame.t, frame.oomRecords.at(-1)?.t ?? 0);
