import { useState } from 'react';
import { groupWords as w } from '../../i18n/en-groups';
import { bytes, int } from '../format';
import { useProcFile } from '../log/useProcFile';

/** Names of memory.stat that are counts of events, not bytes. */
const COUNT = /^(workingset|pg|thp|swpin|swpout|numa)/;

/** memory.stat, read when somebody wants to see it. */
export function Stat({ path }: { path: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="gr-stat" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary className="mono">{w.stat}</summary>
      {open && <Lines path={path} />}
    </details>
  );
}

function Lines({ path }: { path: string }) {
  const text = useProcFile(`/sys/fs/cgroup${path === '/' ? '' : path}/memory.stat`);
  const lines = text
    .split('\n')
    .map((line) => /^(\w+) (\d+)$/.exec(line))
    .filter((m) => m !== null)
    .map(([, name, value]) => ({ name, value: Number(value) }))
    .filter(({ value }) => value > 0);
  if (lines.length === 0) return <p className="mut small">{text === '' ? '' : w.statNone}</p>;
  return (
    <dl className="facts">
      {lines.map(({ name, value }) => (
        <div key={name}>
          <dt className="mono">{name}</dt>
          <dd>{COUNT.test(name) ? int(value) : bytes(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
