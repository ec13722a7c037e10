import { useEffect, useState } from 'react';
import { procFile } from '../../actions/lab';
import { refusalText } from '../../i18n/errors';
import { RefusalError } from '../../machine/commands';
import { runStore } from '../../store';

/** While the machine runs a file is read again this often, ms. */
const REREAD_MS = 500;

/** Reads the file now, whenever the machine moves on (not more often than REREAD_MS), and when another is asked for. */
export function useProcFile(path: string): string {
  const [text, setText] = useState('');
  useEffect(() => {
    let ended = false;
    let busy = false;
    let again: ReturnType<typeof setTimeout> | undefined;
    let readAt = -1;

    async function read() {
      const frame = runStore.getState().shown;
      if (busy || ended || !frame || frame.seq === readAt) return;
      busy = true;
      readAt = frame.seq;
      const content = await procFile(path).catch((error) => {
        if (error instanceof RefusalError) return refusalText(error.refusal);
        throw error;
      });
      busy = false;
      if (ended) return;
      setText(content);
      if (runStore.getState().shown?.seq !== readAt) again ??= setTimeout(later, REREAD_MS);
    }
    function later() {
      again = undefined;
      void read();
    }
    void read();
    const end = runStore.subscribe((state, before) => {
      if (state.shown === before.shown || again) return;
      again = setTimeout(later, state.shown?.status === 'running' ? REREAD_MS : 0);
    });
    return () => {
      ended = true;
      clearTimeout(again);
      end();
    };
  }, [path]);
  return text;
}
