/**
 * What a program does, as data: a list of operations. Scenario files and the launch palette share these. The
 * interpreter is interpreter.ts.
 *
 * Sizes are pages of 4 KiB, times ns of virtual time, rates pages a second (0 or absent = as fast as it goes).
 */

import type { FoundProcess } from './found/types';

/** What a program does when memory is refused: it says so and … */
export type OnEnomem = 'exit' | 'continue' | 'retry';

export type Op =
  /**
   * A mapping, known by its name from here on. `anon` is private and anonymous; `shared` is anonymous memory that
   * children share; `file` is a private read-only mapping of a file.
   */
  | {
      op: 'mmap';
      region: string;
      pages: number;
      kind?: 'anon' | 'shared' | 'file';
      /** Name of the file, for kind `file`. */
      file?: string;
      onEnomem?: OnEnomem;
    }
  /** Grows the heap by `pages`. Region `heap` is all of it, region `new` what was added now. */
  | { op: 'sbrk'; pages: number; onEnomem?: OnEnomem }
  /**
   * Accesses pages of a region: one access a page. `seq` goes through it in order; `random` picks any page; `hot` picks
   * from the region's first `hotPages` pages in `hotPercent` of the cases, else from all of it.
   */
  | {
      op: 'touch';
      region: string;
      /** First page, in order from there. */
      from?: number;
      /** Accesses to make; `all` = as many as the region has pages. */
      pages?: number | 'all';
      pattern?: 'seq' | 'random' | 'hot';
      hotPages?: number;
      hotPercent?: number;
      /** In order: pages from one access to the next. */
      stride?: number;
      rate?: number;
      write?: boolean;
    }
  /** read(2) through a file in order, `pages` of it from where the last read ended, and round again at its end. */
  | { op: 'read'; file: string; filePages: number; pages: number; rate?: number }
  /** write(2) at the end of a file on the disk; the file is `filePages` long at most, then it starts over. */
  | { op: 'write'; file: string; filePages: number; pages: number; rate?: number }
  /** Appends to a file in a tmpfs. `onEnomem` tells what happens when the tmpfs is full. */
  | { op: 'append'; file: string; pages: number; rate?: number; onEnomem?: OnEnomem }
  | { op: 'unlink'; file: string }
  /** A child with a copy of this address space, that goes on with `ops`. */
  | { op: 'fork'; ops: Op[]; name?: string; onEnomem?: OnEnomem }
  /** Replaces the address space by a fresh one of that name; goes on with the next operation. */
  | { op: 'exec'; name: string; textPages?: number }
  | { op: 'mlock'; region: string; onEnomem?: OnEnomem }
  /** Where the pages of a region, or of the whole process, are to lie from now on: MPOL_*, nodes as a bit mask. */
  | { op: 'mbind'; region: string; mode: number; nodes: number }
  | { op: 'set_mempolicy'; mode: number; nodes: number }
  /**
   * `dontneed` gives the pages of a region back, with `keepEvery` all but every so many-th; `hugepage` and `nohugepage` say
   * whether it is to have huge pages.
   */
  | { op: 'madvise'; region: string; advice: 'dontneed' | 'hugepage' | 'nohugepage'; keepEvery?: number }
  /**
   * Makes the kernel allocate `count` pieces of 2^`order` pages for itself: buffers of a driver, slab that stays, or
   * dentries that shrinkers free. No process owns them, and they outlive this one.
   */
  | {
      op: 'kalloc';
      count: number;
      order?: number;
      use?: 'driver' | 'slab' | 'dentries';
      rate?: number;
      onEnomem?: OnEnomem;
    }
  /** Has the driver give back what it got for this program, but for every `keepEvery`-th piece. */
  | { op: 'kfree'; keepEvery?: number }
  | { op: 'munmap'; region: string }
  /**
   * malloc() of two pages again and again, without end or `times` times. With `touch` one byte is written in each page;
   * without it nothing is, and yet half of the pages get memory: the allocator writes the size of what is left behind
   * each block it hands out.
   */
  | { op: 'malloc2'; times?: number; touch: boolean; rate?: number; onEnomem?: OnEnomem }
  | { op: 'sleep'; ns: number }
  | { op: 'exit' }
  /** Computes for `ns` without touching anything new. */
  | { op: 'compute'; ns: number }
  | { op: 'loop'; ops: Op[] }
  | { op: 'repeat'; times: number; ops: Op[] };

/** A process to be started. */
export interface ProcessSpec {
  /** Name as in /proc/PID/comm, up to 15 characters. */
  comm: string;
  uid: number;
  oomScoreAdj: number;
  /** -20..19, 0 when absent. */
  nice?: number;
  /** Bit mask of the cpus it may run on, all when absent. */
  cpus?: number;
  /** Its memory policy (MPOL_*), with nodes as a bit mask. */
  mempolicy?: { mode: number; nodes: number };
  /** Index of its cpuset in MachineConfig. */
  cpuset?: number;
  /** ns after boot, or after the command. */
  at: number;
  /** Pages of program text, of which it uses a part at once. */
  textPages: number;
  /** Id of the program it was made from, '' = operations of a scenario file. */
  program: string;
  ops: Op[];
  /** The cgroup it is started in; the root's when absent or not there. */
  cgroup?: string;
  /** Its pid where that is free; else, and when absent, the next one. */
  pid?: number;
  /** It is there when the machine begins, with this in its memory; absent = init starts it. */
  found?: FoundProcess;
}

/** Operations as the interpreter holds them: nested lists stand in `Machine.code`, by index. */
export type Instr = Exclude<Op, { op: 'fork' | 'loop' | 'repeat' }> | Nested;
export type Nested =
  | { op: 'fork'; body: number; name: string; onEnomem: OnEnomem }
  | { op: 'loop'; body: number }
  | { op: 'repeat'; body: number; times: number };

/** The operation that programs are at most of the time has one shape, whatever is left out: that makes reading it fast. */
const TOUCH: Extract<Instr, { op: 'touch' }> = {
  op: 'touch',
  region: '',
  from: undefined,
  pages: undefined,
  pattern: undefined,
  hotPages: undefined,
  hotPercent: undefined,
  stride: undefined,
  rate: undefined,
  write: undefined,
};

/** Enters a list of operations, nested lists first, and says where it stands. */
export function compileOps(code: Instr[][], ops: Op[]): number {
  const list: Instr[] = ops.map((op) => {
    switch (op.op) {
      case 'fork':
        return { op: 'fork', body: compileOps(code, op.ops), name: op.name ?? '', onEnomem: op.onEnomem ?? 'exit' };
      case 'loop':
        return { op: 'loop', body: compileOps(code, op.ops) };
      case 'repeat':
        return { op: 'repeat', body: compileOps(code, op.ops), times: op.times };
      case 'touch':
        return { ...TOUCH, ...op };
      default:
        return op;
    }
  });
  return code.push(list) - 1;
}
