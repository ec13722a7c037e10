import { useEffect, useRef } from 'react';
import { hoverPid } from '../../store';

/**
 * Handlers for something that can be pointed at. What goes off the page while it is pointed at has been left as well,
 * though no event tells: the rest of the page would stay faded.
 */
export function usePointing(enter: () => void, leave: () => void): { enter: () => void; leave: () => void } {
  const on = useRef(false);
  const last = useRef(leave);
  last.current = leave;
  useEffect(
    () => () => {
      if (on.current) last.current();
    },
    [],
  );
  return {
    enter: () => {
      on.current = true;
      enter();
    },
    leave: () => {
      on.current = false;
      leave();
    },
  };
}

/** The same for something that stands for a process. */
export const usePointingAt = (pid: number) =>
  usePointing(
    () => hoverPid(pid),
    () => hoverPid(null),
  );

/** For something whose parts are pointed at: when it goes off the page, none of them is any more. */
export function useGone(hover: (none: null) => void): void {
  useEffect(() => () => hover(null), [hover]);
}
