/** Samples brought down to the pixels there are. */
import type { Sample } from '../../worker/protocol';
import type { Domain } from './domain';
import { toX } from './domain';

/** Index of the last sample at or before `t`, -1 = none. */
export function sampleAt(samples: readonly Sample[], t: number): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (samples[middle].t <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A point of the drawing: where it is and which samples, first to last, it stands for. */
export interface Bucket {
  x: number;
  first: number;
  last: number;
}

/** One bucket a pixel, or one a sample where there are fewer samples than pixels. */
export function buckets(samples: readonly Sample[], domain: Domain, width: number): Bucket[] {
  const first = Math.max(0, sampleAt(samples, domain.from));
  const last = Math.min(samples.length - 1, sampleAt(samples, domain.to) + 1);
  const out: Bucket[] = [];
  for (let i = first; i <= last; i++) {
    const x = Math.round(toX(domain, samples[i].t, width) * 2) / 2;
    const before = out[out.length - 1];
    if (before && Math.floor(before.x) === Math.floor(x)) before.last = i;
    else out.push({ x, first: i, last: i });
  }
  return out;
}

export type Value = (sample: Sample) => number;

export function mean(samples: readonly Sample[], b: Bucket, value: Value): number {
  let sum = 0;
  for (let i = b.first; i <= b.last; i++) sum += value(samples[i]);
  return sum / (b.last - b.first + 1);
}

/** The least and the most of a bucket: dips of one sample must not be averaged away. */
export function extent(samples: readonly Sample[], b: Bucket, value: Value): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = b.first; i <= b.last; i++) {
    const v = value(samples[i]);
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
}
