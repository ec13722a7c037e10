/** How the lanes look: from samples to a canvas. `lanePicture.ts` says when and how much of it. */
import type { Ghost, Sample, ZoneFrame } from '../../worker/protocol';
import { type Domain, toX } from './domain';
import type { Lane, TimelineLayout } from './layout';
import type { LaneScales } from './scales';
import { type Bucket, extent, mean } from './series';
import { half, type Ink, type Pattern, rule, steps, stroke } from './strokes';

export interface LaneInput {
  samples: readonly Sample[];
  domain: Domain;
  zone: ZoneFrame | null;
  swapTotal: number;
  /** Where the machine stands, ns; null while it moves. */
  head: number | null;
  /** The other futures, each with what it is called in the list of them. */
  ghosts: readonly LaneGhost[];
}
export interface LaneGhost extends Ghost {
  name: string;
}

type Color = (name: string) => string;

/**
 * Draws one lane, from `from` px of its width to the right end; what lies before is left as it is.
 *
 * @param points all buckets of `input.samples` in `input.domain`
 */
export function drawLane(
  ink: Ink,
  lane: Lane,
  { left, right }: TimelineLayout,
  input: LaneInput,
  points: readonly Bucket[],
  scales: LaneScales,
  from: number,
  color: Color,
  hatch: Pattern,
): void {
  const width = right - left;
  // One more than needed, so that lines come from where they come from.
  const first = points.findIndex((p) => p.x > from - 1);
  const part = points.slice(Math.max(0, (first < 0 ? points.length : first) - 1));
  ink.save();
  ink.beginPath();
  ink.rect(left + from, lane.top, width - from, lane.height);
  ink.fillStyle = color('--plane');
  ink.fill();
  ink.clip();
  ink.translate(left, lane.top);
  if (lane.id === 'free') {
    const y = freeScale(lane, scales);
    drawFree(ink, lane, width, { all: points, part }, input, y, color);
    drawGhosts(ink, width, input, (g) => g.zoneFree, y, color('--free'), color);
  } else if (lane.id === 'scan') {
    drawScan(ink, lane, width, part, input, scales.scan, color, hatch);
  } else if (lane.id === 'swap') {
    drawSwap(ink, lane, width, part, input, scales.swap, color);
    if (input.swapTotal > 0)
      drawGhosts(ink, width, input, (g) => g.swapUsed, swapScale(lane, input), color('--ink'), color);
  } else drawPsi(ink, lane, part, input, color);
  ink.restore();
}

/** Pages to px in the lane of free pages, and in that of swap. */
function freeScale(lane: Lane, { free: [low, high] }: LaneScales): (n: number) => number {
  return (n) => lane.height - ((Math.min(high, Math.max(low, n)) - low) / (high - low)) * (lane.height - 1);
}
const swapScale =
  (lane: Lane, { swapTotal }: LaneInput) =>
  (used: number): number =>
    lane.height - 1 - (used / swapTotal) * (lane.height - 2);

/** Dash and dot: neither as the watermarks of low nor of high. */
const GHOST_DASH = [6, 2, 1.5, 2];
const GHOST_FONT = '10px system-ui, sans-serif';

/** What the other futures come to: a thin broken line for each, with its number at the end. */
function drawGhosts(
  ink: Ink,
  width: number,
  { ghosts, domain }: LaneInput,
  values: (g: Ghost) => number[],
  y: (n: number) => number,
  line: string,
  color: Color,
): void {
  for (const ghost of ghosts) {
    const list = values(ghost);
    let x = Number.NEGATIVE_INFINITY;
    let end: [number, number] | null = null;
    ink.beginPath();
    for (const [i, t] of ghost.t.entries()) {
      const next = toX(domain, t, width);
      // Nothing is seen of what lies between two pixels.
      if (next < -1 || next - x < 0.5) continue;
      if (next > width + 1) break;
      x = next;
      end = [x, y(list[i])];
      ink.lineTo(...end);
    }
    if (!end) continue;
    stroke(ink, line, GHOST_DASH, 1.4);
    ink.font = GHOST_FONT;
    ink.fillStyle = color('--ink-2');
    ink.textAlign = 'right';
    ink.fillText(ghost.name, Math.min(end[0], width - 2) - 2, Math.max(9, end[1] - 3));
    ink.textAlign = 'left';
  }
}

function drawFree(
  ink: Ink,
  lane: Lane,
  width: number,
  { all, part: points }: { all: readonly Bucket[]; part: readonly Bucket[] },
  input: LaneInput,
  y: (n: number) => number,
  color: Color,
): void {
  const { samples, zone, head, domain } = input;
  if (points.length > 0) {
    // Up to the head where it stands past the last sample.
    const last = samples[samples.length - 1];
    const end =
      zone && last && head !== null && head > last.t ? { x: toX(domain, head, width), free: zone.free } : null;
    ink.beginPath();
    ink.moveTo(points[0].x, lane.height);
    for (const b of points) ink.lineTo(b.x, y(extent(samples, b, (s) => s.zoneFree)[1]));
    if (end) ink.lineTo(end.x, y(end.free));
    ink.lineTo(end?.x ?? points[points.length - 1].x, lane.height);
    ink.fillStyle = color('--free-wash');
    ink.fill();
    ink.beginPath();
    for (const b of points) {
      const [least, most] = extent(samples, b, (s) => s.zoneFree);
      ink.lineTo(b.x, y(most));
      if (least !== most) ink.lineTo(b.x, y(least));
    }
    if (end) ink.lineTo(end.x, y(end.free));
    ink.strokeStyle = color('--free');
    ink.lineWidth = 1.4;
    ink.stroke();
  }
  if (!zone) return;
  // All of them, or their dashes would not meet.
  steps(ink, width, all, (b) => y(b ? samples[b.last].zoneHigh : zone.high), color('--ink-2'), [1.5, 2.5], 1);
  steps(ink, width, all, (b) => y(b ? samples[b.last].zoneLow : zone.low), color('--ink-2'), [6, 3], 1);
  steps(ink, width, all, (b) => y(b ? samples[b.last].zoneMin : zone.min), color('--red'), [], 1.4);
}

function drawScan(
  ink: Ink,
  lane: Lane,
  width: number,
  points: readonly Bucket[],
  { samples }: LaneInput,
  most: number,
  color: Color,
  hatch: Pattern,
): void {
  const middle = lane.height / 2;
  const reach = middle - 1;
  half(ink, points, middle, reach, most, 1, (b) => mean(samples, b, (s) => s.scannedKswapd), hatch);
  half(ink, points, middle, reach, most, -1, (b) => mean(samples, b, (s) => s.scannedDirect), hatch);
  half(ink, points, middle, reach, most, 1, (b) => mean(samples, b, (s) => s.stolenKswapd), color('--ink'));
  half(ink, points, middle, reach, most, -1, (b) => mean(samples, b, (s) => s.stolenDirect), color('--ink'));
  rule(ink, width, middle, color('--line-3'), [], 1);
}

function drawSwap(
  ink: Ink,
  lane: Lane,
  width: number,
  points: readonly Bucket[],
  input: LaneInput,
  most: number,
  color: Color,
): void {
  const { samples, swapTotal } = input;
  const middle = lane.height / 2;
  const reach = middle - 1;
  half(ink, points, middle, reach, most, 1, (b) => mean(samples, b, (s) => s.swapOut), color('--anon-i'));
  half(ink, points, middle, reach, most, -1, (b) => mean(samples, b, (s) => s.swapIn), color('--anon-a'));
  rule(ink, width, middle, color('--line-3'), [], 1);
  if (swapTotal === 0) return;
  const y = swapScale(lane, input);
  ink.beginPath();
  let begun = false;
  for (const b of points) {
    const used = mean(samples, b, (s) => s.swapUsed);
    if (used === 0 && !begun) continue;
    begun = true;
    ink.lineTo(b.x, y(used));
  }
  ink.strokeStyle = color('--ink');
  ink.lineWidth = 1.5;
  ink.stroke();
}

function drawPsi(ink: Ink, lane: Lane, points: readonly Bucket[], { samples }: LaneInput, color: Color): void {
  half(ink, points, lane.height, lane.height - 1, 1, 1, (b) => mean(samples, b, (s) => s.psiSome), color('--slab'));
  half(ink, points, lane.height, lane.height - 1, 1, 1, (b) => mean(samples, b, (s) => s.psiFull), color('--kern'));
}
