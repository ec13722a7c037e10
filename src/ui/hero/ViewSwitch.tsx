import { t } from '../../i18n';
import { Tab, TabList } from '../controls/Tabs';

/** The three faces of the hero. */
export function ViewSwitch() {
  return (
    <TabList className="hero-views" label={t('view.label')}>
      <Tab id="pyramid">{t('view.pyramid')}</Tab>
      <Tab id="map">{t('view.map')}</Tab>
      <Tab id="lru">{t('view.lru')}</Tab>
    </TabList>
  );
}
