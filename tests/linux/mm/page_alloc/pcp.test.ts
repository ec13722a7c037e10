import { describe, expect, it } from 'vitest';
import { MIGRATE_MOVABLE, MIGRATE_UNMOVABLE } from '../../../../src/linux/include/gfp';
import type { Kernel } from '../../../../src/linux/include/kernel';
import { ZONE_BELOW_HIGH, ZONE_RECLAIM_ACTIVE } from '../../../../src/linux/include/mmzone';
import { freeToPcplist, rmqueuePcplist } from '../../../../src/linux/mm/page_alloc/pcp';
import { bootTestKernel } from '../../support';

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
});
