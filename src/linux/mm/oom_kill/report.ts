/** The printed report, line by line. §10.12. */
import type { Kernel } from '../../include/kernel';
import { MM_ANONPAGES, MM_FILEPAGES, MM_SHMEMPAGES, MM_SWAPENTS, type MmStruct } from '../../include/mm_types';
import type { Task } from '../../include/sched';
import { kB } from '../../include/units';
import { KERN_ERR, KERN_INFO, KERN_WARNING, printk } from '../../kernel/printk';
import { allocSite, chargeSite, dumpStack } from '../../lib/dump_stack';
import { formatGfpMask } from '../../trace/gfpflags';
import { printOomMeminfo } from '../memcontrol';
import { getMmCounter, getMmRss } from '../mm_counters';
import { gfpZone } from '../page_alloc';
import { formatNodemask, showMem } from '../show_mem';
import { formatBitmapList, nodesWithMemory } from '../vmstat';
import { oomUnkillableTask, taskMm } from './badness';
import { oomCpusetEligible, oomScanTasks } from './select';
import type { OomConstraint, OomControl } from './types';

/** From where in out_of_memory the report is printed; ends the stack dump's chain. */
export type ReportSite = 'kill' | 'allocating' | 'panic' | 'none';

/** The callers of out_of_memory for this request, for the stack dump. */
export const oomCallers = (oc: OomControl, current: Task): string[] =>
  oc.sysrq ? ['sysrq'] : oc.memcg ? ['memcg', chargeSite(current)] : ['slowpath', allocSite(current, oc.gfp)];

/**
 * dump_header: who asked, the way into the OOM killer, the state of memory and the table of tasks.
 *
 * @param nodemask nodes the report is limited to, 0 = all
 */
export function dumpHeader(k: Kernel, oc: OomControl, current: Task, nodemask: number, site: ReportSite): void {
  const order = oc.sysrq ? -1 : oc.order;
  printk(
    k,
    KERN_WARNING,
    `${current.comm} invoked oom-killer: gfp_mask=${formatGfpMask(oc.gfp)}, order=${order}, ` +
      `oom_score_adj=${current.oomScoreAdj}`,
  );
  dumpStack(k, current, [`report:${site}`, ...oomCallers(oc, current)], oc.sysrq ? 'events moom_callback' : '');
  if (oc.memcg) printOomMeminfo(k, oc.memcg);
  else showMem(k, gfpZone(oc.gfp), nodemask);
  if (k.sysctl.oom_dump_tasks) dumpTasks(k, oc, nodemask);
}

/** dump_tasks: a row for each process that is neither init nor a kernel thread and has memory. */
function dumpTasks(k: Kernel, oc: OomControl, nodemask: number): void {
  const rss = k.release.rssColumns ? ' rss_anon rss_file rss_shmem' : '';
  printk(k, KERN_INFO, 'Tasks state (memory values in pages):');
  printk(k, KERN_INFO, `[  pid  ]   uid  tgid total_vm      rss${rss} pgtables_bytes swapents oom_score_adj name`);
  for (const t of oomScanTasks(k, oc)) {
    const mm = taskMm(k, t);
    if (mm === null || oomUnkillableTask(t) || !oomCpusetEligible(t, nodemask)) continue;
    printk(k, KERN_INFO, dumpTaskRow(k, t, mm));
  }
}

function dumpTaskRow(k: Kernel, t: Task, mm: MmStruct): string {
  const w = (n: number, width: number): string => String(n).padStart(width);
  const kinds = k.release.rssColumns
    ? ` ${w(getMmCounter(mm, MM_ANONPAGES), 8)} ${w(getMmCounter(mm, MM_FILEPAGES), 8)}` +
      ` ${w(getMmCounter(mm, MM_SHMEMPAGES), 9)}`
    : '';
  return (
    `[${w(t.pid, 7)}] ${w(t.uid, 5)} ${w(t.tgid, 5)} ${w(mm.totalVm, 8)} ${w(getMmRss(mm), 8)}${kinds}` +
    ` ${w(mm.pgtablesBytes, 8)} ${w(getMmCounter(mm, MM_SWAPENTS), 8)}         ${w(t.oomScoreAdj, 5)} ${t.comm}`
  );
}

/** dump_oom_victim: the line that sums up the decision. */
export function dumpOomVictim(k: Kernel, oc: OomControl, constraint: OomConstraint, victim: Task): void {
  const where = oc.memcg ? `oom_memcg=${k.memcgs[oc.memcg].path}` : 'global_oom';
  printk(
    k,
    KERN_INFO,
    `oom-kill:constraint=${constraint},nodemask=${formatNodemask(oc.nodemask)},cpuset=/,` +
      `mems_allowed=${formatBitmapList(nodesWithMemory(k))},${where},task_memcg=${k.memcgs[victim.memcg].path},` +
      `task=${victim.comm},pid=${victim.pid},uid=${victim.uid}`,
  );
}

/** The line of the kill itself. */
export function printKilled(k: Kernel, victim: Task, mm: MmStruct, message: string): void {
  const size = (member: number): number => kB(getMmCounter(mm, member));
  printk(
    k,
    KERN_ERR,
    `${message}: Killed process ${victim.pid} (${victim.comm}) total-vm:${kB(mm.totalVm)}kB, ` +
      `anon-rss:${size(MM_ANONPAGES)}kB, file-rss:${size(MM_FILEPAGES)}kB, shmem-rss:${size(MM_SHMEMPAGES)}kB, ` +
      `UID:${victim.uid} pgtables:${mm.pgtablesBytes >> 10}kB oom_score_adj:${victim.oomScoreAdj}`,
  );
}
