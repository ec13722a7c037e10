import { Button } from 'react-aria-components';
import { switchBranch } from '../../actions/lab';
import { openCompare } from '../../actions/screen';
import { t } from '../../i18n';
import { useRun } from '../../store';
import { Icon } from '../controls/Icons';
import { Pop } from '../controls/Pop';
import { part } from '../controls/part';
import { useNames } from './names';
import { futureWords } from './words';

const ForgetList = part(() => import('./ForgetList').then((m) => m.ForgetList));

/** Which future is open, once there is more than one, and the way to see two side by side. */
export function Futures() {
  const { branches, branch } = useRun((s) => ({ branches: s.branches, branch: s.branch }));
  const nameOf = useNames();
  if (branches.length < 2) return null;
  return (
    <div className="futures" data-region="futures">
      <select
        className="field"
        aria-label={t('future.label')}
        value={branch}
        onChange={(e) => void switchBranch(Number(e.currentTarget.value))}
      >
        {branches.map((b, i) => (
          <option key={b.id} value={b.id}>
            {`${i + 1}/${branches.length}\u2003${futureWords(b, nameOf)}`}
          </option>
        ))}
      </select>
      <Button className="btn small" onPress={openCompare}>
        {t('future.compare')}
      </Button>
      <Pop
        kind="menu"
        className="btn ic small"
        label={t('future.forget')}
        placement="top end"
        body={(close) => <ForgetList close={close} />}
      >
        <Icon name="cross" />
      </Pop>
    </div>
  );
}
