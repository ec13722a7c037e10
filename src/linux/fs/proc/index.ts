/** The files of /proc that the model has. */
import type { Kernel } from '../../include/kernel';
import { CGROUP_ROOT, listCgroupFiles, procCgroup, readCgroupFile } from '../../kernel/cgroup';
import { findTask } from '../../kernel/sched/core';
import { psiFile } from '../../kernel/sched/psi';
import { readSysctl, SYSCTL_NAMES } from '../../kernel/sysctl';
import { isThpFile, THP_FILES } from '../../mm/huge_memory';
import { isLruGenFile, LRU_GEN_FILES } from '../../mm/vmscan/lru_gen/sysfs';
import { isZswapFile, ZSWAP_FILES } from '../../mm/zswap_params';
import { meminfo } from './meminfo';
import { oomAdjFromScoreAdj, oomScore } from './oom';
import { swaps } from './swaps';
import { pidStatm, pidStatus } from './task_mmu';
import { vmstat } from './vmstat';
import { buddyinfo, pagetypeinfo, zoneinfo } from './zoneinfo';

export { meminfo, meminfoKb, siMemAvailable } from './meminfo';
export { oomAdjFromScoreAdj, oomScore, scoreAdjFromOomAdj, writeOomAdj, writeOomScoreAdj } from './oom';
export { swaps } from './swaps';
export { pidStatm, pidStatus, taskState } from './task_mmu';
export { vmstat, vmstatValues } from './vmstat';
export { buddyinfo, pagetypeinfo, zoneinfo } from './zoneinfo';

const FILES: { readonly [path: string]: (k: Kernel) => string } = {
  '/proc/buddyinfo': buddyinfo,
  '/proc/meminfo': meminfo,
  '/proc/pagetypeinfo': pagetypeinfo,
  '/proc/pressure/memory': psiFile,
  '/proc/swaps': swaps,
  '/proc/vmstat': vmstat,
  '/proc/zoneinfo': zoneinfo,
};

const adj = (k: Kernel, pid: number): number => findTask(k, pid)?.oomScoreAdj ?? 0;
const PID_FILES: { readonly [name: string]: (k: Kernel, pid: number) => string | null } = {
  cgroup: (k, pid) => procCgroup(k, findTask(k, pid)?.cgroup ?? 0),
  comm: (k, pid) => `${findTask(k, pid)?.comm ?? ''}\n`,
  oom_adj: (k, pid) => `${oomAdjFromScoreAdj(adj(k, pid))}\n`,
  oom_score: (k, pid) => `${oomScore(k, pid)}\n`,
  oom_score_adj: (k, pid) => `${adj(k, pid)}\n`,
  statm: pidStatm,
  status: pidStatus,
};

/**
 * The text of a file: "/proc/meminfo", "/proc/412/status", "/proc/sys/vm/swappiness", "/sys/fs/cgroup/web/memory.stat". null when there is no such file,
 * no such process, or it can only be written. Reading changes nothing.
 */
export function readProcFile(k: Kernel, path: string): string | null {
  const file = FILES[path];
  if (file) return file(k);
  if (path.startsWith('/proc/sys/vm/') || isLruGenFile(path) || isZswapFile(path) || isThpFile(path)) {
    const text = readSysctl(k, path);
    return typeof text === 'string' ? text : null;
  }
  if (path.startsWith(CGROUP_ROOT)) {
    const text = readCgroupFile(k, path);
    return typeof text === 'string' ? text : null;
  }
  const m = /^\/proc\/(\d+)\/([a-z_]+)$/.exec(path);
  if (!m || findTask(k, Number(m[1])) === null) return null;
  return PID_FILES[m[2]]?.(k, Number(m[1])) ?? null;
}

/** Paths of all files that can be read now. */
export function listProcFiles(k: Kernel): string[] {
  const sys = SYSCTL_NAMES.map((name) => `/proc/sys/vm/${name}`).filter(
    (path) => typeof readSysctl(k, path) === 'string',
  );
  const tasks = k.tasks.flatMap((t) => Object.keys(PID_FILES).map((name) => `/proc/${t.pid}/${name}`));
  return [
    ...Object.keys(FILES),
    ...sys,
    ...LRU_GEN_FILES,
    ...ZSWAP_FILES,
    ...THP_FILES,
    ...listCgroupFiles(k),
    ...tasks,
  ];
}
