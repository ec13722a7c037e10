/** Scenario and session files: `oomlab/scenario@1`, `oomlab/session@1`. */
export { parseCommand, type ScenarioCommand } from './commands';
export { type FoundInFile, foundOf, foundProcess } from './found';
export type { ScenarioOp } from './ops';
export { MAX_PROCESSES, parseScenario, SCENARIO_FORMAT, type Scenario, type ScenarioProcess } from './scenario';
export { parseScenarioOrSession, parseSession, SESSION_FORMAT, type Session, sessionOf } from './session';
export { pathText, show, WHOLE_FILE } from './validate';
