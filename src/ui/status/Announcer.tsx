import { useEffect, useState } from 'react';
import { runStore } from '../../store';
import { announcements, type Words } from './announcements';

/** At most one announcement of a kind in this time, ms; what comes sooner is said together. */
const INTERVAL_MS = 1000;

/** The live regions: events politely, kills at once. */
export function Announcer() {
  const [said, setSaid] = useState({ polite: '', assertive: '' });
  useEffect(() => {
    const waiting: Words = { polite: [], assertive: [] };
    let timer: ReturnType<typeof setTimeout> | undefined;
    let saidAt = -INTERVAL_MS;
    function say() {
      timer = undefined;
      saidAt = performance.now();
      setSaid({ polite: waiting.polite.splice(0).join(' '), assertive: waiting.assertive.splice(0).join(' ') });
    }
    const end = runStore.subscribe((state, before) => {
      if (state.shown === before.shown || !state.shown) return;
      const words = announcements(before.shown, state.shown, state.events);
      waiting.polite.push(...words.polite);
      waiting.assertive.push(...words.assertive);
      if (waiting.polite.length + waiting.assertive.length === 0) return;
      timer ??= setTimeout(say, Math.max(0, saidAt + INTERVAL_MS - performance.now()));
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, []);
  return (
    <>
      <div className="vh" role="status">
        {said.polite}
      </div>
      <div className="vh" role="alert">
        {said.assertive}
      </div>
    </>
  );
}
