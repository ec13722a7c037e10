/** Draws the LRU lists as rows of squares, each the same number of pages, and the ways between and out of them. */
import { t } from '../../i18n';
import type { MarkKind } from '../../store';
import type { Frame } from '../../worker/protocol';
import { fade, KIND_LOOK, type Pointed } from '../charts/kinds';
import type { Painter } from '../charts/painter';
import { d } from '../charts/path';
import { textWidth } from '../charts/text';
import { int, pages, percent } from '../format';
import { generationsSummary, generationsTable } from './drawGenerations';
import { isPhone } from './layout';

export const SQUARE = 11;
export const PITCH = 13;
/** Left and right columns begin here, in px of the design. */
export const MARGIN = 20;

export interface LruLayout {
  width: number;
  height: number;
  scale: number;
  cols: number;
  second: number;
  narrow: boolean;
}

export function lruLayout(width: number, height: number): LruLayout {
  const narrow = isPhone(width, height);
  const design = narrow ? 390 : 728;
  const scale = Math.max(0.85, Math.min(width / design, height / (narrow ? 390 : 520)));
  const w = width / scale;
  const h = height / scale;
  const middle = narrow ? 40 : 50;
  const exits = narrow ? 26 : 64;
  const cols = Math.max(6, Math.floor((w - 2 * MARGIN - middle - exits) / 2 / PITCH));
  return { width: w, height: h, scale, cols, second: MARGIN + cols * PITCH + middle, narrow };
}

/** Px of height that everything but the squares takes. */
const FIXED = 290;

/** Rows of squares there are in the lowest of regions. */
export const LEAST_ROWS = 6;

/** Pages a square stands for: the least power of two with which all lists fit. */
export function pagesPerSquare(frame: Frame, { cols, height }: LruLayout): number {
  const { lru, kinds } = frame;
  const rows = (size: number, per: number) => Math.ceil(size / per / cols);
  let per = 1;
  for (; per < 2 ** 24; per *= 2) {
    const high =
      Math.max(rows(lru.activeAnon, per), rows(lru.inactiveAnon, per)) +
      Math.max(rows(lru.activeFile, per), rows(lru.inactiveFile, per)) +
      Math.max(rows(kinds.shmem, per), rows(lru.unevictable, per));
    if (high * PITCH <= Math.max(LEAST_ROWS * PITCH, height - FIXED)) break;
  }
  return per;
}

/** One path for a list: full squares, the last one as wide as what is left. */
export function squaresPath(x: number, y: number, cols: number, size: number, per: number): string {
  const count = size / per;
  let d = '';
  for (let i = 0; i < count; i++) {
    const part = Math.min(1, count - i);
    const w = Math.max(1, Math.round(SQUARE * part * 10) / 10);
    d += `M${x + (i % cols) * PITCH} ${y + Math.floor(i / cols) * PITCH}h${w}v${SQUARE}h${-w}z`;
  }
  return d;
}

interface List {
  key: 'activeAnon' | 'inactiveAnon' | 'activeFile' | 'inactiveFile' | 'unevictable' | 'shmem';
  kind: MarkKind;
  size: number;
}

export function drawLru(p: Painter, frame: Frame, layout: LruLayout, hovered: Pointed): void {
  const { lru, kinds, flows } = frame;
  const lists: List[] = [
    { key: 'activeAnon', kind: 'anonActive', size: lru.activeAnon },
    { key: 'inactiveAnon', kind: 'anonInactive', size: lru.inactiveAnon },
    { key: 'activeFile', kind: 'fileActive', size: lru.activeFile },
    { key: 'inactiveFile', kind: 'fileInactive', size: lru.inactiveFile },
    { key: 'shmem', kind: 'shmem', size: kinds.shmem },
    { key: 'unevictable', kind: 'mlocked', size: lru.unevictable },
  ];
  const { cols, second, narrow } = layout;
  const per = pagesPerSquare(frame, layout);
  const high = (l: List) => Math.max(1, Math.ceil(l.size / per / cols)) * PITCH;
  const left = MARGIN;

  p.begin();
  let y = 26;
  const anon = y;
  const anonEnd = y + 12 + Math.max(high(lists[0]), high(lists[1]), 76);
  drawList(lists[0], left, y);
  drawList(lists[1], second, y);
  between('anon', left, second, y + 24, lists[0], lists[1], false);
  exit(
    'anon',
    second,
    anon + 12,
    lists[1],
    flows.stolenAnon,
    flows.stolenAnon >= 1
      ? t('lru.toSwap', { rate: int(flows.stolenAnon) })
      : frame.swap.total > 0
        ? t('lru.noneToSwap')
        : t('lru.noSwap'),
  );
  y = anonEnd + 56;
  const file = y;
  const fileEnd = y + 12 + Math.max(high(lists[2]), high(lists[3]), 30);
  drawList(lists[2], left, y);
  drawList(lists[3], second, y);
  between('file', left, second, y + 18, lists[2], lists[3], true);
  exit(
    'file',
    second,
    file + 12,
    lists[3],
    flows.stolenFile,
    flows.stolenFile >= 1 ? t('lru.dropped', { rate: int(flows.stolenFile) }) : t('lru.noneDropped'),
  );
  y = fileEnd + 40;
  reclaimSentence(p, frame, layout, y);
  y += narrow ? 44 : 24;
  p.text('aged-used', left, y, t('lru.agedUsed', { aged: Math.round(flows.aged), used: Math.round(flows.used) }), {
    class: 's2',
    'font-size': 12.5,
  });
  y += 38;
  drawList(lists[4], left, y);
  drawList(lists[5], second, y);
  p.end();

  function drawList(list: List, x: number, top: number): void {
    const opacity = fade([list.kind], hovered);
    const name = t(`lru.${list.key}`);
    const size = narrow
      ? pages(list.size)
      : list.key === 'shmem'
        ? t('lru.shmemNote', { size: pages(list.size) })
        : list.key === 'unevictable'
          ? t('lru.unevictableNote', { size: pages(list.size) })
          : t('lru.size', { size: pages(list.size), n: list.size });
    p.text(`name-${list.key}`, x, top, name, { class: 'b', 'font-size': 14, opacity });
    p.text(`size-${list.key}`, x + textWidth(name, 14, true) + 8, top, size, {
      class: 's2',
      'font-size': 12.5,
      opacity,
    });
    if (list.size === 0) {
      p.text(`empty-${list.key}`, x, top + 22, t('lru.empty'), { class: 's3', 'font-size': 12 });
      return;
    }
    p.path(`list-${list.key}`, squaresPath(x, top + 12, cols, list.size, per), {
      fill: KIND_LOOK[list.kind].fill,
      opacity,
      'data-kind': list.kind,
    });
  }

  /** Width of what stands for a list, with a little room. */
  function reach(list: List): number {
    if (list.size === 0) return textWidth(t('lru.empty'), 12) + 8;
    return Math.min(cols, Math.ceil(list.size / per)) * PITCH + 4;
  }

  /** Arrows between the two lists of a type: aged to the right, used to the left. */
  function between(
    key: string,
    x0: number,
    x1: number,
    top: number,
    active: List,
    inactive: List,
    flat: boolean,
  ): void {
    const opacity = fade([active.kind, inactive.kind], hovered);
    const from = x0 + reach(active);
    const stub = x1 - (narrow ? 37 : 46);
    const start = flat ? Math.min(from, stub) : stub;
    line(`aged-${key}`, start, x1 - 8, top, opacity);
    p.text(`aged-name-${key}`, x1 - 28, top - 7, t('lru.aged'), { class: 'c b', 'font-size': 12, opacity });
    const back = top + (flat ? 14 : 30);
    line(`used-${key}`, x1 - 8, stub + 2, back, opacity);
    p.text(`used-name-${key}`, x1 - 28, back + (flat ? 15 : 17), t('lru.used'), {
      class: 'c b',
      'font-size': 12,
      opacity,
    });
  }

  function line(key: string, from: number, to: number, at: number, opacity: number): void {
    const dir = Math.sign(to - from);
    p.path(key, d`M${from} ${at}H${to - dir * 8}`, { stroke: 'var(--ink)', 'stroke-width': 2, opacity });
    p.path(`${key}-head`, d`M${to} ${at}l${-dir * 10} -5v10z`, { fill: 'var(--ink)', opacity });
  }

  /** The way out of an inactive list, as wide as the log of its rate. */
  function exit(key: string, x: number, top: number, list: List, rate: number, label: string): void {
    const opacity = fade([list.kind, ...(key === 'anon' ? (['swap'] as const) : [])], hovered);
    const tall = high(list);
    const right = layout.width - 26;
    const from = Math.min(x + reach(list), right - 24);
    const width = rate < 1 ? 1.5 : Math.min(12, 2 + 2 * Math.log10(rate));
    const color = rate < 1 ? 'var(--line-3)' : KIND_LOOK[list.kind].fill;
    const dash = rate < 1 ? '1 4' : undefined;
    if (key === 'anon') {
      const down = top + Math.max(tall, 70) + 6;
      p.path(`exit-${key}`, d`M${from} ${top + 24}H${right}V${down}`, {
        fill: 'none',
        stroke: color,
        'stroke-width': width,
        'stroke-dasharray': dash,
        opacity,
      });
      const barb = width / 2 + 7;
      p.path(`exit-head-${key}`, d`M${right} ${down + 15}l${-barb} -16h${2 * barb}z`, { fill: color, opacity });
      p.text(`exit-name-${key}`, right + 12, down + 32, label, {
        class: rate < 1 ? 's3 e' : 'b e',
        'font-size': 14,
        opacity,
      });
      return;
    }
    const middle = top + SQUARE / 2;
    const start = tall > PITCH ? x + cols * PITCH + 4 : from;
    p.path(`exit-${key}`, d`M${start} ${middle}H${right - 4}`, {
      stroke: color,
      'stroke-width': width,
      'stroke-dasharray': dash,
      opacity,
    });
    p.path(`exit-head-${key}`, d`M${right + 12} ${middle}l-16 ${-(width / 2 + 7)}v${width + 14}z`, {
      fill: color,
      opacity,
    });
    p.text(`exit-name-${key}`, right + 12, top + Math.max(tall, 14) + 18, label, {
      class: rate < 1 ? 's3 e' : 'b e',
      'font-size': 14,
      opacity,
    });
  }
}

/** What reclaim takes at present, in words. */
export function reclaimSentence(p: Painter, frame: Frame, layout: LruLayout, at: number): void {
  const { flows, lru } = frame;
  const { narrow } = layout;
  const freed = flows.stolenAnon + flows.stolenFile;
  const files = lru.activeFile + lru.inactiveFile;
  const all = files + lru.activeAnon + lru.inactiveAnon;
  const few = all > 0 && files / all < 0.05;
  const lead = few ? t('lru.fewFiles') : '';
  const share = freed >= 1 ? Math.round((flows.stolenAnon / freed) * 100) : 0;
  const rest =
    freed < 1
      ? t('lru.noReclaim')
      : share >= 50
        ? t('lru.mustSwap', { n: share })
        : t('lru.fromFiles', { n: 100 - share });
  const size = narrow ? 12.5 : 13.5;
  const after = lead && !narrow ? textWidth(lead, size, true) + 6 : 0;
  if (lead) p.text('lead', MARGIN, at - (narrow ? 8 : 0), lead, { class: 'b', 'font-size': size });
  const first = at + (lead && narrow ? 8 : 0);
  wrap(rest, size, layout.width - MARGIN - after - 12).forEach((line, i) => {
    p.text(`rest-${i}`, MARGIN + after, first + i * 16, line, { 'font-size': size });
  });
}

/** Lines of at most `width` px, broken between words. */
export function wrap(text: string, size: number, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    const longer = last ? `${last} ${word}` : word;
    if (last && textWidth(longer, size) > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

export function lruSummary(frame: Frame): string {
  const { lru, flows, generations } = frame;
  if (generations) return generationsSummary(frame, generations);
  return t('lru.summary', {
    aa: pages(lru.activeAnon),
    ia: pages(lru.inactiveAnon),
    af: pages(lru.activeFile),
    if: pages(lru.inactiveFile),
    un: pages(lru.unevictable),
    out: Math.round(flows.stolenAnon),
    dropped: Math.round(flows.stolenFile),
  });
}

export function lruTable(frame: Frame) {
  const { lru, machine, generations } = frame;
  if (generations) return generationsTable(frame, generations);
  const row = (key: 'activeAnon' | 'inactiveAnon' | 'activeFile' | 'inactiveFile' | 'unevictable') => [
    t(`lru.${key}`),
    int(lru[key]),
    pages(lru[key]),
    percent(lru[key] / machine.present),
  ];
  return {
    caption: t('lru.tableCaption'),
    head: [t('lru.tableList'), t('pyramid.tablePages'), t('pyramid.tableSize'), t('pyramid.tableShare')],
    rows: [row('activeAnon'), row('inactiveAnon'), row('activeFile'), row('inactiveFile'), row('unevictable')],
  };
}
