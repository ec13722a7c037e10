/** Draws the LRU lists as rows of squares, each the same number of pages, and the ways between and out of them. */
import { t } from '../../i18n';
import type { MarkKind } from '../../store';
import type { Frame } from '../../worker/protocol';
import { fade, KIND_LOOK, type Pointed } from '../charts/kinds';
import type { Painter } from '../charts/painter';
import { d } from '../charts/path';
import { textWidth } from '../charts/text';
import { int, pages } from '../format';
import { type LruLayout, MARGIN, PITCH, pagesPerSquare, SQUARE, squaresPath } from './lruLayout';
import { reclaimSentence } from './reclaimSentence';

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
