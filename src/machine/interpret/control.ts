/** Where a program stands in its lists of operations, and how it goes on from there. */
import { TASK_INTERRUPTIBLE, type Task } from '../../linux/include/sched';
import { scheduleTimeout } from '../../linux/kernel/sched/core';
import type { Machine, Proc, Program } from '../machine';
import type { Instr, OnEnomem } from '../ops';

/** What a refused program waits before it tries again. ns. */
const RETRY_NS = 100_000_000;

/** The operation at hand, null when the program is at its end. */
export function currentOp(m: Machine, prog: Program): Instr | null {
  const frame = prog.frames[prog.frames.length - 1];
  return frame ? (m.code[frame.list][frame.pc] ?? null) : null;
}

/** On to the next operation. */
export function next(m: Machine, prog: Program): void {
  prog.done = 0;
  prog.aux = 0;
  const { frames } = prog;
  frames[frames.length - 1].pc++;
  unwind(m, prog);
}

/** Goes round loops and leaves lists that have come to their end. */
function unwind(m: Machine, prog: Program): void {
  const { frames } = prog;
  while (frames.length > 0) {
    const frame = frames[frames.length - 1];
    if (frame.pc < m.code[frame.list].length) return;
    frame.left--;
    if (frame.left > 0) {
      frame.pc = 0;
      return;
    }
    frames.pop();
  }
}

export function enter(m: Machine, prog: Program, list: number, times: number): void {
  // The operation after this one is where it goes on when the list is done.
  prog.frames[prog.frames.length - 1].pc++;
  prog.done = 0;
  prog.aux = 0;
  if (m.code[list].length > 0) prog.frames.push({ list, pc: 0, left: times });
  unwind(m, prog);
}

export function leave(proc: Proc): void {
  proc.leaving = true;
}

/** Memory was refused: the program says so and does what it was written to do. */
export function refused(m: Machine, proc: Proc, task: Task, prog: Program, then: OnEnomem): void {
  prog.refused++;
  if (then === 'exit') leave(proc);
  else if (then === 'continue') next(m, prog);
  else scheduleTimeout(m.kernel, task, RETRY_NS, TASK_INTERRUPTIBLE);
}
