/**
 * What the ends of the lanes' scales stand for. At rest they follow from what is shown alone; while the machine runs a
 * scale that is still good enough is kept, or the lanes would be drawn anew for each burst and each boost.
 */
import type { Sample, ZoneFrame } from '../../worker/protocol';
import type { LaneInput } from './drawLanes';
import { type Bucket, mean, type Value } from './series';

export interface LaneScales {
  /** Pages at the lower and upper end. */
  free: readonly [number, number];
  /** Pages a sample. */
  scan: number;
  swap: number;
  /** A share. */
  psi: 1;
  /** The last sample that the scale of free pages was made of. */
  freeUntil: Sample | null;
}

/** So many of the values keep to the scale of a lane; a rare burst is cut off at the lane's edge. */
const WITHIN_SCALE = 0.97;
/** So many samples tell as much about watermarks as all, and they are the same for many frames. */
const ENOUGH = 400;

/** @param before those of the picture that this one is to go on from while the machine runs, if any */
export function laneScales(
  points: readonly Bucket[],
  { zone, samples, head }: LaneInput,
  before: LaneScales | null,
): LaneScales {
  const kept = head === null ? before : null;
  const endOf = (old: number, a: Value, b: Value) =>
    steady(
      scaleEnd(points, (p) => Math.max(mean(samples, p, a), mean(samples, p, b))),
      old,
    );
  const freeUntil = samples[lastOf(samples)] ?? null;
  return {
    psi: 1,
    free: kept && kept.freeUntil === freeUntil ? kept.free : steadyRange(freeRange(zone, samples), kept?.free),
    freeUntil,
    scan: endOf(
      kept?.scan ?? 0,
      (s) => s.scannedKswapd,
      (s) => s.scannedDirect,
    ),
    swap: endOf(
      kept?.swap ?? 0,
      (s) => s.swapOut,
      (s) => s.swapIn,
    ),
  };
}

/** Of how many samples one is looked at. */
const thinning = (samples: readonly Sample[]): number => Math.ceil(samples.length / ENOUGH);
/** Index of the last one that is. */
function lastOf(samples: readonly Sample[]): number {
  const every = thinning(samples);
  return every === 0 ? -1 : Math.floor((samples.length - 1) / every) * every;
}

/**
 * Pages at the lower and upper end of the free lane: the watermarks are what matters, and they lie close together. The
 * whole run decides, so that the scale does not jump while the head moves; a boost of a moment is cut off.
 */
export function freeRange(zone: ZoneFrame | null, samples: readonly Sample[]): readonly [number, number] {
  if (!zone || zone.high === 0) return [0, 1];
  if (samples.length === 0) return around(zone.min, zone.high);
  const every = thinning(samples);
  const some = samples.filter((_, i) => i % every === 0);
  return around(-lasting(some.map((s) => -s.zoneMin)), lasting(some.map((s) => s.zoneHigh)));
}

const around = (least: number, most: number): [number, number] => [Math.floor(least * 0.6), Math.ceil(most * 1.275)];

/** The value that is exceeded only now and then. */
const lasting = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor((values.length - 1) * WITHIN_SCALE)];

type Range = LaneScales['free'];

/** The range before where it does as well. */
function steadyRange(next: Range, old: Range | undefined): Range {
  if (!old) return next;
  const near = Math.abs(next[0] - old[0]) < 0.1 * old[1] && next[1] <= 1.1 * old[1] && next[1] >= 0.55 * old[1];
  return near ? old : next;
}

const STEP = 1.25;

/** Up to the next power of STEP, so that a scale that grows does it in few steps; it shrinks by no less than two. */
function steady(end: number, old: number): number {
  const next = end > 0 ? STEP ** Math.ceil(Math.log(end) / Math.log(STEP)) : 0;
  return next <= old && next * STEP ** 2 > old ? old : next;
}

/** Where the scale of a lane of rates ends, so that one burst does not press all the rest flat. */
export function scaleEnd(points: readonly Bucket[], value: (b: Bucket) => number): number {
  const busy = points
    .map(value)
    .filter((v) => v > 0)
    .sort((a, b) => a - b);
  if (busy.length === 0) return 0;
  return Math.min(busy[busy.length - 1], 1.25 * busy[Math.floor((busy.length - 1) * WITHIN_SCALE)]);
}
