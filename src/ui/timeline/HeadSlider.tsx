import { openInspector } from '../../actions/inspector';
import { t } from '../../i18n';
import { useRun, useShown } from '../../store';
import { SAMPLE_NS } from '../../worker/protocol';
import { PlaceSlider } from '../controls/PlaceSlider';
import { moment } from '../moment';
import { notable } from './flags';
import { headText } from './text';

/** The head for the keyboard and for those who cannot see it. */
export function HeadSlider({ onScrub }: { onScrub: (time: number) => void }) {
  const { time, known, named } = useShown((f) => ({ time: f.t, known: f.known, named: moment(f) }), {
    time: 0,
    known: 0,
    named: 0,
  });
  const events = useRun((s) => s.events);
  const end = Math.max(time, known);
  return (
    <PlaceSlider
      className="timeline-slider"
      label={t('time.head')}
      text={headText(named, events)}
      value={time}
      max={end}
      unit={1e6}
      places={({ shiftKey }) => {
        const step = shiftKey ? 20 * SAMPLE_NS : SAMPLE_NS;
        const times = notable(events).map((e) => e.t);
        return {
          ArrowLeft: time - step,
          ArrowDown: time - step,
          ArrowRight: time + step,
          ArrowUp: time + step,
          Home: 0,
          End: end,
          PageUp: times.filter((v) => v > time).sort((a, b) => a - b)[0] ?? end,
          PageDown: times.filter((v) => v < time).sort((a, b) => b - a)[0] ?? 0,
        };
      }}
      also={{ Enter: () => openInspector(time) }}
      onMove={onScrub}
    />
  );
}
