/** JSON as people hand it over: read, or refused with the place where it stops being JSON. */
import { RefusalError } from '../machine/commands';

/** What may stand at a place: codes for the words of i18n. */
type JsonExpected = 'value' | 'name' | 'colon' | 'commaOrBrace' | 'commaOrBracket' | 'end';

const SPACE = /[ \t\n\r]*/y;
const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has no control characters in its strings
  /[{}[\],:]|"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\x00-\x1f]*)*"|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
/** What is shown of what stands there instead. */
const WORD = /[^\s,:{}[\]"]{1,20}|[\s\S]/uy;

const matchAt = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
};

/** The first place that cannot be as it is, and what may stand there. */
function firstFault(text: string): { at: number; expected: JsonExpected } {
  /** Brackets that are open. */
  const open: string[] = [];
  let expected: JsonExpected = 'value';
  /** Nothing stands in the innermost brackets yet: they may close. */
  let empty = false;
  for (let at = 0; ; ) {
    at += matchAt(SPACE, text, at).length;
    const token = matchAt(TOKEN, text, at);
    const inner = open.at(-1);
    const closes =
      token === (inner === '{' ? '}' : ']') && (empty || expected === 'commaOrBrace' || expected === 'commaOrBracket');
    if (inner !== undefined && closes) {
      open.pop();
      expected = afterValue(open);
    } else if (expected === 'value' && token !== '' && !/^[}\],:]$/.test(token)) {
      if (token === '{' || token === '[') open.push(token);
      expected = token === '{' ? 'name' : token === '[' ? 'value' : afterValue(open);
      empty = token === '{' || token === '[';
      at += token.length;
      continue;
    } else if (expected === 'name' && token.startsWith('"')) expected = 'colon';
    else if (expected === 'colon' && token === ':') expected = 'value';
    else if (expected === 'commaOrBrace' && token === ',') expected = 'name';
    else if (expected === 'commaOrBracket' && token === ',') expected = 'value';
    else return { at, expected };
    empty = false;
    at += token.length;
  }
}

const afterValue = (open: readonly string[]): JsonExpected => {
  const inner = open.at(-1);
  return inner === undefined ? 'end' : inner === '{' ? 'commaOrBrace' : 'commaOrBracket';
};

/**
 * The JSON in a text; a byte order mark before it is passed over.
 *
 * @throws {RefusalError} `bad-json` with the line and the column, both from 1, what was expected there and what was found
 */
export function parseJson(text: string): unknown {
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  try {
    return JSON.parse(json);
  } catch {
    // What the browsers and Node say of it differs, and not all say where.
    const { at, expected } = firstFault(json);
    const before = json.slice(0, at).split('\n');
    throw new RefusalError('bad-json', {
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      expected,
      got: matchAt(WORD, json, at),
    });
  }
}
