import { useEffect, useRef, useState } from 'react';
import { inspectPage } from '../../actions/lab';
import { t } from '../../i18n';
import { runStore, useSelection, useShown } from '../../store';
import { type Frame, MAP_BEYOND, MAP_FREE, MAP_KINDS, type PageInfo } from '../../worker/protocol';
import { zoneLabel } from './drawGauge';
import { cellName, pageSentence } from './mapText';

/** What the machine says of the cell that is pointed at; without one, what the whole map shows. */
export function Caption() {
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
