/** Reports of which only some lines came through: what is said of them holds all the same. */
import { describe, expect, test } from 'vitest';
import { explainDocument, explainReadable } from '../../src/report/document';
import { explainText } from '../../src/report/explain';
import { verdictOf } from '../../src/report/sentences';
import { CGROUP_V1, MODERN, OLD } from './samples';

const doc = (text: string) => explainDocument(explainText(text)).reports[0];
const notes = (text: string) => doc(text).why.map((x) => x.code);
const sentence = (text: string): string => {
  const { who, why } = verdictOf(doc(text));
  return who + why;
};
const without = (text: string, pattern: RegExp): string =>
  text
    .split('\n')
    .filter((l) => !pattern.test(l))
    .join('\n');
const ROW = /^\[ +\d+\]/;

describe('a log from which grep took the rows of the table', () => {
  const text = without(MODERN, ROW);
  test('does not say that there was nobody to kill', () => {
    expect(doc(text)).toMatchObject({ agrees: null, reasonCode: 'rows-missing', savedBy: null, complete: false });
    expect(doc(text).warningCodes).toContain('no-rows');
    expect(sentence(text)).toContain('worker-b (720) was killed because RAM and swap were full.');
  });
  test('an empty table above a panic does', () => {
    const panic = text.replace(/oom-kill:[\s\S]*$/, 'Out of memory and no killable processes...\n');
    expect(doc(panic).reasonCode).toBe('empty-table');
  });
});

describe('a table without the lines that say how much memory there was', () => {
  const noTotals = (text: string): string => without(text, /pages RAM|Total swap|Free swap/);
  test('a victim that is ahead in size and adj is first whatever the total', () => {
    const r = doc(noTotals(MODERN));
    expect(r).toMatchObject({ agrees: true, reasonCode: 'highest-any-total', predicted: { pid: 720 }, savedBy: null });
    expect(r.tasks.every((t) => t.points === null)).toBe(true);
    expect(r.ranking).toBeNull();
  });
  test('one that is smaller than another of the same adj is not', () => {
    const other = MODERN.replaceAll('720 (worker-b)', '711 (loader)').replace(
      'task=worker-b,pid=720',
      'task=loader,pid=711',
    );
    expect(doc(noTotals(other))).toMatchObject({ agrees: null, reasonCode: 'total-unknown' });
  });
  test('scores in parts of the total are not made up', () => {
    const r = doc(noTotals(OLD));
    expect(r.agrees).toBeNull();
    expect(r.tasks.every((t) => t.points === null)).toBe(true);
  });
  test('no oom_score_adj is named as the one that would have saved', () => {
    const plain = noTotals(MODERN).replace(/ -250 journal/, ' 0 journal');
    expect(doc(plain)).toMatchObject({ agrees: true, savedBy: null });
  });
});

describe('vm.oom_kill_allocating_task before 5.1, which says so in the line of the choice', () => {
  const asker = OLD.replace(
    /^.*Kill process.*$/m,
    'Out of memory (oom_kill_allocating_task): Kill process 900 (cruncher) score 0 or sacrifice child',
  );
  const itself = asker.replace(
    /^Killed process .*$/m,
    'Killed process 900 (cruncher) total-vm:9000kB, anon-rss:40kB, file-rss:8kB',
  );
  test('the one that asked dies, whatever the scores are', () => {
    expect(doc(itself)).toMatchObject({ agrees: true, reasonCode: 'allocating-task', predicted: { pid: 900 } });
    expect(sentence(itself)).toContain('it was the one that asked');
  });
  test('or a child of it', () => {
    const child = asker.replace(
      /^Killed process .*$/m,
      'Killed process 907 (tiny) total-vm:900kB, anon-rss:40kB, file-rss:8kB',
    );
    expect(doc(child)).toMatchObject({ agrees: false, reasonCode: 'allocating-task-child', predicted: { pid: 900 } });
    expect(sentence(child)).toContain('it was a child of cruncher (900), which had asked');
  });
  test('needs no table to be told', () => {
    expect(doc(without(itself, /^\[ /))).toMatchObject({ agrees: true, reasonCode: 'allocating-task' });
  });
});

test('a line of the choice alone does not say that somebody died', () => {
  const chosen = without(OLD, /^Killed process/);
  expect(sentence(chosen)).toMatch(/^rootd \(500\) was chosen to be killed because/);
  expect(sentence(MODERN)).toMatch(/^worker-b \(720\) was killed because/);
});

describe('cgroup v1 with a limit of memory and swap together', () => {
  const usage = (memory: number, both: number): string =>
    CGROUP_V1.replace(/memory: usage \d+kB, limit \d+kB/, `memory: usage ${memory}kB, limit 400000kB`).replace(
      /memory\+swap: usage \d+kB, limit \d+kB/,
      `memory+swap: usage ${both}kB, limit 500000kB`,
    );
  test('which of both limits was reached', () => {
    expect(notes(usage(100000, 500000))).toContain('memsw-reached');
    expect(notes(usage(400000, 450000))).toContain('limit-reached');
    expect(doc(usage(100000, 500000)).more).toMatchObject({ of: 'limit', code: 'enough', missing: 1 });
  });
});

describe('whoever asked', () => {
  const asking = (name: string, pid: number): string =>
    MODERN.replace('loader invoked', `${name} invoked`).replace('PID: 711 Comm: loader', `PID: ${pid} Comm: ${name}`);
  test.each([
    ['other', 'loader', 711],
    ['victim', 'worker-b', 720],
    ['maybe', 'pool-thread-3', 731],
    ['other', 'kworker/2:1', 44],
  ])('%s: %s (%i)', (is, name, pid) => {
    expect(doc(asking(name, pid)).invokerIs).toBe(is);
  });
  test('a thread that the table does not list is not said to be innocent', () => {
    const text = asking('pool-thread-3', 731);
    expect(notes(text)).toContain('invoker-unlisted');
    expect(explainReadable(explainText(text))).toContain('it may be a thread of worker-b or of another process');
  });
  test('in a group of one process it is a thread of that one', () => {
    const only = [
      'pool-thread-3 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0',
      'CPU: 1 PID: 731 Comm: pool-thread-3 Not tainted 6.1.9-test #1',
      'memory: usage 8000kB, limit 8000kB, failcnt 9',
      'swap: usage 0kB, limit 0kB, failcnt 0',
      'Memory cgroup stats for /box:',
      'anon 8000000',
      'Tasks state (memory values in pages):',
      '[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name',
      '[    730]  1000   730    61200     1900    36864        0             0 pool',
      'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/box,task_memcg=/box,task=pool,pid=730,uid=1000',
      'Memory cgroup out of memory: Killed process 730 (pool) total-vm:244800kB, anon-rss:7500kB, file-rss:100kB, shmem-rss:0kB, UID:1000 pgtables:36kB oom_score_adj:0',
    ].join('\n');
    expect(doc(only).invokerIs).toBe('thread');
    expect(explainReadable(explainText(only))).toContain('Its thread pool-thread-3 (731) had asked for one page');
  });
});

test('a mark that a reader put behind a total does not hide it', () => {
  const marked = MODERN.replace('262144 pages RAM', '262144 pages RAM <---').replace(
    '12144 pages reserved',
    '12144 pages reserved (!)',
  );
  expect(doc(marked)).toMatchObject({ totalPages: 275000, agrees: true });
});

test('a kill whose report is not in the text is listed with the report of another', () => {
  const text = `[   10.000000] Out of memory: Killed process 55 (ghost) total-vm:9000kB, anon-rss:600kB, file-rss:0kB\n${without(MODERN, /^(?:oom-kill|Out of memory|oom_reaper)/)}`;
  expect(explainReadable(explainText(text))).toContain('ghost (55), 600 kB of anonymous memory');
});
