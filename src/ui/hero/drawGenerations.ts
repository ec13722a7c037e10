/** Draws the multi-gen LRU: the generations of each type side by side, the youngest at the left, the oldest at the way out. */
import { t } from '../../i18n';
import type { MarkKind } from '../../store';
import type { Frame, GenerationFrame } from '../../worker/protocol';
import { fade, KIND_LOOK, type Pointed } from '../charts/kinds';
import type { Painter } from '../charts/painter';
import { d } from '../charts/path';
import { wrap } from '../charts/text';
import { duration, int, pages, percent } from '../format';
import { LEAST_ROWS, type LruLayout, MARGIN, PITCH, SQUARE, squaresPath } from './lruLayout';
import { reclaimSentence } from './reclaimSentence';

type Generations = NonNullable<Frame['generations']>;
type Type = keyof Generations;

/** The most there can be of a type: so many columns. */
const MAX_GENERATIONS = 4;
/** The youngest that count as active. */
const ACTIVE = 2;
/** Px of height that everything but the squares takes. */
const fixed = (layout: LruLayout): number => (layout.narrow ? 298 : 260);
/** Px at the right for the ways out. */
const exitWidth = (layout: LruLayout): number => (layout.narrow ? 40 : 56);

const columnWidth = (layout: LruLayout): number => (layout.width - 2 * MARGIN - exitWidth(layout)) / MAX_GENERATIONS;
const squaresPerRow = (layout: LruLayout): number => Math.max(3, Math.floor((columnWidth(layout) - 10) / PITCH));
const largest = (list: GenerationFrame[]): number => Math.max(0, ...list.map((g) => g.pages));

/** Pages a square stands for: the least power of two with which all generations fit. */
export function pagesPerGenerationSquare(generations: Generations, layout: LruLayout): number {
  const cols = squaresPerRow(layout);
  const rows = (n: number, per: number): number => Math.ceil(n / per / cols);
  let per = 1;
  for (; per < 2 ** 24; per *= 2) {
    const high = rows(largest(generations.anon), per) + rows(largest(generations.file), per);
    if (high * PITCH <= Math.max(LEAST_ROWS * PITCH, layout.height - fixed(layout))) break;
  }
  return per;
}

const ms = (age: number): string => duration(age * 1e6);
/** "youngest", "oldest", or nothing for one in between. */
const place = (i: number, n: number): string =>
  i === 0 ? t('gen.youngest') : i === n - 1 ? t('gen.oldest') : t('gen.number', { n: i + 1 });

export function drawGenerations(
  p: Painter,
  frame: Frame,
  generations: Generations,
  layout: LruLayout,
  hovered: Pointed,
): void {
  const { flows, lru, kinds } = frame;
  const cols = squaresPerRow(layout);
  const width = columnWidth(layout);
  const per = pagesPerGenerationSquare(generations, layout);
  p.begin();
  let y = 26;
  y = row('anon', 'anonActive', 'anonInactive', y, flows.stolenAnon, anonExit());
  y = row('file', 'fileActive', 'fileInactive', y + 18, flows.stolenFile, fileExit());
  y += 34;
  reclaimSentence(p, frame, layout, y);
  y += layout.narrow ? 44 : 26;
  const others = t('gen.others', { shmem: pages(kinds.shmem), unevictable: pages(lru.unevictable) });
  wrap(others, 12.5, layout.width - 2 * MARGIN).forEach((line, i) => {
    p.text(`others-${i}`, MARGIN, y + i * 16, line, { class: 's2', 'font-size': 12.5 });
  });
  p.end();

  function anonExit(): string {
    if (flows.stolenAnon >= 1) return t('lru.toSwap', { rate: int(flows.stolenAnon) });
    return frame.swap.total > 0 ? t('lru.noneToSwap') : t('lru.noSwap');
  }
  function fileExit(): string {
    return flows.stolenFile >= 1 ? t('lru.dropped', { rate: int(flows.stolenFile) }) : t('lru.noneDropped');
  }

  /** The generations of a type, the oldest in the last column. Returns where the row ends. */
  function row(type: Type, active: MarkKind, inactive: MarkKind, top: number, rate: number, exit: string): number {
    const list = generations[type];
    const dim = fade([active, inactive], hovered);
    p.text(`name-${type}`, MARGIN, top, t(`gen.${type}`), { class: 'b', 'font-size': 14, opacity: dim });
    const squares = top + (layout.narrow ? 60 : 46);
    const high = Math.max(1, Math.ceil(largest(list) / per / cols)) * PITCH;
    list.forEach((g, i) => {
      const kind = i < ACTIVE ? active : inactive;
      const x = MARGIN + (MAX_GENERATIONS - list.length + i) * width;
      const opacity = fade([kind], hovered);
      const key = `${type}-${i}`;
      const name = layout.narrow && i > 0 && i < list.length - 1 ? `${i + 1}` : place(i, list.length);
      p.text(`place-${key}`, x, top + 20, name, { class: 'b', 'font-size': 12.5, opacity });
      const note = g.pages === 0 ? t('lru.empty') : pages(g.pages);
      const age = { class: 's2', 'font-size': 12, opacity };
      p.text(`size-${key}`, x, top + 36, layout.narrow ? note : `${note}, ${ms(g.ageMs)}`, age);
      if (layout.narrow) p.text(`age-${key}`, x, top + 51, ms(g.ageMs), age);
      if (g.pages === 0) return;
      p.path(`list-${key}`, squaresPath(x, squares, cols, g.pages, per), {
        fill: KIND_LOOK[kind].fill,
        opacity,
        'data-kind': kind,
      });
    });
    const end = squares + high;
    wayOut(type, end, squares + SQUARE / 2, inactive, rate, exit);
    return end + 22;
  }

  /** Out of the oldest generation, as wide as the log of the rate. */
  function wayOut(key: Type, end: number, middle: number, kind: MarkKind, rate: number, label: string): void {
    const opacity = fade([kind, ...(key === 'anon' ? (['swap'] as const) : [])], hovered);
    const right = layout.width - 26;
    const from = layout.width - MARGIN - exitWidth(layout) + 2;
    const thick = rate < 1 ? 1.5 : Math.min(12, 2 + 2 * Math.log10(rate));
    const color = rate < 1 ? 'var(--line-3)' : KIND_LOOK[kind].fill;
    p.path(`exit-${key}`, d`M${from} ${middle}H${right - 4}`, {
      stroke: color,
      'stroke-width': thick,
      'stroke-dasharray': rate < 1 ? '1 4' : undefined,
      opacity,
    });
    p.path(`exit-head-${key}`, d`M${right + 12} ${middle}l-16 ${-(thick / 2 + 7)}v${thick + 14}z`, {
      fill: color,
      opacity,
    });
    p.text(`exit-name-${key}`, right + 12, end + 14, label, {
      class: rate < 1 ? 's3 e' : 'b e',
      'font-size': 14,
      opacity,
    });
  }
}

const listed = (list: GenerationFrame[]): string => list.map((g) => pages(g.pages)).join(', ');

export function generationsSummary(frame: Frame, generations: Generations): string {
  return t('gen.summary', {
    anon: listed(generations.anon),
    file: listed(generations.file),
    un: pages(frame.lru.unevictable),
    out: Math.round(frame.flows.stolenAnon),
    dropped: Math.round(frame.flows.stolenFile),
  });
}

export function generationsTable(frame: Frame, generations: Generations) {
  const rows = (['anon', 'file'] as const).flatMap((type) =>
    generations[type].map((g, i, all) => [
      t('gen.tableName', { type: t(`gen.${type}`), place: place(i, all.length), age: ms(g.ageMs) }),
      int(g.pages),
      pages(g.pages),
      percent(g.pages / frame.machine.present),
    ]),
  );
  const { unevictable } = frame.lru;
  rows.push([t('lru.unevictable'), int(unevictable), pages(unevictable), percent(unevictable / frame.machine.present)]);
  return {
    caption: t('gen.tableCaption'),
    head: [t('gen.tableGeneration'), t('pyramid.tablePages'), t('pyramid.tableSize'), t('pyramid.tableShare')],
    rows,
  };
}
