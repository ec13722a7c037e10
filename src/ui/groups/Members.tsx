import { useState } from 'react';
import { moveProcess } from '../../actions/groups';
import { groupWords as w } from '../../i18n/en-groups';
import type { ProcFrame } from '../../worker/protocol';
import { Chip } from '../controls/Chip';
import { ListMenu } from '../controls/ListMenu';
import { held } from '../controls/MemoryBar';
import { PointedAt } from '../controls/PointedAt';
import { Pop } from '../controls/Pop';
import { pages } from '../format';

import { type Group, ROOT } from './tree';

interface Props {
  group: Group;
  groups: readonly Group[];
  /** All that live, of whatever group. */
  procs: readonly ProcFrame[];
  /** What has the focus is about to go away. */
  onLeave: (going: boolean) => void;
}

const byName = (a: ProcFrame, b: ProcFrame): number => a.comm.localeCompare(b.comm) || a.pid - b.pid;

/** The processes of a group, each of which can be moved elsewhere, and the way to bring others in. */
export function Members({ group, groups, procs, onLeave }: Props) {
  const [error, setError] = useState('');
  const { path, leaf } = group;
  const move = async (pid: number, to: string): Promise<void> => setError(await moveProcess(pid, to));
  const inside = procs.filter((p) => p.cgroup === path).sort(byName);
  const outside = procs.filter((p) => p.cgroup !== path && p.never !== 'init').sort(byName);
  const elsewhere = groups.filter((g) => g.leaf && g.path !== path);
  return (
    <section aria-label={w.inside}>
      <h3>{w.inside}</h3>
      {inside.length === 0 && <p className="mut small">{leaf ? w.insideNone : w.insideNotLeaf}</p>}
      <ul className="gr-members">
        {inside.map((p) => (
          <PointedAt key={p.pid} pid={p.pid}>
            <Pop
              kind="menu"
              className="btn small gr-member"
              placement="bottom start"
              body={(close) => (
                <ListMenu
                  label={w.moveOf(p.comm, p.pid)}
                  items={elsewhere.map((g) => ({
                    id: g.path,
                    text: w.moveTo(g.path),
                    note: g.path === ROOT ? w.root : pages(g.current),
                  }))}
                  close={close}
                  onChoose={(to) => {
                    onLeave(true);
                    void move(p.pid, to);
                  }}
                />
              )}
            >
              <Chip proc={p} /> {p.comm} <i>{p.pid}</i> <span className="mut">{pages(held(p))}</span>
              <span className="vh">: {w.move}</span>
            </Pop>
          </PointedAt>
        ))}
      </ul>
      {leaf && outside.length > 0 && (
        <Pop
          kind="menu"
          className="btn soft small"
          placement="bottom start"
          body={(close) => (
            <ListMenu
              label={w.moveHere}
              items={outside.map((p) => ({ id: String(p.pid), text: `${p.comm} ${p.pid}`, note: p.cgroup }))}
              close={close}
              onChoose={(pid) => void move(Number(pid), path)}
            />
          )}
        >
          {w.moveHere}
        </Pop>
      )}
      <p className="mut small">{w.moveHint}</p>
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
    </section>
  );
}
