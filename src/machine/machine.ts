/**
 * A computer that is switched on: the kernel and what stands around it. All of it is plain data, so that a checkpoint is
 * a copy and a hash covers everything. Three fields are not state: `config` never changes, `script` is what is to be done
 * from outside, `rec` is what viewers have seen.
 */
import type { Kernel } from '../linux/include/kernel';
import type { MemcgWork } from '../linux/include/memcontrol';
import type { AllocContext, CfsRq } from '../linux/include/sched';
import type { TimedAction } from './commands';
import type { MachineConfig } from './config';
import type { Instr, ProcessSpec } from './ops';
import type { Recording } from './record';

export interface Cpu {
  /** ns of virtual time up to which this cpu has worked. */
  clock: number;
  /** pid of the task it ran last, 0 = none. */
  pid: number;
  rq: CfsRq;
  /** ns spent idle. */
  idle: number;
}

/** A place in a program: a list of `Machine.code`, the next operation in it, and passes left (Infinity = a loop). */
export interface ProgFrame {
  list: number;
  pc: number;
  left: number;
}

/** A named range of virtual pages. */
export interface Region {
  name: string;
  vpn: number;
  pages: number;
}

/** What a process does now. */
export interface Program {
  /** Id of the palette's program, '' = a scenario file's own operations. */
  id: string;
  /** Innermost last. */
  frames: ProgFrame[];
  regions: Region[];
  /** Where reading or writing a file goes on, by inode. */
  cursors: { inode: number; page: number }[];
  /** The heap of malloc2: bytes from 0 to the first free byte, and to the program break. */
  heapTop: number;
  /** Progress of the operation under way; 0 when it begins. */
  done: number;
  /** ns when the next batch of a paced operation is due; 0 = not begun. */
  nextAt: number;
  /** A second number for operations in two parts. */
  aux: number;
  /** xorshift32 state of its random accesses. */
  rng: number;
  /** Refusals met so far. */
  refused: number;
}

/** A task as the scheduler and the interpreter see it; same order as `Kernel.tasks`. */
export interface Proc {
  pid: number;
  /** ns before which no cpu may run it: its last turn went up to there. */
  freeAt: number;
  /** ns when it began to wait for a page from a disk, -1 = it does not. */
  waitSince: number;
  /** Place in order of start among user processes: its colour. -1 = kernel thread. */
  chip: number;
  /** It has called exit(): do_exit is under way. */
  leaving: boolean;
  prog: Program | null;
}

/** A process that has gone, kept for the list. */
export interface Ended {
  pid: number;
  comm: string;
  uid: number;
  chip: number;
  killed: boolean;
  /** It ended because memory was refused to it. */
  refused: boolean;
  /** ns. */
  t: number;
  adj: number;
  /** Path of the cgroup it was in. */
  cgroup: string;
}

export interface CacheState {
  /** Per level: tags of the pages held, 0 = empty. */
  tags: Int32Array[];
  /** Visits to pages served by each level, RAM last. */
  served: number[];
}

/** A walk through the allocator's slow path that has come to its end. */
export interface FinishedAlloc {
  pid: number;
  comm: string;
  /** ns. */
  t: number;
  alloc: AllocContext;
}

/** Values kept every TICK_NS for what is shown of the recent past; see window.ts. */
export interface Window {
  /** Ticks so far. */
  n: number;
  ring: Float64Array;
}

/** What a look at all tasks has found, at `Kernel.tasksSeq` = `seq`. */
export interface Look {
  seq: number;
  /** ns when the next sleeper wakes. */
  wakeAt: number;
  /** Tasks that want a cpu. */
  wanting: number;
}

/** Counts since boot that no kernel counter has. */
export interface Tally {
  /** Visits to pages by programs. */
  touches: number;
  /** Visits that waited for a disk, and ns waited. */
  waits: number;
  waitNs: number;
  /** Minor faults on anonymous memory. */
  newAnon: number;
  /** ns when a program last got on, and the visits made then. */
  progressAt: number;
  progressTouches: number;
}

export interface Machine {
  config: MachineConfig;
  /** Commands of the session in order of time. */
  script: TimedAction[];
  rec: Recording;

  seed: number;
  kernel: Kernel;
  cpus: Cpu[];
  procs: Proc[];
  code: Instr[][];
  ended: Ended[];
  /** Commands applied. */
  applied: number;
  /** Events of the scenario that have taken place. */
  eventsDone: number;
  /** Processes whose time to start has not come, by time; and those that init is to start now. */
  later: { t: number; spec: ProcessSpec }[];
  /** Writes to cgroup files that init is to do the reclaim of, in order. */
  cgroupWork: MemcgWork[];
  starting: ProcessSpec[];
  chips: number;
  look: Look;
  caches: CacheState;
  window: Window;
  /** The last walk through the slow path, for the picture of it. */
  lastAlloc: FinishedAlloc | null;
  tally: Tally;
  /** Counters at the last sample. */
  sampled: { n: number; base: number[] };
  /** Trace records looked at for landmarks. */
  traceSeen: number;
  /** Landmarks of which the timeline shows the first only. */
  seen: { kswapd: boolean; directReclaim: boolean; swapOut: boolean; panic: boolean; oomAt: number };
  /** Nothing moves any more: 60 s without progress under full pressure. */
  livelock: boolean;
  /** A measure of real work, about microseconds; see run.ts. */
  work: number;
}

/** Virtual time: up to here all cpus have worked. ns. */
export function timeOf(m: Machine): number {
  let t = Infinity;
  for (let i = 0; i < m.cpus.length; i++) if (m.cpus[i].clock < t) t = m.cpus[i].clock;
  return t;
}
