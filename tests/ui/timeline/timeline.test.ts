import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { follow, LEAST_SPAN, pan, roundEnd, toTime, toX, zoom } from '../../../src/ui/timeline/domain';
import { nearestEvent, notable, placeFlags } from '../../../src/ui/timeline/flags';
import { ghostAt, namedGhosts } from '../../../src/ui/timeline/ghosts';
import { rangeText } from '../../../src/ui/timeline/LaneLabels';
import { freeRange, scaleEnd } from '../../../src/ui/timeline/scales';
import { buckets, extent, sampleAt } from '../../../src/ui/timeline/series';
import { headText, rateText, timelineSummary, timelineTable } from '../../../src/ui/timeline/text';
import { SAMPLE_NS, type TimelineEvent } from '../../../src/worker/protocol';
import { fixtureEvents, fixtureFrame, fixtureSamples } from '../../fixtures/frame';

const S = 1e9;
const measure = (text: string) => text.length * 6;

describe('the axis', () => {
  test('ends at a round second after all that is known', () => {
    expect(roundEnd(0)).toBe(1 * S);
    expect(roundEnd(43.8 * S)).toBe(50 * S);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 * S }), (known) => {
        expect(roundEnd(known)).toBeGreaterThan(known);
      }),
    );
  });

  test('keeps the moment under the pointer in its place when it magnifies', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 0.7, noNaN: true }), (share) => {
        const whole = { from: 0, to: 48 * S };
        const about = share * 48 * S;
        const closer = zoom(whole, 2, about, 48 * S);
        if (!closer) throw new Error('not magnified');
        expect(toX(closer, about, 900)).toBeCloseTo(toX(whole, about, 900), 6);
      }),
    );
  });

  test('never leaves the run, magnifies no further than its least span, and shows the whole run again', () => {
    const end = 48 * S;
    expect(pan({ from: 0, to: 4 * S }, -9 * S, end)).toEqual({ from: 0, to: 4 * S });
    expect(pan({ from: 40 * S, to: 44 * S }, 9 * S, end)).toEqual({ from: 44 * S, to: 48 * S });
    const least = zoom({ from: 10 * S, to: 11 * S }, 1e6, 10.5 * S, end);
    expect((least?.to ?? 0) - (least?.from ?? 0)).toBeCloseTo(LEAST_SPAN, 0);
    expect(zoom({ from: 10 * S, to: 40 * S }, 0.1, 20 * S, end)).toBeNull();
  });

  test('follows a head that runs out at its right', () => {
    const part = { from: 10 * S, to: 20 * S };
    expect(follow(part, 15 * S)).toBe(part);
    const moved = follow(part, 21 * S);
    expect(moved.from).toBeLessThan(21 * S);
    expect(moved.to).toBeGreaterThan(21 * S);
    expect(toTime(moved, 0, 100)).toBe(moved.from);
  });
});

describe('samples', () => {
  const samples = fixtureSamples();
  test('are found by time', () => {
    expect(sampleAt(samples, -1)).toBe(-1);
    expect(sampleAt(samples, 0)).toBe(0);
    expect(samples[sampleAt(samples, 12.34 * S)].t).toBe(12.3 * S);
    expect(sampleAt(samples, 1e12)).toBe(samples.length - 1);
  });
  test('are brought down to at most one point a pixel, and none is lost', () => {
    const points = buckets(samples, { from: 0, to: 48 * S }, 300);
    expect(points.length).toBeLessThanOrEqual(301);
    expect(points.reduce((n, b) => n + b.last - b.first + 1, 0)).toBe(samples.length);
  });
  test('keep a dip of a single sample visible', () => {
    const dip = samples.map((s, i) => (i === 500 ? { ...s, zoneFree: 3 } : s));
    const points = buckets(dip, { from: 0, to: 48 * S }, 100);
    expect(Math.min(...points.map((b) => extent(dip, b, (s) => s.zoneFree)[0]))).toBe(3);
  });
});

describe('the scale of a lane of rates', () => {
  const points = Array.from({ length: 200 }, (_, i) => ({ x: i, first: i, last: i }));
  test('ends at the highest rate when rates are alike', () => {
    expect(scaleEnd(points, (b) => 100 + (b.x % 5))).toBe(104);
  });
  test('is not set by a single burst', () => {
    expect(scaleEnd(points, (b) => (b.x === 7 ? 1e6 : 100))).toBe(125);
  });
  test('is nothing when nothing moved', () => {
    expect(scaleEnd(points, () => 0)).toBe(0);
  });
});

describe('flags', () => {
  const domain = { from: 0, to: 50 * S };
  test('mark every landmark and kill of the run', () => {
    const flags = placeFlags(fixtureEvents(), domain, 890, measure);
    expect(flags.map((f) => f.label)).toEqual([
      'kswapd wakes',
      'first swap-out',
      'first direct reclaim',
      '✕ crazy',
      '✕ leakyd',
    ]);
  });
  test('never put words over other words', () => {
    const time = fc.integer({ min: 0, max: 50 * S });
    const event = fc.record<TimelineEvent>({
      t: time,
      kind: fc.constantFrom('kswapd', 'swap-out', 'kill', 'command'),
      label: fc.constantFrom('crazy', 'launch', 'a long name'),
      pid: fc.nat(500),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const spans = placeFlags(events, domain, 600, measure)
          .filter((f) => f.label !== '')
          .map((f) => (f.side === 'right' ? [f.x, f.x + f.width + 12] : [f.x - f.width - 12, f.x]))
          .sort((a, b) => a[0] - b[0]);
        for (let i = 1; i < spans.length; i++) expect(spans[i][0]).toBeGreaterThanOrEqual(spans[i - 1][1] - 1e-6);
      }),
    );
  });
  test('keep clear of the pennants of commands where the other side is free', () => {
    const kill: TimelineEvent = { t: 30 * S, kind: 'kill', label: 'leakyd', pid: 1 };
    const command = (at: number): TimelineEvent => ({ t: at * S, kind: 'command', label: 'a', pid: 0 });
    const side = (...events: TimelineEvent[]) =>
      placeFlags([kill, ...events], domain, 890, measure).find((f) => f.kind === 'kill')?.side;
    expect(side()).toBe('right');
    expect(side(command(31))).toBe('left');
    expect(side(command(31), command(29))).toBe('right');
  });
  test('let kills at one place become one flag that counts them', () => {
    const kills = [1, 2, 3].map((pid): TimelineEvent => ({ t: 10 * S + pid, kind: 'kill', label: `p${pid}`, pid }));
    const [flag, ...more] = placeFlags(kills, domain, 890, measure);
    expect(more).toEqual([]);
    expect(flag.label).toBe('✕ 3 kills');
  });
  test('say the first of several at one moment, and how many more, where there is no room for all', () => {
    const both = (['kswapd', 'direct-reclaim'] as const).map(
      (kind): TimelineEvent => ({ t: 5 * S, kind, label: '', pid: -1 }),
    );
    const label = (next: number) =>
      placeFlags([...both, { t: next * S, kind: 'swap-out', label: '', pid: -1 }], domain, 890, measure)[0].label;
    expect(label(40)).toBe('kswapd wakes, first direct reclaim');
    expect(label(12)).toBe('kswapd wakes + 1');
  });
  test('leave the OOM to its kill, but show one that killed nobody', () => {
    const oom: TimelineEvent = { t: 5 * S, kind: 'oom', label: '', pid: -1 };
    const kill: TimelineEvent = { t: 5 * S + 1000, kind: 'kill', label: 'x', pid: 9 };
    expect(notable([oom, kill])).toEqual([kill]);
    expect(notable([oom])).toEqual([oom]);
  });
  test('the nearest one is named with the head', () => {
    expect(nearestEvent(fixtureEvents(), 28 * S)?.kind).toBe('direct-reclaim');
    expect(headText(37.1 * S, fixtureEvents())).toBe('37.100 s, 1.00 s after: crazy killed');
    expect(headText(43 * S, fixtureEvents())).toBe('43.000 s, 0.80 s before: leakyd killed');
  });
});

describe('the timeline in words', () => {
  test('says where the head is and what happened', () => {
    const text = timelineSummary(fixtureFrame(), fixtureEvents());
    expect(text).toContain('At 41.350 s');
    expect(text).toContain('crazy killed at 36.10 s');
    expect(text).toContain('PSI some 84 %, full 41 %');
  });
  test('is a table that ends at the head', () => {
    const table = timelineTable(fixtureFrame(), fixtureSamples(), fixtureEvents());
    expect(table.rows.length).toBeLessThanOrEqual(60);
    expect(table.rows.some((row) => row.includes('crazy killed'))).toBe(true);
    expect(table.rows.some((row) => row.includes('leakyd killed'))).toBe(false);
  });
  test('counts a rate from the pages of an interval', () => {
    const steady = fixtureSamples(4).map((s) => ({ ...s, swapOut: 10 }));
    const row = timelineTable(fixtureFrame({ t: 4 * S }), steady, []).rows[5];
    expect(row[4]).toBe(String((10 * S) / SAMPLE_NS));
  });
  test('shows large rates in thousands', () => {
    expect(rateText(359_000)).toBe('359 k/s');
    expect(rateText(950)).toBe('950/s');
  });
  test('magnifies the free lane to about the watermarks', () => {
    const zone = fixtureFrame().zones[1];
    const [low, high] = freeRange(zone, []);
    expect(low).toBeLessThan(zone.min);
    expect(high).toBeGreaterThan(zone.high);
    expect(high).toBeLessThan(2 * zone.high);
  });
  test('has room in the free lane for watermarks that the run had for a while, and not for a boost of a moment', () => {
    const zone = fixtureFrame().zones[1];
    const [first] = fixtureSamples(1);
    const run = [
      ...Array.from({ length: 40 }, () => ({ ...first, zoneMin: 200, zoneHigh: 400 })),
      ...Array.from({ length: 40 }, () => ({ ...first, zoneMin: 2000, zoneHigh: 3000 })),
      { ...first, zoneMin: 30_000, zoneHigh: 40_000 },
    ];
    const [low, high] = freeRange(zone, run);
    expect(low).toBeLessThan(200);
    expect(high).toBeGreaterThan(3000);
    expect(high).toBeLessThan(6000);
  });
});

describe('another future', () => {
  const ghost = { t: [2 * S, 3 * S, 4 * S], zoneFree: [500, 400, 300], swapUsed: [0, 10, 20] };
  test('is known from where it parts to where it was left', () => {
    expect([1, 2, 3.5, 4, 5].map((t) => ghostAt(ghost, ghost.zoneFree, t * S))).toEqual([null, 500, 400, 300, null]);
  });
  test('has the number that it has in the list of futures', () => {
    const branch = { parent: -1, forkedAt: 0, commands: [], shared: 0, known: 0, kills: [] };
    const branches = [3, 7, 9].map((id) => ({ ...branch, id }));
    const [named] = namedGhosts({ ghosts: [{ ...ghost, id: 7, version: '' }], branches });
    expect(named.name).toBe('2');
  });
  test('has columns in the table, and a word in the summary', () => {
    const frame = fixtureFrame();
    const { head, rows } = timelineTable(frame, fixtureSamples(), fixtureEvents(), [{ ...ghost, name: '1' }]);
    expect(head.slice(-2)).toEqual(['Free, future 1', 'Swap used, future 1']);
    const row = rows.find(([t]) => Number.parseFloat(t) === 4);
    expect(row?.slice(-2)).toEqual(['1.2 MiB', '80 KiB']);
    expect(rows.every((r) => r.length === head.length)).toBe(true);
    expect(timelineSummary(frame, fixtureEvents(), 2)).toMatch(/Broken lines: 2 other futures\.$/);
    expect(timelineSummary(frame, fixtureEvents())).not.toMatch(/Broken/);
  });
});

test('the stretch of free pages that a lane shows is written in as few figures as its column has room for', () => {
  expect(rangeText([410, 1280])).toBe('1.6 to 5 MiB shown');
  expect(rangeText([6700, 21_380])).toBe('26 to 84 MiB shown');
});
