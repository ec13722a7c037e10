import type { KeyboardEvent } from 'react';
import { openInspector } from '../../actions/inspector';
import { t } from '../../i18n';
import { useRun, useShown } from '../../store';
import { SAMPLE_NS } from '../../worker/protocol';
import { notable } from './flags';
import { headText } from './text';

/** The head for the keyboard and for those who cannot see it. */
export function HeadSlider({ onScrub }: { onScrub: (time: number) => void }) {
  const { time, known } = useShown((f) => ({ time: f.t, known: f.known }), { time: 0, known: 0 });
  const events = useRun((s) => s.events);
  const end = Math.max(time, known);
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      openInspector(time);
      return;
    }
    const unit = event.shiftKey ? 20 * SAMPLE_NS : SAMPLE_NS;
    const times = notable(events).map((e) => e.t);
    const to: Record<string, number> = {
      ArrowLeft: time - unit,
      ArrowDown: time - unit,
      ArrowRight: time + unit,
      ArrowUp: time + unit,
      Home: 0,
      End: end,
      PageUp: times.filter((v) => v > time).sort((a, b) => a - b)[0] ?? end,
      PageDown: times.filter((v) => v < time).sort((a, b) => b - a)[0] ?? 0,
    };
    if (!(event.key in to) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    onScrub(Math.max(0, to[event.key]));
  };
  return (
    <div
      className="timeline-slider"
      role="slider"
      tabIndex={0}
      aria-label={t('time.head')}
      aria-valuemin={0}
      aria-valuemax={Math.round(end / 1e6)}
      aria-valuenow={Math.round(time / 1e6)}
      aria-valuetext={headText(time, events)}
      onKeyDown={key}
    />
  );
}
