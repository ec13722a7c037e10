import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusalText } from '../../src/i18n/errors';
import { RefusalError } from '../../src/machine/commands';
import { parseJson } from '../../src/scenario/json';

function refusal(text: string): RefusalError['refusal'] | null {
  try {
    parseJson(text);
    return null;
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal;
    throw error;
  }
}

describe('JSON', () => {
  test('may begin with a byte order mark and end its lines as Windows does', () => {
    expect(parseJson('\ufeff{\r\n "a": [1, true, "\\u00e9"]\r\n}\r\n')).toEqual({ a: [1, true, 'é'] });
  });

  test.each([
    ['', 1, 1, 'value', ''],
    ['  \n ', 2, 2, 'value', ''],
    ['hello', 1, 1, 'value', 'hello'],
    ['{\n"a": 1,\n}', 3, 1, 'name', '}'],
    ['{\n"a": 1,\n"b": x\n}', 3, 6, 'value', 'x'],
    ['{"a" 1}', 1, 6, 'colon', '1'],
    ['{"a": 1 "b": 2}', 1, 9, 'commaOrBrace', '"'],
    ['[1 2]', 1, 4, 'commaOrBracket', '2'],
    ['[1, 2', 1, 6, 'commaOrBracket', ''],
    ['[1,]', 1, 4, 'value', ']'],
    ['{} {}', 1, 4, 'end', '{'],
    ["{'a': 1}", 1, 2, 'name', "'a'"],
    ['[01]', 1, 2, 'value', '01'],
    ['["a\nb"]', 1, 2, 'value', '"'],
    ['[NaN]', 1, 2, 'value', 'NaN'],
    ['// a comment\n{}', 1, 1, 'value', '//'],
    ['[}', 1, 2, 'value', '}'],
  ])('%j is refused with the place', (text, line, column, expected, got) => {
    expect(refusal(text)).toEqual({ code: 'bad-json', params: { line, column, expected, got } });
  });

  test('says in one line what was expected, whatever stands there', () => {
    for (const text of ['', '{"a": \u0001\u0002}', '[1\n\n\u2028 2]', '{"a\n": 1}']) {
      const found = refusal(text);
      const words = found && refusalText(found);
      expect(words).toMatch(/line \d+, column \d+: expected .+, got .+\.$/);
      expect(words).not.toMatch(/\p{Cc}/u);
    }
  });

  test('that is damaged somewhere is refused where it is not JSON any more, and otherwise read', () => {
    const whole = JSON.stringify({ a: [1, -2.5e3, null, { b: 'c"d' }], e: {}, f: [] }, null, 1);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.string({ maxLength: 2 }), (at, junk) => {
        const text = whole.slice(0, at) + junk + whole.slice(at + 1);
        const found = refusal(text);
        const lines = text.split('\n');
        if (found) expect(Number(found.params.line)).toBeLessThanOrEqual(lines.length);
        else expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});
