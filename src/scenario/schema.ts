/**
 * Scenario and session files: `oomlab/scenario@1`, `oomlab/session@1`. What is checked here is the form; whether the
 * machine can be built at all is checked when it is compiled (compile.ts).
 */
import * as v from 'valibot';
import { OOM_RULE_NAMES } from '../linux/versions/oom_rules';
import { type Command, type Refusal, RefusalError, SIGNALS, type TimedCommand } from '../machine/commands';
import { KERNELS, type KernelName } from '../machine/config';
import { parseSize, parseTime, SIZE_EXPECTED, type Size, TIME_EXPECTED, type Time } from '../machine/units';

export const SCENARIO_FORMAT = 'oomlab/scenario@1';
export const SESSION_FORMAT = 'oomlab/session@1';

const isSize = (x: string | number) => parseSize(x) !== null;
const isTime = (x: string | number) => parseTime(x) !== null;
const size = v.pipe(v.union([v.string(), v.number()], SIZE_EXPECTED), v.check(isSize, SIZE_EXPECTED));
const time = v.pipe(v.union([v.string(), v.number()], TIME_EXPECTED), v.check(isTime, TIME_EXPECTED));

const integer = (min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected));
};
const text = (max: number) => v.pipe(v.string('a text'), v.maxLength(max, `at most ${max} characters`));
const name = v.pipe(
  v.string('a name'),
  v.regex(/^[\x21-\x7e]{1,15}$/, 'a process name: 1 to 15 printable characters without spaces'),
);
const label = v.pipe(v.string('a name'), v.regex(/^[\x21-\x7e]{1,64}$/, 'a name of 1 to 64 characters without spaces'));
const oomScoreAdj = integer(-1000, 1000);
const pages = integer(1, 1 << 28);
const rate = integer(0, 1e9);
const onEnomem = v.picklist(['exit', 'continue', 'retry'], '"exit", "continue" or "retry"');
const flag = v.boolean('true or false');
const oomRulesName = v.picklist([...OOM_RULE_NAMES], OOM_RULE_NAMES.map((it) => `"${it}"`).join(', '));

/** One operation in a scenario file: as in machine/ops.ts, with sizes and times as text too. */
export type ScenarioOp = { op: string; [field: string]: unknown };

const ops: v.GenericSchema<ScenarioOp[]> = v.lazy(() => v.array(op, 'a list of operations')) as never;
const op = v.variant(
  'op',
  [
    v.strictObject({
      op: v.literal('mmap'),
      region: label,
      size,
      kind: v.optional(v.picklist(['anon', 'shared', 'file'], '"anon", "shared" or "file"')),
      file: v.optional(label),
      onEnomem: v.optional(onEnomem),
    }),
    v.strictObject({ op: v.literal('sbrk'), size, onEnomem: v.optional(onEnomem) }),
    v.strictObject({
      op: v.literal('touch'),
      region: label,
      from: v.optional(integer(0, 1 << 28)),
      pages: v.optional(v.union([pages, v.literal('all')], 'a number of pages or "all"')),
      pattern: v.optional(v.picklist(['seq', 'random', 'hot'], '"seq", "random" or "hot"')),
      hot: v.optional(size),
      hotPercent: v.optional(integer(0, 100)),
      rate: v.optional(rate),
      write: v.optional(flag),
    }),
    v.strictObject({ op: v.literal('read'), file: label, fileSize: size, size, rate: v.optional(rate) }),
    v.strictObject({ op: v.literal('write'), file: label, fileSize: size, size, rate: v.optional(rate) }),
    v.strictObject({
      op: v.literal('append'),
      file: label,
      size,
      rate: v.optional(rate),
      onEnomem: v.optional(onEnomem),
    }),
    v.strictObject({ op: v.literal('unlink'), file: label }),
    v.strictObject({ op: v.literal('fork'), ops, name: v.optional(name), onEnomem: v.optional(onEnomem) }),
    v.strictObject({ op: v.literal('exec'), name, text: v.optional(size) }),
    v.strictObject({ op: v.literal('mlock'), region: label, onEnomem: v.optional(onEnomem) }),
    v.strictObject({ op: v.literal('madvise'), region: label, advice: v.literal('dontneed') }),
    v.strictObject({ op: v.literal('munmap'), region: label }),
    v.strictObject({
      op: v.literal('malloc2'),
      times: v.optional(integer(1, 1e9)),
      touch: flag,
      rate: v.optional(rate),
      onEnomem: v.optional(onEnomem),
    }),
    v.strictObject({ op: v.literal('sleep'), time }),
    v.strictObject({ op: v.literal('compute'), time }),
    v.strictObject({ op: v.literal('exit') }),
    v.strictObject({ op: v.literal('loop'), ops }),
    v.strictObject({ op: v.literal('repeat'), times: integer(1, 1e9), ops }),
  ],
  'an operation',
);

const params = v.record(v.string(), v.union([v.string(), v.number()], 'a number or a text'), 'parameters by name');

/** Whom a scenario's event is about: by pid, or by name (the newest of that name). */
const target = { pid: v.optional(integer(1, 1 << 22)), process: v.optional(name) };
const sysctlValue = v.union([v.string(), v.number()], 'a value');
const scenarioCommand = v.variant(
  'op',
  [
    v.strictObject({ op: v.literal('launch'), program: label, params: v.optional(params) }),
    v.strictObject({ op: v.literal('kill'), ...target, signal: v.picklist([...SIGNALS], SIGNALS.join(', ')) }),
    v.strictObject({ op: v.literal('oom_score_adj'), ...target, value: oomScoreAdj }),
    v.strictObject({ op: v.literal('sysctl'), name: label, value: sysctlValue }),
    v.strictObject({ op: v.literal('sysrq'), key: v.picklist(['f', 'm'], '"f" or "m"') }),
    v.strictObject({ op: v.literal('oom_rules'), name: oomRulesName }),
  ],
  'a command',
);

const scenarioSchema = v.strictObject({
  $schema: v.optional(v.string()),
  format: v.literal(SCENARIO_FORMAT, `"${SCENARIO_FORMAT}"`),
  id: v.pipe(v.string('an id'), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'an id of small letters, digits and hyphens')),
  title: text(200),
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
    kernel: v.optional(v.picklist([...KERNELS], KERNELS.map((name) => `"${name}"`).join(' or '))),
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
  }),
  processes: v.pipe(
    v.array(
      v.strictObject({
        program: v.optional(label),
        ops: v.optional(ops),
        name: v.optional(name),
        adj: v.optional(oomScoreAdj),
        uid: v.optional(integer(0, 65535)),
        nice: v.optional(integer(-20, 19)),
        at: v.optional(time),
        params: v.optional(params),
      }),
      'a list of processes',
    ),
    v.maxLength(500, 'at most 500 processes'),
  ),
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
  at?: Time;
  params?: Record<string, string | number>;
}

export interface Scenario {
  /** Address of the JSON Schema, for editors. */
  $schema?: string;
  format: typeof SCENARIO_FORMAT;
  id: string;
  title: string;
  /** The point it makes. */
  about?: string;
  machine: {
    ram: Size;
    swap?: { size: Size; device?: 'ssd' | 'hdd' | 'zram' | 'none'; compression?: number } | null;
    cpus?: number;
    kernel?: KernelName;
    oomRules?: string;
    sysctl?: Record<string, string | number>;
    thp?: 'always' | 'madvise' | 'never';
    caches?: { name: string; size: Size; latencyNs: number }[];
  };
  processes: ScenarioProcess[];
  events?: { at: Time; command: ScenarioCommand }[];
  /** After that much virtual time a run without another end stops. */
  duration?: Time;
  seed?: number;
}

export type ScenarioCommand = v.InferOutput<typeof scenarioCommand>;

export interface Session {
  format: typeof SESSION_FORMAT;
  /** The scenario, or the id of a built-in one. */
  scenario: Scenario | string;
  seed: number;
  commands: TimedCommand[];
}

const command: v.GenericSchema<Command> = v.variant(
  'op',
  [
    v.strictObject({ op: v.literal('launch'), program: label, params: v.optional(params) }),
    v.strictObject({
      op: v.literal('kill'),
      pid: integer(1, 1 << 22),
      signal: v.picklist([...SIGNALS], SIGNALS.join(', ')),
    }),
    v.strictObject({ op: v.literal('oom_score_adj'), pid: integer(1, 1 << 22), value: oomScoreAdj }),
    v.strictObject({ op: v.literal('sysctl'), name: label, value: v.string('a value') }),
    v.strictObject({ op: v.literal('sysrq'), key: v.picklist(['f', 'm'], '"f" or "m"') }),
    v.strictObject({ op: v.literal('oom_rules'), name: oomRulesName }),
  ],
  'a command',
) as never;

const sessionSchema = v.strictObject({
  format: v.literal(SESSION_FORMAT, `"${SESSION_FORMAT}"`),
  scenario: v.union([v.string(), v.record(v.string(), v.unknown())], 'a scenario or the id of a built-in one'),
  seed: integer(1, 0x7fffffff),
  commands: v.array(v.strictObject({ t: integer(0, Number.MAX_SAFE_INTEGER), command }), 'a list of commands'),
});

/**
 * @throws {RefusalError} `bad-scenario` with the exact path, what was expected there and what was found
 */
export function parseScenario(input: unknown, at = ''): Scenario {
  const scenario = validate(scenarioSchema, input, 'bad-scenario', at) as Scenario;
  scenario.processes.forEach((process, i) => {
    if ((process.program === undefined) === (process.ops === undefined)) {
      refuse('bad-scenario', `${at}processes[${i}]`, 'either "program" or "ops"', Object.keys(process).join(', '));
    }
  });
  for (const [i, { command: it }] of (scenario.events ?? []).entries()) {
    if ((it.op === 'kill' || it.op === 'oom_score_adj') && (it.pid === undefined) === (it.process === undefined)) {
      refuse('bad-scenario', `${at}events[${i}].command`, 'either "pid" or "process"', Object.keys(it).join(', '));
    }
  }
  return scenario;
}

/**
 * @throws {RefusalError} `bad-session` or `bad-scenario`, as parseScenario
 */
export function parseSession(input: unknown): Session {
  const session = validate(sessionSchema, input, 'bad-session', '') as unknown as Session;
  if (typeof session.scenario !== 'string') session.scenario = parseScenario(session.scenario, 'scenario.');
  return session;
}

/**
 * @throws {RefusalError} `bad-command`
 */
export function parseCommand(input: unknown): Command {
  return validate(command, input, 'bad-command', '');
}

/** A scenario by itself is a session in which nobody does anything. */
export function parseScenarioOrSession(input: unknown): Session {
  const format = typeof input === 'object' && input !== null && 'format' in input ? input.format : undefined;
  if (format === SESSION_FORMAT) return parseSession(input);
  if (format !== SCENARIO_FORMAT) {
    refuse('bad-scenario', 'format', `"${SCENARIO_FORMAT}" or "${SESSION_FORMAT}"`, show(format));
  }
  return sessionOf(parseScenario(input));
}

export const DEFAULT_SEED = 1;
/** The session of a scenario to which nothing has been done yet. */
export const sessionOf = (scenario: Scenario, seed = scenario.seed ?? DEFAULT_SEED): Session => ({
  format: SESSION_FORMAT,
  scenario,
  seed,
  commands: [],
});

function refuse(code: string, path: string, expected: string, got: string): never {
  throw new RefusalError(code, { path, expected, got });
}

function validate<T>(schema: v.GenericSchema<unknown, T>, input: unknown, code: string, at: string): T {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output;
  throw new RefusalError(code, issueParams(result.issues[0], at));
}

function issueParams(issue: v.BaseIssue<unknown>, at: string): Refusal['params'] {
  const missing = issue.received === 'undefined';
  const unknownKey = issue.type === 'strict_object' && issue.expected === 'never';
  // Of an object with a field too many the message is the library's; of all others it is what stands in the schema.
  let expected = issue.message.startsWith('Invalid') ? (issue.expected ?? issue.kind) : issue.message;
  if (unknownKey) expected = 'no such field';
  else if (missing && issue.type === 'strict_object') expected = 'this field';
  return {
    path: at + pathOf(issue) || '(the whole file)',
    expected,
    got: missing
      ? 'nothing'
      : show(issue.type === 'strict_object' && issue.path ? issue.path.at(-1)?.value : issue.input),
  };
}

/** As one writes it in JavaScript: `processes[2].adj`. */
function pathOf(issue: v.BaseIssue<unknown>): string {
  let path = '';
  for (const item of issue.path ?? []) {
    const key = item.key;
    path += typeof key === 'number' ? `[${key}]` : path === '' ? String(key) : `.${key}`;
  }
  return path;
}

function show(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}
