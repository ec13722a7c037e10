/** The canvas of the lanes: what it holds already, and what of it has to be drawn again. */
import { createColors, fitCanvas, stripes } from '../charts/canvas';
import { drawLane, type LaneInput } from './drawLanes';
import type { LaneId, TimelineLayout } from './layout';
import { type LaneScales, laneScales } from './scales';
import { buckets } from './series';

/** Lines are wider than a bucket: so many px before the first new one are drawn again. */
const OVERLAP = 3;

/** What the canvas shows. */
interface Held {
  /** All that the picture depends on but the samples: of all lanes, and of each. */
  all: string;
  lanes: Record<LaneId, string>;
  scales: LaneScales;
  /** How many, and the last one. */
  samples: number;
  last: unknown;
  /** Where the last bucket but one lies, px: up to there nothing changes when samples are added. */
  settled: number;
}

/** Draws, and returns the scales that it drew by. */
export type LanePicture = (
  layout: TimelineLayout,
  width: number,
  height: number,
  theme: string,
  of: LaneInput,
) => LaneScales;

/** Draws the lanes to `canvas`; of a lane where only samples were added, only the stretch where they belong. */
export function createLanePicture(canvas: HTMLCanvasElement): LanePicture {
  const color = createColors(canvas);
  let held: Held | null = null;
  let hatch: { theme: string; pattern: CanvasPattern | string } | null = null;
  return (layout, width, height, theme, input) => {
    const { samples, domain, zone, swapTotal, head, ghosts } = input;
    const points = buckets(samples, domain, layout.right - layout.left);
    const marks = samples.length === 0 && zone ? [zone.min, zone.low, zone.high] : [];
    const others = ghosts.map(({ name, t }) => `${name} ${t.length} ${t[t.length - 1]}`);
    const all = String([
      width,
      height,
      devicePixelRatio,
      theme,
      domain.from,
      domain.to,
      swapTotal,
      ...marks,
      ...others,
    ]);
    const scales = laneScales(points, input, held?.all === all ? held.scales : null);
    const now: Held = {
      all,
      // Free memory is drawn up to the head.
      lanes: { free: `${scales.free} ${head}`, scan: `${scales.scan}`, swap: `${scales.swap}`, psi: `${scales.psi}` },
      scales,
      samples: samples.length,
      last: samples[samples.length - 1],
      settled: points.at(-2)?.x ?? 0,
    };
    const before = held && held.all === now.all && samples[held.samples - 1] === held.last ? held : null;
    held = now;
    const stale = layout.lanes.filter(
      ({ id }) => before?.samples !== now.samples || before.lanes[id] !== now.lanes[id],
    );
    if (stale.length === 0) return scales;
    const ink = fitCanvas(canvas, width, height);
    if (!ink) return scales;
    const named = (name: string) => color(name, theme);
    if (hatch?.theme !== theme) hatch = { theme, pattern: stripes(ink, named('--ink-3'), 4, 1.3) };
    if (!before) ink.clearRect(0, 0, width, height);
    for (const lane of stale) {
      const grown = before?.lanes[lane.id] === now.lanes[lane.id];
      const from = before && grown ? Math.max(0, Math.floor(before.settled) - OVERLAP) : 0;
      drawLane(ink, lane, layout, input, points, scales, from, named, hatch.pattern);
    }
    return scales;
  };
}
