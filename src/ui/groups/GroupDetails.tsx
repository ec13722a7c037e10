import { type Ref, useState } from 'react';
import { removeGroup, writeGroup } from '../../actions/groups';
import { groupWords as w } from '../../i18n/en-groups';
import { selectGroup } from '../../store';
import type { ProcFrame } from '../../worker/protocol';
import { int, pages } from '../format';
import { LimitField } from './LimitField';
import { Members } from './Members';
import { NewGroup } from './NewGroup';
import { Stat } from './Stat';
import { type Group, limitText, parentOf, ROOT } from './tree';

interface Props {
  group: Group;
  groups: readonly Group[];
  procs: readonly ProcFrame[];
  heading: Ref<HTMLHeadingElement>;
  /** What has the focus is about to go away, or stays after all. */
  onLeave: (going: boolean) => void;
}

/** One group: its limits to be written, its processes to be moved, and what its files count. */
export function GroupDetails({ group, groups, procs, heading, onLeave }: Props) {
  const { path } = group;
  const [error, setError] = useState('');
  const empty = !groups.some((g) => g.path !== path && parentOf(g.path) === path) && group.procs === 0;
  async function remove() {
    onLeave(true);
    const problem = await removeGroup(path);
    if (problem === '') selectGroup(parentOf(path));
    else onLeave(false);
    setError(problem);
  }
  return (
    <div className="gr-details" data-path={path}>
      <div className="hd">
        <h2 ref={heading} tabIndex={-1}>
          {path}
        </h2>
        <span className="grow" />
        {path !== ROOT && empty && (
          <button type="button" className="btn soft small" aria-label={w.removeOf(path)} onClick={() => void remove()}>
            {w.remove}
          </button>
        )}
      </div>
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
      {path === ROOT ? <p className="mut small">{w.rootLimits}</p> : <Limits group={group} />}
      <Members group={group} groups={groups} procs={procs} onLeave={onLeave} />
      <NewGroup key={path} parent={path} onLeave={onLeave} />
      {path !== ROOT && <Events group={group} />}
      <Stat key={`stat ${path}`} path={path} />
    </div>
  );
}

function Limits({ group }: { group: Group }) {
  const { path, min, low, emin, elow, high, max, swapMax, oomGroup, current } = group;
  const field = (file: string, value: number | null, effective = value) => (
    <LimitField key={`${path} ${file}`} path={path} file={file} value={limitText(value)} what={w.what[file]}>
      {effective !== value && effective !== null && (
        <span>({(effective > (value ?? 0) ? w.effectiveMore : w.effective)(pages(effective))})</span>
      )}
    </LimitField>
  );
  return (
    <section className="gr-limits" aria-label={path}>
      {field('memory.min', min, Math.min(current, emin) === Math.min(current, min) ? min : emin)}
      {field('memory.low', low, Math.min(current, elow) === Math.min(current, low) ? low : elow)}
      {field('memory.high', high)}
      {field('memory.max', max)}
      {field('memory.swap.max', swapMax)}
      <label className="gr-flag">
        <input
          type="checkbox"
          checked={oomGroup}
          aria-label={w.file('memory.oom.group', path)}
          onChange={(e) => void writeGroup(path, 'memory.oom.group', e.currentTarget.checked ? '1' : '0')}
        />
        <span className="mono">memory.oom.group</span> <span className="mut small">{w.oomGroup}</span>
      </label>
      <LimitField
        key={`${path} reclaim`}
        path={path}
        file="memory.reclaim"
        value="16M"
        what={w.reclaim}
        action={w.reclaimGo}
      />
    </section>
  );
}

function Events({ group: { events } }: { group: Group }) {
  const rows: [string, number][] = [
    ['low', events.low],
    ['high', events.high],
    ['max', events.max],
    ['oom', events.oom],
    ['oom_kill', events.oomKill],
    ['oom_group_kill', events.oomGroupKill],
  ];
  return (
    <section aria-label={w.events}>
      <h3 className="mono">{w.events}</h3>
      <dl className="facts">
        {rows.map(([name, count]) => (
          <div key={name}>
            <dt>
              <span className="mono">{name}</span> <span className="mut">{w.eventWhat[name]}</span>
            </dt>
            <dd>{int(count)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
