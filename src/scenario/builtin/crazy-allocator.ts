import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const crazyAllocator: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'crazy-allocator',
  ...scenarioWords['crazy-allocator'],
  machine: { ram: '512MiB', swap: null, cpus: 2 },
  processes: [
    { program: 'database', params: { size: '64MiB', hot: '32MiB', buffers: '16MiB' } },
    { program: 'browser-tabs', params: { tabs: 1, size: '24MiB' } },
    { program: 'crazy-allocator', at: '1s', params: { touch: 1 } },
  ],
  duration: '60s',
};
