/** What an OOM decision is asked and what it finds. §10.1. */

/** struct oom_control, the input. */
export interface OomControl {
  gfp: number;
  /** Order of the request; ignored (and printed as -1) for sysrq. */
  order: number;
  /** Nodes the request may use (an MPOL_BIND policy), bit mask; 0 = all. */
  nodemask: number;
  /** Asked for by the user with sysrq-f. */
  sysrq: boolean;
  /** The memory cgroup whose limit is hit (index in `Kernel.memcgs`); 0 or absent = memory is short everywhere. */
  memcg?: number;
}

/** Why memory is short only for some. */
export type OomConstraint = 'CONSTRAINT_NONE' | 'CONSTRAINT_CPUSET' | 'CONSTRAINT_MEMORY_POLICY' | 'CONSTRAINT_MEMCG';
