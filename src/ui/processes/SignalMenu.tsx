import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { command } from '../../actions/lab';
import { t } from '../../i18n';
import { Icon } from '../controls/Icons';

const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'SIGCONT'] as const;

/** Sends a signal to a process: one that runs can be stopped, one that is stopped can go on. */
export function SignalMenu({ pid, name, stopped }: { pid: number; name: string; stopped: boolean }) {
  const label = t('processes.signal', { name, pid: String(pid) });
  return (
    <MenuTrigger>
      <Button className="btn ic small" aria-label={label}>
        <Icon name="cross" />
      </Button>
      <Popover className="popover" placement="bottom end" offset={2}>
        <Menu
          className="menu"
          aria-label={label}
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
      </Popover>
    </MenuTrigger>
  );
}
