/**
 * The one requestAnimationFrame loop of the page. Pictures subscribe and draw the latest frame; nothing else may start a
 * loop of its own. It sleeps while the machine stands still.
 *
 * While the machine runs, every other animation frame is for the pictures' shapes. Those in between go in turn to what
 * changes more slowly: the pictures' words, the timeline's lanes, and the regions that React draws, in parts. So no
 * animation frame pays for all of it.
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
/** The `shown` of which the pictures' words tell, and the one of which the lanes do. */
let worded: Frame | null = null;
let laned: Frame | null = null;

const ALL: Due = { shapes: true, words: true, lanes: true };
const SHAPES: Due = { shapes: true, words: false, lanes: false };
const WORDS: Due = { shapes: false, words: true, lanes: false };
const LANES: Due = { shapes: false, words: false, lanes: true };

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
  const due = running ? nextTurn() : ALL;
  for (const [draw, drawn] of draws) {
    if (drawn === frame && !running) continue;
    draws.set(draw, frame);
    if (drawn === null) draw(frame, now, ALL);
    else if (due) draw(frame, now, due);
  }
}

/** What this animation frame is for while the machine runs; null where it has gone to React. */
function nextTurn(): Due | null {
  if (++turn % 2 === 0) return SHAPES;
  const { shown } = runStore.getState();
  if (worded !== shown) {
    worded = shown;
    return WORDS;
  }
  if (laned !== shown) {
    laned = shown;
    return LANES;
  }
  return tellShown() ? null : SHAPES;
}

runStore.subscribe((state, before) => {
  if (state.frame !== before.frame) schedule();
});
