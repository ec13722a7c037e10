import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellAt, isKept, mapGrid, mapShape, spannedPages, usedCells } from '../../../src/ui/hero/mapDraw';
import { MAP_BEYOND, MAP_FREE, MAP_KINDS } from '../../../src/worker/protocol';
import { fixtureFrame } from '../../fixtures/frame';

const sizes = fc.record({ width: fc.integer({ min: 120, max: 1800 }), height: fc.integer({ min: 100, max: 1200 }) });

describe('the cells of the page map', () => {
  test('fit the area, whatever the machine', () => {
    fc.assert(
      fc.property(fc.integer({ min: 256, max: 2 ** 23 }), sizes, (pages, { width, height }) => {
        const { cols, rows } = mapShape(pages, width, height);
        const grid = mapGrid(cols * rows, cols, width, height, 1);
        expect(grid.cols * grid.pitch).toBeLessThanOrEqual(width);
        expect(grid.rows * grid.pitch).toBeLessThanOrEqual(height);
        expect(grid.pitch).toBeGreaterThanOrEqual(10);
      }),
    );
  });

  test('are a power of two of pages and at least half as many as asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2 ** 14, max: 2 ** 23 }), sizes, (pages, { width, height }) => {
        const { cols, rows } = mapShape(pages, width, height);
        const per = 2 ** Math.ceil(Math.log2(pages / (cols * rows)));
        expect(Math.ceil(pages / per)).toBeGreaterThan((cols * rows) / 2 - cols);
      }),
    );
  });

  test('of 512 MiB in the hero are 64 pages each', () => {
    const pages = spannedPages(fixtureFrame().zones);
    const { cols, rows } = mapShape(pages, 688, 404);
    expect(2 ** Math.ceil(Math.log2(pages / (cols * rows)))).toBe(64);
  });

  test('are found where they were drawn', () => {
    const grid = mapGrid(100, 10, 200, 200, 1);
    for (let cell = 0; cell < 100; cell++) {
      const x = (cell % 10) * grid.pitch + grid.size / 2;
      const y = Math.floor(cell / 10) * grid.pitch + grid.size / 2;
      expect(cellAt(grid, 100, x, y)).toBe(cell);
    }
    expect(cellAt(grid, 95, 9 * grid.pitch, 9 * grid.pitch)).toBe(-1);
  });

  test('end where memory ends', () => {
    expect(usedCells(Uint8Array.of(1, MAP_BEYOND, 0, MAP_BEYOND, MAP_BEYOND))).toBe(3);
  });

  test('fade unless they are of the kind, or of the process, that is pointed at', () => {
    const anon = MAP_KINDS.indexOf('anonActive');
    expect(isKept('kind', anon, { kind: 'anonActive', chips: null })).toBe(true);
    expect(isKept('kind', anon, { kind: 'slab', chips: null })).toBe(false);
    expect(isKept('owner', 3, { kind: null, chips: [3] })).toBe(true);
    expect(isKept('owner', MAP_FREE, { kind: null, chips: [3] })).toBe(false);
    expect(isKept('owner', 5, { kind: null, chips: [3, 5] })).toBe(true);
    expect(isKept('owner', 5, { kind: null, chips: [] })).toBe(false);
    // Coloured by kind, a process's pages keep their colours.
    expect(isKept('kind', anon, { kind: null, chips: [3] }, 3)).toBe(true);
    expect(isKept('kind', anon, { kind: null, chips: [3] }, 5)).toBe(false);
    expect(isKept('kind', anon, { kind: 'slab', chips: [3] }, 3)).toBe(false);
  });
});
