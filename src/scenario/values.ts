/** Values that stand in several places of a scenario file. */
import * as v from 'valibot';
import { parseSize, SIZE_EXPECTED } from '../machine/units';

const isSize = (x: string | number) => parseSize(x) !== null;
export const size = v.pipe(v.union([v.string(), v.number()], SIZE_EXPECTED), v.check(isSize, SIZE_EXPECTED));

export const integer = (min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected));
};
