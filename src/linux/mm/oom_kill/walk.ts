/** Whom an OOM is about. §10.5. */
import type { Kernel, OomControl, OomWork } from '../../include/kernel';
import type { Task } from '../../include/sched';
import { cpusetsIntersect } from '../../kernel/cpuset';
import { findTask } from '../../kernel/sched/core';
import { oomRules } from '../../versions/oom_rules';
import { memCgroupTasks } from '../memcontrol';
import { mempolicyInOomDomain } from '../mempolicy';

/**
 * oom_cpuset_eligible: whether killing this task could free memory on the nodes that are short. Under a policy: it may
 * have memory on these nodes; else its cpuset has a node in common with that of the task that asked.
 *
 * @param nodemask nodes of the policy, 0 = none
 */
export const oomCpusetEligible = (k: Kernel, current: Task, t: Task, nodemask: number): boolean =>
  nodemask === 0 ? !oomRules(k).cpusetKeepsOut || cpusetsIntersect(k, current, t) : mempolicyInOomDomain(t, nodemask);

/** Back to the first: all processes in the order of the task list, or those of a cgroup and all below it. */
export function beginWalk(k: Kernel, oom: OomWork): void {
  const memcg = oom.oc.memcg ?? 0;
  oom.at = 0;
  oom.pids = memcg === 0 ? [] : memCgroupTasks(k, memcg).map((t) => t.pid);
}

/** The next one, null = that was the last. A cgroup's walk goes past who has gone since it began. */
export function nextTask(k: Kernel, oom: OomWork): Task | null {
  if (ofMachine(oom.oc)) return oom.at < k.tasks.length ? k.tasks[oom.at++] : null;
  while (oom.at < oom.pids.length) {
    const t = findTask(k, oom.pids[oom.at++]);
    if (t !== null) return t;
  }
  return null;
}

/** Whether memory is short everywhere, not in a cgroup. */
export const ofMachine = (oc: OomControl): boolean => !oc.memcg;
