/** kernel/cgroup/cgroup.c: the tree of control groups, and who is in which. §11. */
import { EBUSY, EEXIST, EINVAL, ENOENT, ESRCH } from '../../include/errno';
import type { Kernel } from '../../include/kernel';
import type { Cgroup } from '../../include/memcontrol';
import { PF_KTHREAD, type Task } from '../../include/sched';
import { memCgroupOffline, memCgroupOnline, newMemcg } from '../../mm/memcontrol';
import { findTask } from '../sched/core';

/** Where cgroup2 is mounted. */
export const CGROUP_ROOT = '/sys/fs/cgroup';

/** The root cgroup and its memory controller, which are always there. */
export const rootCgroup = (): Cgroup => ({
  id: 0,
  path: '/',
  parent: -1,
  children: [],
  memcg: 0,
  subtreeMemory: false,
  procs: [],
});
export const rootMemcg = (nrNodes: number): ReturnType<typeof newMemcg> => newMemcg(0, -1, 0, '/', nrNodes);

/** The cgroup at a path below the mount point ("/", "/web/db"), null = none. */
export function findCgroup(k: Kernel, path: string): Cgroup | null {
  const clean = path.replace(/\/+$/, '') || '/';
  return k.cgroups.find((c) => c.path === clean) ?? null;
}

/** The memory controller that counts a cgroup's processes: its own or the next one above. */
export function cgroupMemcg(k: Kernel, id: number): number {
  let at = id;
  while (k.cgroups[at].memcg < 0) at = k.cgroups[at].parent;
  return k.cgroups[at].memcg;
}

/** After the controllers have changed: which memcg is charged for each process. */
function updateTasks(k: Kernel): void {
  for (const t of k.tasks) t.memcg = cgroupMemcg(k, t.cgroup);
}

/** cgroup_mkdir. Returns the id of the cgroup, or a negative error number. */
export function cgroupMkdir(k: Kernel, path: string): number {
  const at = path.lastIndexOf('/');
  const name = path.slice(at + 1);
  if (!path.startsWith('/') || name === '' || name === '.' || name === '..') return -EINVAL;
  const parent = findCgroup(k, path.slice(0, at) || '/');
  if (parent === null) return -ENOENT;
  if (findCgroup(k, path) !== null) return -EEXIST;
  let id = 1;
  while (id < k.cgroups.length && k.cgroups[id].path !== '') id++;
  let memcg = -1;
  if (parent.subtreeMemory) {
    memcg = memCgroupOnline(k, cgroupMemcg(k, parent.id), id, path);
    if (memcg < 0) return memcg;
  }
  k.cgroups[id] = { id, path, parent: parent.id, children: [], memcg, subtreeMemory: false, procs: [] };
  parent.children.push(id);
  return id;
}

/** cgroup_rmdir. Returns 0 or a negative error number: -EBUSY with processes in it or cgroups below it. */
export function cgroupRmdir(k: Kernel, path: string): number {
  const c = findCgroup(k, path);
  if (c === null) return -ENOENT;
  if (c.id === 0 || c.procs.length > 0 || c.children.length > 0) return -EBUSY;
  const { children } = k.cgroups[c.parent];
  children.splice(children.indexOf(c.id), 1);
  if (c.memcg > 0) memCgroupOffline(k, c.memcg);
  c.memcg = -1;
  c.path = '';
  return 0;
}

/**
 * cgroup_attach_task: moves a process. What it has been charged for stays where it is. §11.1
 *
 * @returns 0 or a negative error number: -EBUSY for a cgroup that hands its memory controller on to its children, which
 *   must have no processes of its own
 */
export function cgroupAttach(k: Kernel, id: number, task: Task): number {
  const c = k.cgroups[id];
  if (id !== 0 && c.subtreeMemory) return -EBUSY;
  if (task.cgroup === id) return 0;
  cgroupLeave(k, task);
  task.cgroup = id;
  task.memcg = cgroupMemcg(k, id);
  if (id !== 0) c.procs.push(task.pid);
  return 0;
}

/** A write of a pid to cgroup.procs; 0 stands for the writer. */
export function cgroupProcsWrite(k: Kernel, id: number, pid: number): number {
  const task = findTask(k, pid === 0 ? k.current : pid);
  if (task === null) return -ESRCH;
  if (task.flags & PF_KTHREAD) return -EINVAL;
  return cgroupAttach(k, id, task);
}

/** cgroup_post_fork: a child begins where its parent is. */
export function cgroupFork(k: Kernel, child: Task): void {
  if (child.cgroup !== 0) k.cgroups[child.cgroup].procs.push(child.pid);
}

/** cgroup_exit: a process is gone. */
export function cgroupLeave(k: Kernel, task: Task): void {
  if (task.cgroup === 0) return;
  const { procs } = k.cgroups[task.cgroup];
  const at = procs.indexOf(task.pid);
  if (at >= 0) procs.splice(at, 1);
}

/**
 * cgroup_subtree_control_write: "+memory" gives each child a memory controller, "-memory" takes it away.
 *
 * @returns 0 or a negative error number
 */
export function subtreeControlWrite(k: Kernel, id: number, text: string): number {
  const c = k.cgroups[id];
  let on = c.subtreeMemory;
  for (const word of text.split(/\s+/).filter((w) => w !== '')) {
    if (!/^[+-]memory$/.test(word)) return -EINVAL;
    on = word.startsWith('+');
  }
  if (on === c.subtreeMemory) return 0;
  if (on && c.memcg < 0) return -ENOENT;
  // Processes live in the leaves, but for the root.
  if (on && id !== 0 && c.procs.length > 0) return -EBUSY;
  if (!on && c.children.some((child) => k.cgroups[child].subtreeMemory)) return -EBUSY;
  c.subtreeMemory = on;
  for (const child of c.children) {
    const below = k.cgroups[child];
    if (on) {
      const memcg = memCgroupOnline(k, c.memcg, child, below.path);
      if (memcg < 0) return memcg;
      below.memcg = memcg;
    } else {
      const { memcg } = below;
      below.memcg = -1;
      updateTasks(k);
      memCgroupOffline(k, memcg);
    }
  }
  updateTasks(k);
  return 0;
}
