/** Squares of the LRU lists, each the same number of pages: where they stand, and how many pages one is. */
import type { Frame } from '../../worker/protocol';
import { isPhone } from './layout';

export const SQUARE = 11;
export const PITCH = 13;
/** Left and right columns begin here, in px of the design. */
export const MARGIN = 20;

export interface LruLayout {
  width: number;
  height: number;
  scale: number;
  cols: number;
  second: number;
  narrow: boolean;
}

export function lruLayout(width: number, height: number): LruLayout {
  const narrow = isPhone(width, height);
  const design = narrow ? 390 : 728;
  const scale = Math.max(0.85, Math.min(width / design, height / (narrow ? 390 : 520)));
  const w = width / scale;
  const h = height / scale;
  const middle = narrow ? 40 : 50;
  const exits = narrow ? 26 : 64;
  const cols = Math.max(6, Math.floor((w - 2 * MARGIN - middle - exits) / 2 / PITCH));
  return { width: w, height: h, scale, cols, second: MARGIN + cols * PITCH + middle, narrow };
}

/** Px of height that everything but the squares takes. */
const FIXED = 290;

/** Rows of squares there are in the lowest of regions. */
export const LEAST_ROWS = 6;

/** Pages a square stands for: the least power of two with which all lists fit. */
export function pagesPerSquare(frame: Frame, { cols, height }: LruLayout): number {
  const { lru, kinds } = frame;
  const rows = (size: number, per: number) => Math.ceil(size / per / cols);
  let per = 1;
  for (; per < 2 ** 24; per *= 2) {
    const high =
      Math.max(rows(lru.activeAnon, per), rows(lru.inactiveAnon, per)) +
      Math.max(rows(lru.activeFile, per), rows(lru.inactiveFile, per)) +
      Math.max(rows(kinds.shmem, per), rows(lru.unevictable, per));
    if (high * PITCH <= Math.max(LEAST_ROWS * PITCH, height - FIXED)) break;
  }
  return per;
}

/** One path for a list: full squares, the last one as wide as what is left. */
export function squaresPath(x: number, y: number, cols: number, size: number, per: number): string {
  const count = size / per;
  let d = '';
  for (let i = 0; i < count; i++) {
    const part = Math.min(1, count - i);
    const w = Math.max(1, Math.round(SQUARE * part * 10) / 10);
    d += `M${x + (i % cols) * PITCH} ${y + Math.floor(i / cols) * PITCH}h${w}v${SQUARE}h${-w}z`;
  }
  return d;
}
