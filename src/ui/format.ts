/** Numbers as the page writes them: thousands separated, few decimals, a true minus sign. */

export { seconds } from '../i18n/seconds';

export const PAGE_BYTES = 4096;
export const MIB = 1024 * 1024;

const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 99752 -> "99,752", -202 -> "−202". */
export function int(n: number): string {
  // By hand where that is easy: frames need hundreds of numbers, and Intl takes its time.
  if (Number.isInteger(n) && n >= 0 && n < 1e9) {
    if (n < 1000) return String(n);
    const rest = `,${String(n % 1000).padStart(3, '0')}`;
    return n < 1e6
      ? `${Math.floor(n / 1000)}${rest}`
      : `${Math.floor(n / 1e6)},${String(Math.floor(n / 1000) % 1000).padStart(3, '0')}${rest}`;
  }
  return integers.format(n).replace('-', '−');
}

/** Points of so many digits that they need smaller ones to stay in one line: of machines with more than 4 GiB. */
export const isLong = (points: number): boolean => points >= 1_000_000;

/** By number of decimals: making a format costs far more than using it, and frames need hundreds of numbers a second. */
const formats = new Map<number, Intl.NumberFormat>();

/** Fixed decimals, thousands separated. */
export function dec(n: number, digits: number): string {
  let format = formats.get(digits);
  if (!format) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(digits, format);
  }
  return format.format(n).replace('-', '−');
}

/** Bytes as "512 KiB", "13.3 MiB", "190 MiB", "16 GiB": three digits at most before the unit changes. */
export function bytes(n: number): string {
  if (n < 1024) return `${int(n)} B`;
  if (n < MIB) return `${short(n / 1024)} KiB`;
  if (n < 10_240 * MIB) return `${short(n / MIB)} MiB`;
  return `${short(n / MIB / 1024)} GiB`;
}

/** Pages as MiB, in the same way. */
export function pages(n: number): string {
  return bytes(n * PAGE_BYTES);
}

/** The size a machine is sold with: "512 MiB", "1.5 GiB", "16 GiB". */
export function nominal(n: number): string {
  const size = Math.round(n / MIB);
  return size >= 1024 && size % 256 === 0 ? `${short(size / 1024)} GiB` : `${int(size)} MiB`;
}

/** Pages as a bare number of MiB: "13.3", "190". */
export function mib(n: number): string {
  return short((n * PAGE_BYTES) / MIB);
}

/** One decimal below 100 unless it is zero, none above. */
function short(n: number): string {
  if (n >= 99.95) return int(n);
  const text = dec(n, 1);
  return text.endsWith('.0') ? text.slice(0, -2) : text;
}

/** A duration in ns as "100 ns", "4.3 µs", "284 ms", "2.4 s". */
export function duration(ns: number): string {
  const { value, unit } = durationParts(ns);
  return `${value} ${unit}`;
}

/** As `duration`, in two parts. */
export function durationParts(ns: number): { value: string; unit: string } {
  const abs = Math.abs(ns);
  if (abs < 999.5) return { value: int(ns), unit: 'ns' };
  if (abs < 999_500) return { value: short(ns / 1e3), unit: 'µs' };
  if (abs < 999_500_000) return { value: short(ns / 1e6), unit: 'ms' };
  return { value: short(ns / 1e9), unit: 's' };
}

/** A share 0..1 as "92 %", with a decimal where that is all there is: "0.64 %". */
export function percent(share: number): string {
  const p = share * 100;
  if (p === 0) return '0 %';
  if (Math.abs(p) < 1) return `${dec(p, 2)} %`;
  if (Math.abs(p) < 10) return `${short(p)} %`;
  return `${int(p)} %`;
}

/** The clock: minutes and seconds, then the milliseconds apart, since they are drawn smaller. */
export function clock(ns: number): { main: string; rest: string } {
  const ms = Math.floor(ns / 1e6);
  const minutes = Math.floor(ms / 60_000);
  const secs = Math.floor(ms / 1000) % 60;
  return {
    main: `${String(minutes).padStart(2, '0')}:${String(secs).padStart(2, '0')}`,
    rest: `.${String(ms % 1000).padStart(3, '0')}`,
  };
}
