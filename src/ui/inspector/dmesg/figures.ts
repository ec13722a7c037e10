/** The numbers of a report, held against the model's own record. */
import { logWords as say } from '../../../i18n/en-inspector-log';
import { __GFP_DMA, __GFP_DMA32, __GFP_HIGHMEM, __GFP_MOVABLE } from '../../../linux/include/gfp';
import type { OomMemory, OomRecord, OomZone } from '../../../linux/include/kernel';
import { ZONE_DMA, ZONE_DMA32, ZONE_MOVABLE, ZONE_NORMAL } from '../../../linux/include/mmzone';
import type { MarkKind } from '../../../store';
import { int } from '../../format';
import type { Item } from './item';

/** `name:1234kB` or `name:1234` in a line, the number alone; null without it. */
export function numberAfter(line: string, name: string): number | null {
  const escaped = name.replace(/[()+-]/g, '\\$&');
  const found = new RegExp(`(?:^|[ ,])${escaped}[:=] ?(-?\\d+)`).exec(line);
  return found ? Number(found[1]) : null;
}

export function figure(
  item: Item,
  name: string,
  printed: number | null,
  unit: 'kB' | 'pages' | 'bytes' | '',
  model: number | undefined,
  kind: MarkKind | null = null,
): void {
  if (printed === null || model === undefined) return;
  const same = unit === 'kB' ? printed === model * 4 : printed === model;
  item.figures.push({
    name,
    says: unit === 'kB' ? `${int(printed)} kB` : int(printed),
    model: unit === 'kB' || unit === 'pages' ? say.inPages(model) : int(model),
    same,
    kind,
  });
}

export const COUNTS: [string, keyof OomMemory, MarkKind | null][] = [
  ['active_anon', 'activeAnon', 'anonActive'],
  ['inactive_anon', 'inactiveAnon', 'anonInactive'],
  ['active_file', 'activeFile', 'fileActive'],
  ['inactive_file', 'inactiveFile', 'fileInactive'],
  ['slab_reclaimable', 'slabReclaimable', 'slab'],
  ['shmem', 'shmem', 'shmem'],
  ['pagetables', 'pagetables', 'pagetables'],
  ['free', 'free', 'free'],
  ['free_pcp', 'freePcp', 'pcp'],
];

export const ZONE_FIELDS: [string, keyof OomZone, MarkKind | null][] = [
  ['free', 'free', 'free'],
  ['boost', 'boost', null],
  ['min', 'min', null],
  ['low', 'low', null],
  ['high', 'high', null],
  ['present', 'present', null],
  ['managed', 'managed', null],
  ['free_pcp', 'pcp', 'pcp'],
];

/** gfp_zone: the highest zone that the request may use. */
export function highestZone(gfp: number): number {
  if (gfp & __GFP_DMA) return ZONE_DMA;
  if (gfp & __GFP_DMA32) return ZONE_DMA32;
  return gfp & __GFP_MOVABLE && gfp & __GFP_HIGHMEM ? ZONE_MOVABLE : ZONE_NORMAL;
}

/** Swap of the machine, pages: what a global OOM's total has besides RAM. */
export const swapTotal = ({ constraint, totalpages, zones }: OomRecord): number | undefined =>
  constraint === 'CONSTRAINT_NONE' && zones ? totalpages - zones.reduce((sum, z) => sum + z.managed, 0) : undefined;
