import { type KeyboardEvent, useRef } from 'react';
import { groupWords as w } from '../../i18n/en-groups';
import { hoverGroup, selectGroup } from '../../store';
import { useGone } from '../controls/usePointing';
import { pages } from '../format';
import { GroupBar } from './GroupBar';
import { barText, type Group, levelOf, nameOf, parentOf, ROOT } from './tree';

interface Props {
  groups: readonly Group[];
  /** Pages of a full bar, of the root and of all others. */
  ram: number;
  scale: number;
  selected: string;
}

/** Where a key leads in a tree whose branches are all open; null = nowhere. */
export function treeKey(key: string, groups: readonly { path: string }[], at: number): number | null {
  const last = groups.length - 1;
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, at + 1);
    case 'ArrowUp':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'ArrowLeft':
      return groups.findIndex((g) => g.path === parentOf(groups[at].path));
    case 'ArrowRight': {
      const child = groups.findIndex((g) => g.path !== ROOT && parentOf(g.path) === groups[at].path);
      return child < 0 ? at : child;
    }
    default:
      return null;
  }
}

/** The groups below each other, each with its bar. One is looked into: arrows go from one to the next. */
export function GroupTree({ groups, ram, scale, selected }: Props) {
  const list = useRef<HTMLDivElement>(null);
  useGone(hoverGroup);
  function key(e: KeyboardEvent) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const at = groups.findIndex((g) => g.path === selected);
    const to = treeKey(e.key, groups, at);
    if (to === null) return;
    e.preventDefault();
    e.stopPropagation();
    selectGroup(groups[to].path);
    list.current?.querySelectorAll<HTMLElement>('[role="treeitem"]')[to]?.focus();
  }
  return (
    <div ref={list} role="tree" aria-label={w.tree} className="gr-tree" tabIndex={-1}>
      {groups.map((g) => (
        <div
          key={g.path}
          role="treeitem"
          aria-level={levelOf(g.path)}
          aria-selected={g.path === selected}
          tabIndex={g.path === selected ? 0 : -1}
          className="gr-row"
          data-path={g.path}
          style={{ paddingLeft: `${8 + 14 * (levelOf(g.path) - 1)}px` }}
          onClick={(e) => {
            selectGroup(g.path);
            e.currentTarget.focus();
          }}
          onKeyDown={key}
          onFocus={() => hoverGroup(g.path)}
          onBlur={() => hoverGroup(null)}
          onPointerEnter={() => hoverGroup(g.path)}
          onPointerLeave={() => hoverGroup(null)}
        >
          <span className="gr-line">
            <b>{nameOf(g.path)}</b>
            {g.path === ROOT && <span className="mut">{w.root}</span>}
            {g.oomGroup && <span className="st">{w.together}</span>}
            {g.events.oomKill > 0 && <span className="gr-killed">{w.killed(g.events.oomKill)}</span>}
            <span className="grow" />
            <span className="gr-figure">
              <b>{pages(g.current)}</b> {g.max !== null && w.ofMax(pages(g.max))}
            </span>
          </span>
          <span className="vh">, {barText(g)}</span>
          <GroupBar group={g} scale={g.path === ROOT ? ram : scale} />
        </div>
      ))}
    </div>
  );
}
