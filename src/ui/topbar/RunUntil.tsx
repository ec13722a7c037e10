import { t } from '../../i18n';
import { Icon } from '../controls/Icons';
import { Pop } from '../controls/Pop';
import { part } from '../controls/part';

const LandmarkMenu = part(() => import('./LandmarkMenu').then((m) => m.LandmarkMenu));

/** The button of the menu of moments. */
export function RunUntil({ label, className = 'btn soft' }: { label?: string; className?: string }) {
  return (
    <Pop
      kind="menu"
      className={className}
      label={t('transport.until')}
      placement="bottom start"
      body={(close) => <LandmarkMenu close={close} />}
    >
      {label ?? `${t('transport.until')}…`}
      {!label && <Icon name="down" />}
    </Pop>
  );
}
