/** Killing the victim. §10.3, §10.7, §10.8. */
import type { Kernel, OomChosen, OomWork } from '../../include/kernel';
import { MEMCG_OOM_GROUP_KILL, MEMCG_OOM_KILL } from '../../include/memcontrol';
import { MM_ANONPAGES, MMF_OOM_SKIP } from '../../include/mm_types';
import { PF_EXITING, PF_GROUP_EXIT, PF_KTHREAD, PF_MEMDIE, type Task } from '../../include/sched';
import { trace, tracepointId } from '../../include/trace';
import { kB, SEC } from '../../include/units';
import { OOM_KILL } from '../../include/vmstat';
import { KERN_ERR, KERN_INFO, printk, ratelimit } from '../../kernel/printk';
import { findTask, isGlobalInit, sendSigkill } from '../../kernel/sched/core';
import { memCgroupGetOomGroup, memCgroupTasks, memcgMemoryEvent } from '../memcontrol';
import { getMmCounter } from '../mm_counters';
import { OOM_SCORE_ADJ_MIN, taskMm } from './badness';
import { queueOomReaper } from './reaper';
import { dumpHeader, dumpOomVictim, printChosen, printKilled } from './report';
import { sacrificeChild } from './sacrifice';

const TRACE_MARK_VICTIM = tracepointId('mark_victim');

/** At most so many full reports in so many ns. */
export const OOM_REPORT_BURST = 10;
export const OOM_REPORT_INTERVAL = 5 * SEC;

/** __task_will_free_mem: it is on its way out, by itself or by a fatal signal. */
const taskIsExiting = (t: Task): boolean => t.sigkill || (t.flags & (PF_GROUP_EXIT | PF_EXITING)) !== 0;

/**
 * task_will_free_mem: the task is dying already and will give its memory back without being killed, as will all others
 * that share its address space.
 */
export function taskWillFreeMem(k: Kernel, task: Task): boolean {
  const mm = taskMm(k, task);
  if (mm === null || !taskIsExiting(task) || mm.flags & MMF_OOM_SKIP) return false;
  if (mm.users <= 1) return true;
  return k.tasks.every((p) => p === task || p.mm !== task.mm || taskIsExiting(p));
}

/** mark_oom_victim: gives the task access to the reserves and remembers whose memory is awaited. */
export function markOomVictim(k: Kernel, task: Task): void {
  if (task.flags & PF_MEMDIE) return;
  task.flags |= PF_MEMDIE;
  if (task.oomMm < 0) task.oomMm = task.mm;
  const mm = taskMm(k, task);
  trace(
    k.trace,
    k.now,
    task.pid,
    TRACE_MARK_VICTIM,
    task.pid,
    mm ? kB(mm.totalVm) : 0,
    mm ? kB(getMmCounter(mm, MM_ANONPAGES)) : 0,
    task.oomScoreAdj,
  );
}

/**
 * oom_kill_process, its beginning: a victim that is dying already is only given access to the reserves, and nothing is
 * printed. Else the report begins, and killChosen follows it.
 */
export function oomKillProcess(k: Kernel, current: Task, oom: OomWork, chosen: OomChosen): void {
  const task = findTask(k, chosen.pid);
  oom.record.chosen = chosen.pid;
  if (task !== null && taskWillFreeMem(k, task)) {
    markOomVictim(k, task);
    queueOomReaper(k, task);
    oom.stage = 'done';
    oom.answer = true;
    return;
  }
  oom.printed = ratelimit(k, k.oomRatelimit, 'oom_kill_process', OOM_REPORT_INTERVAL, OOM_REPORT_BURST);
  dumpHeader(k, current, oom);
}

/**
 * oom_kill_process after the tasks are dumped: kills. By old rules a child may die in place of the chosen process. Who has
 * exited while the tasks of its cgroup were dumped need not be killed.
 */
export function killChosen(k: Kernel, current: Task, oom: OomWork, chosen: OomChosen): void {
  const { record, message } = oom;
  if (oom.printed) dumpOomVictim(k, current, oom, chosen);
  printChosen(k, chosen, record.chosenPoints, record.totalpages, message);
  const task = findTask(k, chosen.pid);
  const victim = task !== null && oom.site === 'kill' ? sacrificeChild(k, task, record.totalpages) : task;
  if (victim !== task && victim !== null) record.sacrificed = victim.pid;
  // Found out before the victim is gone.
  const group = memCgroupGetOomGroup(k, (victim ?? chosen).memcg, oom.oc.memcg ?? 0);
  if (victim === null) alreadyExiting(k, chosen, message);
  else killVictim(k, victim, message);
  if (group < 0) return;
  record.groupPath = k.memcgs[group].path;
  record.group = killGroup(k, group, (victim ?? chosen).pid, message);
}

/** There is no memory of it any more. */
const alreadyExiting = (k: Kernel, victim: { pid: number; comm: string }, message: string): void =>
  printk(
    k,
    KERN_INFO,
    `${message}: OOM victim ${victim.pid} (${victim.comm}) is already exiting. Skip killing the task`,
  );

/** oom_kill_memcg_member for all of a cgroup with memory.oom.group but those with oom_score_adj −1000. §11.5 */
function killGroup(k: Kernel, group: number, victim: number, message: string): number[] {
  memcgMemoryEvent(k, group, MEMCG_OOM_GROUP_KILL);
  printk(k, KERN_ERR, `Tasks in ${k.memcgs[group].path} are going to be killed due to memory.oom.group set`);
  const others: number[] = [];
  for (const t of memCgroupTasks(k, group)) {
    if (t.oomScoreAdj === OOM_SCORE_ADJ_MIN || isGlobalInit(t)) continue;
    killVictim(k, t, message);
    if (t.pid !== victim) others.push(t.pid);
  }
  return others;
}

/** __oom_kill_process: SIGKILL for the victim and for all that share its address space. */
function killVictim(k: Kernel, victim: Task, message: string): void {
  const mm = taskMm(k, victim);
  if (mm === null) {
    alreadyExiting(k, victim, message);
    return;
  }
  k.vmEvents[OOM_KILL]++;
  memcgMemoryEvent(k, victim.memcg, MEMCG_OOM_KILL);
  // The signal comes first: reserves are for a task that is sure to die.
  sendSigkill(k, victim);
  markOomVictim(k, victim);
  printKilled(k, victim, mm, message);

  let canReap = true;
  for (const p of k.tasks) {
    if (p === victim || p.mm !== victim.mm) continue;
    if (isGlobalInit(p)) {
      canReap = false;
      mm.flags |= MMF_OOM_SKIP;
      printk(k, KERN_INFO, `oom killer ${victim.pid} (${victim.comm}) has mm pinned by ${p.pid} (${p.comm})`);
    } else if (!(p.flags & PF_KTHREAD)) {
      sendSigkill(k, p);
    }
  }
  if (canReap) queueOomReaper(k, victim);
}
