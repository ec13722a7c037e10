import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const containerLimit: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'container-limit',
  ...scenarioWords['container-limit'],
  machine: { ram: '512MiB', swap: { size: '256MiB', device: 'ssd' }, cpus: 2 },
  cgroups: {
    '/db': { 'memory.low': '160MiB' },
    '/web': { 'memory.max': '96MiB', 'memory.swap.max': 0 },
  },
  processes: [
    { program: 'database', cgroup: '/db', params: { size: '96MiB', hot: '48MiB', buffers: '16MiB', rate: 20000 } },
    { program: 'leaky-server', cgroup: '/web', at: '200ms', params: { rate: 3000 } },
    { program: 'browser-tabs', at: '400ms', params: { tabs: 2, size: '40MiB', rate: 4000 } },
  ],
  events: [
    { at: '14s', command: { op: 'launch', program: 'browser-tabs', params: { tabs: 4, size: '64MiB', rate: 3000 } } },
  ],
  duration: '60s',
};
