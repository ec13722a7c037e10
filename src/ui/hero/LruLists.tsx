import { type PointerEvent, useEffect, useRef } from 'react';
import { t } from '../../i18n';
import { hoverKind, type MarkKind, useSelection, useShown } from '../../store';
import type { Frame } from '../../worker/protocol';
import { ScrolledTable } from '../charts/DataTable';
import { KIND_LOOK, pointedAt } from '../charts/kinds';
import { createPainter } from '../charts/painter';
import { useSize } from '../charts/useSize';
import { useSlow } from '../charts/useSlow';
import { useGone } from '../controls/usePointing';
import { redraw, subscribe } from '../frameLoop';
import { drawGenerations, pagesPerGenerationSquare } from './drawGenerations';
import { drawLru } from './drawLru';
import { lruLayout, pagesPerSquare } from './lruLayout';
import { lruSummary, lruTable } from './lruText';

/** Generations, or active and inactive lists, and where pages go from them. */
export function LruLists({ asTable }: { asTable: boolean }) {
  const [box, { width, height }] = useSize<HTMLDivElement>();
  const frame = useShown((f) => f as Frame | null, null);
  const layout = lruLayout(width, height);
  return (
    <>
      <header className="lru-head">
        <h2>{t(frame?.generations ? 'gen.title' : 'lru.title')}</h2>
        {!asTable && frame && width > 0 && (
          <p className="hero-sub">
            {frame.generations
              ? t('gen.square', { n: pagesPerGenerationSquare(frame.generations, layout) })
              : t('lru.square', { n: pagesPerSquare(frame, layout) })}
          </p>
        )}
      </header>
      {asTable ? (
        frame && <ScrolledTable className="hero-table" {...lruTable(frame)} />
      ) : (
        <div className="hero-picture" ref={box}>
          <LruPicture width={width} height={height} />
        </div>
      )}
    </>
  );
}

function LruPicture({ width, height }: { width: number; height: number }) {
  const svg = useRef<SVGSVGElement>(null);
  const summary = useSlow(lruSummary);
  const hovered = useSelection((s) => `${s.hoveredKind} ${s.hoveredPid} ${s.hoveredGroup}`);
  const layout = lruLayout(width, height);
  useEffect(() => {
    if (!svg.current || width === 0 || height === 0) return;
    const painter = createPainter(svg.current);
    const place = lruLayout(width, height);
    let drawn: Frame | null = null;
    const end = subscribe((frame, _now, { levels, names }) => {
      if (!levels || (frame === drawn && !names)) return;
      drawn = frame;
      const pointed = pointedAt(frame);
      if (frame.generations) drawGenerations(painter, frame, frame.generations, place, pointed);
      else drawLru(painter, frame, place, pointed);
    });
    return () => {
      end();
      painter.clear();
    };
  }, [width, height]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when it changes
  useEffect(() => redraw(), [hovered]);
  // Another view may come by a key, with the pointer where it was.
  useGone(hoverKind);
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const kind = (event.target as Element).closest('[data-kind]')?.getAttribute('data-kind');
    hoverKind(kind && kind in KIND_LOOK ? (kind as MarkKind) : null);
  };
  return (
    <svg
      ref={svg}
      width={width}
      height={height}
      viewBox={`0 0 ${layout.width || 1} ${layout.height || 1}`}
      role="img"
      aria-label={summary}
      onPointerOver={point}
      onPointerLeave={() => hoverKind(null)}
    />
  );
}
