import { Button, Dialog } from 'react-aria-components';
import { runAction } from '../../actions/registry';
import { openCompare, openPostMortem } from '../../actions/screen';
import { t } from '../../i18n';
import { setSettingsOpen } from '../../store';
import { Icon } from '../controls/Icons';
import { MachinePicker } from '../topbar/MachinePicker';
import { Speed } from '../topbar/Speed';
import { ThemePicker } from '../topbar/ThemePicker';

/** What does not fit into the bar of a phone. */
export function More({ close }: { close: () => void }) {
  return (
    <Dialog className="more" aria-label={t('nav.more')}>
      <MachinePicker />
      <Speed />
      <div className="more-row">
        <ThemePicker className="btn soft touch" />
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
        <Button
          className="btn soft touch"
          onPress={() => {
            close();
            setSettingsOpen(true);
          }}
        >
          <Icon name="knobs" />
          {t('nav.sysctl')}
        </Button>
        <Button
          className="btn soft touch"
          onPress={() => {
            close();
            runAction('share');
          }}
        >
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
    </Dialog>
  );
}
