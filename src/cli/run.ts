/** `oomlab run`: a scenario or a session, headless. */
import { oomVictim } from '../linux/include/oom';
import { formatDmesg } from '../linux/kernel/printk';
import { OOM_RULE_NAMES } from '../linux/versions/oom_rules';
import { createMachine } from '../machine/boot';
import { KERNELS, type KernelName } from '../machine/config';
import { hashMachine } from '../machine/hash';
import { type Machine, timeOf } from '../machine/machine';
import { LANDMARKS, type Sample } from '../machine/record';
import { runFor, type Until } from '../machine/run';
import { parseTime } from '../machine/units';
import { compileSession, scenarioOf, withKernel } from '../scenario/compile';
import { parseScenarioOrSession, type Session } from '../scenario/schema';
import { checkSettings } from '../scenario/settings';
import { onlyFile, onlyOne, readArguments, shown } from './arguments';
import { type CommandIo, readJson, UsageError, withUsage } from './input';

const USAGE = `Usage: oomlab run SCENARIO.json|SESSION.json [--seed N] [--kernel NAME] [--oom-rules NAME]
                  [--until EVENT|TIME] [--json|--dmesg|--csv]

Runs a scenario, or a session with its command log, and says how it ended.
The file "-" reads standard input.

  --seed N      a seed other than the file's
  --kernel X    6.12 or 6.1 instead of the file's
  --oom-rules X the OOM killer of another year: ${OOM_RULE_NAMES.slice(1).join(', ')},
                or kernel for the kernel's own
  --until X     stop at the first kswapd, direct-reclaim, swap-out, oom, kill or
                panic, or at a moment such as 2.5s
  --json        the result as JSON (oomlab/run@1)
  --dmesg       the kernel log as the kernel prints it
  --csv         the recorded time series, with a header line

Exit status: 0 done, 1 the event of --until did not happen, 2 bad input or usage.
`;

const OUTPUTS = ['json', 'dmesg', 'csv'] as const;

interface Options {
  file: string;
  seed: number | null;
  kernel: KernelName | null;
  oomRules: string | null;
  until: Until | null;
  output: (typeof OUTPUTS)[number] | undefined;
}

/** null = help is asked for. */
function parseArguments(argv: string[]): Options | null {
  const given = readArguments(argv, { flags: OUTPUTS, values: ['seed', 'kernel', 'oom-rules', 'until'] });
  if (given.help) return null;
  const read = <T>(name: string, parse: (text: string) => T): T | null => {
    const text = given.values.get(name);
    return text === undefined ? null : parse(text);
  };
  return {
    file: onlyFile(given.files, 'one scenario or session file'),
    seed: read('seed', parseSeed),
    kernel: read('kernel', (text) => oneOf('--kernel', text, KERNELS)),
    oomRules: read('oom-rules', (text) => oneOf('--oom-rules', text, OOM_RULE_NAMES)),
    until: read('until', parseUntil),
    output: onlyOne(given, OUTPUTS),
  };
}

function oneOf<T extends string>(name: string, given: string, values: readonly T[]): T {
  const found = values.find((v) => v === given);
  if (!found) throw new UsageError(`${name}: expected ${values.join(', ')}, got ${shown(given)}`);
  return found;
}

const MAX_SEED = 0x7fffffff;

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed < 1 || seed > MAX_SEED) {
    throw new UsageError(`--seed: expected a whole number from 1 to ${MAX_SEED}, got ${shown(text)}`);
  }
  return seed;
}

function parseUntil(text: string): Until {
  const landmark = LANDMARKS.find((it) => it === text);
  if (landmark) return { landmark };
  const t = parseTime(text);
  if (t === null) {
    throw new UsageError(`--until: expected ${LANDMARKS.join(', ')} or a time such as 2.5s, got ${shown(text)}`);
  }
  return { t };
}

/** A kill as it was decided. */
export interface Kill {
  /** ns. */
  t: number;
  pid: number;
  comm: string;
  /** Pages. */
  points: number;
  constraint: string;
  /** Whose request brought it about. */
  invoker: string;
  invokerPid: number;
  /** By old rules a child may die in place of the chosen process: this one. */
  chosen?: number;
}

export interface RunDocument {
  format: 'oomlab/run@1';
  scenario: string;
  title: string;
  seed: number;
  stateHash: string;
  virtualMs: number;
  kills: Kill[];
  outcome: 'finished' | 'panic' | 'livelock' | 'limit';
  /** Whether the event of --until happened; absent without one. */
  reached?: boolean;
  panic?: string;
  events: { t: number; kind: string; label: string; pid: number }[];
}

export interface RunResult {
  document: RunDocument;
  machine: Machine;
}

/** Processes that the scenario started, or will: while there is one, the run is not finished. */
function userWork(m: Machine): boolean {
  const started = m.procs.filter((p) => p.chip >= 0);
  // sshd is always there.
  return started.length > 1 || m.later.length + m.starting.length > 0 || m.eventsDone < m.config.events.length;
}

/** Between two looks at whether anything is still to come, ns. */
const LOOK_NS = 1_000_000_000;

/** Runs a session to its end, or to the moment asked for. */
export function runSession(session: Session, until: Until | null): RunResult {
  checkSettings(session);
  const { config, seed, commands } = compileSession(session);
  const m = createMachine(config, seed);
  m.script = commands;
  const stop: Until = until ?? {};
  const last = commands.at(-1)?.t ?? 0;
  const limit = Math.max(stop.t ?? config.limit, stop.t === undefined ? last : 0);
  let outcome: RunDocument['outcome'] = 'limit';
  let reached = false;
  for (;;) {
    const reason = runFor(m, {
      t: Math.min(limit, timeOf(m) + LOOK_NS),
      ...(stop.landmark && { landmark: stop.landmark }),
    });
    if (reason === 'panic' || reason === 'livelock') outcome = reason;
    reached = reason === 'landmark' || (stop.landmark === 'panic' && reason === 'panic');
    if (reached && reason === 'landmark') outcome = 'finished';
    if (reason !== 'time') break;
    if (timeOf(m) >= limit) {
      if (stop.t !== undefined) {
        outcome = 'finished';
        reached = true;
      }
      break;
    }
    if (stop.t === undefined && !userWork(m) && m.applied >= commands.length) {
      outcome = 'finished';
      break;
    }
  }
  const kills = m.kernel.oomRecords
    .filter((r) => r.chosen >= 0)
    .map((r): Kill => {
      const pid = oomVictim(r);
      return {
        t: r.t,
        pid,
        comm: r.walk.find((c) => c.pid === pid)?.comm ?? r.invokerComm,
        points: r.chosenPoints,
        constraint: r.constraint,
        invoker: r.invokerComm,
        invokerPid: r.invoker,
        ...(r.sacrificed !== undefined && { chosen: r.chosen }),
      };
    });
  const scenario = scenarioOf(session);
  const document: RunDocument = {
    format: 'oomlab/run@1',
    scenario: scenario.id,
    title: scenario.title,
    seed,
    stateHash: hashMachine(m),
    virtualMs: timeOf(m) / 1e6,
    kills,
    outcome,
    ...(until && { reached }),
    ...(m.kernel.panic && { panic: m.kernel.panic }),
    events: m.rec.events,
  };
  return { document, machine: m };
}

const CSV_FIELDS: readonly (keyof Sample)[] = [
  't',
  'free',
  'zoneFree',
  'zoneMin',
  'zoneLow',
  'zoneHigh',
  'scannedKswapd',
  'scannedDirect',
  'stolenKswapd',
  'stolenDirect',
  'swapOut',
  'swapIn',
  'swapUsed',
  'anon',
  'file',
  'psiSome',
  'psiFull',
  'eat',
];

function csv(samples: Sample[]): string {
  const rows = samples.map((s) => CSV_FIELDS.map((f) => Number(s[f].toFixed(4))).join(','));
  return `${[CSV_FIELDS.join(','), ...rows].join('\n')}\n`;
}

const seconds = (ns: number): string => `${(ns / 1e9).toFixed(3)} s`;

/** A few lines for a person. */
function summary({ document: d }: RunResult): string {
  const lines = [`${d.title}: ${d.outcome} after ${seconds(d.virtualMs * 1e6)} of virtual time, state ${d.stateHash}`];
  for (const k of d.kills)
    lines.push(`${seconds(k.t)}  killed ${k.comm} (${k.pid}), ${k.points} points, for ${k.invoker}`);
  if (d.kills.length === 0) lines.push('Nobody was killed.');
  if (d.panic) lines.push(`Kernel panic: ${d.panic}`);
  return `${lines.join('\n')}\n`;
}

/** The command. Resolves to the exit code. */
export function run(argv: string[], io: CommandIo): Promise<number> {
  return withUsage('run', io, async () => {
    const options = parseArguments(argv);
    if (options === null) {
      io.stdout.write(USAGE);
      return 0;
    }
    const session = parseScenarioOrSession(await readJson(options.file, io));
    if (options.seed !== null) session.seed = options.seed;
    const { kernel, oomRules } = options;
    if (kernel !== null || oomRules !== null) {
      session.scenario = withKernel(scenarioOf(session), { ...(kernel && { kernel }), ...(oomRules && { oomRules }) });
    }
    const result = runSession(session, options.until);
    if (options.output === 'json') io.stdout.write(`${JSON.stringify(result.document, null, 2)}\n`);
    else if (options.output === 'dmesg') io.stdout.write(dmesg(result.machine));
    else if (options.output === 'csv') io.stdout.write(csv(result.machine.rec.samples));
    else io.stdout.write(summary(result));
    return result.document.reached === false ? 1 : 0;
  });
}

const dmesg = (m: Machine): string => m.kernel.log.map((line) => `${formatDmesg(line)}\n`).join('');
