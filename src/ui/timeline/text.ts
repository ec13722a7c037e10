/** The timeline in words and as a table. */
import { tickStep } from 'd3';
import { t } from '../../i18n';
import type { Frame, Sample, TimelineEvent } from '../../worker/protocol';
import { SAMPLE_NS } from '../../worker/protocol';
import type { TableData } from '../charts/DataTable';
import { int, pages, percent, seconds } from '../format';
import type { LaneGhost } from './drawLanes';
import { eventName, nearestEvent, notable } from './flags';
import { ghostAt } from './ghosts';
import { sampleAt } from './series';

const SECOND = 1e9;
/** About as many rows as this. */
const ROWS = 30;

export function psiText(some: number, full: number): string {
  return t('time.psiValue', { some: Math.round(some * 100), full: Math.round(full * 100) });
}

/** "359 k/s": rates of scanning are large. */
export function rateText(perSecond: number): string {
  return t('time.scannedUnit', { rate: perSecond >= 10_000 ? `${int(perSecond / 1000)} k` : int(perSecond) });
}

/** What the head's slider says. */
export function headText(time: number, events: readonly TimelineEvent[]): string {
  const near = nearestEvent(events, time);
  const at = seconds(time);
  if (!near) return t('time.value', { time: at });
  const gap = seconds(Math.abs(time - near.t), 2);
  const event = eventName(near);
  if (Math.abs(time - near.t) < 5e6) return t('time.valueAt', { time: at, event });
  return t(time > near.t ? 'time.valueAfter' : 'time.valueBefore', { time: at, gap, event });
}

/** @param ghosts other futures that are drawn */
export function timelineSummary(frame: Frame, events: readonly TimelineEvent[], ghosts = 0): string {
  const zone = frame.zones.find((z) => z.id === frame.gauge.zone);
  const { total, free } = frame.swap;
  const told = notable(events).filter((e) => e.kind !== 'exit' && e.kind !== 'reap');
  const others = ghosts > 0 ? ` ${t('time.ghosts', { n: ghosts })}` : '';
  const summary = t('time.summary', {
    seconds: seconds(frame.known, 1),
    time: seconds(frame.t),
    free: pages(zone?.free ?? 0),
    scanned: int(frame.flows.scannedKswapd + frame.flows.scannedDirect),
    swap: total > 0 ? percent((total - free) / total) : t('time.swapNone'),
    some: percent(frame.psi.someNow),
    full: percent(frame.psi.fullNow),
    events:
      told.map((e) => t('time.eventAt', { event: eventName(e), time: seconds(e.t, 2) })).join('; ') ||
      t('time.noEvents'),
  });
  return summary + others;
}

/** Round steps of time up to the head, a few dozen rows; rates are means over the step. */
export function timelineTable(
  frame: Frame,
  samples: readonly Sample[],
  events: readonly TimelineEvent[],
  ghosts: readonly LaneGhost[] = [],
): TableData {
  const orNone = (n: number | null): string => (n === null ? '' : pages(n));
  const zone = frame.zones.find((z) => z.id === frame.gauge.zone)?.name ?? '';
  const step = Math.max(SAMPLE_NS, tickStep(0, Math.max(1, frame.t), ROWS));
  const rows: string[][] = [];
  for (let from = 0; from < frame.t; from += step) {
    const to = Math.min(frame.t, from + step);
    const first = sampleAt(samples, from) + 1;
    const last = sampleAt(samples, to);
    if (last < first) continue;
    const n = last - first + 1;
    const sum = (value: (s: Sample) => number) => {
      let all = 0;
      for (let i = first; i <= last; i++) all += value(samples[i]);
      return all;
    };
    const rate = (value: (s: Sample) => number) => int((sum(value) / n) * (SECOND / SAMPLE_NS));
    const end = samples[last];
    rows.push([
      seconds(to, step < SECOND ? 2 : 0),
      pages(end.zoneFree),
      rate((s) => s.scannedKswapd + s.scannedDirect),
      rate((s) => s.stolenKswapd + s.stolenDirect),
      rate((s) => s.swapOut),
      rate((s) => s.swapIn),
      pages(end.swapUsed),
      psiText(sum((s) => s.psiSome) / n, sum((s) => s.psiFull) / n),
      events
        .filter((e) => e.t > from && e.t <= to)
        .map(eventName)
        .join(', '),
      ...ghosts.flatMap((g) => [orNone(ghostAt(g, g.zoneFree, to)), orNone(ghostAt(g, g.swapUsed, to))]),
    ]);
  }
  return {
    caption: t('time.tableCaption'),
    head: [
      t('time.tableTime'),
      t('time.tableFree', { zone }),
      t('time.tableScanned'),
      t('time.tableReclaimed'),
      t('time.tableOut'),
      t('time.tableIn'),
      t('time.tableUsed'),
      t('time.tablePsi'),
      t('time.tableEvents'),
      ...ghosts.flatMap(({ name }) => [t('time.ghostFree', { name }), t('time.ghostSwap', { name })]),
    ],
    rows,
  };
}
