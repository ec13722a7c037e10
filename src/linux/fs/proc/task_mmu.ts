/** /proc/PID/status and statm. §14.6. */
import type { Kernel } from '../../include/kernel';
import { MM_ANONPAGES, MM_FILEPAGES, MM_SHMEMPAGES, MM_SWAPENTS, type MmStruct } from '../../include/mm_types';
import { PF_STOPPED, TASK_DEAD, TASK_INTERRUPTIBLE, TASK_RUNNING, type Task } from '../../include/sched';
import { kB } from '../../include/units';
import { findTask } from '../../kernel/sched/core';
import { getMmCounter, getMmHiwaterRss, procMmCounter } from '../../mm/mm_counters';

/** "R (running)": the letter and word of a task's state. */
export function taskState(t: Task): string {
  if (t.state === TASK_DEAD) return 'Z (zombie)';
  if (t.flags & PF_STOPPED) return 'T (stopped)';
  if (t.state === TASK_RUNNING) return 'R (running)';
  return t.state === TASK_INTERRUPTIBLE ? 'S (sleeping)' : 'D (disk sleep)';
}

function memoryLines(k: Kernel, mm: MmStruct): string {
  const anon = procMmCounter(k, mm, MM_ANONPAGES);
  const file = procMmCounter(k, mm, MM_FILEPAGES);
  const shmem = procMmCounter(k, mm, MM_SHMEMPAGES);
  const rss = anon + file + shmem;
  const values: [string, number][] = [
    ['VmPeak', kB(Math.max(mm.hiwaterVm, mm.totalVm))],
    ['VmSize', kB(mm.totalVm)],
    ['VmLck', kB(mm.lockedVm)],
    ['VmPin', 0],
    ['VmHWM', kB(Math.max(getMmHiwaterRss(mm), rss))],
    ['VmRSS', kB(rss)],
    ['RssAnon', kB(anon)],
    ['RssFile', kB(file)],
    ['RssShmem', kB(shmem)],
    ['VmData', kB(mm.dataVm)],
    ['VmStk', kB(mm.stackVm)],
    ['VmExe', kB(mm.execVm)],
    ['VmLib', 0],
    ['VmPTE', mm.pgtablesBytes >> 10],
    ['VmSwap', kB(procMmCounter(k, mm, MM_SWAPENTS))],
    ['HugetlbPages', 0],
  ];
  return values.map(([name, n]) => `${name}:\t${String(n).padStart(8)} kB\n`).join('');
}

/** /proc/PID/status, or null without such a process. Kernel threads and zombies have no lines on memory. */
export function pidStatus(k: Kernel, pid: number): string | null {
  const t = findTask(k, pid);
  if (t === null) return null;
  let text = `Name:\t${t.comm}\nState:\t${taskState(t)}\nTgid:\t${t.tgid}\nPid:\t${t.pid}\nPPid:\t${t.ppid}\n`;
  text += `Uid:\t${t.uid}\t${t.uid}\t${t.uid}\t${t.uid}\n`;
  if (t.mm >= 0) text += memoryLines(k, k.mms[t.mm]);
  return `${text}Threads:\t1\n`;
}

/** /proc/PID/statm: size, resident, shared, text, lib, data, dirty; pages. Approximate counters, as in the OOM report. */
export function pidStatm(k: Kernel, pid: number): string | null {
  const t = findTask(k, pid);
  if (t === null) return null;
  if (t.mm < 0) return '0 0 0 0 0 0 0\n';
  const mm = k.mms[t.mm];
  const shared = getMmCounter(mm, MM_FILEPAGES) + getMmCounter(mm, MM_SHMEMPAGES);
  const resident = shared + getMmCounter(mm, MM_ANONPAGES);
  return `${mm.totalVm} ${resident} ${shared} ${mm.execVm} 0 ${mm.dataVm + mm.stackVm} 0\n`;
}
