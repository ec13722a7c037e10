/** The OOM killer. §10. */
import { __GFP_FS } from '../../include/gfp';
import type { Kernel, OomRecord } from '../../include/kernel';
import type { Task } from '../../include/sched';
import { cpusetMems } from '../../kernel/cpuset';
import { panic } from '../../kernel/panic';
import { KERN_WARNING, printk } from '../../kernel/printk';
import { oomRules } from '../../versions/oom_rules';
import { OOM_SCORE_ADJ_MIN, oomBadness, oomUnkillableTask } from './badness';
import { markOomVictim, oomKillProcess, taskWillFreeMem } from './kill';
import { queueOomReaper } from './reaper';
import { dumpHeader, oomCallers } from './report';
import { constrainedAlloc, oomCpusetEligible, selectBadProcess } from './select';
import { oomLimit, oomMemory, oomTasks, oomZones } from './snapshot';
import type { OomConstraint, OomControl } from './types';

export { warnAlloc } from '../show_mem';
export * from './badness';
export { chosenWith, NOBODY, pointsWith, type VictimStretch, victimStrip } from './choose';
export { markOomVictim, OOM_REPORT_BURST, OOM_REPORT_INTERVAL, taskWillFreeMem } from './kill';
export {
  MAX_OOM_REAP_RETRIES,
  OOM_REAP_RETRY_DELAY,
  OOM_REAPER_DELAY,
  oomReaperStep,
  queueOomReaper,
} from './reaper';
export { dumpHeader } from './report';
export { sacrificeChild } from './sacrifice';
export { constrainedAlloc, oomCpusetEligible, type Selection, selectBadProcess } from './select';
export type { OomConstraint, OomControl } from './types';

/** `OomRecord.chosen` when there was nobody to kill, and when an earlier victim is still dying. */
export const OOM_NOBODY = -1;
export const OOM_ABORTED = -2;

/**
 * out_of_memory: chooses a process and kills it, unless memory is about to come back anyway.
 *
 * Each decision leaves an OomRecord. While a victim is dying the allocator asks again and again: of such aborted scans
 * in a row only the last is kept.
 *
 * @param current the task whose request failed (sysrq: the kworker)
 * @returns true when the request is to be tried again; false when nothing can be done for it
 */
export function outOfMemory(k: Kernel, current: Task, oc: OomControl): boolean {
  if (k.oomKillerDisabled) return false;
  if (taskWillFreeMem(k, current)) {
    markOomVictim(k, current);
    queueOomReaper(k, current);
    return true;
  }
  const memcg = oc.memcg ?? 0;
  // A request that may not enter a file system cannot know whether others could still free memory.
  if (!(oc.gfp & __GFP_FS) && memcg === 0) return true;

  const { constraint, totalpages } = constrainedAlloc(k, oc, current);
  const nodemask = constraint === 'CONSTRAINT_MEMORY_POLICY' ? oc.nodemask : 0;
  const ofNodes = constraint === 'CONSTRAINT_CPUSET' ? cpusetMems(k, current) : nodemask;
  const record: OomRecord = {
    t: k.now,
    invoker: current.pid,
    invokerComm: current.comm,
    gfp: oc.gfp,
    order: oc.sysrq ? -1 : oc.order,
    constraint,
    totalpages,
    memcg: memcg === 0 ? '' : k.memcgs[memcg].path,
    group: [],
    rules: k.oomRules,
    walk: [],
    chosen: OOM_NOBODY,
    chosenPoints: 0,
    logStart: k.log.length,
    logEnd: k.log.length,
    noProgressLoops: current.alloc === null ? 0 : current.alloc.noProgressLoops,
    ...(memcg !== 0 && { limit: oomLimit(k, memcg) }),
    ...(ofNodes !== 0 && { nodes: k.nodes.map((_, node) => node).filter((node) => ofNodes & (1 << node)) }),
  };
  const killed = decide(k, current, oc, constraint, nodemask, record);
  record.logEnd = k.log.length;
  if (record.logEnd > record.logStart) {
    record.mem = oomMemory(k);
    record.tasks = oomTasks(k, oc, current, nodemask);
    record.zones = oomZones(k, oc.gfp);
  }
  const records = k.oomRecords;
  if (record.chosen === OOM_ABORTED && records.length > 0 && records[records.length - 1].chosen === OOM_ABORTED) {
    records.pop();
  }
  records.push(record);
  return killed;
}

/** The rest of out_of_memory, from check_panic_on_oom on. */
function decide(
  k: Kernel,
  current: Task,
  oc: OomControl,
  constraint: OomConstraint,
  nodemask: number,
  record: OomRecord,
): boolean {
  if (checkPanicOnOom(k, current, oc, constraint, nodemask)) return false;

  const message = oc.memcg ? '' : killsCurrent(k, current, constraint, nodemask);
  if (message !== '') {
    record.chosen = current.pid;
    record.chosenPoints = oomBadness(k, current, record.totalpages);
    oomKillProcess(k, oc, current, current, message, constraint, nodemask, 'allocating', record);
    return true;
  }

  const s = selectBadProcess(k, oc, current, nodemask, record.totalpages);
  record.walk = s.walk;
  if (s.aborted) {
    record.chosen = OOM_ABORTED;
    return true;
  }
  if (s.chosen === null) {
    dumpHeader(k, oc, current, nodemask, 'none');
    printk(k, KERN_WARNING, 'Out of memory and no killable processes...');
    if (!oc.sysrq && !oc.memcg) panic(k, current, oomCallers(oc, current), 'System is deadlocked on memory');
    return false;
  }
  record.chosen = s.chosen.pid;
  record.chosenPoints = s.chosenPoints;
  const cause = oc.memcg ? 'Memory cgroup out of memory' : 'Out of memory';
  oomKillProcess(k, oc, current, s.chosen, cause, constraint, nodemask, 'kill', record);
  return true;
}

/** The message under which the task that asked is killed without a search, '' = the worst one is looked for. */
function killsCurrent(k: Kernel, current: Task, constraint: OomConstraint, nodemask: number): string {
  if (current.mm < 0 || oomUnkillableTask(current) || current.oomScoreAdj === OOM_SCORE_ADJ_MIN) return '';
  if (constraint === 'CONSTRAINT_MEMORY_POLICY' && oomRules(k).policyKillsCurrent) {
    return 'No available memory (MPOL_BIND)';
  }
  const asked = k.sysctl.oom_kill_allocating_task && oomCpusetEligible(k, current, current, nodemask);
  return asked ? 'Out of memory (oom_kill_allocating_task)' : '';
}

/** check_panic_on_oom: 1 = panic when memory is short everywhere, 2 = always; never for sysrq. */
function checkPanicOnOom(
  k: Kernel,
  current: Task,
  oc: OomControl,
  constraint: OomConstraint,
  nodemask: number,
): boolean {
  const mode = k.sysctl.panic_on_oom;
  if (mode === 0 || oc.sysrq || (mode !== 2 && constraint !== 'CONSTRAINT_NONE')) return false;
  dumpHeader(k, oc, current, nodemask, 'panic');
  const how = mode === 2 ? 'compulsory' : 'system-wide';
  panic(k, current, oomCallers(oc, current), `Out of memory: ${how} panic_on_oom is enabled`);
  return true;
}
