import { type CSSProperties, useEffect, useRef } from 'react';
import { t } from '../../i18n';
import { runStore, selectionStore, settingsStore, useSelection, useSettings } from '../../store';
import { isMoving } from '../../worker/protocol';
import { createPainter } from '../charts/painter';
import { setText } from '../charts/setText';
import { textWidth } from '../charts/text';
import { zoomOf } from '../charts/zoom';
import { seconds } from '../format';
import { redraw, subscribe } from '../frameLoop';
import { moment } from '../moment';
import { News } from '../status/News';
import { toX } from './domain';
import { drawMarks } from './drawMarks';
import { placeFlags, type Room, roomBeside } from './flags';
import { namedGhosts } from './ghosts';
import { HeadSlider } from './HeadSlider';
import { createLanePicture } from './lanePicture';
import { timelineLayout } from './layout';
import type { LaneScales } from './scales';
import { useAxis } from './useAxis';
import { useHead } from './useHead';

/** A kill follows its choice within so much, ns. */
const TURN = 1e6;

interface Props {
  width: number;
  height: number;
  /** What the picture shows, in words. */
  summary: string;
  /** Messages of a moment stand among the flags. */
  news: boolean;
  /** Told of the scale of free pages as it is drawn. */
  onFreeScale: (scale: LaneScales['free']) => void;
}

/** The picture of the run, and what can be done with a pointer on it. */
export function Lanes({ width, height, summary, news, onFreeScale }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const headTag = useRef<HTMLSpanElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const newsBox = useRef<HTMLElement>(null);
  const theme = useSettings((s) => s.theme);
  const pointed = useSelection((s) => `${s.hoveredKind} ${s.hoveredPid}`);
  const layout = timelineLayout(width, height);
  const plot = layout.right - layout.left;

  const axis = useAxis(area, plot);
  const { shown, next: nextDomain } = axis;
  const { dragged, scrub, pointer } = useHead(axis, layout);

  useEffect(() => {
    if (!canvas.current || !svg.current) return;
    const lanes = createLanePicture(canvas.current);
    const painter = createPainter(svg.current);
    const place = timelineLayout(width, height);
    const span = place.right - place.left;
    /** Where the message stands that `news` shows. */
    let stands: { at: number; need: number; room: Room } | null = null;
    const end = subscribe((frame, _now, { lanes: lanesDue, flows, marks }) => {
      const state = runStore.getState();
      const time = dragged.current ?? frame.t;
      const before = shown.current;
      const domain = nextDomain(dragged.current === null ? frame.t : null);
      const moved = domain.from !== before.from || domain.to !== before.to;
      shown.current = domain;
      if (lanesDue || moved) {
        const scales = lanes(place, width, height, settingsStore.getState().theme, {
          samples: state.samples,
          domain,
          zone: frame.zones.find((z) => z.id === frame.gauge.zone) ?? null,
          swapTotal: frame.swap.total,
          head: isMoving(frame.status) ? null : frame.t,
          ghosts: namedGhosts(state),
        });
        onFreeScale(scales.free);
      }
      if (marks || moved) {
        const flags = placeFlags(state.events, domain, span, (text, bold) => textWidth(text, 12, bold));
        const { current: box } = newsBox;
        if (box) {
          const at = Number(box.dataset.at);
          const same = stands?.at === at ? stands : null;
          // Measured once: whatever asks for a size while the machine runs has the page laid out.
          const need = same?.need ?? box.getBoundingClientRect().width / zoomOf(box);
          const room = roomBeside(flags, toX(domain, at, span), need, span, same?.room);
          if (room !== same?.room) {
            box.style.translate = `${place.left + room.x}px`;
            box.style.maxWidth = `${room.width}px`;
          }
          stands = { at, need, room };
        }
        const { hoveredKind, hoveredPid } = selectionStore.getState();
        // The CPU that kills may be ahead of the one that the clock follows; its signal comes in the same turn.
        const seen = time < frame.t ? time : Math.max(time, (frame.oomRecords.at(-1)?.t ?? -TURN) + TURN);
        drawMarks(
          painter,
          place,
          domain,
          flags,
          { head: time, seen, known: frame.known },
          { kind: hoveredKind, pid: hoveredPid },
        );
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
      const words = seconds(Math.floor((time === frame.t ? moment(frame) : time) / 1e6) * 1e6);
      if (headTag.current) {
        headTag.current.style.setProperty('--figures', String(words.length));
        setText(headTag.current, words);
      }
    });
    return () => {
      end();
      painter.clear();
    };
  }, [width, height, shown, nextDomain, dragged, onFreeScale]);

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
        {...pointer}
        onDoubleClick={axis.showAll}
      >
        <HeadSlider onScrub={scrub} />
      </div>
      {news && <News box={newsBox} />}
      {axis.isZoomed && (
        <button type="button" className="timeline-all" onClick={axis.showAll}>
          {t('time.all')}
        </button>
      )}
    </>
  );
}
