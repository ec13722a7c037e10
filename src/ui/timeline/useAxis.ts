import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { runStore } from '../../store';
import { zoomOf } from '../charts/zoom';
import { redraw } from '../frameLoop';
import { type Domain, follow, pan, roundEnd, toTime, zoom } from './domain';

/** The stretch of the run that the timeline shows. */
export interface Axis {
  /** As it is drawn now. */
  shown: RefObject<Domain>;
  /** It is not the whole run. */
  isZoomed: boolean;
  /** Where the axis is to be when the next picture is drawn, ns. @param head where it follows to, null = nowhere */
  next: (head: number | null) => Domain;
  showAll: () => void;
}

/** The axis, magnified about the pointer by the wheel over `area`, which is `plot` px wide. */
export function useAxis(area: RefObject<HTMLElement | null>, plot: number): Axis {
  /** A magnified stretch, or null for the whole run. */
  const zoomed = useRef<Domain | null>(null);
  const shown = useRef<Domain>({ from: 0, to: 1 });
  const [isZoomed, setZoomed] = useState(false);

  const setZoom = useCallback((next: Domain | null) => {
    zoomed.current = next;
    setZoomed(next !== null);
    redraw();
  }, []);
  const showAll = useCallback(() => setZoom(null), [setZoom]);
  const next = useCallback((head: number | null) => {
    if (zoomed.current && head !== null) zoomed.current = follow(zoomed.current, head);
    return zoomed.current ?? { from: 0, to: endOfRun() };
  }, []);

  useEffect(() => {
    const { current: element } = area;
    if (!element) return;
    // Not React's: the page must not scroll, which only a listener that is not passive can prevent.
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const domain = shown.current;
      const x = (event.clientX - element.getBoundingClientRect().left) / zoomOf(element);
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
        if (zoomed.current) setZoom(pan(domain, (sideways / plot) * (domain.to - domain.from), endOfRun()));
        return;
      }
      setZoom(zoom(domain, 2 ** (-event.deltaY / 240), toTime(domain, x, plot), endOfRun()));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, [area, plot, setZoom]);

  return { shown, isZoomed, next, showAll };
}

/** Where the axis ends while nothing is magnified, ns. */
function endOfRun(): number {
  const { frame, ghosts } = runStore.getState();
  const others = ghosts.map((g) => g.t[g.t.length - 1] ?? 0);
  return roundEnd(Math.max(frame?.known ?? 0, frame?.t ?? 0, ...others));
}
