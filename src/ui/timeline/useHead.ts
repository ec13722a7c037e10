import { type PointerEvent, type RefObject, useRef } from 'react';
import { openInspector } from '../../actions/inspector';
import { hoverPid, runStore } from '../../store';
import { textWidth } from '../charts/text';
import { zoomOf } from '../charts/zoom';
import { redraw } from '../frameLoop';
import { toTime, toX } from './domain';
import { type Flag, notable, placeFlags } from './flags';
import type { TimelineLayout } from './layout';
import { scrubTo } from './scrub';
import type { Axis } from './useAxis';

/** The head jumps to a flag that is this near, px. */
const SNAP = 6;

export interface Head {
  /** Where it is being dragged to, ns; null = it is where the machine is. */
  dragged: RefObject<number | null>;
  /** Seeks a moment, ns. */
  scrub: (time: number) => void;
  /** Of the lanes' area, whose flags can be pointed at and pressed. */
  pointer: {
    onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    onPointerMove: (event: PointerEvent<HTMLElement>) => void;
    onPointerUp: () => void;
    onPointerCancel: () => void;
    onPointerLeave: () => void;
  };
}

/** The head in the hand of whoever drags it. */
export function useHead(axis: Axis, layout: TimelineLayout): Head {
  const plot = layout.right - layout.left;
  const dragged = useRef<number | null>(null);

  const timeAt = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = Math.min(plot, Math.max(0, (event.clientX - box.left) / zoomOf(event.currentTarget)));
    const domain = axis.shown.current;
    let best = toTime(domain, x, plot);
    let near = SNAP;
    for (const flag of notable(runStore.getState().events)) {
      const off = Math.abs(toX(domain, flag.t, plot) - x);
      if (off < near) {
        near = off;
        best = flag.t;
      }
    }
    return best;
  };

  /** The pennant under the pointer. */
  const flagAt = (event: PointerEvent<HTMLElement>): Flag | undefined => {
    const box = event.currentTarget.getBoundingClientRect();
    const y = event.clientY - box.top - layout.flags;
    if (layout.compact || y < -2 || y > 19) return undefined;
    const x = (event.clientX - box.left) / zoomOf(event.currentTarget);
    const flags = placeFlags(runStore.getState().events, axis.shown.current, plot, (text, bold) =>
      textWidth(text, 12, bold),
    );
    return flags
      .filter((flag) => flag.kind !== 'tick')
      .find((flag) =>
        flag.side === 'right' || flag.label === ''
          ? x >= flag.x - 2 && x <= flag.x + flag.width + 14
          : x >= flag.x - flag.width - 10 && x <= flag.x + 2,
      );
  };

  const pressed = useRef(false);
  /** Seeks that have not arrived. */
  const underWay = useRef(0);
  const scrub = (time: number) => {
    dragged.current = time;
    underWay.current++;
    redraw();
    void scrubTo(time).finally(() => {
      underWay.current--;
      letGo();
    });
  };
  /** The head is where the machine is again, once it is not held and has arrived. */
  const letGo = () => {
    if (!pressed.current && underWay.current === 0) dragged.current = null;
    redraw();
  };
  /** Process whose flag is pointed at. */
  const flagPid = useRef<number | null>(null);
  const point = (pid: number | null) => {
    if (pid === flagPid.current) return;
    flagPid.current = pid;
    hoverPid(pid);
  };
  const down = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const flag = flagAt(event);
    if (flag?.kind === 'kill') openInspector(flag.t);
    pressed.current = true;
    scrub(flag?.t ?? timeAt(event));
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    if (!pressed.current) {
      point(flagAt(event)?.pids[0] ?? null);
      return;
    }
    const time = timeAt(event);
    if (time !== dragged.current) scrub(time);
  };
  const up = () => {
    if (!pressed.current) return;
    pressed.current = false;
    letGo();
  };

  return {
    dragged,
    scrub,
    pointer: {
      onPointerDown: down,
      onPointerMove: move,
      onPointerUp: up,
      onPointerCancel: up,
      onPointerLeave: () => point(null),
    },
  };
}
