/**
 * What the machine last said. `frame` is the newest frame and changes up to 60 times a second: pictures read it in the
 * frame loop. `shown` follows it at a pace that can be read (and at once when the machine stands still): React reads that.
 */
import { createStore } from 'zustand/vanilla';
import type {
  BranchInfo,
  Frame,
  Ghost,
  KillReport,
  LogFrame,
  Sample,
  TimelineEvent,
  TraceFrame,
} from '../worker/protocol';

/** Text on the screen changes at most this often, in ms of real time, while the machine runs. */
export const SHOWN_INTERVAL_MS = 100;
/** Tracepoints kept for the log region. */
const TRACE_KEPT = 2000;

/** A future that is not open, by its id, and its memory. */
export interface KnownGhost extends Ghost {
  id: number;
  /** Of what state of the futures it is: another one has to be asked for again. */
  version: string;
}

export interface RunState {
  frame: Frame | null;
  shown: Frame | null;
  /** The timeline's lanes, SAMPLE_NS apart. A new array with every change. */
  samples: Sample[];
  events: TimelineEvent[];
  /** OOMs and what came of them, those that lie ahead of the head too. */
  kills: KillReport[];
  /** The futures of the run, and the id of the one that is open. */
  branches: BranchInfo[];
  branch: number;
  /** Memory on the futures that are not open, as far as it is known. A new list with every change. */
  ghosts: readonly KnownGhost[];
  /** Kernel log up to the head, by line number from boot; a hole is a line that was never sent. */
  log: LogFrame[];
  /** Latest tracepoints up to the head, by `seq`. */
  trace: TraceFrame[];
  /** Id of the built-in scenario that is open, '' for a file or a link. */
  scenario: string;
  /** Why the worker died, '' = it lives. */
  fatal: string;
}

const EMPTY: RunState = {
  frame: null,
  shown: null,
  samples: [],
  events: [],
  kills: [],
  branches: [],
  branch: 0,
  ghosts: [],
  log: [],
  trace: [],
  scenario: '',
  fatal: '',
};

export const runStore = createStore<RunState>(() => EMPTY);

type Listener = (frame: Frame | null, before: Frame | null) => void;
const ofShown = new Set<Listener>();
/** Who is still to be told of the latest `shown`. */
let untold = new Set<Listener>();

/** The frame that React shows, by itself: whoever reads only that is not asked again with every frame that arrives. */
export const shownStore = {
  getState: (): Frame | null => runStore.getState().shown,
  getInitialState: (): Frame | null => null,
  subscribe: (listener: Listener): (() => void) => {
    ofShown.add(listener);
    return () => {
      ofShown.delete(listener);
      untold.delete(listener);
    };
  },
};

/**
 * Tells those who read `shown` and do not know of it yet, one after the other, until `enough`. While the machine runs
 * the frame loop calls it once an animation frame, so that no single frame pays for the whole page; when it rests
 * everybody is told at once.
 *
 * @returns whether there was anybody to tell
 */
export function tellShown(enough: () => boolean = () => false): boolean {
  if (untold.size === 0) return false;
  const { shown } = runStore.getState();
  for (const listener of untold) {
    untold.delete(listener);
    // Nobody asks what was before.
    listener(shown, shown);
    if (enough()) break;
  }
  return true;
}

runStore.subscribe(({ shown }, before) => {
  if (shown === before.shown) return;
  // Those who have waited longest come first.
  untold = new Set([...untold, ...ofShown]);
  if (shown?.status === 'running' && before.shown?.status === 'running') return;
  tellShown();
});

let shownAt = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows the newest frame, as soon as everybody knows of the one before. */
function showLatest(): void {
  timer = untold.size > 0 ? setTimeout(showLatest, SHOWN_INTERVAL_MS) : undefined;
  if (timer) return;
  shownAt = performance.now();
  runStore.setState((s) => ({ shown: s.frame }));
}

/** Takes a frame in. `now` is real time in ms (injectable for tests). */
export function receiveFrame(frame: Frame, now = performance.now()): void {
  const { shown, log, trace } = runStore.getState();
  const urgent =
    !shown ||
    frame.status !== 'running' ||
    shown.status !== 'running' ||
    frame.oomRecords.length !== shown.oomRecords.length ||
    (untold.size === 0 && now - shownAt >= SHOWN_INTERVAL_MS);
  const next: Partial<RunState> = { frame, log: mergeLog(log, frame), trace: mergeTrace(trace, frame) };
  if (urgent) {
    next.shown = frame;
    shownAt = now;
    clearTimeout(timer);
    timer = undefined;
  } else {
    // The last frame before a silence must not stay unseen.
    timer ??= setTimeout(showLatest, SHOWN_INTERVAL_MS);
  }
  runStore.setState(next);
}

/** Later samples are dropped first, then the new ones are appended: `from` is the index of the first new one. */
export function receiveSamples(from: number, samples: Sample[]): void {
  runStore.setState((s) => ({ samples: s.samples.slice(0, from).concat(samples) }));
}

export function receiveEvents(events: TimelineEvent[]): void {
  runStore.setState({ events });
}

/** As `receiveSamples`. */
export function receiveKills(from: number, kills: KillReport[]): void {
  runStore.setState((s) => ({ kills: s.kills.slice(0, from).concat(kills) }));
}

/** A run was changed in the past: lines that lay after the head are not going to be said again. */
export function forgetFuture(): void {
  const { frame } = runStore.getState();
  if (frame) known.length = Math.min(known.length, frame.logTotal);
}

/** Forgets what was said so far, before another machine speaks; returns what brings it back. */
export function clearLog(): () => void {
  const { log, trace } = runStore.getState();
  const lines = known;
  known = [];
  runStore.setState({ log: [], trace: [] });
  return () => {
    known = lines;
    runStore.setState({ log, trace });
  };
}

/** Forgets the machine that was open. */
export function clearRun(keep: Partial<RunState> = {}): void {
  known = [];
  clearTimeout(timer);
  timer = undefined;
  shownAt = 0;
  runStore.setState({ ...EMPTY, ...keep });
}

/** Every line that was ever sent, by number: stepping back and forth meets the same lines again. */
let known: LogFrame[] = [];

function mergeLog(log: LogFrame[], frame: Frame): LogFrame[] {
  const first = frame.logTotal - frame.log.length;
  let changed = log.length !== frame.logTotal;
  for (const [i, line] of frame.log.entries()) {
    const before = known[first + i];
    if (before && before.t === line.t && before.text === line.text) continue;
    known[first + i] = line;
    changed = true;
  }
  return changed ? known.slice(0, frame.logTotal) : log;
}

function mergeTrace(trace: TraceFrame[], frame: Frame): TraceFrame[] {
  const sent = frame.trace;
  // Whatever the frame does not carry lies before it, or after the head.
  const first = sent.length > 0 ? sent[0].seq : frame.traceTotal;
  const kept = trace.length > 0 && trace[trace.length - 1].seq >= first ? trace.filter((e) => e.seq < first) : trace;
  if (sent.length === 0) return kept;
  const next = kept.concat(sent);
  return next.length > TRACE_KEPT ? next.slice(-TRACE_KEPT) : next;
}
