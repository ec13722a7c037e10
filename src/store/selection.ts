/** What the pointer or the focus is on. Hovering a kind or a process makes every mark of it keep its colour. */
import { createStore } from 'zustand/vanilla';
import type { Kind } from '../worker/protocol';

/** A kind of page, or what lies in swap. */
export type MarkKind = Kind | 'swap';

export interface SelectionState {
  hoveredKind: MarkKind | null;
  hoveredPid: number | null;
  /** Path of the control group under the pointer or with the focus, and of the one that is looked into. */
  hoveredGroup: string | null;
  selectedGroup: string | null;
  /** pid whose details are open. */
  selectedPid: number | null;
  /** Cell of the page map under the pointer and the one that was clicked. */
  hoveredCell: number | null;
  selectedCell: number | null;
}

export const selectionStore = createStore<SelectionState>(() => ({
  hoveredKind: null,
  hoveredPid: null,
  hoveredGroup: null,
  selectedGroup: null,
  selectedPid: null,
  hoveredCell: null,
  selectedCell: null,
}));

export const hoverKind = (hoveredKind: MarkKind | null): void => selectionStore.setState({ hoveredKind });
export const hoverPid = (hoveredPid: number | null): void => selectionStore.setState({ hoveredPid });
export const hoverGroup = (hoveredGroup: string | null): void => selectionStore.setState({ hoveredGroup });
export const selectGroup = (selectedGroup: string | null): void => selectionStore.setState({ selectedGroup });
export const selectPid = (selectedPid: number | null): void => selectionStore.setState({ selectedPid });

/** A group's path is `group` or below it. */
export const isWithin = (path: string, group: string): boolean =>
  group === '/' || path === group || path.startsWith(`${group}/`);
/** Whether something else than this process is pointed at: another process, or a group that it is not in. */
export const isFaded = (
  s: Pick<SelectionState, 'hoveredPid' | 'hoveredGroup'>,
  { pid, cgroup }: { pid: number; cgroup: string },
): boolean =>
  s.hoveredPid !== null ? s.hoveredPid !== pid : s.hoveredGroup !== null && !isWithin(cgroup, s.hoveredGroup);

export const hoverCell = (hoveredCell: number | null): void => selectionStore.setState({ hoveredCell });
export const selectCell = (selectedCell: number | null): void => selectionStore.setState({ selectedCell });
