import { t } from '../../i18n';
import { useSettings, useShown } from '../../store';
import { Tab, TabList } from '../controls/Tabs';

/** The faces of the hero; that of the control groups on a machine that has some. */
export function ViewSwitch() {
  const chosen = useSettings((s) => s.view === 'groups');
  // Large letters would cover the tip of the pyramid.
  const short = useSettings((s) => s.present);
  const groups = useShown((f) => f.cgroups.length > 0, false);
  return (
    <TabList className="hero-views" label={t('view.label')}>
      <Tab id="pyramid">{t('view.pyramid')}</Tab>
      <Tab id="map">{t(short ? 'view.map.short' : 'view.map')}</Tab>
      <Tab id="lru">{t(short ? 'view.lru.short' : 'view.lru')}</Tab>
      {(groups || chosen) && <Tab id="groups">{t('view.groups')}</Tab>}
    </TabList>
  );
}
