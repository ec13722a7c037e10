import { Menu, MenuItem } from 'react-aria-components';
import { runUntil, seek } from '../../actions/lab';
import { t } from '../../i18n';
import { useRun, useShown } from '../../store';
import type { Landmark, TimelineEvent } from '../../worker/protocol';
import { seconds } from '../format';

/** Those that happen once come back when they are chosen again; of the others the next one is looked for. */
const LANDMARKS = [
  { id: 'kswapd', once: true },
  { id: 'direct-reclaim', once: true },
  { id: 'swap-out', once: true },
  { id: 'oom', once: false },
  { id: 'kill', once: false },
] as const satisfies readonly { id: Landmark; once: boolean }[];

/** The event that a landmark's line stands for: the first one, or the first one after the head. */
export function landmarkEvent(
  events: readonly TimelineEvent[],
  landmark: Landmark,
  once: boolean,
  head: number,
): TimelineEvent | undefined {
  return events.find((e) => e.kind === landmark && (once || e.t > head));
}

/** Moments to run to, with the time each was or will be reached as far as that is known. */
export function LandmarkMenu({ close }: { close: () => void }) {
  const events = useRun((s) => s.events);
  const head = useShown((f) => f.t, 0);
  return (
    <Menu
      className="menu"
      aria-label={t('transport.until')}
      autoFocus="first"
      onClose={close}
      onAction={(key) => {
        const landmark = LANDMARKS.find(({ id }) => id === key);
        if (!landmark) return;
        const event = landmarkEvent(events, landmark.id, landmark.once, head);
        void (landmark.once && event ? seek(event.t) : runUntil(landmark.id));
      }}
    >
      {LANDMARKS.map(({ id, once }) => {
        const event = landmarkEvent(events, id, once, head);
        const text = t(`transport.until.${id}`);
        const when = !event
          ? t('transport.until.never')
          : t(event.t <= head ? 'transport.until.passed' : 'transport.until.at', { t: seconds(event.t, 1) });
        return (
          <MenuItem key={id} id={id} className="menu-item" textValue={text}>
            <span>{text}</span>
            <span className="val">{when}</span>
          </MenuItem>
        );
      })}
    </Menu>
  );
}
