/** What an audit finds. */

/** Messages beyond this many are only counted. */
export const MAX_MESSAGES = 100;

export interface Findings {
  messages: string[];
  dropped: number;
}

/** Notes a violation. */
export function fault(f: Findings, text: string): void {
  if (f.messages.length < MAX_MESSAGES) f.messages.push(text);
  else f.dropped++;
}

/** Notes a violation unless the two numbers agree. */
export function equal(f: Findings, what: string, actual: number, expected: number): void {
  if (actual !== expected) fault(f, `${what}: is ${actual}, should be ${expected}`);
}
