/** Reports of recorded kernels: every row and number is read, and the rules name the victim. */
import { describe, expect, test } from 'vitest';
import { explainText } from '../../src/report/explain';
import { recordings } from '../linux/recordings';

const withReports = recordings().filter((r) => (r.oom ?? []).length > 0);

test('there are recordings of both releases', () => {
  expect(new Set(withReports.map((r) => r.params.kernel)).size).toBeGreaterThan(1);
});

describe('reports of recorded kernels', () => {
  test.each(withReports.map((r) => [r.name, r] as const))('%s', (_, r) => {
    const oom = r.oom ?? [];
    const { reports } = explainText(oom.flatMap((o) => o.lines).join('\n'));
    expect(reports).toHaveLength(oom.length);
    reports.forEach((e, i) => {
      const o = oom[i];
      expect(e.raw.invoker).toMatchObject({ comm: o.invoked.comm, adj: o.invoked.adj });
      expect(e.request?.flags.join('|')).toBe(/\((.*)\)/.exec(o.invoked.gfp)?.[1] ?? e.request?.flags.join('|'));
      expect(e.raw.order).toBe(o.invoked.order);
      expect(e.verdict.tasks).toHaveLength(o.tasks.length);
      o.tasks.forEach((t, j) => {
        expect(e.verdict.tasks[j].row).toMatchObject({
          pid: t.pid,
          name: t.name,
          total_vm: t.total_vm,
          rss: t.rss,
          pgtables_bytes: t.pgtables_bytes,
          swapents: t.swapents,
          oom_score_adj: t.oom_score_adj,
        });
      });
      expect(e.verdict.victim?.pid ?? null).toBe(o.victim?.pid ?? null);
      if (o.tasks.length > 0 && o.victim) {
        expect([e.verdict.predicted?.pid, e.verdict.agrees]).toEqual([o.victim.pid, true]);
      }
    });
  });
});
