/** From what the schema found wrong to a refusal that says what and where. */
import * as v from 'valibot';
import { type Refusal, RefusalError } from '../../machine/commands';

export function refuse(code: string, path: string, expected: string, got: string): never {
  throw new RefusalError(code, { path, expected, got });
}

export function validate<T>(schema: v.GenericSchema<unknown, T>, input: unknown, code: string, at: string): T {
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
    path: at + pathOf(issue) || '(the whole file)',
    expected,
    got: missing
      ? 'nothing'
      : show(issue.type === 'strict_object' && issue.path ? issue.path.at(-1)?.value : issue.input),
  };
}

/** As one writes it in JavaScript: `processes[2].adj`. */
function pathOf(issue: v.BaseIssue<unknown>): string {
  let path = '';
  for (const item of issue.path ?? []) {
    const key = item.key;
    path += typeof key === 'number' ? `[${key}]` : path === '' ? String(key) : `.${key}`;
  }
  return path;
}

export function show(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}
