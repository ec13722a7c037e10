import { Tab, TabList } from 'react-aria-components';
import { t } from '../../i18n';

/** The three faces of the hero. */
export function ViewSwitch() {
  return (
    <TabList className="hero-views" aria-label={t('view.label')}>
      <Tab id="pyramid">{t('view.pyramid')}</Tab>
      <Tab id="map">{t('view.map')}</Tab>
      <Tab id="lru">{t('view.lru')}</Tab>
    </TabList>
  );
}
