/** Whatever a log's way puts around the lines, the report in it stays the same. */
import { describe, expect, test } from 'vitest';
import { cleanLog } from '../../src/report/clean';
import { explainText } from '../../src/report/explain';
import { essence } from './essence';
import { CGROUP_V1, CGROUP_V2_64K, MODERN, OLD, prefixed } from './samples';

const seconds = (i: number): string => `[${String(12345 + i).padStart(5)}.${String(i * 37).padStart(6, '0')}] `;
const json =
  (key: string, more: Record<string, string> = {}) =>
  (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((l) => JSON.stringify({ [key]: `${l}\n`, ...more }))
      .join('\n');
const each = (prefix: (i: number) => string) => (text: string) => prefixed(text, prefix);

const WAYS: [string, (text: string) => string][] = [
  ['dmesg', each(seconds)],
  ['dmesg with caller ids', each((i) => `${seconds(i).trimEnd()}[ T${100 + (i % 3)}] `)],
  ['dmesg -T', each(() => '[Tue Jan  2 03:04:05 2024] ')],
  ['dmesg -T in German', each(() => '[Di Jan  2 03:04:05 2024] ')],
  ['dmesg -T in French', each(() => '[mar. janv.  2 03:04:05 2024] ')],
  ['dmesg --time-format iso', each(() => '2024-01-02T03:04:05,678901+01:00 ')],
  ['serial console with levels', each((i) => `<${i % 7}>${seconds(i)}`)],
  ['syslog', each(() => 'Jan  2 03:04:05 host-1 kernel: ')],
  ['syslog with seconds since boot', each((i) => `Jan 12 03:04:05 host-1 kernel: ${seconds(i)}`)],
  ['syslog without a host', each((i) => `Jan 12 03:04:05 kernel: ${seconds(i)}`)],
  ['rsyslog with ISO dates', each(() => '2024-01-02T03:04:05.678901+01:00 host-1 kernel: ')],
  ['journalctl -o short-iso', each(() => '2024-01-02T03:04:05+0100 host-1 kernel: ')],
  ['journalctl -o short-full', each(() => 'Tue 2024-01-02 03:04:05 UTC host-1 kernel: ')],
  ['journalctl -o short-monotonic', each((i) => `${seconds(i)}host-1 kernel: `)],
  ['journalctl -o json', json('MESSAGE', { SYSLOG_IDENTIFIER: 'kernel', PRIORITY: '4' })],
  ['busybox syslog', each((i) => `Jan  1 00:01:05 (none) user.warn kernel: ${seconds(i)}`)],
  ['/dev/kmsg', each((i) => `4,${1000 + i},${123456 + i},-,caller=T77;`)],
  ['Android logcat', each((i) => `01-02 03:04:05.678     0     0 W kernel  : ${seconds(i)}`)],
  ['docker JSON', json('log', { stream: 'stdout', time: '2024-01-02T03:04:05.678901234Z' })],
  ['containerd', each(() => '2024-01-02T03:04:05.678901234Z stdout F ')],
  ['kubectl logs --timestamps', each((i) => `2024-01-02T03:04:05.678901234Z ${seconds(i)}`)],
  ['kubectl logs --prefix', each((i) => `[pod/kmsg-abc/reader] ${seconds(i)}`)],
  ['CRLF', (text) => text.replace(/\n/g, '\r\n')],
  ['a byte order mark', (text) => `\ufeff${text}`],
  ['UTF-16 read as UTF-8', (text) => `\ufffd\ufffd${[...text].join('\0')}\0`],
  ['a quoted mail', each(() => '> ')],
  ['a twice quoted mail with time stamps', each((i) => `> > ${seconds(i)}`)],
  ['a code block', each((i) => `    ${seconds(i)}`)],
  ['colours', (text) => prefixed(text, (i) => `\x1b[32m${seconds(i)}\x1b[0m`)],
  ['non-breaking blanks', (text) => prefixed(text, seconds).replace(/ /g, '\u00a0')],
];

const SAMPLES: [string, string][] = [
  ['6.12', MODERN],
  ['3.0', OLD],
  ['cgroup v2', CGROUP_V2_64K],
];

describe.each(SAMPLES)('a report of %s', (_, text) => {
  test.each(WAYS)('%s', (_, way) => {
    expect(essence(way(text))).toEqual(essence(text));
  });

  test('lines of other programs and of the kernel in between', () => {
    const noisy = prefixed(text, (i) => `Jan 12 03:04:05 host-1 kernel: ${seconds(i)}`)
      .split('\n')
      .flatMap((l, i) => [
        l,
        ...(i % 3 === 0 ? ['Jan 12 03:04:05 host-1 CRON[14500]: (root) CMD (true)'] : []),
        ...(i % 4 === 0
          ? [`Jan 12 03:04:05 host-1 kernel: ${seconds(i)}[UFW BLOCK] IN=eth0 OUT= MAC=aa:bb SRC=10.0.0.1`]
          : []),
        ...(i % 5 === 0
          ? ['Jan 12 03:04:05 host-1 node-problem-detector[99]: kmsg Killed process 1 (no) total-vm:1kB']
          : []),
      ]);
    expect(essence(noisy.join('\n'))).toEqual(essence(text));
  });

  test('every line twice, as some shippers do, kills once', () => {
    const twice = prefixed(text, seconds)
      .split('\n')
      .filter((l) => /Kill/.test(l))
      .concat(
        prefixed(text, seconds)
          .split('\n')
          .filter((l) => /Kill/.test(l)),
      );
    const body = prefixed(text, seconds)
      .split('\n')
      .filter((l) => !/Kill/.test(l) && !l.includes('oom_reaper'));
    const { reports } = explainText([...body, ...twice].join('\n'));
    expect(reports).toHaveLength(1);
    expect(reports[0].raw.kills.length).toBe(explainText(text).reports[0].raw.kills.length);
  });
});

describe('lines', () => {
  const texts = (text: string) => [...cleanLog(text)].map((l) => l.text);
  test('escaped line ends inside a record', () => {
    expect(texts('active_anon:1#012 active_file:2#012 free:3')).toEqual(['active_anon:1', 'active_file:2', 'free:3']);
    expect(texts('4,1,2,-;active_anon:1\\x0a free:3')).toEqual(['active_anon:1', 'free:3']);
  });
  test('console output in front of the kernel’s time stamp', () => {
    expect(texts('Creating journal (26 blocks): [   35.419377] mkfs invoked oom-killer: order=0')).toEqual([
      'mkfs invoked oom-killer: order=0',
    ]);
  });
  test('other programs’ lines are left out', () => {
    expect(
      texts('Jan  5 15:19:01 host CRON[14500]: (root) CMD (touch x)\nJan  5 15:20:01 /usr/bin/lock: called'),
    ).toEqual([]);
  });
  test('a task’s row is no time stamp', () => {
    expect(texts('[  390]     0   390    39012     6739      78       51             0 journal')).toEqual([
      '[  390]     0   390    39012     6739      78       51             0 journal',
    ]);
  });
});

test('words broken in the middle by a terminal are put together', () => {
  const broken = prefixed(MODERN, seconds)
    .replace('worker-b,pid=720', 'work\ner-b,pid=720')
    .replace('anon-rss:362800kB', 'anon-rss:362800k\nB')
    .replace(', shmem-rss:0kB, UID', ', shme\nm-rss:0kB, UID')
    .replace('860160     9000', '860160\n    9000'.replace('    ', ''));
  const [e] = explainText(broken).reports;
  expect(e.raw.summary?.task).toBe('worker-b');
  expect(e.raw.kills[0]).toMatchObject({ anonKb: 362800, shmemKb: 0, uid: 1000, pgtablesKb: 920 });
  expect(e.verdict.tasks.map((t) => t.row.name)).toEqual(['journal', 'guard', 'my editor (x)', 'loader', 'worker-b']);
});

test('unwrapped or not, the cgroup’s report is the same', () => {
  const whole = CGROUP_V1.replace('order=0,\n', 'order=0, ')
    .replace('783\nor', '783 or')
    .replace('40000KB\nrss', '40000KB rss');
  expect(essence(CGROUP_V1)).toEqual(essence(whole));
});
