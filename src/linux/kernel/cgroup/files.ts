/** The files below /sys/fs/cgroup, as text. */
import { EACCES, EINVAL, ENOENT } from '../../include/errno';
import type { Kernel } from '../../include/kernel';
import type { Cgroup } from '../../include/memcontrol';
import { MEMORY_FILES, readMemoryFile, type WriteResult, writeMemoryFile } from '../../mm/memcontrol';
import { CGROUP_ROOT, cgroupProcsWrite, findCgroup, subtreeControlWrite } from './cgroup';

const CORE_FILES: readonly string[] = ['cgroup.controllers', 'cgroup.events', 'cgroup.procs', 'cgroup.subtree_control'];

/** "/sys/fs/cgroup/web/memory.max" to the cgroup's path and the file's name; null for a path elsewhere. */
export function splitCgroupPath(path: string): { dir: string; file: string } | null {
  if (path !== CGROUP_ROOT && !path.startsWith(`${CGROUP_ROOT}/`)) return null;
  const rest = path.slice(CGROUP_ROOT.length);
  const at = rest.lastIndexOf('/');
  return { dir: rest.slice(0, at) || '/', file: rest.slice(at + 1) };
}

/** True for the cgroup or one below it when a process is in it. */
function populated(k: Kernel, c: Cgroup): boolean {
  if (c.id === 0 || c.procs.length > 0) return true;
  return c.children.some((child) => populated(k, k.cgroups[child]));
}

/** The processes of a cgroup; those of the root are all that are in no other one. */
export const cgroupPids = (k: Kernel, c: Cgroup): number[] =>
  c.id === 0 ? k.tasks.filter((t) => t.cgroup === 0).map((t) => t.pid) : [...c.procs];

/** The text of a file, or a negative error number. Reading changes nothing. */
export function readCgroupFile(k: Kernel, path: string): string | number {
  const at = splitCgroupPath(path);
  const c = at && findCgroup(k, at.dir);
  if (!at || !c) return -ENOENT;
  const memory = c.parent < 0 || k.cgroups[c.parent].subtreeMemory;
  switch (at.file) {
    case 'cgroup.controllers':
      return memory ? 'memory\n' : '';
    case 'cgroup.subtree_control':
      return c.subtreeMemory ? 'memory\n' : '';
    case 'cgroup.procs':
      return cgroupPids(k, c)
        .map((pid) => `${pid}\n`)
        .join('');
    case 'cgroup.events':
      return c.id === 0 ? -ENOENT : `populated ${populated(k, c) ? 1 : 0}\nfrozen 0\n`;
    default:
      return c.memcg < 0 ? -ENOENT : readMemoryFile(k, c.memcg, at.file);
  }
}

/** A write by root. Reclaim that it asks for is left in `work`, for a task to do. */
export function writeCgroupFile(k: Kernel, path: string, value: string): WriteResult {
  const at = splitCgroupPath(path);
  const c = at && findCgroup(k, at.dir);
  if (!at || !c) return { error: -ENOENT, work: null };
  const text = value.trim();
  switch (at.file) {
    case 'cgroup.procs':
      return { error: /^\d+$/.test(text) ? cgroupProcsWrite(k, c.id, Number(text)) : -EINVAL, work: null };
    case 'cgroup.subtree_control':
      return { error: subtreeControlWrite(k, c.id, text), work: null };
    case 'cgroup.controllers':
    case 'cgroup.events':
      return { error: -EACCES, work: null };
    default:
      return c.memcg < 0 ? { error: -ENOENT, work: null } : writeMemoryFile(k, c.memcg, at.file, value);
  }
}

/** Paths of all files there are now. */
export function listCgroupFiles(k: Kernel): string[] {
  return k.cgroups
    .filter((c) => c.path !== '')
    .flatMap((c) => {
      const dir = c.id === 0 ? CGROUP_ROOT : `${CGROUP_ROOT}${c.path}`;
      return [...CORE_FILES, ...(c.memcg >= 0 ? MEMORY_FILES : [])].map((file) => `${dir}/${file}`);
    })
    .filter((path) => typeof readable(k, path) === 'string');
}
/** Like readCgroupFile, without the work of putting a large file together. */
const readable = (k: Kernel, path: string): string | number =>
  path.endsWith('/memory.stat') ? '' : readCgroupFile(k, path);

/** /proc/PID/cgroup. */
export const procCgroup = (k: Kernel, id: number): string => `0::${k.cgroups[id].path}\n`;
