/** memory.high: who pushes a cgroup above it reclaims, and is slowed down. §11.3. */
import { GFP_KERNEL } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import {
  MEMCG_CHARGE_BATCH,
  MEMCG_HIGH,
  MEMCG_SWAP_HIGH,
  type MemcgWork,
  type PageCounter,
} from '../../include/memcontrol';
import { PF_MEMALLOC, TASK_KILLABLE, type Task } from '../../include/sched';
import { HZ, JIFFY, MAX_RECLAIM_RETRIES, SWAP_CLUSTER_MAX } from '../../include/units';
import { scheduleTimeout } from '../../kernel/sched/core';
import { psiMemstallEnter, psiMemstallLeave } from '../../kernel/sched/psi';
import { newMemcgScanControl, tryToFreePagesStep } from '../vmscan';
import { taskIsDying } from './charge';
import { memcgMemoryEvent } from './events';
import { abandonOom } from './oom';

/** Fixed point of the overage, and what its square is divided by. */
const DELAY_PRECISION_SHIFT = 20;
const DELAY_SCALING_SHIFT = 14;
/** Jiffies that a return to user mode is delayed at most. */
const MAX_HIGH_DELAY = 2 * HZ;

/** How far a counter is above its high limit: a fraction of it, in 2^-20. */
const overage = (c: PageCounter): number =>
  c.usage <= c.high ? 0 : Math.floor(((c.usage - c.high) * 2 ** DELAY_PRECISION_SHIFT) / Math.max(c.high, 1));

/** calculate_high_delay: jiffies that `nr` pages charged cost at this overage. */
export function calculateHighDelay(nr: number, over: number): number {
  if (over === 0) return 0;
  const penalty = Math.floor((over * over * HZ) / 2 ** (DELAY_PRECISION_SHIFT + DELAY_SCALING_SHIFT));
  return Math.floor((penalty * nr) / MEMCG_CHARGE_BATCH);
}

/** mem_find_max_overage, swap_find_max_overage: of a memcg and all above it. That swap is above its limit is an event. */
function maxOverage(k: Kernel, memcg: number, name: 'memory' | 'swap'): number {
  let most = 0;
  for (let id = memcg; id > 0; id = k.memcgs[id].parent) {
    const over = overage(k.memcgs[id][name]);
    if (over > 0 && name === 'swap') memcgMemoryEvent(k, id, MEMCG_SWAP_HIGH);
    most = Math.max(most, over);
  }
  return most;
}

export const newMemcgWork = (kind: MemcgWork['kind'], memcg: number, pages: number): MemcgWork => ({
  kind,
  memcg,
  level: memcg,
  pages,
  retries: MAX_RECLAIM_RETRIES,
  inRetry: false,
  drained: false,
  reclaimed: 0,
  inTotal: 0,
  result: 0,
  sc: null,
  oom: null,
});

/** True when the task has something to do for its cgroups before it may go on in user mode. */
export const memcgWorkPending = (task: Task): boolean =>
  task.memcgWork !== null || (task.memcgOverHigh > 0 && !task.sigkill);

/** Ends the work of a task that is going away. */
export function abandonMemcgWork(k: Kernel, task: Task): void {
  if (task.memcgWork?.sc) task.flags &= ~PF_MEMALLOC;
  if (task.memcgWork !== null) abandonOom(k, task.memcgWork);
  task.memcgWork = null;
  task.memcgOverHigh = 0;
}

/** try_to_free_mem_cgroup_pages for a piece of work: begins it, or does a step. True when it is over. */
export function workReclaimStep(k: Kernel, task: Task, w: MemcgWork, pages: number): boolean {
  if (w.sc === null) {
    w.sc = newMemcgScanControl(k, w.level, pages, GFP_KERNEL);
    psiMemstallEnter(k, task);
    task.flags |= PF_MEMALLOC;
    return false;
  }
  if (!tryToFreePagesStep(k, task, w.sc)) return false;
  w.reclaimed += w.sc.result;
  w.sc = null;
  task.flags &= ~PF_MEMALLOC;
  psiMemstallLeave(k, task);
  return true;
}

/** mem_cgroup_handle_over_high: one step. True when the task may go on (it may be asleep). */
export function handleOverHighStep(k: Kernel, task: Task): boolean {
  if (task.memcgWork === null) {
    task.memcgWork = newMemcgWork('high', task.memcg, task.memcgOverHigh);
    task.memcgOverHigh = 0;
    k.cost += k.costs.syscall;
  }
  const w = task.memcgWork;
  if (w.sc !== null) {
    if (!workReclaimStep(k, task, w, 0)) return false;
    w.level = k.memcgs[w.level].parent;
  } else if (task.memstall > 0 && w.level < 0) {
    // Back from the sleep below.
    psiMemstallLeave(k, task);
    task.memcgWork = null;
    return true;
  }
  if (taskIsDying(task)) {
    task.memcgWork = null;
    return true;
  }
  // reclaim_high, level by level.
  for (; w.level > 0; w.level = k.memcgs[w.level].parent) {
    const { memory } = k.memcgs[w.level];
    if (memory.usage <= memory.high) continue;
    memcgMemoryEvent(k, w.level, MEMCG_HIGH);
    workReclaimStep(k, task, w, w.inRetry ? SWAP_CLUSTER_MAX : w.pages);
    return false;
  }
  const jiffies = Math.min(
    calculateHighDelay(w.pages, maxOverage(k, w.memcg, 'memory')) +
      calculateHighDelay(w.pages, maxOverage(k, w.memcg, 'swap')),
    MAX_HIGH_DELAY,
  );
  if (jiffies <= Math.floor(HZ / 100)) {
    task.memcgWork = null;
    return true;
  }
  if (w.reclaimed > 0 || w.retries-- > 0) {
    w.inRetry = true;
    w.reclaimed = 0;
    w.level = w.memcg;
    return false;
  }
  w.level = -1;
  psiMemstallEnter(k, task);
  scheduleTimeout(k, task, jiffies * JIFFY, TASK_KILLABLE);
  return false;
}
