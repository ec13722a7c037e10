/**
 * @typedef {object} TraceEvent an event of a trace in Chromium's JSON format; times in µs
 * @property {string} name
 * @property {string} ph
 * @property {number} pid
 * @property {number} tid
 * @property {number} ts
 * @property {number} [dur] of the clock on the wall
 * @property {number} [tdur] of the processor's time that the thread got
 * @property {Record<string, unknown>} [args]
 */

/**
 * @typedef {object} Work of a page's main thread
 * @property {number} frames
 * @property {Figures} perFrame ms of work between the beginnings of two frames, 95th percentile
 * @property {Figures} longest ms of the longest task
 *
 * @typedef {{ wall: number, cpu: number }} Figures
 */

/** What the trace must hold for `mainThreadWork`. */
export const TRACE_CATEGORIES = [
  'toplevel',
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  '__metadata',
];

/**
 * The smallest value that at least `share` of the values do not exceed.
 *
 * @param {number[]} values
 * @param {number} share 0..1
 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/**
 * The tasks in which an animation frame began. A frame may have several callbacks, each with an event of its own.
 *
 * @param {{ ts: number, dur?: number }[]} tasks in their order
 * @param {number[]} callbacks when they were called
 */
function frameTasks(tasks, callbacks) {
  callbacks.sort((a, b) => a - b);
  let next = 0;
  return tasks.filter(({ ts, dur = 0 }) => {
    while (callbacks[next] < ts) next++;
    return callbacks[next] <= ts + dur;
  });
}

/**
 * What the main thread of one renderer did, frame by frame. A frame lasts from one animation frame to the
 * next, and its work is the tasks that began in it: scripts, style, layout, painting and all else.
 *
 * @param {{ traceEvents: TraceEvent[] }} trace
 * @param {number} pid of the renderer
 * @returns {Work}
 * @throws {Error} when the trace holds no task of that renderer
 */
export function mainThreadWork({ traceEvents }, pid) {
  const own = traceEvents.filter((e) => e.pid === pid);
  const main = own.find((e) => e.name === 'thread_name' && e.args?.name === 'CrRendererMain')?.tid;
  const tasks = own.filter((e) => e.tid === main && e.ph === 'X' && e.name === 'RunTask');
  tasks.sort((a, b) => a.ts - b.ts);
  const callbacks = own.filter((e) => e.tid === main && e.name === 'FireAnimationFrame').map((e) => e.ts);
  const begun = frameTasks(tasks, callbacks).map(({ ts }) => ts);
  if (tasks.length === 0 || begun.length < 2) throw new Error('the trace holds no frames of the page');

  /** @type {Figures[]} */
  const frames = begun.slice(1).map(() => ({ wall: 0, cpu: 0 }));
  const longest = { wall: 0, cpu: 0 };
  let frame = -1;
  for (const { ts, dur = 0, tdur = dur } of tasks) {
    longest.wall = Math.max(longest.wall, dur / 1000);
    longest.cpu = Math.max(longest.cpu, tdur / 1000);
    while (frame + 1 < begun.length && begun[frame + 1] <= ts) frame++;
    if (frame < 0 || frame >= frames.length) continue;
    frames[frame].wall += dur / 1000;
    frames[frame].cpu += tdur / 1000;
  }
  const p95 = (/** @type {keyof Figures} */ of) =>
    percentile(
      frames.map((it) => it[of]),
      0.95,
    );
  return { frames: frames.length, perFrame: { wall: p95('wall'), cpu: p95('cpu') }, longest };
}
