import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { runAction } from '../../actions/registry';
import { openPostMortem } from '../../actions/screen';
import { t } from '../../i18n';
import { setTheme, useSettings } from '../../store';
import { Icon, Mark } from '../controls/Icons';
import { Status } from '../status/Status';
import { Clock } from '../topbar/Clock';
import { KnobsPanel } from '../topbar/Knobs';
import { MachinePicker } from '../topbar/MachinePicker';
import { Speed } from '../topbar/Speed';

/** The top bar of a phone: what does not fit is behind one button. */
export function NarrowBar() {
  const theme = useSettings((s) => s.theme);
  return (
    <header className="lab-top bar narrow-bar" data-region="top-bar">
      <h1 className="mark">
        <Mark />
        {t('app.name')}
      </h1>
      <span className="grow" />
      <Status />
      <Clock />
      <DialogTrigger>
        <Button className="btn ic touch" aria-label={t('nav.more')}>
          <Icon name="dots" />
        </Button>
        <Popover className="popover" placement="bottom end" offset={4}>
          <Dialog className="more" aria-label={t('nav.more')}>
            {({ close }) => (
              <>
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
              </>
            )}
          </Dialog>
        </Popover>
      </DialogTrigger>
    </header>
  );
}
