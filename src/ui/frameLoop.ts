/**
 * The one requestAnimationFrame loop of the page. Pictures subscribe and draw the latest frame; nothing else may start a
 * loop of its own. It sleeps while the machine stands still.
 *
 * While the machine runs, no animation frame pays for all of the page: they go in turn to the pictures' levels, to what
 * flows, to the timeline's lanes, and to what changes more slowly: the pictures' words and marks, and the regions that
 * React draws, a few at a time. Where animation frames come seldom, each does more, so that nothing lags.
 */
import { flushSync } from 'react-dom';
import { runStore, tellShown } from '../store';
import type { Frame } from '../worker/protocol';

/** What a picture is to draw in this animation frame: all of it while the machine stands still, else one thing. */
export interface Due {
  /** How much there is of what, and was lately. */
  levels: boolean;
  /** What moves, time itself among it. */
  flows: boolean;
  /** The timeline's lanes. */
  lanes: boolean;
  /** Words that stand where levels put them. */
  names: boolean;
  /** All other words, and arrows that are as thick as theirs say. */
  numbers: boolean;
  /** What stands at moments of the past, and small curves. */
  marks: boolean;
}

/**
 * Draws: `frame` is the latest, `now` the real time in ms. While the machine runs it is called on most animation frames,
 * otherwise once for each new frame.
 */
export type Draw = (frame: Frame, now: number, due: Due) => void;

const draws = new Map<Draw, Frame | null>();
let scheduled = 0;
let turn = 0;
let last = 0;
/** What is usual between two animation frames, ms of real time. One that is late is no sign of a slow screen. */
let interval = 16;
const INERTIA = 0.8;
/** From this interval on each is for levels, flows and what else there is, and all of it, ms. */
const SELDOM_MS = 25;
const RARE_MS = 60;
/** What React may take of an animation frame, ms of real time: no region is begun after that. */
const REACT_MS = 0.5;

/** React has drawn instead. */
const NOTHING: Due = { levels: false, flows: false, lanes: false, names: false, numbers: false, marks: false };
const LEVELS: Due = { ...NOTHING, levels: true };
const FLOWS: Due = { ...NOTHING, flows: true };
const LANES: Due = { ...NOTHING, lanes: true };
const ALL: Due = { levels: true, flows: true, lanes: true, names: true, numbers: true, marks: true };
/** The turns, again and again; null = the next of what changes slowly. */
const TURNS: (Due | null)[] = [LEVELS, null, FLOWS, null, LEVELS, null, FLOWS, LANES];
/** What pictures draw once of each `shown`, one in a turn, and of which one each was drawn last. */
const SLOW: Due[] = [
  { ...NOTHING, names: true },
  { ...NOTHING, numbers: true },
  { ...NOTHING, marks: true },
];
const drawnOf: (Frame | null)[] = SLOW.map(() => null);
/** The one that had the latest turn. */
let slow = 0;

/** Calls `draw` from now on, at once with the present frame if there is one; returns what ends it. */
export function subscribe(draw: Draw): () => void {
  draws.set(draw, null);
  schedule();
  return () => {
    draws.delete(draw);
  };
}

/** Has every picture drawn again: after a resize, a change of theme or of the selection. */
export function redraw(): void {
  for (const draw of draws.keys()) draws.set(draw, null);
  schedule();
}

function schedule(): void {
  if (scheduled === 0) scheduled = requestAnimationFrame(tick);
}

function tick(now: number): void {
  scheduled = 0;
  const { frame } = runStore.getState();
  if (!frame) return;
  const running = frame.status === 'running';
  // Before drawing, so that a picture that throws does not stop the others' next frame.
  if (running) schedule();
  if (last > 0) interval = INERTIA * interval + (1 - INERTIA) * Math.min(now - last, 2 * RARE_MS);
  // The time it sleeps through does not count.
  last = running ? now : 0;
  const due = running ? nextTurn() : ALL;
  for (const [draw, drawn] of draws) {
    if (drawn === frame && !running) continue;
    draws.set(draw, frame);
    draw(frame, now, drawn === null ? ALL : due);
  }
}

/** What an animation frame is for while the machine runs. */
function nextTurn(): Due {
  if (interval > RARE_MS) {
    tellShown();
    drawnOf.fill(runStore.getState().shown);
    return ALL;
  }
  if (interval > SELDOM_MS) return { ...nextSlow(), levels: true, flows: true, lanes: true };
  turn = (turn + 1) % TURNS.length;
  return TURNS[turn] ?? nextSlow();
}

/** The next of what changes slowly that has something new to show: pictures, then as much of React's as fits. */
function nextSlow(): Due {
  const { shown } = runStore.getState();
  for (let n = 0; n < SLOW.length; n++) {
    slow = (slow + 1) % SLOW.length;
    if (drawnOf[slow] === shown) continue;
    drawnOf[slow] = shown;
    return SLOW[slow];
  }
  const end = performance.now() + REACT_MS;
  tellShown(() => {
    flushSync(() => {});
    return performance.now() >= end;
  });
  return NOTHING;
}

runStore.subscribe((state, before) => {
  if (state.frame !== before.frame) schedule();
});
