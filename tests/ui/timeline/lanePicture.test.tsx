import { beforeEach, describe, expect, test } from 'vitest';
import type { LaneInput } from '../../../src/ui/timeline/drawLanes';
import { createLanePicture } from '../../../src/ui/timeline/lanePicture';
import { timelineLayout } from '../../../src/ui/timeline/layout';
import type { Sample } from '../../../src/worker/protocol';
import { fixtureFrame, fixtureSamples } from '../../fixtures/frame';

const WIDTH = 1000;
const HEIGHT = 230;
const layout = timelineLayout(WIDTH, HEIGHT);
const frame = fixtureFrame();
const all = fixtureSamples();
const end = all[all.length - 1].t;

/** Grounds of lanes that were painted since the last look: where each begins, px from the lanes' left edge. */
let painted: number[] = [];
let wiped = 0;

/** A canvas that keeps what is asked of it. */
function fakeCanvas(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const ink = new Proxy({} as Record<string, unknown>, {
    get: (target, name: string) =>
      target[name] ??
      ((...args: number[]) => {
        if (name === 'rect') painted.push(args[0] - layout.left);
        if (name === 'clearRect') wiped++;
        return null;
      }),
  });
  canvas.getContext = (() => ink) as unknown as HTMLCanvasElement['getContext'];
  return canvas;
}

const input = (samples: readonly Sample[], more: Partial<LaneInput> = {}): LaneInput => ({
  samples,
  domain: { from: 0, to: end },
  zone: frame.zones[1] ?? frame.zones[0],
  swapTotal: frame.swap.total,
  head: null,
  ghosts: [],
  ...more,
});

/** As long as nothing happens a lane keeps its scale. */
const calm = all.map((sample) => ({ ...all[0], t: sample.t }));
const half = calm.slice(0, calm.length / 2);
let draw: (of: LaneInput, theme?: string) => { from: number[]; wiped: number };

beforeEach(() => {
  const picture = createLanePicture(fakeCanvas());
  draw = (of, theme = 'light') => {
    painted = [];
    wiped = 0;
    picture(layout, WIDTH, HEIGHT, theme, of);
    return { from: painted, wiped };
  };
});

describe('scales', () => {
  /** Watermarks and rates that come and go. */
  const lively = all.map((sample, i) => ({
    ...sample,
    zoneMin: 600 + 20 * (i % 7),
    zoneHigh: 1000 + Math.round(300 * Math.sin(i / 40)),
    swapOut: i % 50,
  }));
  const scalesOf = (picture: ReturnType<typeof createLanePicture>, of: LaneInput) => {
    const { free, scan, swap } = picture(layout, WIDTH, HEIGHT, 'light', of);
    return { free, scan, swap };
  };
  const atRest = (samples: readonly Sample[]) => input(samples, { head: samples[samples.length - 1].t });

  test('at rest are those of what is shown, however the machine came there', () => {
    const run = createLanePicture(fakeCanvas());
    for (let n = 1; n < lively.length; n += 3) scalesOf(run, input(lively.slice(0, n)));
    const fresh = createLanePicture(fakeCanvas());
    expect(scalesOf(run, atRest(lively))).toEqual(scalesOf(fresh, atRest(lively)));
    // Another future, and the first one again.
    const other = lively.map((sample) => ({ ...sample, zoneHigh: 9000, swapOut: 900 }));
    scalesOf(run, atRest(other));
    expect(scalesOf(run, atRest(lively))).toEqual(scalesOf(fresh, atRest(lively)));
  });

  test('hold on while the machine runs and they are still good enough', () => {
    const picture = createLanePicture(fakeCanvas());
    const before = scalesOf(picture, input(half));
    const higher = calm
      .slice(half.length)
      .map((sample) => ({ ...sample, zoneHigh: Math.ceil(sample.zoneHigh * 1.02) }));
    const samples = [...half, ...higher];
    expect(scalesOf(picture, input(samples))).toEqual(before);
    expect(scalesOf(picture, atRest(samples)).free).not.toEqual(before.free);
  });
});

test('the first time all of each lane is drawn', () => {
  expect(draw(input(half))).toEqual({ from: layout.lanes.map(() => 0), wiped: 1 });
});

test('where samples were added only their stretch is drawn, of every lane', () => {
  draw(input(half));
  const { from, wiped } = draw(input([...half, ...calm.slice(half.length, half.length + 2)]));
  expect(wiped).toBe(0);
  expect(from).toHaveLength(layout.lanes.length);
  const settled = (half[half.length - 2].t / end) * (layout.right - layout.left);
  for (const x of from) {
    expect(x).toBeLessThanOrEqual(settled);
    expect(x).toBeGreaterThan(settled - 8);
  }
});

test('nothing is drawn where nothing was added', () => {
  draw(input(half));
  expect(draw(input([...half])).from).toEqual([]);
});

test('another stretch of time or theme, and a future that was left, is drawn anew', () => {
  const anew = { from: layout.lanes.map(() => 0), wiped: 1 };
  draw(input(half));
  expect(draw(input(half, { domain: { from: 0, to: 2 * end } }))).toEqual(anew);
  expect(draw(input(half, { domain: { from: 0, to: 2 * end } }), 'dark')).toEqual(anew);
  expect(draw(input(half.slice(0, -5)), 'dark')).toEqual(anew);
});

test('where the head has come to rest somewhere else, only the lane that ends there is drawn', () => {
  draw(input(half));
  expect(draw(input(half, { head: end }))).toEqual({ from: [0], wiped: 0 });
});

test('a lane whose scale has changed is drawn anew, and it alone', () => {
  draw(input(half));
  const burst = calm.slice(half.length).map((sample) => ({ ...sample, swapOut: 5000, swapIn: 5000 }));
  const { from } = draw(input([...half, ...burst]));
  const swap = layout.lanes.findIndex((lane) => lane.id === 'swap');
  expect(from.map((x) => x === 0)).toEqual(layout.lanes.map((_, i) => i === swap));
});
