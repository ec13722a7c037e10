/** Session files: a scenario, a seed, and what somebody did. */
import * as v from 'valibot';
import type { TimedCommand } from '../../machine/commands';
import { command } from './commands';
import { integer } from './fields';
import { parseScenario, SCENARIO_FORMAT, type Scenario } from './scenario';
import { refuse, show, validate, WHOLE_FILE } from './validate';

export const SESSION_FORMAT = 'oomlab/session@1';

export interface Session {
  format: typeof SESSION_FORMAT;
  /** The scenario, or the id of a built-in one. */
  scenario: Scenario | string;
  seed: number;
  commands: TimedCommand[];
}

const sessionSchema = v.strictObject({
  format: v.literal(SESSION_FORMAT, `"${SESSION_FORMAT}"`),
  scenario: v.union([v.string(), v.record(v.string(), v.unknown())], 'a scenario or the id of a built-in one'),
  seed: integer(1, 0x7fffffff),
  commands: v.array(v.strictObject({ t: integer(0, Number.MAX_SAFE_INTEGER), command }), 'a list of commands'),
});

/**
 * @throws {RefusalError} `bad-session` or `bad-scenario`, as parseScenario
 */
export function parseSession(input: unknown): Session {
  const session = validate(sessionSchema, input, 'bad-session', '') as unknown as Session;
  if (typeof session.scenario !== 'string') session.scenario = parseScenario(session.scenario, 'scenario.');
  return session;
}

/** A scenario by itself is a session in which nobody does anything. */
export function parseScenarioOrSession(input: unknown): Session {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    refuse('bad-scenario', WHOLE_FILE, 'an object', show(input));
  }
  const format = 'format' in input ? input.format : undefined;
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
