/** How fast a log is read: a syslog of 50 MB with an OOM report now and then, and texts made to be slow. */
import { explainText } from '../../src/report/explain';
import { MODERN, prefixed } from '../report/samples';

const MB = 1e6;

export interface ReadFigures {
  name: string;
  megabytes: number;
  seconds: number;
  reports: number;
}

const repeat = (text: string, bytes: number): string => text.repeat(Math.ceil(bytes / text.length)).slice(0, bytes);

/** A syslog of a busy machine, one report in ten thousand lines. */
function syslog(bytes: number): string {
  const noise = Array.from({ length: 10_000 }, (_, i) =>
    i % 3 === 0
      ? `Jan 12 03:04:05 host-1 kernel: [${1000 + i}.123456] [UFW BLOCK] IN=eth0 OUT= MAC=aa:bb SRC=10.0.0.1 DST=10.0.0.2 LEN=40`
      : `Jan 12 03:04:05 host-1 service[${i}]: request ${i} of client 10.1.2.3 answered in 12 ms with status 200`,
  ).join('\n');
  const report = prefixed(MODERN, (i) => `Jan 12 03:04:05 host-1 kernel: [${2000 + i}.123456] `);
  return repeat(`${noise}\n${report}\n`, bytes);
}

/** What a pattern that looks for its end again and again would never finish. */
const HOSTILE: [string, (bytes: number) => string][] = [
  ['reports only', (n) => repeat(`${MODERN}\n`, n)],
  ['one line', (n) => repeat('a', n)],
  ['one line of blanks', (n) => repeat(' ', n)],
  ['blanks after the head', (n) => `x invoked oom-killer: ${repeat(' ', n)}`],
  ['open brackets', (n) => repeat('[', n)],
  ['quote marks', (n) => repeat('> ', n)],
  ['escaped line ends', (n) => repeat('a#012', n)],
  ['a row without an end', (n) => `x invoked oom-killer: order=0\n[ 1] ${repeat('1 ', n)}`],
  ['a line that is wrapped for ever', (n) => `[    1.000000] oom-kill:constraint=X,\n${repeat('abc\n', n)}`],
  ['a table with a quote that stays open', (n) => `time,message\n"${repeat('a,"",', n)}`],
  ['a table', (n) => `time,message\n${repeat('"2024-01-02 03:04:05","a ""b"" c"\n', n)}`],
  ['lists in lists', (n) => repeat('[', n) + repeat(']', n)],
  ['a list of records', (n) => `[${repeat('{"message":"Mem-Info:"},', n).replace(/[^}]*$/, '')}]`],
  [
    'heads of many forms',
    (n) => repeat(Array.from({ length: 26 }, (_, i) => `${'- '.repeat(i)}x (${i}) Mem-Info:\n`).join(''), n),
  ],
  ['kills', (n) => repeat('Killed process 1 (x) total-vm:1kB\n', n)],
  [
    'rows',
    (n) =>
      `x invoked oom-killer: order=0\n${repeat('[    312]     0   312    16540      251    90112      130          -250 journal\n', n)}`,
  ],
];

function time(name: string, text: string): ReadFigures {
  const start = performance.now();
  const { reports } = explainText(text);
  return { name, megabytes: text.length / MB, seconds: (performance.now() - start) / 1000, reports: reports.length };
}

/** @param bytes size of the syslog */
export function measureReading(bytes = 50 * MB): ReadFigures[] {
  explainText(syslog(MB));
  return [time('syslog', syslog(bytes)), ...HOSTILE.map(([name, make]) => time(name, make(5 * MB)))];
}

export function printReading(bytes?: number): void {
  for (const { name, megabytes, seconds, reports } of measureReading(bytes)) {
    const rate = (megabytes / seconds).toFixed(1);
    console.log(
      `reading ${name}: ${megabytes.toFixed(0)} MB in ${seconds.toFixed(2)} s, ${rate} MB/s, ${reports} reports`,
    );
  }
}
