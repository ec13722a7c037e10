/** A control group as it is shown. */

/** A control group with a memory controller. Pages; null = no limit. */
export interface CgroupFrame {
  /** "/web/db"; the tree is in the paths, parents come before their children. */
  path: string;
  current: number;
  /** Of `current`: on the lists of anonymous (and shared) pages, of file pages, and not evictable; the rest is kernel's. */
  anon: number;
  file: number;
  mlocked: number;
  peak: number;
  min: number;
  low: number;
  /** What of min and low holds when the whole machine reclaims now: parents and siblings have a say. */
  emin: number;
  elow: number;
  high: number | null;
  max: number | null;
  swapCurrent: number;
  swapMax: number | null;
  oomGroup: boolean;
  /** memory.events: of it and all below. */
  events: { low: number; high: number; max: number; oom: number; oomKill: number; oomGroupKill: number };
  /** Processes in it (not below it). */
  procs: number;
  /** Processes may be put in it: it has not handed its controller on to children. */
  leaf: boolean;
  /** `totalpages` of an OOM at its own limit, pages; null = it has none. */
  totalpages: number | null;
  /** Who would die for that limit: those of it and below with most points, the first of equals first. */
  ranking: MemcgCandidate[];
}

/** A process as the OOM killer of a group counts it: adj weighs by the group's limits. */
export interface MemcgCandidate {
  pid: number;
  points: number;
  adjPoints: number;
}
