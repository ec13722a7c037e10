import { describe, expect, it } from 'vitest';
import { createMachine } from '../../src/machine/boot';
import { timeOf } from '../../src/machine/machine';
import { runFor } from '../../src/machine/run';
import { builtinScenario } from '../../src/scenario/builtin';
import { compileScenario } from '../../src/scenario/compile';
import { buildPageMap, inspectCell } from '../../src/worker/pageMap';
import { buildPath } from '../../src/worker/path';
import { MAP_KINDS } from '../../src/worker/protocol';

function machineAtFailure() {
  const scenario = builtinScenario('free-is-not-contiguous');
  if (!scenario) throw new Error('no such scenario');
  const m = createMachine(compileScenario(scenario), 1);
  runFor(m, { t: 7e9 });
  while (!m.kernel.log.some((l) => l.text.includes('page allocation failure'))) runFor(m, { t: timeOf(m) + 1e6 });
  return m;
}

describe('the path of a request that memory in pieces cannot serve', () => {
  const m = machineAtFailure();

  it('says that enough was free, that compaction was tried, and ends where the request was given up', () => {
    const path = buildPath(m);
    expect(path?.order).toBe(4);
    const step = (id: string) => path?.steps.find((s) => s.id === id);
    expect(step('fast_path')?.note).toEqual({ code: 'path.note.noBlock', params: { order: 4 } });
    expect(step('direct_compact_first')?.state).toBe('failed');
    expect(step('direct_compact')?.note?.code).toMatch(/^path\.note\.compact/);
    expect(step('should_reclaim_retry')?.state).toBe('not-reached');
    expect(step('out_of_memory')?.state).toBe('not-reached');
    expect(path?.steps.at(-1)?.id).toBe('nopage');
  });

  it('shows in the page map as memory free in pieces', () => {
    const map = buildPageMap(m, { cols: 64, rows: 40, by: 'kind' });
    const count = (kind: (typeof MAP_KINDS)[number]) => map.cells.filter((c) => MAP_KINDS[c] === kind).length;
    expect(count('freePieces')).toBeGreaterThan(20 * count('free'));
    const cell = map.cells.findIndex((c) => MAP_KINDS[c] === 'freePieces');
    const info = inspectCell(m, { cols: 64, rows: 40, by: 'kind' }, cell);
    expect(info.kind).toBe('free');
    expect(info.order).toBeLessThan(4);
  });
});

describe('the path at a kill', () => {
  it('is that of the task that called the OOM killer, at out_of_memory() after all its rounds', () => {
    const scenario = builtinScenario('crazy-allocator');
    if (!scenario) throw new Error('no such scenario');
    const m = createMachine(compileScenario(scenario), 1);
    runFor(m, { t: 120e9, landmark: 'kill' });
    const [record] = m.kernel.oomRecords;
    const path = buildPath(m);
    expect(path?.pid).toBe(record.invoker);
    expect(path?.retries).toBe(Math.min(16, record.noProgressLoops));
    const step = (id: string) => path?.steps.find((s) => s.id === id);
    expect(step('out_of_memory')).toMatchObject({
      state: 'active',
      note: { code: 'path.note.kills', params: { name: 'oom_killer_try' } },
    });
    expect(step('may_oom')?.compare?.op).toBe('<=');
    expect(step('should_reclaim_retry')?.state).toBe('failed');
  });
});

describe('the path in direct reclaim', () => {
  it('says that who comes with half of the reserve gone sleeps for kswapd, not for writeback', () => {
    const scenario = builtinScenario('crazy-allocator');
    if (!scenario) throw new Error('no such scenario');
    const m = createMachine(compileScenario(scenario), 1);
    runFor(m, { t: 60e9, landmark: 'direct-reclaim' });
    const seen = new Set<string>();
    for (let i = 0; i < 20 && m.kernel.oomRecords.length === 0; i++) {
      const sleeps = buildPath(m)?.reclaim?.sleeps;
      if (sleeps) seen.add(sleeps);
      runFor(m, { milestone: true });
    }
    expect([...seen]).toContain('kswapd');
    expect([...seen]).not.toContain('writeback');
  });
});
