/** What more memory or another oom_score_adj would have changed, from a report's own numbers. */
import { describe, expect, test } from 'vitest';
import { explainDocument } from '../../src/report/document';
import { explainText } from '../../src/report/explain';
import { moreOutcomeOf, moreTextOf } from '../../src/report/sentences';
import {
  changesAt,
  chosenWith,
  moreMemory,
  pointsAt,
  questionOf,
  questionOfDocument,
  stripOf,
} from '../../src/report/whatIf';
import { CGROUP_V2_64K, MODERN } from './samples';

const only = (text: string) => explainText(text).reports[0];
const doc = (text: string) => explainDocument(explainText(text)).reports[0];

describe('another oom_score_adj', () => {
  const e = only(MODERN);
  const q = questionOf(e);

  test('is asked of a document as of the report itself', () => {
    const asked = questionOfDocument(doc(MODERN));
    expect(asked?.tasks.map((t) => t.points)).toEqual(q.tasks.map((t) => t.points));
    for (const { row } of q.tasks) expect(asked && stripOf(asked, row.pid)).toEqual(stripOf(q, row.pid));
  });

  test('of any task: the strip says who dies at each, and the points say so too', () => {
    for (const { row } of e.verdict.tasks) {
      if (row.pid === 1) continue;
      const strip = stripOf(q, row.pid);
      expect(strip[0].from).toBe(-1000);
      for (const adj of [-1000, -999, -400, 0, 1, 77, 300, 1000]) {
        const said = strip.findLast((s) => s.from <= adj)?.dies.pid;
        const points = e.verdict.tasks.map((t) => [
          t.row.pid === row.pid ? pointsAt(q, row.pid, adj) : t.points,
          t.row.pid,
        ]);
        const most = Math.max(...points.map(([p]) => p));
        expect([row.name, adj, said]).toEqual([row.name, adj, points.find(([p]) => p === most)?.[1]]);
      }
    }
  });
});

describe('more swap', () => {
  test('would have served the request from as many pages on as the zone lacked', () => {
    // 2,700 free, and 2,750 must stay: 51 more would have let the one page go.
    expect(moreMemory(only(MODERN))).toEqual({ of: 'swap', code: 'enough', missing: 51, zone: 'DMA32' });
    const r = doc(MODERN);
    expect(moreTextOf(r)).toContain('In zone DMA32, which lacked least, 51 pages were missing (204 kB)');
    expect(moreOutcomeOf(r, 0)).toBe('what it was.');
    expect(moreOutcomeOf(r, 200)).toBe('too little: 1 page is still missing.');
    expect(moreOutcomeOf(r, 204)).toMatch(/would have been served.*same victim, later/);
  });

  test('weighs oom_score_adj anew: from some size on another one is chosen', () => {
    // my editor: 28,020 + 2,000 + 88 = 30,108; worker-b has 102,942.
    const text = MODERN.replace(/(\[ +700\].*) 0 my editor/, '$1 100 my editor');
    const q = questionOf(only(text));
    expect(chosenWith(q, 0)?.pid).toBe(720);
    const change = changesAt(q);
    expect(change?.dies.pid).toBe(700);
    expect(chosenWith(q, (change?.pages ?? 0) - 1)?.pid).toBe(720);
    expect(chosenWith(q, change?.pages ?? 0)?.pid).toBe(700);
    expect(moreOutcomeOf(doc(text), ((change?.pages ?? 0) + 1) * 4)).toContain('my editor (x) (700) would die instead');
    expect(changesAt(questionOf(only(MODERN)))).toBeNull();
  });

  test.each([
    ['not-full', MODERN.replace('Free swap  = 0kB', 'Free swap  = 50000kB')],
    ['order', MODERN.replace('order=0', 'order=5').replace('free:10800kB boost', 'free:90800kB boost')],
    ['not-short', MODERN.replace('free:10800kB boost', 'free:90800kB boost')],
    ['nothing-to-swap', MODERN.replaceAll(/active_anon:(?:400|800000)kB/g, 'active_anon:0kB')],
    ['unknown', MODERN.replace(/Total swap.*\n/, '')],
    ['unknown', MODERN.replace('order=0', 'order=-1')],
  ])('would not have helped, or nobody can tell: %s', (code, text) => {
    expect(moreMemory(only(text)).code).toBe(code);
    expect(moreTextOf(doc(text))).toMatch(/^[A-Z].*\.$/);
  });
});

test('a higher limit would have served the request of a cgroup', () => {
  const more = moreMemory(only(CGROUP_V2_64K));
  expect(more).toMatchObject({ of: 'limit', code: 'enough' });
  expect(more.missing).toBeGreaterThan(0);
});
