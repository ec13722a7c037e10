/** Commands: those a scenario foretells, and those of a session's log. */
import * as v from 'valibot';
import { type Command, SIGNALS } from '../../machine/commands';
import { cgroupOfProcess, cgroupPath, cgroupValue, integer, label, name, oomRulesName, oomScoreAdj } from './fields';
import { validate } from './validate';

export const params = v.record(
  v.string(),
  v.union([v.string(), v.number()], 'a number or a text'),
  'parameters by name',
);

/** Whom a scenario's event is about: by pid, or by name (the newest of that name). */
const target = { pid: v.optional(integer(1, 1 << 22)), process: v.optional(name) };
export const sysctlValue = v.union([v.string(), v.number()], 'a value');
/** Commands that are about no process: the same in a scenario and in a log. */
const commonCommands = [
  v.strictObject({
    op: v.literal('launch'),
    program: label,
    params: v.optional(params),
    cgroup: v.optional(cgroupOfProcess),
  }),
  v.strictObject({ op: v.literal('sysrq'), key: v.picklist(['f', 'm'], '"f" or "m"') }),
  v.strictObject({ op: v.literal('oom_rules'), name: oomRulesName }),
  v.strictObject({ op: v.literal('cgroup_create'), path: cgroupPath }),
  v.strictObject({ op: v.literal('cgroup_remove'), path: cgroupPath }),
  v.strictObject({ op: v.literal('cgroup_write'), path: cgroupPath, file: label, value: cgroupValue }),
] as const;
export const scenarioCommand = v.variant(
  'op',
  [
    v.strictObject({ op: v.literal('cgroup_attach'), ...target, path: cgroupOfProcess }),
    ...commonCommands,
    v.strictObject({ op: v.literal('kill'), ...target, signal: v.picklist([...SIGNALS], SIGNALS.join(', ')) }),
    v.strictObject({ op: v.literal('oom_score_adj'), ...target, value: oomScoreAdj }),
    v.strictObject({ op: v.literal('sysctl'), name: label, value: sysctlValue }),
  ],
  'a command',
);

export type ScenarioCommand = v.InferOutput<typeof scenarioCommand>;

export const command: v.GenericSchema<Command> = v.variant(
  'op',
  [
    v.strictObject({ op: v.literal('cgroup_attach'), pid: integer(1, 1 << 22), path: cgroupOfProcess }),
    ...commonCommands,
    v.strictObject({
      op: v.literal('kill'),
      pid: integer(1, 1 << 22),
      signal: v.picklist([...SIGNALS], SIGNALS.join(', ')),
    }),
    v.strictObject({ op: v.literal('oom_score_adj'), pid: integer(1, 1 << 22), value: oomScoreAdj }),
    v.strictObject({ op: v.literal('sysctl'), name: label, value: v.string('a value') }),
  ],
  'a command',
) as never;

/**
 * @throws {RefusalError} `bad-command`
 */
export function parseCommand(input: unknown): Command {
  return validate(command, input, 'bad-command', '');
}
