import { describe, expect, test } from 'vitest';
import { refusalText } from '../../src/i18n/errors';
import { createMachine } from '../../src/machine/boot';
import { hashMachine } from '../../src/machine/hash';
import { runFor } from '../../src/machine/run';
import { builtinScenario } from '../../src/scenario/builtin';
import { compileSession } from '../../src/scenario/compile';
import { parseSession, type Session, sessionOf } from '../../src/scenario/schema';
import type { Ghost, WhatIf } from '../../src/worker/protocol';
import { HostBench } from './bench';

const scenario = builtinScenario('crazy-allocator');
if (!scenario) throw new Error('missing');
const session = sessionOf(scenario);

function opened(): HostBench {
  const bench = new HostBench();
  expect(bench.ask({ type: 'open', session }).ok).toBe(true);
  return bench;
}

describe('the host', () => {
  test('shows a paused machine at once, with the hash of its state', () => {
    const { frame } = opened();
    expect(frame.status).toBe('paused');
    expect(frame.t).toBe(0);
    expect(frame.stateHash).toMatch(/^[0-9a-f]{16}$/);
  });

  test('refuses what is wrong and leaves the open machine alone', () => {
    const bench = opened();
    const { stateHash } = bench.frame;
    const bad = { ...session, scenario: { ...scenario, machine: { ram: 0 } } } as Session;
    const refusals = [
      bench.ask({ type: 'open', session: bad }),
      bench.ask({ type: 'open', session: { ...session, scenario: 'nix' } }),
      bench.ask({ type: 'command', command: { op: 'oom_score_adj', pid: 1, value: 1001 } }),
      bench.ask({ type: 'command', command: { op: 'kill', pid: 99, signal: 'SIGKILL' } }),
      bench.ask({ type: 'command', command: { op: 'kill', pid: 1, signal: 'SIGKILL' } }),
      bench.ask({ type: 'command', command: { op: 'sysctl', name: 'vm.nonsense', value: '1' } }),
      bench.ask({ type: 'command', command: { op: 'sysctl', name: 'vm.swappiness', value: '201' } }),
      bench.ask({ type: 'command', command: { op: 'launch', program: 'nix' } }),
      bench.ask({ type: 'procFile', path: '/proc/nix' }),
      bench.ask({ type: 'inspectPage', cell: 5 }),
    ];
    expect(refusals.map((r) => (r.ok ? 'accepted' : r.refusal.code))).toEqual([
      'ram-too-small',
      'unknown-scenario',
      'bad-command',
      'no-process',
      'not-permitted',
      'unknown-sysctl',
      'bad-sysctl',
      'unknown-program',
      'unknown-proc-file',
      'bad-cell',
    ]);
    // Whoever has typed it can mend it.
    const words = refusals.flatMap((r) => (r.ok ? [] : [refusalText(r.refusal)]));
    expect(words).toContain('The kernel refuses "201" for vm.swappiness: expected a whole number from 0 to 200.');
    bench.ask({ type: 'pause' });
    expect(bench.frame.stateHash).toBe(stateHash);
  });

  test('runs at the speed it is told to', () => {
    const bench = opened();
    bench.ask({ type: 'speed', value: 0.1 });
    bench.ask({ type: 'run' });
    bench.pass(2000);
    bench.ask({ type: 'pause' });
    expect(bench.frame.t / 1e9).toBeGreaterThan(0.15);
    expect(bench.frame.t / 1e9).toBeLessThan(0.25);
  });

  test('runs until the kill; the same state as a run from the command line has', () => {
    const bench = opened();
    bench.ask({ type: 'runUntil', landmark: 'kill' });
    expect(bench.frame.status).toBe('paused');
    bench.pass();
    expect(bench.frame.oomRecords).toHaveLength(1);
    expect(bench.frame.procs.find((p) => p.comm === 'oom_killer_try')?.state).toBe('exiting');
    const { config, seed } = compileSession(session);
    const m = createMachine(config, seed);
    runFor(m, { landmark: 'kill' });
    expect(bench.frame.stateHash).toBe(hashMachine(m));
  });

  test('steps to a decision and back, and shows where the allocation stands', () => {
    const bench = opened();
    bench.ask({ type: 'runUntil', landmark: 'direct-reclaim' });
    bench.pass();
    const { t, stateHash, path } = bench.frame;
    expect(path?.steps.find((s) => s.state === 'active')?.id).toBe('direct_reclaim');
    expect(path?.steps.find((s) => s.id === 'fast_path')?.compare?.op).toBe('<=');
    bench.ask({ type: 'step' });
    expect(bench.frame.t).toBeGreaterThan(t);
    bench.ask({ type: 'stepBack' });
    bench.pass();
    expect(bench.frame.t).toBe(t);
    expect(bench.frame.stateHash).toBe(stateHash);
  });

  test('tells of a kill what the kernel decided, and how the memory of the victim went; ahead of the head too', () => {
    const bench = opened();
    bench.ask({ type: 'runUntil', landmark: 'kill' });
    bench.pass();
    const [kill] = bench.kills;
    expect(kill.record.walk.map((c) => c.skip || c.comm)).toEqual(
      expect.arrayContaining(['init', 'oom_score_adj', 'postgres', 'tab-1', 'oom_killer_try']),
    );
    expect(kill.victims).toEqual([{ pid: kill.record.chosen, comm: 'oom_killer_try' }]);
    expect(kill.lines[0].text).toMatch(/^oom_killer_try invoked oom-killer/);
    expect(kill.record.zones?.map((z) => z.name)).toEqual(['DMA', 'DMA32']);
    expect(kill.exitedAt).toBe(-1);
    bench.ask({ type: 'seek', t: kill.record.t + 1e9 });
    bench.pass();
    const [later] = bench.kills;
    expect(later.exitedAt).toBeGreaterThan(kill.record.t);
    expect(later.over).toBe(true);
    const { rss, free, t } = later.after;
    expect(rss.at(-1)).toBe(0);
    expect(rss.every((n, i) => i === 0 || n <= rss[i - 1])).toBe(true);
    expect(t.every((n, i) => i === 0 || n > t[i - 1])).toBe(true);
    // What it gave back is free, but for what others have taken meanwhile.
    expect((free.at(-1) ?? 0) - free[0]).toBeGreaterThan(0.9 * rss[0]);
    bench.ask({ type: 'seek', t: 0 });
    bench.pass();
    expect(bench.frame.oomRecords).toHaveLength(0);
    expect(bench.kills).toEqual([later]);
    bench.ask({ type: 'command', command: { op: 'sysctl', name: 'vm.swappiness', value: '10' } });
    expect(bench.kills).toEqual([]);
  });

  test('computes who would have died with another adj, and is where it was afterwards', () => {
    const bench = opened();
    bench.ask({ type: 'runUntil', landmark: 'kill' });
    bench.pass();
    const { stateHash } = bench.frame;
    const [kill] = bench.kills;
    const change = { before: kill.before, pid: kill.record.chosen, adj: -900 };
    bench.post({ type: 'whatIf', ...change });
    bench.pass();
    const answer = bench.answer as WhatIf;
    expect(answer.kills[0].record.t).toBe(kill.record.t);
    expect(answer.kills[0].victims[0].comm).toBe('tab-1');
    expect(answer.kills[0].exitedAt).toBeGreaterThan(kill.record.t);
    bench.ask({ type: 'pause' });
    expect(bench.frame.stateHash).toBe(stateHash);
    expect(bench.kills).toEqual([kill]);

    // It is what happens when the past is really changed like that.
    bench.ask({ type: 'seek', t: kill.before });
    bench.pass();
    bench.ask({ type: 'command', command: { op: 'oom_score_adj', pid: change.pid, value: change.adj } });
    bench.ask({ type: 'runUntil', landmark: 'kill' });
    bench.pass();
    expect(bench.kills[0].record).toEqual(answer.kills[0].record);
    const refused = bench.ask({ type: 'whatIf', ...change, before: 5 });
    expect(refused.ok).toBe(false);
  });

  test('tells how far it is with a search for a remedy, gives it up when told, and stands where it stood', () => {
    const bench = opened();
    bench.ask({ type: 'runUntil', landmark: 'kill' });
    bench.pass();
    const { stateHash } = bench.frame;
    const [{ before }] = bench.kills;
    bench.post({ type: 'remedy', before, what: 'swap' });
    bench.pass(20);
    expect(bench.remedies.at(-1)).toMatchObject({ what: 'swap', before, extra: expect.any(Number) });
    bench.post({ type: 'stopSearch' });
    expect(bench.replies.slice(-2).map((r) => (r.ok ? 'done' : r.refusal.code))).toEqual(['superseded', 'done']);
    const told = bench.remedies.length;
    bench.pass();
    expect(bench.remedies).toHaveLength(told);
    bench.ask({ type: 'pause' });
    expect(bench.frame.stateHash).toBe(stateHash);
    const none = bench.ask({ type: 'remedy', before: before + 1, what: 'swap' });
    expect(none.ok ? '' : none.refusal.code).toBe('no-kill');
  });

  test('gives a search for a remedy up when the past it is about is changed: its trials would be of two pasts', () => {
    const bench = opened();
    bench.ask({ type: 'runUntil', landmark: 'kill' });
    bench.pass();
    const [{ before }] = bench.kills;
    const later = { op: 'sysctl', name: 'vm.swappiness', value: '1' } as const;
    bench.ask({ type: 'command', command: later });
    bench.post({ type: 'remedy', before, what: 'swap' });
    bench.pass(20);
    const asked = bench.replies.length;
    bench.ask({ type: 'seek', t: before / 2 });
    bench.ask({ type: 'command', command: later });
    bench.pass();
    expect(bench.replies.slice(asked).map((r) => (r.ok ? 'done' : r.refusal.code))).toEqual([
      'done',
      'done',
      'superseded',
    ]);
  });

  test('keeps both futures, goes from one to the other, and knows of them after a new start', () => {
    const bench = opened();
    bench.ask({ type: 'runUntil', landmark: 'kill' });
    bench.pass();
    const first = bench.frame.stateHash;
    const [kill] = bench.kills;
    bench.ask({ type: 'seek', t: kill.before });
    bench.pass();
    bench.ask({ type: 'command', command: { op: 'oom_score_adj', pid: kill.record.chosen, value: -900 } });
    bench.ask({ type: 'runUntil', landmark: 'kill' });
    bench.pass();
    const second = bench.frame.stateHash;
    expect(second).not.toBe(first);
    const { branches, active } = bench.futures;
    // What is known of the first future is still there, from where the two part.
    const asked = bench.ask({ type: 'ghost', id: 0 });
    const ghost = (asked.ok ? asked.result : null) as Ghost;
    expect(ghost.t[0]).toBeLessThanOrEqual(kill.before);
    expect(ghost.t.slice(1).every((t) => t > kill.before)).toBe(true);
    expect(ghost.t.length).toBe(ghost.zoneFree.length);
    expect(ghost.t.length).toBe(ghost.swapUsed.length);
    const open = bench.ask({ type: 'ghost', id: 1 });
    expect(open.ok && (open.result as Ghost).t).toEqual([]);
    expect(branches.map((b) => [b.id, b.parent, b.forkedAt, b.kills.map((v) => v.comm)])).toEqual([
      [0, -1, 0, ['oom_killer_try']],
      [1, 0, kill.before, ['tab-1']],
    ]);
    expect(active).toBe(1);

    bench.ask({ type: 'branch', id: 0 });
    bench.pass();
    expect(bench.futures.active).toBe(0);
    expect(bench.frame.stateHash).toBe(first);
    expect(bench.kills[0].victims[0].comm).toBe('oom_killer_try');
    const other = bench.ask({ type: 'session', branch: 1 });
    expect(other.ok && (other.result as Session).commands).toHaveLength(1);

    const again = new HostBench();
    again.ask({ type: 'open', session, at: bench.frame.t, futures: bench.futures });
    again.pass();
    expect(again.frame.stateHash).toBe(first);
    again.ask({ type: 'branch', id: 1 });
    again.ask({ type: 'seek', t: bench.frame.t });
    again.pass();
    expect(again.frame.stateHash).toBe(second);
    expect(again.ask({ type: 'branch', id: 7 })).toMatchObject({ ok: false, refusal: { code: 'no-branch' } });
    again.ask({ type: 'dropBranch', id: 0 });
    expect(again.futures.branches.map((b) => b.id)).toEqual([1]);
  });

  test('is led from moment to moment, and waits at each', () => {
    const bench = opened();
    bench.post({ type: 'advance', t: 0.2e9 });
    bench.pass();
    const { t } = bench.answer as { t: number };
    expect(t).toBeGreaterThanOrEqual(0.2e9);
    expect(t).toBeLessThan(0.201e9);
    expect(bench.frame.status).toBe('running');
    bench.pass(500);
    expect(bench.frame.t).toBe(t);
    bench.post({ type: 'advance', t: 0.3e9 });
    bench.pass();
    expect((bench.answer as { t: number }).t).toBeGreaterThanOrEqual(0.3e9);
    bench.ask({ type: 'pause' });
    expect(bench.frame.status).toBe('paused');
    expect(bench.frame.stateHash).not.toBe('');
  });

  test('leaves no request to be led unanswered when something else moves it on the way', () => {
    for (const other of [
      { type: 'advance', t: 1e9 },
      { type: 'seek', t: 1e9, arrive: true },
      { type: 'step' },
    ] as const) {
      const bench = opened();
      bench.post({ type: 'advance', t: 20e9 });
      const asked = bench.replies.length;
      bench.post(other);
      bench.pass();
      expect(bench.replies.slice(asked)).toMatchObject([{ ok: false, refusal: { code: 'superseded' } }, { ok: true }]);
    }
    const bench = opened();
    bench.post({ type: 'advance', t: 20e9 });
    const asked = bench.replies.length;
    bench.post({ type: 'pause' });
    expect(bench.replies.slice(asked)).toMatchObject([{ ok: true, result: { t: bench.frame.t } }, { ok: true }]);
  });

  test('answers, when told to, not before it has arrived, so that what comes next is of that moment', () => {
    const bench = opened();
    bench.ask({ type: 'runUntil', landmark: { t: 0.5e9 } });
    bench.pass();
    bench.post({ type: 'seek', t: 20e9, arrive: true });
    expect(bench.answer).toBe(undefined);
    bench.pass();
    expect(bench.answer).toEqual({ t: bench.frame.t });
    expect(bench.frame.t).toBeGreaterThanOrEqual(20e9);
    expect(bench.frame.status).toBe('paused');
    bench.ask({ type: 'seek', t: bench.frame.t, arrive: true });
    expect(bench.answer).toEqual({ t: bench.frame.t });
    expect(bench.replies.map((reply) => reply.id)).toEqual(bench.replies.map((_, i) => i + 1));
  });

  test('refuses the answer when something else moves the machine on the way', () => {
    for (const other of [{ type: 'pause' }, { type: 'seek', t: 0, arrive: true }] as const) {
      const bench = opened();
      bench.post({ type: 'seek', t: 20e9, arrive: true });
      const asked = bench.replies.length;
      bench.post(other);
      bench.pass();
      expect(bench.replies.slice(asked)).toMatchObject([{ ok: false, refusal: { code: 'superseded' } }, { ok: true }]);
    }
  });

  test('a command in the past says that it forks the run, and is in the session afterwards', () => {
    const bench = opened();
    bench.ask({ type: 'runUntil', landmark: 'kill' });
    bench.pass();
    bench.ask({ type: 'seek', t: 1e9 });
    bench.pass();
    expect(bench.frame.known).toBeGreaterThan(1e9);
    const tab = bench.frame.procs.find((p) => p.comm === 'tab-1');
    bench.ask({ type: 'command', command: { op: 'oom_score_adj', pid: tab?.pid ?? 0, value: 1000 } });
    expect(bench.pushed.filter((p) => p.type === 'forked')).toEqual([{ type: 'forked', t: bench.frame.t }]);
    expect(bench.frame.known).toBe(bench.frame.t);
    expect(bench.frame.candidate).toBe(tab?.pid);
    bench.ask({ type: 'runUntil', landmark: 'kill' });
    bench.pass();
    expect(bench.frame.oomRecords.at(-1)?.chosen).toBe(tab?.pid);
    const reply = bench.ask({ type: 'session' });
    const saved = parseSession(reply.ok ? reply.result : null);
    expect(saved.commands).toHaveLength(1);
    const again = new HostBench();
    again.ask({ type: 'open', session: saved, at: bench.frame.t });
    again.pass();
    expect(again.frame.stateHash).toBe(bench.frame.stateHash);
  });

  test('reset goes back to the beginning', () => {
    const bench = opened();
    const { stateHash } = bench.frame;
    bench.ask({ type: 'command', command: { op: 'sysctl', name: 'vm.swappiness', value: '10' } });
    bench.ask({ type: 'runUntil', landmark: { t: 0.5e9 } });
    bench.pass();
    bench.ask({ type: 'reset', keepCommands: false });
    expect(bench.frame.t).toBe(0);
    expect(bench.frame.stateHash).toBe(stateHash);
    expect(bench.frame.log).toEqual([]);
  });

  test('a launched process appears', () => {
    const bench = opened();
    bench.ask({ type: 'runUntil', landmark: { t: 0.3e9 } });
    bench.pass();
    bench.ask({ type: 'command', command: { op: 'launch', program: 'mlock-hog', params: { size: '8MiB' } } });
    bench.ask({ type: 'runUntil', landmark: { t: 0.6e9 } });
    bench.pass();
    expect(bench.frame.procs.find((p) => p.comm === 'lockd')?.rssAnon).toBeGreaterThanOrEqual(2048);
    expect(bench.frame.kinds.mlocked).toBeGreaterThanOrEqual(2048);
  });

  test('sends samples and flags once each, and all of them', () => {
    const bench = opened();
    bench.ask({ type: 'run' });
    bench.pass(500);
    bench.ask({ type: 'runUntil', landmark: 'kill' });
    bench.pass();
    let samples: { t: number }[] = [];
    for (const p of bench.pushed) if (p.type === 'samples') samples = samples.slice(0, p.from).concat(p.samples);
    expect(samples.map((s) => s.t)).toEqual(samples.map((_, i) => i * 50e6));
    const events = bench.pushed.filter((p) => p.type === 'events').at(-1);
    expect(events?.events.map((e) => e.kind)).toEqual(
      expect.arrayContaining(['kswapd', 'direct-reclaim', 'oom', 'kill']),
    );
  });
});

describe('a frame', () => {
  test('of any moment has kinds that sum to the present pages, zone by zone', () => {
    const bench = opened();
    for (const landmark of [{ t: 0.4e9 }, 'kswapd', 'kill', { t: 1.3e9 }] as const) {
      bench.ask({ type: 'runUntil', landmark });
      bench.pass();
      for (const zone of bench.frame.zones) {
        expect(Object.values(zone.kinds).reduce((a, b) => a + b, 0)).toBe(zone.present);
        expect(zone.kinds.free).toBe(zone.free);
        expect(Math.min(...Object.values(zone.kinds))).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test('has points that add up, and the candidate is who has most', () => {
    const bench = opened();
    bench.ask({ type: 'runUntil', landmark: { t: 0.8e9 } });
    bench.pass();
    const { procs, candidate, totalpages } = bench.frame;
    const scored = procs.filter((p) => p.points !== null);
    expect(scored.length).toBeGreaterThan(1);
    for (const p of scored) {
      expect(p.adjPoints).toBe(p.adj * Math.floor(totalpages / 1000));
      // The killer reads counters that lag up to 32 pages a cpu and kind behind the exact ones shown.
      const exact = p.rssAnon + p.rssFile + p.rssShmem + p.swap + p.pgtables + p.adjPoints;
      expect(Math.abs((p.points ?? 0) - exact)).toBeLessThan(4 * 2 * 32);
    }
    const most = Math.max(...scored.map((p) => p.points ?? 0));
    expect(scored.find((p) => p.pid === candidate)?.points).toBe(most);
    expect(procs.find((p) => p.comm === 'sshd')?.never).toBe('adj');
    expect(procs.find((p) => p.pid === 1)?.never).toBe('init');
  });

  test('carries a page map that fits the drawing, by kind, owner and age', () => {
    const bench = opened();
    bench.ask({ type: 'runUntil', landmark: { t: 0.8e9 } });
    bench.pass();
    for (const by of ['kind', 'owner', 'age'] as const) {
      bench.ask({ type: 'pageMap', on: true, cols: 40, rows: 30, by });
      const map = bench.frame.pageMap;
      expect(map?.cells).toHaveLength(1200);
      expect(new Set(map?.cells).size).toBeGreaterThan(3);
    }
    bench.ask({ type: 'pageMap', on: true, cols: 40, rows: 30, by: 'owner' });
    const owners = bench.frame.pageMap?.cells;
    bench.ask({ type: 'pageMap', on: true, cols: 40, rows: 30, by: 'kind', owners: true });
    expect(bench.frame.pageMap?.owners).toEqual(owners);
    expect(bench.frame.pageMap?.cells).not.toEqual(owners);
    const reply = bench.ask({ type: 'inspectPage', cell: 700 });
    expect(reply.ok && reply.result).toMatchObject({ zone: 'DMA32' });
    bench.ask({ type: 'pageMap', on: false, cols: 0, rows: 0, by: 'kind' });
    expect(bench.frame.pageMap).toBe(null);
  });

  test('brings the trace where it was asked for', () => {
    const bench = opened();
    bench.ask({ type: 'runUntil', landmark: { t: 0.2e9 } });
    bench.pass();
    expect(bench.frame.traceTotal).toBeGreaterThan(0);
    expect(bench.frame.trace).toEqual([]);
    bench.ask({ type: 'trace', on: true });
    expect(bench.frame.trace.at(-1)?.seq).toBe(bench.frame.traceTotal - 1);
    bench.ask({ type: 'trace', on: false });
    expect(bench.frame.trace).toEqual([]);
  });

  test('stays small on a large machine', () => {
    const bench = new HostBench();
    bench.ask({ type: 'open', session: { ...session, scenario: { ...scenario, machine: { ram: '4GiB' } } } });
    bench.ask({ type: 'runUntil', landmark: { t: 0.2e9 } });
    bench.pass();
    expect(JSON.stringify(bench.frame).length).toBeLessThan(50_000);
    expect(Object.values(bench.frame.kinds).reduce((a, b) => a + b, 0)).toBe(bench.frame.machine.present);
  });
});

test('a new machine takes the place of the old one on the timeline too', () => {
  const bench = opened();
  bench.ask({ type: 'runUntil', landmark: { t: 0.5e9 } });
  bench.pass();
  bench.pushed.length = 0;
  bench.ask({ type: 'open', session });
  expect(bench.pushed).toContainEqual({ type: 'samples', from: 0, samples: [] });
  expect(bench.pushed).toContainEqual({ type: 'events', events: [] });
});

test('a search for what never happens ends', () => {
  const calm = { ...scenario, processes: [] };
  const bench = new HostBench();
  bench.ask({ type: 'open', session: { ...session, scenario: calm } });
  bench.ask({ type: 'runUntil', landmark: 'kill' });
  bench.pass();
  expect(bench.frame.status).toBe('finished');
  expect(bench.frame.oomRecords).toEqual([]);
  bench.ask({ type: 'step' });
  expect(bench.frame.status).toBe('paused');
});

test('a program that was refused memory says so when it has ended', () => {
  const bench = new HostBench();
  bench.ask({ type: 'open', session: { ...session, scenario: 'malloc-fails' } });
  bench.ask({ type: 'runUntil', landmark: { t: 1.5e9 } });
  bench.pass();
  expect(bench.frame.procs.find((p) => p.comm === 'oom_killer_try')).toMatchObject({
    state: 'exited',
    doing: { code: 'doing.refused' },
  });
});
