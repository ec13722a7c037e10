import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const smallOneDiesFirst: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'small-one-dies-first',
  ...scenarioWords['small-one-dies-first'],
  machine: { ram: '512MiB', swap: null, cpus: 2 },
  processes: [
    { program: 'browser-tabs', adj: 1000, params: { tabs: 2, size: '12MiB' } },
    { program: 'database', params: { size: '64MiB', hot: '32MiB', buffers: '16MiB' } },
    { program: 'leaky-server', name: 'hog', at: '500ms', params: { rate: 40000 } },
  ],
  duration: '60s',
};
