/** Scenario and session files: `oomlab/scenario@1`, `oomlab/session@1`. */
export { parseCommand, type ScenarioCommand } from './commands';
export type { ScenarioOp } from './ops';
export { parseScenario, SCENARIO_FORMAT, type Scenario, type ScenarioProcess } from './scenario';
export { parseScenarioOrSession, parseSession, SESSION_FORMAT, type Session, sessionOf } from './session';
