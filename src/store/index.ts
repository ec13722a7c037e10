/**
 * The page's state in three slices: `run` (the machine's frames), `selection` and `settings`. They are plain stores, so
 * that the frame loop and the actions can read them without React; components use the hooks, with narrow selectors.
 */
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { Session } from '../scenario/schema';
import type { Frame } from '../worker/protocol';
import { historyStore } from './history';
import { type InspectorState, inspectorStore } from './inspector';
import { type Left, leftStore } from './left';
import { type Notice, noticeStore } from './notices';
import { type RunState, runStore, shownStore } from './run';
import { type SelectionState, selectionStore } from './selection';
import { type SettingsState, settingsStore } from './settings';

export * from './history';
export * from './inspector';
export * from './left';
export * from './notices';
export * from './run';
export * from './selection';
export * from './settings';

/** Selects from the run slice; results are compared shallowly. */
export const useRun = <T>(selector: (state: RunState) => T): T => useStore(runStore, useShallow(selector));
export const useSelection = <T>(selector: (state: SelectionState) => T): T =>
  useStore(selectionStore, useShallow(selector));
export const useInspector = <T>(selector: (state: InspectorState) => T): T =>
  useStore(inspectorStore, useShallow(selector));
export const useNotices = (): Notice[] => useStore(noticeStore, (s) => s.notices);
export const useSettings = <T>(selector: (state: SettingsState) => T): T =>
  useStore(settingsStore, useShallow(selector));

/**
 * Selects from the frame that React shows (at most about 10 a second while the machine runs), `fallback` before the
 * first one.
 */
export function useShown<T>(selector: (frame: Frame) => T, fallback: T): T {
  return useStore(
    shownStore,
    useShallow((frame) => (frame ? selector(frame) : fallback)),
  );
}

/** The machine that can be gone back to, null = none. */
export const useLeft = (): Left | null => useStore(leftStore, (s) => s.left);

/** Whether there is something to undo and to redo. */
export const useHistory = (): { undo: boolean; redo: boolean } =>
  useStore(
    historyStore,
    useShallow((s) => ({ undo: s.past.length > 0, redo: s.future.length > 0 })),
  );
/** The session as it was opened: another one when another machine is. */
export const useOpened = (): Session | null => useStore(historyStore, (s) => s.opened);
