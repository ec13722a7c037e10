/** The shapes of the pyramid. In the body of RAM, one pixel of area is the same number of pages everywhere. */
import type { Kind, KindPages, ZoneFrame } from '../../worker/protocol';
import { d } from '../charts/path';

/** A trapezoid that is symmetric about `cx`, narrower at its top. */
export interface Trapezoid {
  cx: number;
  top: number;
  bottom: number;
  topWidth: number;
  bottomWidth: number;
}

export type StratumId = Exclude<Kind, 'pagetables'>;

/** From top to bottom: what is easiest to get back first. */
export const STRATA: readonly { id: StratumId; kinds: readonly Kind[] }[] = [
  { id: 'free', kinds: ['free'] },
  { id: 'pcp', kinds: ['pcp'] },
  { id: 'fileInactive', kinds: ['fileInactive'] },
  { id: 'fileActive', kinds: ['fileActive'] },
  { id: 'shmem', kinds: ['shmem'] },
  { id: 'anonInactive', kinds: ['anonInactive'] },
  { id: 'anonActive', kinds: ['anonActive'] },
  { id: 'mlocked', kinds: ['mlocked'] },
  { id: 'slab', kinds: ['slab'] },
  { id: 'kernel', kinds: ['pagetables', 'kernel'] },
  { id: 'reserved', kinds: ['reserved'] },
];

export interface Stratum {
  id: StratumId;
  kinds: readonly Kind[];
  pages: number;
  /** Upper and lower edge. */
  y0: number;
  y1: number;
}

const slope = (t: Trapezoid): number => (t.bottomWidth - t.topWidth) / (t.bottom - t.top);

export function widthAt(t: Trapezoid, y: number): number {
  return t.topWidth + (y - t.top) * slope(t);
}

export function area(t: Trapezoid): number {
  return ((t.topWidth + t.bottomWidth) / 2) * (t.bottom - t.top);
}

/** The y above which the trapezoid has `part` of area. */
export function yAtArea(t: Trapezoid, part: number): number {
  const s = slope(t);
  const y = s === 0 ? part / t.topWidth : (Math.sqrt(t.topWidth ** 2 + 2 * s * part) - t.topWidth) / s;
  return Math.min(t.bottom, t.top + Math.max(0, y));
}

export function leftAt(t: Trapezoid, y: number): number {
  return t.cx - widthAt(t, y) / 2;
}

export function rightAt(t: Trapezoid, y: number): number {
  return t.cx + widthAt(t, y) / 2;
}

/** Layers of `kinds` that fill the trapezoid from its top; together they are the whole of it. */
export function stack(t: Trapezoid, kinds: KindPages): Stratum[] {
  const total = totalPages(kinds);
  const perPage = total > 0 ? area(t) / total : 0;
  let above = 0;
  let y = t.top;
  return STRATA.map(({ id, kinds: names }) => {
    const pages = names.reduce((sum, name) => sum + kinds[name], 0);
    above += pages;
    const y0 = y;
    y = pages > 0 ? yAtArea(t, above * perPage) : y0;
    return { id, kinds: names, pages, y0, y1: y };
  });
}

/** Layers of a strip of even width: heights are proportional to pages. */
export function stackStrip(top: number, bottom: number, kinds: KindPages): Stratum[] {
  const total = totalPages(kinds);
  let above = 0;
  let y = top;
  return STRATA.map(({ id, kinds: names }) => {
    const pages = names.reduce((sum, name) => sum + kinds[name], 0);
    above += pages;
    const y0 = y;
    y = total > 0 ? top + ((bottom - top) * above) / total : y0;
    return { id, kinds: names, pages, y0, y1: y };
  });
}

export function totalPages(kinds: KindPages): number {
  let sum = 0;
  for (const { kinds: names } of STRATA) for (const name of names) sum += kinds[name];
  return sum;
}

export function sumKinds(all: readonly KindPages[]): KindPages {
  const sum: KindPages = {
    anonActive: 0,
    anonInactive: 0,
    mlocked: 0,
    shmem: 0,
    fileActive: 0,
    fileInactive: 0,
    slab: 0,
    pagetables: 0,
    kernel: 0,
    free: 0,
    pcp: 0,
    reserved: 0,
  };
  for (const kinds of all) for (const name of Object.keys(sum) as Kind[]) sum[name] += kinds[name];
  return sum;
}

/** Which zones the body shows, and which one the strip at its left edge does: DMA, unless there is nothing else. */
export function splitZones(zones: readonly ZoneFrame[]): { body: ZoneFrame[]; strip: ZoneFrame | null } {
  const filled = zones.filter((z) => z.present > 0);
  const strip = filled.length > 1 ? (filled.find((z) => z.name === 'DMA') ?? null) : null;
  return { body: filled.filter((z) => z !== strip), strip };
}

/**
 * Width of a strip beside the body that is as high as it and has the body's pages per area. Both lean alike, so the area
 * of the strip is width x height.
 */
export function stripWidth(t: Trapezoid, bodyPages: number, stripPages: number): number {
  return bodyPages > 0 ? (stripPages * area(t)) / bodyPages / (t.bottom - t.top) : 0;
}

/** Path of the layer of a trapezoid between two heights. */
export function slicePath(t: Trapezoid, y0: number, y1: number): string {
  return d`M${leftAt(t, y0)} ${y0}H${rightAt(t, y0)}L${rightAt(t, y1)} ${y1}H${leftAt(t, y1)}Z`;
}

/** Path of the layer of a strip of `width` along the left (-1) or right (1) edge, `gap` px off. */
export function stripPath(t: Trapezoid, side: -1 | 1, gap: number, width: number, y0: number, y1: number): string {
  const near0 = side < 0 ? leftAt(t, y0) - gap : rightAt(t, y0) + gap;
  const near1 = side < 0 ? leftAt(t, y1) - gap : rightAt(t, y1) + gap;
  const w = side * width;
  return d`M${near0} ${y0}h${w}L${near1 + w} ${y1}H${near1}Z`;
}
