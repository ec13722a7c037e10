import { Button, Dialog } from 'react-aria-components';
import { runAction } from '../../actions/registry';
import { openCompare, openPostMortem } from '../../actions/screen';
import { t } from '../../i18n';
import { setTheme, useSettings } from '../../store';
import { Icon } from '../controls/Icons';
import { KnobsPanel } from '../topbar/KnobsPanel';
import { MachinePicker } from '../topbar/MachinePicker';
import { Speed } from '../topbar/Speed';

/** What does not fit into the bar of a phone. */
export function More({ close }: { close: () => void }) {
  const theme = useSettings((s) => s.theme);
  return (
    <Dialog className="more" aria-label={t('nav.more')}>
      <MachinePicker />
      <Speed />
      <div className="more-row">
        <Button
          className="btn soft touch"
          onPress={() => {
            close();
            openPostMortem();
          }}
        >
          <Icon name="report" />
          {t('nav.postmortem')}
        </Button>
        <Button
          className="btn soft touch"
          onPress={() => {
            close();
            openCompare();
          }}
        >
          <Icon name="compare" />
          {t('nav.compare')}
        </Button>
        <Button className="btn soft touch" onPress={() => setTheme(theme === 'dark' ? 'light' : 'dark')}>
          <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
          {t(theme === 'dark' ? 'nav.theme.light' : 'nav.theme.dark')}
        </Button>
        <Button className="btn soft touch" onPress={() => runAction('share')}>
          <Icon name="share" />
          {t('nav.share')}
        </Button>
        <Button
          className="btn soft touch"
          onPress={() => {
            close();
            runAction('help');
          }}
        >
          <Icon name="help" />
          {t('nav.help')}
        </Button>
      </div>
      <div className="knobs">
        <KnobsPanel />
      </div>
    </Dialog>
  );
}
