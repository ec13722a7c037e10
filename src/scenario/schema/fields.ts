/** What the fields of a file may hold, and the words for what was expected there. */
import * as v from 'valibot';
import { OOM_RULE_NAMES } from '../../linux/versions/oom_rules';
import { CGROUP_PATH } from '../../machine/commands';
import { cgroupText, parseSize, parseTime, SIZE_EXPECTED, TIME_EXPECTED } from '../../machine/units';

const isSize = (x: string | number) => parseSize(x) !== null;
const isTime = (x: string | number) => parseTime(x) !== null;
export const size = v.pipe(v.union([v.string(), v.number()], SIZE_EXPECTED), v.check(isSize, SIZE_EXPECTED));
export const time = v.pipe(v.union([v.string(), v.number()], TIME_EXPECTED), v.check(isTime, TIME_EXPECTED));

export const integer = (min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected));
};
export const text = (max: number) => v.pipe(v.string('a text'), v.maxLength(max, `at most ${max} characters`));
export const name = v.pipe(
  v.string('a name'),
  v.regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,13}[\x21-\x7e])?$/, 'a process name: 1 to 15 printable characters'),
);
export const label = v.pipe(
  v.string('a name'),
  v.regex(/^[\x21-\x7e]{1,64}$/, 'a name of 1 to 64 characters without spaces'),
);
const CGROUP_EXPECTED = 'a path of a cgroup, like "/web" or "/web/db"';
export const cgroupPath = v.pipe(v.string(CGROUP_EXPECTED), v.regex(CGROUP_PATH, CGROUP_EXPECTED));
/** Where a process may be: the root too. */
export const cgroupOfProcess = v.pipe(
  v.string(CGROUP_EXPECTED),
  v.check((path) => path === '/' || CGROUP_PATH.test(path), CGROUP_EXPECTED),
);
const FILES = [
  'memory.max',
  'memory.high',
  'memory.low',
  'memory.min',
  'memory.swap.max',
  'memory.swap.high',
  'memory.oom.group',
];
/** Files of a cgroup that a scenario may write. */
export const cgroupFile = v.picklist(FILES, FILES.join(', '));
/** What a file of a cgroup holds: a size, "max", or a plain number. */
export const cgroupValue = v.pipe(
  v.union([v.string(), v.number()], 'a size, "max" or a number'),
  v.check((x) => cgroupText(x) !== null, 'a size, "max" or a number'),
);
export const oomScoreAdj = integer(-1000, 1000);
export const pages = integer(1, 1 << 28);
export const rate = integer(0, 1e9);
export const onEnomem = v.picklist(['exit', 'continue', 'retry'], '"exit", "continue" or "retry"');
/** Numbers of nodes or cpus, as the kernel's files have them: "0-1,3". */
export const numberList = v.pipe(
  v.string('numbers such as "0" or "0-1,3"'),
  v.regex(/^\d{1,2}(-\d{1,2})?(,\d{1,2}(-\d{1,2})?)*$/, 'numbers such as "0" or "0-1,3"'),
);
export const MPOL_MODES = ['default', 'preferred', 'bind', 'interleave', 'local'] as const;
export const mpolMode = v.picklist([...MPOL_MODES], MPOL_MODES.map((it) => `"${it}"`).join(', '));
export const flag = v.boolean('true or false');
export const oomRulesName = v.picklist([...OOM_RULE_NAMES], OOM_RULE_NAMES.map((it) => `"${it}"`).join(', '));
