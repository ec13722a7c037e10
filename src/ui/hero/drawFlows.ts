/** Rates of pages in and out: at the left of RAM, and across the gap to swap. Width = log of pages a second. */
import { t } from '../../i18n';
import type { Frame, Kind } from '../../worker/protocol';
import { fade, KIND_LOOK } from '../charts/kinds';
import type { Painter } from '../charts/painter';
import { d } from '../charts/path';
import { textWidth } from '../charts/text';
import { int, pages } from '../format';
import { leftAt } from './geometry';
import type { Scene } from './scene';

const FLOWS: { key: 'cacheDropped' | 'fileIn' | 'newAnon' | 'writeback'; kind: Kind; inward: boolean }[] = [
  { key: 'cacheDropped', kind: 'fileInactive', inward: false },
  { key: 'fileIn', kind: 'fileActive', inward: true },
  { key: 'newAnon', kind: 'anonActive', inward: true },
  { key: 'writeback', kind: 'fileInactive', inward: false },
];

/** Thickness in px of an arrow at the side: one decade is 3.6 px. */
export function flowWidth(rate: number): number {
  return rate < 1 ? 0 : Math.min(13, Math.max(1.5, 3.6 * Math.log10(rate) - 3.7));
}

/** Width in px of an arrow in the gap, on a scale of its own. */
export function swapFlowWidth(rate: number): number {
  return rate < 1 ? 0 : Math.min(46, 8 * Math.log10(rate) + 8);
}

/** Px that the squares of a flow have moved at a real time in ms: faster by decades of the rate. */
export function flowPhase(rate: number, clock: number): number {
  return (clock / 1000) * 9 * Math.log10(1 + rate);
}

/** "1,380/s" and "5.4 MiB/s". */
const perSecond = (rate: number): string => t('flows.rate', { rate: int(rate) });

/** Where the flows at the side begin, px from the left. */
const FAR = 20;
/** Down from a flow's name to the middle of its arrow and to its rate, px: close, so that they belong together. */
const ARROW_DOWN = 11;
const RATE_DOWN = 28;

/** The flows at the side, and for each how thick it is drawn and from where to where. */
function sideFlows({ rates, layout }: Scene, edge: number) {
  const { y: first, pitch, count } = layout.flows;
  return FLOWS.slice(0, count).map(({ key, kind, inward }, i) => {
    const middle = first + i * pitch + ARROW_DOWN;
    const near = leftAt(layout.body, middle) - edge - 6;
    const rate = rates[key];
    return { key, kind, rate, thick: flowWidth(rate), middle, from: inward ? FAR : near, to: inward ? near : FAR };
  });
}

/** Arrows as thick as what their numbers say. */
export function drawFlows(p: Painter, scene: Scene, edge: number): void {
  for (const { key, kind, thick, middle, from, to } of sideFlows(scene, edge)) {
    const opacity = fade([kind], scene.hovered);
    if (thick === 0) {
      p.path(`flow-none-${key}`, d`M${Math.min(from, to)} ${middle}H${Math.max(from, to)}`, {
        stroke: 'var(--line-3)',
        'stroke-dasharray': '1 4',
        opacity,
      });
      continue;
    }
    p.path(`flow-${key}`, arrow(from, to, middle, thick), {
      fill: KIND_LOOK[kind].fill,
      opacity,
      'fill-opacity': 0.9,
      'data-kind': kind,
    });
  }
}

/** The pages on their way in these arrows. */
export function drawFlowPages(p: Painter, scene: Scene, edge: number): void {
  for (const { key, kind, rate, thick, middle, from, to } of sideFlows(scene, edge)) {
    if (thick >= 5) squares(p, key, from, to, middle, rate, scene.clock, fade([kind], scene.hovered));
  }
}

/** What flows at the side, and how much. */
export function drawFlowWords(p: Painter, scene: Scene, edge: number): void {
  for (const { key, kind, rate, middle } of sideFlows(scene, edge)) {
    const y = middle - ARROW_DOWN;
    const opacity = fade([kind], scene.hovered);
    p.text(`flow-name-${key}`, FAR, y, t(`flows.${key}`), { class: 's2', 'font-size': 12, opacity });
    const numbers = y + RATE_DOWN;
    p.text(`flow-rate-${key}`, FAR, numbers, perSecond(rate), {
      class: rate < 1 ? 's3' : 'b',
      'font-size': 13,
      opacity,
    });
    if (rate >= 1) {
      p.text(
        `flow-mib-${key}`,
        FAR + textWidth(perSecond(rate), 13, true) + 6,
        numbers,
        t('flows.size', { size: pages(rate) }),
        {
          class: 's3',
          'font-size': 11.5,
          opacity,
        },
      );
    }
  }
}

/** Horizontal arrow with its tip at `to`. */
function arrow(from: number, to: number, y: number, thick: number): string {
  const dir = Math.sign(to - from) || 1;
  const h = thick / 2;
  const neck = to - dir * 9;
  const barb = h + 3;
  return d`M${from} ${y - h}H${neck}V${y - barb}L${to} ${y}L${neck} ${y + barb}V${y + h}H${from}Z`;
}

/** Pages on their way: squares of a dashed line, moved by its offset. */
function squares(
  p: Painter,
  key: string,
  from: number,
  to: number,
  y: number,
  rate: number,
  clock: number,
  opacity: number,
): void {
  const dir = Math.sign(to - from) || 1;
  p.path(`flow-pages-${key}`, d`M${from} ${y}H${to - dir * 12}`, {
    stroke: 'var(--plane)',
    'stroke-width': 3,
    'stroke-dasharray': '3 10',
    'stroke-dashoffset': -(flowPhase(rate, clock) % 13),
    opacity,
    'stroke-opacity': 0.8,
  });
}

interface SwapFlow {
  key: 'out' | 'in';
  cx: number;
  rate: number;
  kind: Kind;
  up: boolean;
  /** Half the width of the arrow. */
  half: number;
}

/** The two arrows in the gap between RAM and swap. */
function swapFlows({ frame, rates, layout }: Scene): SwapFlow[] {
  if (frame.swap.total === 0) return [];
  const { body, phone } = layout;
  const half = (rate: number) => Math.min(phone ? 20 : 46, swapFlowWidth(rate) * (phone ? 0.5 : 1)) / 2;
  const { swapOut, swapIn } = rates;
  return [
    {
      key: 'out',
      cx: body.cx - (phone ? 96 : 116),
      rate: swapOut,
      kind: 'anonInactive',
      up: false,
      half: half(swapOut),
    },
    { key: 'in', cx: body.cx + (phone ? 36 : 30), rate: swapIn, kind: 'anonActive', up: true, half: half(swapIn) },
  ];
}

/** How far the tip of an arrow in the gap stands out from its middle. */
const barbOf = ({ half }: SwapFlow): number => half + 7;

/** Arrows as wide as what they say. */
export function drawSwapFlows(p: Painter, scene: Scene): void {
  const { layout, hovered } = scene;
  const [y0, y1] = gapOf(scene);
  const head = layout.phone ? 12 : 14;
  for (const flow of swapFlows(scene)) {
    const { key, cx, kind, up, half } = flow;
    if (half === 0) {
      p.path(`swap-none-${key}`, d`M${cx} ${y0}V${y1}`, { stroke: 'var(--line-3)', 'stroke-dasharray': '1 4' });
      continue;
    }
    const [tail, neck, tip] = up ? [y1, y0 + head, y0] : [y0, y1 - head, y1];
    const barb = barbOf(flow);
    p.path(
      `swap-arrow-${key}`,
      d`M${cx - half} ${tail}V${neck}H${cx - barb}L${cx} ${tip}L${cx + barb} ${neck}H${cx + half}V${tail}Z`,
      { fill: KIND_LOOK[kind].fill, opacity: fade([kind, 'swap'], hovered), 'data-kind': kind },
    );
  }
}

/** The pages on their way in them. */
export function drawSwapPages(p: Painter, scene: Scene): void {
  const [y0, y1] = gapOf(scene);
  for (const { key, cx, rate, kind, up, half } of swapFlows(scene)) {
    const opacity = fade([kind, 'swap'], scene.hovered);
    if (half >= 9) chevrons(p, key, cx, y0, y1, half, up, flowPhase(rate, scene.clock), opacity);
  }
}

/** Between RAM and swap, px from the top. */
const gapOf = ({ layout: { body, swap } }: Scene): [number, number] => [body.bottom + 4, swap.top - 4];

/** What the arrows in the gap say. */
export function drawSwapFlowWords(p: Painter, scene: Scene): void {
  const { body, swap, phone } = scene.layout;
  const middle = (body.bottom + swap.top) / 2;
  for (const flow of swapFlows(scene)) {
    const { key, cx, rate } = flow;
    const x = cx + (phone ? 20 : Math.max(34, barbOf(flow) + 7));
    const look = rate < 1 ? 's3' : 'b';
    if (phone) {
      const text = t(key === 'out' ? 'flows.outPhone' : 'flows.inPhone', { rate: perSecond(rate) });
      p.text(`swap-rate-${key}`, x, middle + 4, text, { class: look, 'font-size': 12 });
      continue;
    }
    p.text(`swap-rate-${key}`, x, middle - 3, perSecond(rate), { class: look, 'font-size': 14 });
    const name = t(key === 'out' ? 'flows.swapOut' : 'flows.swapIn');
    p.text(`swap-name-${key}`, x, middle + 12, name, { class: 's2', 'font-size': 12 });
  }
}

function chevrons(
  p: Painter,
  key: string,
  cx: number,
  y0: number,
  y1: number,
  half: number,
  up: boolean,
  phase: number,
  opacity: number,
): void {
  const w = Math.min(11, half - 6);
  const pitch = 10;
  const shift = phase % pitch;
  let marks = '';
  for (let i = 0; i < 4; i++) {
    const along = i * pitch + shift - 2;
    const y = up ? y1 - along - 4 : y0 + along + 4;
    const tip = up ? y - 7 : y + 7;
    if (Math.min(y, tip) < y0 + 3 || Math.max(y, tip) > y1 - 3) continue;
    marks += d`M${cx - w} ${y}L${cx} ${tip}L${cx + w} ${y}`;
  }
  p.path(`swap-chevrons-${key}`, marks || 'M0 0', {
    fill: 'none',
    stroke: 'var(--plane)',
    'stroke-width': 2.4,
    opacity,
    'stroke-opacity': 0.85,
  });
}

/** The largest rate first: what the summary says. */
export function flowSentence(frame: Frame): string {
  const { swapOut, swapIn, cacheDropped, fileIn } = frame.flows;
  return t('summary.flows', {
    out: Math.round(swapOut),
    in: Math.round(swapIn),
    dropped: Math.round(cacheDropped),
    file: Math.round(fileIn),
  });
}
