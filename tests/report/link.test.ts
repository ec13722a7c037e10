/** A report as a link. */
import { describe, expect, test } from 'vitest';
import { decodeReport, encodeReport, linesOf, MAX_LINK_CHARS } from '../../src/report/link';
import { MODERN } from './samples';

describe('a link with a report', () => {
  test('holds its text, all of it, and opens again', () => {
    const code = encodeReport(`${MODERN}süß\n`);
    expect(code).toMatch(/^[\w-]+$/);
    expect(decodeReport(code ?? '')).toBe(`${MODERN}süß\n`);
  });

  test('is not made when it would be too long', () => {
    let text = '';
    let x = 1;
    while (text.length < 3 * MAX_LINK_CHARS) {
      x = (x * 48271) % 0x7fffffff;
      text += x.toString(36);
    }
    expect(encodeReport(text)).toBeNull();
  });

  test.each(['', '!', 'AAAA', 'x'.repeat(MAX_LINK_CHARS + 1)])('that is damaged says so: %.8s', (code) => {
    expect(decodeReport(code)).toBeNull();
  });

  test('takes the lines of the report and no others', () => {
    expect(linesOf('a\nb\nc\nd\n', 2, 3)).toBe('b\nc\n');
    expect(linesOf('a\nb', 1, 5)).toBe('a\nb');
    expect(linesOf('a\nb', 3, 5)).toBe('');
  });
});
