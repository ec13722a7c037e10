/** The reaper: takes a victim's memory when the victim does not get to it itself. §10.9. */
import type { Kernel } from '../../include/kernel';
import {
  MM_ANONPAGES,
  MM_FILEPAGES,
  MM_SHMEMPAGES,
  MMF_OOM_REAP_QUEUED,
  MMF_OOM_SKIP,
  type MmStruct,
} from '../../include/mm_types';
import type { Task } from '../../include/sched';
import { trace, tracepointId } from '../../include/trace';
import { kB, MS, SEC } from '../../include/units';
import { oomReapMm } from '../../kernel/exit';
import { KERN_INFO, printk } from '../../kernel/printk';
import { addTimer, findTask } from '../../kernel/sched/core';
import { oomRules } from '../../versions/oom_rules';
import { getMmCounter } from '../mm_counters';

/** ns the victim has to exit by itself. */
export const OOM_REAPER_DELAY = 2 * SEC;
/** Attempts, and ns between them. */
export const MAX_OOM_REAP_RETRIES = 10;
export const OOM_REAP_RETRY_DELAY = 100 * MS;

const TRACE_WAKE_REAPER = tracepointId('wake_reaper');
const TRACE_START = tracepointId('start_task_reaping');
const TRACE_FINISH = tracepointId('finish_task_reaping');
const TRACE_SKIP = tracepointId('skip_task_reaping');

/** A timer's argument: the victim, and how often its memory was tried to be reaped. */
const ATTEMPTS = 16;

/** queue_oom_reaper: once per address space, looks after the victim in 2 s (at once or never by older rules). */
export function queueOomReaper(k: Kernel, victim: Task): void {
  const { reaper } = oomRules(k);
  if (victim.oomMm < 0 || reaper === 'never') return;
  const mm = k.mms[victim.oomMm];
  if (mm.flags & MMF_OOM_REAP_QUEUED) return;
  mm.flags |= MMF_OOM_REAP_QUEUED;
  const delay = reaper === 'at once' ? 0 : OOM_REAPER_DELAY;
  addTimer(k, 'oom_reaper', k.now + delay, victim.pid * ATTEMPTS);
}

/** The address space of a victim that is still there, or null. */
function victimMm(k: Kernel, pid: number): { task: Task; mm: MmStruct } | null {
  const task = findTask(k, pid);
  return task === null || task.oomMm < 0 ? null : { task, mm: k.mms[task.oomMm] };
}

/**
 * The timer of kind 'oom_reaper' has expired: either a victim's 2 s are over (wake_oom_reaper), or a failed attempt is
 * to be repeated. The reaper works on one victim at a time (the first in `oomReaperList`); later ones wait behind it and
 * the latest is taken first.
 *
 * @param arg the timer's argument
 */
export function oomReaperStep(k: Kernel, arg: number): void {
  const pid = Math.floor(arg / ATTEMPTS);
  const attempts = arg % ATTEMPTS;
  const list = k.oomReaperList;
  if (attempts === 0) {
    const v = victimMm(k, pid);
    if (v === null || v.mm.flags & MMF_OOM_SKIP) return;
    trace(k.trace, k.now, pid, TRACE_WAKE_REAPER, pid);
    list.push(pid);
    if (list.length > 1) return;
  }
  let tried = attempts;
  while (list.length > 0) {
    if (!oomReapTask(k, list[0], tried)) return;
    list.shift();
    const next = list.pop();
    if (next !== undefined) list.unshift(next);
    tried = 0;
  }
}

/**
 * oom_reap_task: one attempt.
 *
 * @returns false when it is to be repeated; a timer is set
 */
function oomReapTask(k: Kernel, pid: number, attempts: number): boolean {
  const v = victimMm(k, pid);
  // Exited in the meantime.
  if (v === null) return true;
  const { task, mm } = v;
  if (!oomReapTaskMm(k, task, mm)) {
    if (attempts + 1 < MAX_OOM_REAP_RETRIES) {
      addTimer(k, 'oom_reaper', k.now + OOM_REAP_RETRY_DELAY, pid * ATTEMPTS + attempts + 1);
      return false;
    }
    printk(k, KERN_INFO, `oom_reaper: unable to reap pid:${pid} (${task.comm})`);
  }
  // Whatever came of it, the next OOM may choose somebody else.
  mm.flags |= MMF_OOM_SKIP;
  return true;
}

/** oom_reap_task_mm: true when there is nothing left to do for this address space. */
function oomReapTaskMm(k: Kernel, task: Task, mm: MmStruct): boolean {
  if (mm.flags & MMF_OOM_SKIP) {
    trace(k.trace, k.now, task.pid, TRACE_SKIP, task.pid);
    return true;
  }
  trace(k.trace, k.now, task.pid, TRACE_START, task.pid);
  if (!oomReapMm(k, mm, oomRules(k).reaperSparesMlocked)) return false;
  const size = (member: number): number => kB(getMmCounter(mm, member));
  printk(
    k,
    KERN_INFO,
    `oom_reaper: reaped process ${task.pid} (${task.comm}), now anon-rss:${size(MM_ANONPAGES)}kB, ` +
      `file-rss:${size(MM_FILEPAGES)}kB, shmem-rss:${size(MM_SHMEMPAGES)}kB`,
  );
  trace(k.trace, k.now, task.pid, TRACE_FINISH, task.pid);
  return true;
}
