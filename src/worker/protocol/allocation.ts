/** The walk of an allocation, and the daemon that frees memory for it. */
import type { Refusal } from '../../machine/commands';

/** One step of the allocation path. */
export interface PathStep {
  /** Kernel's name of the step (AllocStage or an addition). */
  id: string;
  state: 'passed' | 'failed' | 'skipped' | 'active' | 'waiting' | 'not-reached';
  /** The comparison that decided it: "659 < 837". Numbers for i18n to format. */
  compare?: { left: number; op: '<' | '<=' | '>' | '>='; right: number; zone: string; reserve: number };
  /** Other fact: i18n key and parameters. */
  note?: Refusal;
}

export interface PathFrame {
  pid: number;
  comm: string;
  order: number;
  gfp: string;
  /** ns since the request entered the slow path. */
  since: number;
  steps: PathStep[];
  /** Direct reclaim: priority now (12..0), pages scanned, reclaimed, wanted. null = not in it. */
  reclaim: { priority: number; scanned: number; reclaimed: number; target: number; sleeps: ReclaimSleep | null } | null;
  /** no_progress_loops, of 16. */
  retries: number;
}

export interface KswapdFrame {
  node: number;
  running: boolean;
  priority: number;
  failures: number;
  scanned: number;
  reclaimed: number;
}

/** What a reclaimer sleeps for: kswapd to refill half of the reserve, writeback, others' progress, or something else. */
export type ReclaimSleep = 'kswapd' | 'writeback' | 'progress' | 'other';
