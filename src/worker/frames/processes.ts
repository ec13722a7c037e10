/** The processes of a frame, living and gone. */
import type { Kernel } from '../../linux/include/kernel';
import { MM_ANONPAGES, MM_FILEPAGES, MM_SHMEMPAGES, MM_SWAPENTS, MMF_OOM_SKIP } from '../../linux/include/mm_types';
import { PF_EXITING, PF_KTHREAD, PF_STOPPED, TASK_RUNNING, type Task, WAIT_PAGE } from '../../linux/include/sched';
import { isGlobalInit } from '../../linux/kernel/sched/core';
import { getMmCounterSum } from '../../linux/mm/mm_counters';
import {
  adjPoints,
  badnessFacts,
  inVfork,
  isUnkillable,
  OOM_UNKILLABLE,
  oomScoreFromPoints,
} from '../../linux/mm/oom_kill';
import { badnessSteps, sumOfSteps } from '../../linux/versions/badness';
import { oomRules } from '../../linux/versions/oom_rules';
import { currentOp } from '../../machine/interpret/control';
import type { Ended, Machine, Proc } from '../../machine/machine';
import { CHIPS } from '../pageMap';
import type { ProcFrame, Refusal } from '../protocol';

function neverOf(k: Kernel, t: Task): ProcFrame['never'] {
  if (isGlobalInit(t)) return 'init';
  if (t.flags & PF_KTHREAD) return 'kthread';
  if (t.mm < 0) return t.flags & PF_EXITING ? 'exiting' : 'no_mm';
  if (t.oomScoreAdj === -1000) return 'adj';
  if (k.mms[t.mm].flags & MMF_OOM_SKIP) return 'oom_skip';
  if (inVfork(k, t)) return 'vfork';
  return '';
}

function stateOf(t: Task): ProcFrame['state'] {
  if (t.flags & PF_EXITING || t.sigkill) return 'exiting';
  if ((t.alloc !== null && !t.alloc.done) || (t.charge !== null && !t.charge.done) || t.memcgWork !== null)
    return 'stalled';
  if (t.flags & PF_STOPPED) return 'stopped';
  if (t.state === TASK_RUNNING) return 'running';
  return t.waitKind === WAIT_PAGE ? 'swap-in' : 'sleeping';
}

/** What a process is doing, in words of i18n/machine.ts. */
function doingOf(m: Machine, p: Proc): Refusal | null {
  if (p.prog === null) return null;
  const op = currentOp(m, p.prog);
  if (op === null) return null;
  const say = (code: string, params: Refusal['params'] = {}): Refusal => ({ code: `doing.${code}`, params });
  switch (op.op) {
    case 'touch':
      return op.rate ? say('touchRate', { region: op.region, rate: op.rate }) : say('touch', { region: op.region });
    case 'read':
      return op.rate ? say('readRate', { file: op.file, rate: op.rate }) : say('read', { file: op.file });
    case 'write':
      return say('write', { file: op.file });
    case 'append':
      return say('append', { file: op.file, done: p.prog.done, pages: op.pages });
    case 'malloc2':
      return say(op.touch ? 'mallocTouch' : 'malloc', { n: p.prog.done });
    case 'mmap':
      return say('mmap', { pages: op.pages });
    case 'sbrk':
      return say('sbrk', { pages: op.pages });
    case 'mlock':
      return say('mlock', { region: op.region });
    case 'exec':
      return say('exec', { name: op.name });
    default:
      return say(op.op);
  }
}

/** A living process, with its points and what it is doing. */
export function procFrame(m: Machine, task: Task, p: Proc, totalpages: number): ProcFrame {
  const k = m.kernel;
  const mm = task.mm >= 0 ? k.mms[task.mm] : task.exitMm >= 0 ? k.mms[task.exitMm] : null;
  const count = (member: number): number => (mm ? getMmCounterSum(mm, member) : 0);
  const rules = oomRules(k);
  const era = rules.badness;
  const steps =
    mm && task.mm >= 0 && !isUnkillable(k, task) ? badnessSteps(era, badnessFacts(k, task, mm, era), totalpages) : [];
  const points = steps.length > 0 ? sumOfSteps(steps) : OOM_UNKILLABLE;
  return {
    pid: task.pid,
    comm: task.comm,
    uid: task.uid,
    chip: Math.max(0, p.chip) % CHIPS,
    state: stateOf(task),
    killedAt: -1,
    totalVm: mm ? mm.totalVm : 0,
    rssAnon: count(MM_ANONPAGES),
    rssFile: count(MM_FILEPAGES),
    rssShmem: count(MM_SHMEMPAGES),
    swap: count(MM_SWAPENTS),
    pgtables: mm ? mm.pgtablesBytes / 4096 : 0,
    adj: task.oomScoreAdj,
    // A shift is not an amount of memory that could be drawn.
    adjPoints: era.score === 'total-vm-and-times' ? 0 : adjPoints(task.oomScoreAdj, totalpages),
    points: points === OOM_UNKILLABLE ? null : points,
    steps,
    oomScore: oomScoreFromPoints(points, totalpages, rules.scoreFile),
    never: points === OOM_UNKILLABLE ? neverOf(k, task) : '',
    doing: doingOf(m, p),
    cgroup: k.cgroups[task.cgroup].path,
    minFlt: task.minFlt,
    majFlt: task.majFlt,
  };
}

/** A process that has gone. */
export function endedFrame(e: Ended): ProcFrame {
  return {
    pid: e.pid,
    comm: e.comm,
    uid: e.uid,
    chip: e.chip % CHIPS,
    state: e.killed ? 'killed' : 'exited',
    killedAt: e.t,
    totalVm: 0,
    rssAnon: 0,
    rssFile: 0,
    rssShmem: 0,
    swap: 0,
    pgtables: 0,
    adj: e.adj,
    adjPoints: 0,
    points: null,
    steps: [],
    oomScore: 0,
    never: 'no_mm',
    doing: e.refused ? { code: 'doing.refused', params: {} } : null,
    cgroup: e.cgroup,
    minFlt: 0,
    majFlt: 0,
  };
}
