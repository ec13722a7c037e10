/** Draws caches, RAM and swap. Everything it shows is in the frame. */
import { t } from '../../i18n';
import type { Frame, Kind, ZoneFrame } from '../../worker/protocol';
import { fade, KIND_LOOK, type Pointed } from '../charts/kinds';
import { spread } from '../charts/labels';
import type { Painter } from '../charts/painter';
import { d } from '../charts/path';
import { textWidth } from '../charts/text';
import { bytes, duration, int, mib, nominal, pages, percent } from '../format';
import { drawFlows, drawSwapFlows } from './drawFlows';
import { drawGauge, drawLens } from './drawGauge';
import {
  leftAt,
  rightAt,
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
import type { PyramidLayout } from './layout';

export interface Scene {
  frame: Frame;
  layout: PyramidLayout;
  /** Whether words may change. */
  words: boolean;
  hovered: Pointed;
  /** Real time in ms for the moving squares, 0 = they stand still. */
  clock: number;
  /** Pages a second that swap fills up with (negative: empties), null while nothing is known. */
  swapNet: number | null;
}

/** Strata that are named together when each is too thin for its own words. */
const LABEL_GROUPS: { key: string; ids: Stratum['id'][] }[] = [
  { key: 'file', ids: ['fileInactive', 'fileActive'] },
  { key: 'shmem', ids: ['shmem'] },
  { key: 'anon', ids: ['anonInactive', 'anonActive'] },
  { key: 'mlocked', ids: ['mlocked'] },
  { key: 'slab', ids: ['slab'] },
  { key: 'kernel', ids: ['kernel'] },
  { key: 'reserved', ids: ['reserved'] },
];

export function drawPyramid(p: Painter, scene: Scene): void {
  const { frame, layout, hovered } = scene;
  const { body } = layout;
  const zones = splitZones(frame.zones);
  const kinds = sumKinds(zones.body.map((z) => z.kinds));
  const strata = stack(body, kinds);
  const bodyPages = totalPages(kinds);

  p.begin(scene.words);
  drawTiers(p, scene);
  drawLens(p, scene, bodyPages);
  drawStrata(p, strata, body, hovered);
  const edge = drawEdges(p, scene, zones.strip, bodyPages);
  p.group('gauge', { 'data-region': 'free-gauge', 'data-kind': 'free' }, () => drawGauge(p, scene));
  if (!layout.phone) p.group('flows', { 'data-region': 'flows' }, () => drawFlows(p, scene, edge));
  drawLabels(p, scene, strata, edge);
  drawSwap(p, scene);
  p.group('swap-flows', { 'data-region': 'swap-flows' }, () => drawSwapFlows(p, scene));
  p.end();
}

function drawTiers(p: Painter, { frame, layout, hovered }: Scene): void {
  const opacity = fade([], hovered);
  layout.tiers.forEach((shape, i) => {
    const cache = frame.caches[i];
    if (!cache) return;
    const paint = `var(--c${i + 1})`;
    const middle = (shape.top + shape.bottom) / 2 + 4.5;
    // The part in use is solid, filled from the bottom; area again is bytes within the tier.
    const level = levelOf(shape, cache.occupied);
    p.path(`tier-${i}`, slicePath(shape, shape.top, shape.bottom), {
      fill: 'var(--well)',
      stroke: paint,
      'stroke-width': 1,
      opacity,
    });
    p.path(`tier-used-${i}`, slicePath(shape, level, shape.bottom), { fill: paint, opacity });
    // The name stands in the larger part.
    const covered = shape.bottom - level >= level - shape.top;
    const nameY = (covered ? level + shape.bottom : shape.top + level) / 2 + 4.5;
    p.text(
      `tier-name-${i}`,
      shape.cx,
      nameY,
      cache.name,
      {
        class: 'c b',
        'font-size': layout.phone ? 12 : 13,
        opacity,
      },
      covered ? 'var(--plane)' : 'var(--ink)',
    );
    const right = rightAt(shape, shape.bottom);
    if (layout.phone) {
      p.text(`tier-ns-${i}`, right + 4, middle, duration(cache.latencyNs), { class: 's2', 'font-size': 12 });
    } else {
      p.text(`tier-ns-${i}`, right + 6, middle - 7, `~${duration(cache.latencyNs)}`, { class: 'b', 'font-size': 13 });
      p.text(`tier-size-${i}`, right + 6, middle + 6, bytes(cache.bytes), { class: 's3', 'font-size': 11 });
    }
  });
}

/** Height below which the share of the tier's area lies. */
function levelOf(shape: Trapezoid, share: number): number {
  const free = 1 - Math.min(1, Math.max(0, share));
  const { topWidth: a, bottomWidth: b, top, bottom } = shape;
  const s = (b - a) / (bottom - top);
  const part = (free * (a + b) * (bottom - top)) / 2;
  return s === 0 ? top + part / a : top + (Math.sqrt(a * a + 2 * s * part) - a) / s;
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
function drawEdges(p: Painter, scene: Scene, strip: ZoneFrame | null, bodyPages: number): number {
  const { frame, layout, hovered } = scene;
  const { body } = layout;
  const width = strip ? stripWidth(body, bodyPages, strip.present) : 0;
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
  return width + 1.5;
}

function drawLabels(p: Painter, scene: Scene, strata: Stratum[], edge: number): void {
  const { frame, layout, hovered } = scene;
  const { body, phone } = layout;
  const byId = new Map(strata.map((s) => [s.id, s]));
  const outside: { key: string; y: number; text: string; kinds: readonly Kind[] }[] = [];
  const free = byId.get('free');
  if (free && free.pages > 0) insideLabel(p, scene, free);
  for (const group of LABEL_GROUPS) {
    const members = group.ids.map((id) => byId.get(id)).filter((s): s is Stratum => !!s && s.pages > 0);
    const thin = members.filter((s) => !insideLabel(p, scene, s));
    if (thin.length === 0) continue;
    const sum = thin.reduce((n, s) => n + s.pages, 0);
    const name =
      thin.length > 1 ? t(group.key === 'file' ? 'pyramid.fileCache' : 'pyramid.anon') : t(KIND_LOOK[thin[0].id].name);
    outside.push({
      key: group.key,
      y: (thin[0].y0 + thin[thin.length - 1].y1) / 2,
      text: `${thin[0].id === 'kernel' ? t('pyramid.pagetablesKernel') : name} ${pages(sum)}`,
      kinds: thin.flatMap((s) => s.kinds),
    });
  }
  if (phone) {
    p.text('ram', layout.gauge.x + 52, body.bottom - 26, t('pyramid.ram'), { class: 'b', 'font-size': 15 });
    p.text('ram-ns', layout.gauge.x + 52, body.bottom - 9, duration(frame.eat.ramNs), { class: 's2', 'font-size': 12 });
    return;
  }

  // The first thin layers, near the tip, are named at the left where there is room; all others at the lower right.
  const left = outside.filter((l) => l.y < 196).slice(0, 2);
  left.forEach((label, i) => {
    const y = (left.length > 1 ? 182 : 187) + i * 14;
    const opacity = fade(label.kinds, hovered);
    const from = 26 + textWidth(label.text, 13, true);
    const to = leftAt(body, label.y) - edge - 2;
    p.text(`left-${label.key}`, 20, y, label.text, { class: 'b', 'font-size': 13, opacity });
    p.path(
      `left-line-${label.key}`,
      d`M${from} ${y - 4}C${from + 38} ${y - 4} ${to - 60} ${label.y} ${to} ${label.y}`,
      {
        fill: 'none',
        stroke: 'var(--ink-3)',
        opacity,
      },
    );
  });
  const right = outside.filter((l) => !left.includes(l));
  const rightTop = layout.gauge.y + layout.gauge.height + 20;
  const middles = spread(
    right.map((l) => ({ at: l.y, half: 6.8 })),
    rightTop,
    body.bottom + 4,
    1,
  );
  right.forEach((label, i) => {
    const y = middles[i];
    const opacity = fade(label.kinds, hovered);
    const from = rightAt(body, label.y) + (normalGap(frame) ? 11 : 4);
    const to = Math.max(from + 8, rightAt(body, y) + 20);
    p.path(`right-line-${label.key}`, d`M${from} ${label.y}L${to} ${y}`, { stroke: 'var(--ink-3)', opacity });
    p.text(`right-${label.key}`, to + 4, y + 4, label.text, { class: 's2', 'font-size': 12, opacity });
  });

  p.text('ram', 20, body.bottom - 44, t('pyramid.ram'), { class: 'b', 'font-size': 20 });
  p.text('ram-ns', 20, body.bottom - 26, `~${duration(frame.eat.ramNs)}`, { class: 'b', 'font-size': 14 });
  p.text('ram-size', 20, body.bottom - 9, nominal(frame.machine.ram), { class: 's3', 'font-size': 12 });
  drawZoneNames(p, scene);
}

const normalGap = (frame: Frame): boolean => !frame.zones.some((z) => z.name === 'Normal' && z.present > 0);

/** Words inside a layer, if they fit; true when they did. */
function insideLabel(p: Painter, { frame, layout, hovered }: Scene, s: Stratum): boolean {
  const { body, phone } = layout;
  const height = s.y1 - s.y0;
  const look = KIND_LOOK[s.id];
  const name = t(s.id === 'kernel' ? 'pyramid.pagetablesKernel' : s.id === 'reserved' ? 'pyramid.reserved' : look.name);
  const amount = phone ? mib(s.pages) : pages(s.pages);
  const opacity = fade(s.kinds, hovered);
  const big = phone ? 15 : 17;
  const ink = `var(${look.on})`;
  const middle = (s.y0 + s.y1) / 2;
  const room = widthAt(body, middle - 6) - 12;
  if (s.id === 'pcp') return true;
  if (height >= 42 && textWidth(name, big, true) < room && s.id !== 'reserved') {
    p.text(`in-${s.id}`, body.cx, middle - 3, name, { class: 'c b', 'font-size': big, opacity }, ink);
    p.text(
      `in-mib-${s.id}`,
      body.cx,
      middle + 15,
      pages(s.pages),
      { class: 'c b', 'font-size': phone ? 13 : 14, opacity },
      ink,
    );
    return true;
  }
  const line = `${name} ${amount}`;
  const size = [phone ? 12 : 13, 11.5, 11].find((px) => height >= px * 1.2 && textWidth(line, px, true) <= room);
  if (size === undefined) return false;
  // Patterns would eat the letters: they stand on a plain ground.
  if (s.id === 'reserved') {
    const w = textWidth(line, 11.5) + 16;
    p.el(`in-ground-${s.id}`, 'rect', {
      x: body.cx - w / 2,
      y: middle - 7.5,
      width: w,
      height: 15,
      rx: 3,
      fill: 'var(--plane)',
      opacity,
    });
    p.text(`in-${s.id}`, body.cx, middle + 4, line, { class: 'c', 'font-size': 11.5, opacity });
    return true;
  }
  const halo = s.id === 'shmem' ? 'halo-shm' : s.id === 'mlocked' ? 'halo-anon' : '';
  p.text(`in-${s.id}`, body.cx, middle + size * 0.36, line, { class: `c b ${halo}`, 'font-size': size, opacity }, ink);
  void frame;
  return true;
}

/** Of each node how much memory it has and how much of that is free: the pyramid shows all of them as one. */
const nodeLines = ({ zones, machine }: Frame): { name: string; text: string }[] =>
  Array.from({ length: machine.nodes }, (_, node) => {
    const own = zones.filter((z) => z.node === node);
    const sum = (of: (z: ZoneFrame) => number): number => own.reduce((n, z) => n + of(z), 0);
    return {
      name: t('zones.node', { node }),
      text: t('zones.nodeFree', { size: pages(sum((z) => z.present)), free: pages(sum((z) => z.free)) }),
    };
  });

/** Which zone is where, under the lower right corner. */
function drawZoneNames(p: Painter, { frame, layout }: Scene): void {
  const { body } = layout;
  const { body: inBody, strip } = splitZones(frame.zones);
  const x = rightAt(body, body.bottom) - 4;
  const room = layout.width - x - 6;
  const lines: { name: string; text: string }[] = [];
  if (frame.machine.nodes > 1) lines.push(...nodeLines(frame));
  else {
    const names = [...new Set(inBody.map((z) => z.name))];
    const parts = names.map((name) => {
      const present = inBody.reduce((n, z) => n + (z.name === name ? z.present : 0), 0);
      return { name, present };
    });
    parts.forEach(({ name, present }, i) => {
      lines.push({ name, text: `${pages(present)}${i === parts.length - 1 ? t('zones.body') : ''}` });
    });
  }
  if (strip) {
    const long = `${pages(strip.present)}${t('zones.left')}${strip.reserve > 0 ? t('zones.held') : ''}`;
    const text = textWidth(`${strip.name} ${long}`, 11.5) < room ? long : `${pages(strip.present)}${t('zones.left')}`;
    lines.push({ name: strip.name, text });
  }
  if (normalGap(frame) && frame.zones.length > 1 && frame.machine.nodes === 1)
    lines.push({ name: 'Normal', text: t('zones.empty') });
  lines.forEach(({ name, text }, i) => {
    const y = body.bottom + 16 + i * 15;
    p.text(`zone-name-${i}`, x, y, name, { class: 'b s2', 'font-size': 11.5 });
    p.text(`zone-${i}`, x + textWidth(name, 11.5, true) + 7, y, text, { class: 's2', 'font-size': 11.5 });
  });
}

function drawSwap(p: Painter, { frame, layout, hovered, swapNet }: Scene): void {
  const { swap, phone } = layout;
  const { total, free, latencyNs } = frame.swap;
  const opacity = fade(['swap'], hovered);
  const bl = leftAt(swap, swap.bottom);
  const tl = leftAt(swap, swap.top);
  const outline = d`M${tl} ${swap.top}h${swap.topWidth}L${bl + swap.bottomWidth} ${swap.bottom}H${bl}Z`;
  const middle = (swap.top + swap.bottom) / 2;
  const device = frame.machine.swapDevice;
  if (!phone) {
    p.text('swap', 20, swap.top + 18, t('pyramid.swap'), { class: 'b', 'font-size': 20 });
    if (total > 0) {
      p.text('swap-ns', 20, swap.top + 37, `~${duration(latencyNs)}`, { class: 'b', 'font-size': 14 });
      const kind =
        device === 'zram'
          ? t('swap.zram', { pool: mib(frame.swap.pool) })
          : t(device === 'hdd' ? 'swap.hdd' : 'swap.ssd') +
            (frame.swap.zswapped > 0 ? t('swap.zswap', { pool: mib(frame.swap.pool) }) : '');
      p.text('swap-device', 20, swap.top + 54, kind, {
        class: 's3',
        'font-size': 12,
      });
      const times = frame.eat.ramNs > 0 ? latencyNs / frame.eat.ramNs : 0;
      p.text('gap', 20, swap.top - 23, t('pyramid.gap', { n: Number(times.toPrecision(2)) }), {
        class: 'b',
        'font-size': 14,
      });
    }
  }
  if (total === 0) {
    p.path('swap-outline', outline, { fill: 'none', stroke: 'var(--line-3)', 'stroke-dasharray': '4 4' });
    p.text('swap-none', swap.cx, middle + 5, t('swap.none'), { class: 'c s2', 'font-size': phone ? 12 : 14 });
    return;
  }
  const share = (total - free) / total;
  p.path('swap-outline', outline, {
    fill: 'var(--plane)',
    stroke: 'var(--anon-a)',
    'stroke-width': 1.5,
    opacity,
    'data-kind': 'swap',
  });
  p.path(
    'swap-used',
    d`M${tl} ${swap.top}h${swap.topWidth * share}L${bl + swap.bottomWidth * share} ${swap.bottom}H${bl}Z`,
    { fill: 'url(#k-swap)', opacity, 'data-kind': 'swap' },
  );
  const label = phone ? t('swap.fullPhone', { share: percent(share) }) : t('swap.full', { share: percent(share) });
  const rest = t('swap.of', { used: mib(total - free), total: pages(total) });
  const size = phone ? 14 : 18;
  const labelWidth = textWidth(label, size, true);
  const restWidth = phone ? 0 : textWidth(rest, 12.5) + 8;
  const w = labelWidth + restWidth + 24;
  const h = phone ? 24 : 32;
  p.el('swap-ground', 'rect', {
    x: swap.cx - w / 2,
    y: middle - h / 2,
    width: w,
    height: h,
    rx: 4,
    fill: 'var(--plane)',
  });
  p.text('swap-full', swap.cx - restWidth / 2, middle + size * 0.34, label, { class: 'c b', 'font-size': size });
  if (!phone) {
    p.text('swap-of', swap.cx + labelWidth / 2 + 4, middle + 5.5, rest, { class: 'c s2', 'font-size': 12.5 });
  }
  drawSwapForecast(p, layout, free, swapNet);
}

function drawSwapForecast(p: Painter, layout: PyramidLayout, free: number, net: number | null): void {
  const { swap, phone } = layout;
  const x = rightAt(swap, swap.top) + (phone ? 10 : 22);
  const first =
    free === 0
      ? t('swap.isFull')
      : net !== null && net >= 1
        ? t('swap.fullIn', { time: duration((free / net) * 1e9) })
        : '';
  const second = net === null || Math.abs(net) < 1 ? '' : t('swap.net', { rate: `${net > 0 ? '+' : ''}${int(net)}` });
  if (phone) {
    if (first)
      p.text('swap-when', x, swap.top + 14, free === 0 ? t('swap.isFull') : duration((free / (net ?? 1)) * 1e9), {
        class: 'b',
        'font-size': 13,
      });
    if (first && free > 0) p.text('swap-when-2', x, swap.top + 30, t('swap.toFull'), { class: 's2', 'font-size': 12 });
    return;
  }
  if (first) p.text('swap-when', x, swap.top + 22, first, { class: 'b', 'font-size': 14 });
  if (second) p.text('swap-net', x, swap.top + (first ? 39 : 26), second, { class: 's2', 'font-size': 12 });
}
