import { memo, useEffect } from 'react';
import * as lab from '../../actions/lab';
import { t } from '../../i18n';
import { runStore, useSelection, useShown } from '../../store';
import type { TraceFrame } from '../../worker/protocol';
import { usePointingAt } from '../controls/usePointing';
import { seconds } from '../format';
import { Scroller } from './Scroller';

const DRAWN = 400;
const NO_TRACE: TraceFrame[] = [];

const argsText = (args: Record<string, number>): string =>
  Object.entries(args)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

const asText = (e: TraceFrame): string => `${seconds(e.t, 6)} ${e.comm}-${e.pid} ${e.name}: ${argsText(e.args)}`;

/** Tracepoints by their kernel names, the latest at the end. */
export function Tracepoints() {
  useEffect(() => {
    void lab.trace(true);
    return () => {
      void lab.trace(false);
    };
  }, []);
  // At the pace of what can be read, not with every frame.
  const trace = useShown(() => runStore.getState().trace, NO_TRACE);
  const drawn = trace.slice(-DRAWN);
  return (
    <Scroller version={trace} label={t('log.trace')} copy={() => trace.map(asText).join('\n')}>
      {trace.length === 0 && <p className="log-empty">{t('log.trace.empty')}</p>}
      {drawn.map((event) => (
        <Line key={event.seq} event={event} />
      ))}
    </Scroller>
  );
}

const Line = memo(function Line({ event }: { event: TraceFrame }) {
  const kept = useSelection((s) => s.hoveredPid === event.pid);
  const { enter, leave } = usePointingAt(event.pid);
  return (
    <div className="log-line" data-kept={kept || undefined} onPointerEnter={enter} onPointerLeave={leave}>
      <span className="ts">{seconds(event.t, 4)}</span> {event.comm.padEnd(9)} <b>{event.name}</b>{' '}
      {argsText(event.args)}
    </div>
  );
});
