/** Sessions from and to text. No part of the first load: it brings the whole schema along. */
export { scenarioOf, withKernel, withMoreSwap } from '../scenario/compile';
export { parseJson } from '../scenario/json';
export { decodeSession, encodeSession } from '../scenario/link';
export { parseScenarioOrSession, sessionOf } from '../scenario/schema';
