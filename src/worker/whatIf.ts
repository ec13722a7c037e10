/** What would have come of an OOM if a process had had another oom_score_adj: the run is gone through again with it. */
import { RefusalError } from '../machine/commands';
import { type Machine, timeOf } from '../machine/machine';
import type { KillReport } from '../machine/record';
import { runFor } from '../machine/run';
import type { Timeline } from '../machine/timetravel';
import type { WhatIf } from './protocol';
import { CHUNK_WORK, forSlice } from './world';

/** The next OOM is looked for in so much virtual time, ns. */
const AHEAD_NS = 60e9;
/** And in so much real time, ms: whoever asked waits. */
const PATIENCE_MS = 6000;

export interface Search {
  machine: Machine;
  before: number;
  pid: number;
  adj: number;
  /** Real time at which it began, ms. */
  began: number;
}

/**
 * Begins the search: a second machine, from the last checkpoint before.
 *
 * @param before ns: the adj is changed at this moment
 * @throws {RefusalError} when no OOM is known to follow that moment, it did not look at the process, or the adj is none
 */
export function beginSearch(timeline: Timeline, before: number, pid: number, adj: number, now: number): Search {
  const kill = timeline.machine.rec.kills.find((it) => it.before === before);
  if (!kill?.record.walk.some((c) => c.pid === pid)) throw new RefusalError('no-process', { pid });
  if (!Number.isInteger(adj) || adj < -1000 || adj > 1000) throw new RefusalError('bad-adj', { got: adj });
  const machine = timeline.replica(before, { op: 'oom_score_adj', pid, value: adj });
  return { machine, before, pid, adj, began: now };
}

const decisions = (m: Machine, before: number): KillReport[] => m.rec.kills.filter((kill) => kill.before >= before);

/** All that was asked is known: the OOM, how its victim went, and the next one. */
function answered(m: Machine, before: number): boolean {
  const kills = decisions(m, before);
  return kills.length >= 2 && kills[0].exitedAt >= 0;
}

/** Goes on for a slice of real time; true = it has come to its end. */
export function searchOn({ machine, before, began }: Search, now: () => number): boolean {
  return forSlice(now, () => {
    const reason = runFor(machine, { t: before + AHEAD_NS }, CHUNK_WORK);
    return reason !== 'budget' || answered(machine, before) || now() - began >= PATIENCE_MS;
  });
}

export function searchResult({ machine, before, pid, adj }: Search): WhatIf {
  return { pid, adj, kills: decisions(machine, before).slice(0, 2), panic: machine.kernel.panic, t: timeOf(machine) };
}
