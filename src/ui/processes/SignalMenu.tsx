import { memo } from 'react';
import { t } from '../../i18n';
import { Icon } from '../controls/Icons';
import { Pop } from '../controls/Pop';
import { part } from '../controls/part';

const SignalList = part(() => import('./SignalList').then((m) => m.SignalList));

/** Sends a signal to a process. */
export const SignalMenu = memo(function SignalMenu({
  pid,
  name,
  stopped,
}: {
  pid: number;
  name: string;
  stopped: boolean;
}) {
  const label = t('processes.signal', { name, pid: String(pid) });
  return (
    <Pop
      kind="menu"
      className="btn ic small"
      label={label}
      placement="bottom end"
      offset={2}
      body={(close) => <SignalList pid={pid} label={label} stopped={stopped} close={close} />}
    >
      <Icon name="cross" />
    </Pop>
  );
});
