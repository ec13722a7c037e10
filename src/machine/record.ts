/**
 * What a run leaves behind for its viewers: the timeline's samples, its flags, and the moments a step stops at. It is no
 * part of the machine's state: going back in time keeps it, so that the known future stays visible.
 */

import type { LogLine, OomRecord } from '../linux/include/kernel';
import { createStops, type Stops, stopsUpTo } from './stops';

/** Landmarks that "Run until" knows, and moments the machine has passed. */
export type Landmark = 'kswapd' | 'direct-reclaim' | 'swap-out' | 'oom' | 'kill' | 'panic';
export const LANDMARKS: readonly Landmark[] = ['kswapd', 'direct-reclaim', 'swap-out', 'oom', 'kill', 'panic'];

/** One point of the timeline, every `SAMPLE_NS` of virtual time. Rates are counts within the interval. */
export interface Sample {
  t: number;
  free: number;
  /** Free pages of the gauge's zone, and its watermarks with the boost of the moment. */
  zoneFree: number;
  zoneMin: number;
  zoneLow: number;
  zoneHigh: number;
  scannedKswapd: number;
  scannedDirect: number;
  stolenKswapd: number;
  stolenDirect: number;
  swapOut: number;
  swapIn: number;
  swapUsed: number;
  anon: number;
  file: number;
  /** Share of the interval, 0..1. */
  psiSome: number;
  psiFull: number;
  eat: number;
}
export const SAMPLE_NS = 50_000_000;

export interface TimelineEvent {
  t: number;
  kind: Landmark | 'command' | 'exit' | 'reap';
  /** comm for kills; command name. */
  label: string;
  pid: number;
}

/** How a victim's memory went, in parallel lists. Pages, and ns. */
export interface Aftermath {
  t: number[];
  rss: number[];
  swap: number[];
  /** Free pages of the machine. */
  free: number[];
  /** Least time between two points, ns: it grows with the length of the series. */
  gap: number;
}

/** An OOM and what came of it. */
export interface KillReport {
  record: OomRecord;
  /** The last moment at which something can still be done about it, and the first that has seen it. ns. */
  before: number;
  decided: number;
  /** What the kernel printed, with the reaper's line when it comes. */
  lines: LogLine[];
  /** All that got the signal; the chosen one is the first. */
  victims: { pid: number; comm: string }[];
  after: Aftermath;
  /** ns when the chosen process was gone, and when the reaper had emptied it; -1 = not, or not yet. */
  exitedAt: number;
  reapedAt: number;
  /** How the request that asked ended; null = not yet. */
  retry: { t: number; page: boolean } | null;
  /** Nothing more is expected of it. */
  over: boolean;
}

export interface Recording {
  samples: Sample[];
  events: TimelineEvent[];
  /** By event: when the round began that brought it, ns. An event's own time may be ahead of it by a turn. */
  eventRounds: number[];
  /** When the present round began, ns; while none is under way, a moment before the present one. */
  round: number;
  stops: Stops;
  kills: KillReport[];
  /** How many of them are still followed. */
  followed: number;
  /** Farthest moment computed, ns. */
  known: number;
}

export const createRecording = (): Recording => ({
  samples: [],
  events: [],
  eventRounds: [],
  round: -1,
  stops: createStops(),
  kills: [],
  followed: 0,
  known: 0,
});

/** Forgets everything that the state at `t` does not know of: the run takes another way from there. */
export function truncateRecording(r: Recording, t: number): void {
  r.samples = r.samples.filter((s) => s.t <= t);
  r.events = r.events.filter((_, i) => r.eventRounds[i] < t);
  r.eventRounds = r.eventRounds.filter((from) => from < t);
  r.stops = stopsUpTo(r.stops, t);
  r.kills = r.kills.filter((kill) => kill.decided <= t).map((kill) => truncateKill(kill, t));
  r.followed = r.kills.filter((kill) => !kill.over).length;
  r.known = t;
}

/** A kill as it was known at `t`. */
function truncateKill(kill: KillReport, t: number): KillReport {
  const { after } = kill;
  const n = after.t.filter((at) => at <= t).length;
  const past = (at: number): number => (at <= t ? at : -1);
  const copy: KillReport = {
    ...kill,
    lines: kill.lines.filter((line) => line.t <= t || line.t === kill.record.t),
    after: {
      t: after.t.slice(0, n),
      rss: after.rss.slice(0, n),
      swap: after.swap.slice(0, n),
      free: after.free.slice(0, n),
      gap: after.gap,
    },
    exitedAt: past(kill.exitedAt),
    reapedAt: past(kill.reapedAt),
    retry: kill.retry !== null && kill.retry.t <= t ? kill.retry : null,
  };
  copy.over =
    kill.over && copy.exitedAt === kill.exitedAt && copy.reapedAt === kill.reapedAt && copy.retry === kill.retry;
  return copy;
}
