/** A bare machine for the OOM killer: processes are nothing but their counters. */
import { GFP_ANON_FAULT } from '../../../../src/linux/include/gfp';
import type { Kernel, OomControl, OomRecord } from '../../../../src/linux/include/kernel';
import type { Task } from '../../../../src/linux/include/sched';
import { cgroupAttach, cgroupMkdir, findCgroup, writeCgroupFile } from '../../../../src/linux/kernel/cgroup';
import { createTask } from '../../../../src/linux/kernel/sched/core';
import { fakeMm } from '../../recordings';
import { bootTestKernel } from '../../support';

/** A user's page fault, memory short everywhere. */
export const OC: OomControl = { gfp: GFP_ANON_FAULT, order: 0, nodemask: 0, sysrq: false };

/** A machine of 100,000 pages with init and nobody else, by the rules of this name. */
export function machine(rules = 'kernel'): Kernel {
  const k = bootTestKernel(100_000);
  k.oomRules = rules;
  createTask(k, { comm: 'init', pid: 1 }).mm = fakeMm(k, { anon: 50_000 }).id;
  return k;
}

export interface Size {
  anon?: number;
  file?: number;
  shmem?: number;
  swap?: number;
  /** Bytes of page tables. */
  tables?: number;
}

/** A user's process of this size, pages; its address space is 300 pages larger. */
export function proc(k: Kernel, comm: string, size: Size | number, more: Partial<Task> = {}): Task {
  const of = typeof size === 'number' ? { anon: size } : size;
  const mm = fakeMm(k, of);
  mm.totalVm = (of.anon ?? 0) + (of.file ?? 0) + (of.shmem ?? 0) + (of.swap ?? 0) + 300;
  mm.pgtablesBytes = of.tables ?? 0;
  return createTask(k, { comm, ppid: 1, mm: mm.id, uid: 1000, ...more });
}

/** A cgroup with the memory controller and these limits, by file; its index in `Kernel.memcgs`. */
export function cgroup(k: Kernel, path: string, files: Record<string, string> = {}): number {
  const parent = path.slice(0, path.lastIndexOf('/'));
  writeCgroupFile(k, `/sys/fs/cgroup${parent}/cgroup.subtree_control`, '+memory');
  if (cgroupMkdir(k, path) < 0) throw new Error(path);
  for (const [file, value] of Object.entries(files)) {
    const { error } = writeCgroupFile(k, `/sys/fs/cgroup${path}/${file}`, value);
    if (error !== 0) throw new Error(`${path}/${file}: ${error}`);
  }
  return findCgroup(k, path)!.memcg;
}

/** Moves the task there. */
export function attach(k: Kernel, path: string, task: Task): Task {
  if (cgroupAttach(k, findCgroup(k, path)!.id, task) !== 0) throw new Error(path);
  return task;
}

export const text = (k: Kernel): string[] => k.log.map((l) => l.text);
export const last = (k: Kernel): OomRecord => k.oomRecords[k.oomRecords.length - 1];
/** Who has got SIGKILL, by name. */
export const dying = (k: Kernel): string[] => k.tasks.filter((t) => t.sigkill).map((t) => t.comm);
