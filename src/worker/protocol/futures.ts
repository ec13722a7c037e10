/** The futures of a run. */
import type { TimedCommand } from '../../machine/commands';

/** The futures of a run, and which of them is open. */
export interface Futures {
  branches: BranchInfo[];
  active: number;
}

/** Memory on another future than the open one, in parallel lists: ns and pages. */
export interface Ghost {
  t: number[];
  /** Free pages of the gauge's zone, as in Sample. */
  zoneFree: number[];
  swapUsed: number[];
}

/** A future of the run. */
export interface BranchInfo {
  id: number;
  /** The one it was forked from, -1 = the first. */
  parent: number;
  /** ns. */
  forkedAt: number;
  /** All that was done on it; of that `shared` commands are its parent's too, the rest is what was changed. */
  commands: TimedCommand[];
  shared: number;
  /** ns of the farthest moment computed. */
  known: number;
  kills: { t: number; pid: number; comm: string }[];
}
