/** What the pointer or the focus is on. Hovering a kind or a process makes every mark of it keep its colour. */
import { createStore } from 'zustand/vanilla';
import type { Kind } from '../worker/protocol';

/** A kind of page, or what lies in swap. */
export type MarkKind = Kind | 'swap';

export interface SelectionState {
  hoveredKind: MarkKind | null;
  hoveredPid: number | null;
  /** pid whose details are open. */
  selectedPid: number | null;
  /** Cell of the page map under the pointer and the one that was clicked. */
  hoveredCell: number | null;
  selectedCell: number | null;
}

export const selectionStore = createStore<SelectionState>(() => ({
  hoveredKind: null,
  hoveredPid: null,
  selectedPid: null,
  hoveredCell: null,
  selectedCell: null,
}));

export const hoverKind = (hoveredKind: MarkKind | null): void => selectionStore.setState({ hoveredKind });
export const hoverPid = (hoveredPid: number | null): void => selectionStore.setState({ hoveredPid });
export const selectPid = (selectedPid: number | null): void => selectionStore.setState({ selectedPid });
export const hoverCell = (hoveredCell: number | null): void => selectionStore.setState({ hoveredCell });
export const selectCell = (selectedCell: number | null): void => selectionStore.setState({ selectedCell });
