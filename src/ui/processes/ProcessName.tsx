import { memo } from 'react';
import { showGroup } from '../../actions/groups';
import { t } from '../../i18n';
import { hoverGroup } from '../../store';
import type { ProcFrame } from '../../worker/protocol';
import { Pop } from '../controls/Pop';
import { part } from '../controls/part';
import { usePointing } from '../controls/usePointing';

const Details = part(() => import('./Details').then((m) => m.Details));

/**
 * The control group of a process that is not in the root; pressed, it is shown. Out of sight where a row has no room, so
 * no stop of the Tab key: the details have it too.
 */
export function GroupChip({ proc: { cgroup, comm, pid } }: { proc: ProcFrame }) {
  const { enter, leave } = usePointing(
    () => hoverGroup(cgroup),
    () => hoverGroup(null),
  );
  if (cgroup === '/') return null;
  return (
    <button
      type="button"
      className="in-group"
      tabIndex={-1}
      aria-label={t('processes.group', { path: cgroup, name: comm, pid: String(pid) })}
      onClick={() => showGroup(cgroup)}
      onPointerEnter={enter}
      onPointerLeave={leave}
    >
      {cgroup}
    </button>
  );
}

/** Names with more letters are written smaller: a kernel's have up to 15, and there may be a state beside them. */
const LONG_NAME = 10;

/** The name of a process; pressed, it tells what the row has no room for. */
export const ProcessName = memo(function ProcessName({ pid, comm }: { pid: number; comm: string }) {
  const label = t('processes.details', { name: comm, pid: String(pid) });
  return (
    <Pop
      kind="dialog"
      className="who-name"
      label={label}
      placement="bottom start"
      offset={2}
      body={(close) => <Details pid={pid} label={label} close={close} />}
    >
      <b className={comm.length > LONG_NAME ? 'long' : undefined}>{comm}</b> <i>{pid}</i>
    </Pop>
  );
});
