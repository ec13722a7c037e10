/**
 * What the page asks of the worker, what it is answered, and what it is told unasked. Everything is structured-cloneable plain data.
 *
 * Requests carry an id and are answered by exactly one reply; frames, samples and notices are pushed.
 */
import type { Command, Refusal, TimedCommand } from '../../machine/commands';
import type { KillReport, Landmark, Sample, TimelineEvent } from '../../machine/record';
import type { Session } from '../../scenario/schema';
import type { Frame } from './frame';
import type { Futures } from './futures';
import type { RemedyKind, RemedyProgress } from './questions';

export type Request =
  /** Opens a session: a scenario with its seed and commands. The running machine stays when it is refused. */
  | { type: 'open'; session: Session; at?: number; futures?: Futures }
  | { type: 'run' }
  | { type: 'pause' }
  /** To the next kernel event, or one back. */
  | { type: 'step' }
  | { type: 'stepBack' }
  /** To time 0 with the commands kept (`keepCommands`) or dropped. */
  | { type: 'reset'; keepCommands: boolean }
  /** To a moment, ns: backwards from checkpoints, forwards by running. `arrive`: answered when it is there, refused (superseded) if it goes elsewhere. */
  | { type: 'seek'; t: number; arrive?: boolean }
  | { type: 'runUntil'; landmark: Landmark | { t: number } }
  /** Virtual seconds a real second. */
  | { type: 'speed'; value: number }
  | { type: 'command'; command: Command }
  /** Other commands for those given so far (undo, redo); the head goes to where they begin to differ. */
  | { type: 'rewrite'; commands: TimedCommand[] }
  /** Values of all settings when the machine had booted, by name. */
  | { type: 'bootSettings' }
  /** Goes over to another future, at the same moment as far as that is known. */
  | { type: 'branch'; id: number }
  /** Forgets a future; not the one that is open. */
  | { type: 'dropBranch'; id: number }
  /** What is known of a future from where it parts from the open one; answered with a Ghost. */
  | { type: 'ghost'; id: number }
  /** The session, of another branch than the open one too. */
  | { type: 'session'; branch?: number }
  /** Runs to a moment and waits there, still running, for the next request; answered when it is reached. */
  | { type: 'advance'; t: number }
  /** The text of a /proc file, e.g. "/proc/meminfo", "/proc/412/status". */
  | { type: 'procFile'; path: string }
  /** Page map: size of the drawing in cells, pages per cell is derived. */
  | { type: 'pageMap'; on: boolean; cols: number; rows: number; by: 'kind' | 'owner' | 'age'; owners?: boolean }
  | { type: 'inspectPage'; cell: number }
  /** Whether frames bring the trace: there is much of it. */
  | { type: 'trace'; on: boolean }
  /** What would have come of a kill if a process had had another adj; answered with a WhatIf once it is computed. */
  | { type: 'whatIf'; before: number; pid: number; adj: number }
  /** How much more of something would have made a difference to a kill; answered with a Remedy, told of on the way. */
  | { type: 'remedy'; before: number; what: RemedyKind }
  /** Gives up the question that is being computed: its request is refused. */
  | { type: 'stopSearch' };

/** A request as it is sent. */
export interface Asked {
  id: number;
  request: Request;
}

/** Sent by a page that has drawn the last frame. */
export const SEEN = 'seen';

export type Reply = { id: number; ok: true; result?: unknown } | { id: number; ok: false; refusal: Refusal };

export type Push =
  | { type: 'frame'; frame: Frame }
  /** Time series from index `from` on (later samples are dropped first): the timeline's lanes. */
  | { type: 'samples'; from: number; samples: Sample[] }
  /** Landmarks, kills and marks of user commands known so far, ahead of the head too. */
  | { type: 'events'; events: TimelineEvent[] }
  /** OOMs known so far, ahead of the head too, from index `from` on (later ones are dropped first). */
  | { type: 'kills'; from: number; kills: KillReport[] }
  /** The futures of this run, in the order in which they were begun. */
  | ({ type: 'branches' } & Futures)
  /** The run was forked in the past: what lay after `t` is another branch now. */
  | { type: 'forked'; t: number }
  /** How far the search for a remedy has come. */
  | { type: 'remedy'; progress: RemedyProgress }
  | { type: 'fatal'; message: string };
