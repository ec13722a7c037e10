import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { t, tMaybe } from '../../i18n';
import { selectPid, setLogTab, setPhoneTab, setSideTab, useShown } from '../../store';
import type { ProcFrame } from '../../worker/protocol';
import { Chip } from '../controls/Chip';
import { int, pages } from '../format';

/** The name of a process; pressed, it tells what the row has no room for. */
export function ProcessName({ proc }: { proc: ProcFrame }) {
  const pid = String(proc.pid);
  return (
    <DialogTrigger>
      <Button className="who-name" aria-label={t('processes.details', { name: proc.comm, pid })}>
        <b>{proc.comm}</b> <i>{pid}</i>
      </Button>
      <Popover className="popover" placement="bottom start" offset={2}>
        <Dialog className="details" aria-label={t('processes.details', { name: proc.comm, pid })}>
          {({ close }) => <Details pid={proc.pid} close={close} />}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Details({ pid, close }: { pid: number; close: () => void }) {
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
    <>
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
    </>
  );
}
