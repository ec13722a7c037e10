import { useEffect, useState } from 'react';
import { runStore } from '../../store';
import type { Frame } from '../../worker/protocol';

/** Text that describes a picture changes at most this often, in ms. */
export const SUMMARY_INTERVAL_MS = 1000;

/** Describes the latest frame, at most once a second: for the text that stands for a picture. */
export function useSlow(describe: (frame: Frame) => string): string {
  const [text, setText] = useState(() => {
    const { frame } = runStore.getState();
    return frame ? describe(frame) : '';
  });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      timer = undefined;
      const { frame } = runStore.getState();
      if (frame) setText(describe(frame));
    };
    read();
    const end = runStore.subscribe((state, before) => {
      if (state.frame === before.frame) return;
      // Nobody has to wait for the first words.
      if (before.frame === null) read();
      else timer ??= setTimeout(read, SUMMARY_INTERVAL_MS);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [describe]);
  return text;
}
