import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const swapFillsFirst: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'swap-fills-first',
  ...scenarioWords['swap-fills-first'],
  machine: { ram: '512MiB', swap: { size: '512MiB', device: 'ssd' }, cpus: 2 },
  processes: [
    { program: 'database', params: { size: '64MiB', hot: '32MiB', buffers: '16MiB' } },
    { program: 'leaky-server', at: '500ms', params: { rate: 12000 } },
  ],
  duration: '180s',
};
