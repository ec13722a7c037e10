/** The OOM killer. §10. */
import { __GFP_FS } from '../../include/gfp';
import type { Kernel, OomConstraint, OomControl, OomRecord, OomWork } from '../../include/kernel';
import type { Task } from '../../include/sched';
import { cpusetMems } from '../../kernel/cpuset';
import { panic } from '../../kernel/panic';
import { KERN_WARNING, printk } from '../../kernel/printk';
import { oomRules } from '../../versions/oom_rules';
import { OOM_SCORE_ADJ_MIN, oomBadness, oomUnkillableTask } from './badness';
import { killChosen, markOomVictim, oomKillProcess, taskWillFreeMem } from './kill';
import { queueOomReaper } from './reaper';
import { dumpHeader, dumpTasksStep, oomCallers } from './report';
import { constrainedAlloc, selectBadProcessStep } from './select';
import { oomLimit } from './snapshot';
import { beginWalk, oomCpusetEligible } from './walk';

export { warnAlloc } from '../show_mem';
export * from './badness';
export { chosenWith, NOBODY, pointsWith, type VictimStretch, victimStrip } from './choose';
export { markOomVictim, OOM_REPORT_BURST, OOM_REPORT_INTERVAL, taskWillFreeMem } from './kill';
export { oomLockKillable, oomUnlock } from './lock';
export {
  MAX_OOM_REAP_RETRIES,
  OOM_REAP_RETRY_DELAY,
  OOM_REAPER_DELAY,
  oomReaperStep,
  queueOomReaper,
} from './reaper';
export { sacrificeChild } from './sacrifice';
export { constrainedAlloc } from './select';
export { oomCpusetEligible } from './walk';

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
  const oom = beginOutOfMemory(k, current, oc);
  if (typeof oom === 'boolean') return oom;
  while (!outOfMemoryStep(k, current, oom));
  return oom.answer;
}

/**
 * out_of_memory up to the first task that is looked at. outOfMemoryStep goes on with it: at once where memory is short
 * everywhere, giving way between its steps (cond_resched of mem_cgroup_scan_tasks) where a cgroup's limit is hit.
 *
 * @returns the answer, where there is nothing to decide
 */
export function beginOutOfMemory(k: Kernel, current: Task, oc: OomControl): OomWork | boolean {
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
  const oom: OomWork = {
    oc,
    nodemask,
    stage: 'select_bad_process',
    pids: [],
    at: 0,
    chosen: null,
    site: 'kill',
    printed: true,
    message: memcg === 0 ? 'Out of memory' : 'Memory cgroup out of memory',
    record,
    answer: true,
  };
  if (panicsOnOom(k, oc, constraint)) {
    oom.site = 'panic';
    dumpHeader(k, current, oom);
    return oom;
  }
  const message = memcg === 0 ? killsCurrent(k, current, constraint, nodemask) : '';
  if (message === '') {
    beginWalk(k, oom);
    return oom;
  }
  record.chosenPoints = oomBadness(k, current, totalpages);
  oom.message = message;
  oom.site = 'allocating';
  oom.chosen = { pid: current.pid, comm: current.comm, uid: current.uid, memcg: current.memcg };
  oomKillProcess(k, current, oom, oom.chosen);
  return oom;
}

/**
 * The next step of out_of_memory: a task of select_bad_process or of dump_tasks, and what follows the last one.
 *
 * @returns true when it is over, and `oom.answer` holds
 */
export function outOfMemoryStep(k: Kernel, current: Task, oom: OomWork): boolean {
  if (oom.stage === 'select_bad_process') {
    const end = selectBadProcessStep(k, current, oom);
    if (end !== '') selected(k, current, oom, end === 'aborted');
  } else if (oom.stage === 'dump_tasks' && !dumpTasksStep(k, current, oom)) {
    oom.answer = afterReport(k, current, oom);
    oom.stage = 'done';
  }
  if (oom.stage !== 'done') return false;
  file(k, oom.record);
  return true;
}

/** After select_bad_process. */
function selected(k: Kernel, current: Task, oom: OomWork, aborted: boolean): void {
  const { record } = oom;
  if (!aborted && oom.chosen !== null) {
    oomKillProcess(k, current, oom, oom.chosen);
    return;
  }
  record.chosenPoints = 0;
  if (aborted) {
    record.chosen = OOM_ABORTED;
    oom.stage = 'done';
    return;
  }
  oom.site = 'none';
  dumpHeader(k, current, oom);
}

/** What the report was about. Returns what out_of_memory does. */
function afterReport(k: Kernel, current: Task, oom: OomWork): boolean {
  const { oc } = oom;
  if (oom.site === 'panic') {
    const how = k.sysctl.panic_on_oom === 2 ? 'compulsory' : 'system-wide';
    panic(k, current, oomCallers(oc, current), `Out of memory: ${how} panic_on_oom is enabled`);
    return false;
  }
  if (oom.chosen !== null) {
    killChosen(k, current, oom, oom.chosen);
    return true;
  }
  printk(k, KERN_WARNING, 'Out of memory and no killable processes...');
  if (!oc.sysrq && !oc.memcg) panic(k, current, oomCallers(oc, current), 'System is deadlocked on memory');
  return false;
}

/** Keeps the record of a decision. */
function file(k: Kernel, record: OomRecord): void {
  record.logEnd = k.log.length;
  const records = k.oomRecords;
  if (record.chosen === OOM_ABORTED && records.length > 0 && records[records.length - 1].chosen === OOM_ABORTED) {
    records.pop();
  }
  records.push(record);
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
function panicsOnOom(k: Kernel, oc: OomControl, constraint: OomConstraint): boolean {
  const mode = k.sysctl.panic_on_oom;
  return mode !== 0 && !oc.sysrq && (mode === 2 || constraint === 'CONSTRAINT_NONE');
}
