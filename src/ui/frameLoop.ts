/**
 * The one requestAnimationFrame loop of the page. Pictures subscribe and draw the latest frame; nothing else may start a
 * loop of its own. It sleeps while the machine stands still.
 *
 * While the machine runs, every other animation frame is for the pictures' shapes. Those in between go in turn to what
 * changes more slowly: the pictures' words, the timeline's lanes, and the regions that React draws, in parts. So no
 * animation frame pays for all of it. Where animation frames come seldom, each does more, so that nothing lags.
 */
import { runStore, tellShown } from '../store';
import type { Frame } from '../worker/protocol';

/** What a picture is to do in this animation frame: all of it while the machine stands still, else one thing. */
export interface Due {
  shapes: boolean;
  words: boolean;
  lanes: boolean;
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
/** From this interval between two animation frames on each is for shapes and what else there is, and all of it, ms. */
const SELDOM_MS = 25;
const RARE_MS = 60;
/** The `shown` of which the pictures' words tell, and the one of which the lanes do. */
let worded: Frame | null = null;
let laned: Frame | null = null;

const ALL: Due = { shapes: true, words: true, lanes: true };
const SHAPES: Due = { shapes: true, words: false, lanes: false };
const WORDS: Due = { shapes: false, words: true, lanes: false };
const LANES: Due = { shapes: false, words: false, lanes: true };
/** React has drawn instead. */
const NOTHING: Due = { shapes: false, words: false, lanes: false };

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
  const due = running ? nextTurn(now - last) : ALL;
  last = now;
  for (const [draw, drawn] of draws) {
    if (drawn === frame && !running) continue;
    draws.set(draw, frame);
    draw(frame, now, drawn === null ? ALL : due);
  }
}

/** What an animation frame is for that comes `interval` ms after the one before, while the machine runs. */
function nextTurn(interval: number): Due {
  if (interval > RARE_MS) {
    while (tellShown());
    worded = laned = runStore.getState().shown;
    return ALL;
  }
  const both = interval > SELDOM_MS;
  if (!both && ++turn % 2 === 0) return SHAPES;
  const due = nextSlow();
  return both ? { ...due, shapes: true } : due;
}

/** The next of what changes slowly; shapes where there is none. */
function nextSlow(): Due {
  const { shown } = runStore.getState();
  if (worded !== shown) {
    worded = shown;
    return WORDS;
  }
  if (laned !== shown) {
    laned = shown;
    return LANES;
  }
  return tellShown() ? NOTHING : SHAPES;
}

runStore.subscribe((state, before) => {
  if (state.frame !== before.frame) schedule();
});
