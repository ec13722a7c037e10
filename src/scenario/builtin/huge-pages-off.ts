import { scenarioWords } from '../../i18n/scenarios';
import { SCENARIO_FORMAT, type Scenario } from '../schema';
import { hugePagesOn } from './huge-pages-on';

export const hugePagesOff: Scenario = {
  ...hugePagesOn,
  format: SCENARIO_FORMAT,
  id: 'huge-pages-off',
  ...scenarioWords['huge-pages-off'],
  machine: { ...hugePagesOn.machine, thp: 'never' },
};
