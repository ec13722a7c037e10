import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const anotherYear: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'another-year',
  ...scenarioWords['another-year'],
  machine: { ram: '512MiB', swap: null, cpus: 2, oomRules: '4.19' },
  processes: [
    {
      name: 'reserves',
      ops: [
        { op: 'mmap', region: 'index', size: '400MiB' },
        { op: 'mmap', region: 'journal', size: '400MiB' },
        { op: 'touch', region: 'index', pages: 3000, write: true },
        {
          op: 'loop',
          ops: [
            { op: 'sleep', time: '100ms' },
            { op: 'touch', region: 'index', pages: 16 },
          ],
        },
      ],
    },
    {
      name: 'builder',
      ops: [
        {
          op: 'fork',
          name: 'helper',
          ops: [
            { op: 'mmap', region: 'own', size: '6MiB' },
            { op: 'touch', region: 'own', write: true },
            {
              op: 'loop',
              ops: [
                { op: 'sleep', time: '100ms' },
                { op: 'touch', region: 'own', pages: 16 },
              ],
            },
          ],
        },
        { op: 'sleep', time: '200ms' },
        { op: 'mmap', region: 'objects', size: '240MiB' },
        { op: 'touch', region: 'objects', rate: 60000, write: true },
        { op: 'mmap', region: 'symbols', size: '240MiB' },
        { op: 'touch', region: 'symbols', rate: 60000, write: true },
      ],
    },
  ],
  duration: '60s',
};
