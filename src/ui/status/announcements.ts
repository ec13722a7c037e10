/** Which words are said aloud when the machine moves on. */
import { t } from '../../i18n';
import { type Frame, isMoving, type TimelineEvent } from '../../worker/protocol';
import { seconds } from '../format';

export interface Words {
  polite: string[];
  assertive: string[];
  /** Where the machine has come to rest, '' where it has not: of several such words only the last counts. */
  rest: string;
}

const FIRST_ONLY = ['kswapd', 'direct-reclaim', 'swap-out'] as const;

/**
 * Words for the way from one shown frame to the next. Going back says nothing but where it ended. A short way sends no
 * frame before its end, so that it shows by the clock alone.
 */
export function announcements(before: Frame | null, now: Frame, events: readonly TimelineEvent[]): Words {
  const words: Words = { polite: [], assertive: [], rest: '' };
  if (!before) return words;
  for (const event of events) {
    if (event.t <= before.t || event.t > now.t) continue;
    const at = seconds(event.t, 1);
    if (event.kind === 'kill') {
      words.assertive.push(t('announce.kill', { name: event.label, pid: String(event.pid), t: at }));
    } else if (event.kind === 'panic') words.assertive.push(t('announce.panic', { t: at }));
    else if (event.kind === 'oom') words.polite.push(t('announce.oom', { t: at }));
    else {
      const kind = FIRST_ONLY.find((k) => k === event.kind);
      if (kind && events.find((e) => e.kind === kind) === event) words.polite.push(t(`announce.${kind}`, { t: at }));
    }
  }
  if (!isMoving(now.status)) {
    const way = Math.abs(now.t - before.t);
    // After a small step the same text would not be said again.
    const digits = way < 1e6 && !isMoving(before.status) ? 6 : 3;
    if (isMoving(before.status) || way > 0) words.rest = t('announce.paused', { t: seconds(now.t, digits) });
  } else if (now.status === 'running' && before.status !== 'running') words.polite.push(t('announce.running'));
  return words;
}
