/** Draws what lies over the lanes: flags with their poles, the veil over the known future, and the axis. */
import { ticks as roundTicks, tickStep } from 'd3';
import { t } from '../../i18n';
import type { MarkKind } from '../../store';
import { FADED } from '../charts/kinds';
import type { Painter } from '../charts/painter';
import { d } from '../charts/path';
import { type Domain, toX } from './domain';
import type { Flag } from './flags';
import type { LaneId, TimelineLayout } from './layout';

const SECOND = 1e9;
const RECLAIMED: readonly MarkKind[] = ['anonActive', 'anonInactive', 'fileActive', 'fileInactive'];
/** Kinds of pages that a lane tells of. */
const LANE_KINDS: Record<LaneId, readonly MarkKind[]> = {
  free: ['free', 'pcp'],
  scan: RECLAIMED,
  swap: ['swap', 'anonActive', 'anonInactive', 'shmem'],
  psi: [],
};

export function drawMarks(
  p: Painter,
  layout: TimelineLayout,
  domain: Domain,
  flags: readonly Flag[],
  /** Where the head is, up to where all has happened that it shows, and the farthest moment known, ns. */
  { head, seen, known }: { head: number; seen: number; known: number },
  pointed: { kind: MarkKind | null; pid: number | null } = { kind: null, pid: null },
): void {
  const { left, right, lanes, bottom, compact } = layout;
  const width = right - left;
  const top = lanes[0].top;
  const at = (time: number) => left + Math.min(width, Math.max(0, toX(domain, time, width)));
  p.begin();
  if (known > head) {
    const from = at(head);
    p.el('veil', 'rect', {
      x: from,
      y: top,
      width: Math.max(0, at(known) - from),
      height: lanes[lanes.length - 1].top + lanes[lanes.length - 1].height - top,
      fill: 'var(--side)',
      'fill-opacity': 0.62,
    });
  }
  for (const lane of lanes) {
    if (pointed.kind === null || LANE_KINDS[lane.id].includes(pointed.kind)) continue;
    p.el(`fade-${lane.id}`, 'rect', {
      x: left,
      y: lane.top,
      width,
      height: lane.height,
      fill: 'var(--side)',
      'fill-opacity': 1 - FADED,
    });
  }
  if (!compact) axis(p, domain, left, width, bottom);
  for (const flag of flags) {
    const faded = pointed.pid !== null && !flag.pids.includes(pointed.pid);
    p.group(flag.key, { 'data-flag': flag.t, class: `flag-${flag.kind}`, opacity: faded ? FADED : 1 }, () =>
      pennant(p, flag, layout, left + flag.x, flag.t > seen),
    );
  }
  p.end();
}

function axis(p: Painter, domain: Domain, left: number, width: number, y: number): void {
  const from = domain.from / SECOND;
  const to = domain.to / SECOND;
  const about = Math.max(2, Math.round(width / 90));
  const ticks = roundTicks(from, to, about);
  const digits = Math.max(0, Math.ceil(-Math.log10(tickStep(from, to, about)) - 1e-9));
  const format = (tick: number) => tick.toFixed(digits);
  const scale = (tick: number) => left + (width * (tick - from)) / (to - from);
  ticks.forEach((tick, i) => {
    const x = scale(tick);
    p.path(`tick-${i}`, d`M${x} ${y}v4`, { stroke: 'var(--ink-3)' });
    const text = i === 0 ? t('time.value', { time: format(tick) }) : format(tick);
    p.text(`tick-text-${i}`, x, y + 16, text, { class: 'c s3 m', 'font-size': 11 });
  });
}

function pennant(p: Painter, flag: Flag, layout: TimelineLayout, x: number, ahead: boolean): void {
  const { flags: y, bottom, compact, lanes } = layout;
  const { key, kind, side } = flag;
  if (kind === 'tick') {
    p.path(`${key}-tick`, d`M${x} ${lanes[0].top}v5`, { stroke: 'var(--ink-3)' });
    return;
  }
  if (kind === 'kill') {
    p.path(`${key}-pole`, d`M${x} ${y}V${bottom}`, {
      stroke: 'var(--red)',
      'stroke-width': 1.6,
      'stroke-dasharray': ahead ? '2 3' : undefined,
    });
    const words = compact || flag.label === '' ? '✕' : flag.label;
    const w = (words === '✕' ? 12 : flag.width) + 8;
    const box = side === 'right' || words === '✕' ? x : x - w;
    const h = compact ? 13 : 17;
    p.el(`${key}-box`, 'rect', {
      x: box,
      y: compact ? 1 : y,
      width: w,
      height: h,
      fill: ahead ? 'var(--side)' : 'var(--red)',
      stroke: 'var(--red)',
    });
    p.text(
      `${key}-text`,
      box + 4,
      (compact ? 1 : y) + (compact ? 10.5 : 12.5),
      words,
      {
        class: 'b',
        'font-size': compact ? 11 : 12,
      },
      ahead ? 'var(--red)' : 'var(--on-red)',
    );
    return;
  }
  const ink = kind === 'command' ? 'var(--ink-3)' : 'var(--ink-2)';
  const from = y + 4;
  p.path(`${key}-pole`, d`M${x} ${from}V${kind === 'command' ? lanes[0].top : bottom}`, {
    stroke: ink,
    'stroke-width': 1,
    'stroke-dasharray': '2 3',
    'stroke-opacity': ahead ? 0.6 : 1,
  });
  p.path(`${key}-flag`, kind === 'command' ? d`M${x - 4} ${from}h8l-4 7z` : d`M${x} ${from}l9 4.5l-9 4.5z`, {
    fill: ahead ? 'var(--side)' : ink,
    stroke: ink,
    'stroke-width': 1,
  });
  if (flag.label === '' || compact) return;
  const right = side === 'right';
  p.text(`${key}-text`, right ? x + 13 : x - 5, y + 12.5, flag.label, {
    class: right ? 's2' : 's2 e',
    'font-size': 12,
    'fill-opacity': ahead ? 0.7 : 1,
  });
}
