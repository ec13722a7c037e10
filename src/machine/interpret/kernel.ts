/** What a program makes the kernel allocate for itself. */
import type { Task } from '../../linux/include/sched';
import { kernelAlloc } from '../../linux/mm/kalloc';
import { ALLOC_WAIT } from '../../linux/mm/page_alloc';
import type { Machine, Proc, Program } from '../machine';
import type { Instr } from '../ops';
import { next, refused } from './control';
import { allowed, made } from './pace';

/** Allocations of the kernel's, as many as the budget allows. */
export function kalloc(
  m: Machine,
  proc: Proc,
  task: Task,
  prog: Program,
  op: Extract<Instr, { op: 'kalloc' }>,
  budget: number,
): void {
  const k = m.kernel;
  const count = allowed(m, task, prog, op.rate ?? 0, op.count - prog.done);
  let did = 0;
  while (did < count && k.cost < budget) {
    const p = kernelAlloc(
      k,
      task,
      op.use ?? 'driver',
      op.use === undefined || op.use === 'driver' ? (op.order ?? 0) : 0,
    );
    if (p === ALLOC_WAIT) break;
    if (p < 0) {
      made(m, prog, did);
      refused(m, proc, task, prog, op.onEnomem ?? 'exit');
      return;
    }
    k.cost += k.costs.syscall;
    did++;
  }
  made(m, prog, did);
  if (prog.done >= op.count) next(m, prog);
}
