import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  area,
  splitZones,
  stack,
  stackStrip,
  stripWidth,
  sumKinds,
  type Trapezoid,
  totalPages,
  widthAt,
  yAtArea,
} from '../../../src/ui/hero/geometry';
import { pyramidLayout } from '../../../src/ui/hero/layout';
import type { KindPages } from '../../../src/worker/protocol';
import { fixtureFrame } from '../../fixtures/frame';

const kindPages = fc.record<KindPages>({
  anonActive: fc.nat(4e6),
  anonInactive: fc.nat(4e6),
  mlocked: fc.nat(1e5),
  shmem: fc.nat(1e5),
  fileActive: fc.nat(1e6),
  fileInactive: fc.nat(1e6),
  slab: fc.nat(1e5),
  pagetables: fc.nat(1e4),
  kernel: fc.nat(1e4),
  free: fc.nat(4e6),
  pcp: fc.nat(2000),
  reserved: fc.integer({ min: 1, max: 1e5 }),
});

const sizes = fc.record({ width: fc.integer({ min: 320, max: 2400 }), height: fc.integer({ min: 360, max: 1600 }) });

/** Area of the layer of a trapezoid between two heights. */
const layer = (t: Trapezoid, y0: number, y1: number) => ((widthAt(t, y0) + widthAt(t, y1)) / 2) * (y1 - y0);

describe('the flows at the side', () => {
  test('stand apart from one another and above the name of RAM, at any size of the region', () => {
    fc.assert(
      fc.property(sizes, ({ width, height }) => {
        const { flows, body } = pyramidLayout(width, height);
        if (flows.count > 1) expect(flows.pitch).toBeGreaterThanOrEqual(44);
        if (flows.count > 0)
          expect(flows.y + (flows.count - 1) * flows.pitch + 29).toBeLessThanOrEqual(body.bottom - 60);
      }),
    );
  });
});

describe('the body of RAM', () => {
  test('shows the same number of pages per area in every layer, at any size of the region', () => {
    fc.assert(
      fc.property(kindPages, sizes, (kinds, { width, height }) => {
        const { body } = pyramidLayout(width, height);
        const perPage = area(body) / totalPages(kinds);
        for (const s of stack(body, kinds)) {
          expect(layer(body, s.y0, s.y1)).toBeCloseTo(s.pages * perPage, 3);
        }
      }),
    );
  });

  test('is filled from its top to its bottom without a gap', () => {
    fc.assert(
      fc.property(kindPages, (kinds) => {
        const { body } = pyramidLayout(728, 578);
        let y = body.top;
        for (const s of stack(body, kinds)) {
          expect(s.y0).toBe(y);
          y = s.y1;
        }
        expect(y).toBeCloseTo(body.bottom, 6);
      }),
    );
  });

  test('keeps page tables and the rest of the kernel in one layer', () => {
    const { kinds } = fixtureFrame();
    const layer = stack(pyramidLayout(728, 578).body, kinds).find((s) => s.id === 'kernel');
    expect(layer?.pages).toBe(kinds.kernel + kinds.pagetables);
  });

  test('accounts for every present page of its zones', () => {
    const { zones } = fixtureFrame();
    const { body } = splitZones(zones);
    expect(totalPages(sumKinds(body.map((z) => z.kinds)))).toBe(body.reduce((n, z) => n + z.present, 0));
  });
});

describe('the strip at the left edge', () => {
  test('is zone DMA, in the same pages per area as the body', () => {
    const { zones } = fixtureFrame();
    const { body, strip } = splitZones(zones);
    expect(strip?.name).toBe('DMA');
    const shape = pyramidLayout(728, 578).body;
    const pages = body.reduce((n, z) => n + z.present, 0);
    const width = stripWidth(shape, pages, strip?.present ?? 0);
    expect((width * (shape.bottom - shape.top)) / (strip?.present ?? 1)).toBeCloseTo(area(shape) / pages, 6);
  });

  test('has layers as high as their share of the zone', () => {
    const dma = fixtureFrame().zones[0];
    const free = stackStrip(0, 300, dma.kinds).find((s) => s.id === 'free');
    expect((free?.y1 ?? 0) - (free?.y0 ?? 0)).toBeCloseTo((300 * dma.kinds.free) / dma.present, 6);
  });

  test('is absent when DMA is all there is', () => {
    const dma = fixtureFrame().zones[0];
    expect(splitZones([dma])).toEqual({ body: [dma], strip: null });
  });
});

test('half the area of a trapezoid lies below half its height', () => {
  const t: Trapezoid = { cx: 0, top: 0, bottom: 100, topWidth: 20, bottomWidth: 180 };
  expect(yAtArea(t, area(t) / 2)).toBeGreaterThan(50);
  expect(yAtArea(t, area(t))).toBeCloseTo(100, 9);
  expect(yAtArea({ ...t, bottomWidth: 20 }, 1000)).toBe(50);
});
