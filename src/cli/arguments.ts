/** The arguments of a command: options by name, and files. */
import { UsageError } from './input';

export interface Arguments {
  /** --help or -h stands somewhere. */
  help: boolean;
  files: string[];
  flags: ReadonlySet<string>;
  /** Value of each option that takes one and was given. */
  values: ReadonlyMap<string, string>;
}

/** What a command takes besides files; names without the hyphens. */
export interface Options {
  flags: readonly string[];
  values?: readonly string[];
}

/** An argument as it is shown to who gave it. */
export const shown = (text: string): string => (text === '' ? 'nothing' : text);

/**
 * @throws {UsageError} on an option that the command does not have, that lacks its value or is given twice
 */
export function readArguments(argv: readonly string[], options: Options): Arguments {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const files: string[] = [];
  if (argv.includes('--help') || argv.includes('-h')) return { help: true, files, flags, values };
  const rest = [...argv];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (!arg.startsWith('-') || arg === '-') {
      files.push(arg);
      continue;
    }
    const [option, inline] = splitOption(arg);
    const name = option.slice(2);
    if (option.startsWith('--') && options.values?.includes(name)) {
      const value = inline ?? rest.shift();
      if (value === undefined) throw new UsageError(`${option} needs a value`);
      if (values.has(name))
        throw new UsageError(`${option} is given twice: ${shown(values.get(name) ?? '')}, ${value}`);
      values.set(name, value);
    } else if (option.startsWith('--') && inline === undefined && options.flags.includes(name)) flags.add(name);
    else throw new UsageError(`unknown option ${arg}; expected ${listed(options)}`);
  }
  return { help: false, files, flags, values };
}

function splitOption(arg: string): [string, string | undefined] {
  const at = arg.indexOf('=');
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
}

function listed({ flags, values = [] }: Options): string {
  const names = [...values, ...flags].map((name) => `--${name}`);
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/**
 * Which of these options is given.
 *
 * @throws {UsageError} when more than one is
 */
export function onlyOne<T extends string>(
  given: Pick<Arguments, 'flags' | 'values'>,
  names: readonly T[],
): T | undefined {
  const found = names.filter((name) => given.flags.has(name) || given.values.has(name));
  if (found.length > 1) throw new UsageError(`--${found[0]} and --${found[1]} exclude each other`);
  return found[0];
}

/** @throws {UsageError} when there is not exactly one file */
export function onlyFile(files: readonly string[], what: string): string {
  if (files.length === 1) return files[0];
  throw new UsageError(
    `expected ${what}, or - for standard input, got ${files.length === 0 ? 'none' : files.join(' and ')}`,
  );
}
