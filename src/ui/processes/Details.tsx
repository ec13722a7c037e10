import { Button, Dialog } from 'react-aria-components';
import { t, tMaybe } from '../../i18n';
import { selectPid, setLogTab, setPhoneTab, setSideTab, useShown } from '../../store';
import { Chip } from '../controls/Chip';
import { int, pages } from '../format';

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
