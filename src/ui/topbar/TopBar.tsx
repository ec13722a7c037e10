import { Button } from 'react-aria-components';
import { runAction } from '../../actions/registry';
import { openCompare, openPostMortem } from '../../actions/screen';
import { t } from '../../i18n';
import { setTheme, useSettings } from '../../store';
import { IconButton } from '../controls/IconButton';
import { Icon, Mark } from '../controls/Icons';
import { Status } from '../status/Status';
import { Clock } from './Clock';
import { Knobs } from './Knobs';
import { MachinePicker } from './MachinePicker';
import { RunUntil } from './RunUntil';
import { Speed } from './Speed';
import { Transport } from './Transport';

/** Wordmark, machine, transport, clock and the page's own buttons. */
export function TopBar() {
  const theme = useSettings((s) => s.theme);
  return (
    <header className="lab-top bar" data-region="top-bar">
      <h1 className="mark">
        <Mark />
        {t('app.name')}
      </h1>
      <MachinePicker />
      <span className="grow" />
      <Transport />
      <RunUntil />
      <Speed />
      <Status />
      <Clock />
      <span className="grow" />
      <nav className="bar-nav" aria-label={t('nav.label')}>
        <Button className="btn" aria-label={t('nav.postmortem')} onPress={openPostMortem}>
          <Icon name="report" />
          <span className="word">{t('nav.postmortem')}</span>
        </Button>
        <Button className="btn" aria-label={t('nav.compare')} onPress={openCompare}>
          <Icon name="compare" />
          <span className="word">{t('nav.compare')}</span>
        </Button>
        <Knobs />
        <IconButton
          icon={theme === 'dark' ? 'sun' : 'moon'}
          label={t(theme === 'dark' ? 'nav.theme.light' : 'nav.theme.dark')}
          onPress={() => setTheme(theme === 'dark' ? 'light' : 'dark')}
        />
        <IconButton icon="help" label={t('nav.help')} hint="?" onPress={() => runAction('help')} />
        <Button className="btn" aria-label={t('nav.share')} onPress={() => runAction('share')}>
          <Icon name="share" />
          <span className="word">{t('nav.share')}</span>
        </Button>
      </nav>
    </header>
  );
}
