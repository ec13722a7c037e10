/** What reclaim takes at present, said under the lists. */
import { t } from '../../i18n';
import type { Frame } from '../../worker/protocol';
import type { Painter } from '../charts/painter';
import { textWidth, wrap } from '../charts/text';
import { type LruLayout, MARGIN } from './lruLayout';

export function reclaimSentence(p: Painter, frame: Frame, layout: LruLayout, at: number): void {
  const { flows, lru } = frame;
  const { narrow } = layout;
  const freed = flows.stolenAnon + flows.stolenFile;
  const files = lru.activeFile + lru.inactiveFile;
  const all = files + lru.activeAnon + lru.inactiveAnon;
  const few = all > 0 && files / all < 0.05;
  const lead = few ? t('lru.fewFiles') : '';
  const share = freed >= 1 ? Math.round((flows.stolenAnon / freed) * 100) : 0;
  const rest =
    freed < 1
      ? t('lru.noReclaim')
      : share >= 50
        ? t('lru.mustSwap', { n: share })
        : t('lru.fromFiles', { n: 100 - share });
  const size = narrow ? 12.5 : 13.5;
  const after = lead && !narrow ? textWidth(lead, size, true) + 6 : 0;
  if (lead) p.text('lead', MARGIN, at - (narrow ? 8 : 0), lead, { class: 'b', 'font-size': size });
  const first = at + (lead && narrow ? 8 : 0);
  wrap(rest, size, layout.width - MARGIN - after - 12).forEach((line, i) => {
    p.text(`rest-${i}`, MARGIN + after, first + i * 16, line, { 'font-size': size });
  });
}
