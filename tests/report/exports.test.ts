/** What log stores, tools and chats make of a log: tables, documents, heads of their own, the newest line first. */
import { describe, expect, test } from 'vitest';
import { explainText } from '../../src/report/explain';
import { plainText } from '../../src/report/plain';
import { essence } from './essence';
import { CGROUP_V2_64K, MODERN, OLD } from './samples';

const quoted = (s: string): string => `"${s.replace(/"/g, '""')}"`;
const second = (i: number): string => String(i % 60).padStart(2, '0');
const stamp = (i: number): string => `[${(700_000 + i * 0.000013).toFixed(6)}] `;
const { stringify } = JSON;
/** Lines that the kernel prints as one message. */
const messages = (lines: string[]): string[] => {
  const out: string[] = [];
  for (const l of lines) {
    if (/^ (?:active_file|unevictable|slab_recl|mapped|sec_page|kernel_misc|free:)/.test(l))
      out[out.length - 1] += `\n${l}`;
    else out.push(l);
  }
  return out;
};
const each =
  (way: (line: string, i: number) => string) =>
  (lines: string[]): string =>
    lines.map(way).join('\n');
const record = (l: string) => ({ _TRANSPORT: 'kernel', SYSLOG_IDENTIFIER: 'kernel', _HOSTNAME: 'db1', MESSAGE: l });

const WAYS: Record<string, (lines: string[]) => string> = {
  // journalctl
  'journalctl -o json, messages of several lines': (ls) =>
    messages(ls)
      .map((l) => stringify(record(l)))
      .join('\n'),
  'journalctl -o json, bytes': each((l, i) =>
    stringify({ ...record(l), ...(i % 7 === 0 && { MESSAGE: [...Buffer.from(l)] }) }),
  ),
  'journalctl -o json-pretty': each((l) => JSON.stringify(record(l), null, '\t')),
  'journalctl -o json-sse': each((l) => `data: ${stringify(record(l))}\n`),
  'journalctl -o json-seq': each((l) => `\x1e${stringify(record(l))}`),
  'journalctl -o verbose': each(
    (l, i) =>
      `Mon 2024-01-01 10:00:${second(i)}.123456 CET [s=ab12;i=1f;b=9]\n    PRIORITY=4\n    SYSLOG_IDENTIFIER=kernel\n    MESSAGE=${l}\n    _HOSTNAME=db1`,
  ),
  'journalctl -o short-unix': each((l, i) => `1700000000.${String(i).padStart(6, '0')} db1 kernel: ${l}`),
  'journalctl -o short-delta': each((l, i) => `[${700_000 + i}.000001 <    0.000013 >] db1 kernel: ${l}`),
  'dmesg --json': (ls) =>
    `{\n   "dmesg": [\n${ls.map((l, i) => `{"pri": 4, "time": ${700_000 + i}.000001, "msg": ${stringify(l)}}`).join(',\n')}\n   ]\n}`,
  // documents
  'a list of records': (ls) => stringify(ls.map(record), null, 2),
  'a list of records that is cut off': (ls) => `[${ls.map((l) => stringify(record(l))).join(',\n')},`,
  'streams of Loki': (ls) =>
    stringify({ data: { result: [{ stream: { job: 'k' }, values: ls.map((l, i) => [`${17e17 + i}`, l]) }] } }),
  'hits of a search': (ls) =>
    stringify({ took: 3, hits: { hits: ls.map((message) => ({ _id: 'a', _source: { message } })) } }),
  'events of a cloud': (ls) => JSON.stringify({ events: ls.map((message) => ({ timestamp: 1, message })) }, null, 4),
  'the answer of a tool, as a text': (ls) =>
    stringify({ changed: true, stdout: ls.map((l, i) => stamp(i) + l).join('\n') }),
  'the answer of a tool, as lines': (ls) =>
    `  "stdout_lines": [\n${ls.map((l, i) => `    ${stringify(stamp(i) + l)}`).join(',\n')}\n  ]`,
  // tables
  'a table with two columns': (ls) =>
    `@timestamp,@message\n${each((l, i) => `2024-01-01 10:00:${second(i)},${quoted(`Jan  1 10:00:00 db1 kernel: ${l}`)}`)(ls)}`,
  'a table with as few quotes as possible': (ls) =>
    `timestamp,message\n${each((l, i) => `17000000${second(i)},${/[",]/.test(l) ? quoted(l) : l}`)(ls)}`,
  'a table with the text in front': (ls) =>
    `"_raw","_time",host\n${each((l, i) => `${quoted(stamp(i) + l)},"2024-01-01T10:00:00.000+0000",db1`)(ls)}`,
  'a table with messages of several lines': (ls) =>
    `TimeGenerated [UTC],Computer,SyslogMessage\n${messages(ls)
      .map((l) => `"1/1/2024, 10:00:00 AM",db1,${quoted(l)}`)
      .join('\r\n')}`,
  'a table with semicolons': (ls) => `Zeit;Message\n${each((l) => `10:00;${quoted(l)}`)(ls)}`,
  'a table with tabs': (ls) => `time\thost\tline\n${each((l) => `10:00\tdb1\t${l}`)(ls)}`,
  'a table without a head': each((l, i) => `"2024-01-01T10:00:${second(i)}Z","db1",${quoted(l)}`),
  'a table, newest first': (ls) =>
    `Date,Host,Message\n${ls
      .map((l, i) => `"2024-01-01T10:00:00.${String(i).padStart(3, '0')}Z","db1",${quoted(l)}`)
      .reverse()
      .join('\n')}`,
  'a page of a log viewer': each((l, i) => `<tr><td>${i}</td><td>${l.replace(/</g, '&lt;')}</td></tr>`),
  // heads that nobody has told of
  'a host, a facility and a level': each(
    (l, i) => `10.0.0.2: kern: warning: [2024-01-01T10:00:${second(i)}.12Z]: ${l}`,
  ),
  'the log of a virtual machine': each((l, i) => `2023-12-04T10:49:30.127Z In(05) vcpu-5 - Guest: <6>${stamp(i)}${l}`),
  'labels in braces': each((l, i) => `2024-01-01T10:00:${second(i)}Z {host="db1", job="journal"} ${l}`),
  'fields with names': each((l, i) => `time="10:00:${second(i)}" level=warning msg="${l}"`),
  'numbers of lines': each((l, i) => `${String(i + 1).padStart(6)}\t${stamp(i)}${l}`),
  'an ordered list': each((l, i) => `  ${i + 1}. <4>${stamp(i)}${l}  `),
  'grep -n with lines around': each(
    (l, i) => `${i + 1}${i === 0 ? ':' : '-'}Jan  1 10:00:${second(i)} db1 kernel: ${l}`,
  ),
  'grep in a file': each((l, i) => `/var/log/messages-20240101:${i + 1}:Jan  1 10:00:${second(i)} db1 kernel: ${l}`),
  'time stamps of a television': each((l, i) => `[2-3219.${1870 + i}] ${l}`),
  'a time of day': each((l, i) => `10:00:${second(i)} db1 kernel: ${l}`),
  'a date with the year behind': each((l, i) => `Jan  1 2024 10:00:${second(i)} db1 kernel: ${l}`),
  'a date with slashes': each((l, i) => `2024/01/01 10:00:${second(i)} db1 kernel: ${l}`),
  'a level before the date': each((l, i) => `<4>Jan  1 10:00:${second(i)} db1 kernel: ${stamp(i)}${l}`),
  'a program with a level': each((l, i) => `Jan 01 10:00:${second(i)} db1 kernel warning: ${stamp(i)} ${l}`),
  'a date before the kernel’s time stamp': each((l, i) => `Jan 01 10:00:${second(i)} ${stamp(i)}${l}`),
  'a host in brackets': each((l, i) => `Jan 6 07:32:${second(i)} [hostname] kernel: ${stamp(i)}${l}`),
  'colours in plain letters': each((l, i) => `^[[32m${stamp(i)}^[[0m^[[33m${l}^[[0m`),
  // line ends that are lost
  'carriage returns alone': (ls) => ls.map((l, i) => stamp(i) + l).join('\r'),
  'line ends in two letters': (ls) => ls.map((l, i) => stamp(i) + l).join('\\n'),
  'no line ends at all': (ls) => ls.map((l, i) => stamp(i) + l).join(' '),
  'a list of texts': (ls) => `[${ls.map((l, i) => `'${stamp(i)}${l}'`).join(', ')}]`,
  // the newest line first
  'dmesg, from its end': (ls) =>
    ls
      .map((l, i) => stamp(i) + l)
      .reverse()
      .join('\n'),
  'syslog within one second, from its end': (ls) =>
    ls
      .map((l) => `Jan  1 10:00:00 db1 kernel: ${l}`)
      .reverse()
      .join('\n'),
};

const SAMPLES: [string, string][] = [
  ['6.12', MODERN],
  ['3.0', OLD],
  ['cgroup v2', CGROUP_V2_64K],
];

const REVERSED = /end$|newest first$/;

describe.each(SAMPLES)('a report of %s', (_, text) => {
  const lines = text.trimEnd().split('\n');
  test.each(Object.entries(WAYS))('%s', (name, way) => {
    const got = essence(way(lines));
    if (!REVERSED.test(name)) {
      expect(got).toEqual(essence(text));
      return;
    }
    expect(got.map((r) => r.warningCodes.at(-1))).toEqual(['reversed']);
    const said = ({ warnings, warningCodes, ...r }: (typeof got)[number]) => r;
    expect(got.map(said)).toEqual(essence(text).map(said));
  });
});

describe('what looks like it and is none', () => {
  test('two logs one after the other are not turned round', () => {
    const log = MODERN.trimEnd()
      .split('\n')
      .map((l, i) => stamp(i) + l)
      .join('\n');
    const { reports } = explainText(`${log}\n${log.replaceAll('720', '721')}`);
    expect(reports.map((e) => e.verdict.victim?.pid)).toEqual([720, 721]);
    expect(reports.flatMap((e) => e.warnings.map((w) => w.code))).not.toContain('reversed');
  });

  test('a program that repeats the kernel’s words is no kernel', () => {
    const log = MODERN.trimEnd()
      .split('\n')
      .map((l, i) => `Jan  1 10:00:00 db1 kernel: ${stamp(i)}${l}`);
    const says = 'Jan  1 10:00:00 db1 watcher[77]: event: ';
    const noise = [
      'Out of memory: Killed process 9 (no) total-vm:1kB',
      'Mem-Info:',
      'free:1 free_pcp:1',
      '[  999]     0   999   999999   999999   999999        0             0 no',
    ];
    const mixed = log.flatMap((l, i) => (i % 9 === 0 ? [l, ...noise.map((x) => says + x)] : [l]));
    expect(essence(mixed.join('\n'))).toEqual(essence(MODERN));
  });

  test('a text whose first line has a comma and the word message stays as it is', () => {
    const text = `Hello, this message came:\n${MODERN}`;
    expect(plainText(text)).toEqual({ text, reversed: false });
  });

  test('lists in lists, and records without a text', () => {
    for (const text of [
      '['.repeat(100_000),
      `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
      '{"a":{"b":1}}',
      '[]',
      '{}',
    ]) {
      expect(explainText(text).reports).toEqual([]);
    }
  });
});
