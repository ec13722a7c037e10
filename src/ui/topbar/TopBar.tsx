import { Button } from 'react-aria-components';
import { runAction } from '../../actions/registry';
import { openCompare, openPostMortem } from '../../actions/screen';
import { t } from '../../i18n';
import { setPresent, setSettingsOpen, useHistory, useSettings } from '../../store';
import { IconButton } from '../controls/IconButton';
import { Icon, Mark } from '../controls/Icons';
import { Status } from '../status/Status';
import { Clock } from './Clock';
import { MachinePicker } from './MachinePicker';
import { RunUntil } from './RunUntil';
import { Speed } from './Speed';
import { ThemePicker } from './ThemePicker';
import { Transport } from './Transport';

/** Wordmark, machine, transport, clock and the page's own buttons. Inside another page, only what moves the machine. */
export function TopBar() {
  const { embed, present, settings } = useSettings((s) => ({
    embed: s.embed,
    present: s.present,
    settings: s.settingsOpen,
  }));
  const { undo } = useHistory();
  return (
    <header className="lab-top bar" data-region="top-bar">
      <h1 className={embed ? 'mark vh' : 'mark'}>
        <Mark />
        {t('app.name')}
      </h1>
      {!embed && <MachinePicker />}
      <span className="grow" />
      <Transport />
      <RunUntil />
      <Speed />
      <Status />
      <Clock />
      <span className="grow" />
      {!embed && (
        <nav className="bar-nav" aria-label={t('nav.label')}>
          {/* Always there: the bar would jump at the first change. */}
          <IconButton
            icon="undo"
            label={t('action.undo')}
            hint="Ctrl+Z"
            isDisabled={!undo}
            onPress={() => runAction('undo')}
          />
          {!present && (
            <Button className="btn" aria-label={t('nav.postmortem')} onPress={openPostMortem}>
              <Icon name="report" />
              <span className="word">{t('nav.postmortem')}</span>
            </Button>
          )}
          {!present && (
            <Button className="btn" aria-label={t('nav.compare')} onPress={openCompare}>
              <Icon name="compare" />
              <span className="word">{t('nav.compare')}</span>
            </Button>
          )}
          <IconButton
            icon="knobs"
            label={t('nav.sysctl')}
            hint="S"
            aria-expanded={settings}
            onPress={() => setSettingsOpen(!settings)}
          />
          <ThemePicker />
          <IconButton
            icon={present ? 'shrink' : 'present'}
            label={t(present ? 'nav.present.end' : 'nav.present')}
            hint="P"
            onPress={() => setPresent(!present)}
          />
          <IconButton icon="help" label={t('nav.help')} hint="?" onPress={() => runAction('help')} />
          <Button className="btn" aria-label={t('nav.share')} onPress={() => runAction('share')}>
            <Icon name="share" />
            <span className="word">{t('nav.share')}</span>
          </Button>
        </nav>
      )}
    </header>
  );
}
