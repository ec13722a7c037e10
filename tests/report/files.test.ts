/**
 * Reports of real kernels, where the folder with them is there: by default beside the project, or named in the
 * environment. Their texts are other people's, so the project holds only what is in them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/root.mjs';
import { type Explained, explainText } from '../../src/report/explain';

const DIR = process.env.OOMLAB_REPORTS ?? path.join(ROOT, '..', 'shared', 'oom-reports');
const files = existsSync(DIR)
  ? readdirSync(DIR)
      .filter((name) => /^\d{3}-.*\.txt$/.test(name))
      .sort()
  : [];

/** victim, rows, agreement, reason, order, complete; by the file's number, in the order of its reports. */
const EXPECTED: Record<string, string[]> = {
  '001': ['- 0 null no-table 0 cut'],
  '002': ['4495 **firefox** 0 null no-table 0 cut'],
  '003': ['14095 mruby 1 true highest-score 0 whole'],
  '004': ['2525 malloc 1 null table-cut 0 cut', '1267 gdm-simple-gree 1 null table-cut 0 cut'],
  '005': ['1913 plymouthd 2 true highest-score 0 cut'],
  '006': ['31826 php5-fpm 7 false not-in-table 0 cut'],
  '007': ['1733 python 1 true highest-score 0 whole'],
  '008': ['6576 mysqld 85 true highest-score 0 whole'],
  '009': ['13536 memorymonster 1 true highest-score 0 whole'],
  '010': ['- 2 null table-cut 0 cut'],
  '011': [
    '5966 node 80 true highest-score 0 whole',
    '6111 git 82 false child-sacrificed 0 whole',
    '5996 npm install moc 82 true highest-score 0 whole',
  ],
  '012': ['8331 multi 90 true highest-score 0 whole', '18110 python 89 true highest-score 0 whole'],
  '013': ['23842 ipfs 57 true highest-score 0 cut'],
  '014': ['23842 ipfs 57 true highest-score 0 whole'],
  '015': [
    '2746 leaker 0 null no-table 0 cut',
    '2746 leaker 0 null no-table 0 cut',
    '3206 leaker 0 null no-table 0 cut',
  ],
  '016': ['23793 leaker 2 true highest-score 0 whole'],
  '017': ['210 stress 3 true highest-score 0 whole'],
  '018': ['5701 oom-torture 0 null no-table 0 cut'],
  '019': ['955 gnome-shell 158 true highest-score -1 whole'],
  '020': ['1155 dbus-daemon 32 false development-kernel 0 whole', '- 32 null panic-all-reaped 0 whole'],
  '021': ['4100 containerd 0 null no-table 0 cut'],
  '022': ['28600 python3 50 true highest-score 0 whole'],
  '023': ['- 0 null empty-table 0 whole'],
  '024': ['517 clamd 35 true highest-score 0 whole'],
  '025': ['211 stress-ng-stack 23 true highest-score 0 whole'],
  '026': ['10192 agent:amservice 378 true highest-score 3 whole'],
  '027': ['3499662 postmaster 158 true highest-score 0 whole'],
  '028': ['7788 bash 28 true highest-score 0 whole'],
  '029': ['3902942 php-fpm 73 true highest-score 0 whole'],
  '030': [
    '348 polkitd 32 true highest-score 0 whole',
    '304 NetworkManager 31 true highest-score 0 whole',
    '- 0 null no-table 0 cut',
  ],
  '031': ['44634 slack 232 true highest-score 0 whole'],
  '032': ['116849 alloc_anon 1 true highest-score 0 whole'],
  '033': ['7991 sh 10 true highest-score 2 whole'],
  '034': ['128825 rsync 2 true highest-score 0 whole'],
  '035': ['- 41 null panic-all-reaped 0 whole'],
  '036': ['- 0 null no-table 0 cut'],
  '037': ['2102 531 44 true highest-score 1 whole'],
  '038': ['5646 cc1 153 true highest-score 0 cut'],
  '039': ['116 stress-ng-vm 4 true highest-score 0 whole'],
  '040': ['177372 test_zswap 1 true highest-score 0 cut'],
  '041': ['675 test_progs 1 true highest-score 0 cut'],
  '042': ['13432 mem_on_node1 2 true highest-score null cut', '2614 mem_on_node0 1 true highest-score null cut'],
  '043': ['13135 a.out 4 false patched-kernel null cut'],
  '044': ['446171 ioctl_sg01 0 null no-table 0 cut'],
};

/** Broken between words, as mail programs do. */
const mail =
  (width: number) =>
  (text: string): string =>
    text
      .split('\n')
      .flatMap((line) => {
        const out: string[] = [];
        let piece = '';
        for (const word of line.split(/(?<= )/)) {
          if (piece !== '' && (piece + word).trimEnd().length > width) {
            out.push(piece.trimEnd());
            piece = '';
          }
          piece += word;
        }
        return [...out, piece.trimEnd()];
      })
      .join('\n');
/** Broken anywhere, as terminals do. */
const terminal =
  (width: number) =>
  (text: string): string =>
    text
      .split('\n')
      .flatMap((line) => line.match(new RegExp(`.{1,${width}}`, 'g')) ?? [''])
      .join('\n');
const before =
  (prefix: string) =>
  (text: string): string =>
    text.replace(/^/gm, prefix);

const WAYS: [string, (text: string) => string][] = [
  ['CRLF', (text) => text.replace(/\n/g, '\r\n')],
  ['empty lines between', (text) => text.replace(/\n/g, '\n\n')],
  ['quoted', before('> ')],
  ['indented', before('    ')],
  ['tabs', before('\t')],
  ['kubectl logs --timestamps', before('2024-01-02T03:04:05.678901234Z ')],
  ['containerd', before('2024-01-02T03:04:05.678901234Z stdout F ')],
  [
    'docker',
    (text) =>
      text
        .split('\n')
        .map((l) => JSON.stringify({ log: `${l}\n`, stream: 'stdout', time: '2024-01-02T03:04:05Z' }))
        .join('\n'),
  ],
  ['mail, 72 columns', mail(72)],
  ['mail, 76 columns', mail(76)],
  ['mail, 100 columns', mail(100)],
  ['quoted mail', (text) => before('> ')(mail(74)(text))],
  ['terminal, 80 columns', terminal(80)],
  ['terminal, 132 columns', terminal(132)],
];
/** Where a counter may be torn apart for good. */
const MAY_LOSE = new Set(['mail, 72 columns', 'terminal, 80 columns']);

const lineOf = (e: Explained): string => {
  const { victim, agrees, code, tasks } = e.verdict;
  const who = victim ? `${victim.pid} ${victim.comm}` : '-';
  return `${who} ${tasks.length} ${agrees} ${code} ${e.raw.order} ${e.complete ? 'whole' : 'cut'}`;
};

const read = (name: string): string => readFileSync(path.join(DIR, name), 'utf8');
const whenThere = files.length > 0 ? describe : describe.skip;
if (files.length === 0) console.warn(`no reports of real kernels in ${DIR}: set OOMLAB_REPORTS to a folder with some`);

whenThere('reports of real kernels', () => {
  test.each(files)('%s: all its reports, their victims and the verdict', (name) => {
    const { reports } = explainText(read(name));
    const expected = EXPECTED[name.slice(0, 3)];
    if (expected) expect(reports.map(lineOf)).toEqual(expected);
    else expect(reports.length).toBeGreaterThan(0);
  });

  test.each(files)('%s: what the lines say of the same thing fits together', (name) => {
    for (const e of explainText(read(name)).reports) {
      for (const { row } of e.verdict.tasks) {
        if (row.nr_ptes === null && row.pgtables_bytes !== null) expect(row.pgtables_bytes % 1024).toBe(0);
        if (row.rss_anon !== null) {
          // The counters of kinds are read one after the other.
          const kinds = row.rss_anon + (row.rss_file ?? 0) + (row.rss_shmem ?? 0);
          expect(Math.abs(kinds - row.rss)).toBeLessThanOrEqual(row.rss / 10 + 256);
        }
      }
      for (const z of e.raw.zones) {
        const blocks = z.blocks.reduce((n, b) => n + b.count * b.kb, 0);
        if (z.kb.free > 0 && blocks > 0) expect(Math.abs(blocks - z.kb.free)).toBeLessThan(z.kb.free / 5 + 4096);
      }
      if (e.memory) {
        const sum = e.memory.parts.reduce((n, p) => n + p.pages, 0);
        expect(sum).toBe(e.memory.totalPages);
        expect(e.memory.parts.every((p) => p.pages >= 0)).toBe(true);
      }
      const score = e.verdict.score;
      // What the kernel printed as score is what comes out here, wherever the total is known.
      if (score && score.computed !== null && e.verdict.totals.exact) expect(score.computed).toBe(score.printed);
    }
  });

  test.each(files)('%s: quoted, wrapped or out of a container’s log, it says the same', (name) => {
    const text = read(name);
    const expected = explainText(text).reports.map(lineOf);
    for (const [way, change] of WAYS) {
      const got = explainText(change(text)).reports.map(lineOf);
      const whole = (l: string): string => (MAY_LOSE.has(way) ? l.replace(/ (?:whole|cut)$/, '') : l);
      expect([way, got.map(whole)]).toEqual([way, expected.map(whole)]);
    }
  });
});
