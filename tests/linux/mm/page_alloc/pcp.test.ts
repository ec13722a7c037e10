import { describe, expect, it } from 'vitest';
import { MIGRATE_MOVABLE, MIGRATE_UNMOVABLE } from '../../../../src/linux/include/gfp';
import type { Kernel } from '../../../../src/linux/include/kernel';
import {
  WMARK_HIGH,
  ZONE_BELOW_HIGH,
  ZONE_MOVABLE,
  ZONE_NORMAL,
  ZONE_RECLAIM_ACTIVE,
} from '../../../../src/linux/include/mmzone';
import { decayPcpHigh, freeToPcplist, rmqueuePcplist } from '../../../../src/linux/mm/page_alloc/pcp';
import { LINUX_6_1 } from '../../../../src/linux/versions/6.1';
import { bootTestKernel, bootZones } from '../../support';

const ZONE = 1;
const pcpOf = (k: Kernel) => k.zones[ZONE].pcp[0];

function listLength(k: Kernel, type: number): number {
  const head = pcpOf(k).heads + type;
  let n = 0;
  for (let p = k.mem.next[head]; p !== head; p = k.mem.next[p]) n++;
  return n;
}

const take = (k: Kernel, type: number, n: number): number[] =>
  Array.from({ length: n }, () => rmqueuePcplist(k, k.zones[ZONE], 0, type, 0));

describe('per-cpu lists', () => {
  it('a list that is too long gives back pages of the type that was freed, before those of other types', () => {
    const k = bootTestKernel(60_000);
    const pcp = pcpOf(k);
    const movable = take(k, MIGRATE_MOVABLE, 400);
    // A page table or two: the refill has left more of them at hand.
    take(k, MIGRATE_UNMOVABLE, 2);
    const kept = listLength(k, MIGRATE_UNMOVABLE);
    expect(kept).toBeGreaterThan(8);
    pcp.high = pcp.highMin = pcp.highMax = pcp.count + 40;
    const before = k.zones[ZONE].free;
    for (const p of movable.slice(0, 60)) freeToPcplist(k, p, 0);
    expect(k.zones[ZONE].free).toBeGreaterThan(before);
    expect(listLength(k, MIGRATE_UNMOVABLE)).toBe(kept);
  });

  it('its limit falls by what was freed in a row while kswapd works or the zone is short', () => {
    for (const flag of [ZONE_RECLAIM_ACTIVE, ZONE_BELOW_HIGH]) {
      const k = bootTestKernel(60_000);
      const pcp = pcpOf(k);
      const pages = take(k, MIGRATE_MOVABLE, 300);
      pcp.high = pcp.highMin + 1000;
      pcp.highMax = pcp.highMin + 2000;
      pcp.freeCount = 200;
      k.zones[ZONE].flags |= flag;
      const { high } = pcp;
      freeToPcplist(k, pages[0], 0);
      expect(pcp.high).toBe(high - 201);
    }
  });

  it('of a node without cpus are split among all cpus there are', () => {
    const zone = (node: number, startPfn: number) => ({
      node,
      type: ZONE_NORMAL,
      startPfn,
      spanned: 60_000,
      present: 60_000,
      managed: 60_000,
    });
    const k = bootZones([zone(0, 1 << 20), zone(1, 1 << 21)], { cpus: 2, cpuNode: [0, 0] });
    const [home, away] = k.zones.map((z) => z.pcp[0]);
    expect([away.highMin, away.highMax]).toEqual([home.highMin, home.highMax]);
  });

  it('a zone is above its high watermark again only when its reserve for lower requests is there as well', () => {
    const k = bootTestKernel(60_000);
    const z = k.zones[0];
    const pcp = z.pcp[0];
    const pages = Array.from({ length: 40 }, () => rmqueuePcplist(k, z, 0, MIGRATE_MOVABLE, 0));
    z.flags |= ZONE_BELOW_HIGH;
    expect(z.lowmemReserve[ZONE_MOVABLE]).toBeGreaterThan(0);
    const free = (pages: number[], claimed: number): void => {
      z.free = claimed;
      pcp.high = pcp.highMin = pcp.highMax = pcp.batch;
      for (const p of pages) freeToPcplist(k, p, 0);
    };
    free(pages.slice(0, 20), z.watermark[WMARK_HIGH] + 20);
    expect(z.flags & ZONE_BELOW_HIGH).not.toBe(0);
    free(pages.slice(20), z.watermark[WMARK_HIGH] + z.lowmemReserve[ZONE_MOVABLE] + 1);
    expect(z.flags & ZONE_BELOW_HIGH).toBe(0);
  });

  it('new limits hold from the next free on', () => {
    const k = bootTestKernel(60_000);
    const pcp = pcpOf(k);
    const [page] = take(k, MIGRATE_MOVABLE, 1);
    pcp.high = 5;
    freeToPcplist(k, page, 0);
    expect(pcp.high).toBe(pcp.highMin);
  });

  it('in 6.1 give back a batch at a time', () => {
    const k = bootTestKernel(60_000);
    k.release = LINUX_6_1;
    const pcp = pcpOf(k);
    const z = k.zones[ZONE];
    const pages = take(k, MIGRATE_MOVABLE, 500);
    pcp.batch = 10;
    pcp.high = pcp.highMin = pcp.highMax = 100;
    const bulks = new Set<number>();
    for (const p of pages) {
      const before = z.free;
      freeToPcplist(k, p, 0);
      if (z.free > before) bulks.add(z.free - before);
    }
    expect([...bulks]).toEqual([10]);
  });

  it('are emptied by blocks of several pages that come one after the other', () => {
    const k = bootTestKernel(60_000);
    const pcp = pcpOf(k);
    const blocks = Array.from({ length: 40 }, () => rmqueuePcplist(k, k.zones[ZONE], 3, MIGRATE_UNMOVABLE, 0));
    pcp.high = pcp.highMax;
    expect(pcp.highMax).toBeGreaterThan(pcp.batch + 8 * blocks.length);
    let most = 0;
    for (const p of blocks) {
      freeToPcplist(k, p, 3);
      most = Math.max(most, pcp.count);
    }
    expect(most).toBeGreaterThan(0);
    expect(pcp.count).toBeLessThan(pcp.batch);
    // Single pages in between keep them.
    const [page, ...more] = take(k, MIGRATE_MOVABLE, 20);
    freeToPcplist(k, page, 0);
    pcp.freeCount = pcp.batch;
    const block = rmqueuePcplist(k, k.zones[ZONE], 3, MIGRATE_UNMOVABLE, 0);
    freeToPcplist(k, more[0], 0);
    freeToPcplist(k, block, 3);
    expect(pcp.count).toBeGreaterThan(8);
  });

  it('fall batch by batch: with nothing but huge pages in them, each batch is one', () => {
    const k = bootTestKernel(60_000);
    const pcp = pcpOf(k);
    const huge = Array.from({ length: 6 }, () => rmqueuePcplist(k, k.zones[ZONE], 9, MIGRATE_MOVABLE, 0));
    while (pcp.count > 0) rmqueuePcplist(k, k.zones[ZONE], 9, MIGRATE_MOVABLE, 0);
    pcp.high = pcp.highMax = 10_000;
    for (const p of huge) freeToPcplist(k, p, 9);
    expect(pcp.count).toBe(6 * 512);
    pcp.batch = 31;
    pcp.highMin = 31;
    // A surplus of so many pages: three batches.
    pcp.high = Math.ceil(((6 * 512 - 90) * 8) / 7);
    decayPcpHigh(k, 0);
    expect(pcp.count).toBe(3 * 512);
  });
});
