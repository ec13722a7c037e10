/** Tasks: processes and kernel threads, and what they wait for. */
import type { AllocContext } from './alloc_context';
import type { ChargeContext, MemcgWork } from './memcontrol';
import type { Mempolicy } from './mempolicy';

export * from './alloc_context';
export type * from './scan_control';

export const PF_KTHREAD = 1;
export const PF_MEMALLOC = 2;
export const PF_EXITING = 4;
export const PF_KSWAPD = 8;
export const PF_KCOMPACTD = 8192;
export const PF_MEMALLOC_NOIO = 16;
export const PF_MEMALLOC_NOFS = 32;
/** SIGNAL_GROUP_EXIT: a fatal signal is being handled. */
export const PF_GROUP_EXIT = 64;
/** TIF_MEMDIE: may use the OOM reserves. */
export const PF_MEMDIE = 128;
/** Between vfork and exec. */
export const PF_VFORK = 256;
/** Set while running swapoff or KSM unmerge: chosen first. */
export const PF_OOM_ORIGIN = 512;
export const PF_CAP_SYS_ADMIN = 1024;
/** Stopped by the user (SIGSTOP). */
export const PF_STOPPED = 2048;
/** Forever in uninterruptible sleep, as on a dead NFS server: cannot exit, only the reaper helps. */
export const PF_STUCK = 4096;

export const TASK_RUNNING = 0;
export const TASK_INTERRUPTIBLE = 1;
export const TASK_UNINTERRUPTIBLE = 2;
/** Uninterruptible but ended by a fatal signal. */
export const TASK_KILLABLE = 3;
export const TASK_DEAD = 4;

/** What a sleeping task waits for. */
export const WAIT_NONE = 0;
/** Until `wakeAt` only. */
export const WAIT_TIMER = 1;
/** The I/O of page `waitArg` (until `wakeAt` at the latest). */
export const WAIT_PAGE = 2;
/** kswapd: somebody wakes it. Also any kernel thread's idle sleep. */
export const WAIT_KTHREAD = 3;
/** throttle_direct_reclaim on node `waitArg`. */
export const WAIT_PFMEMALLOC = 4;
/** Reclaim throttled on writeback. */
export const WAIT_WRITEBACK = 5;
/** An event of the program: a pipe, a child, input. */
export const WAIT_USER = 6;
/** Reclaim throttled for want of progress on node `waitArg`. */
export const WAIT_NOPROGRESS = 7;
/** A descriptor of block I/O, in the middle of a batch. */
export const WAIT_BIO = 8;
/** oom_lock, since `waitArg` (ns). */
export const WAIT_OOM_LOCK = 9;

/**
 * struct sched_entity: a task's standing in the fair class. Virtual time is cpu time, ns, that runs slower for who has more
 * weight.
 */
export interface SchedEntity {
  /** It wants the cpu: it is on a run queue, running or waiting. */
  onRq: boolean;
  /** Asleep, but on the queue until it has sat out what it had too much of (EEVDF). */
  delayed: boolean;
  /** Virtual time it has had. */
  vruntime: number;
  /** Virtual time by which its present request is to be served (EEVDF). */
  deadline: number;
  /** Virtual time it was owed when it fell asleep; while it runs: the deadline it was picked for (EEVDF). */
  vlag: number;
  /** ns on the cpu since it was picked (CFS). */
  ran: number;
}

/** struct cfs_rq: the run queue of a cpu. Who is on it stands in the tasks. */
export interface CfsRq {
  /** Whose it is, -1 = there is one for all. */
  cpu: number;
  /** pid of the task on the cpu, 0 = idle. */
  curr: number;
  /** Tasks on the queue, `curr` and delayed ones included. */
  nrRunning: number;
  /** Until when `curr` is charged, ns. */
  clock: number;
  /** min_vruntime (CFS), or the mean of the queue when it was last looked at (EEVDF): where a queue that was empty goes on. */
  vruntime: number;
  /** TIF_NEED_RESCHED: at the next opportunity somebody else may get the cpu. */
  needResched: boolean;
}

/** struct task_struct with its signal_struct; one thread per process. */
export interface Task {
  pid: number;
  tgid: number;
  ppid: number;
  comm: string;
  uid: number;
  /** Index in `Kernel.mms`, -1 = none (kernel thread, or exit_mm done). */
  mm: number;
  /** mm it had when marked as OOM victim, -1 = not a victim (signal->oom_mm). */
  oomMm: number;
  oomScoreAdj: number;
  oomScoreAdjMin: number;
  flags: number;
  /** TASK_* */
  state: number;
  waitKind: number;
  waitArg: number;
  /** ns; Infinity = no timeout. */
  wakeAt: number;
  /** SIGKILL is pending. */
  sigkill: boolean;
  cpu: number;
  /** -20..19: of the cpu it gets about a quarter more or less for each step. */
  nice: number;
  se: SchedEntity;
  /** CPUs it may run on, bit mask; 0 = all. */
  cpusAllowed: number;
  /** Where its pages are to lie, null = on the node of the cpu. */
  mempolicy: Mempolicy | null;
  /** Index in `Kernel.cpusets`, -1 = the root, which has all nodes. */
  cpuset: number;
  minFlt: number;
  majFlt: number;
  /** ns since boot. */
  startTime: number;
  exitTime: number;
  exitSignal: number;
  /** Argument of exit(2). */
  exitCode: number;
  /** Time on a cpu, ns. */
  utime: number;
  stime: number;
  /** Nested psi_memstall sections: > 0 = stalled on memory. §12.3. */
  memstall: number;
  /** Waits for a device. */
  inIowait: boolean;
  /** The allocation slow path under way, or its result waiting to be taken. */
  alloc: AllocContext | null;
  /** Its cgroup (index in `Kernel.cgroups`), and the memory cgroup that is charged for what it allocates. */
  cgroup: number;
  memcg: number;
  /** A charge that has to wait, or its result waiting to be taken. §11.4 */
  charge: ChargeContext | null;
  /** memcg_nr_pages_over_high: charged above a high limit, to be dealt with on the way back to user mode. §11.3 */
  memcgOverHigh: number;
  /** Reclaim it does for a cgroup. */
  memcgWork: MemcgWork | null;
  /** On whose behalf it allocates, a key of `Release.callChains`; absent: guessed from the request's flags. */
  allocSite?: string;
  /** Pages of the kernel stack, for freeing. */
  stack: number[];
  /** Progress of do_exit: EXIT_* of kernel/exit.ts; 0 = alive. */
  exitStage: number;
  /** mm that do_exit is tearing down, -1 = none (`mm` is -1 from exit_mm on). */
  exitMm: number;
  /** The fault under way has read from a device: it will count as a major one. */
  faultMajor: boolean;
  /** First virtual page of the range that the fault under way could not get a huge page for, -1 = none. */
  noHugeAt: number;
  /** Waits for a page whose refault had the workingset bit: a PSI memory stall to be ended at the next try. §12.3. */
  thrashing: boolean;
  /** pfn + 1 of the cached page that read(2) waits for and holds a reference to, 0 = none. */
  heldPage: number;
  /** Read-ahead that had to wait for memory. */
  readahead: ReadaheadWork | null;
  /** fork and exec under way. */
  forkWork: ForkWork | null;
  execWork: ExecWork | null;
  /** mm_populate under way (mlock, MAP_LOCKED): next virtual page and past the last; equal = nothing to do. */
  populateNext: number;
  populateEnd: number;
}

/** A read-ahead window of which pages are still to be added: file pages [next, end), marker at `mark` (-1 = none). */
export interface ReadaheadWork {
  inode: number;
  next: number;
  end: number;
  mark: number;
  /** The task cannot go on without it. */
  sync: boolean;
  /** Pages entered in the cache whose read has not been started: they are locked. */
  pages: number[];
}

/** copy_process as far as it got. §9.3. */
export interface ForkWork {
  flags: number;
  /** Pages of the child's kernel stack. */
  stack: number[];
  /** Child's mm, -1 = not made yet. */
  mm: number;
  /** Address up to which the parent's tables were copied: index of the VMA, next virtual page. */
  vma: number;
  vpn: number;
}

/** execve as far as it got. */
export interface ExecWork {
  /** The new mm. */
  mm: number;
  /** Segment and page of it that is touched next. */
  segment: number;
  page: number;
}
