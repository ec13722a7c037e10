import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const cachedIsNotFree: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'cached-is-not-free',
  ...scenarioWords['cached-is-not-free'],
  machine: { ram: '512MiB', swap: null, cpus: 2 },
  processes: [
    { program: 'database', params: { size: '48MiB', hot: '24MiB', buffers: '16MiB' } },
    { program: 'browser-tabs', params: { tabs: 2, size: '24MiB' } },
    { program: 'tmpfs-filler', at: '500ms', params: { size: '480MiB', rate: 30000 } },
  ],
  duration: '60s',
};
