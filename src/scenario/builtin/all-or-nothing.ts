import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const allOrNothing: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'all-or-nothing',
  ...scenarioWords['all-or-nothing'],
  machine: { ram: '512MiB', swap: { size: '256MiB', device: 'ssd' }, cpus: 2 },
  cgroups: {
    '/job': { 'memory.max': '192MiB', 'memory.swap.max': 0, 'memory.oom.group': 1 },
    '/shell': { 'memory.low': '16MiB' },
  },
  processes: [
    { program: 'database', cgroup: '/job', params: { size: '48MiB', hot: '24MiB', buffers: '8MiB', rate: 10000 } },
    { program: 'browser-tabs', cgroup: '/job', at: '200ms', params: { tabs: 2, size: '16MiB', rate: 4000 } },
    { program: 'leaky-server', cgroup: '/job', at: '400ms', params: { rate: 4000 } },
    { program: 'browser-tabs', cgroup: '/shell', at: '600ms', params: { tabs: 1, size: '32MiB', rate: 4000 } },
  ],
  duration: '60s',
};
