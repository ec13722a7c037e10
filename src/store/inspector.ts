/** The kill that is looked into. */
import { createStore } from 'zustand/vanilla';
import type { RemedyProgress } from '../worker/protocol';

export interface InspectorState {
  open: boolean;
  /** `before` of the kill: it names the decision, also when the past is changed there and another one dies. */
  before: number;
  /** Rows of the walk that are shown as walked; -1 = all. */
  step: number;
  /** What had the focus when it was opened. */
  opener: Element | null;
  /** How far the search for a remedy has come; null = none is under way. */
  remedy: RemedyProgress | null;
}

export const inspectorStore = createStore<InspectorState>(() => ({
  open: false,
  before: -1,
  step: -1,
  opener: null,
  remedy: null,
}));

export const setInspected = (before: number): void => inspectorStore.setState({ before, step: -1 });
export const setWalkStep = (step: number): void => inspectorStore.setState({ step });
