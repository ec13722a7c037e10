/** A report says the same whatever way it came. */
import { describe, expect, test } from 'vitest';
import { explainDocument } from '../../src/report/document';
import { explainText } from '../../src/report/explain';
import { CGROUP_V2_64K, MODERN, OLD, TIE_4_19 } from './samples';

const linesOf = (text: string): string[] => text.trimEnd().split('\n');
const each =
  (way: (line: string, i: number) => string) =>
  (text: string): string =>
    linesOf(text).map(way).join('\n');
const stamp = (i: number): string =>
  `[${String(12345 + Math.floor(i / 10)).padStart(5)}.${String(i).padStart(6, '0')}] `;
const html = (line: string): string => line.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
/** Containerd writes what is long in parts: P means that more follows. */
const cri = each((l) => {
  const head = '2024-01-02T03:04:05.678901234Z stdout';
  const parts = l.match(/.{1,150}/g) ?? [''];
  return parts.map((part, i) => `${head} ${i < parts.length - 1 ? 'P' : 'F'} ${part}`).join('\n');
});
const stamped = each((l, i) => stamp(i) + l);
const SYSLOG = 'Jan  2 03:04:05 host kernel: ';

const WAYS: Record<string, (text: string) => string> = {
  dmesg: stamped,
  'dmesg -T': each((l) => `[Tue Jan  2 03:04:05 2024] ${l}`),
  'dmesg -T in Russian': each((l) => `[Вт янв  2 03:04:05 2024] ${l}`),
  'dmesg -x': each((l, i) => `kern  :warn  : ${stamp(i)}${l}`),
  'dmesg -xT': each((l) => `kern  :err   : [Tue Jan  2 03:04:05 2024] ${l}`),
  'dmesg -e': each((l, i) => `${i === 0 ? '[Jan 2 03:04]' : `[  +0.0000${10 + (i % 80)}]`} ${l}`),
  'dmesg -d': each((l) => `[  100.123456 <    0.000012>] ${l}`),
  'dmesg --time-format iso': each((l) => `2024-01-02T03:04:05,678901+01:00 ${l}`),
  'dmesg with colours': each((l, i) => `\x1b[32m${stamp(i)}\x1b[0m\x1b[33m${l}\x1b[0m\x1b[K`),
  'caller ids of tasks': each((l, i) => `${stamp(i).trim()}[ T1234] ${l}`),
  'caller ids of cpus': each((l, i) => `${stamp(i).trim()}[    C0] ${l}`),
  'printk levels': each((l) => `<4>${l}`),
  '/dev/kmsg': each((l, i) => `4,${i},${1000 + i},-,caller=T711;${l}`),
  netconsole: each((l, i) => `<4>${stamp(i)}${l}`),
  'netconsole, extended': each((l, i) => `6.12.9,4,${1000 + i},${1e9 + i},-;${l}`),
  'a serial console with CRLF': (text) => stamped(text).replace(/\n/g, '\r\n'),
  'a serial console’s log with dates': each((l, i) => `[2024-01-02 03:04:05] ${stamp(i)}${l}`),
  'rsyslog with #011 for tabs': each((l, i) => `${SYSLOG}${stamp(i)}${l.replace(/^ +/, '#011')}`),
  'rsyslog with one record for all': (text) => SYSLOG + linesOf(text).join('#012'),
  'syslog with ISO dates': each((l, i) => `2024-01-02T03:04:05.678901+01:00 host kernel: ${stamp(i)}${l}`),
  'RFC 5424': each((l, i) => `<4>1 2024-01-02T03:04:05.678901+01:00 host kernel - - - ${stamp(i)}${l}`),
  busybox: each((l) => `Jan  2 03:04:05 host user.warn kernel: ${l}`),
  OpenWrt: each((l, i) => `Tue Jan  2 03:04:05 2024 kern.warn kernel: ${stamp(i)}${l}`),
  journalctl: each((l) => `Jan 02 03:04:05 host kernel: ${l}`),
  'journalctl -o short-full': each((l) => `Tue 2024-01-02 03:04:05.678901 CET host kernel: ${l}`),
  'journalctl -o json': each((l) => JSON.stringify({ SYSLOG_IDENTIFIER: 'kernel', MESSAGE: l, _HOSTNAME: 'h' })),
  'journalctl -o export': each(
    (l, i) => `__CURSOR=s=abc;i=${i}\n_TRANSPORT=kernel\nPRIORITY=4\nMESSAGE=${l}\n_BOOT_ID=ab\n`,
  ),
  logcat: each((l) => `01-02 03:04:05.678     0     0 W kernel  : ${l}`),
  'logcat with years, without a tag': each((l, i) => `2024-01-02 03:04:05.678     0     0 I         : ${stamp(i)}${l}`),
  'logcat -v brief': each((l) => `W/kernel  (    0): ${l}`),
  containerd: cri,
  'containerd, of dmesg': (text) => cri(stamped(text)),
  docker: each((l, i) => JSON.stringify({ log: `${stamp(i)}${l}\n`, stream: 'stderr', time: '2024-01-02T03:04:05Z' })),
  'docker compose': each((l, i) => `web-1  | ${stamp(i)}${l}`),
  stern: each((l, i) => `ns pod-1 container › ${stamp(i)}${l}`),
  'a cloud’s JSON': each((l, i) => JSON.stringify({ jsonPayload: { MESSAGE: stamp(i) + l }, timestamp: 'x' })),
  'JSON over several lines': (text) =>
    JSON.stringify(
      linesOf(text).map((l, i) => ({ message: stamp(i) + l })),
      null,
      1,
    ),
  'grep -n': each((l, i) => `/var/log/messages:${i + 1}:${SYSLOG}${stamp(i)}${l}`),
  'cat -n': each((l, i) => `${String(i + 1).padStart(6)}\t${stamp(i)}${l}`),
  'a patch': each((l, i) => `+${stamp(i)}${l}`),
  'a wiki’s table': each((l, i) => `| ${stamp(i)}${l} |`),
  'quoted mail': each((l, i) => `> ${stamp(i)}${l}`),
  'mail quoted twice': each((l) => `>> ${l}`),
  'the source of a web page': each((l, i) => `${html(stamp(i) + l)}<br>`),
  'the source of a web page, blanks kept': each((l, i) => html(stamp(i) + l).replace(/ /g, '&nbsp;')),
  'a byte order mark': (text) => `\ufeff${text}`,
  'blanks behind the lines': each((l) => `${l}   `),
};

const said = (text: string): unknown =>
  explainDocument(explainText(text)).reports.map((r) => [
    [r.victim, r.agrees, r.reasonCode, r.order, r.gfp, r.kernel, r.invoker, r.constraint, r.memcg],
    [r.totalPages, r.zones, r.memory, r.cgroup, r.complete],
    r.tasks,
  ]);

describe.each(Object.entries(WAYS))('by %s', (_, way) => {
  test.each([
    ['6.12', MODERN],
    ['3.0', OLD],
    ['4.19', TIE_4_19],
    ['a cgroup', CGROUP_V2_64K],
  ])('a report of %s says what it says by itself', (_, text) => {
    expect(said(way(text))).toEqual(said(text));
  });
});
