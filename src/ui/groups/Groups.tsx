import { useEffect, useRef } from 'react';
import { groupWords as w } from '../../i18n/en-groups';
import { useSelection, useShown } from '../../store';
import type { Frame } from '../../worker/protocol';
import { ScrolledTable } from '../charts/DataTable';
import { pages } from '../format';
import { GroupDetails } from './GroupDetails';
import { GroupTree } from './GroupTree';
import './groups.css';
import { groupScale, groupTable, ROOT, rootGroup } from './tree';

/** The tree of control groups: what each uses against what it may, and one of them to be looked into and changed. */
export function Groups({ asTable }: { asTable: boolean }) {
  const frame = useShown((f) => f as Frame | null, null);
  const wanted = useSelection((s) => s.selectedGroup);
  const heading = useRef<HTMLHeadingElement>(null);
  const known = frame?.cgroups.some((g) => g.path === wanted) ?? false;
  /** Something with the focus is about to go away with what it did. */
  const leaving = useRef(false);
  useEffect(() => {
    if (!leaving.current || document.activeElement !== document.body) return;
    leaving.current = false;
    heading.current?.focus({ preventScroll: true });
  });
  if (!frame) return null;
  const groups = [rootGroup(frame), ...frame.cgroups];
  const selected =
    groups.find((g) => known && g.path === wanted) ?? (wanted === ROOT ? groups[0] : (groups[1] ?? groups[0]));
  const procs = frame.procs.filter((p) => p.never !== 'kthread' && p.state !== 'killed' && p.state !== 'exited');
  const scale = groupScale(frame.cgroups, frame.machine.managed);
  return (
    <>
      <header className="lru-head">
        <h2>{w.title}</h2>
        {!asTable && groups.length > 1 && <p className="hero-sub">{w.scale(pages(scale))}</p>}
      </header>
      {asTable ? (
        <ScrolledTable className="hero-table" {...groupTable(frame)} />
      ) : (
        <div className="gr" data-region="groups">
          <div className="gr-side">
            {groups.length === 1 && <p className="sub">{w.none}</p>}
            <GroupTree groups={groups} ram={frame.machine.managed} scale={scale} selected={selected.path} />
            {groups.length > 1 && <Marks />}
          </div>
          <GroupDetails
            group={selected}
            groups={groups}
            procs={procs}
            heading={heading}
            onLeave={(going) => {
              leaving.current = going;
            }}
          />
        </div>
      )}
    </>
  );
}

const KINDS = [
  ['k-anon', w.markAnon],
  ['k-mlocked', w.markMlocked],
  ['k-file', w.markFile],
  ['k-pt', w.markKernel],
] as const;

/** What the colours and marks of the bars mean. */
function Marks() {
  return (
    <ul className="gr-marks" aria-label={w.legend}>
      {KINDS.map(([kind, name]) => (
        <li key={kind}>
          <span className="rss">
            <i className={kind} />
          </span>{' '}
          {name}
        </li>
      ))}
      <li>
        <i className="gb-max" /> {w.markMax}
      </li>
      <li>
        <i className="gb-high" /> {w.markHigh}
      </li>
      <li>
        <i className="gb-low" /> {w.markLow}
      </li>
      <li>
        <i className="gb-min" /> {w.markMin}
      </li>
      <li>
        <i className="k-swap" /> {w.markSwap}
      </li>
    </ul>
  );
}
