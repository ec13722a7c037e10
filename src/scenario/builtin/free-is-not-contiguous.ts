import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const freeIsNotContiguous: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'free-is-not-contiguous',
  ...scenarioWords['free-is-not-contiguous'],
  machine: { ram: '512MiB', swap: null, cpus: 2 },
  processes: [
    { program: 'browser-tabs', params: { tabs: 1, size: '24MiB', rate: 3000 } },
    {
      name: 'netdrv',
      uid: 0,
      at: '500ms',
      ops: [
        { op: 'kalloc', count: 80_000, rate: 60_000 },
        { op: 'sleep', time: '1s' },
        { op: 'kfree', keepEvery: 8 },
        { op: 'sleep', time: '2s' },
        { op: 'kalloc', order: 4, count: 4000, rate: 400, onEnomem: 'retry' },
      ],
    },
  ],
  duration: '30s',
};
