import { describe, expect, it } from 'vitest';
import { ALLOC_MIN_RESERVE, ALLOC_NON_BLOCK, ALLOC_OOM } from '../../../../src/linux/include/gfp';
import { ZONE_DMA32, ZONE_MOVABLE } from '../../../../src/linux/include/mmzone';
import { createKernel } from '../../../../src/linux/mm/mm_init';
import {
  defaultMinFreeKbytes,
  effectiveMin,
  recommendedMinFreeKbytes,
  setupPerZoneWmarks,
  zoneLowmemReserve,
  zoneWatermarkOk,
  zoneWatermarks,
} from '../../../../src/linux/mm/page_alloc/watermarks';
import { bootTestKernel, TEST_COSTS, TEST_RELEASE } from '../../support';

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
      createKernel({
        release: TEST_RELEASE,
        cpus: 1,
        thp: 'never',
        seed: 1,
        costs: TEST_COSTS,
        zones: [
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
        ],
      }).zones[0].pcp[0];
    expect(zone()).toMatchObject({ highMin: 528, highMax: 6312 });
    expect(zone(48_550)).toMatchObject({ highMin: 528, highMax: 6068 });
  });
});
