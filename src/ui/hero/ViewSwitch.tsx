import { t } from '../../i18n';
import { useSettings, useShown } from '../../store';
import { Tab, TabList } from '../controls/Tabs';

/** The faces of the hero; that of the control groups on a machine that has some. */
export function ViewSwitch() {
  const chosen = useSettings((s) => s.view === 'groups');
  const groups = useShown((f) => f.cgroups.length > 0, false);
  return (
    <TabList className="hero-views" label={t('view.label')}>
      <Tab id="pyramid">{t('view.pyramid')}</Tab>
      <Tab id="map">{t('view.map')}</Tab>
      <Tab id="lru">{t('view.lru')}</Tab>
      {(groups || chosen) && <Tab id="groups">{t('view.groups')}</Tab>}
    </TabList>
  );
}
