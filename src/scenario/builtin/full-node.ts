import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';

export const fullNode: Scenario = {
  format: SCENARIO_FORMAT,
  id: 'full-node',
  ...scenarioWords['full-node'],
  machine: {
    ram: '1GiB',
    swap: null,
    cpus: 2,
    nodes: [
      { ram: '768MiB', cpus: 1 },
      { ram: '256MiB', cpus: 1 },
    ],
  },
  processes: [
    {
      program: 'database',
      params: { size: '64MiB', hot: '32MiB', buffers: '280MiB' },
      cpus: '0',
      mempolicy: { mode: 'bind', nodes: '0' },
    },
    {
      program: 'leaky-server',
      name: 'bound',
      at: '500ms',
      params: { rate: 25000 },
      mempolicy: { mode: 'bind', nodes: '1' },
    },
  ],
  duration: '60s',
};
