/** Kills as the machine makes them, with all that is recorded of them. */
import type { KillReport } from '../../../src/machine/record';
import { Timeline } from '../../../src/machine/timetravel';
import { builtinScenario } from '../../../src/scenario/builtin';
import { compileSession, withKernel } from '../../../src/scenario/compile';
import { sessionOf } from '../../../src/scenario/schema';

/** The first kill of a built-in scenario, by its own OOM rules or others, followed until its victim is gone. */
export function firstKill(id: string, oomRules?: string): KillReport {
  const scenario = builtinScenario(id);
  if (!scenario) throw new Error(`no scenario ${id}`);
  const { config, seed } = compileSession(sessionOf(oomRules ? withKernel(scenario, { oomRules }) : scenario));
  const line = new Timeline(config, seed);
  line.run({ landmark: 'kill' });
  const { kills } = line.machine.rec;
  line.run({ t: line.t + 500e6 });
  return structuredClone(kills[0]);
}
