/** Whatever happens to a report on its way, it is explained as far as it goes: no exception, no hang, no silent loss. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainDocument, explainReadable } from '../../src/report/document';
import { explainText } from '../../src/report/explain';
import { choose } from '../../src/report/score';
import { CGROUP_V1, CGROUP_V2_64K, MODERN, OLD, prefixed, TIE_4_19 } from './samples';

const RUNS = 10_000;

const PREFIXES: ((i: number) => string)[] = [
  () => '',
  (i) => `[${String(1000 + i).padStart(5)}.${String(i).padStart(6, '0')}] `,
  (i) => `Jan 12 03:04:${String(i % 60).padStart(2, '0')} host kernel: `,
  () => '> ',
  (i) => `4,${i},${1000 + i},-;`,
  () => '2024-01-02T03:04:05.6789Z stdout F ',
];

const report = fc
  .tuple(fc.constantFrom(MODERN, OLD, CGROUP_V1, CGROUP_V2_64K, TIE_4_19), fc.constantFrom(...PREFIXES))
  .map(([text, prefix]) => prefixed(text, prefix));

type Damage = (lines: string[]) => string[];
const place = fc.double({ min: 0, max: 0.999, noNaN: true });
const at = (lines: string[], x: number): number => Math.floor(x * lines.length);

const damage: fc.Arbitrary<Damage> = fc.oneof(
  // Heads and tails that are missing.
  fc.tuple(place, place).map(
    ([a, b]) =>
      (l: string[]) =>
        l.slice(Math.min(at(l, a), at(l, b)), Math.max(at(l, a), at(l, b))),
  ),
  // Lines that are missing.
  fc.array(place, { maxLength: 10 }).map((xs) => (l: string[]) => l.filter((_, i) => !xs.some((x) => at(l, x) === i))),
  // A cut that is marked.
  fc.tuple(place, fc.constantFrom('...', '<snip>', '[...]')).map(
    ([x, mark]) =>
      (l: string[]) =>
        l.toSpliced(at(l, x), 5, mark),
  ),
  // Lines of others in between.
  fc.tuple(fc.array(place, { maxLength: 10 }), fc.string({ unit: 'binary', maxLength: 80 })).map(
    ([xs, s]) =>
      (l: string[]) =>
        l.flatMap((line, i) => (xs.some((x) => at(l, x) === i) ? [line, s] : [line])),
  ),
  // A line that was cut or got other characters.
  fc.tuple(place, place, fc.string({ unit: 'grapheme', maxLength: 6 })).map(
    ([x, y, s]) =>
      (l: string[]) =>
        l.map((line, i) => (i === at(l, x) ? line.slice(0, Math.floor(y * line.length)) + s : line)),
  ),
  // Characters that got lost everywhere.
  fc.integer({ min: 2, max: 97 }).map((n) => (l: string[]) => l.map((line, i) => line.slice(0, line.length - (i % n)))),
  // Wrapped at a width, by words or anywhere.
  fc
    .integer({ min: 20, max: 120 })
    .map((n) => (l: string[]) => l.flatMap((line) => line.match(new RegExp(`.{1,${n}}`, 'gs')) ?? [''])),
  // Two that were written at the same time.
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })).map(([a, b]) => (l: string[]) => {
    const half = l.length >> 1;
    return l
      .slice(0, half)
      .flatMap((line, i) => (i % a === 0 ? [line, ...l.slice(half + (i / a) * b, half + (i / a + 1) * b)] : [line]));
  }),
  // Escaped as web pages, rsyslog and containers do.
  fc.constant((l: string[]) => l.map((line) => line.replace(/</g, '&lt;').replace(/^ /, '#011'))),
  fc
    .integer({ min: 10, max: 200 })
    .map((n) => (l: string[]) => l.map((line, i) => `2024-01-02T03:04:05Z stdout ${i % n === 0 ? 'P' : 'F'} ${line}`)),
  fc.constant((l: string[]) => l.map((line) => JSON.stringify({ MESSAGE: line }))),
  // Twice, reversed, with other line ends.
  fc.constant((l: string[]) => [...l, ...l]),
  fc.constant((l: string[]) => l.toReversed()),
  fc.constant((l: string[]) => l.map((line) => `${line}\r`)),
  fc.tuple(fc.constantFrom(...PREFIXES), place).map(
    ([p, x]) =>
      (l: string[]) =>
        l.map((line, i) => (i > at(l, x) ? p(i) + line : line)),
  ),
);

const damaged = fc
  .tuple(fc.array(report, { minLength: 1, maxLength: 2 }), fc.array(damage, { minLength: 1, maxLength: 4 }))
  .map(([texts, damages]) => damages.reduce((l, d) => d(l), texts.join('\n').split('\n')).join('\n'));

describe('damaged reports', () => {
  test('are explained as far as they go', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const found = explainText(text);
        const doc = explainDocument(found);
        expect(JSON.parse(JSON.stringify(doc)).format).toBe('oomlab/postmortem@1');
        explainReadable(found);
        for (const [i, r] of doc.reports.entries()) {
          const e = found.reports[i];
          expect(r.reason).not.toBe('');
          expect(r.reason).not.toBe(r.reasonCode);
          // Nothing that is missing is passed over in silence.
          if (!r.complete) expect(r.warnings.length).toBeGreaterThan(0);
          if (r.agrees === true && r.reasonCode !== 'allocating-task') {
            expect(r.predicted?.pid).toBe(r.victim?.pid);
            const chosen = choose(e.verdict.tasks, e.verdict.era);
            const rows = e.verdict.tasks.map((t) => t.row);
            if (r.reasonCode !== 'highest-any-total') expect(rows[chosen].pid).toBe(r.victim?.pid);
            else
              expect(Math.max(...rows.map((t) => t.oom_score_adj))).toBe(
                r.tasks.find((t) => t.pid === r.victim?.pid)?.oom_score_adj,
              );
          }
          if (r.agrees === null) expect(r.savedBy).toBeNull();
          if (r.memory) {
            expect(r.memory.parts.reduce((n, p) => n + p.pages, 0)).toBe(r.memory.totalPages);
            expect(r.memory.parts.every((p) => p.pages >= 0)).toBe(true);
          }
          if (r.savedBy) expect(r.savedBy.oom_score_adj).toBeGreaterThanOrEqual(-1000);
        }
      }),
      { numRuns: RUNS },
    );
  }, 300_000);

  test('any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        explainDocument(explainText(text));
        explainDocument(
          explainText(`x invoked oom-killer: ${text}\n${text}\nMem-Info:\n${text}\n[ pid ]${text} name\n[ 1] ${text}`),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test('a line that is missing is missed', () => {
    const lines = MODERN.trimEnd().split('\n');
    // Rows, frames and what is not printed by every kernel cannot be missed, and what the reaper says comes or does not.
    const needless =
      /^(?:\[ +\d|Hardware|Call Trace| <| dump| oom_kill_process| out_of|Mem-Info| sec_| kernel_misc| slab_|Node 0 hugepages|Node 0 active|547|68|0 pages|Tasks state|oom-kill|oom_reaper)/;
    for (const line of lines.filter((l) => !needless.test(l))) {
      const [e] = explainText(prefixed(lines.filter((l) => l !== line).join('\n'), PREFIXES[1])).reports;
      expect([line, e.complete]).toEqual([line, false]);
    }
  });

  test('a row that was lost is not passed over in silence when its remains are there', () => {
    const rows = MODERN.split('\n').filter((l) => /^\[ +\d+\]/.test(l));
    for (const row of rows) {
      const text = MODERN.replace(row, row.slice(0, 30));
      const [e] = explainText(prefixed(text, PREFIXES[1])).reports;
      expect(e.complete).toBe(false);
      expect(e.warnings.map((w) => w.code)).toContain('rows-damaged');
    }
  });
});

test('savedBy is the least change: one step more, and the victim dies all the same', () => {
  const size = fc.integer({ min: 0, max: 120_000 });
  const adj = fc.oneof(fc.constant(0), fc.integer({ min: -1000, max: 1000 }));
  const row = fc.record({ rss: size, swap: fc.integer({ min: 0, max: 9000 }), adj });
  const w = (n: number, width: number): string => String(n).padStart(width);
  const era = fc.constantFrom('6.12.9', '5.4.0', '4.19.0', '4.14.1', '3.10.0', '3.0.1');
  fc.assert(
    fc.property(fc.array(row, { minLength: 2, maxLength: 8 }), era, (tasks, release) => {
      const build = (adjs: number[]): string => {
        const rows = tasks.map(
          (t, i) =>
            `[${w(300 + i, 7)}]  1000 ${w(300 + i, 5)} ${w(200_000, 8)} ${w(t.rss, 8)}    90112 ${w(t.swap, 8)}         ${w(adjs[i], 5)} task-${i}`,
        );
        return MODERN.replace('6.12.9-test', release)
          .replace(' rss_anon rss_file rss_shmem', '')
          .replace(/(?:^\[ +\d+\].*\n)+/m, `${rows.join('\n')}\n`)
          .replace(/^oom-kill:.*\n/m, '');
      };
      const chosenOf = (adjs: number[]): number | undefined => {
        const { tasks: scored, era: rules } = explainText(build(adjs)).reports[0].verdict;
        const i = choose(scored, rules);
        return i < 0 ? undefined : scored[i].row.pid;
      };
      const adjs = tasks.map((t) => t.adj);
      const victim = chosenOf(adjs);
      fc.pre(victim !== undefined);
      const i = (victim as number) - 300;
      const text = build(adjs).replaceAll('720 (worker-b)', `${victim} (task-${i})`);
      const [e] = explainText(text).reports;
      expect(e.verdict.agrees).toBe(true);
      const dies = (a: number): boolean => chosenOf(adjs.with(i, a)) === victim;
      if (e.saved === null) {
        expect(tasks.every((t, j) => j === i || t.adj === -1000)).toBe(true);
      } else {
        expect(dies(e.saved.oom_score_adj)).toBe(false);
        expect(chosenOf(adjs.with(i, e.saved.oom_score_adj))).toBe(e.saved.nextVictim.pid);
        expect(dies(e.saved.oom_score_adj + 1)).toBe(true);
      }
      e.wouldDieAt.forEach((a, j) => {
        if (j === i) return;
        if (a === null) expect(chosenOf(adjs.with(j, 1000))).not.toBe(300 + j);
        else {
          expect(chosenOf(adjs.with(j, a))).toBe(300 + j);
          expect(chosenOf(adjs.with(j, a - 1))).not.toBe(300 + j);
        }
      });
    }),
    { numRuns: 300 },
  );
});
