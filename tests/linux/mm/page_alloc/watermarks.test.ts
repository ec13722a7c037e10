import { describe, expect, it } from 'vitest';
import {
  ALLOC_HIGHATOMIC,
  ALLOC_MIN_RESERVE,
  ALLOC_NON_BLOCK,
  ALLOC_OOM,
  MIGRATE_HIGHATOMIC,
  MIGRATE_TYPES,
} from '../../../../src/linux/include/gfp';
import type { Kernel } from '../../../../src/linux/include/kernel';
import {
  WMARK_LOW,
  WMARK_MIN,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_MOVABLE,
  ZONE_NORMAL,
} from '../../../../src/linux/include/mmzone';
import { NR_PAGE_ORDERS } from '../../../../src/linux/include/units';
import {
  calculateMinFreeKbytes,
  calculateTotalreservePages,
  defaultMinFreeKbytes,
  effectiveMin,
  nrFreeBufferPages,
  recommendedMinFreeKbytes,
  setRecommendedMinFreeKbytes,
  setupPerZoneWmarks,
  totalLowWmark,
  zoneLowmemReserve,
  zoneWatermarkOk,
  zoneWatermarks,
} from '../../../../src/linux/mm/page_alloc/watermarks';
import { bootTestKernel, bootZones } from '../../support';

describe('watermarks', () => {
  it('follow the documented example of a 16 GiB machine', () => {
    const lowmem = 3840 + 700_000 + 3_400_000;
    expect(zoneWatermarks(3840, false, 16_896, lowmem, 10).slice(0, 3)).toEqual([15, 18, 21]);
    expect(zoneWatermarks(700_000, false, 16_896, lowmem, 10).slice(0, 3)).toEqual([2881, 3601, 4321]);
    expect(zoneWatermarks(3_400_000, false, 16_896, lowmem, 10).slice(0, 3)).toEqual([13_998, 17_497, 20_996]);
  });

  it('give a Movable zone a thousandth of itself, between 32 and 128 pages', () => {
    expect(zoneWatermarks(0, true, 1000, 100_000, 10)[0]).toBe(32);
    expect(zoneWatermarks(1_000_000, true, 1000, 100_000, 10)[0]).toBe(128);
  });

  it('are each a step above the last: a quarter of min, or a thousandth of the zone if that is more', () => {
    expect(zoneWatermarks(100_000, false, 2000, 200_000, 10)).toEqual([1000, 1250, 1500, 1750]);
    expect(zoneWatermarks(400_000, false, 200, 400_000, 10)).toEqual([200, 600, 1000, 1400]);
  });

  it('start from the square root of sixteen times low memory', () => {
    expect(defaultMinFreeKbytes(512 * 256)).toBe(2896);
    expect(defaultMinFreeKbytes(1024 * 256)).toBe(4096);
    expect(defaultMinFreeKbytes(4096 * 256)).toBe(8192);
    expect(defaultMinFreeKbytes(16_384 * 256)).toBe(16_384);
  });

  it('are raised by khugepaged to 11 pageblocks a zone', () => {
    expect(recommendedMinFreeKbytes(3, 10_000_000)).toBe(67_584);
    expect(recommendedMinFreeKbytes(2, 500_000)).toBe(45_056);
    expect(recommendedMinFreeKbytes(2, 100_000)).toBe(20_000);
  });

  it('are recomputed when min_free_kbytes changes, and a boost is dropped', () => {
    const k = bootTestKernel(120_064);
    k.zones[1].boost = 600;
    k.sysctl.min_free_kbytes = 8192;
    setupPerZoneWmarks(k);
    expect(k.zones[1].boost).toBe(0);
    expect(k.zones[1].watermark[0]).toBe(Math.floor((2048 * 116_224) / 120_064));
  });
});

describe('a machine’s numbers', () => {
  /** Zones with managed pages, by type. */
  const zones = (k: Kernel, managed: Record<number, number>): Kernel => {
    const [shape] = k.zones;
    k.zones = Object.entries(managed).map(([type, n]) => ({
      ...shape,
      type: Number(type),
      managed: n,
      boost: 0,
      watermark: [10, 20, 30, 40],
      lowmemReserve: [0, 0, 0, 0, 0],
    }));
    return k;
  };
  const k = (managed: Record<number, number>) => zones(bootTestKernel(120_064), managed);

  it('count what is above the high watermark in zones up to Normal', () => {
    expect(nrFreeBufferPages(k({ [ZONE_DMA]: 30, [ZONE_DMA32]: 1030, [ZONE_NORMAL]: 5030 }))).toBe(1000 + 5000);
    expect(nrFreeBufferPages(k({ [ZONE_DMA32]: 1030, [ZONE_MOVABLE]: 9000 }))).toBe(1000);
    expect(nrFreeBufferPages(k({ [ZONE_DMA]: 7, [ZONE_DMA32]: 31 }))).toBe(1);
    const boosted = k({ [ZONE_DMA32]: 1030 });
    boosted.zones[0].boost = 100;
    expect(nrFreeBufferPages(boosted)).toBe(900);
  });

  it('keep a min_free_kbytes of the user that is larger', () => {
    const set = (user: number): number => {
      const it = k({ [ZONE_DMA32]: 100 * 100 + 30 });
      Object.assign(it.sysctl, { user_min_free_kbytes: user, min_free_kbytes: user });
      calculateMinFreeKbytes(it);
      return it.sysctl.min_free_kbytes;
    };
    expect(set(-1)).toBe(800);
    expect(set(799)).toBe(800);
    expect(set(800)).toBe(800);
    expect(set(801)).toBe(801);
    const small = k({ [ZONE_DMA32]: 40 });
    Object.assign(small.sysctl, { user_min_free_kbytes: -1 });
    calculateMinFreeKbytes(small);
    expect(small.sysctl.min_free_kbytes).toBe(128);
    // The user's is the same as what would be set: it stays, unclamped.
    Object.assign(small.sysctl, { user_min_free_kbytes: 25, min_free_kbytes: 25 });
    calculateMinFreeKbytes(small);
    expect(small.sysctl.min_free_kbytes).toBe(25);
  });

  it('are raised for huge pages by the zones that have memory, and only raised', () => {
    const raise = (managed: Record<number, number>, had = 0): number => {
      const it = k(managed);
      it.nodes[0].zones = [];
      it.sysctl.min_free_kbytes = had;
      setRecommendedMinFreeKbytes(it);
      return it.sysctl.min_free_kbytes;
    };
    const block = 512 * 11 * 4;
    const much = 10_000_000;
    expect(raise({ [ZONE_DMA]: much, [ZONE_DMA32]: much, [ZONE_NORMAL]: much })).toBe(3 * block);
    expect(raise({ [ZONE_DMA]: 0, [ZONE_DMA32]: much, [ZONE_NORMAL]: much })).toBe(2 * block);
    expect(raise({ [ZONE_DMA32]: much, [ZONE_MOVABLE]: much })).toBe(block);
    expect(raise({ [ZONE_DMA32]: much }, block + 4)).toBe(block + 4);
    expect(raise({ [ZONE_DMA32]: much }, block - 4)).toBe(block);
  });

  it('share min out among zones that are not Movable, which has a min of its own', () => {
    const it = k({ [ZONE_DMA32]: 30_000, [ZONE_NORMAL]: 10_000, [ZONE_MOVABLE]: 60_000 });
    it.sysctl.min_free_kbytes = 4 * 1000;
    setupPerZoneWmarks(it);
    expect(it.zones.map((z) => z.watermark[WMARK_MIN])).toEqual([750, 250, 58]);
    expect(it.zones.map((z) => z.watermark[WMARK_LOW])).toEqual([750 + 187, 250 + 62, 58 + 375]);
  });

  it('add up what zones keep back, each at most what it has', () => {
    const it = k({ [ZONE_DMA]: 100, [ZONE_DMA32]: 5000 });
    it.zones[0].lowmemReserve = [0, 50, 400, 400, 400];
    it.zones[1].lowmemReserve = [0, 0, 70, 60, 0];
    calculateTotalreservePages(it);
    expect(it.totalreservePages).toBe(100 + 100);
    it.zones[0].boost = 5;
    expect(totalLowWmark(it)).toBe(45);
  });

  it('have no share of min where there is no low memory', () => {
    expect(zoneWatermarks(0, true, 1000, 0, 10)).toEqual([32, 32, 32, 32]);
    expect(zoneWatermarks(0, false, 1000, 0, 10)).toEqual([0, 0, 0, 0]);
    expect(zoneWatermarks(50_000, true, 1000, 100_000, 10)[0]).toBe(48);
  });
});

describe('lowmem_reserve', () => {
  it('protects lower zones from requests that could use higher ones', () => {
    expect(zoneLowmemReserve([3840, 700_000, 3_400_000, 0, 0], 0, [256, 256, 32, 0, 0])).toEqual([
      0, 2734, 16_015, 16_015, 16_015,
    ]);
  });
  it('is nothing with a ratio of 0', () => {
    expect(zoneLowmemReserve([3840, 700_000, 0, 0, 0], 0, [0, 256, 32, 0, 0])).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('__zone_watermark_ok', () => {
  it('wants strictly more than the mark and the reserve', () => {
    const k = bootTestKernel(120_064);
    const dma = k.zones[0];
    const edge = 22 + dma.lowmemReserve[ZONE_MOVABLE];
    expect(zoneWatermarkOk(k, dma, 0, 22, ZONE_MOVABLE, 0, edge)).toBe(false);
    expect(zoneWatermarkOk(k, dma, 0, 22, ZONE_MOVABLE, 0, edge + 1)).toBe(true);
  });
  it('lets an OOM victim use half of min and GFP_ATOMIC five eighths', () => {
    expect(effectiveMin(1000, 0)).toBe(1000);
    expect(effectiveMin(1000, ALLOC_OOM)).toBe(500);
    expect(effectiveMin(1000, ALLOC_MIN_RESERVE)).toBe(500);
    expect(effectiveMin(1000, ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK)).toBe(375);
    expect(effectiveMin(1000, ALLOC_NON_BLOCK)).toBe(1000);
  });
  it('lets nobody but the privileged count what is kept for atomic requests', () => {
    const k = bootTestKernel(120_064);
    const z = k.zones[1];
    z.nrFreeHighatomic = 40;
    expect(zoneWatermarkOk(k, z, 0, 100, ZONE_DMA32, 0, 140)).toBe(false);
    expect(zoneWatermarkOk(k, z, 0, 100, ZONE_DMA32, 0, 141)).toBe(true);
    expect(zoneWatermarkOk(k, z, 0, 100, ZONE_DMA32, ALLOC_OOM, 51)).toBe(true);
    expect(zoneWatermarkOk(k, z, 0, 100, ZONE_DMA32, ALLOC_OOM, 50)).toBe(false);
  });
  it('takes a block but one page off what is free before it compares', () => {
    const k = bootTestKernel(120_064);
    const z = k.zones[1];
    expect(zoneWatermarkOk(k, z, 3, 100, ZONE_DMA32, 0, 107)).toBe(false);
    expect(zoneWatermarkOk(k, z, 3, 100, ZONE_DMA32, 0, 108)).toBe(true);
  });
  it('wants a free block of the order or above, of a kind that the request may take', () => {
    const k = bootTestKernel(120_064);
    const z = k.zones[1];
    const { next, prev } = k.mem;
    const head = (order: number, mt: number): number => z.freeHeads + order * MIGRATE_TYPES + mt;
    for (let o = 0; o < NR_PAGE_ORDERS; o++)
      for (let mt = 0; mt < MIGRATE_TYPES; mt++) {
        next[head(o, mt)] = head(o, mt);
        prev[head(o, mt)] = head(o, mt);
      }
    const ok = (order: number, flags = 0): boolean => zoneWatermarkOk(k, z, order, 0, ZONE_DMA32, flags, 10_000);
    /** One block of this order and kind. */
    const only = (order: number, mt: number, test: () => boolean): boolean => {
      z.nrFree.fill(0);
      z.nrFree[order] = 1;
      next[head(order, mt)] = 5000;
      const r = test();
      next[head(order, mt)] = head(order, mt);
      return r;
    };
    for (const mt of [0, 1, 2]) {
      expect(only(4, mt, () => ok(4))).toBe(true);
      expect(only(10, mt, () => ok(4))).toBe(true);
      expect(only(3, mt, () => ok(4))).toBe(false);
    }
    expect(only(4, MIGRATE_HIGHATOMIC, () => ok(4))).toBe(false);
    expect(only(4, MIGRATE_HIGHATOMIC, () => ok(4, ALLOC_HIGHATOMIC))).toBe(true);
    expect(only(4, MIGRATE_HIGHATOMIC, () => ok(4, ALLOC_OOM))).toBe(true);
    // A count without a block of any kind is none, and one page needs no block at all.
    z.nrFree.fill(1);
    expect([ok(4), ok(4, ALLOC_OOM), ok(0)]).toEqual([false, false, true]);
  });
  it('takes no block of the next zone for one of its own', () => {
    const k = bootTestKernel(120_064);
    const [dma, dma32] = k.zones;
    dma.nrFree.fill(0);
    expect(dma32.nrFree.some((n) => n > 0)).toBe(true);
    expect(zoneWatermarkOk(k, dma, 1, 0, ZONE_DMA, 0)).toBe(false);
  });
  it('refuses a large block when there are only small ones', () => {
    const k = bootTestKernel(120_064);
    const z = k.zones[1];
    z.nrFree.fill(0, 3);
    expect(zoneWatermarkOk(k, z, 3, 0, ZONE_MOVABLE, 0)).toBe(false);
  });
});

describe('the limits of the per-cpu lists', () => {
  it('are the low watermark and an eighth of the zone, as it was when they were set', () => {
    const zone = (bootManaged?: number) =>
      bootZones([
        {
          node: 0,
          type: ZONE_DMA32,
          startPfn: 4096,
          spanned: 50_500,
          present: 50_500,
          managed: 50_500,
          bootManaged,
          watermark: [423, 528, 633, 738],
        },
      ]).zones[0].pcp[0];
    expect(zone()).toMatchObject({ highMin: 528, highMax: 6312 });
    expect(zone(48_550)).toMatchObject({ highMin: 528, highMax: 6068 });
  });
});
