/**
 * What a user can ask of the machine. Buttons, keys and menus all come here; the worker behind it is connected once at
 * the start (a test connects its own).
 */

import { refusalText } from '../i18n/errors';
import { RefusalError } from '../machine/commands';
import type { Session } from '../scenario/schema';
import {
  beginHistory,
  clearLog,
  forgetFuture,
  inspectorStore,
  type KnownGhost,
  moveInHistory,
  nextInHistory,
  receiveEvents,
  receiveFrame,
  receiveKills,
  receiveSamples,
  recordCommand,
  recordReset,
  runStore,
} from '../store';
import {
  type BranchInfo,
  type Command,
  type Futures,
  type Ghost,
  isMoving,
  type Landmark,
  type PageInfo,
  type Push,
  type Refusal,
  type Reply,
  type Request,
} from '../worker/protocol';

/** The worker as the page sees it. */
export interface MachinePort {
  request(request: Request): Promise<Reply>;
  /** Calls `listener` for everything that is pushed; returns what ends it. */
  onPush(listener: (push: Push) => void): () => void;
}

type RefusalListener = (refusal: Refusal) => void;

let port: MachinePort | null = null;
let onRefusal: RefusalListener = () => {};
let onForked: (t: number) => void = () => {};
let onRestarted: (why: string) => void = () => {};

/** Connects the page to a machine; returns what disconnects it. */
export function connectMachine(machine: MachinePort): () => void {
  port = machine;
  const end = machine.onPush((push) => {
    switch (push.type) {
      case 'frame':
        // A frame after the death of the worker comes from its successor.
        if (runStore.getState().fatal !== '') {
          onRestarted(runStore.getState().fatal);
          runStore.setState({ fatal: '' });
        }
        receiveFrame(push.frame);
        break;
      case 'samples':
        receiveSamples(push.from, push.samples);
        break;
      case 'events':
        receiveEvents(push.events);
        break;
      case 'kills':
        receiveKills(push.from, push.kills);
        break;
      case 'branches':
        runStore.setState({ branches: push.branches, branch: push.active });
        void fetchGhosts(push);
        break;
      case 'forked':
        forgetFuture();
        onForked(push.t);
        break;
      case 'remedy':
        inspectorStore.setState({ remedy: push.progress });
        break;
      case 'fatal':
        runStore.setState({ fatal: push.message });
        break;
    }
  });
  return () => {
    end();
    if (port === machine) port = null;
  };
}

/** Who tells the user about a refusal, a fork of the past, and a worker that died and was replaced. */
export function listenToMachine(listeners: {
  refused: RefusalListener;
  forked: (t: number) => void;
  restarted: (why: string) => void;
}): void {
  onRefusal = listeners.refused;
  onForked = listeners.forked;
  onRestarted = listeners.restarted;
}

/** Sends a request; throws `RefusalError`. */
export async function ask(request: Request): Promise<unknown> {
  if (!port) throw new RefusalError('no_machine');
  const reply = await port.request(request);
  if (!reply.ok) throw new RefusalError(reply.refusal.code, reply.refusal.params);
  if (request.type === 'command') {
    recordCommand((reply.result as { t: number } | undefined)?.t ?? runStore.getState().frame?.t ?? 0, request.command);
  } else if (request.type === 'reset' && !request.keepCommands) recordReset();
  return reply.result;
}

/** Sends a request whose refusal is told to the user; true = it was done. */
export async function tell(request: Request): Promise<boolean> {
  try {
    await ask(request);
    return true;
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    // Whoever asked for something else instead knows.
    if (error.refusal.code !== 'superseded') onRefusal(error.refusal);
    return false;
  }
}

export const run = () => tell({ type: 'run' });
export const pause = () => tell({ type: 'pause' });
export const step = () => tell({ type: 'step' });
export const stepBack = () => tell({ type: 'stepBack' });
export const reset = () => tell({ type: 'reset', keepCommands: false });
/** To a moment, ns of virtual time. */
export const seek = (t: number) => tell({ type: 'seek', t });
/** As `seek`: true when the machine stands there, false when it was sent elsewhere on the way. */
export const arriveAt = (t: number) => tell({ type: 'seek', t, arrive: true });
export const runUntil = (landmark: Landmark | { t: number }) => tell({ type: 'runUntil', landmark });
/** Virtual seconds a real second. */
export const setSpeed = (value: number) => tell({ type: 'speed', value });
/** What a ghost depends on: the future it is of, and what the open one shares with it. */
const ghostVersion = (b: BranchInfo, open: BranchInfo | undefined): string =>
  [b.id, b.known, b.commands.length, open?.id, open?.commands[0]?.t].join(' ');

/** Brings the memory of the futures that are not open up to date. */
async function fetchGhosts({ branches, active }: Futures): Promise<void> {
  const open = branches.find((b) => b.id === active);
  const others = branches.filter((b) => b !== open && b.known > 0);
  const ghosts = await Promise.all(
    others.map(async (b): Promise<KnownGhost[]> => {
      const version = ghostVersion(b, open);
      const known = runStore.getState().ghosts.find((g) => g.version === version);
      if (known) return [known];
      try {
        return [{ ...((await ask({ type: 'ghost', id: b.id })) as Ghost), id: b.id, version }];
      } catch (error) {
        // Forgotten in the meantime, or the worker has died: the next word about the futures comes.
        if (error instanceof RefusalError) return [];
        throw error;
      }
    }),
  );
  const now = runStore.getState();
  if (now.branches === branches && (ghosts.length > 0 || now.ghosts.length > 0))
    runStore.setState({ ghosts: ghosts.flat() });
}

/** Forgets a future; not the one that is open. */
export const dropBranch = (id: number) => tell({ type: 'dropBranch', id });

/** Goes over to another future. */
export const switchBranch = async (id: number): Promise<boolean> => {
  const restore = clearLog();
  const done = await tell({ type: 'branch', id });
  if (!done) restore();
  // What was done on this branch is what can be gone back over now.
  else beginHistory((await ask({ type: 'session' })) as Session);
  return done;
};
export const command = (what: Command) => tell({ type: 'command', command: what });

/** Each waits for the one before: what it leads to is known only then. */
let travelling: Promise<unknown> = Promise.resolve();

function travel(back: boolean): Promise<boolean> {
  const turn = travelling.then(() => travelNow(back));
  travelling = turn.catch(() => {});
  return turn;
}

async function travelNow(back: boolean): Promise<boolean> {
  const to = nextInHistory(back);
  if (!to || !(await tell({ type: 'rewrite', commands: [...to] }))) return false;
  moveInHistory(back);
  return true;
}
/** Takes the last command back; the head goes to where it was given. False = there is none. */
export const undo = () => travel(true);
export const redo = () => travel(false);

/** Sends a command whose refusal is said where it was given: the sentence, '' = it was done. */
export async function attempt(what: Command): Promise<string> {
  try {
    await ask({ type: 'command', command: what });
    return '';
  } catch (error) {
    if (error instanceof RefusalError) return refusalText(error.refusal);
    throw error;
  }
}

/** Runs, or pauses what runs (a seek under way counts as running). */
export function toggleRun(): Promise<boolean> {
  const status = runStore.getState().frame?.status;
  return status && isMoving(status) ? pause() : run();
}

/** What the settings were when the machine had booted. */
export const bootSettings = async (): Promise<Record<string, string>> =>
  ((await ask({ type: 'bootSettings' })) ?? {}) as Record<string, string>;

/** Text of a /proc file; throws `RefusalError`. */
export const procFile = async (path: string): Promise<string> => String(await ask({ type: 'procFile', path }));

/** `owners`: whose the cells are is wanted too, where they are not coloured by that. */
export const pageMap = (on: boolean, cols = 0, rows = 0, by: 'kind' | 'owner' | 'age' = 'kind', owners = false) =>
  tell({ type: 'pageMap', on, cols, rows, by, owners });

/** Whether frames bring what tracepoints have recorded. */
export const trace = (on: boolean) => tell({ type: 'trace', on });

/** What a cell of the page map holds; throws `RefusalError`. */
export const inspectPage = async (cell: number): Promise<PageInfo> =>
  (await ask({ type: 'inspectPage', cell })) as PageInfo;
