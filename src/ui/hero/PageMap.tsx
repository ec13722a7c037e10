import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { inspectPage, pageMap } from '../../actions/lab';
import { t } from '../../i18n';
import {
  hoverCell,
  runStore,
  selectCell,
  selectionStore,
  settingsStore,
  useSelection,
  useSettings,
  useShown,
} from '../../store';
import { type Frame, MAP_BEYOND, MAP_FREE, MAP_KINDS, type PageInfo } from '../../worker/protocol';
import { createColors } from '../charts/canvas';
import { ScrolledTable } from '../charts/DataTable';
import { pointedProcs } from '../charts/kinds';
import { useSize } from '../charts/useSize';
import { useSlow } from '../charts/useSlow';
import { zoomOf } from '../charts/zoom';
import { pages } from '../format';
import { redraw, subscribe } from '../frameLoop';
import { zoneLabel } from './drawGauge';
import {
  AGE_STEPS,
  ageOpacity,
  cellAt,
  drawMap,
  type MapBy,
  mapGrid,
  mapShape,
  spannedPages,
  usedCells,
} from './mapDraw';
import { cellName, chipNames, mapSummary, mapTable, pageSentence } from './mapText';

const WAYS: readonly MapBy[] = ['kind', 'owner', 'age'];
/** Beside the cells, and above and below them. */
const MARGIN = 20;
const AROUND = 174;

const ratio = (): number => globalThis.devicePixelRatio || 1;

/** Every page of the machine in physical order. */
export function PageMap({ asTable }: { asTable: boolean }) {
  const [by, setBy] = useState<MapBy>('kind');
  const [box, { width, height }] = useSize<HTMLDivElement>();
  const frame = useShown((f) => f as Frame | null, null);
  const map = frame?.pageMap ?? null;

  const inner = width - 2 * MARGIN;
  const spanned = useShown((f) => spannedPages(f.zones), 0);
  const { cols, rows } = mapShape(spanned, Math.max(80, inner), Math.max(80, height - AROUND));
  const measured = width > 0 && height > 0 && spanned > 0;
  const grid = map && mapGrid(usedCells(map.cells), map.cols, inner, height - AROUND, ratio());
  const opened = useShown((f) => f.machine.title, '');
  const pointing = useSelection((s) => s.hoveredPid !== null || s.hoveredGroup !== null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another machine must be asked again
  useEffect(() => {
    if (measured) void pageMap(true, cols, rows, by, pointing);
  }, [measured, cols, rows, by, opened, pointing]);
  useEffect(
    () => () => {
      hoverCell(null);
      selectCell(null);
      void pageMap(false);
    },
    [],
  );

  return (
    <div className="map" ref={box}>
      <header>
        <h2>{t('map.title')}</h2>
        <p className="hero-sub">
          {map ? t('map.cell', { n: map.pagesPerCell, size: pages(map.pagesPerCell) }) : t('map.waiting')}
        </p>
      </header>
      {asTable
        ? frame && <ScrolledTable className="hero-table" {...mapTable(frame)} />
        : grid && (
            <div
              className="map-area"
              style={{ width: (grid.cols * grid.pitch) / ratio(), height: (grid.rows * grid.pitch) / ratio() }}
            >
              <Cells width={inner} height={height - AROUND} />
            </div>
          )}
      <div>
        <Caption />
        <fieldset className="map-by">
          <legend>{t('map.colorBy')}</legend>
          {WAYS.map((way) => (
            <label key={way}>
              <input className="vh" type="radio" name="map-by" checked={by === way} onChange={() => setBy(way)} />
              {t(`map.${way}`)}
            </label>
          ))}
          {frame && <MapKey by={by} frame={frame} />}
        </fieldset>
      </div>
    </div>
  );
}

/** What the colours of owners and ages mean; the kinds have the legend of all views. */
function MapKey({ by, frame }: { by: MapBy; frame: Frame }) {
  if (by === 'kind') return null;
  if (by === 'age') {
    return (
      <div className="map-key">
        <span>{t('map.young')}</span>
        <span>
          {Array.from({ length: AGE_STEPS }, (_, age) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the steps are positions
            <i key={age} style={{ background: 'var(--ink)', opacity: ageOpacity(age) }} />
          ))}
        </span>
        <span>{t('map.old')}</span>
        <span>
          <i className="map-none" />
          {t('map.noList')}
        </span>
      </div>
    );
  }
  const chips = [
    ...new Set(frame.procs.filter((p) => p.rssAnon + p.rssFile + p.rssShmem > 0).map((p) => p.chip)),
  ].sort();
  return (
    <div className="map-key">
      {chips.map((chip) => (
        <span key={chip}>
          <i style={{ background: `var(--p${chip})` }} />
          {chipNames(frame, chip)}
        </span>
      ))}
      <span>
        <i style={{ background: 'var(--well)' }} />
        {t('map.nobody')}
      </span>
    </div>
  );
}

function Cells({ width, height }: { width: number; height: number }) {
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
  const key = (event: KeyboardEvent) => {
    const now = cell ?? 0;
    const cols = map?.cols ?? 1;
    const to: Record<string, number> = {
      ArrowLeft: now - 1,
      ArrowRight: now + 1,
      ArrowUp: now - cols,
      ArrowDown: now + cols,
      Home: 0,
      End: count - 1,
    };
    if (event.key === 'Escape') selectCell(null);
    else if (!(event.key in to)) return;
    else selectCell(Math.max(0, Math.min(count - 1, to[event.key])));
    event.preventDefault();
    event.stopPropagation();
  };
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
      <div
        className="map-hit"
        role="slider"
        tabIndex={0}
        aria-label={t('map.slider')}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, count - 1)}
        aria-valuenow={cell ?? 0}
        aria-valuetext={
          map && frame
            ? t('map.cellIs', { n: (cell ?? 0) + 1, what: cellName(map.by, map.cells[cell ?? 0], frame) })
            : ''
        }
        onPointerMove={move}
        onPointerLeave={() => hoverCell(null)}
        onPointerDown={press}
        onKeyDown={key}
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

/** What the machine says of the cell that is pointed at; without one, what the whole map shows. */
function Caption() {
  const cell = useSelection((s) => s.selectedCell ?? s.hoveredCell);
  const frame = useShown((f) => f as Frame | null, null);
  const info = usePageInfo(cell);
  const map = frame?.pageMap;
  if (!frame || !map) return <div className="map-text" />;
  if (cell !== null && cell < map.cells.length) {
    const words = info ? pageSentence(info) : null;
    return (
      <div className="map-text">
        <p className="map-line">
          <b>{t('map.cellIs', { n: cell + 1, what: cellName(map.by, map.cells[cell], frame) })}</b>
        </p>
        <p className="map-line">{words?.where}</p>
        <p className="map-line sub">{words?.what}</p>
      </div>
    );
  }
  const pieces = map.by === 'kind' ? countValue(map.cells, MAP_KINDS.indexOf('freePieces')) : 0;
  const free = countValue(map.cells, map.by === 'kind' ? 0 : MAP_FREE) + pieces;
  const all = map.cells.length - countValue(map.cells, MAP_BEYOND);
  return (
    <div className="map-text">
      <p className="map-line">{zoneSentence(frame)}</p>
      <p className="map-line sub">
        {pieces > 0 ? t('map.freePieces', { free, all, n: pieces }) : t('map.freeCells', { free, all })}
      </p>
      <p className="map-line mut">{t('map.hint')}</p>
    </div>
  );
}

const countValue = (cells: Uint8Array, value: number): number => {
  let n = 0;
  for (const cell of cells) if (cell === value) n++;
  return n;
};

/** Zones in the order of their pages, and how many cells the first has. */
function zoneSentence(frame: Frame): string {
  const map = frame.pageMap;
  const zones = frame.zones.filter((z) => z.present > 0).sort((a, b) => a.firstPfn - b.firstPfn);
  const names = [...new Set(zones.map((z) => zoneLabel(frame, z)))];
  if (!map || names.length === 0) return '';
  if (names.length === 1) return t('map.oneZone', { zone: names[0] });
  const first = zones[0];
  return t('map.zones', {
    n: Math.ceil((first.endPfn - first.firstPfn) / map.pagesPerCell),
    first: zoneLabel(frame, first),
    rest: names.slice(1).join(', '),
  });
}

/** Looks a cell up, and again whenever another frame is shown; one question at a time. */
function usePageInfo(cell: number | null): PageInfo | null {
  const [info, setInfo] = useState<PageInfo | null>(null);
  const seq = useShown((f) => f.seq, 0);
  const asking = useRef(false);
  const wanted = useRef(cell);
  wanted.current = cell;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answer belongs to a frame
  useEffect(() => {
    if (cell === null) {
      setInfo(null);
      return;
    }
    if (asking.current) return;
    asking.current = true;
    const look = async (what: number): Promise<void> => {
      const answer = await inspectPage(what).catch(() => null);
      const next = wanted.current;
      if (next !== null && next !== what) return look(next);
      asking.current = false;
      if (next !== null && runStore.getState().frame?.pageMap) setInfo(answer);
    };
    void look(cell);
  }, [cell, seq]);
  return cell === null ? null : info;
}
