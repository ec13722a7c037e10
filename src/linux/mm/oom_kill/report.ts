/** The printed report, line by line. §10.12. */
import type { Kernel } from '../../include/kernel';
import { MM_ANONPAGES, MM_FILEPAGES, MM_SHMEMPAGES, type MmStruct } from '../../include/mm_types';
import type { Task } from '../../include/sched';
import { kB } from '../../include/units';
import { cpusetMems, cpusetName } from '../../kernel/cpuset';
import { KERN_ERR, KERN_INFO, KERN_WARNING, printk } from '../../kernel/printk';
import { allocSite, chargeSite, dumpStack } from '../../lib/dump_stack';
import { formatGfpMask, formatOldGfpMask } from '../../trace/gfpflags';
import { oldScale } from '../../versions/badness';
import { type OldReport, oomRules } from '../../versions/oom_rules';
import { printOomMeminfo } from '../memcontrol';
import { getMmCounter } from '../mm_counters';
import { gfpZone } from '../page_alloc';
import { formatNodemask, showMem } from '../show_mem';
import { formatBitmapList } from '../vmstat';
import { oomScoreFromPoints } from './badness';
import { dumpTasks } from './task_table';
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
  const form = oomRules(k).report;
  if (form) dumpOldHead(k, oc, current, form, order);
  else {
    printk(
      k,
      KERN_WARNING,
      `${current.comm} invoked oom-killer: gfp_mask=${formatGfpMask(oc.gfp)}, order=${order}, ` +
        `oom_score_adj=${current.oomScoreAdj}`,
    );
  }
  dumpStack(k, current, [`report:${site}`, ...oomCallers(oc, current)], oc.sysrq ? 'events moom_callback' : '', form);
  if (oc.memcg) printOomMeminfo(k, oc.memcg);
  else showMem(k, gfpZone(oc.gfp), nodemask || cpusetMems(k, current));
  if (k.sysctl.oom_dump_tasks) dumpTasks(k, oc, current, nodemask);
}

/** The invoker's lines as an older kernel prints them. §10.16. */
function dumpOldHead(k: Kernel, oc: OomControl, current: Task, form: OldReport, order: number): void {
  const adj = current.oomScoreAdj;
  const old = oldScale(adj);
  const invoker =
    form.invoker === 'oomkilladj'
      ? `oomkilladj=${old}`
      : `${form.invoker === 'oom_score_adj' ? '' : `oom_adj=${old}, `}oom_score_adj=${adj}`;
  printk(
    k,
    KERN_WARNING,
    `${current.comm} invoked oom-killer: gfp_mask=${formatOldGfpMask(oc.gfp, oc.order, form)}, ` +
      `${form.nodemaskInHead ? `nodemask=${formatNodemask(oc.nodemask)}, ` : ''}order=${order}, ${invoker}`,
  );
  if (form.cpusetLine) {
    printk(
      k,
      KERN_INFO,
      `${current.comm} cpuset=${cpusetName(k, current)} mems_allowed=${formatBitmapList(cpusetMems(k, current))}`,
    );
  }
}

/** dump_oom_victim: the line that sums up the decision. */
export function dumpOomVictim(k: Kernel, oc: OomControl, current: Task, constraint: OomConstraint, victim: Task): void {
  const where = oc.memcg ? `oom_memcg=${k.memcgs[oc.memcg].path}` : 'global_oom';
  const form = oomRules(k).report;
  if (form && !form.summary) return;
  printk(
    k,
    KERN_INFO,
    `oom-kill:constraint=${constraint},nodemask=${formatNodemask(oc.nodemask)},` +
      `cpuset=${cpusetName(k, current)},mems_allowed=${formatBitmapList(cpusetMems(k, current))},${where},` +
      `task_memcg=${k.memcgs[victim.memcg].path},task=${victim.comm},` +
      `pid=${victim.pid},uid=${victim.uid}`,
  );
}

/** The line that names who was chosen, and by how much, where the kernel of that year prints one. */
export function printChosen(k: Kernel, chosen: Task, points: number, totalpages: number, message: string): void {
  const { report, scoreFile } = oomRules(k);
  if (!report?.choice) return;
  const score = oomScoreFromPoints(points, totalpages, scoreFile);
  const verb = report.choice === 'or a child' ? 'kill' : 'Kill';
  printk(k, KERN_ERR, `${message}: ${verb} process ${chosen.pid} (${chosen.comm}) score ${score} ${report.choice}`);
}

/** The line of the kill itself. */
export function printKilled(k: Kernel, victim: Task, mm: MmStruct, message: string): void {
  const form = oomRules(k).report;
  const size = (member: number): number => kB(getMmCounter(mm, member));
  let line = `Killed process ${victim.pid} (${victim.comm})`;
  if (!form?.choice) line = `${message}: ${line}`;
  const killed = form?.killed ?? 'with uid';
  if (killed !== 'name') {
    line +=
      ` total-vm:${kB(mm.totalVm)}kB, anon-rss:${size(MM_ANONPAGES)}kB, file-rss:${size(MM_FILEPAGES)}kB` +
      (killed === 'anon and file' ? '' : `, shmem-rss:${size(MM_SHMEMPAGES)}kB`);
  }
  if (killed === 'with uid') {
    line += `, UID:${victim.uid} pgtables:${mm.pgtablesBytes >> 10}kB oom_score_adj:${victim.oomScoreAdj}`;
  }
  printk(k, KERN_ERR, line);
}
