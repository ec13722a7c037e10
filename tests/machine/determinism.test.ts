import { describe, expect, test } from 'vitest';
import { PF_STOPPED } from '../../src/linux/include/sched';
import { createMachine } from '../../src/machine/boot';
import type { LoggedCommand } from '../../src/machine/commands';
import { MIB } from '../../src/machine/config';
import { hashMachine } from '../../src/machine/hash';
import { timeOf } from '../../src/machine/machine';
import { round, runFor } from '../../src/machine/run';
import { createStops, noteStop, STOPS_KEPT } from '../../src/machine/stops';
import { Timeline } from '../../src/machine/timetravel';
import { config, hog, IDLE, process, taskOf } from './small';

/** Memory runs out, pages go to swap and come back, and somebody is killed. */
const busy = config(
  [
    process('worker', [
      { op: 'mmap', region: 'data', pages: 6000 },
      { op: 'loop', ops: [{ op: 'touch', region: 'data', pattern: 'random', pages: 500, rate: 40_000, write: true }] },
    ]),
    process('reader', [{ op: 'loop', ops: [{ op: 'read', file: 'big', filePages: 20_000, pages: 64, rate: 5000 }] }]),
    hog('hog', { at: 300e6 }),
  ],
  { swap: 32 * MIB },
);
const END = 2e9;

/** The same value; any later write to it throws. */
function deepFreeze<T extends object>(value: T): T {
  for (const it of Object.values(value)) if (typeof it === 'object' && it !== null) deepFreeze(it);
  return Object.freeze(value);
}

describe('a machine', () => {
  test('is the same after the same time, however often it was stopped on the way', () => {
    const straight = createMachine(busy, 1);
    runFor(straight, { t: END });
    const halting = createMachine(busy, 1);
    while (timeOf(halting) < END) runFor(halting, { t: END }, 500);
    expect(hashMachine(halting)).toBe(hashMachine(straight));
    expect(straight.kernel.oomRecords.length).toBeGreaterThan(0);
  });

  test('only reads its config, so that one config serves any number of machines', () => {
    const frozen = deepFreeze(structuredClone(busy));
    const hashes = [1, 2].map(() => {
      const line = new Timeline(frozen, 1);
      line.run({ t: END });
      return line.hash();
    });
    expect(new Set(hashes).size).toBe(1);
  });

  test('differs by its seed', () => {
    const a = createMachine(busy, 1);
    const b = createMachine(busy, 2);
    runFor(a, { t: 1e9 });
    runFor(b, { t: 1e9 });
    expect(hashMachine(a)).not.toBe(hashMachine(b));
  });

  test('counts every change that a look at all tasks would see', () => {
    const m = createMachine(busy, 1);
    const { kernel } = m;
    const seen = (): string =>
      JSON.stringify(
        kernel.tasks.map((t) => [t.pid, t.state, t.wakeAt, t.memstall, t.inIowait, t.sigkill, t.flags & PF_STOPPED]),
      );
    let changes = 0;
    while (timeOf(m) < END) {
      const before = seen();
      const { tasksSeq } = kernel;
      round(m);
      if (seen() === before) continue;
      changes++;
      expect(kernel.tasksSeq).toBeGreaterThan(tasksSeq);
    }
    expect(changes).toBeGreaterThan(500);
  });

  test('has a later time after every round', () => {
    const m = createMachine(busy, 1);
    let last = -1;
    for (let i = 0; i < 3000; i++) {
      expect(timeOf(m)).toBeGreaterThan(last);
      last = timeOf(m);
      round(m);
    }
  });
});

describe('time travel', () => {
  test('stepping to a moment, seeking it and running to it end in the same state', () => {
    const stepped = new Timeline(busy, 1);
    stepped.run({ t: 0.9e9 });
    for (let i = 0; i < 25; i++) stepped.step();
    const sought = new Timeline(busy, 1);
    sought.seek(stepped.t);
    expect(sought.t).toBe(stepped.t);
    expect(sought.hash()).toBe(stepped.hash());
    const ran = createMachine(busy, 1);
    runFor(ran, { t: stepped.t });
    expect(hashMachine(ran)).toBe(stepped.hash());
  });

  test('going back and forward again leads to the state one came from', () => {
    const line = new Timeline(busy, 1);
    line.run({ t: END });
    const end = line.hash();
    for (const t of [1.7e9, 0.4e9, 0, 1.1e9]) line.seek(t);
    line.seek(END);
    expect(line.hash()).toBe(end);
  });

  test('a step back undoes a step', () => {
    const line = new Timeline(busy, 1);
    line.run({ landmark: 'direct-reclaim' });
    for (let i = 0; i < 10; i++) line.step();
    const { t } = line;
    const state = line.hash();
    line.step();
    line.stepBack();
    expect(line.t).toBe(t);
    expect(line.hash()).toBe(state);
  });

  test('a step back leads to the decision before, also where the recording no longer has it', () => {
    const line = new Timeline(busy, 1);
    line.run({ landmark: 'kill' });
    const { rec } = line.machine;
    const known = rec.stops;
    const all = Array.from(known.ring.subarray(0, known.n));
    expect(all.length).toBeGreaterThan(100);
    // As if as many again had been there before.
    rec.stops = createStops();
    rec.stops.n = rec.stops.first = STOPS_KEPT;
    for (const t of all.slice(-10)) noteStop(rec.stops, t);
    for (const i of [all.length - 5, all.length - 12, all.length >> 1, 3]) {
      line.seek(all[i]);
      const state = line.hash();
      const stops = [line.previousStop()];
      expect(line.t).toBe(all[i]);
      expect(line.hash()).toBe(state);
      for (let n = 0; n < 2; n++) {
        line.stepBack();
        stops.push(line.previousStop());
      }
      expect(stops).toEqual([all[i - 1], all[i - 2], all[i - 3]]);
    }
    expect(rec.stops.n).toBe(STOPS_KEPT + 10);
  });

  test('a step back over the kill, and the victim lives', () => {
    const line = new Timeline(busy, 1);
    line.run({ landmark: 'kill' });
    expect(line.machine.kernel.oomRecords.length).toBe(1);
    line.stepBack();
    expect(line.machine.kernel.oomRecords.length).toBe(0);
    expect(taskOf(line.machine, 'hog')?.sigkill).toBe(false);
  });

  test('keeps the known future in view, and forgets it when something is changed in the past', () => {
    const line = new Timeline(busy, 1);
    line.run({ landmark: 'kill' });
    const { samples, events } = line.machine.rec;
    const known = line.known;
    line.seek(0.34e9);
    expect(line.known).toBe(known);
    expect(line.machine.rec.samples).toEqual(samples);
    expect(events.some((e) => e.kind === 'kill')).toBe(true);
    expect(line.command(adjust(line, 'worker', 1000))).toBe(true);
    expect(line.known).toBe(line.t);
    expect(line.machine.rec.events.some((e) => e.kind === 'kill')).toBe(false);
    line.run({ landmark: 'kill' });
    expect(line.machine.rec.events.filter((e) => e.kind === 'kill').map((e) => e.label)).toEqual(['worker']);
  });

  test('both futures are kept, and each is the same when one comes back to it', () => {
    const line = new Timeline(busy, 1);
    line.run({ landmark: 'kill' });
    line.run({ t: line.t + 0.2e9 });
    const { t: end, known } = line;
    const first = line.hash();
    const kills = line.machine.rec.kills.map((kill) => kill.victims[0].comm);
    line.seek(0.34e9);
    const parting = line.t;
    line.command(adjust(line, 'worker', 1000));
    line.run({ landmark: 'kill' });
    const there = line.t;
    const second = line.hash();
    expect(line.branches.map((b) => [b.id, b.parent, b.forkedAt, b.shared])).toEqual([
      [0, -1, 0, 0],
      [1, 0, parting, 0],
    ]);
    expect(line.branches[0].rec.known).toBe(known);

    // The other future at the same moment; what is known of it lies ahead.
    expect(line.switchTo(0)).toBe(there);
    line.seek(there);
    expect(line.commands).toEqual([]);
    expect(line.machine.rec.kills.map((kill) => kill.victims[0].comm)).toEqual(kills);
    line.seek(end);
    expect(line.hash()).toBe(first);
    expect(line.switchTo(1)).toBe(Math.min(end, line.branches[1].rec.known));
    line.seek(there);
    expect(line.hash()).toBe(second);
    expect(line.machine.rec.kills.map((kill) => kill.victims[0].comm)).toEqual(['worker']);

    line.dropBranch(1);
    expect(line.branches).toHaveLength(2);
    line.dropBranch(0);
    expect(line.branches.map((b) => b.id)).toEqual([1]);
    expect(line.switchTo(0)).toBe(-1);
  });

  test('commands at one moment are one change, and reset goes back to the untouched future', () => {
    const line = new Timeline(busy, 1);
    line.run({ t: 0.6e9 });
    line.seek(0.3e9);
    for (const value of [10, 20, 30]) line.command(adjust(line, 'worker', value));
    expect(line.branches).toHaveLength(2);
    expect(line.branch.commands).toHaveLength(3);
    line.reset(false);
    expect(line.branch.id).toBe(0);
    expect(line.t).toBe(0);
    expect(line.known).toBeGreaterThanOrEqual(0.6e9);
  });

  test('a command at the head of the run replaces nothing', () => {
    const line = new Timeline(busy, 1);
    line.run({ t: 0.5e9 });
    expect(line.command(adjust(line, 'worker', 10))).toBe(false);
    expect(taskOf(line.machine, 'worker')?.oomScoreAdj).toBe(10);
  });

  test('a session replayed from its log ends in the state of the session that was played', () => {
    const played = new Timeline(busy, 1);
    played.run({ t: 0.6e9 });
    played.command(adjust(played, 'worker', 500));
    played.run({ t: 0.8e9 });
    played.command({ command: { op: 'sysrq', key: 'm' }, action: { op: 'sysrq', key: 'm' } });
    const atCommand = played.hash();
    played.run({ t: 1.5e9 });
    const replayed = new Timeline(busy, 1, played.commands);
    replayed.seek(played.commands[1].t);
    expect(replayed.hash()).toBe(atCommand);
    replayed.seek(1.5e9);
    expect(replayed.hash()).toBe(played.hash());
  });

  test('reset drops commands or keeps them', () => {
    const line = new Timeline(busy, 1);
    const begin = line.hash();
    line.command({
      command: { op: 'sysctl', name: 'vm.swappiness', value: '1' },
      action: { op: 'sysctl', name: 'vm.swappiness', value: '1' },
    });
    line.run({ t: 1e9 });
    line.reset(true);
    expect(line.machine.kernel.sysctl.swappiness).toBe(1);
    line.reset(false);
    expect(line.machine.kernel.sysctl.swappiness).toBe(60);
    expect(line.hash()).toBe(begin);
    expect(line.commands).toEqual([]);
  });

  test('checkpoints stay within their memory, and the way back stays exact', () => {
    const line = new Timeline(busy, 1, [], { memory: 8 * MIB });
    line.run({ t: END });
    expect(line.checkpointBytes).toBeLessThan(10 * MIB);
    const end = line.hash();
    line.seek(0.7e9);
    line.seek(END);
    expect(line.hash()).toBe(end);
  });

  test('no known moment is far from a checkpoint, back or ahead', () => {
    const end = 12e9;
    const line = new Timeline(busy, 1, [], { memory: 24 * MIB });
    line.run({ t: end });
    const { work } = line.machine;
    const hash = line.hash();
    let farthest = 0;
    for (const part of [0.1, 0.95, 0.3, 0.6, 0.45, 0.85, 0.7, 0.2]) {
      const t = part * end;
      line.approach(t);
      expect(line.t).toBeLessThanOrEqual(t);
      const from = line.machine.work;
      line.run({ t });
      farthest = Math.max(farthest, line.machine.work - from);
    }
    expect(farthest).toBeLessThan(work / 3);
    line.seek(end);
    expect(line.hash()).toBe(hash);
  });
});

function adjust(line: Timeline, comm: string, value: number): Omit<LoggedCommand, 't'> {
  const pid = taskOf(line.machine, comm)?.pid ?? 0;
  return { command: { op: 'oom_score_adj', pid, value }, action: { op: 'oom_score_adj', pid, value } };
}

test('a machine of idle processes takes hardly any work', () => {
  const m = createMachine(config([process('idle', [IDLE])]), 1);
  runFor(m, { t: 10e9 });
  expect(m.work).toBeLessThan(50_000);
});
