/** Words of the page, by key. Everything a user reads is in `en*.ts`; this only fills in the parameters. */
import { en } from './en';
import { enHero } from './en-hero';
import { enMachine } from './en-machine';
import { enTruth } from './en-truth';

const words: Record<string, string> = { ...en, ...enHero, ...enMachine, ...enTruth };

export type Params = Record<string, string | number>;
export type Key = keyof typeof en | keyof typeof enHero | keyof typeof enMachine | keyof typeof enTruth;

const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/**
 * The text of `key`. `{name}` is replaced by a parameter (numbers get separators for thousands), and
 * `{name|one page|many pages}` chooses by number.
 */
export function t(key: Key, params: Params = {}): string {
  return fill(words[key] ?? key, params);
}

/** As `t`, for keys that come from the machine: null when nobody has put the key into words. */
export function tMaybe(key: string, params: Params = {}): string | null {
  const text = words[key];
  return text === undefined ? null : fill(text, params);
}

function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    if (one !== undefined && many !== undefined) return Number(value) === 1 ? one : many;
    return typeof value === 'number' ? integers.format(value).replace('-', '−') : value;
  });
}
