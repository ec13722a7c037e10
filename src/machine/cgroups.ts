/** Control groups of a machine: making them, what is refused, and who does what a write asks for. */
import { EBUSY } from '../linux/include/errno';
import type { Kernel } from '../linux/include/kernel';
import { type Task, WAIT_USER } from '../linux/include/sched';
import {
  CGROUP_ROOT,
  cgroupAttach,
  cgroupMkdir,
  cgroupRmdir,
  findCgroup,
  writeCgroupFile,
} from '../linux/kernel/cgroup';
import { findTask, wakeUpProcess } from '../linux/kernel/sched/core';
import { acceptsMemoryWrite, MEMORY_FILES } from '../linux/mm/memcontrol';
import { type Action, CGROUP_PATH, type CgroupCommand, RefusalError } from './commands';
import type { Machine } from './machine';
import { cgroupText } from './units';

/** All paths from the first below the root to this one. */
const steps = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((_, i, names) => `/${names.slice(0, i + 1).join('/')}`);

/** As a person writes it to as the kernel reads it. */
const textOf = (value: string): string => cgroupText(value) ?? value;

const dirOf = (path: string): string => (path === '/' ? CGROUP_ROOT : `${CGROUP_ROOT}${path}`);

/**
 * Makes a cgroup and those above it that are missing, each with a memory controller.
 *
 * @returns 0 or a negative error number
 */
export function createCgroup(k: Kernel, path: string): number {
  let parent = '/';
  for (const step of steps(path)) {
    const { error } = writeCgroupFile(k, `${dirOf(parent)}/cgroup.subtree_control`, '+memory');
    if (error < 0) return error;
    if (findCgroup(k, step) === null) {
      const made = cgroupMkdir(k, step);
      if (made < 0) return made;
    }
    parent = step;
  }
  return 0;
}

/** The nearest cgroup above that is there already has processes: then it cannot get children with a controller. */
function blocked(k: Kernel, path: string): boolean {
  const above = steps(path)
    .slice(0, -1)
    .map((step) => findCgroup(k, step));
  return above.some((c) => c !== null && !c.subtreeMemory && c.procs.length > 0);
}

/**
 * Says why something done to a cgroup would not have an effect.
 *
 * @throws {RefusalError}
 */
export function checkCgroupAction(k: Kernel, action: CgroupCommand | Extract<Action, { op: 'cgroup_attach' }>): void {
  const { path } = action;
  const root = action.op === 'cgroup_attach' && path === '/';
  if (!root && !CGROUP_PATH.test(path)) throw new RefusalError('bad-cgroup-path', { path });
  const c = findCgroup(k, path);
  if (action.op === 'cgroup_create') {
    if (c !== null) throw new RefusalError('cgroup-exists', { path });
    if (blocked(k, path)) throw new RefusalError('cgroup-busy', { path });
    return;
  }
  if (c === null) throw new RefusalError('no-cgroup', { path });
  if (action.op === 'cgroup_remove' && (c.procs.length > 0 || c.children.length > 0)) {
    throw new RefusalError('cgroup-busy', { path });
  }
  if (action.op === 'cgroup_attach' && !root && c.subtreeMemory) throw new RefusalError('cgroup-busy', { path });
  if (action.op === 'cgroup_write') {
    const { file, value } = action;
    if (c.memcg < 0 || !MEMORY_FILES.includes(file)) throw new RefusalError('unknown-cgroup-file', { path, file });
    if (!acceptsMemoryWrite(file, textOf(value))) throw new RefusalError('bad-cgroup-value', { path, file, value });
  }
}

/** Carries it out; what has no effect any more is passed over. */
export function applyCgroupAction(m: Machine, action: CgroupCommand): void {
  const k = m.kernel;
  if (action.op === 'cgroup_create') createCgroup(k, action.path);
  else if (action.op === 'cgroup_remove') cgroupRmdir(k, action.path);
  else writeSetting(m, action.path, action.file, action.value);
}

/** A write to a file of a cgroup. The reclaim it asks for is done by init, one write after the other. */
export function writeSetting(m: Machine, path: string, file: string, value: string): void {
  const k = m.kernel;
  const { work } = writeCgroupFile(k, `${dirOf(path)}/${file}`, textOf(value));
  if (work === null) return;
  m.cgroupWork.push(work);
  const init = findTask(k, 1);
  if (init?.waitKind === WAIT_USER) wakeUpProcess(k, init);
}

/** Moves a process. Returns 0 or a negative error number. */
export function attach(k: Kernel, task: Task, path: string): number {
  const c = findCgroup(k, path);
  return c === null ? -EBUSY : cgroupAttach(k, c.id, task);
}
