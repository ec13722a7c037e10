import {
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react';
import { openInspector } from '../../actions/inspector';
import { t } from '../../i18n';
import {
  hoverPid,
  runStore,
  selectionStore,
  settingsStore,
  useRun,
  useSelection,
  useSettings,
  useShown,
} from '../../store';
import { type Frame, isMoving, SAMPLE_NS } from '../../worker/protocol';
import { ScrolledTable, TableToggle } from '../charts/DataTable';
import { createPainter } from '../charts/painter';
import { setText } from '../charts/setText';
import { textWidth } from '../charts/text';
import { useSize } from '../charts/useSize';
import { useSlow } from '../charts/useSlow';
import { zoomOf } from '../charts/zoom';
import { seconds } from '../format';
import { redraw, subscribe } from '../frameLoop';
import { Futures } from '../futures/Futures';
import { type Domain, follow, pan, roundEnd, toTime, toX, zoom } from './domain';
import { drawMarks } from './drawMarks';
import { type Flag, notable, placeFlags } from './flags';
import { namedGhosts } from './ghosts';
import { LaneLabels } from './LaneLabels';
import { createLanePicture } from './lanePicture';
import { timelineLayout } from './layout';
import { scrubTo } from './scrub';
import { headText, timelineSummary, timelineTable } from './text';
import './timeline.css';

/** The head jumps to a flag that is this near, px. */
const SNAP = 6;

/** The whole run on one axis, with the head that every other view follows. */
export function Timeline() {
  const [asTable, setAsTable] = useState(false);
  const [box, { width, height }] = useSize<HTMLElement>();
  // Other futures become known at rest, when no frame comes.
  const others = useRun((s) => s.ghosts.length);
  const summary = useSlow(
    useCallback((frame: Frame) => timelineSummary(frame, runStore.getState().events, others), [others]),
  );
  const known = useShown(() => true, false);
  const layout = timelineLayout(width, height);
  return (
    <section
      className="timeline"
      ref={box}
      data-region="timeline"
      aria-label={t('time.label')}
      data-compact={layout.compact || undefined}
    >
      <Futures />
      {asTable ? (
        <TimelineTable />
      ) : (
        <>
          {known && width > 0 && <Lanes width={width} height={height} summary={summary} />}
          {known && !layout.compact && <LaneLabels layout={layout} />}
        </>
      )}
      {!layout.compact && (
        <div className="timeline-twin">
          <TableToggle on={asTable} onChange={setAsTable} />
        </div>
      )}
    </section>
  );
}

/** Where the axis ends while nothing is magnified, ns. */
function endOfRun(): number {
  const { frame, ghosts } = runStore.getState();
  const others = ghosts.map((g) => g.t[g.t.length - 1] ?? 0);
  return roundEnd(Math.max(frame?.known ?? 0, frame?.t ?? 0, ...others));
}

function TimelineTable() {
  const frame = useShown((f) => f as Frame | null, null);
  const samples = useRun((s) => s.samples);
  const events = useRun((s) => s.events);
  const ghosts = useRun((s) => s.ghosts);
  const branches = useRun((s) => s.branches);
  const table = frame && timelineTable(frame, samples, events, namedGhosts({ ghosts, branches }));
  return table && <ScrolledTable className="timeline-table" {...table} />;
}

function Lanes({ width, height, summary }: { width: number; height: number; summary: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const headTag = useRef<HTMLSpanElement>(null);
  const area = useRef<HTMLDivElement>(null);
  /** The stretch shown: a magnified one, or null for the whole run. */
  const zoomed = useRef<Domain | null>(null);
  const shown = useRef<Domain>({ from: 0, to: 1 });
  /** Where the head is being dragged to, null = it is where the machine is. */
  const dragged = useRef<number | null>(null);
  const [isZoomed, setZoomed] = useState(false);
  const theme = useSettings((s) => s.theme);
  const pointed = useSelection((s) => `${s.hoveredKind} ${s.hoveredPid}`);
  const layout = timelineLayout(width, height);
  const plot = layout.right - layout.left;

  const setZoom = useCallback((next: Domain | null) => {
    zoomed.current = next;
    setZoomed(next !== null);
    redraw();
  }, []);

  useEffect(() => {
    if (!canvas.current || !svg.current) return;
    const lanes = createLanePicture(canvas.current);
    const painter = createPainter(svg.current);
    const place = timelineLayout(width, height);
    const span = place.right - place.left;
    const end = subscribe((frame, _now, { lanes: lanesDue, flows, marks }) => {
      const state = runStore.getState();
      const time = dragged.current ?? frame.t;
      if (zoomed.current && dragged.current === null) zoomed.current = follow(zoomed.current, frame.t);
      const before = shown.current;
      const domain = zoomed.current ?? { from: 0, to: endOfRun() };
      const moved = domain.from !== before.from || domain.to !== before.to;
      shown.current = domain;
      if (lanesDue || moved) {
        lanes(place, width, height, settingsStore.getState().theme, {
          samples: state.samples,
          domain,
          zone: frame.zones.find((z) => z.id === frame.gauge.zone) ?? null,
          swapTotal: frame.swap.total,
          head: isMoving(frame.status) ? null : frame.t,
          ghosts: namedGhosts(state),
        });
      }
      if (marks || moved) {
        const flags = placeFlags(state.events, domain, span, (text, bold) => textWidth(text, 12, bold));
        const { hoveredKind, hoveredPid } = selectionStore.getState();
        drawMarks(painter, place, domain, flags, time, frame.known, { kind: hoveredKind, pid: hoveredPid });
      }
      if (!flows) return;
      const x = toX(domain, time, span);
      if (head.current) {
        head.current.style.transform = `translateX(${place.left + x}px)`;
        head.current.style.visibility = x < -1 || x > span + 1 ? 'hidden' : 'visible';
        // The tag stays inside the picture where the line is at its edge.
        const from = Math.max(-34, -(place.left + x) + 2);
        if (headTag.current) headTag.current.style.left = `${Math.min(from, width - (place.left + x) - 70)}px`;
      }
      // Cut off, not rounded, as on the clock.
      const words = seconds(Math.floor(time / 1e6) * 1e6);
      if (headTag.current) {
        headTag.current.style.setProperty('--figures', String(words.length));
        setText(headTag.current, words);
      }
    });
    return () => {
      end();
      painter.clear();
    };
  }, [width, height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when it changes
  useEffect(() => redraw(), [theme, pointed]);
  // While the machine runs every frame is drawn anyway.
  useEffect(
    () =>
      runStore.subscribe((state, before) => {
        const fresh =
          state.samples !== before.samples || state.events !== before.events || state.ghosts !== before.ghosts;
        if (fresh && state.frame?.status !== 'running') redraw();
      }),
    [],
  );

  useEffect(() => {
    const element = area.current;
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
  }, [plot, setZoom]);

  const timeAt = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = Math.min(plot, Math.max(0, (event.clientX - box.left) / zoomOf(event.currentTarget)));
    const domain = shown.current;
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
    const flags = placeFlags(runStore.getState().events, shown.current, plot, (text, bold) =>
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
  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const flag = flagAt(event);
    if (flag?.kind === 'kill') openInspector(flag.t);
    pressed.current = true;
    scrub(flag?.t ?? timeAt(event));
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
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

  return (
    <>
      <div className="timeline-picture" role="img" aria-label={summary}>
        <canvas ref={canvas} style={{ width, height }} />
        <svg ref={svg} width={width} height={height} aria-hidden="true" />
      </div>
      <div
        ref={head}
        className="timeline-head"
        style={{ '--top': `${layout.lanes[0].top - 8}px`, '--bottom': `${layout.bottom}px` } as CSSProperties}
      >
        <span ref={headTag} className="timeline-tag" />
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the slider inside is the control; this is its track */}
      <div
        ref={area}
        className="timeline-area"
        style={{ left: layout.left, width: plot }}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onPointerLeave={() => point(null)}
        onDoubleClick={() => setZoom(null)}
      >
        <HeadSlider onScrub={scrub} />
      </div>
      {isZoomed && (
        <button type="button" className="timeline-all" onClick={() => setZoom(null)}>
          {t('time.all')}
        </button>
      )}
    </>
  );
}

/** The head for the keyboard and for those who cannot see it. */
function HeadSlider({ onScrub }: { onScrub: (time: number) => void }) {
  const { time, known } = useShown((f) => ({ time: f.t, known: f.known }), { time: 0, known: 0 });
  const events = useRun((s) => s.events);
  const end = Math.max(time, known);
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      openInspector(time);
      return;
    }
    const unit = event.shiftKey ? 20 * SAMPLE_NS : SAMPLE_NS;
    const times = notable(events).map((e) => e.t);
    const to: Record<string, number> = {
      ArrowLeft: time - unit,
      ArrowDown: time - unit,
      ArrowRight: time + unit,
      ArrowUp: time + unit,
      Home: 0,
      End: end,
      PageUp: times.filter((v) => v > time).sort((a, b) => a - b)[0] ?? end,
      PageDown: times.filter((v) => v < time).sort((a, b) => b - a)[0] ?? 0,
    };
    if (!(event.key in to) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    onScrub(Math.max(0, to[event.key]));
  };
  return (
    <div
      className="timeline-slider"
      role="slider"
      tabIndex={0}
      aria-label={t('time.head')}
      aria-valuemin={0}
      aria-valuemax={Math.round(end / 1e6)}
      aria-valuenow={Math.round(time / 1e6)}
      aria-valuetext={headText(time, events)}
      onKeyDown={key}
    />
  );
}
