import { t } from '../../i18n';
import { Icon } from '../controls/Icons';
import { Pop } from '../controls/Pop';
import { part } from '../controls/part';

const KnobsDialog = part(() => import('./KnobsDialog').then((m) => m.default));

/** The button of the live sysctls. */
export function Knobs() {
  return (
    <Pop kind="dialog" className="btn ic" label={t('nav.sysctl')} placement="bottom end" body={() => <KnobsDialog />}>
      <Icon name="knobs" />
    </Pop>
  );
}
