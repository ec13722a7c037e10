/** The page map in words. */
import { t } from '../../i18n';
import {
  type Frame,
  type Kind,
  MAP_BEYOND,
  MAP_FREE,
  MAP_KINDS,
  MAP_NOBODY,
  type PageInfo,
} from '../../worker/protocol';
import type { TableData } from '../charts/DataTable';
import { KIND_LOOK } from '../charts/kinds';
import { bytes, int, PAGE_BYTES, percent } from '../format';
import { AGE_STEPS, type MapBy, usedCells } from './mapDraw';

export function kindName(kind: string): string {
  if (kind === 'freePieces') return t('kind.freePieces');
  return kind in KIND_LOOK ? t(KIND_LOOK[kind as Kind].name) : kind;
}

/** What a cell's byte stands for. */
export function cellName(by: MapBy, value: number, frame: Frame): string {
  if (value === MAP_BEYOND) return t('map.hole');
  if (by === 'kind') return kindName(MAP_KINDS[value] ?? '');
  if (value === MAP_FREE) return t('kind.free');
  if (by === 'owner') return value === MAP_NOBODY ? t('map.nobody') : chipNames(frame, value);
  return value < AGE_STEPS ? t('map.ageStep', { n: value + 1 }) : t('map.noList');
}

/** Names of the processes that share a chip. */
export function chipNames(frame: Frame, chip: number): string {
  const names = [...new Set(frame.procs.filter((p) => p.chip === chip && p.state !== 'exited').map((p) => p.comm))];
  return names.length > 0 ? names.slice(0, 3).join(', ') : t('map.others');
}

/** How many cells there are of each, most first. */
export function countCells(frame: Frame): { name: string; cells: number }[] {
  const map = frame.pageMap;
  if (!map) return [];
  const counts = new Map<number, number>();
  for (const value of map.cells) if (value !== MAP_BEYOND) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, cells]) => ({ name: cellName(map.by, value, frame), cells }))
    .sort((a, b) => b.cells - a.cells);
}

export function mapSummary(frame: Frame): string {
  const map = frame.pageMap;
  if (!map) return t('map.waiting');
  return t('map.summary', {
    cells: usedCells(map.cells),
    n: map.pagesPerCell,
    parts: countCells(frame)
      .map(({ name, cells }) => t('summary.part', { name, size: int(cells) }))
      .join('; '),
  });
}

export function mapTable(frame: Frame): TableData {
  const counts = countCells(frame);
  const all = counts.reduce((n, c) => n + c.cells, 0);
  return {
    caption: t('map.tableCaption'),
    head: [t('map.tableWhat'), t('map.tableCells'), t('map.tableShare')],
    rows: counts.map(({ name, cells }) => [name, int(cells), percent(all > 0 ? cells / all : 0)]),
  };
}

/** The sentence about a page that was looked up. */
export function pageSentence(info: PageInfo): { where: string; what: string } {
  const hole = info.kind === 'hole';
  const one = info.firstPfn === info.lastPfn;
  const where = one
    ? t('map.whereOne', { first: info.firstPfn, zone: info.zone })
    : t('map.where', { first: info.firstPfn, last: info.lastPfn, zone: info.zone });
  if (hole) return { where, what: t('map.holeWhat') };
  const parts = [t('map.what', { pfn: info.pfn, kind: kindName(info.kind) })];
  if (info.owner)
    parts.push(info.ownerPid > 0 ? t('map.ownedBy', { owner: info.owner, pid: String(info.ownerPid) }) : info.owner);
  if (info.mapcount > 1) parts.push(t('map.mapped', { n: info.mapcount }));
  if (info.order > 0) parts.push(t('map.block', { order: info.order, size: bytes(PAGE_BYTES * 2 ** info.order) }));
  if (info.flags.length > 0) parts.push(t('map.flags', { flags: info.flags.join(' ') }));
  if (info.migratetype !== '') parts.push(t('map.pageblock', { type: info.migratetype }));
  return { where, what: parts.join(', ') };
}
