import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const thrashBeforeKill: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'thrash-before-kill',
  ...scenarioWords['thrash-before-kill'],
  machine: { ram: '512MiB', swap: { size: '1GiB', device: 'hdd' }, cpus: 2 },
  processes: [
    { program: 'database', params: { size: '560MiB', hot: '520MiB', buffers: '16MiB', rate: 60000 } },
    { program: 'browser-tabs', params: { tabs: 2, size: '24MiB' } },
  ],
  duration: '90s',
};
