/** The stretch of virtual time that the timeline shows, in ns. */
export interface Domain {
  from: number;
  to: number;
}

const STEPS = [1, 2, 3, 5];
const SECOND = 1e9;
/** Nothing is magnified beyond this. */
export const LEAST_SPAN = 100e6;

/** The end of the axis for a run known up to `known`: a round number with some room, so that it seldom changes. */
export function roundEnd(known: number): number {
  const want = Math.max(SECOND, known * 1.06);
  for (let unit = SECOND; ; unit *= 10) {
    for (const step of STEPS) if (step * unit >= want) return step * unit;
  }
}

/** Magnifies by `factor` (over 1 = closer) about a moment; null = the whole run again. */
export function zoom(now: Domain, factor: number, about: number, end: number): Domain | null {
  const span = Math.max(LEAST_SPAN, (now.to - now.from) / factor);
  if (span >= end) return null;
  const share = (about - now.from) / (now.to - now.from);
  return clamp({ from: about - share * span, to: about + (1 - share) * span }, end);
}

/** Moves by `by` ns, within the run. */
export function pan(now: Domain, by: number, end: number): Domain {
  return clamp({ from: now.from + by, to: now.to + by }, end);
}

function clamp({ from, to }: Domain, end: number): Domain {
  const span = to - from;
  const start = Math.min(Math.max(0, from), Math.max(0, end - span));
  return { from: start, to: start + span };
}

/** A magnified stretch follows the head when it runs out of it. */
export function follow(now: Domain, head: number): Domain {
  if (head <= now.to || head < now.from) return now;
  const span = now.to - now.from;
  return { from: head - span * 0.7, to: head + span * 0.3 };
}

export const toX = (d: Domain, t: number, width: number): number => ((t - d.from) / (d.to - d.from)) * width;
export const toTime = (d: Domain, x: number, width: number): number => d.from + (x / width) * (d.to - d.from);
