import { useEffect, useId, useState } from 'react';
import { procFile } from '../../actions/lab';
import { t } from '../../i18n';
import { refusalText } from '../../i18n/errors';
import { RefusalError } from '../../machine/commands';
import { runStore, selectPid, useSelection, useShown } from '../../store';
import { Scroller } from './Scroller';

const FILES = ['meminfo', 'zoneinfo', 'buddyinfo', 'vmstat', 'pressure/memory'] as const;
const OF_PROCESS = ['status', 'oom_score', 'oom_score_adj', 'statm'] as const;
/** While the machine runs a file is read again this often, ms. */
const REREAD_MS = 500;

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

/** Reads the file now, whenever the machine moves on (not more often than REREAD_MS), and when another is asked for. */
function useProcFile(path: string): string {
  const [text, setText] = useState('');
  useEffect(() => {
    let ended = false;
    let busy = false;
    let again: ReturnType<typeof setTimeout> | undefined;
    let readAt = -1;

    async function read() {
      const frame = runStore.getState().shown;
      if (busy || ended || !frame || frame.seq === readAt) return;
      busy = true;
      readAt = frame.seq;
      const content = await procFile(path).catch((error) => {
        if (error instanceof RefusalError) return refusalText(error.refusal);
        throw error;
      });
      busy = false;
      if (ended) return;
      setText(content);
      if (runStore.getState().shown?.seq !== readAt) again ??= setTimeout(later, REREAD_MS);
    }
    function later() {
      again = undefined;
      void read();
    }
    void read();
    const end = runStore.subscribe((state, before) => {
      if (state.shown === before.shown || again) return;
      again = setTimeout(later, state.shown?.status === 'running' ? REREAD_MS : 0);
    });
    return () => {
      ended = true;
      clearTimeout(again);
      end();
    };
  }, [path]);
  return text;
}
