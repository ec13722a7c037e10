import { Menu, MenuItem } from 'react-aria-components';
import { command } from '../../actions/lab';
import { t } from '../../i18n';

const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'SIGCONT'] as const;

interface Props {
  pid: number;
  label: string;
  stopped: boolean;
  close: () => void;
}

/** The signals a process can be sent: one that runs can be stopped, one that is stopped can go on. */
export function SignalList({ pid, label, stopped, close }: Props) {
  return (
    <Menu
      className="menu"
      aria-label={label}
      autoFocus="first"
      onClose={close}
      onAction={(key) => {
        const signal = SIGNALS.find((s) => s === key);
        if (signal) void command({ op: 'kill', pid, signal });
      }}
    >
      {SIGNALS.filter((s) => s !== (stopped ? 'SIGSTOP' : 'SIGCONT')).map((signal) => (
        <MenuItem key={signal} id={signal} className="menu-item" textValue={signal}>
          <span className="mono">{signal}</span>
          <span className="point">{t(`processes.signal.${signal}`)}</span>
        </MenuItem>
      ))}
    </Menu>
  );
}
