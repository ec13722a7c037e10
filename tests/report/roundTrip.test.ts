/** What the model prints as its report is read back as the model's own numbers. */
import { describe, expect, test } from 'vitest';
import { WMARK_HIGH, WMARK_LOW, WMARK_MIN, wmarkPages, ZONE_NAMES } from '../../src/linux/include/mmzone';
import { formatDmesg } from '../../src/linux/kernel/printk';
import { MIB } from '../../src/machine/config';
import type { Machine } from '../../src/machine/machine';
import { explainText } from '../../src/report/explain';
import { config, hog, IDLE, process, ranFor } from '../machine/small';

const textOf = (m: Machine): string => m.kernel.log.map((l) => `${formatDmesg(l)}\n`).join('');

const machines: [string, () => Machine][] = [
  ['6.12 without swap', () => ranFor(20, config([hog(), process('shell', [IDLE])]))],
  ['with swap', () => ranFor(30, config([hog(), process('shell', [IDLE], { oomScoreAdj: -500 })], { swap: 64 * MIB }))],
  [
    'two hogs, of which the smaller one has the higher adj',
    () => ranFor(20, config([hog('big'), hog('little', { oomScoreAdj: 300, at: 1e7 })])),
  ],
];

describe('the model’s report is read back field for field', () => {
  test.each(machines)('%s', (_, run) => {
    const m = run();
    const k = m.kernel;
    const records = k.oomRecords.filter((r) => r.logEnd > r.logStart && r.chosen > 0);
    expect(records.length).toBeGreaterThan(0);
    const { reports } = explainText(textOf(m));
    expect(reports).toHaveLength(records.length);
    reports.forEach((e, i) => {
      const r = records[i];
      expect(e.warnings).toEqual([]);
      expect(e.complete).toBe(true);
      expect(e.raw.invoker?.comm).toBe(r.invokerComm);
      expect(e.raw.invoker?.pid).toBe(r.invoker);
      expect(e.kernel).toBe(/^[\d.]+\d/.exec(k.release.uname)?.[0]);
      expect([e.request?.mask, e.raw.order, e.constraint]).toEqual([r.gfp, r.order, r.constraint]);
      expect(e.verdict.totals.totalPages).toBe(r.totalpages);
      expect(e.verdict.totals.swapPages).toBe(k.swap.total);
      expect(e.verdict.tasks.map(({ row }) => row)).toMatchObject(
        (r.tasks ?? []).map((t) => ({
          pid: t.pid,
          name: t.comm,
          total_vm: t.totalVm,
          rss: t.rss,
          ...(k.release.rssColumns && { rss_anon: t.rssAnon, rss_file: t.rssFile, rss_shmem: t.rssShmem }),
          pgtables_bytes: t.pgtablesBytes,
          swapents: t.swapents,
          oom_score_adj: t.oomScoreAdj,
        })),
      );
      const mem = r.mem!;
      expect(e.raw.counts).toMatchObject({
        free: mem.free,
        free_pcp: mem.freePcp,
        active_anon: mem.activeAnon,
        inactive_anon: mem.inactiveAnon,
        active_file: mem.activeFile,
        inactive_file: mem.inactiveFile,
        shmem: mem.shmem,
        slab_reclaimable: mem.slabReclaimable,
        pagetables: mem.pagetables,
      });
      expect(e.raw.freeSwapKb).toBe(mem.swapFree * 4);
      for (const c of r.walk) {
        const mine = e.verdict.tasks.find((t) => t.row.pid === c.pid);
        if (mine) expect(mine.points).toBe(c.points);
      }
      expect(e.verdict.predicted).toMatchObject({ pid: r.chosen, points: r.chosenPoints });
      expect(e.verdict.victim?.pid).toBe(r.chosen);
      expect(e.verdict.agrees).toBe(true);
    });
    // Watermarks move with the boost only, which the report prints.
    const zones = reports.at(-1)!.zones;
    for (const z of k.zones) {
      const read = zones.find((x) => x.zone === ZONE_NAMES[z.type]);
      if (!read) continue;
      expect(read.min! - read.boost).toBe(wmarkPages(z, WMARK_MIN) - z.boost);
      expect(read.low! - read.boost).toBe(wmarkPages(z, WMARK_LOW) - z.boost);
      expect(read.high! - read.boost).toBe(wmarkPages(z, WMARK_HIGH) - z.boost);
    }
  });
});
