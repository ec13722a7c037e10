import { useSyncExternalStore } from 'react';

/** Whether a media query matches now. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
    () => false,
  );
}

/** How much fits: three columns, two, or one region at a time. */
export type Layout = 'wide' | 'medium' | 'narrow';

export function useLayout(present = false): Layout {
  // Presenting, all is larger (present.css), and there is no log beside the timeline.
  const narrow = useMedia(present ? '(max-width: 999px)' : '(max-width: 767px)');
  const medium = useMedia(present ? '(max-width: 1399px)' : '(max-width: 1199px)');
  return narrow ? 'narrow' : medium ? 'medium' : 'wide';
}

/**
 * Whether the height is scarce: lying on its side, magnified, or presenting on a small screen, where 600 px are 720 or
 * 840 as present.css magnifies.
 */
export const useShort = (present: boolean): boolean =>
  useMedia(present ? '(max-height: 719px), (min-width: 1200px) and (max-height: 839px)' : '(max-height: 599px)');
