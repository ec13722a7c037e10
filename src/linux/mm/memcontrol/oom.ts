/** The OOM killer of a memory cgroup. §10.4, §10.14, §11.5. */
import type { Kernel, OomWork } from '../../include/kernel';
import { MEMCG_OOM, PAGE_COUNTER_MAX } from '../../include/memcontrol';
import type { Task } from '../../include/sched';
import { KERN_INFO, printk } from '../../kernel/printk';
import { findTask } from '../../kernel/sched/core';
import { beginOutOfMemory, oomLockKillable, oomUnlock, outOfMemoryStep } from '../oom_kill';
import { memCgroupMargin, taskIsDying } from './charge';
import { memcgMemoryEvent } from './events';
import { memcgNext } from './iter';
import { memoryStat } from './stat';

/** What mem_cgroup_oom comes to: try again; not yet: ask again; nothing can be done. */
export const OOM_DONE = 1;
export const OOM_WAIT = 0;
export const OOM_FAILED = -1;

/** A charge or a write to memory.max that may need the OOM killer. */
type NeedsOom = { oom: OomWork | null };

/**
 * mem_cgroup_oom, a step of it: the limit of a memcg is hit, and nothing can be reclaimed.
 *
 * @returns OOM_DONE, OOM_WAIT (there is more to do, or the task sleeps until the lock is its own) or OOM_FAILED
 */
export function memCgroupOomStep(k: Kernel, task: Task, of: NeedsOom, memcg: number, gfp: number): number {
  const r = memCgroupOutOfMemory(k, task, of, memcg, gfp);
  if (r === OOM_WAIT) return r;
  if (k.oomLock === task.pid) oomUnlock(k);
  memcgMemoryEvent(k, memcg, MEMCG_OOM);
  return r;
}

/** mem_cgroup_out_of_memory: one decision at a time in the whole machine. Done but for the unlock. */
function memCgroupOutOfMemory(k: Kernel, task: Task, of: NeedsOom, memcg: number, gfp: number): number {
  if (of.oom === null) {
    if (!oomLockKillable(k, task)) return task.sigkill ? OOM_DONE : OOM_WAIT;
    if (memCgroupMargin(k, memcg) >= 1 || taskIsDying(task)) return OOM_DONE;
    const oom = beginOutOfMemory(k, task, { gfp, order: 0, nodemask: 0, sysrq: false, memcg });
    if (typeof oom === 'boolean') return oom ? OOM_DONE : OOM_FAILED;
    of.oom = oom;
  }
  if (!outOfMemoryStep(k, task, of.oom)) return OOM_WAIT;
  const { answer } = of.oom;
  of.oom = null;
  return answer ? OOM_DONE : OOM_FAILED;
}

/** Lets go of the lock when the task is gone before the decision is made. */
export function abandonOom(k: Kernel, of: NeedsOom): void {
  if (of.oom !== null) oomUnlock(k);
  of.oom = null;
}

/** mem_cgroup_get_max: memory and swap that a memcg may use, pages: `totalpages` of its OOM. */
export function memCgroupGetMax(k: Kernel, memcg: number): number {
  const { memory, swap } = k.memcgs[memcg];
  return memory.max + (k.sysctl.swappiness > 0 ? Math.min(swap.max, k.swap.total) : 0);
}

/** mem_cgroup_scan_tasks: the processes of a memcg and all below it, cgroup by cgroup, in order of arrival. */
export function memCgroupTasks(k: Kernel, root: number): Task[] {
  const out: Task[] = [];
  for (let id = root; id >= 0; id = memcgNext(k, root, id)) {
    if (k.memcgs[id].cgroup >= 0) cgroupTasks(k, k.memcgs[id].cgroup, out);
  }
  return out;
}

/** Those of a cgroup, and of cgroups below that have no memory controller of their own. */
function cgroupTasks(k: Kernel, id: number, out: Task[]): void {
  if (id === 0) {
    for (const t of k.tasks) if (t.cgroup === 0) out.push(t);
  }
  for (const pid of k.cgroups[id].procs) {
    const t = findTask(k, pid);
    if (t !== null) out.push(t);
  }
  for (const child of k.cgroups[id].children) if (k.cgroups[child].memcg < 0) cgroupTasks(k, child, out);
}

/**
 * mem_cgroup_get_oom_group: the memcg that dies as a whole with a victim: the highest with memory.oom.group from the
 * victim's up to the one that is out of memory.
 *
 * @param memcg the victim's
 * @param domain 0 = the whole machine is
 * @returns −1 = the victim dies alone
 */
export function memCgroupGetOomGroup(k: Kernel, memcg: number, domain: number): number {
  let group = -1;
  for (let id = memcg; id > 0; id = k.memcgs[id].parent) {
    if (k.memcgs[id].oomGroup) group = id;
    if (id === domain) break;
  }
  return group;
}

/** A limit in the words of a report. */
const kb = (pages: number): string =>
  `${(pages >= PAGE_COUNTER_MAX ? BigInt(PAGE_COUNTER_MAX) * 4n : BigInt(pages * 4)).toString()}kB`;

/** mem_cgroup_print_oom_meminfo. */
export function printOomMeminfo(k: Kernel, id: number): void {
  const { memory, swap, path } = k.memcgs[id];
  const line = (name: string, c: typeof memory): void =>
    printk(k, KERN_INFO, `${name}: usage ${kb(c.usage)}, limit ${kb(c.max)}, failcnt ${c.failcnt}`);
  line('memory', memory);
  line('swap', swap);
  printk(k, KERN_INFO, `Memory cgroup stats for ${path}:`);
  for (const text of memoryStat(k, id).trimEnd().split('\n')) printk(k, KERN_INFO, text);
}
