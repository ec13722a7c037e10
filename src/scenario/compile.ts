/** From a scenario or session file to a machine's configuration and what is done to it, and when. */
import { MPOL_BIND, MPOL_DEFAULT, MPOL_INTERLEAVE, MPOL_LOCAL, MPOL_PREFERRED } from '../linux/include/mempolicy';
import { type Action, type Command, RefusalError, type TimedAction } from '../machine/commands';
import {
  type CacheLevel,
  checkConfig,
  DEFAULT_CACHES,
  DEFAULT_COMPRESSION,
  type MachineConfig,
} from '../machine/config';
import type { Op, ProcessSpec } from '../machine/ops';
import { cgroupText, parseSize, parseTime, type Size, type Time } from '../machine/units';
import { factsOf, launch, resolveCommand } from '../userspace/palette';
import { DEFAULT_TEXT_PAGES, type Facts } from '../userspace/program';
import { builtinScenario } from './builtin';
import {
  foundOf,
  foundProcess,
  type Scenario,
  type ScenarioCommand,
  type ScenarioOp,
  type ScenarioProcess,
  type Session,
} from './schema';
import type { MPOL_MODES } from './schema/fields';

/** Virtual time after which a headless run ends when a scenario does not say. */
const DEFAULT_DURATION_NS = 120e9;
const PAGE = 4096;

// Both were checked when the file was parsed.
const bytes = (size: Size): number => parseSize(size) ?? 0;
const ns = (time: Time): number => parseTime(time) ?? 0;
const pages = (size: Size): number => Math.max(1, Math.ceil(bytes(size) / PAGE));

/**
 * The scenario a session is about.
 *
 * @throws {RefusalError} `unknown-scenario`
 */
export function scenarioOf(session: Session): Scenario {
  if (typeof session.scenario !== 'string') return session.scenario;
  const scenario = builtinScenario(session.scenario);
  if (!scenario) throw new RefusalError('unknown-scenario', { got: session.scenario });
  return scenario;
}

/** The same scenario on a machine with another kernel, or with the OOM killer of another year. */
export const withKernel = (scenario: Scenario, change: Pick<Scenario['machine'], 'kernel' | 'oomRules'>): Scenario => ({
  ...scenario,
  machine: { ...scenario.machine, ...change },
});

/** The same scenario with so many pages more of swap, on the device it has. */
export function withMoreSwap(scenario: Scenario, extra: number): Scenario {
  const { swap } = scenario.machine;
  const had = swap && swap.device !== 'none' ? swap : null;
  const size = `${((had ? bytes(had.size) : 0) + extra * PAGE) / 1024}KiB`;
  return { ...scenario, machine: { ...scenario.machine, swap: { ...had, size } } };
}

/**
 * @throws {RefusalError} when no such machine can be built, or a program in it does not exist
 */
export function compileScenario(scenario: Scenario): MachineConfig {
  const { machine } = scenario;
  const swap = machine.swap && machine.swap.device !== 'none' ? machine.swap : null;
  const config: MachineConfig = {
    title: scenario.title,
    ram: bytes(machine.ram),
    swap: swap ? bytes(swap.size) : 0,
    swapDevice: swap?.device === 'hdd' || swap?.device === 'zram' ? swap.device : 'ssd',
    compression: swap?.compression ?? DEFAULT_COMPRESSION,
    cpus: machine.cpus ?? (machine.nodes ? machine.nodes.reduce((n, it) => n + it.cpus, 0) : 2),
    nodes: (machine.nodes ?? []).map((it) => ({ ram: bytes(it.ram), cpus: it.cpus })),
    distances: machine.distances ?? [],
    cpusets: [],
    kernel: machine.kernel ?? '6.12',
    oomRules: machine.oomRules ?? 'kernel',
    thp: machine.thp ?? 'always',
    sysctl: Object.entries(machine.sysctl ?? {}).map(([name, value]) => ({ name, value: String(value) })),
    cgroups: Object.entries(scenario.cgroups ?? {}).map(([path, files]) => ({
      path,
      settings: Object.entries(files).map(([file, value]) => ({ file, value: cgroupText(value) ?? '' })),
    })),
    caches: machine.caches ? machine.caches.map(cacheLevel) : [...DEFAULT_CACHES],
    processes: [],
    events: [],
    limit: scenario.duration === undefined ? DEFAULT_DURATION_NS : ns(scenario.duration),
  };
  if (machine.found) {
    config.found = foundOf(machine.found);
    config.ram = config.found.zones.reduce((n, z) => n + z.present, 0) * PAGE;
  }
  checkConfig(config);
  config.cpusets = Object.entries(machine.cpusets ?? {}).map(([name, list]) => ({
    name,
    mems: at(`machine.cpusets.${name}`, () => nodeMask(list, config)),
  }));
  const facts = factsOf(config);
  config.processes = scenario.processes.flatMap((it, i) =>
    at(`processes[${i}]`, () => placed(processes(it, facts), it, config)),
  );
  config.events = (scenario.events ?? [])
    .map((it, i) => ({ t: ns(it.at), action: at(`events[${i}].command`, () => action(it.command, facts)) }))
    .sort((a, b) => a.t - b.t);
  return config;
}

export interface CompiledSession {
  config: MachineConfig;
  seed: number;
  commands: (TimedAction & { command: Command })[];
}

/**
 * @throws {RefusalError} as compileScenario
 */
export function compileSession(session: Session): CompiledSession {
  const config = compileScenario(scenarioOf(session));
  const facts = factsOf(config);
  const commands = session.commands
    .map(({ t, command }, i) => ({
      t,
      command,
      action: at(`commands[${i}].command`, () => resolveCommand(command, facts)),
    }))
    .sort((a, b) => a.t - b.t);
  return { config, seed: session.seed, commands };
}

/** Says in a refusal where in the file it happened. */
function at<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RefusalError) error.refusal.params.path ??= path;
    throw error;
  }
}

const cacheLevel = (it: { name: string; size: Size; latencyNs: number }): CacheLevel => ({
  name: it.name,
  bytes: bytes(it.size),
  latencyNs: it.latencyNs,
});

/** "0-1,3" as a bit mask, null when a number is past the end. */
function maskOf(list: string, count: number): number | null {
  let mask = 0;
  for (const part of list.split(',')) {
    const [from, to = from] = part.split('-').map(Number);
    if (to < from || to >= count) return null;
    for (let n = from; n <= to; n++) mask |= 1 << n;
  }
  return mask;
}

/** @throws {RefusalError} `bad-nodes` */
function nodeMask(list: string, config: MachineConfig): number {
  const mask = maskOf(list, Math.max(1, config.nodes.length));
  if (mask === null) throw new RefusalError('bad-nodes', { got: list });
  return mask;
}

/** Where a process may run and have its memory. */
function placed(specs: ProcessSpec[], it: ScenarioProcess, config: MachineConfig): ProcessSpec[] {
  const more: Partial<ProcessSpec> = {};
  if (it.cpus !== undefined) {
    const cpus = maskOf(it.cpus, config.cpus);
    if (cpus === null) throw new RefusalError('bad-cpu-list', { got: it.cpus });
    more.cpus = cpus;
  }
  if (it.mempolicy) more.mempolicy = policyOf(it.mempolicy, config);
  if (it.cpuset !== undefined) {
    more.cpuset = config.cpusets.findIndex((c) => c.name === it.cpuset);
    if (more.cpuset < 0) {
      const expected = config.cpusets.map((c) => c.name).join(', ') || 'none';
      throw new RefusalError('unknown-cpuset', { got: it.cpuset, expected });
    }
  }
  return specs.map((spec) => ({ ...spec, ...more, ops: spec.ops.map((op) => boundOp(op, config)) }));
}

const policyOf = (
  it: { mode: (typeof MPOL_MODES)[number]; nodes?: string },
  config: MachineConfig,
): { mode: number; nodes: number } => ({
  mode: MPOL_NUMBERS[it.mode],
  nodes: it.nodes === undefined ? 0 : nodeMask(it.nodes, config),
});

/** Policies of operations, with their nodes checked. */
function boundOp(op: Op, config: MachineConfig): Op {
  if (op.op === 'mbind' || op.op === 'set_mempolicy') {
    const written = op as unknown as { mode: (typeof MPOL_MODES)[number]; nodes?: string };
    return { ...op, ...policyOf(written, config) };
  }
  return 'ops' in op ? { ...op, ops: op.ops.map((it) => boundOp(it, config)) } : op;
}

const MPOL_NUMBERS: Record<(typeof MPOL_MODES)[number], number> = {
  default: MPOL_DEFAULT,
  preferred: MPOL_PREFERRED,
  bind: MPOL_BIND,
  interleave: MPOL_INTERLEAVE,
  local: MPOL_LOCAL,
};

function processes(it: ScenarioProcess, facts: Facts): ProcessSpec[] {
  const start = it.at === undefined ? 0 : ns(it.at);
  if (it.program !== undefined) {
    const options = { name: it.name, uid: it.uid, adj: it.adj, nice: it.nice, at: start, cgroup: it.cgroup };
    return launch(it.program, it.params ?? {}, facts, options);
  }
  return [
    {
      comm: it.name ?? 'program',
      uid: it.uid ?? 1000,
      oomScoreAdj: it.adj ?? 0,
      ...(it.nice !== undefined && { nice: it.nice }),
      at: start,
      textPages: DEFAULT_TEXT_PAGES,
      program: '',
      ops: (it.ops ?? []).map(operation),
      ...(it.cgroup !== undefined && { cgroup: it.cgroup }),
      ...(it.pid !== undefined && { pid: it.pid }),
      ...(it.memory && { found: foundProcess(it.memory) }),
    },
  ];
}

function action(it: ScenarioCommand, facts: Facts): Action {
  switch (it.op) {
    case 'launch':
      return resolveCommand(
        {
          op: 'launch',
          program: it.program,
          ...(it.params && { params: it.params }),
          ...(it.cgroup !== undefined && { cgroup: it.cgroup }),
        },
        facts,
      );
    case 'kill':
      return { op: 'kill', pid: it.pid ?? 0, ...(it.process && { comm: it.process }), signal: it.signal };
    case 'oom_score_adj':
      return { op: 'oom_score_adj', pid: it.pid ?? 0, ...(it.process && { comm: it.process }), value: it.value };
    case 'sysctl':
      return { op: 'sysctl', name: it.name, value: String(it.value) };
    case 'sysrq':
      return { op: 'sysrq', key: it.key };
    case 'cgroup_attach':
      return { op: 'cgroup_attach', pid: it.pid ?? 0, ...(it.process && { comm: it.process }), path: it.path };
    case 'cgroup_write':
      return { ...it, value: cgroupText(it.value) ?? '' };
    case 'cgroup_create':
    case 'cgroup_remove':
      return it;
    case 'oom_rules':
      return { op: 'oom_rules', name: it.name };
  }
}

/** Fields of operations that are sizes or times in a file, and what they are called in pages and ns. */
const SIZES: Record<string, string> = { size: 'pages', fileSize: 'filePages', hot: 'hotPages', text: 'textPages' };

/** As written in the file -> as the machine runs it: sizes in pages, times in ns. */
function operation(op: ScenarioOp): Op {
  const out: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(op)) {
    if (field === 'ops') out.ops = (value as ScenarioOp[]).map(operation);
    else if (field === 'time') out.ns = ns(value as Time);
    else if (SIZES[field]) out[SIZES[field]] = pages(value as Size);
    else out[field] = value;
  }
  // The schema has let only the fields of this operation through.
  return out as Op;
}
