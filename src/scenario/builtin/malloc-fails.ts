import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const mallocFails: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'malloc-fails',
  ...scenarioWords['malloc-fails'],
  machine: { ram: '512MiB', swap: null, cpus: 2, sysctl: { 'vm.overcommit_memory': 2, 'vm.overcommit_ratio': 80 } },
  processes: [
    { program: 'database', params: { size: '64MiB', hot: '32MiB', buffers: '16MiB' } },
    { program: 'crazy-allocator', at: '1s', params: { touch: 1 } },
  ],
  duration: '20s',
};
