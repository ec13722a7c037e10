import { useEffect, useState } from 'react';
import { pageMap } from '../../actions/lab';
import { t } from '../../i18n';
import { hoverCell, selectCell, useSelection, useShown } from '../../store';
import type { Frame } from '../../worker/protocol';
import { ScrolledTable } from '../charts/DataTable';
import { useSize } from '../charts/useSize';
import { pages } from '../format';
import { Caption } from './MapCaption';
import { Cells, ratio } from './MapCells';
import { MapKey } from './MapKey';
import { type MapBy, mapGrid, mapShape, spannedPages, usedCells } from './mapDraw';
import { mapTable } from './mapText';

const WAYS: readonly MapBy[] = ['kind', 'owner', 'age'];

/** Beside the cells, and above and below them. */
const MARGIN = 20;

const AROUND = 174;

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
