/**
 * What a run leaves behind for its viewers: the timeline's samples, its flags, and the moments a step stops at. It is no
 * part of the machine's state: going back in time keeps it, so that the known future stays visible.
 */

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

export interface Recording {
  samples: Sample[];
  events: TimelineEvent[];
  /** Times at which something happened that a step stops at, ns, ascending. */
  milestones: number[];
  /** Farthest moment computed, ns. */
  known: number;
}

export const createRecording = (): Recording => ({ samples: [], events: [], milestones: [], known: 0 });

/**
 * Forgets everything after `t`: the run takes another way from there.
 *
 * @param reached the highest clock of a cpu: what happened up to there is part of the state at `t`
 */
export function truncateRecording(r: Recording, t: number, reached: number): void {
  r.samples = r.samples.filter((s) => s.t <= t);
  r.events = r.events.filter((e) => e.t <= reached);
  r.milestones = r.milestones.filter((m) => m <= t);
  r.known = t;
}
