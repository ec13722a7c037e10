/**
 * A run that can be gone through in both directions: a machine, the commands given to it, and checkpoints to come back to.
 *
 * Going back restores the checkpoint before and runs on from there; since a machine is deterministic and a moment names a
 * state, that ends in the same state as before. A command given in the past begins another future; the known one is kept.
 */

import { createMachine } from './boot';
import { type Branch, Branches, partingOf } from './branches';
import { Checkpoints } from './checkpoints';
import type { Action, LoggedCommand } from './commands';
import type { MachineConfig } from './config';
import { hashMachine } from './hash';
import { type Machine, timeOf } from './machine';
import { truncateRecording } from './record';
import { applyDueCommands, commandNow, runFor, type StopReason, type Until } from './run';
import { restoreSnapshot, type Snapshot, stateBytes } from './snapshot';
import { createStops, lastStopBefore, type Stops } from './stops';

export interface TimelineOptions {
  /** Bytes that checkpoints may take. */
  memory?: number;
}
/**
 * Bytes for checkpoints: what twice the machine's state leaves of the first, since all that shows a large machine takes
 * more too, and at the least the second.
 */
const MOST_MEMORY = 448 * 1024 * 1024;
const LEAST_MEMORY = 96 * 1024 * 1024;
/** Work between checkpoints: some tens of ms. */
const CHECKPOINT_WORK = 48_000;
/** A checkpoint compares all of memory, so on a large machine it has to pay: a unit of work for so many pages. */
const PAGES_PER_UNIT = 4;
/** A step forward ends here, ns, when the kernel has nothing to decide. */
const STEP_LIMIT_NS = 1_000_000_000;

export class Timeline {
  readonly machine: Machine;
  commands: LoggedCommand[];
  private readonly interval: number;
  private readonly checkpoints = new Checkpoints();
  private nextCheckpoint = 0;
  /** Decisions further back than the recording has them. */
  private past: { stops: Stops; to: number } | null = null;
  private readonly futures: Branches;

  /**
   * @throws {RefusalError} as createMachine
   */
  constructor(config: MachineConfig, seed: number, commands: LoggedCommand[] = [], options: TimelineOptions = {}) {
    this.machine = createMachine(config, seed);
    this.commands = commands;
    this.machine.script = commands;
    this.interval = Math.max(CHECKPOINT_WORK, Math.floor(this.machine.kernel.mem.nrPages / PAGES_PER_UNIT));
    this.futures = new Branches(commands, this.machine.rec);
    this.checkpoint();
    this.checkpoints.limit =
      options.memory ?? Math.max(LEAST_MEMORY, MOST_MEMORY - 2 * stateBytes(this.checkpoints.first));
    this.applyCommands();
  }

  /** All ways that were gone, in the order of their beginning. */
  get branches(): readonly Branch[] {
    return this.futures.list;
  }

  get branch(): Branch {
    return this.futures.active;
  }

  /** Virtual time, ns. */
  get t(): number {
    return timeOf(this.machine);
  }

  /** Farthest moment computed, ns. */
  get known(): number {
    return this.machine.rec.known;
  }

  /** Bytes that the checkpoints take. */
  get checkpointBytes(): number {
    return this.checkpoints.bytes;
  }

  hash(): string {
    return hashMachine(this.machine);
  }

  /**
   * Runs on, as runFor, taking checkpoints on the way.
   *
   * @param maxWork units of work; the reason is `budget` when they are used up
   */
  run(until: Until, maxWork = Number.POSITIVE_INFINITY): StopReason {
    const end = this.machine.work + maxWork;
    for (;;) {
      const left = Math.min(end, this.nextCheckpoint) - this.machine.work;
      const reason = runFor(this.machine, until, Math.max(1, left));
      if (this.machine.work >= this.nextCheckpoint) this.checkpoint();
      if (reason !== 'budget' || this.machine.work >= end) return reason;
    }
  }

  /**
   * Where a step back leads: the last decision before this moment, or the beginning. ns.
   *
   * Of a long run the recording has the latest decisions only: then the machine goes through the time before this moment
   * again, from a checkpoint, and stands here as before.
   */
  previousStop(): number {
    const { t } = this;
    const known = lastStopBefore(this.machine.rec.stops, t);
    if (known !== null) return known;
    if (this.past === null || t > this.past.to || !lastStopBefore(this.past.stops, t)) {
      this.past = { stops: this.stopsBefore(t), to: t };
    }
    return lastStopBefore(this.past.stops, t) ?? 0;
  }

  /** The decisions since a checkpoint, up to `t`, where the machine stands; one of them is before `t` if there is one. */
  private stopsBefore(t: number): Stops {
    const { rec } = this.machine;
    const { stops } = rec;
    let from = t;
    do {
      const checkpoint = this.checkpoints.at(from - 1);
      from = checkpoint.t;
      rec.stops = createStops();
      this.restore(checkpoint);
      this.applyCommands();
      while (this.t < t && this.run({ t }) !== 'panic');
    } while (lastStopBefore(rec.stops, t) === 0 && from > 0);
    const found = rec.stops;
    rec.stops = stops;
    return found;
  }

  /** When a step forward ends at the latest, ns. */
  stepLimit(): number {
    return this.t + STEP_LIMIT_NS;
  }

  /** To the next decision of the kernel. */
  step(): StopReason {
    return this.run({ milestone: true, t: this.stepLimit() });
  }

  stepBack(): void {
    this.seek(this.previousStop());
  }

  /**
   * Goes to the last checkpoint that is not after `t`, back or ahead, unless the machine is nearer; run({ t }) does the
   * rest of the way.
   */
  approach(t: number): void {
    if (t <= 0 && this.t > 0) {
      this.reset(true);
      return;
    }
    const nearest = this.checkpoints.at(t);
    if (t >= this.t && nearest.t <= this.t) return;
    this.restore(nearest);
    this.applyCommands();
  }

  /** To the first moment that is not before `t`, ns. */
  seek(t: number): StopReason {
    this.approach(t);
    return this.run({ t });
  }

  /** Without any command: on the branch that never had one, if it is there. */
  private startOver(): void {
    const untouched = this.branches.find((b) => b.commands.length === 0);
    if (this.commands.length > 0 && untouched) {
      this.switchTo(untouched.id);
      this.restore(this.checkpoints.first);
      return;
    }
    if (this.commands.length > 0) this.beginBranch(0, []);
    this.fork([]);
  }

  private restore(snapshot: Snapshot): void {
    restoreSnapshot(this.machine, snapshot);
    this.machine.rec.round = this.t - 1;
    this.nextCheckpoint = this.machine.work + this.interval;
  }

  /** Back to the beginning; the commands stay or go. */
  reset(keepCommands: boolean): void {
    this.restore(this.checkpoints.first);
    if (!keepCommands) this.startOver();
    this.applyCommands();
  }

  /**
   * Carries a command out at this moment, without letting time go on, and logs it. Where something is known to lie ahead,
   * that stays as a branch of its own.
   *
   * @returns true when another branch was begun for it
   */
  command(entry: Omit<LoggedCommand, 't'>): boolean {
    const { applied } = this.machine;
    const commands = [...this.commands.slice(0, applied), { ...entry, t: this.t }];
    const ahead = this.machine.rec.known > this.t;
    if (ahead) this.beginBranch(applied, commands);
    this.fork(commands);
    this.applyCommands();
    return ahead;
  }

  /** The known future is left to the branch that is active now. */
  private beginBranch(shared: number, commands: LoggedCommand[]): void {
    // Forgetting what lies ahead gives the copy lists of its own.
    this.machine.rec = { ...this.machine.rec };
    this.futures.begin(this.t, shared, commands, this.machine.rec);
  }

  /**
   * Takes another branch, at the last checkpoint before they part.
   *
   * @returns ns: where to go on to, the present moment or else the farthest that is known of it; -1 = no such branch
   */
  switchTo(id: number): number {
    const to = this.futures.find(id);
    if (!to) return -1;
    const there = Math.min(this.t, to.rec.known);
    if (to === this.branch) return there;
    const parting = partingOf(this.commands, to.commands);
    this.futures.active = to;
    this.past = null;
    this.machine.rec = to.rec;
    this.commands = to.commands;
    this.machine.script = to.commands;
    this.checkpoints.drop((at) => at >= parting);
    this.restore(this.checkpoints.at(there));
    this.applyCommands();
    return there;
  }

  /** Knows again of the futures of an earlier run of the same session; what happens on them has yet to be computed. */
  adopt(branches: readonly Omit<Branch, 'rec'>[], active: number): void {
    this.futures.adopt(branches, active);
  }

  dropBranch(id: number): void {
    this.futures.drop(id);
  }

  /**
   * Takes another list of commands for the one that was carried out, as undo does. What both begin with stays computed.
   *
   * @returns ns: the first moment at which they differ; the machine stands at or before it, and run({ t }) goes there
   */
  rewrite(commands: LoggedCommand[]): number {
    const t = partingOf(this.commands, commands);
    if (t === Number.POSITIVE_INFINITY) return this.t;
    // A checkpoint of that very moment may have the command in it already.
    this.restore(this.checkpoints.at(t - 1));
    this.fork(commands);
    this.applyCommands();
    return t;
  }

  /**
   * Another machine that stands where this one stood at the last checkpoint before `t`, and at `t` takes another way: the
   * later commands are dropped for `action`. This one is left alone.
   */
  replica(t: number, action: Action): Machine {
    const { config, seed } = this.machine;
    const other = createMachine(config, seed);
    restoreSnapshot(other, this.checkpoints.at(t));
    other.script = [...this.commands.filter((c) => c.t <= t), { t, action }];
    applyDueCommands(other, timeOf(other));
    return other;
  }

  /** Another machine that differs from its boot on, with the same commands up to `t`. This one is left alone. */
  rebuilt(change: Partial<MachineConfig>, t: number): Machine {
    const other = createMachine({ ...this.machine.config, ...change }, this.machine.seed);
    other.script = this.commands.filter((c) => c.t <= t);
    commandNow(other);
    return other;
  }

  private applyCommands(): void {
    commandNow(this.machine);
  }

  /** Goes another way from here on. */
  private fork(commands: LoggedCommand[]): void {
    const { t } = this;
    this.past = null;
    this.commands = commands;
    this.machine.script = commands;
    this.branch.commands = commands;
    truncateRecording(this.machine.rec, t);
    this.checkpoints.drop((at) => at > t);
  }

  private checkpoint(): void {
    this.nextCheckpoint = this.machine.work + this.interval;
    this.checkpoints.take(this.machine, this.t);
  }
}
