import { type PointerEvent, useEffect, useRef } from 'react';
import { t } from '../../i18n';
import { hoverCell, selectCell, selectionStore, settingsStore, useSelection, useSettings, useShown } from '../../store';
import type { Frame } from '../../worker/protocol';
import { createColors } from '../charts/canvas';
import { pointedProcs } from '../charts/kinds';
import { useSlow } from '../charts/useSlow';
import { zoomOf } from '../charts/zoom';
import { PlaceSlider } from '../controls/PlaceSlider';
import { redraw, subscribe } from '../frameLoop';
import { cellAt, drawMap, mapGrid, usedCells } from './mapDraw';
import { cellName, mapSummary } from './mapText';

export const ratio = (): number => globalThis.devicePixelRatio || 1;

export function Cells({ width, height }: { width: number; height: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const summary = useSlow(mapSummary);
  const emphasized = useSelection((s) => `${s.hoveredKind} ${s.hoveredPid} ${s.hoveredGroup}`);
  const cell = useSelection((s) => s.selectedCell ?? s.hoveredCell);
  const theme = useSettings((s) => s.theme);
  const map = useShown((f) => f.pageMap, null);
  const frame = useShown((f) => f as Frame | null, null);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const color = createColors(element);
    let tiles = new Map<string, HTMLCanvasElement>();
    let drawn = '';
    let before: Uint8Array | null = null;
    return subscribe((latest) => {
      const cells = latest.pageMap;
      if (!cells) return;
      const grid = mapGrid(usedCells(cells.cells), cells.cols, width, height, ratio());
      const { hoveredKind } = selectionStore.getState();
      const look = settingsStore.getState().theme;
      const chips = pointedProcs(latest)?.map((p) => p.chip) ?? null;
      const state = [look, width, height, ratio(), cells.by, grid.cols, grid.rows, grid.pitch, hoveredKind, chips].join(
        ' ',
      );
      // Cells may keep their kind and go over to another owner.
      if (chips && cells.owners) before = null;
      if (state !== drawn) {
        element.width = grid.cols * grid.pitch;
        element.height = grid.rows * grid.pitch;
        tiles = new Map();
        before = null;
        drawn = state;
      }
      const context = element.getContext('2d');
      if (!context) return;
      drawMap(context, cells, grid, before, { kind: hoveredKind, chips }, tiles, (name) => color(name, look));
      before = cells.cells;
    });
  }, [width, height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when one of them changes
  useEffect(() => redraw(), [emphasized, theme]);

  const count = map ? usedCells(map.cells) : 0;
  const grid = mapGrid(Math.max(1, count), map?.cols ?? 1, width, height, ratio());
  const at = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const fine = ratio() / zoomOf(event.currentTarget);
    return cellAt(grid, count, (event.clientX - box.left) * fine, (event.clientY - box.top) * fine);
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const found = at(event);
    if (found !== selectionStore.getState().hoveredCell) hoverCell(found < 0 ? null : found);
  };
  const press = (event: PointerEvent<HTMLElement>) => {
    const found = at(event);
    selectCell(found < 0 || found === selectionStore.getState().selectedCell ? null : found);
  };
  const now = cell ?? 0;
  const cols = map?.cols ?? 1;
  const px = 1 / ratio();
  return (
    <>
      <canvas
        ref={canvas}
        style={{ width: (grid.cols * grid.pitch) / ratio(), height: (grid.rows * grid.pitch) / ratio() }}
        role="img"
        aria-label={summary}
      />
      {/* The pointer and the keys act on the cells, of which there are too many to be elements: one slider over them. */}
      <PlaceSlider
        className="map-hit"
        label={t('map.slider')}
        text={map && frame ? t('map.cellIs', { n: now + 1, what: cellName(map.by, map.cells[now], frame) }) : ''}
        value={now}
        max={Math.max(0, count - 1)}
        places={() => ({
          ArrowLeft: now - 1,
          ArrowRight: now + 1,
          ArrowUp: now - cols,
          ArrowDown: now + cols,
          Home: 0,
          End: count - 1,
        })}
        also={{ Escape: () => selectCell(null) }}
        onMove={(place) => selectCell(Math.min(count - 1, place))}
        onPointerMove={move}
        onPointerLeave={() => hoverCell(null)}
        onPointerDown={press}
      />
      {cell !== null && cell < count && (
        <span
          className="map-cursor"
          style={{
            left: (cell % grid.cols) * grid.pitch * px,
            top: Math.floor(cell / grid.cols) * grid.pitch * px,
            width: grid.size * px,
            height: grid.size * px,
          }}
        />
      )}
    </>
  );
}
