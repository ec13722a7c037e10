import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const thrashBeforeKill: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'thrash-before-kill',
  ...scenarioWords['thrash-before-kill'],
  machine: { ram: '512MiB', swap: { size: '1GiB', device: 'ssd' }, cpus: 2 },
  processes: [
    { program: 'database', params: { size: '280MiB', hot: '270MiB', buffers: '8MiB', rate: 100000 } },
    {
      program: 'database',
      name: 'mysqld',
      at: '4s',
      params: { size: '280MiB', hot: '270MiB', buffers: '8MiB', rate: 100000 },
    },
  ],
  duration: '60s',
};
