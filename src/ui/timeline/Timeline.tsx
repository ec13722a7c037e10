import { useCallback, useState } from 'react';
import { t } from '../../i18n';
import { runStore, useRun, useShown } from '../../store';
import type { Frame } from '../../worker/protocol';
import { ScrolledTable, TableToggle } from '../charts/DataTable';
import { useSize } from '../charts/useSize';
import { useSlow } from '../charts/useSlow';
import { Futures } from '../futures/Futures';
import { News } from '../status/News';
import { namedGhosts } from './ghosts';
import { LaneLabels } from './LaneLabels';
import { Lanes } from './Lanes';
import { timelineLayout } from './layout';
import type { LaneScales } from './scales';
import { timelineSummary, timelineTable } from './text';
import './timeline.css';

/** The whole run on one axis, with the head that every other view follows. @param news messages of a moment stand on it */
export function Timeline({ news = false }: { news?: boolean }) {
  const [asTable, setAsTable] = useState(false);
  const [box, { width, height }] = useSize<HTMLElement>();
  // Other futures become known at rest, when no frame comes.
  const others = useRun((s) => s.ghosts.length);
  const summary = useSlow(
    useCallback((frame: Frame) => timelineSummary(frame, runStore.getState().events, others), [others]),
  );
  const known = useShown(() => true, false);
  const layout = timelineLayout(width, height);
  const [freeScale, setFreeScale] = useState<LaneScales['free'] | null>(null);
  const onFreeScale = useCallback(
    (next: LaneScales['free']) => setFreeScale((old) => (String(old) === String(next) ? old : next)),
    [],
  );
  return (
    <section
      className="timeline"
      ref={box}
      data-region="timeline"
      aria-label={t('time.label')}
      data-compact={layout.compact || undefined}
    >
      <Futures />
      {asTable ? (
        <>
          <TimelineTable />
          {news && <News />}
        </>
      ) : (
        <>
          {known && width > 0 && <Lanes {...{ width, height, summary, news, onFreeScale }} />}
          {known && !layout.compact && <LaneLabels layout={layout} freeScale={freeScale} />}
        </>
      )}
      {!layout.compact && (
        <div className="timeline-twin">
          <TableToggle on={asTable} onChange={setAsTable} />
        </div>
      )}
    </section>
  );
}

function TimelineTable() {
  const frame = useShown((f) => f as Frame | null, null);
  const samples = useRun((s) => s.samples);
  const events = useRun((s) => s.events);
  const ghosts = useRun((s) => s.ghosts);
  const branches = useRun((s) => s.branches);
  const table = frame && timelineTable(frame, samples, events, namedGhosts({ ghosts, branches }));
  return table && <ScrolledTable className="timeline-table" {...table} />;
}
