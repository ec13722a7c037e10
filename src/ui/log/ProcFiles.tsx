import { useEffect, useId, useState } from 'react';
import { t } from '../../i18n';
import { runStore, selectPid, useSelection, useShown } from '../../store';
import { Scroller } from './Scroller';
import { useProcFile } from './useProcFile';

const FILES = ['meminfo', 'zoneinfo', 'buddyinfo', 'vmstat', 'pressure/memory'] as const;
const OF_PROCESS = ['status', 'oom_score', 'oom_score_adj', 'statm'] as const;

/** Text of the files in /proc at the moment the page shows. */
export function ProcFiles() {
  const id = useId();
  const pids = useShown(
    (f) =>
      f.procs
        .filter((p) => p.never !== 'kthread' && p.state !== 'killed' && p.state !== 'exited')
        .map((p) => p.pid)
        .join(),
    '',
  );
  const selected = useSelection((s) => s.selectedPid);
  const [path, setPath] = useState(selected === null ? '/proc/meminfo' : `/proc/${selected}/status`);
  const text = useProcFile(path);

  useEffect(() => {
    if (selected !== null) setPath(`/proc/${selected}/status`);
  }, [selected]);

  const comm = (pid: string) => runStore.getState().shown?.procs.find((p) => String(p.pid) === pid)?.comm ?? '';
  return (
    <Scroller
      version={text}
      label={path}
      copy={() => text}
      follow={false}
      tools={
        <>
          <label className="vh" htmlFor={id}>
            {t('log.file')}
          </label>
          <select
            id={id}
            className="select"
            value={path}
            onChange={(e) => {
              selectPid(null);
              setPath(e.currentTarget.value);
            }}
          >
            <optgroup label={t('log.file.machine')}>
              {FILES.map((name) => (
                <option key={name} value={`/proc/${name}`}>
                  /proc/{name}
                </option>
              ))}
            </optgroup>
            {pids
              .split(',')
              .filter(Boolean)
              .map((pid) => (
                <optgroup key={pid} label={t('log.file.process', { name: comm(pid), pid })}>
                  {OF_PROCESS.map((name) => (
                    <option key={name} value={`/proc/${pid}/${name}`}>
                      /proc/{pid}/{name}
                    </option>
                  ))}
                </optgroup>
              ))}
          </select>
        </>
      }
    >
      <pre className="proc-text">{text}</pre>
    </Scroller>
  );
}
