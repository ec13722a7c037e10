/** A process as it is shown. */
import type { BadnessStep } from '../../linux/versions/badness';
import type { Refusal } from '../../machine/commands';

export interface ProcFrame {
  pid: number;
  comm: string;
  uid: number;
  /** Colour chip, 0..6, and its letter. */
  chip: number;
  /** running, sleeping, swap-in, stalled (direct reclaim), stopped, exiting, killed (dead, kept for the list). */
  state: 'running' | 'sleeping' | 'swap-in' | 'stalled' | 'stopped' | 'exiting' | 'killed' | 'exited';
  /** ns, when it was killed; -1. */
  killedAt: number;
  /** Pages. */
  totalVm: number;
  rssAnon: number;
  rssFile: number;
  rssShmem: number;
  swap: number;
  /** Page tables, in pages. */
  pgtables: number;
  adj: number;
  /** adj * (totalpages / 1000), pages. */
  adjPoints: number;
  /** oom_badness, pages; null = can never be chosen (`never` says why). */
  points: number | null;
  /** How the rules in force come to the points; empty when it cannot be chosen. */
  steps: BadnessStep[];
  /** /proc/PID/oom_score. */
  oomScore: number;
  never: '' | 'init' | 'kthread' | 'adj' | 'exiting' | 'oom_skip' | 'vfork' | 'no_mm';
  /** What the program says it does, e.g. "touching 12,000 pages/s". Key and parameters for i18n. */
  doing: Refusal | null;
  /** Path of its cgroup, "/" = the root. */
  cgroup: string;
  minFlt: number;
  majFlt: number;
}
