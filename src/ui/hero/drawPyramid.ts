/** Draws caches, RAM and swap. Everything it shows is in the frame. */
import type { ZoneFrame } from '../../worker/protocol';
import { fade, KIND_LOOK, type Pointed } from '../charts/kinds';
import type { Painter } from '../charts/painter';
import { d } from '../charts/path';
import { drawFlowPages, drawFlows, drawFlowWords, drawSwapFlows, drawSwapFlowWords, drawSwapPages } from './drawFlows';
import { drawGauge, drawLens } from './drawGauge';
import { drawLabels } from './drawLabels';
import { drawSwap, drawSwapWords } from './drawSwap';
import { drawTiers } from './drawTiers';
import {
  type Stratum,
  slicePath,
  splitZones,
  stack,
  stackStrip,
  stripPath,
  stripWidth,
  sumKinds,
  type Trapezoid,
  totalPages,
  widthAt,
} from './geometry';
import type { Scene } from './scene';

export function drawPyramid(p: Painter, scene: Scene): void {
  const { frame, layout, hovered, due } = scene;
  const { body } = layout;
  const zones = splitZones(frame.zones);
  const kinds = sumKinds(zones.body.map((z) => z.kinds));
  const strata = stack(body, kinds);
  const bodyPages = totalPages(kinds);
  const strip = zones.strip ? stripWidth(body, bodyPages, zones.strip.present) : 0;
  const edge = strip + 1.5;

  p.begin();
  p.onTurn(due.names, 'tiers', () => drawTiers(p, scene));
  p.onTurn(due.levels, 'strata', () => {
    drawLens(p, scene, bodyPages);
    drawStrata(p, strata, body, hovered);
  });
  p.onTurn(due.names, 'edges', () => drawEdges(p, scene, zones.strip, strip));
  p.group('gauge', { 'data-region': 'free-gauge', 'data-kind': 'free' }, () => drawGauge(p, scene));
  if (!layout.phone) {
    p.group('flows', { 'data-region': 'flows' }, () => {
      p.onTurn(due.numbers, 'flow-rates', () => {
        drawFlows(p, scene, edge);
        drawFlowWords(p, scene, edge);
      });
      p.onTurn(due.flows, 'flow-pages', () => drawFlowPages(p, scene, edge));
    });
  }
  p.onTurn(due.names, 'labels', () => drawLabels(p, scene, strata, edge));
  p.onTurn(due.levels, 'swap-level', () => drawSwap(p, scene));
  p.onTurn(due.numbers, 'swap-words', () => drawSwapWords(p, scene));
  p.group('swap-flows', { 'data-region': 'swap-flows' }, () => {
    p.onTurn(due.numbers, 'swap-rates', () => {
      drawSwapFlows(p, scene);
      drawSwapFlowWords(p, scene);
    });
    p.onTurn(due.flows, 'swap-pages', () => drawSwapPages(p, scene));
  });
  p.end();
}

function drawStrata(p: Painter, strata: Stratum[], body: Trapezoid, hovered: Pointed): void {
  for (const s of strata) {
    if (s.pages === 0) continue;
    const look = KIND_LOOK[s.id];
    const height = s.y1 - s.y0;
    const opacity = fade(s.kinds, hovered);
    // A thin line of free pages is drawn in the colour of its outline, or it would be lost on the ground.
    const fill = s.id === 'free' && height < 5 ? 'var(--free)' : look.fill;
    p.path(`stratum-${s.id}`, slicePath(body, s.y0, s.y1), {
      fill,
      opacity,
      class: 'stratum',
      'data-kind': s.id,
      ...(s.id === 'free' && height >= 5 ? { stroke: 'var(--free)', 'stroke-width': 1.2 } : {}),
    });
  }
  for (const s of strata) {
    if (s.pages === 0 || s.y0 <= body.top + 0.3) continue;
    const half = widthAt(body, s.y0) / 2;
    p.path(`rule-${s.id}`, d`M${body.cx - half} ${s.y0}H${body.cx + half}`, {
      stroke: 'var(--plane)',
      'stroke-width': s.y1 - s.y0 > 6 ? 1.4 : 0.8,
    });
  }
}

/** Strips at the edges: zone DMA left, and at the right a dashed outline where an empty Normal zone would be. */
function drawEdges(p: Painter, scene: Scene, strip: ZoneFrame | null, width: number): void {
  const { frame, layout, hovered } = scene;
  const { body } = layout;
  if (strip) {
    for (const s of stackStrip(body.top, body.bottom, strip.kinds)) {
      if (s.pages === 0) continue;
      const free = s.id === 'free';
      p.path(`strip-${s.id}`, stripPath(body, -1, 1.5, width, s.y0, s.y1), {
        fill: KIND_LOOK[s.id].fill,
        opacity: fade(s.kinds, hovered),
        'data-kind': s.id,
        ...(free ? { stroke: 'var(--free)', 'stroke-width': 1.2 } : {}),
      });
    }
  }
  const normal = frame.zones.find((z) => z.name === 'Normal');
  if (!normal || normal.present === 0) {
    p.path('normal', stripPath(body, 1, 1.5, 7, body.top, body.bottom), {
      fill: 'none',
      stroke: 'var(--line-3)',
      'stroke-dasharray': '3 3',
    });
  }
}
