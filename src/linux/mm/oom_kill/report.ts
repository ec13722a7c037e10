/** The printed report, line by line. §10.12. */
import { gfpZone } from '../../include/gfp';
import type { Kernel, OomChosen, OomControl, OomWork } from '../../include/kernel';
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
import { formatNodemask, showMem } from '../show_mem';
import { formatBitmapList } from '../vmstat';
import { oomScoreFromPoints, oomUnkillableTask, taskMm } from './badness';
import { oomMemory, oomTask, oomZones } from './snapshot';
import { printTaskHeads, printTaskRow } from './task_table';
import { beginWalk, nextTask, ofMachine, oomCpusetEligible } from './walk';

/** The callers of out_of_memory for this request, for the stack dump. */
export const oomCallers = (oc: OomControl, current: Task): string[] =>
  oc.sysrq ? ['sysrq'] : oc.memcg ? ['memcg', chargeSite(current)] : ['slowpath', allocSite(current, oc.gfp)];

/** dump_header up to the table of tasks, if it is to be printed; its numbers are noted in any case. */
export function dumpHeader(k: Kernel, current: Task, oom: OomWork): void {
  if (oom.printed) printHeader(k, current, oom);
  const { record } = oom;
  record.mem = oomMemory(k);
  record.zones = oomZones(k, oom.oc.gfp);
  record.tasks = [];
  beginWalk(k, oom);
  oom.stage = 'dump_tasks';
  if (printsTasks(k, oom)) printTaskHeads(k);
  // Without a table the kernel has no reason to go through the tasks, nor to give way meanwhile.
  else while (dumpTasksStep(k, current, oom));
}

/** Who asked, the way into the OOM killer, the state of memory. */
function printHeader(k: Kernel, current: Task, oom: OomWork): void {
  const { oc } = oom;
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
  dumpStack(
    k,
    current,
    [`report:${oom.site}`, ...oomCallers(oc, current)],
    oc.sysrq ? 'events moom_callback' : '',
    form,
  );
  if (oc.memcg) printOomMeminfo(k, oc.memcg);
  else showMem(k, gfpZone(oc.gfp), oom.nodemask || cpusetMems(k, current));
}

const printsTasks = (k: Kernel, oom: OomWork): boolean => oom.printed && k.sysctl.oom_dump_tasks !== 0;

/**
 * dump_tasks, one task of it: a row for each process that is neither init nor a kernel thread and has memory.
 *
 * @returns false when there is none left
 */
export function dumpTasksStep(k: Kernel, current: Task, oom: OomWork): boolean {
  const t = nextTask(k, oom);
  if (t === null) return false;
  const mm = taskMm(k, t);
  if (mm === null || oomUnkillableTask(t)) return true;
  if (ofMachine(oom.oc) && !oomCpusetEligible(k, current, t, oom.nodemask)) return true;
  oom.record.tasks?.push(oomTask(t, mm));
  if (printsTasks(k, oom)) printTaskRow(k, t, mm);
  return true;
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
export function dumpOomVictim(k: Kernel, current: Task, { oc, record }: OomWork, victim: OomChosen): void {
  const where = oc.memcg ? `oom_memcg=${k.memcgs[oc.memcg].path}` : 'global_oom';
  const form = oomRules(k).report;
  if (form && !form.summary) return;
  printk(
    k,
    KERN_INFO,
    `oom-kill:constraint=${record.constraint},nodemask=${formatNodemask(oc.nodemask)},` +
      `cpuset=${cpusetName(k, current)},mems_allowed=${formatBitmapList(cpusetMems(k, current))},${where},` +
      `task_memcg=${k.memcgs[victim.memcg].path},task=${victim.comm},` +
      `pid=${victim.pid},uid=${victim.uid}`,
  );
}

/** The line that names who was chosen, and by how much, where the kernel of that year prints one. */
export function printChosen(k: Kernel, chosen: OomChosen, points: number, totalpages: number, message: string): void {
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
