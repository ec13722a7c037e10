/** What can be told of the session that is open, and of its other futures. */
import { partingOf } from '../machine/branches';
import { RefusalError } from '../machine/commands';
import { Timeline } from '../machine/timetravel';
import { compileSession, scenarioOf } from '../scenario/compile';
import { parseScenarioOrSession, SESSION_FORMAT, type Session } from '../scenario/schema';
import { checkSettings } from '../scenario/settings';
import type { Futures, Ghost } from './protocol';

export interface OpenSession {
  session: Session;
  timeline: Timeline;
}

/**
 * Makes the machine of a session or a scenario, as it is when it is switched on.
 *
 * @param futures that an earlier run of it had
 * @throws {RefusalError} what is wrong with it
 */
export function openSession(input: Session, futures?: Futures): OpenSession {
  const session = parseScenarioOrSession(input);
  checkSettings(session);
  const { config, seed, commands } = compileSession(session);
  const timeline = new Timeline(config, seed, commands);
  if (futures) {
    const branches = futures.branches.map((b) => ({
      ...b,
      commands: compileSession(parseScenarioOrSession({ ...session, commands: b.commands })).commands,
    }));
    timeline.adopt(branches, futures.active);
  }
  return { session, timeline };
}

/**
 * The part of a branch that is not of the present one, to be drawn behind it.
 *
 * @throws {RefusalError} when there is no such branch
 */
export function ghostOf(timeline: Timeline, id: number): Ghost {
  const branch = timeline.branches.find((b) => b.id === id);
  if (!branch) throw new RefusalError('no-branch', { id });
  const parting = partingOf(timeline.commands, branch.commands);
  // The last one they have in common is where the line begins.
  const { samples } = branch.rec;
  const from = Math.max(
    0,
    samples.findLastIndex((s) => s.t <= parting),
  );
  const apart = branch === timeline.branch ? [] : samples.slice(from);
  return {
    t: apart.map((s) => s.t),
    zoneFree: apart.map((s) => s.zoneFree),
    swapUsed: apart.map((s) => s.swapUsed),
  };
}

/**
 * The session as it can be saved and opened again.
 *
 * @param id of the branch, the present one when absent
 * @throws {RefusalError} when there is no such branch
 */
export function sessionOf({ session, timeline }: OpenSession, id?: number): Session {
  const branch = id === undefined ? timeline.branch : timeline.branches.find((b) => b.id === id);
  if (!branch) throw new RefusalError('no-branch', { id: id ?? -1 });
  return {
    format: SESSION_FORMAT,
    // Whole, not by name: what is handed over means the same when the built-in one has changed.
    scenario: scenarioOf(session),
    seed: session.seed,
    commands: branch.commands.map(({ t, command }) => ({ t, command })),
  };
}
