import { memo } from 'react';
import { command } from '../../actions/lab';
import { t } from '../../i18n';
import { Icon } from '../controls/Icons';
import { Pop } from '../controls/Pop';
import { part } from '../controls/part';

const ListMenu = part(() => import('../controls/ListMenu').then((m) => m.ListMenu));

const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'SIGCONT'] as const;

/** Sends a signal to a process: one that runs can be stopped, one that is stopped can go on. */
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
      body={(close) => (
        <ListMenu
          label={label}
          items={SIGNALS.filter((s) => s !== (stopped ? 'SIGSTOP' : 'SIGCONT')).map((id) => ({
            id,
            text: id,
            point: t(`processes.signal.${id}`),
          }))}
          onChoose={(chosen) => {
            const signal = SIGNALS.find((s) => s === chosen);
            if (signal) void command({ op: 'kill', pid, signal });
          }}
          close={close}
        />
      )}
    >
      <Icon name="cross" />
    </Pop>
  );
});
