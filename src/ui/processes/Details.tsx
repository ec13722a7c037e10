import { useState } from 'react';
import { Button, Dialog } from 'react-aria-components';
import { moveProcess } from '../../actions/groups';
import { t, tMaybe } from '../../i18n';
import { selectPid, setLogTab, setPhoneTab, setSideTab, useShown } from '../../store';
import type { CgroupFrame, ProcFrame } from '../../worker/protocol';
import { Chip } from '../controls/Chip';
import { int, pages } from '../format';

const NO_GROUPS: CgroupFrame[] = [];

/** The control group a process is in, and those it can be moved to. */
function Group({ proc: { pid, cgroup } }: { proc: ProcFrame }) {
  const groups = useShown((f) => f.cgroups, NO_GROUPS);
  const [error, setError] = useState('');
  if (groups.length === 0) return null;
  const others = ['/', ...groups.filter((g) => g.leaf).map((g) => g.path)].filter((path) => path !== cgroup);
  return (
    <div className="details-group">
      <p>
        {t('details.group')} <span className="mono">{cgroup}</span>
      </p>
      <fieldset className="details-move">
        <legend className="mut">{t('details.move')}</legend>
        {others.map((path) => (
          <Button
            key={path}
            className="btn soft small mono"
            onPress={() => void moveProcess(pid, path).then((problem) => setError(problem))}
          >
            {path}
          </Button>
        ))}
      </fieldset>
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** What the row of a process has no room for. */
export function Details({ pid, label, close }: { pid: number; label: string; close: () => void }) {
  const proc = useShown((f) => f.procs.find((p) => p.pid === pid) ?? null, null);
  if (!proc) return null;
  const size = (n: number) => `${int(n)} pages, ${pages(n)}`;
  const doing = proc.doing && tMaybe(proc.doing.code, proc.doing.params);
  const rows: [string, string][] = [
    [t('details.totalVm'), size(proc.totalVm)],
    [t('details.anon'), size(proc.rssAnon)],
    [t('details.file'), size(proc.rssFile)],
    [t('details.shm'), size(proc.rssShmem)],
    [t('details.swap'), size(proc.swap)],
    [t('details.pt'), size(proc.pgtables)],
    [t('details.faults'), t('details.minMaj', { min: proc.minFlt, maj: proc.majFlt })],
    [t('details.uid'), String(proc.uid)],
  ];
  return (
    <Dialog className="details" aria-label={label}>
      <div className="hd">
        <Chip proc={proc} />
        <h2>{proc.comm}</h2>
        <span className="mut">{pid}</span>
      </div>
      {doing && <p className="sub">{doing}</p>}
      <dl className="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Group proc={proc} />
      <Button
        className="btn soft small"
        onPress={() => {
          selectPid(pid);
          setLogTab('proc');
          setSideTab('log');
          setPhoneTab('log');
          close();
        }}
      >
        {t('details.openStatus', { pid: String(pid) })}
      </Button>
    </Dialog>
  );
}
