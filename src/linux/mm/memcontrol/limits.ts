/** Writing limits: memory.max, memory.high, memory.reclaim. §11.1. */
import { EAGAIN } from '../../include/errno';
import { GFP_KERNEL } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import type { MemcgWork } from '../../include/memcontrol';
import type { Task } from '../../include/sched';
import { lruAddDrainAll } from '../swap';
import { memcgPut } from './css';
import { handleOverHighStep, newMemcgWork, workReclaimStep } from './high';
import { memCgroupOomStep, OOM_FAILED } from './oom';
import { drainAllStock } from './stock';

/** What a write to one of the files still has to do; null when it is done already. */
export function beginLimitWrite(k: Kernel, kind: MemcgWork['kind'], memcg: number, pages: number): MemcgWork | null {
  const { usage } = k.memcgs[memcg].memory;
  if (kind === 'reclaim' ? pages === 0 : usage <= pages) return null;
  return newMemcgWork(kind, memcg, pages);
}

/**
 * memory_max_write, memory_high_write, memory_reclaim, once the limit is set: one step of reclaiming what is above it. At
 * memory.max, when reclaim has failed 16 times, processes are killed until usage is below.
 *
 * @returns 1 = not yet (the task may be asleep), 0 = done, -EAGAIN = less was reclaimed than asked for
 */
function limitWriteStep(k: Kernel, task: Task, w: MemcgWork): number {
  const { memory } = k.memcgs[w.memcg];
  if (w.sc !== null) {
    if (!workReclaimStep(k, task, w, 0)) return 1;
    return w.kind === 'reclaim' ? afterProactive(w) : afterRound(w);
  }
  if (task.sigkill && w.oom === null) return 0;
  if (w.kind === 'reclaim') {
    // The last try is also for pages that are still on their way to the lists.
    if (w.retries === 0) lruAddDrainAll(k);
    const left = w.pages - w.inTotal;
    workReclaimStep(k, task, w, k.release.proactiveQuarters ? left >> 2 : left);
    return 1;
  }
  // Another write has come in between, or there is nothing left to do.
  const limit = w.kind === 'write_max' ? memory.max : memory.high;
  if (limit !== w.pages || memory.usage <= w.pages) return 0;
  if (!w.drained) {
    drainAllStock(k, w.memcg);
    w.drained = true;
    return 1;
  }
  if (w.retries > 0 || w.kind === 'write_high') {
    workReclaimStep(k, task, w, memory.usage - w.pages);
    return 1;
  }
  return memCgroupOomStep(k, task, w, w.memcg, GFP_KERNEL) === OOM_FAILED ? 0 : 1;
}

/** One step of what a task does for a cgroup before it goes on: memory.high on its way to user mode, or a write. */
export function memcgWorkStep(k: Kernel, task: Task): void {
  const w = task.memcgWork;
  if (w === null || w.kind === 'high') {
    handleOverHighStep(k, task);
    return;
  }
  const r = limitWriteStep(k, task, w);
  if (r > 0) return;
  w.result = r;
  endWork(k, task, w);
}

/** The work is done; a cgroup that was removed meanwhile may go now. */
function endWork(k: Kernel, task: Task, w: MemcgWork): void {
  task.memcgWork = null;
  memcgPut(k, w.memcg);
}

/** A fruitless round is one try less. memory.high gives up after the one that follows the last. */
function afterRound(w: MemcgWork): number {
  const { reclaimed } = w;
  w.reclaimed = 0;
  if (reclaimed > 0 || w.retries-- > 0) return 1;
  return 0;
}

function afterProactive(w: MemcgWork): number {
  if (w.reclaimed === 0 && w.retries-- <= 0) return -EAGAIN;
  w.inTotal += w.reclaimed;
  w.reclaimed = 0;
  return w.inTotal >= w.pages ? 0 : 1;
}
