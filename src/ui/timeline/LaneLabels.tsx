import { t } from '../../i18n';
import { useRun, useShown } from '../../store';
import { MIB, mib, PAGE_BYTES, pages, percent } from '../format';
import type { TimelineLayout } from './layout';
import type { LaneScales } from './scales';
import { psiText, rateText } from './text';

const PAGES_PER_MIB = MIB / PAGE_BYTES;

/** How many lines of notes a lane has room for under its name and value. */
const room = (height: number, narrow: boolean): number => (narrow ? 0 : Math.max(0, Math.round((height - 14) / 13)));

/**
 * Names of the lanes, what they show and their values at the head.
 *
 * @param freeScale pages at the lower and upper end of the lane of free pages; null before it is drawn
 */
export function LaneLabels({ layout, freeScale }: { layout: TimelineLayout; freeScale: LaneScales['free'] | null }) {
  const now = useShown(
    (f) => {
      const zone = f.zones.find((z) => z.id === f.gauge.zone) ?? null;
      const { scannedKswapd, scannedDirect, stolenKswapd, stolenDirect } = f.flows;
      const scanned = scannedKswapd + scannedDirect;
      return {
        free: pages(zone?.free ?? 0),
        scanned: rateText(scanned),
        reclaimed:
          scanned > 0
            ? t('time.reclaimed', { share: percent((stolenKswapd + stolenDirect) / scanned) })
            : t('time.reclaimedNone'),
        swap: f.swap.total > 0 ? percent((f.swap.total - f.swap.free) / f.swap.total) : t('time.swapNone'),
        psi: psiText(f.psi.someNow, f.psi.fullNow),
      };
    },
    { free: '', scanned: '', reclaimed: '', swap: '', psi: '' },
  );
  const ghosts = useRun((s) => s.ghosts.length > 0);
  const range = freeScale ? [rangeText(freeScale)] : [];
  const words = {
    free: {
      name: t('time.free'),
      value: now.free,
      notes: [...(ghosts ? [t('time.ghostHow')] : []), t('time.freeLines'), ...range],
    },
    scan: { name: t('time.scanned'), value: now.scanned, notes: [t('time.scannedHow'), now.reclaimed] },
    swap: { name: t('time.swap'), value: now.swap, notes: [t('time.swapHow')] },
    psi: { name: t('time.psi'), value: now.psi, notes: [t('time.psiHow')] },
  };
  return (
    <ul className="timeline-labels" data-narrow={layout.narrow || undefined} style={{ width: layout.left }}>
      {layout.lanes.map(({ id, top, height }) => (
        <li key={id} style={{ top }}>
          <p>
            <b>{words[id].name}</b> <b>{words[id].value}</b>
          </p>
          {words[id].notes.slice(0, room(height, layout.narrow)).map((note) => (
            <small key={note}>{note}</small>
          ))}
        </li>
      ))}
    </ul>
  );
}

/** "1.6 to 5 MiB shown"; from 10 MiB on the column has no room for decimals. */
export function rangeText([from, to]: LaneScales['free']): string {
  const whole = (n: number): number => (from < 10 * PAGES_PER_MIB ? n : Math.round(n / PAGES_PER_MIB) * PAGES_PER_MIB);
  return t('time.freeRange', { from: mib(whole(from)), to: pages(whole(to)) });
}
