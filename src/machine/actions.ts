/** What is done to a machine from outside, and what its scenario does by itself. */

import { sysrq } from '../linux/drivers/tty/sysrq';
import { writeOomScoreAdj } from '../linux/fs/proc/oom';
import { EINVAL, ENOENT } from '../linux/include/errno';
import type { Kernel } from '../linux/include/kernel';
import { PF_KTHREAD, PF_STOPPED, type Task, WAIT_USER } from '../linux/include/sched';
import { findCgroup } from '../linux/kernel/cgroup';
import { findTask, isGlobalInit, sendSigkill, tasksChanged, wakeUpProcess } from '../linux/kernel/sched/core';
import { acceptsActionValue, SYSCTL_ACTIONS, SYSCTL_NAMES, sysctlRange, writeSysctl } from '../linux/kernel/sysctl';
import { isThpFile, thpAccepts } from '../linux/mm/huge_memory';
import { isLruGenFile, parseLruGen } from '../linux/mm/vmscan/lru_gen/sysfs';
import { isZswapFile, parseZswap } from '../linux/mm/zswap_params';
import { findOomRules, OOM_RULE_NAMES } from '../linux/versions/oom_rules';
import { applyCgroupAction, attach, checkCgroupAction } from './cgroups';
import { type Action, RefusalError, type Signal } from './commands';
import { noteEvent } from './landmarks';
import type { Machine } from './machine';
import type { ProcessSpec } from './ops';

/** Starts what the scenario starts by `t`. */
export function startDue(m: Machine, t: number): void {
  const { events } = m.config;
  while (m.eventsDone < events.length && events[m.eventsDone].t <= t) applyAction(m, events[m.eventsDone++].action);
  let due = 0;
  while (due < m.later.length && m.later[due].t <= t) m.starting.push(m.later[due++].spec);
  if (due > 0) m.later.splice(0, due);
  // init starts them: memory it has to wait for, it waits for itself.
  if (m.starting.length > 0) {
    const init = findTask(m.kernel, 1);
    if (init?.waitKind === WAIT_USER) wakeUpProcess(m.kernel, init);
  }
}

/** Puts a process in line, in order of time. */
export function startLater(m: Machine, spec: ProcessSpec, at: number): void {
  let i = m.later.length;
  while (i > 0 && m.later[i - 1].t > at) i--;
  m.later.splice(i, 0, { t: at, spec });
}

/** Whom an action is about: the process with this pid, or the newest with this name. */
function target(m: Machine, action: { pid: number; comm?: string }): Task | null {
  if (action.comm === undefined) return findTask(m.kernel, action.pid);
  return m.kernel.tasks.filter((t) => t.comm === action.comm).at(-1) ?? null;
}

/** What the timeline calls it. */
function label(action: Action): string {
  switch (action.op) {
    case 'spawn':
      return action.processes.map((p) => p.comm).join(', ');
    case 'kill':
      return action.signal;
    case 'oom_score_adj':
      return `oom_score_adj ${action.value}`;
    case 'sysctl':
      return `${action.name} = ${action.value}`;
    case 'sysrq':
      return `sysrq-${action.key}`;
    case 'cgroup_create':
      return `mkdir ${action.path}`;
    case 'cgroup_remove':
      return `rmdir ${action.path}`;
    case 'cgroup_write':
      return `${action.path} ${action.file} = ${action.value}`;
    case 'cgroup_attach':
      return `→ ${action.path}`;
    case 'oom_rules':
      return `OOM rules: ${action.name}`;
  }
}

/**
 * Says why an action would not have an effect at this moment.
 *
 * @throws {RefusalError}
 */
export function checkAction(m: Machine, action: Action): void {
  const k = m.kernel;
  if (k.panic !== '') throw new RefusalError('machine-stopped');
  if (action.op === 'oom_score_adj') {
    const { value } = action;
    if (!Number.isInteger(value) || value < -1000 || value > 1000) throw new RefusalError('bad-adj', { got: value });
  }
  if (action.op === 'kill' || action.op === 'oom_score_adj' || action.op === 'cgroup_attach') {
    const task = target(m, action);
    if (task === null) throw new RefusalError('no-process', { pid: action.comm ?? action.pid });
    if (task.flags & PF_KTHREAD || (action.op === 'kill' && isGlobalInit(task))) {
      throw new RefusalError('not-permitted', { pid: task.pid });
    }
  }
  if (action.op.startsWith('cgroup_')) checkCgroupAction(k, action as Parameters<typeof checkCgroupAction>[1]);
  if (action.op === 'spawn') {
    for (const { cgroup } of action.processes) checkLaunchCgroup(k, cgroup);
  }
  if (action.op === 'sysctl') checkSysctl(m, action.name, action.value);
  if (action.op === 'oom_rules' && !findOomRules(action.name)) {
    throw new RefusalError('unknown-oom-rules', { got: action.name, expected: OOM_RULE_NAMES.join(', ') });
  }
}

/** A process can be started where processes may be. */
function checkLaunchCgroup(k: Kernel, path: string | undefined): void {
  if (path === undefined || path === '/') return;
  const c = findCgroup(k, path);
  if (c === null) throw new RefusalError('no-cgroup', { path });
  if (c.subtreeMemory) throw new RefusalError('cgroup-busy', { path });
}

/** Whether there is a setting of that name: vm.*, or a file of huge pages, zswap or the multi-generational LRU. */
export const isSetting = (name: string): boolean =>
  isThpFile(name) ||
  isZswapFile(name) ||
  isLruGenFile(name) ||
  SYSCTL_NAMES.some((it) =>
    [it, it.replace('-', '_')].includes(/^(?:\/proc\/sys\/)?vm[./](.+)$/.exec(name)?.[1] ?? ''),
  );

/** Whether the kernel takes the value is found out on a copy of what it may change. */
function checkSysctl(m: Machine, name: string, value: string): void {
  if (isThpFile(name)) {
    if (!thpAccepts(name, value.trim())) throw new RefusalError('bad-sysctl', { name, value });
    return;
  }
  if (isZswapFile(name)) {
    if (parseZswap(name, value.trim()) === null) throw new RefusalError('bad-sysctl', { name, value });
    return;
  }
  if (isLruGenFile(name)) {
    if (parseLruGen(name, value.trim()) === null) throw new RefusalError('bad-sysctl', { name, value });
    return;
  }
  if (!isSetting(name)) throw new RefusalError('unknown-sysctl', { name });
  if (!acceptsSysctl(m, name, value)) throw badSysctl(name, value);
}

/** The refusal of a sysctl's value, with the file's range where it is outside of that; other reasons have no words. */
export function badSysctl(name: string, value: string): RefusalError {
  const range = sysctlRange(name);
  const n = value.trim() === '' ? Number.NaN : Number(value);
  const inside = range !== null && Number.isInteger(n) && n >= range.min && n <= range.max;
  return new RefusalError('bad-sysctl', { name, value, ...(!inside && range) });
}

function acceptsSysctl(m: Machine, name: string, value: string): boolean {
  // What a write sets off is not tried out: it would happen.
  const file = name.split(/[./]/).pop() ?? '';
  if (SYSCTL_ACTIONS.includes(file)) return acceptsActionValue(file, value);
  // Values are read without side effects by range; the few rules beyond a range come out as an error when applied.
  const trial = {
    ...m.kernel,
    sysctl: { ...m.kernel.sysctl, lowmem_reserve_ratio: [...m.kernel.sysctl.lowmem_reserve_ratio] },
  };
  trial.zones = m.kernel.zones.map((z) => ({
    ...z,
    watermark: [...z.watermark],
    lowmemReserve: [...z.lowmemReserve],
    pcp: z.pcp.map((p) => ({ ...p })),
  }));
  return writeSysctl(trial, name, value) === 0;
}

/** Carries an action out. What has no effect any more (its process is gone) is passed over. */
export function applyAction(m: Machine, action: Action): void {
  const k = m.kernel;
  noteEvent(m, { t: k.now, kind: 'command', label: label(action), pid: 'pid' in action ? action.pid : 0 });
  k.current = 1;
  switch (action.op) {
    case 'spawn':
      for (const spec of action.processes) startLater(m, spec, k.now + spec.at);
      startDue(m, k.now);
      return;
    case 'kill': {
      const task = target(m, action);
      if (task && !(task.flags & PF_KTHREAD) && !isGlobalInit(task)) signal(m, task, action.signal);
      return;
    }
    case 'oom_score_adj': {
      const task = target(m, action);
      if (task) writeOomScoreAdj(k, null, task.pid, action.value);
      return;
    }
    case 'sysctl': {
      const r = writeSysctl(k, action.name, action.value);
      if (r === -ENOENT || r === -EINVAL)
        noteEvent(m, { t: k.now, kind: 'command', label: `${action.name}: ${r}`, pid: 0 });
      return;
    }
    case 'sysrq':
      sysrq(k, action.key);
      return;
    case 'cgroup_attach': {
      const task = target(m, action);
      if (task && !(task.flags & PF_KTHREAD)) attach(k, task, action.path);
      return;
    }
    case 'cgroup_create':
    case 'cgroup_remove':
    case 'cgroup_write':
      applyCgroupAction(m, action);
      return;
    case 'oom_rules':
      if (findOomRules(action.name)) k.oomRules = action.name;
      return;
  }
}

function signal(m: Machine, task: Task, name: Signal): void {
  const k = m.kernel;
  tasksChanged(k);
  switch (name) {
    case 'SIGKILL':
    case 'SIGTERM':
      // The modelled programs have no handler: both end them. A stopped one is let go first.
      task.flags &= ~PF_STOPPED;
      sendSigkill(k, task);
      if (name === 'SIGTERM') task.exitSignal = 15;
      return;
    case 'SIGSTOP':
      task.flags |= PF_STOPPED;
      return;
    case 'SIGCONT':
      task.flags &= ~PF_STOPPED;
      return;
  }
}
