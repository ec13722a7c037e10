/** From what the schema found wrong to a refusal that says what and where. */
import * as v from 'valibot';
import { type Refusal, RefusalError } from '../../machine/commands';

export const WHOLE_FILE = '(the whole file)';

export function refuse(code: string, path: string, expected: string, got: string): never {
  throw new RefusalError(code, { path, expected, got });
}

/** Levels of brackets in a file; more would not fit on the stack of who reads it. */
const MAX_DEPTH = 200;

function isTooDeep(input: unknown): boolean {
  let level: unknown[] = [input];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((it) => (typeof it === 'object' && it !== null ? Object.values(it) : []));
  }
  return false;
}

/**
 * The input as the schema has it.
 *
 * @param at path of the input in its file, with the dot behind it; '' = it is the file
 * @throws {RefusalError} `code` with the path of the first thing that is wrong
 */
export function validate<T>(schema: v.GenericSchema<unknown, T>, input: unknown, code: string, at: string): T {
  if (isTooDeep(input)) refuse(code, at || WHOLE_FILE, `at most ${MAX_DEPTH} levels of brackets`, 'more');
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output;
  throw new RefusalError(code, issueParams(result.issues[0], at));
}

function issueParams(issue: v.BaseIssue<unknown>, at: string): Refusal['params'] {
  const missing = issue.received === 'undefined';
  const unknownKey = issue.type === 'strict_object' && issue.expected === 'never';
  // Of an object with a field too many the message is the library's; of all others it is what stands in the schema.
  let expected = issue.message.startsWith('Invalid') ? (issue.expected ?? issue.kind) : issue.message;
  if (unknownKey) expected = 'no such field';
  else if (missing && issue.type === 'strict_object') expected = 'this field';
  return {
    path: at + pathText((issue.path ?? []).map((item) => item.key)) || WHOLE_FILE,
    expected,
    got: missing
      ? 'nothing'
      : show(issue.type === 'strict_object' && issue.path ? issue.path.at(-1)?.value : issue.input),
  };
}

/** A path as one writes it in JavaScript: `cgroups["/web"].adj[2]`. */
export function pathText(keys: readonly unknown[]): string {
  let path = '';
  for (const key of keys) {
    if (typeof key === 'number') path += `[${key}]`;
    else if (/^[A-Za-z_$]\w*$/.test(String(key))) path += path === '' ? String(key) : `.${String(key)}`;
    else path += `[${show(key)}]`;
  }
  return path;
}

/** A value that was found, as JSON and not too long. */
export function show(value: unknown): string {
  if (typeof value === 'number') return String(value);
  let json: string;
  try {
    json = JSON.stringify(value) ?? 'nothing';
  } catch {
    // Too many brackets in brackets to be written down.
    json = Array.isArray(value) ? '[...]' : '{...}';
  }
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}
