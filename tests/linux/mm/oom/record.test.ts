/** What is kept of a decision, beside the report's text. §10.12. */
import { describe, expect, test } from 'vitest';
import { GFP_ANON_FAULT, GFP_KERNEL, GFP_NOFS } from '../../../../src/linux/include/gfp';
import type { Kernel } from '../../../../src/linux/include/kernel';
import { MMF_OOM_SKIP } from '../../../../src/linux/include/mm_types';
import { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL } from '../../../../src/linux/include/mmzone';
import { PF_EXITING, PF_KTHREAD, PF_OOM_ORIGIN, PF_VFORK } from '../../../../src/linux/include/sched';
import { createTask } from '../../../../src/linux/kernel/sched/core';
import { OOM_ABORTED, OOM_NOBODY, outOfMemory } from '../../../../src/linux/mm/oom_kill';
import { newAllocContext } from '../../../../src/linux/mm/page_alloc/slowpath_context';
import { kernelOfReport, recordings } from '../../recordings';
import { last, machine, OC, proc, text } from './rig';

const numbers = (lines: string[], re: RegExp): number[] => {
  const m = re.exec(lines.join('\n'));
  if (!m) throw new Error(String(re));
  return m.slice(1).map(Number);
};

describe('beside a report', () => {
  const found = recordings()
    .flatMap((r) => (r.oom ?? []).slice(0, 1).map((o) => ({ title: r.name, r, o })))
    .filter(({ o }) => o.summary?.constraint === 'CONSTRAINT_NONE' && o.tasks.length > 0 && o.victim)
    .filter((_, i) => i % 6 === 0);

  test.each(found)('of $title stand the numbers that it prints', ({ r, o }) => {
    const { k, current } = kernelOfReport(r, o);
    outOfMemory(k, current, OC);
    const { mem, tasks, zones, logStart, logEnd } = last(k);
    const lines = text(k).slice(logStart, logEnd);
    expect(mem).toEqual({
      activeAnon: numbers(lines, /^active_anon:(\d+)/m)[0],
      inactiveAnon: numbers(lines, / inactive_anon:(\d+)/)[0],
      activeFile: numbers(lines, / active_file:(\d+)/)[0],
      inactiveFile: numbers(lines, / inactive_file:(\d+)/)[0],
      slabReclaimable: numbers(lines, / slab_reclaimable:(\d+)/)[0],
      shmem: numbers(lines, / shmem:(\d+)/)[0],
      pagetables: numbers(lines, / pagetables:(\d+)/)[0],
      free: numbers(lines, / free:(\d+)/)[0],
      freePcp: numbers(lines, / free_pcp:(\d+)/)[0],
      swapFree: numbers(lines, /^Free swap {2}= (\d+)kB/m)[0] / 4,
    });
    const rows = lines
      .filter((l) => /^\[ *\d+\] /.test(l))
      .map((l) =>
        l
          .slice(l.indexOf(']') + 1)
          .trim()
          .split(/ +/),
      );
    expect(rows.length).toBeGreaterThan(1);
    expect(
      tasks!.map((t) => [
        t.totalVm,
        t.rss,
        ...(k.release.rssColumns ? [t.rssAnon, t.rssFile, t.rssShmem] : []),
        t.pgtablesBytes,
        t.swapents,
        t.oomScoreAdj,
        t.comm,
      ]),
    ).toEqual(rows.map((c) => [...c.slice(2, -1).map(Number), c.at(-1)]));
    expect(zones!.length).toBeGreaterThan(0);
    for (const z of zones!) {
      const line = lines.find((l) => l.startsWith(`Node ${z.node} ${z.name} free:`))!;
      const kb = (name: string) => numbers([line], new RegExp(`[ :]${name}:(\\d+)kB`))[0] / 4;
      expect(z).toMatchObject({
        free: kb('free'),
        boost: kb('boost'),
        min: kb('min'),
        low: kb('low'),
        high: kb('high'),
        present: kb('present'),
        managed: kb('managed'),
        pcp: kb('free_pcp'),
      });
    }
  });
});

describe('a zone in the record', () => {
  test('keeps back from a request what that request may not use', () => {
    const k = machine();
    outOfMemory(k, proc(k, 'a', 10), { ...OC, gfp: GFP_KERNEL });
    const [dma, dma32] = last(k).zones!;
    expect([dma.name, dma32.name]).toEqual(['DMA', 'DMA32']);
    expect([k.zones[0].type, k.zones[1].type]).toEqual([ZONE_DMA, ZONE_DMA32]);
    expect(dma.reserve).toBe(k.zones[0].lowmemReserve[ZONE_NORMAL]);
    expect(dma.reserve).toBeGreaterThan(0);
    expect(dma32.reserve).toBe(0);
  });
});

describe('the record', () => {
  test('says who asked for what, and after how many vain rounds', () => {
    const k = machine();
    const t = proc(k, 'asks', 10);
    t.alloc = newAllocContext(k, GFP_ANON_FAULT, 2, ZONE_NORMAL, 0, 0, 0);
    t.alloc.noProgressLoops = 9;
    k.now = 77;
    outOfMemory(k, t, { ...OC, order: 2 });
    expect(last(k)).toMatchObject({
      t: 77,
      invoker: t.pid,
      invokerComm: 'asks',
      gfp: GFP_ANON_FAULT,
      order: 2,
      memcg: '',
      group: [],
      rules: 'kernel',
      noProgressLoops: 9,
      logStart: 0,
      logEnd: k.log.length,
    });
    t.alloc = null;
    const other = proc(k, 'other', 20);
    outOfMemory(k, other, { ...OC, sysrq: true });
    expect(last(k)).toMatchObject({ order: -1, noProgressLoops: 0, logStart: k.oomRecords[0].logEnd });
  });

  test('has no numbers where nothing was printed', () => {
    const k = machine();
    const big = proc(k, 'big', 9000);
    const other = proc(k, 'other', 10);
    outOfMemory(k, other, OC);
    expect(last(k).mem).toBeDefined();
    outOfMemory(k, other, OC);
    expect(last(k)).toMatchObject({ chosen: OOM_ABORTED, chosenPoints: 0 });
    expect(last(k).mem).toBeUndefined();
    expect(last(k).tasks).toBeUndefined();
    expect(big.sigkill).toBe(true);
  });

  test('of a scan that was broken off comes first and stays when the next one kills', () => {
    const k = machine();
    const dying = proc(k, 'dying', 10);
    dying.oomMm = dying.mm;
    const other = proc(k, 'other', 20);
    outOfMemory(k, other, OC);
    expect(k.oomRecords.map((r) => r.chosen)).toEqual([OOM_ABORTED]);
    k.mms[dying.mm].flags |= MMF_OOM_SKIP;
    outOfMemory(k, other, OC);
    expect(k.oomRecords.map((r) => r.chosen)).toEqual([OOM_ABORTED, other.pid]);
    outOfMemory(k, proc(k, 'third', 1), OC);
    expect(k.oomRecords.map((r) => r.chosen)).toEqual([OOM_ABORTED, other.pid, OOM_ABORTED]);
  });

  test('of a choice without a search has nobody in its walk', () => {
    const k = machine();
    k.sysctl.oom_kill_allocating_task = 1;
    const t = proc(k, 'asks', { anon: 10, swap: 5 });
    expect(outOfMemory(k, t, OC)).toBe(true);
    expect(last(k)).toMatchObject({ walk: [], chosen: t.pid, chosenPoints: 15 });
  });

  test('names each reason for which a task was passed over', () => {
    const k = machine();
    const parent = proc(k, 'sh', 10);
    createTask(k, { comm: 'kthreadd', flags: PF_KTHREAD });
    createTask(k, { comm: 'gone', flags: PF_EXITING });
    createTask(k, { comm: 'zombie' });
    createTask(k, { comm: 'sh', ppid: parent.pid, mm: parent.mm, flags: PF_VFORK });
    proc(k, 'sshd', 10, { oomScoreAdj: -1000 });
    const reaped = proc(k, 'reaped', 10);
    k.mms[reaped.mm].flags |= MMF_OOM_SKIP;
    const was = proc(k, 'victim', 10);
    was.oomMm = was.mm;
    k.mms[was.mm].flags |= MMF_OOM_SKIP;
    proc(k, 'swapoff', { anon: 3, swap: 4 }, { flags: PF_OOM_ORIGIN });
    outOfMemory(k, parent, OC);
    expect(last(k).walk.map((c) => [c.comm, c.skip, c.points])).toEqual([
      ['init', 'init', -Infinity],
      ['sh', '', 10],
      ['kthreadd', 'kthread', -Infinity],
      ['gone', 'exiting', -Infinity],
      ['zombie', 'no_mm', -Infinity],
      ['sh', 'vfork', -Infinity],
      ['sshd', 'oom_score_adj', -Infinity],
      ['reaped', 'oom_skip', -Infinity],
      ['victim', 'oom_skip', -Infinity],
      ['swapoff', '', Infinity],
    ]);
    expect(last(k).walk[8]).toMatchObject({ rss: 10 });
    expect(last(k).walk[9]).toMatchObject({ rss: 3, swap: 4 });
    expect(last(k).walk[3]).toMatchObject({ rss: 0, swap: 0, pgtables: 0 });
  });

  test('costs time for each task that was looked at', () => {
    const time = (n: number): number => {
      const k = machine();
      for (let i = 0; i < n; i++) proc(k, `p${i}`, 10);
      k.costs = { ...k.costs, oomTask: 1000 };
      const before = k.cost;
      outOfMemory(k, k.tasks[1], OC);
      return k.cost - before;
    };
    expect(time(12) - time(2)).toBe(10_000);
  });
});

describe('nothing is decided', () => {
  test('for a request without __GFP_FS, unless a cgroup is full', () => {
    const k: Kernel = machine();
    expect(outOfMemory(k, proc(k, 'a', 10), { ...OC, gfp: GFP_NOFS })).toBe(true);
    expect(k.oomRecords).toEqual([]);
  });

  test('and the request fails, when the kernel panics', () => {
    const k = machine();
    k.sysctl.panic_on_oom = 1;
    expect(outOfMemory(k, proc(k, 'a', 10), OC)).toBe(false);
    expect(last(k).chosen).toBe(OOM_NOBODY);
  });
});
