import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

/** One store in each 2 MiB of a mapping almost as large as RAM; afterwards somebody else needs a little. */
export const hugePagesOn: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'huge-pages-on',
  ...scenarioWords['huge-pages-on'],
  machine: { ram: '1GiB', swap: null, cpus: 2, thp: 'always' },
  processes: [
    { program: 'database', params: { size: '96MiB', hot: '48MiB', buffers: '16MiB' } },
    {
      name: 'sparse-table',
      at: '1s',
      ops: [
        { op: 'mmap', region: 'table', size: '900MiB' },
        { op: 'touch', region: 'table', stride: 512, write: true, rate: 200 },
        { op: 'loop', ops: [{ op: 'sleep', time: '1s' }] },
      ],
    },
    { program: 'browser-tabs', at: '8s', params: { tabs: 3, size: '60MiB', rate: 20_000 } },
  ],
  duration: '30s',
};
