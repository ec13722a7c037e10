/** The free pages of one zone against its watermarks, and the lens that leads there from the pyramid. */
import { line as lineShape } from 'd3';
import { t } from '../../i18n';
import type { Frame, ZoneFrame } from '../../worker/protocol';
import { fade } from '../charts/kinds';
import { spread } from '../charts/labels';
import type { Painter } from '../charts/painter';
import { d } from '../charts/path';
import { textWidth } from '../charts/text';
import { int, pages, percent } from '../format';
import { area, rightAt, yAtArea } from './geometry';
import type { Scene } from './scene';

/** The scale ends this far above the high watermark. */
const HEADROOM = 1.145;
const PCP_WIDTH = 9;

export function gaugeZone(frame: Frame): ZoneFrame | null {
  return frame.zones.find((z) => z.id === frame.gauge.zone) ?? null;
}

/** A zone's name, with its node where there are several. */
export const zoneLabel = (frame: Frame, zone: ZoneFrame): string =>
  frame.machine.nodes > 1 ? t('zones.ofNode', { zone: zone.name, node: zone.node }) : zone.name;

/** Pages at the upper end of the gauge's scale. */
export function gaugeTop(zone: ZoneFrame): number {
  return Math.max(16, Math.ceil(zone.high * HEADROOM));
}

/** From the free layer, as far as the gauge's scale goes, to the gauge. */
export function drawLens(p: Painter, { frame, layout, hovered }: Scene, bodyPages: number): void {
  const zone = gaugeZone(frame);
  if (!zone || bodyPages === 0) return;
  const { body, gauge } = layout;
  const shown = Math.min(zone.free, gaugeTop(zone));
  const y1 = yAtArea(body, (shown / bodyPages) * area(body));
  const x0 = rightAt(body, body.top) + 1;
  const x1 = rightAt(body, y1) + 1;
  const to = gauge.x - PCP_WIDTH - 4;
  const opacity = fade(['free', 'pcp'], hovered);
  p.path('lens', d`M${x0} ${body.top}L${to} ${gauge.y}V${gauge.y + gauge.height}L${x1} ${y1}Z`, {
    fill: 'var(--free-wash)',
    opacity,
    'fill-opacity': 0.5,
  });
  p.path('lens-edge', d`M${x0} ${body.top}L${to} ${gauge.y}M${x1} ${y1}L${to} ${gauge.y + gauge.height}`, {
    fill: 'none',
    stroke: 'var(--free)',
    'stroke-width': 1,
    opacity,
  });
}

/** Pages to px from the top of the picture. */
const scaleOf =
  ({ y, height }: Box, top: number) =>
  (n: number): number =>
    y + height - (Math.min(top, Math.max(0, n)) / top) * height;

export function drawGauge(p: Painter, scene: Scene): void {
  const { frame, due } = scene;
  const zone = gaugeZone(frame);
  if (!zone) return;
  p.onTurn(due.levels, 'gauge-free', () => drawFree(p, scene, zone));
  // Together, since they make room for each other.
  p.onTurn(due.numbers, 'gauge-words', () => {
    drawGaugeWords(p, scene, zone);
    drawNow(p, scene, zone);
  });
  p.onTurn(due.levels, 'gauge-dot', () => drawDot(p, scene, zone));
}

/** Free pages and those in per-cpu lists, now and in the last 2 s. */
function drawFree(p: Painter, { frame, layout: { gauge }, hovered }: Scene, zone: ZoneFrame): void {
  const { x, y, width, height } = gauge;
  const { history } = frame.gauge;
  const opacity = fade(['free', 'pcp'], hovered);
  const at = scaleOf(gauge, gaugeTop(zone));
  drawPcp(p, zone, gauge, at, fade(['pcp'], hovered));
  p.el('gauge-ground', 'rect', { x, y, width, height, fill: 'var(--plane)' });
  drawHistory(p, history.length > 0 ? [...history, zone.free] : [zone.free, zone.free], gauge, at, opacity);
  p.el('gauge-frame', 'rect', { x, y, width, height, fill: 'none', stroke: 'var(--free)', opacity });
}

/** Where free memory is now. Above the scale the tag alone says it, which may be over the gauge there. */
function drawDot(p: Painter, { layout: { gauge, phone } }: Scene, zone: ZoneFrame): void {
  if (!phone && zone.free > gaugeTop(zone)) return;
  p.el('gauge-now', 'circle', {
    cx: gauge.x + gauge.width,
    cy: scaleOf(gauge, gaugeTop(zone))(zone.free),
    r: phone ? 4.5 : 5,
    fill: 'var(--free)',
    stroke: 'var(--plane)',
    'stroke-width': 2,
  });
}

/** Where the watermarks' labels and that of the present value stand, right of the gauge. */
function labelsOf({ layout: { gauge, phone } }: Scene, zone: ZoneFrame) {
  const { x, y, width, height } = gauge;
  const bottom = y + height;
  const at = scaleOf(gauge, gaugeTop(zone));
  const end = x + width + (phone ? 4 : 6);
  const marks = [
    { key: 'high', value: zone.high, dash: '1.5 2.5', color: 'var(--ink-2)', weight: 1.6 },
    { key: 'low', value: zone.low, dash: '6 3', color: 'var(--ink-2)', weight: 1.6 },
    { key: 'min', value: zone.min, dash: undefined, color: 'var(--red)', weight: 2.4 },
  ] as const;
  const nowY = at(zone.free);
  // The three watermarks and the present value keep apart; thin lines lead back to where they belong.
  const half = phone ? 8 : 13.5;
  // Two lines each, the lowest under its line.
  const slots = [
    ...marks.map((m) => ({ at: at(m.value) + (m.key === 'min' && !phone ? 12 : 0), half })),
    { at: nowY, half: phone ? 0 : 9.5 },
  ];
  const middles = phone ? spread(slots.slice(0, 3), y - 4, bottom + 4, 0) : spread(slots, y - 3, bottom + 4, 1);
  return { end, marks, middles, half };
}

/** The present value, beside the dot. */
function drawNow(p: Painter, scene: Scene, zone: ZoneFrame): void {
  const { layout } = scene;
  if (layout.phone) return;
  const top = gaugeTop(zone);
  const nowY = scaleOf(layout.gauge, top)(zone.free);
  const { end, middles } = labelsOf(scene, zone);
  const off = zone.free > top;
  const text = off ? t('gauge.off', { n: zone.free }) : t('gauge.now', { n: zone.free });
  const middle = middles[3];
  const tag = textWidth(text, 13, true) + 12;
  // A long number covers a part of the gauge rather than leave the picture.
  const tagX = Math.min(end + 6, layout.width - tag - 3);
  p.path('now-tag', d`M${Math.min(end, tagX)} ${nowY}L${tagX} ${middle - 8.5}h${tag}v17h${-tag}z`, {
    fill: 'var(--ink)',
  });
  p.text('now-text', tagX + 4, middle + 4.5, text, { class: 'b', 'font-size': 13 }, 'var(--on-ink)');
}

/** The gauge's title, its watermarks and what they are called. */
function drawGaugeWords(p: Painter, scene: Scene, zone: ZoneFrame): void {
  const { frame, layout } = scene;
  const { gauge, phone } = layout;
  const { x, y, height } = gauge;
  const bottom = y + height;
  const at = scaleOf(gauge, gaugeTop(zone));
  const share = zone.managed > 0 ? zone.free / zone.managed : 0;

  if (phone) {
    p.text('gauge-title', x, y - 20, t('gauge.free'), { class: 'b', 'font-size': 13 });
    const long = t('gauge.phone', { n: zone.free, share: percent(share) });
    const text = x + textWidth(long, 12) < layout.width - 4 ? long : t('gauge.phonePages', { n: zone.free });
    p.text('gauge-sub', x, y - 6, text, { class: 's2', 'font-size': 12 });
  } else {
    p.text('gauge-title', x, y - 24, t('gauge.title'), { class: 'b', 'font-size': 14 });
    const of = frame.machine.nodes > 1 ? t('gauge.node', { node: zone.node }) : zone.name;
    p.text('gauge-sub', x, y - 8, t('gauge.sub', { size: pages(zone.free), share: percent(share), zone: of }), {
      class: 's2',
      'font-size': 12,
    });
  }

  const { end, marks, middles, half } = labelsOf(scene, zone);
  for (const m of marks) {
    p.path(`mark-${m.key}`, d`M${x} ${at(m.value)}H${end}`, {
      stroke: m.color,
      'stroke-width': m.weight,
      'stroke-dasharray': m.dash,
    });
  }
  const labelX = end + 5;
  marks.forEach((m, i) => {
    const middle = middles[i];
    const red = m.key === 'min' ? ' r' : '';
    if (Math.abs(middle - at(m.value)) > half) {
      p.path(`mark-lead-${m.key}`, d`M${end} ${at(m.value)}L${labelX - 1} ${middle}`, {
        stroke: m.color,
        'stroke-width': 1,
      });
    }
    if (phone) {
      p.text(`mark-name-${m.key}`, labelX - 1, middle + 4, t(`gauge.${m.key}Short`), {
        class: `b${red}`,
        'font-size': 12,
      });
      return;
    }
    p.text(`mark-name-${m.key}`, labelX, middle - 3, t(`gauge.${m.key}`, { n: m.value }), {
      class: `b${red}`,
      'font-size': 13,
    });
    p.text(`mark-what-${m.key}`, labelX, middle + 9.5, t(`gauge.${m.key}What`), { class: 's2', 'font-size': 11 });
  });
  if (phone) return;
  p.text('pcp-label', gauge.x - PCP_WIDTH - 3, bottom + 13, t('gauge.pcp', { n: int(zone.pcp) }), {
    class: 's2',
    'font-size': 11,
    'data-kind': 'pcp',
  });
  if (height > 150) p.text('gauge-span', x + 6, bottom - 8, t('gauge.span'), { class: 's2 halo', 'font-size': 11 });
  // Where no other label needs the place.
  const lowest = Math.max(...middles.slice(0, 3).map((m) => m + half), middles[3] + 9.5);
  if (lowest < bottom - 10) p.text('gauge-zero', labelX, bottom, t('gauge.zero'), { class: 's3', 'font-size': 11 });
}

/** Px that a stretch of the history takes when there are more values than can be told apart. */
const STRETCH = 2.5;

/** The last 2 s: a line, and around it, where it swings faster than can be drawn, the band of its swings. */
function drawHistory(p: Painter, values: number[], gauge: Box, at: (n: number) => number, opacity: number): void {
  const { x, y, width, height } = gauge;
  const bottom = y + height;
  const per = Math.max(1, Math.ceil(values.length / (width / STRETCH)));
  const means: [number, number][] = [];
  let upper = '';
  let lower = '';
  for (let i = 0; i < values.length; i += per) {
    const part = values.slice(i, i + per);
    const to = values.length > 1 ? Math.min(i + per - 1, values.length - 1) / (values.length - 1) : 1;
    const px = i === 0 ? x : x + to * width;
    means.push([px, at(part.reduce((sum, v) => sum + v, 0) / part.length)]);
    upper += `L${px.toFixed(1)} ${at(Math.max(...part)).toFixed(1)}`;
    lower = `L${px.toFixed(1)} ${at(Math.min(...part)).toFixed(1)}${lower}`;
  }
  const line = lineShape().digits(1)(means) ?? '';
  p.path('gauge-fill', d`${line}L${x + width} ${bottom}H${x}Z`, { fill: 'var(--free-wash)', opacity });
  if (per > 1)
    p.path('gauge-band', d`M${upper.slice(1)}${lower}Z`, { fill: 'var(--free)', opacity, 'fill-opacity': 0.4 });
  p.path('gauge-line', line, {
    fill: 'none',
    stroke: 'var(--free)',
    'stroke-width': per > 1 ? 1.6 : 2,
    'stroke-linejoin': 'round',
    opacity,
  });
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Pages in per-cpu lists, on the gauge's scale: handed out already to a cpu, held by nobody. */
function drawPcp(p: Painter, zone: ZoneFrame, gauge: Box, at: (n: number) => number, opacity: number): void {
  const bottom = gauge.y + gauge.height;
  const x = gauge.x - PCP_WIDTH - 3;
  p.el('pcp-ground', 'rect', {
    x,
    y: gauge.y,
    width: PCP_WIDTH,
    height: gauge.height,
    fill: 'var(--plane)',
    stroke: 'var(--free)',
    'stroke-width': 0.7,
    'data-kind': 'pcp',
    opacity,
  });
  const y = at(zone.pcp);
  p.el('pcp', 'rect', {
    x,
    y,
    width: PCP_WIDTH,
    height: bottom - y,
    fill: 'url(#k-pcp)',
    stroke: 'var(--free)',
    'stroke-width': 1,
    'data-kind': 'pcp',
    opacity,
  });
}
