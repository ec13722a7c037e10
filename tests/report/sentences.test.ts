/** What is said of a report in the header of the page and in Markdown. */
import { describe, expect, test } from 'vitest';
import { explainDocument } from '../../src/report/document';
import { explainText } from '../../src/report/explain';
import { reportMarkdown } from '../../src/report/markdown';
import { detailsOf, storyLineOf } from '../../src/report/sentences';
import { CGROUP_V2_64K, MODERN } from './samples';

const doc = (text: string) => explainDocument(explainText(text)).reports[0];

describe('the header of a report', () => {
  test('says what was full, what the victim held, and who asked', () => {
    expect(detailsOf(doc(MODERN))).toEqual([
      'RAM was full, and so was swap. It held 354.3 MiB in RAM and 46.9 MiB in swap, 37 % of both together.',
      'Asked by loader: order 0, GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO.',
    ]);
  });

  test.each([
    ['RAM was full, and there was no swap.', MODERN.replace('= 100000kB', '= 0kB')],
    ['RAM was full; 48.8 MiB of swap were left.', MODERN.replace('Free swap  = 0kB', 'Free swap  = 50000kB')],
    ['RAM was full.', MODERN.replace(/Total swap.*\n/, '')],
  ])('%s', (sentence, text) => {
    expect(detailsOf(doc(text))[0].startsWith(sentence)).toBe(true);
  });

  test('says nothing of RAM where a zone would have granted the request, or nobody asked', () => {
    expect(detailsOf(doc(MODERN.replace('free:10800kB boost', 'free:90800kB boost')))[0]).toMatch(/^It held/);
    expect(detailsOf(doc(MODERN.replace('order=0', 'order=-1')))[0]).toMatch(/^It held/);
  });

  test('names the limit of a cgroup', () => {
    expect(detailsOf(doc(CGROUP_V2_64K))[0]).toMatch(/^The cgroup \S+ was at its limit of [\d.]+ \w+\. It held/);
  });
});

test('Markdown holds what more memory would have changed, and takes nothing of the log for markup', () => {
  const text = reportMarkdown(doc(MODERN.replaceAll('worker-b', '<b>*x*')));
  expect(text).toContain('51 pages (204 kB) in zone DMA32');
  expect(text).not.toContain('<b>*x*');
});

describe('a kill of a story', () => {
  const event = explainText(MODERN).story.events[0];
  test.each([
    ['the last one in this text', {}],
    ['for 15 min', { last: false, quietSeconds: 900, helped: true }],
    ['no: the next kill came 4.3 s later', { last: false, quietSeconds: 4.3, helped: false }],
    ['the text does not say when the next kill came', { last: false }],
    [
      'for 5.0 h; until then x (7) grew by 39.1 MiB',
      { last: false, quietSeconds: 18_000, helped: true, grew: { pid: 7, comm: 'x', pages: 10_000, isNew: false } },
    ],
  ])('%s', (sentence, change) => {
    expect(storyLineOf({ ...event, ...change })).toBe(sentence);
  });
});
