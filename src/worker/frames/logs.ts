/** The kernel log and the trace in a frame. */
import type { Kernel } from '../../linux/include/kernel';
import { TRACEPOINT_NAMES, TRACEPOINTS } from '../../linux/include/trace';
import type { Machine } from '../../machine/machine';
import type { LogFrame, TraceFrame } from '../protocol';

const ALWAYS_LOGGED = 200;
const MOST_LOGGED = 3000;

/** Lines from number `from` on, and in any case the last ones. */
export function logFrames(k: Kernel, from: number): LogFrame[] {
  const total = k.log.length;
  const first = Math.max(0, total - MOST_LOGGED, Math.min(from, total - ALWAYS_LOGGED));
  return k.log.slice(first);
}

const MOST_TRACED = 400;

export function traceFrames(m: Machine, from: number): TraceFrame[] {
  const { trace, tasks } = m.kernel;
  const first = Math.max(0, trace.seq - trace.size, trace.seq - MOST_TRACED, Math.min(from, trace.seq));
  const comms: Record<number, string> = {};
  for (const e of m.ended) comms[e.pid] = e.comm;
  for (const t of tasks) comms[t.pid] = t.comm;
  const frames: TraceFrame[] = [];
  for (let s = first; s < trace.seq; s++) {
    const i = s % trace.size;
    const name = TRACEPOINT_NAMES[trace.id[i]];
    const args: Record<string, number> = {};
    TRACEPOINTS[name].forEach((field, j) => {
      args[field] = trace.args[i * 4 + j];
    });
    frames.push({ seq: s, t: trace.time[i], pid: trace.pid[i], comm: comms[trace.pid[i]] ?? '', name, args });
  }
  return frames;
}
