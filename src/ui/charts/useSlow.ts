import { useRef, useSyncExternalStore } from 'react';
import { shownStore } from '../../store';
import type { Frame } from '../../worker/protocol';

/** Text that describes a picture changes at most this often while the machine runs, in ms. */
export const SUMMARY_INTERVAL_MS = 1000;

/** Describes the frame that is shown, at most once a second while the machine runs: for the text that stands for a picture. */
export function useSlow(describe: (frame: Frame) => string): string {
  const last = useRef<{ seen: Frame | null; of: typeof describe; text: string; at: number }>({
    seen: null,
    of: describe,
    text: '',
    at: Number.NEGATIVE_INFINITY,
  });
  const read = (): string => {
    const it = last.current;
    const shown = shownStore.getState();
    if (shown === null || (it.seen === shown && it.of === describe)) return it.text;
    const now = performance.now();
    if (it.of !== describe || shown.status !== 'running' || now - it.at >= SUMMARY_INTERVAL_MS) {
      last.current = { seen: shown, of: describe, text: describe(shown), at: now };
    } else it.seen = shown;
    return last.current.text;
  };
  return useSyncExternalStore(shownStore.subscribe, read);
}
