import { t } from '../../i18n';
import { Icon, Mark } from '../controls/Icons';
import { Pop } from '../controls/Pop';
import { part } from '../controls/part';
import { Status } from '../status/Status';
import { Clock } from '../topbar/Clock';

const More = part(() => import('./More').then((m) => m.More));

/** The top bar of a phone: what does not fit is behind one button. */
export function NarrowBar() {
  return (
    <header className="lab-top bar narrow-bar" data-region="top-bar">
      <h1 className="mark">
        <Mark />
        {t('app.name')}
      </h1>
      <span className="grow" />
      <Status />
      <Clock />
      <Pop
        kind="dialog"
        className="btn ic touch"
        label={t('nav.more')}
        placement="bottom end"
        body={(close) => <More close={close} />}
      >
        <Icon name="dots" />
      </Pop>
    </header>
  );
}
