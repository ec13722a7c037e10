/** The steps of the picture, and how their comparisons are written. */
import { t, tMaybe } from '../../i18n';
import type { Frame, PathStep, ZoneFrame } from '../../worker/protocol';
import { int } from '../format';

type Watched = Pick<ZoneFrame, 'name' | 'free' | 'low'>;

/** What the fast path compares: the free pages of the zone whose watermarks most allocations meet, which is the gauge's. */
export function fastPathZone(frame: Frame): Watched | null {
  const zone = frame.zones.find((z) => z.name === frame.gauge.zone || z.id === frame.gauge.zone) ?? frame.zones[0];
  return zone ? { name: zone.name, free: zone.free, low: zone.low } : null;
}

/** The way when nobody is in the slow path: the fast path's test with today's numbers, and nothing after it. */
export function fastPathSteps(zone: Watched): PathStep[] {
  const ok = zone.free > zone.low;
  return [
    { id: 'page_fault', state: ok ? 'passed' : 'not-reached' },
    {
      id: 'fast_path',
      state: ok ? 'passed' : 'not-reached',
      compare: { left: zone.free, op: ok ? '>' : '<=', right: zone.low, zone: zone.name, reserve: 0 },
    },
    ...['wake_kswapd', 'retry_min_watermark', 'direct_reclaim', 'should_reclaim_retry', 'out_of_memory'].map(
      (id): PathStep => ({ id, state: 'not-reached' }),
    ),
  ];
}

/** What a request of one page without special rights never goes through. */
const RULED_OUT = ['reserves', 'direct_compact', 'should_compact_retry'];

/**
 * The steps worth a line: of those that the request's size or rights rule out, only the first compaction is kept, to say
 * so. They stand wherever they are really gone through.
 */
export function shownSteps(steps: readonly PathStep[], order: number): PathStep[] {
  return steps.filter(
    ({ id, state }) =>
      !RULED_OUT.includes(id) ||
      state === 'active' ||
      state === 'passed' ||
      state === 'failed' ||
      (order > 0 && state !== 'skipped' && id !== 'reserves'),
  );
}

export const stepLabel = (id: string): string => tMaybe(`step.${id}`) ?? id;

const OPS = { '<': '<', '<=': '≤', '>': '>', '>=': '≥' } as const;

/** "659 < 837", with the reserve that counts against this request: "474 < 22 + 454". */
export function compareText({ left, op, right, reserve }: NonNullable<PathStep['compare']>): string {
  const bar = reserve > 0 ? `${int(right)} + ${int(reserve)}` : int(right);
  return `${int(left)} ${OPS[op]} ${bar}`;
}

/** What stands at the right of a step. */
export function resultText(step: PathStep): string {
  if (step.compare) return compareText(step.compare);
  if (step.note) return tMaybe(step.note.code, step.note.params) ?? step.note.code;
  return '';
}

/** Drawn in the node. */
export const MARKS: Record<PathStep['state'], string> = {
  passed: '✓',
  failed: '✕',
  skipped: '–',
  active: '▸',
  waiting: '',
  'not-reached': '',
};

/** "1/8" of each list at priority 3, "all" at 0. */
export const shareAt = (priority: number): string => (priority > 0 ? `1/${int(2 ** priority)}` : t('path.reclaimAll'));
