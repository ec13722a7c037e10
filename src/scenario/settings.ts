/**
 * What a session sets, checked before it runs. Apart from compile.ts, which the page uses too: this knows the kernel's
 * files, and with them half the kernel.
 */
import { isSetting } from '../machine/actions';
import { type Command, RefusalError } from '../machine/commands';
import { scenarioOf } from './compile';
import type { ScenarioCommand, Session } from './schema';

/**
 * A write to a setting that does not exist would pass without effect, and nobody would know.
 *
 * @throws {RefusalError} `unknown-sysctl` with the path of the event or the command; `unknown-scenario`
 */
export function checkSettings(session: Session): void {
  const check = (it: Command | ScenarioCommand, path: string): void => {
    if (it.op === 'sysctl' && !isSetting(it.name)) throw new RefusalError('unknown-sysctl', { name: it.name, path });
  };
  for (const [i, { command }] of (scenarioOf(session).events ?? []).entries()) check(command, `events[${i}].command`);
  for (const [i, { command }] of session.commands.entries()) check(command, `commands[${i}].command`);
}
