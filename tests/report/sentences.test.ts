/** What is said of a report in the header of the page and in Markdown. */
import { describe, expect, test } from 'vitest';
import { explainDocument } from '../../src/report/document';
import { explainText } from '../../src/report/explain';
import { reportMarkdown } from '../../src/report/markdown';
import { detailsOf, storyLineOf, verdictOf } from '../../src/report/sentences';
import { CGROUP_V1, CGROUP_V2_64K, MODERN, OLD } from './samples';

const doc = (text: string) => explainDocument(explainText(text)).reports[0];

/** The first sentence as one text. */
const sentence = (text: string): string => {
  const { who, why } = verdictOf(doc(text));
  return who + why;
};
const NO_SWAP = MODERN.replace('= 100000kB', '= 0kB');

describe('the first sentence', () => {
  test.each([
    ['RAM and swap were full and it held more of both than any other process that may be killed', MODERN],
    ['RAM was full, there was no swap, and it held more memory than any other process that may be killed', NO_SWAP],
    ['RAM was full and it held more memory than', MODERN.replace('Free swap  = 0kB', 'Free swap  = 50000kB')],
    ['RAM was full and it held more memory than', MODERN.replace(/Total swap.*\n/, '')],
    ['memory had run out and it held', MODERN.replace('free:10800kB boost', 'free:90800kB boost')],
    ['somebody asked for a kill with SysRq-f and it held', MODERN.replace('order=0', 'order=-1')],
    [
      'no large enough block of free memory was left and it held',
      MODERN.replace('order=0', 'order=3')
        .replace('free:10800kB boost', 'free:90800kB boost')
        .replace(/Node 0 DMA32: 500.*/, 'Node 0 DMA32: 22700*4kB (UME) 0*8kB 0*16kB 0*32kB = 90800kB'),
    ],
    [
      'the memory nodes that could be used were full and it held more memory',
      MODERN.replace('CONSTRAINT_NONE', 'CONSTRAINT_CPUSET'),
    ],
    [
      'its cgroup was at its limit and it held more than any other process of the group that may be killed',
      CGROUP_V2_64K,
    ],
    [
      'RAM and swap were full and its oom_score_adj of 500 puts it before larger processes',
      MODERN.replace(/(720\s+142000.*) 0 worker-b/, '$1 0 worker-b')
        .replace(/ 0 my editor/, ' 500 my editor')
        .replaceAll('720 (worker-b)', '700 (my editor (x))')
        .replace('task=worker-b,pid=720', 'task=my editor (x),pid=700'),
    ],
    [
      'the larger worker-b (720) is spared by its oom_score_adj of −500',
      MODERN.replace(' 0 worker-b', ' -500 worker-b')
        .replaceAll('720 (worker-b)', '711 (loader)')
        .replace('task=worker-b,pid=720', 'task=loader,pid=711'),
    ],
    [
      'its cgroup was at its limit. Whether it was the right one cannot be told.',
      'kernel: Memory cgroup out of memory: Killed process 5 (hog) total-vm:9000kB, anon-rss:6000kB, file-rss:0kB\n',
    ],
    ['it was a child of rootd (500), which had the highest score', OLD],
    [
      'By the rules it should have been worker-b (720)',
      MODERN.replaceAll('720 (worker-b)', '711 (loader)').replace('task=worker-b,pid=720', 'task=loader,pid=711'),
    ],
    ['Whether it was the right one cannot be told.', MODERN.replace(/Tasks state[\s\S]*?oom-kill:/, 'oom-kill:')],
    ['Whether it was the right one cannot be told.', MODERN.replace(/\[ {4}720\].*\n/, '')],
    [
      'Nobody was killed: the kernel panicked because RAM and swap were full.',
      MODERN.replace(
        /oom-kill:[\s\S]*$/,
        'Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled\n',
      ),
    ],
    [
      'The text does not say who was killed: the line of the kill is missing. RAM and swap were full.',
      MODERN.replace(/oom-kill:[\s\S]*$/, ''),
    ],
  ])('%s', (part, text) => {
    expect(sentence(text)).toContain(part);
    expect(sentence(text)).toMatch(/^[A-Z\w(].*\.$/);
  });
});

describe('the header of a report', () => {
  test('says what the victim held, and who asked', () => {
    expect(detailsOf(doc(MODERN))).toEqual([
      'It held 354.3 MiB in RAM and 46.9 MiB in swap, 37 % of both together.',
      'loader (711) asked for one page (GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO) and got none.',
    ]);
  });

  test('says how much of swap was left, and the limit of a cgroup', () => {
    expect(detailsOf(doc(MODERN.replace('Free swap  = 0kB', 'Free swap  = 50000kB')))[0]).toMatch(
      /48\.8 MiB of swap were left\.$/,
    );
    expect(detailsOf(doc(CGROUP_V2_64K))[0]).toMatch(/The limit of the cgroup \/media is [\d.]+ \w+\.$/);
  });

  test('says what the line of the kill says where there is no table', () => {
    const noTable = doc(MODERN.replace(/Tasks state[\s\S]*?oom-kill:/, 'oom-kill:'));
    expect(detailsOf(noTable)[0]).toBe('It held 354.3 MiB in RAM.');
  });

  test('says no share where others are charged for what a process has', () => {
    expect(detailsOf(doc(CGROUP_V1.replaceAll('40960kB', '4096kB')))[0]).toMatch(/^It held 31\.3 MiB in RAM\. /);
  });
});

test('Markdown holds what more memory would have changed, and takes nothing of the log for markup', () => {
  const text = reportMarkdown(doc(MODERN.replaceAll('worker-b', '<b>*x*')));
  expect(text).toContain('In zone DMA32, which lacked least, 51 pages were missing (204 kB)');
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
