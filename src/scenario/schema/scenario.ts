/**
 * Scenario files. What is checked here is the form; whether the machine can be built at all is checked when it is
 * compiled (compile.ts).
 */
import * as v from 'valibot';
import { KERNELS, type KernelName, MAX_NODES } from '../../machine/config';
import type { Size, Time } from '../../machine/units';
import { params, type ScenarioCommand, scenarioCommand, sysctlValue } from './commands';
import {
  cgroupFile,
  cgroupOfProcess,
  cgroupPath,
  cgroupValue,
  integer,
  label,
  type MPOL_MODES,
  mpolMode,
  name,
  numberList,
  oomRulesName,
  oomScoreAdj,
  size,
  text,
  time,
} from './fields';
import { type FoundInFile, foundInFile, type ProcessMemoryInFile, processMemory } from './found';
import { ops, type ScenarioOp } from './ops';
import { refuse, validate } from './validate';

export const SCENARIO_FORMAT = 'oomlab/scenario@1';

export const MAX_PROCESSES = 1000;

const scenarioSchema = v.strictObject({
  $schema: v.optional(v.string()),
  format: v.literal(SCENARIO_FORMAT, `"${SCENARIO_FORMAT}"`),
  id: v.optional(
    v.pipe(v.string('an id'), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'an id of small letters, digits and hyphens')),
    'scenario',
  ),
  title: v.optional(text(200)),
  about: v.optional(text(2000)),
  machine: v.strictObject({
    ram: size,
    swap: v.optional(
      v.nullable(
        v.strictObject({
          size,
          device: v.optional(v.picklist(['ssd', 'hdd', 'zram', 'none'], '"ssd", "hdd", "zram" or "none"')),
          /** zram: how many pages' data fit in one page, on average. */
          compression: v.optional(
            v.pipe(v.number('a number'), v.minValue(1, 'at least 1'), v.maxValue(20, 'at most 20')),
          ),
        }),
      ),
    ),
    cpus: v.optional(integer(1, 32)),
    /** NUMA nodes; their RAM and CPUs add up to the machine's. */
    nodes: v.optional(
      v.pipe(
        v.array(v.strictObject({ ram: size, cpus: integer(0, 32) }), 'a list of nodes'),
        v.minLength(1, 'at least one node'),
        v.maxLength(MAX_NODES, `at most ${MAX_NODES} nodes`),
      ),
    ),
    distances: v.optional(v.array(v.array(integer(10, 254), 'a list of distances'), 'a list for each node')),
    cpusets: v.optional(v.record(label, numberList, 'lists of nodes by name')),
    kernel: v.optional(v.picklist([...KERNELS], KERNELS.map((it) => `"${it}"`).join(' or '))),
    /** By whose rules the OOM killer goes; the kernel's own without it. */
    oomRules: v.optional(oomRulesName),
    sysctl: v.optional(v.record(v.string(), sysctlValue, 'settings by name')),
    thp: v.optional(v.picklist(['always', 'madvise', 'never'], '"always", "madvise" or "never"')),
    caches: v.optional(
      v.pipe(
        v.array(v.strictObject({ name: label, size, latencyNs: integer(1, 10_000) }), 'a list of caches'),
        v.maxLength(4, 'at most 4 caches'),
      ),
    ),
    found: v.optional(foundInFile),
  }),
  processes: v.pipe(
    v.array(
      v.strictObject({
        program: v.optional(label),
        ops: v.optional(ops),
        name: v.optional(name),
        adj: v.optional(oomScoreAdj),
        uid: v.optional(integer(0, 0xffffffff)),
        nice: v.optional(integer(-20, 19)),
        cpus: v.optional(numberList),
        mempolicy: v.optional(v.strictObject({ mode: mpolMode, nodes: v.optional(numberList) })),
        cpuset: v.optional(label),
        pid: v.optional(integer(1, 1 << 22)),
        memory: v.optional(processMemory),
        at: v.optional(time),
        cgroup: v.optional(cgroupOfProcess),
        params: v.optional(params),
      }),
      'a list of processes',
    ),
    v.maxLength(MAX_PROCESSES, `at most ${MAX_PROCESSES} processes`),
  ),
  cgroups: v.optional(v.record(cgroupPath, v.record(cgroupFile, cgroupValue, 'values by file'), 'cgroups by path')),
  events: v.optional(v.array(v.strictObject({ at: time, command: scenarioCommand }), 'a list of events')),
  duration: v.optional(time),
  seed: v.optional(integer(1, 0x7fffffff)),
});

export interface ScenarioProcess {
  program?: string;
  ops?: ScenarioOp[];
  name?: string;
  adj?: number;
  uid?: number;
  nice?: number;
  cpus?: string;
  mempolicy?: { mode: (typeof MPOL_MODES)[number]; nodes?: string };
  cpuset?: string;
  /** Its pid, where that is free. */
  pid?: number;
  /** It is there when the machine begins; only on a machine that is found. */
  memory?: ProcessMemoryInFile;
  at?: Time;
  /** The cgroup it runs in. */
  cgroup?: string;
  params?: Record<string, string | number>;
}

export interface Scenario {
  /** Address of the JSON Schema, for editors. */
  $schema?: string;
  format: typeof SCENARIO_FORMAT;
  /** "scenario" if the file gives none, and the title is the id if it gives none. */
  id: string;
  title: string;
  /** The point it makes. */
  about?: string;
  machine: {
    ram: Size;
    swap?: { size: Size; device?: 'ssd' | 'hdd' | 'zram' | 'none'; compression?: number } | null;
    cpus?: number;
    nodes?: { ram: Size; cpus: number }[];
    distances?: number[][];
    cpusets?: Record<string, string>;
    kernel?: KernelName;
    oomRules?: string;
    sysctl?: Record<string, string | number>;
    thp?: 'always' | 'madvise' | 'never';
    caches?: { name: string; size: Size; latencyNs: number }[];
    /** It begins in the middle of its life instead of with its boot. */
    found?: FoundInFile;
  };
  processes: ScenarioProcess[];
  /** Control groups by path, and what is written to their files: `{"/web": {"memory.max": "200MiB"}}`. */
  cgroups?: Record<string, Record<string, string | number>>;
  events?: { at: Time; command: ScenarioCommand }[];
  /** After that much virtual time a run without another end stops. */
  duration?: Time;
  seed?: number;
}

/**
 * @throws {RefusalError} `bad-scenario` with the exact path, what was expected there and what was found
 */
export function parseScenario(input: unknown, at = ''): Scenario {
  const checked = validate(scenarioSchema, input, 'bad-scenario', at);
  const scenario = { ...checked, title: checked.title ?? checked.id } as Scenario;
  scenario.processes.forEach((process, i) => {
    if ((process.program === undefined) === (process.ops === undefined)) {
      refuse('bad-scenario', `${at}processes[${i}]`, 'either "program" or "ops"', Object.keys(process).join(', '));
    }
    if (process.memory !== undefined && (scenario.machine.found === undefined || process.ops === undefined)) {
      refuse(
        'bad-scenario',
        `${at}processes[${i}].memory`,
        'a machine with "found" and a process with "ops"',
        'neither',
      );
    }
  });
  scenario.processes.forEach(({ cgroup }, i) => {
    if (cgroup !== undefined && cgroup !== '/' && !(scenario.cgroups && cgroup in scenario.cgroups)) {
      refuse('bad-scenario', `${at}processes[${i}].cgroup`, 'one of the paths in "cgroups"', cgroup);
    }
  });
  for (const path of Object.keys(scenario.machine.found?.cgroups ?? {})) {
    if (!(scenario.cgroups && path in scenario.cgroups)) {
      refuse('bad-scenario', `${at}machine.found.cgroups`, 'paths that are in "cgroups"', path);
    }
  }
  for (const [i, { command: it }] of (scenario.events ?? []).entries()) {
    const aimed = it.op === 'kill' || it.op === 'oom_score_adj' || it.op === 'cgroup_attach';
    if (aimed && (it.pid === undefined) === (it.process === undefined)) {
      refuse('bad-scenario', `${at}events[${i}].command`, 'either "pid" or "process"', Object.keys(it).join(', '));
    }
  }
  return scenario;
}
