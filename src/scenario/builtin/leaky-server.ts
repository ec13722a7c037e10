import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const leakyServer: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'leaky-server',
  ...scenarioWords['leaky-server'],
  machine: { ram: '512MiB', swap: { size: '256MiB', device: 'ssd' }, cpus: 2 },
  processes: [
    { program: 'database', params: { size: '112MiB', hot: '88MiB', buffers: '32MiB', rate: 30000 } },
    { program: 'leaky-server', at: '200ms', params: { rate: 3500 } },
    { program: 'browser-tabs', at: '400ms', params: { tabs: 2, size: '40MiB', rate: 5000 } },
    { program: 'mlock-hog', at: '600ms', params: { size: '24MiB' } },
    { program: 'backup', at: '800ms', params: { rate: 3000 } },
    {
      name: 'bash',
      at: '1s',
      ops: [
        { op: 'mmap', region: 'heap', size: '1MiB' },
        { op: 'touch', region: 'heap', write: true },
        {
          op: 'loop',
          ops: [
            { op: 'touch', region: 'heap', pattern: 'random', pages: 16 },
            { op: 'sleep', time: '2s' },
          ],
        },
      ],
    },
  ],
  duration: '180s',
};
