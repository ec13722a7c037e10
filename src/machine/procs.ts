/** The machine's side of tasks: one Proc for each, in the order of the kernel's task list. */
import { PF_KTHREAD, type Task } from '../linux/include/sched';
import { noteEvent } from './landmarks';
import type { Machine, Proc, Program } from './machine';
import { compileOps, type Op } from './ops';

/** Processes that have gone are kept for the list, the latest so many. */
const ENDED_KEPT = 12;

/** A program at its beginning. */
export function newProgram(m: Machine, id: string, ops: Op[], pid: number): Program {
  return programAt(m, id, compileOps(m.code, ops), pid);
}

/** A program that begins with an entered list of operations. */
export function programAt(m: Machine, id: string, list: number, pid: number): Program {
  return {
    id,
    frames: [{ list, pc: 0, left: 1 }],
    regions: [],
    cursors: [],
    heapTop: 0,
    done: 0,
    nextAt: 0,
    aux: 0,
    rng: (Math.imul(m.seed + pid, 0x9e3779b1) >>> 0) | 1,
    refused: 0,
  };
}

/** Enters a task that the kernel has just put at the end of its list. */
export function addProc(m: Machine, task: Task, prog: Program | null): Proc {
  const proc: Proc = {
    pid: task.pid,
    freeAt: m.kernel.now,
    waitSince: -1,
    chip: task.flags & PF_KTHREAD || task.pid === 1 ? -1 : m.chips++,
    leaving: false,
    prog,
  };
  m.procs.push(proc);
  return proc;
}

/** Drops those whose task is gone from the kernel's list, and enters those that the kernel has made by itself. */
export function syncProcs(m: Machine): void {
  const { procs } = m;
  const { tasks } = m.kernel;
  let i = 0;
  while (i < tasks.length && i < procs.length && procs[i].pid === tasks[i].pid) i++;
  for (; i < tasks.length; i++) {
    const { pid } = tasks[i];
    while (i < procs.length && procs[i].pid !== pid && !tasks.some((t) => t.pid === procs[i].pid)) procs.splice(i, 1);
    if (i >= procs.length) addProc(m, tasks[i], null);
  }
  if (procs.length !== i) procs.length = i;
}

/** A process has exited: keeps its name for the list, and a flag for the timeline. */
export function noteExit(m: Machine, proc: Proc, task: Task): void {
  if (proc.chip < 0) return;
  const t = m.kernel.now;
  const { pid, comm, uid } = task;
  m.ended.push({
    pid,
    comm,
    uid,
    chip: proc.chip,
    killed: task.oomMm >= 0 || task.exitSignal === 9,
    refused: proc.leaving && (proc.prog?.refused ?? 0) > 0,
    t,
    adj: task.oomScoreAdj,
    cgroup: m.kernel.cgroups[task.cgroup].path,
  });
  if (m.ended.length > ENDED_KEPT) m.ended.shift();
  noteEvent(m, { t, kind: 'exit', label: comm, pid });
}
