/** The names of RAM's layers and zones: inside where there is room, else beside. */
import { t } from '../../i18n';
import type { Frame, Kind, ZoneFrame } from '../../worker/protocol';
import { fade, KIND_LOOK } from '../charts/kinds';
import { spread } from '../charts/labels';
import type { Painter } from '../charts/painter';
import { d } from '../charts/path';
import { textWidth } from '../charts/text';
import { duration, nominal, pages } from '../format';
import { leftAt, rightAt, type Stratum, splitZones, widthAt } from './geometry';
import type { Scene } from './scene';

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

export function drawLabels(p: Painter, scene: Scene, strata: Stratum[], edge: number): void {
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
function insideLabel(p: Painter, { layout, hovered }: Scene, s: Stratum): boolean {
  const { body, phone } = layout;
  const height = s.y1 - s.y0;
  const look = KIND_LOOK[s.id];
  const name = t(s.id === 'kernel' ? 'pyramid.pagetablesKernel' : s.id === 'reserved' ? 'pyramid.reserved' : look.name);
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
  const whole = `${name} ${pages(s.pages)}`;
  const sizeOf = (text: string): number | undefined =>
    [phone ? 12 : 13, 11.5, 11].find((px) => height >= px * 1.2 && textWidth(text, px, true) <= room);
  // Beside a phone's pyramid is no room for what does not fit into it: the name is better than nothing.
  const line = phone && sizeOf(whole) === undefined ? name : whole;
  const size = sizeOf(line);
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
