/** An OOM as it was decided and reported. */
import type { BadnessHistory } from '../versions/badness';

/** struct oom_control, the input of a decision. §10.1. */
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

/** From where in out_of_memory the report is printed; ends the stack dump's chain. */
export type ReportSite = 'kill' | 'allocating' | 'panic' | 'none';

/** Who is to die, as far as it is known without the task: that one may be gone before the report is printed. */
export interface OomChosen {
  pid: number;
  comm: string;
  uid: number;
  memcg: number;
}

/** An out_of_memory under way. That of a cgroup gives way to others after each task it looks at. */
export interface OomWork {
  oc: OomControl;
  /** Nodes of the policy that memory is short under, 0 = none. */
  nodemask: number;
  stage: 'select_bad_process' | 'dump_tasks' | 'done';
  /** A cgroup's processes, by pid, in order; unused where all of the task list is walked. */
  pids: number[];
  /** The next to be looked at. */
  at: number;
  chosen: OomChosen | null;
  /** What the report is about, whether it is printed (ratelimit), and the words of the kill. */
  site: ReportSite;
  printed: boolean;
  message: string;
  record: OomRecord;
  /** What out_of_memory returns once it is done: the request is to be tried again. */
  answer: boolean;
}

/** The choice of a victim as it was made, for the screens that explain it. Kept for each OOM. */
export interface OomRecord {
  t: number;
  invoker: number;
  invokerComm: string;
  gfp: number;
  order: number;
  constraint: OomConstraint;
  totalpages: number;
  /** Path of the cgroup whose limit was hit, '' = memory was short everywhere. */
  memcg: string;
  /** pids of those that died with the victim (memory.oom.group), and the cgroup that died as a whole. */
  group: number[];
  groupPath?: string;
  /** The cgroup at the charge that failed, where one's limit was hit. */
  limit?: OomLimit;
  /** Nodes that were short, where not all were: those of a memory policy or of a cpuset. */
  nodes?: number[];
  /** Candidates in task-list order. */
  walk: OomCandidate[];
  /** Name of the rules it was made by (versions/oom_rules.ts). */
  rules: string;
  /** pid, -1 = none, -2 = scan aborted. */
  chosen: number;
  chosenPoints: number;
  /** The child that was killed in place of the chosen process, by the rules of old kernels. */
  sacrificed?: number;
  /** Index of the report's first line in `Kernel.log`, and past its last. */
  logStart: number;
  logEnd: number;
  /** The numbers of the report's memory block, taken when it was made. Pages. */
  mem?: OomMemory;
  /** The rows of the task dump, in its order, printed or not. */
  tasks?: OomTask[];
  /** The zones as the report found them. */
  zones?: OomZone[];
  /** Rounds of reclaim that had freed nothing when it was asked for. */
  noProgressLoops: number;
}

/** pid of who is killed by a decision: the chosen process, or the child in its place; negative = nobody. */
export const oomVictim = ({ chosen, sacrificed }: Pick<OomRecord, 'chosen' | 'sacrificed'>): number =>
  sacrificed ?? chosen;

/** A cgroup at its limit, pages; null = no limit. §11.5. */
export interface OomLimit {
  usage: number;
  max: number;
  /** Charges refused so far because of memory.max. */
  failcnt: number;
  swapUsage: number;
  swapMax: number | null;
  /** Of `usage`: on the lists of anonymous and of file pages, and not evictable. */
  anon: number;
  file: number;
  mlocked: number;
  /** Those below it, parents first. */
  below: { path: string; usage: number; max: number | null }[];
  /** Processes that were not asked, because they are in other cgroups. */
  outside: number;
}

/** A zone in the report, pages. */
export interface OomZone {
  node: number;
  name: string;
  present: number;
  managed: number;
  free: number;
  pcp: number;
  /** With the boost. */
  min: number;
  low: number;
  high: number;
  boost: number;
  /** lowmem_reserve against the request. */
  reserve: number;
}

/** What show_mem says, pages over all nodes. §10.12. */
export interface OomMemory {
  free: number;
  freePcp: number;
  activeAnon: number;
  inactiveAnon: number;
  activeFile: number;
  inactiveFile: number;
  shmem: number;
  slabReclaimable: number;
  pagetables: number;
  swapFree: number;
}

/** One row of the task dump: pages, with approximate counters; `pgtablesBytes` in bytes. */
export interface OomTask {
  pid: number;
  comm: string;
  totalVm: number;
  rss: number;
  rssAnon: number;
  rssFile: number;
  rssShmem: number;
  pgtablesBytes: number;
  swapents: number;
  oomScoreAdj: number;
}

export interface OomCandidate {
  pid: number;
  comm: string;
  /** Pages; by today's rules points = rss + swap + pgtables + adj. */
  rss: number;
  swap: number;
  pgtables: number;
  adjPoints: number;
  oomScoreAdj: number;
  points: number;
  /** What the rules of other years look at besides: CAP_SYS_ADMIN, and what no report prints. */
  admin?: boolean;
  history?: BadnessHistory;
  /** Why it cannot be chosen: '' = it can. */
  skip: '' | 'init' | 'kthread' | 'cpuset' | 'oom_skip' | 'aborted' | 'oom_score_adj' | 'vfork' | 'no_mm' | 'exiting';
}
