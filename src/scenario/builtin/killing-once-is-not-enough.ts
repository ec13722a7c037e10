import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const killingOnceIsNotEnough: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'killing-once-is-not-enough',
  ...scenarioWords['killing-once-is-not-enough'],
  machine: { ram: '512MiB', swap: null, cpus: 2 },
  processes: [
    { program: 'fork-herd', params: { children: 6, size: '200MiB', rate: 9000 } },
    { program: 'leaky-server', at: '2s', params: { rate: 8000 } },
  ],
  duration: '60s',
};
