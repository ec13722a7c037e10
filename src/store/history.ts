/** What was done to the open machine, and what it takes to undo that. */
import { createStore } from 'zustand/vanilla';
import type { Session } from '../scenario/schema';
import type { Command, TimedCommand } from '../worker/protocol';

export interface HistoryState {
  /** The session as it was opened; null before one is. */
  opened: Session | null;
  commands: readonly TimedCommand[];
  /** Lists of commands to go back to, the latest last, and to come forward to again. */
  past: readonly (readonly TimedCommand[])[];
  future: readonly (readonly TimedCommand[])[];
}

const EMPTY: HistoryState = { opened: null, commands: [], past: [], future: [] };

/** Steps that can be taken back. */
const MOST = 200;

export const historyStore = createStore<HistoryState>(() => EMPTY);

export function beginHistory(opened: Session): void {
  historyStore.setState({ ...EMPTY, opened, commands: opened.commands });
}

/** Two values of one thing at one moment are one change: a slider that is dragged is one step. */
const sameThing = (a: Command, b: Command): boolean =>
  (a.op === 'oom_score_adj' && b.op === 'oom_score_adj' && a.pid === b.pid) ||
  (a.op === 'sysctl' && b.op === 'sysctl' && a.name === b.name) ||
  (a.op === 'cgroup_write' && b.op === 'cgroup_write' && a.path === b.path && a.file === b.file);

/** A command was carried out at `t`, ns: later ones are gone. */
export function recordCommand(t: number, command: Command): void {
  const { commands, past } = historyStore.getState();
  const kept = commands.filter((c) => c.t <= t);
  const last = commands.at(-1);
  // What was there when the session was opened is where undo ends, never a part of the first change.
  const goesOn =
    past.length > 0 &&
    kept.length === commands.length &&
    last !== undefined &&
    last.t === t &&
    sameThing(last.command, command);
  historyStore.setState({
    commands: [...kept, { t, command }],
    past: goesOn ? past : [...past, commands].slice(-MOST),
    future: [],
  });
}

/** All commands were dropped. */
export function recordReset(): void {
  const { commands, past } = historyStore.getState();
  if (commands.length > 0) historyStore.setState({ commands: [], past: [...past, commands].slice(-MOST), future: [] });
}

/** The list an undo (or redo) leads to, null = there is none. */
export function nextInHistory(back: boolean): readonly TimedCommand[] | null {
  const { past, future } = historyStore.getState();
  return (back ? past : future).at(-1) ?? null;
}

/** The undo (or redo) was carried out. */
export function moveInHistory(back: boolean): void {
  const { commands, past, future } = historyStore.getState();
  const to = nextInHistory(back);
  if (!to) return;
  historyStore.setState(
    back
      ? { commands: to, past: past.slice(0, -1), future: [...future, commands] }
      : { commands: to, past: [...past, commands], future: future.slice(0, -1) },
  );
}
