/** The LRU lists in words: the picture's summary and its table. */
import { t } from '../../i18n';
import type { Frame } from '../../worker/protocol';
import { int, pages, percent } from '../format';
import { generationsSummary, generationsTable } from './drawGenerations';

export function lruSummary(frame: Frame): string {
  const { lru, flows, generations } = frame;
  if (generations) return generationsSummary(frame, generations);
  return t('lru.summary', {
    aa: pages(lru.activeAnon),
    ia: pages(lru.inactiveAnon),
    af: pages(lru.activeFile),
    if: pages(lru.inactiveFile),
    un: pages(lru.unevictable),
    out: Math.round(flows.stolenAnon),
    dropped: Math.round(flows.stolenFile),
  });
}

export function lruTable(frame: Frame) {
  const { lru, machine, generations } = frame;
  if (generations) return generationsTable(frame, generations);
  const row = (key: 'activeAnon' | 'inactiveAnon' | 'activeFile' | 'inactiveFile' | 'unevictable') => [
    t(`lru.${key}`),
    int(lru[key]),
    pages(lru[key]),
    percent(lru[key] / machine.present),
  ];
  return {
    caption: t('lru.tableCaption'),
    head: [t('lru.tableList'), t('pyramid.tablePages'), t('pyramid.tableSize'), t('pyramid.tableShare')],
    rows: [row('activeAnon'), row('inactiveAnon'), row('activeFile'), row('inactiveFile'), row('unevictable')],
  };
}
