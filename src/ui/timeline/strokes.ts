/** The strokes that the lanes are made of. */
import type { Bucket } from './series';

export type Ink = CanvasRenderingContext2D;
export type Pattern = CanvasPattern | string;

/** A value that holds until it changes; after the last point it is taken to hold on. */
export function steps(
  ink: Ink,
  width: number,
  points: readonly Bucket[],
  y: (b: Bucket | null) => number,
  color: string,
  dash: number[],
  weight: number,
): void {
  let level = y(points[0] ?? null);
  ink.beginPath();
  ink.moveTo(0, level);
  for (const b of points) {
    const next = y(b);
    if (next === level) continue;
    ink.lineTo(b.x, level);
    ink.lineTo(b.x, next);
    level = next;
  }
  ink.lineTo(width, level);
  stroke(ink, color, dash, weight);
}

/** Draws the path at hand. */
export function stroke(ink: Ink, color: string, dash: number[], weight: number): void {
  ink.setLineDash(dash);
  ink.strokeStyle = color;
  ink.lineWidth = weight;
  ink.stroke();
  ink.setLineDash([]);
}

export function rule(ink: Ink, width: number, y: number, color: string, dash: number[], weight: number): void {
  ink.beginPath();
  ink.moveTo(0, y);
  ink.lineTo(width, y);
  stroke(ink, color, dash, weight);
}

/** Fills between a middle line and a curve; `up` is 1 above it and -1 below. */
export function half(
  ink: Ink,
  points: readonly Bucket[],
  middle: number,
  reach: number,
  most: number,
  up: 1 | -1,
  value: (b: Bucket) => number,
  fill: Pattern,
): void {
  if (points.length === 0 || most <= 0) return;
  ink.beginPath();
  ink.moveTo(points[0].x, middle);
  for (const b of points) ink.lineTo(b.x, middle - up * (value(b) / most) * reach);
  ink.lineTo(points[points.length - 1].x, middle);
  ink.fillStyle = fill;
  ink.fill();
}
