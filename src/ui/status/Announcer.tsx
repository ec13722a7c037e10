import { useEffect, useState } from 'react';
import { runStore } from '../../store';
import { isMoving } from '../../worker/protocol';
import { announcements } from './announcements';
import { createSpeaker, type Said } from './speaker';

/** The live regions: events politely, kills at once. */
export function Announcer() {
  const [said, setSaid] = useState<Said>({ polite: '', assertive: '' });
  useEffect(() => {
    const speaker = createSpeaker(setSaid);
    const end = runStore.subscribe((state, before) => {
      if (state.shown === before.shown || !state.shown) return;
      speaker.hear(announcements(before.shown, state.shown, state.events), isMoving(state.shown.status));
    });
    return () => {
      end();
      speaker.end();
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
