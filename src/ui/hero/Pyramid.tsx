import { type PointerEvent, useEffect, useRef } from 'react';
import { hoverKind, type MarkKind, runStore, settingsStore, useSelection, useSettings, useShown } from '../../store';
import type { Frame, Sample } from '../../worker/protocol';
import { ScrolledTable } from '../charts/DataTable';
import { KIND_LOOK, pointedAt } from '../charts/kinds';
import { createPainter } from '../charts/painter';
import { useSize } from '../charts/useSize';
import { useSlow } from '../charts/useSlow';
import { useGone } from '../controls/usePointing';
import { redraw, subscribe } from '../frameLoop';
import { drawPyramid } from './drawPyramid';
import { pyramidLayout } from './layout';
import { pyramidSummary, pyramidTable } from './summaries';

const NET_SPAN_NS = 500_000_000;
/** From one moment at rest to another that is no farther, ns, layers ease: what was stepped over is seen to happen. */
const EASED_NS = 100_000_000;

/** Pages a second that the swap fills with, from the samples of the last half second; null without two of them. */
export function swapNet(frame: Frame, samples: readonly Sample[]): number | null {
  let last = samples.length - 1;
  while (last >= 0 && samples[last].t > frame.t) last--;
  let first = last;
  while (first > 0 && samples[first - 1].t >= frame.t - NET_SPAN_NS) first--;
  if (first < 0 || first >= last) return null;
  const span = samples[last].t - samples[first].t;
  return span > 0 ? ((samples[last].swapUsed - samples[first].swapUsed) * 1e9) / span : null;
}

/** Caches, RAM and swap as one pyramid. */
export function Pyramid({ asTable }: { asTable: boolean }) {
  return asTable ? <PyramidTable /> : <PyramidPicture />;
}

function PyramidTable() {
  const frame = useShown((f) => f as Frame | null, null);
  return frame && <ScrolledTable className="hero-table" {...pyramidTable(frame)} />;
}

function PyramidPicture() {
  const [box, { width, height }] = useSize<HTMLDivElement>();
  const svg = useRef<SVGSVGElement>(null);
  const summary = useSlow(pyramidSummary);
  const hovered = useSelection((s) => `${s.hoveredKind} ${s.hoveredPid} ${s.hoveredGroup}`);
  const reduced = useSettings((s) => s.reducedMotion);
  const layout = pyramidLayout(width, height);

  useEffect(() => {
    if (!svg.current || width === 0 || height === 0) return;
    const painter = createPainter(svg.current);
    const place = pyramidLayout(width, height);
    const picture = svg.current;
    let before = 0;
    const end = subscribe((frame, now, due) => {
      if (!due.levels && !due.flows && !due.names && !due.numbers) return;
      const { samples, shown } = runStore.getState();
      // Words are of the moment that all other words on the page are of.
      const of = due.levels || due.flows || !shown ? frame : shown;
      picture.toggleAttribute('data-eased', frame.status !== 'running' && Math.abs(frame.t - before) <= EASED_NS);
      before = frame.t;
      const still = frame.status !== 'running' || settingsStore.getState().reducedMotion;
      drawPyramid(painter, {
        frame: of,
        rates: (frame.status === 'running' && shown ? shown : frame).flows,
        layout: place,
        due,
        hovered: pointedAt(of),
        clock: still ? 0 : now,
        swapNet: swapNet(of, samples),
      });
    });
    return () => {
      end();
      painter.clear();
    };
  }, [width, height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when one of them changes
  useEffect(() => redraw(), [hovered, reduced]);

  // Another view may come by a key, with the pointer where it was.
  useGone(hoverKind);
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const kind = (event.target as Element).closest('[data-kind]')?.getAttribute('data-kind');
    hoverKind(kind && kind in KIND_LOOK ? (kind as MarkKind) : null);
  };

  return (
    <div className="hero-picture" ref={box}>
      <svg
        ref={svg}
        className="pyramid"
        width={width}
        height={height}
        viewBox={`0 0 ${layout.width || 1} ${layout.height || 1}`}
        role="img"
        aria-label={summary}
        onPointerOver={point}
        onPointerLeave={() => hoverKind(null)}
      />
    </div>
  );
}
