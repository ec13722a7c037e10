/** The kernel log. */
import type { Kernel, LogLine } from '../include/kernel';
import { US } from '../include/units';

export const KERN_EMERG = 0;
export const KERN_ALERT = 1;
export const KERN_CRIT = 2;
export const KERN_ERR = 3;
export const KERN_WARNING = 4;
export const KERN_NOTICE = 5;
export const KERN_INFO = 6;
export const KERN_DEBUG = 7;
/** Of messages without a level. */
export const KERN_DEFAULT = KERN_WARNING;

/**
 * printk: appends a message to the log at the present time, one entry for each of its lines.
 *
 * @param level syslog level, 0 (emergency) to 7 (debug)
 */
export function printk(k: Kernel, level: number, text: string): void {
  for (const line of text.split('\n')) k.log.push({ t: k.now, level, text: line });
}

/** The time stamp that `dmesg` and the console put before a line: "[    9.691247] ". */
export function formatTimestamp(t: number): string {
  const us = Math.floor(t / US);
  const sec = Math.floor(us / 1_000_000);
  return `[${String(sec).padStart(5)}.${String(us % 1_000_000).padStart(6, '0')}] `;
}

/** A line as `dmesg` shows it. */
export const formatDmesg = (line: LogLine): string => formatTimestamp(line.t) + line.text;

/** State of a rate limit: begin of the window (ns), messages printed in it, messages suppressed. */
export interface RatelimitState {
  begin: number;
  printed: number;
  missed: number;
}

/**
 * ___ratelimit: whether a message may be printed now. When a window ends in which messages were suppressed, the next
 * one is preceded by "<name>: <n> callbacks suppressed".
 *
 * @param interval length of the window, ns
 * @param burst messages allowed in a window
 */
export function ratelimit(k: Kernel, rs: RatelimitState, name: string, interval: number, burst: number): boolean {
  if (rs.begin === 0) rs.begin = Math.max(1, k.now);
  if (k.now > rs.begin + interval) {
    if (rs.missed > 0) printk(k, KERN_WARNING, `${name}: ${rs.missed} callbacks suppressed`);
    rs.begin = k.now;
    rs.printed = 0;
    rs.missed = 0;
  }
  if (burst > rs.printed) {
    rs.printed++;
    return true;
  }
  rs.missed++;
  return false;
}
