import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIGRATE_MOVABLE, MIGRATE_TYPES, MIGRATE_UNMOVABLE } from '../../../../src/linux/include/gfp';
import type { Kernel } from '../../../../src/linux/include/kernel';
import { PGTYPE_BUDDY, PGTYPE_MASK, PGTYPE_USER } from '../../../../src/linux/include/page';
import { clearBlock, freeOnePage, rmqueueBuddy, rmqueueBulk } from '../../../../src/linux/mm/page_alloc/buddy';
import { bootTestKernel, bootZones } from '../../support';

/** Free blocks per order as the lists have them; checks alignment, overlap and merging on the way. */
function freeLists(k: Kernel, zone: number): number[] {
  const z = k.zones[zone];
  const seen = new Uint8Array(k.mem.nrPages);
  let total = 0;
  let wrong = 0;
  const counts = new Array<number>(11).fill(0);
  for (let o = 0; o < 11; o++) {
    for (let mt = 0; mt < MIGRATE_TYPES; mt++) {
      const head = z.freeHeads + o * MIGRATE_TYPES + mt;
      for (let p = k.mem.next[head]; p !== head; p = k.mem.next[p]) {
        if (p & ((1 << o) - 1)) wrong++;
        for (let q = p; q < p + (1 << o); q++) {
          if (seen[q]) wrong++;
          seen[q] = 1;
        }
        total += 1 << o;
        const buddy = p ^ (1 << o);
        const bothFree =
          o < 10 && buddy < z.end && (k.mem.flags[buddy] & PGTYPE_MASK) === PGTYPE_BUDDY && k.mem.index[buddy] === o;
        if (bothFree) wrong++;
        counts[o]++;
      }
    }
  }
  expect(wrong).toBe(0);
  expect(total).toBe(z.free);
  return counts;
}

function take(k: Kernel, order: number, mt: number): number {
  const p = rmqueueBuddy(k, k.zones[1], order, mt, 0);
  if (p >= 0) {
    k.zones[1].free -= 1 << order;
    for (let q = p; q < p + (1 << order); q++) k.mem.flags[q] = (k.mem.flags[q] & ~PGTYPE_MASK) | PGTYPE_USER;
  }
  return p;
}

describe('the buddy allocator', () => {
  it('keeps free blocks aligned, apart and merged, whatever is taken and given back', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ order: fc.integer({ min: 0, max: 10 }), mt: fc.integer({ min: 0, max: 2 }), back: fc.nat() }),
          {
            maxLength: 120,
          },
        ),
        (ops) => {
          const k = bootTestKernel(12_000);
          const held: [number, number][] = [];
          const all = k.zones[1].free;
          for (const { order, mt, back } of ops) {
            const p = take(k, order, mt);
            if (p >= 0) held.push([p, order]);
            if (back % 3 === 0 && held.length) {
              const [q, o] = held.splice(back % held.length, 1)[0];
              clearBlock(k.mem, q, o);
              freeOnePage(k, k.zones[1], q, o);
            }
          }
          freeLists(k, 1);
          for (const [q, o] of held) {
            clearBlock(k.mem, q, o);
            freeOnePage(k, k.zones[1], q, o);
          }
          freeLists(k, 1);
          expect(k.zones[1].free).toBe(all);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('carves a batch out of a block and leaves the lists as page-by-page splitting would', () => {
    const one = bootTestKernel(12_000);
    const many = bootTestKernel(12_000);
    const head = one.zones[1].pcp[0].heads;
    const single = Array.from({ length: 37 }, () => take(one, 0, MIGRATE_MOVABLE));
    expect(rmqueueBulk(many, many.zones[1], 37, MIGRATE_MOVABLE, 0, head, PGTYPE_USER)).toBe(37);
    expect(freeLists(many, 1)).toEqual(freeLists(one, 1));
    const got: number[] = [];
    for (let p = many.mem.next[head]; p !== head; p = many.mem.next[p]) got.push(p);
    expect(got).toEqual(single);
  });

  it('boosts the watermark when unmovable memory breaks into a movable pageblock', () => {
    const k = bootTestKernel(120_064);
    const z = k.zones[1];
    // Use up whole blocks so that only pieces below a pageblock are left.
    while (z.nrFree[10] + z.nrFree[9] > 0) take(k, z.nrFree[9] ? 9 : 10, MIGRATE_MOVABLE);
    const piece = k.mem.next[z.freeHeads];
    expect(piece).toBeGreaterThanOrEqual(0);
    clearBlock(k.mem, z.base, 8);
    freeOnePage(k, z, z.base, 8);
    expect(rmqueueBuddy(k, z, 0, MIGRATE_UNMOVABLE, 0)).toBeGreaterThanOrEqual(0);
    expect(z.boost).toBeGreaterThan(0);
  });

  it('rebuilds recorded free lists block for block', () => {
    const recorded = [10, 8, 14, 11, 7, 8, 5, 4, 5, 4, 40];
    const k = bootZones([
      { node: 0, type: 0, startPfn: 1, spanned: 4095, present: 3998, managed: 3840 },
      {
        node: 0,
        type: 1,
        startPfn: 4096,
        spanned: 61_408,
        present: 61_408,
        managed: 50_500,
        pcpCount: 244,
        freeBlocks: recorded.map((n) => [Math.floor(n / 4), n - Math.floor(n / 4), 0, 0]),
      },
    ]);
    expect(freeLists(k, 1)).toEqual(recorded);
    expect(k.zones[1].free).toBe(45_658);
    expect(k.zones[1].pcp[0].count).toBe(244);
  });

  it("spreads what it rebuilds of the kernel's own types over as many pageblocks as were recorded", () => {
    const unmovable = [3, 1, 3, 3, 2, 1, 2, 1, 0, 1, 0];
    const k = bootZones([
      {
        node: 0,
        type: 1,
        startPfn: 4096,
        spanned: 61_408,
        present: 61_408,
        managed: 50_500,
        freeBlocks: unmovable.map((n, order) => [n, order === 10 ? 40 : 3, 0, 0]),
        blockTypes: [10, 108, 2, 0],
      },
    ]);
    const [z] = k.zones;
    const { next, pageblock } = k.mem;
    const free = new Map<number, number>();
    for (let o = 0; o < 11; o++) {
      const head = z.freeHeads + o * MIGRATE_TYPES + MIGRATE_UNMOVABLE;
      for (let p = next[head]; p !== head; p = next[p]) free.set(p >> 9, (free.get(p >> 9) ?? 0) + 2 ** o);
    }
    // One is whole; in each other less than half is free, so that no other type may take it over.
    const sizes = [...free.values()].sort((a, b) => a - b);
    expect(sizes.length).toBeGreaterThan(3);
    expect(sizes.pop()).toBe(512);
    for (const n of sizes) expect(n).toBeLessThan(256);
    for (const b of free.keys()) expect(pageblock[b]).toBe(MIGRATE_UNMOVABLE);
    expect(pageblock.filter((mt) => mt === MIGRATE_UNMOVABLE)).toHaveLength(10);
  });
});
