/** The kill that is looked into. */
import { createStore } from 'zustand/vanilla';

export interface InspectorState {
  open: boolean;
  /** `before` of the kill: it names the decision, also when the past is changed there and another one dies. */
  before: number;
  /** Rows of the walk that are shown as walked; -1 = all. */
  step: number;
  /** What had the focus when it was opened. */
  opener: Element | null;
}

export const inspectorStore = createStore<InspectorState>(() => ({ open: false, before: -1, step: -1, opener: null }));

export const setInspected = (before: number): void => inspectorStore.setState({ before, step: -1 });
export const setWalkStep = (step: number): void => inspectorStore.setState({ step });
