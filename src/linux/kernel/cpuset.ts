/** Cpusets: the nodes that a group of tasks may take memory from. */
import { __GFP_HARDWALL } from '../include/gfp';
import type { Kernel } from '../include/kernel';
import type { Task } from '../include/sched';

/** The nodes with cpus or memory there are, as a bit mask. */
const allNodes = (k: Kernel): number => 2 ** k.nodes.length - 1;

/** cpuset_current_mems_allowed: the nodes of the task's cpuset, as a bit mask. */
export const cpusetMems = (k: Kernel, task: Task): number => k.cpusets[task.cpuset]?.mems ?? allNodes(k);

/** The name of the task's cpuset as reports print it. */
export const cpusetName = (k: Kernel, task: Task): string => k.cpusets[task.cpuset]?.name ?? '/';

/**
 * __cpuset_node_allowed for all nodes at once: those that a request may use, as a bit mask, 0 = all. What the kernel
 * takes for itself (without __GFP_HARDWALL) may come from anywhere, and so may what an OOM victim needs to die.
 */
export function cpusetNodemask(k: Kernel, task: Task, gfp: number): number {
  if (task.cpuset < 0 || !(gfp & __GFP_HARDWALL) || task.oomMm >= 0) return 0;
  return cpusetMems(k, task);
}

/** Both restrictions together, 0 = none. */
export const bothMasks = (a: number, b: number): number => (a === 0 ? b : b === 0 ? a : a & b);

/** cpuset_mems_allowed_intersects: whether the two may have memory on the same node. */
export const cpusetsIntersect = (k: Kernel, a: Task, b: Task): boolean => (cpusetMems(k, a) & cpusetMems(k, b)) !== 0;
