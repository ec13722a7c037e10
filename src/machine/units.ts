/** Sizes and times as people write them in scenario files. */

const SIZE_UNITS: Record<string, number> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  kB: 1000,
  MB: 1e6,
  GB: 1e9,
};
const TIME_UNITS: Record<string, number> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, min: 60e9 };

/** "512MiB" or an integer of bytes. */
export type Size = string | number;
/** "1.5s", "20ms", or an integer of ns. */
export type Time = string | number;

const QUANTITY = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/;

function parse(text: string | number, units: Record<string, number>): number | null {
  if (typeof text === 'number') return Number.isSafeInteger(text) && text >= 0 ? text : null;
  const match = QUANTITY.exec(text.trim());
  const unit = match && Object.hasOwn(units, match[2]) ? units[match[2]] : undefined;
  if (!match || unit === undefined) return null;
  const value = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(value) ? value : null;
}

/** Bytes, or null when that is no size. */
export const parseSize = (size: Size): number | null => parse(size, SIZE_UNITS);
/** ns, or null when that is no time. */
export const parseTime = (time: Time): number | null => parse(time, TIME_UNITS);

/** A value for a file of a cgroup as the kernel reads it: "max" and numbers as they are, sizes in bytes. null = none. */
export function cgroupText(value: string | number): string | null {
  if (typeof value === 'string' && /^(max|\d+[kKmMgGtT]?)$/.test(value)) return value;
  const bytes = parseSize(value);
  return bytes === null ? null : String(bytes);
}

export const SIZE_EXPECTED = 'a size such as "512MiB", or a number of bytes';
export const TIME_EXPECTED = 'a time such as "1.5s" or "20ms", or a number of ns';
