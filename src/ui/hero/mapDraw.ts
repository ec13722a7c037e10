/** Draws the cells of the page map: one small tile per kind, copied to where it belongs. */
import type { MarkKind } from '../../store';
import { type Frame, MAP_BEYOND, MAP_FREE, MAP_KINDS, MAP_NOBODY, type ZoneFrame } from '../../worker/protocol';
import { FADED, KIND_LOOK } from '../charts/kinds';

export type MapBy = 'kind' | 'owner' | 'age';
type Cells = NonNullable<Frame['pageMap']>;

/** Steps of age: 0 just used .. 7 next to be reclaimed. */
export const AGE_STEPS = 8;

/** The least and the most size of a cell, CSS px. */
const LEAST_PITCH = 10;
const MOST_PITCH = 26;

/** Zones begin at multiples of this in the model's memory. */
const ZONE_ALIGN = 1024;

/** Pages from the first to the last of every zone, with the holes between them. */
export function spannedPages(zones: readonly ZoneFrame[]): number {
  return zones.reduce((n, z) => n + Math.ceil((z.endPfn - z.firstPfn) / ZONE_ALIGN) * ZONE_ALIGN, 0);
}

/**
 * Columns and rows to ask for, so that cells of a power of two of pages fill the area as far as they can. Cells are as
 * many as fit at LEAST_PITCH px or fewer.
 */
export function mapShape(pages: number, width: number, height: number): { cols: number; rows: number } {
  for (let per = 1; ; per *= 2) {
    const cells = Math.max(1, Math.ceil(pages / per));
    let pitch = Math.min(MOST_PITCH, Math.floor(Math.sqrt((width * height) / cells)));
    for (; pitch >= LEAST_PITCH; pitch--) {
      const cols = Math.floor(width / pitch);
      const rows = Math.ceil(cells / cols);
      if (rows * pitch <= height) return { cols, rows };
    }
    if (cells === 1) return { cols: Math.max(1, Math.floor(width / LEAST_PITCH)), rows: 4 };
  }
}

/** Cells up to the last that is not beyond the end of memory. */
export function usedCells(cells: Uint8Array): number {
  let n = cells.length;
  while (n > 0 && cells[n - 1] === MAP_BEYOND) n--;
  return n;
}

export interface MapGrid {
  cols: number;
  rows: number;
  /** Distance of cells and their size, in px of the canvas's own resolution. */
  pitch: number;
  size: number;
}

/** The grid for `count` cells in `cols` columns that fills the area (CSS px times `ratio`). */
export function mapGrid(count: number, cols: number, width: number, height: number, ratio: number): MapGrid {
  const rows = Math.max(1, Math.ceil(count / cols));
  const pitch = Math.max(2, Math.floor(Math.min((width * ratio) / cols, (height * ratio) / rows)));
  const gap = pitch >= 6 * ratio ? Math.round(ratio) : 0;
  return { cols, rows, pitch, size: pitch - gap };
}

/** The cell at a point in px of the canvas's own resolution, -1 = none. */
export function cellAt(grid: MapGrid, count: number, x: number, y: number): number {
  const col = Math.floor(x / grid.pitch);
  const row = Math.floor(y / grid.pitch);
  if (col < 0 || col >= grid.cols || row < 0 || row >= grid.rows) return -1;
  const cell = row * grid.cols + col;
  return cell < count ? cell : -1;
}

export interface Emphasis {
  kind: MarkKind | null;
  /** Chips of the processes pointed at, null = none. */
  chips: readonly number[] | null;
}

/** Whether a cell keeps its colour while something is pointed at. `owner`: whose it is, where the machine has said so. */
export function isKept(by: MapBy, value: number, emphasis: Emphasis, owner?: number): boolean {
  if (emphasis.chips !== null && owner !== undefined && !emphasis.chips.includes(owner)) return false;
  if (by === 'owner') return emphasis.chips === null || emphasis.chips.includes(value);
  if (by === 'age') return emphasis.kind === null || (emphasis.kind === 'free' && value === MAP_FREE);
  const kind = MAP_KINDS[value];
  return emphasis.kind === null || (kind === 'freePieces' ? 'free' : kind) === emphasis.kind;
}

type Color = (name: string) => string;

/** Copies cells to the canvas; only those that differ from `before`, unless that is null. */
export function drawMap(
  context: CanvasRenderingContext2D,
  map: Cells,
  grid: MapGrid,
  before: Uint8Array | null,
  emphasis: Emphasis,
  tiles: Map<string, HTMLCanvasElement>,
  color: Color,
): void {
  const { cells, by, owners } = map;
  const used = usedCells(cells);
  for (let i = 0; i < cells.length; i++) {
    const value = cells[i];
    if (before && before[i] === value) continue;
    const x = (i % grid.cols) * grid.pitch;
    const y = Math.floor(i / grid.cols) * grid.pitch;
    context.globalAlpha = 1;
    context.clearRect(x, y, grid.pitch, grid.pitch);
    // Past the end there is nothing; between the zones' pages there are holes.
    if (i >= used) continue;
    if (!isKept(by, value, emphasis, owners?.[i])) context.globalAlpha = FADED;
    const key = `${by}${value}:${grid.size}`;
    let tile = tiles.get(key);
    if (!tile) {
      tile = makeTile(by, value, grid.size, color);
      tiles.set(key, tile);
    }
    context.drawImage(tile, x, y);
  }
  context.globalAlpha = 1;
}

function makeTile(by: MapBy, value: number, size: number, color: Color): HTMLCanvasElement {
  const tile = document.createElement('canvas');
  tile.width = tile.height = Math.max(1, size);
  const ink = tile.getContext('2d');
  if (!ink) return tile;
  const free = by === 'kind' ? MAP_KINDS[value] === 'free' : value === MAP_FREE;
  if (value === MAP_BEYOND) {
    ink.strokeStyle = color('--line-3');
    ink.setLineDash([2, 2]);
    ink.strokeRect(0.5, 0.5, size - 1, size - 1);
    return tile;
  }
  if (free) {
    outlined(ink, size, color('--free-wash'), color('--free'));
    return tile;
  }
  if (by === 'owner') {
    ink.fillStyle = value === MAP_NOBODY ? color('--well') : color(`--p${Math.min(6, value)}`);
    ink.fillRect(0, 0, size, size);
    return tile;
  }
  if (by === 'age') {
    if (value >= AGE_STEPS) {
      outlined(ink, size, color('--plane'), color('--rule'));
    } else {
      ink.globalAlpha = ageOpacity(value);
      ink.fillStyle = color('--ink');
      ink.fillRect(0, 0, size, size);
    }
    return tile;
  }
  const kind = MAP_KINDS[value];
  if (kind === undefined) return tile;
  if (kind === 'freePieces') {
    outlined(ink, size, color('--free-wash'), color('--free'));
    ink.beginPath();
    ink.lineWidth = Math.max(1, Math.round(size / 10));
    ink.moveTo(size / 2, 0);
    ink.lineTo(size / 2, size);
    ink.moveTo(0, size / 2);
    ink.lineTo(size, size / 2);
    ink.stroke();
    return tile;
  }
  ink.fillStyle = kind === 'reserved' || kind === 'pcp' ? color('--well') : color(KIND_LOOK[kind].color);
  ink.fillRect(0, 0, size, size);
  texture(ink, kind, size, color);
  return tile;
}

/** 0 just used = darkest. */
export const ageOpacity = (age: number): number => 0.95 - (age / (AGE_STEPS - 1)) * 0.77;

function outlined(ink: CanvasRenderingContext2D, size: number, fill: string, line: string): void {
  ink.fillStyle = fill;
  ink.fillRect(0, 0, size, size);
  const w = Math.max(1, Math.round(size / 7));
  ink.strokeStyle = line;
  ink.lineWidth = w;
  ink.strokeRect(w / 2, w / 2, size - w, size - w);
}

/** What tells kinds apart without colour. */
function texture(ink: CanvasRenderingContext2D, kind: MarkKind, size: number, color: Color): void {
  const w = Math.max(1, size / 10);
  ink.lineWidth = w;
  ink.beginPath();
  if (kind === 'mlocked') {
    ink.strokeStyle = color('--plane');
    ink.moveTo(0, 0);
    ink.lineTo(size, size);
    ink.moveTo(size, 0);
    ink.lineTo(0, size);
    ink.stroke();
  } else if (kind === 'shmem') {
    ink.fillStyle = color('--plane');
    const r = Math.max(0.6, size / 11);
    for (const x of [0.28, 0.72])
      for (const y of [0.28, 0.72]) {
        ink.moveTo(x * size + r, y * size);
        ink.arc(x * size, y * size, r, 0, 7);
      }
    ink.fill();
  } else if (kind === 'reserved') {
    ink.strokeStyle = color('--kern');
    for (const shift of [-0.5, 0, 0.5]) {
      ink.moveTo(shift * size, 0);
      ink.lineTo((shift + 1) * size, size);
    }
    ink.stroke();
  } else if (kind === 'pcp') {
    ink.strokeStyle = color('--free');
    for (const x of [0.25, 0.75]) {
      ink.moveTo(x * size, 0);
      ink.lineTo(x * size, size);
    }
    ink.stroke();
  }
}
