import { t } from '../../i18n';
import type { Frame } from '../../worker/protocol';
import { AGE_STEPS, ageOpacity, type MapBy } from './mapDraw';
import { chipNames } from './mapText';

/** What the colours of owners and ages mean; the kinds have the legend of all views. */
export function MapKey({ by, frame }: { by: MapBy; frame: Frame }) {
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
