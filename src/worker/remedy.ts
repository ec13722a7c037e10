/**
 * How much more memory would have made a difference to a kill. Each amount is tried by going through the machine again
 * with it, from its boot or from the last checkpoint: nothing is estimated.
 */
import { partingOf } from '../machine/branches';
import { RefusalError } from '../machine/commands';
import { MAX_SWAP } from '../machine/config';
import { type Machine, timeOf } from '../machine/machine';
import type { KillReport } from '../machine/record';
import { runFor } from '../machine/run';
import type { Timeline } from '../machine/timetravel';
import type { Remedy, RemedyKind, RemedyProgress, RemedyTrial } from './protocol';
import { CHUNK_WORK, forSlice } from './world';

/** So much virtual time after the kill is looked at, ns. */
const AHEAD_NS = 30e9;
/** The first amount tried: a part of RAM, but no less than so many pages. */
const FIRST_SHARE = 32;
const LEAST = 2048;
/** The least amount is found to within a part of itself, in steps of so many pages. */
const GRAIN_SHARE = 8;
const STEP = 256;
/** No more swap than so many times the RAM is tried. */
const SWAP_PER_RAM = 2;
const PAGE = 4096;

export interface RemedySearch {
  what: RemedyKind;
  before: number;
  kill: KillReport;
  /** Of the kills of its kind, the how many-eth. */
  nth: number;
  /** Where each trial begins anew. */
  begin: (extra: number) => Machine;
  first: number;
  bound: number;
  trials: RemedyTrial[];
  /** The trial under way. */
  extra: number;
  machine: Machine;
}

/** With that much there is no kill, or none for this want. */
const isEnough = ({ kill, elsewhere, panic }: RemedyTrial): boolean => (kill === null && panic === '') || elsewhere;

/** An amount that does, the largest below it that does not, and -1 where there is none. */
export function bracket(trials: readonly RemedyTrial[]): { least: number; below: number } {
  let least = -1;
  for (const trial of trials) if (isEnough(trial) && (least < 0 || trial.extra < least)) least = trial.extra;
  let below = 0;
  for (const { extra } of trials) if ((least < 0 || extra < least) && extra > below) below = extra;
  return { least, below };
}

/**
 * Which amount to try next, pages: twice as much until one does, then between that and the largest that does not.
 *
 * @returns null when nothing more is to be learnt
 */
export function nextAmount(trials: readonly RemedyTrial[], first: number, bound: number): number | null {
  if (trials.length === 0) return bound > 0 ? Math.min(first, bound) : null;
  const { least, below } = bracket(trials);
  if (least < 0) return below >= bound ? null : Math.min(bound, below * 2);
  const gap = least - below;
  if (gap <= Math.max(STEP, least / GRAIN_SHARE)) return null;
  const middle = below + Math.max(STEP, Math.round(gap / 2 / STEP) * STEP);
  return middle < least ? middle : null;
}

const isGlobal = (kill: KillReport): boolean => kill.record.memcg === '';

/**
 * @throws {RefusalError} when no such kill is known, or more of that would not concern it
 */
export function beginRemedy(timeline: Timeline, before: number, what: RemedyKind): RemedySearch {
  const { machine, commands } = timeline;
  const { kills } = machine.rec;
  const kill = kills.find((it) => it.before === before);
  if (!kill) throw new RefusalError('no-kill');
  const { limit, memcg } = kill.record;
  const ram = machine.kernel.totalramPages;
  const room = ((): { begin: RemedySearch['begin']; bound: number } => {
    if (what === 'swap') {
      const { swap } = machine.config;
      return {
        begin: (extra) => timeline.rebuilt({ swap: swap + extra * PAGE }, before),
        bound: Math.min(SWAP_PER_RAM * ram, Math.floor((MAX_SWAP - swap) / PAGE)),
      };
    }
    const file = what;
    const now = what === 'memory.max' ? limit?.max : limit?.swapMax;
    if (limit === undefined || now === undefined || now === null) throw new RefusalError('no-kill');
    return {
      begin: (extra) =>
        timeline.replica(before, { op: 'cgroup_write', path: memcg, file, value: String((now + extra) * PAGE) }),
      bound: Math.max(0, (what === 'memory.max' ? ram : machine.kernel.swap.total) - now),
    };
  })();
  const first = Math.max(LEAST, 2 ** Math.round(Math.log2(ram / FIRST_SHARE)));
  const extra = nextAmount([], first, room.bound);
  if (extra === null) throw new RefusalError('no-room');
  // A limit is raised just before; with other swap the machine is another one from its boot on.
  const nth = what === 'swap' ? kills.filter((it) => isGlobal(it) && it.before < before).length : 0;
  const begin = (more: number): Machine => {
    if (partingOf(commands, timeline.commands) <= before) throw new RefusalError('superseded');
    return room.begin(more);
  };
  return { what, before, kill, nth, begin, bound: room.bound, first, trials: [], extra, machine: begin(extra) };
}

/** The kill of a trial that stands for the one that was asked about. */
function counterpart({ what, nth, before, machine }: RemedySearch): KillReport | undefined {
  const { kills } = machine.rec;
  return what === 'swap' ? kills.filter(isGlobal)[nth] : kills.find((it) => it.before >= before);
}

const horizon = ({ kill }: RemedySearch): number => kill.record.t + AHEAD_NS;

/**
 * Goes on for a slice of real time; true = it has come to its end.
 *
 * @throws {RefusalError} `superseded` when the past of the kill has been changed: the next trial would be of another one
 */
export function remedyOn(search: RemedySearch, now: () => number): boolean {
  return forSlice(now, () => {
    const reason = runFor(search.machine, { t: horizon(search) }, CHUNK_WORK);
    const kill = counterpart(search);
    if (reason === 'budget' && !kill) return false;
    search.trials.push(trialOf(search, kill));
    const extra = nextAmount(search.trials, search.first, search.bound);
    if (extra === null) return true;
    search.extra = extra;
    search.machine = search.begin(extra);
    return false;
  });
}

function trialOf({ extra, machine, kill: was }: RemedySearch, kill: KillReport | undefined): RemedyTrial {
  const { panic } = machine.kernel;
  if (!kill) return { extra, kill: null, elsewhere: false, panic };
  const { record, victims } = kill;
  const comm = victims[0]?.comm ?? record.walk.find((c) => c.pid === record.chosen)?.comm ?? '';
  return {
    extra,
    kill: { t: record.t, pid: record.chosen, comm, memcg: record.memcg },
    elsewhere: record.memcg !== was.record.memcg,
    panic,
  };
}

export const remedyProgress = (search: RemedySearch): RemedyProgress => ({
  what: search.what,
  before: search.before,
  trials: [...search.trials],
  extra: search.extra,
  t: timeOf(search.machine),
  until: horizon(search),
});

export const remedyResult = ({ what, before, trials, bound }: RemedySearch): Remedy => ({
  what,
  before,
  trials,
  bound,
  span: AHEAD_NS,
  ...bracket(trials),
});
