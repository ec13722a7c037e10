/**
 * The one requestAnimationFrame loop of the page. Pictures subscribe and draw the latest frame; nothing else may start a
 * loop of its own. It sleeps while the machine stands still.
 */
import { runStore } from '../store';
import type { Frame } from '../worker/protocol';

/**
 * Draws: `frame` is the latest, `now` the real time in ms, `fresh` whether the frame differs from the last call's.
 * While the machine runs it is called on every animation frame, otherwise once for each new frame.
 */
export type Draw = (frame: Frame, now: number, fresh: boolean) => void;

const draws = new Map<Draw, Frame | null>();
let scheduled = 0;

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
  if (scheduled === 0 && draws.size > 0) scheduled = requestAnimationFrame(tick);
}

function tick(now: number): void {
  scheduled = 0;
  const { frame } = runStore.getState();
  if (!frame) return;
  const running = frame.status === 'running';
  // Before drawing, so that a picture that throws does not stop the others' next frame.
  if (running) schedule();
  for (const [draw, drawn] of draws) {
    if (drawn === frame && !running) continue;
    draws.set(draw, frame);
    draw(frame, now, drawn !== frame);
  }
}

runStore.subscribe((state, before) => {
  if (state.frame !== before.frame) schedule();
});
