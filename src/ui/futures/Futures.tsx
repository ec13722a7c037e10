import { Button } from 'react-aria-components';
import { switchBranch } from '../../actions/lab';
import { openCompare } from '../../actions/screen';
import { t } from '../../i18n';
import { useRun, useShown } from '../../store';
import type { ProcFrame } from '../../worker/protocol';
import { futureWords } from './words';

const NO_PROCS: ProcFrame[] = [];

/** Names of processes by pid, as far as the present frame knows them. */
export function useNames(): (pid: number) => string {
  const procs = useShown((f) => f.procs, NO_PROCS);
  return (pid) => procs.find((p) => p.pid === pid)?.comm ?? String(pid);
}

/** Which future is open, once there is more than one, and the way to see two side by side. */
export function Futures() {
  const { branches, branch } = useRun((s) => ({ branches: s.branches, branch: s.branch }));
  const nameOf = useNames();
  if (branches.length < 2) return null;
  return (
    <div className="futures" data-region="futures">
      <select
        className="field"
        aria-label={t('future.label')}
        value={branch}
        onChange={(e) => void switchBranch(Number(e.currentTarget.value))}
      >
        {branches.map((b, i) => (
          <option key={b.id} value={b.id}>
            {`${i + 1}/${branches.length} ${futureWords(b, nameOf)}`}
          </option>
        ))}
      </select>
      <Button className="btn small" onPress={openCompare}>
        {t('future.compare')}
      </Button>
    </div>
  );
}
