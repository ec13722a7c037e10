/**
 * The worker's side: takes requests, lets the machine run in slices, and pushes what it shows.
 *
 * Time of the real world comes in here, and only here: it paces the run and decides how often something is sent, never
 * what happens in the machine.
 */

import { readProcFile } from '../linux/fs/proc';
import { checkAction } from '../machine/actions';
import { type Command, type Refusal, RefusalError, type TimedCommand } from '../machine/commands';
import type { Landmark } from '../machine/record';
import type { Timeline } from '../machine/timetravel';
import { parseCommand, type Session } from '../scenario/schema';
import { factsOf, resolveCommand } from '../userspace/palette';
import { sysctls } from './frame';
import { ghostOf, type OpenSession, openSession, sessionOf } from './openSession';
import { Pace } from './pace';
import { inspectCell } from './pageMap';
import { type Frame, type Futures, isMoving, type Request } from './protocol';
import { Questions } from './questions';
import { Sender } from './sender';
import { CHUNK_WORK, type HostWorld, SLICE_MS } from './world';

/** A search for a landmark that does not come ends after so much virtual time, ns. */
const SEARCH_NS = 300e9;

type Mode =
  | { kind: 'paused' }
  | { kind: 'running' }
  | { kind: 'until'; landmark: Landmark | null; t: number }
  | { kind: 'seeking'; t: number }
  /** On the way to a moment, and waiting there. */
  | { kind: 'advance'; t: number }
  | { kind: 'held' };

interface Open extends OpenSession {
  /** Its settings at the beginning. */
  booted: Record<string, string>;
}

/** Requests after which the machine stands somewhere else, or goes on. */
const MOVES: readonly Request['type'][] = [
  'open',
  'run',
  'step',
  'stepBack',
  'reset',
  'seek',
  'runUntil',
  'command',
  'rewrite',
  'branch',
  'advance',
];

export class Host {
  private open: Open | null = null;
  private mode: Mode = { kind: 'paused' };
  private readonly pace: Pace;
  private readonly sender: Sender;
  private readonly questions: Questions;
  private looping = false;
  private hash = '';
  /** A search for a landmark ended without it. */
  private searched = false;
  /** The request that waits for a moment to be reached. */
  private advancing: number | null = null;
  /** The same, of one that wants to be nowhere else: whatever moves the machine meanwhile ends it. */
  private arriving: number | null = null;

  constructor(private readonly world: HostWorld) {
    this.pace = new Pace(world.now);
    this.sender = new Sender(world);
    this.questions = new Questions(world);
  }

  /** The page has drawn the last frame. */
  seen(): void {
    this.sender.seen();
  }

  /** Answers a request. */
  handle(id: number, request: Request): void {
    if (request.type === 'pause' || MOVES.includes(request.type)) this.giveWay();
    try {
      if (request.type === 'whatIf' || request.type === 'remedy') {
        this.questions.ask(this.timeline, id, request);
        return;
      }
      if (request.type === 'advance') {
        this.advance(id, request.t);
        return;
      }
      if (request.type === 'seek' && request.arrive) {
        this.arriving = id;
        this.perform(request);
        return;
      }
      const result = this.perform(request);
      this.world.post(result === undefined ? { id, ok: true } : { id, ok: true, result });
    } catch (error) {
      if (this.arriving === id) this.arriving = null;
      this.world.post({ id, ok: false, refusal: refusalOf(error) });
    }
  }

  private get timeline(): Timeline {
    if (!this.open) throw new RefusalError('no_machine');
    return this.open.timeline;
  }

  /** Two machines that are to stay together are led from moment to moment. */
  private advance(id: number, t: number): void {
    this.searched = false;
    this.checkAlive();
    this.advancing = id;
    this.start({ kind: 'advance', t });
    // Short ways are gone at once.
    this.slice();
    this.afterSlice();
  }

  private arrived(): void {
    const id = this.advancing ?? this.arriving;
    if (id === null) return;
    this.world.post({ id, ok: true, result: { t: this.timeline.t } });
    this.advancing = this.arriving = null;
  }

  private giveWay(): void {
    if (this.arriving === null) return;
    this.world.post({ id: this.arriving, ok: false, refusal: { code: 'superseded', params: {} } });
    this.arriving = null;
  }

  private perform(request: Exclude<Request, { type: 'whatIf' | 'remedy' | 'advance' }>): unknown {
    if (MOVES.includes(request.type)) this.searched = false;
    switch (request.type) {
      case 'open':
        return this.openSession(request.session, request.at, request.futures);
      case 'run':
        this.checkAlive();
        return this.start({ kind: 'running' });
      case 'pause':
        return this.stop();
      case 'step':
        this.checkAlive();
        this.timeline.step();
        return this.stop();
      case 'stepBack':
        return this.seek(this.timeline.previousStop());
      case 'reset':
        return this.reset(request.keepCommands);
      case 'seek':
        return this.seek(Math.max(0, request.t));
      case 'runUntil':
        this.checkAlive();
        return this.start(this.untilMode(request.landmark));
      case 'speed':
        this.pace.setSpeed(request.value, this.open ? this.timeline.t : 0);
        return this.pushFrame();
      case 'command':
        return this.command(request.command);
      case 'rewrite':
        return this.rewrite(request.commands);
      case 'stopSearch':
        return this.questions.drop();
      case 'bootSettings':
        if (!this.open) throw new RefusalError('no_machine');
        return this.open.booted;
      case 'branch':
        return this.switchTo(request.id);
      case 'dropBranch':
        this.timeline.dropBranch(request.id);
        return this.pushAll();
      case 'ghost':
        return ghostOf(this.timeline, request.id);
      case 'session':
        if (!this.open) throw new RefusalError('no_machine');
        return sessionOf(this.open, request.branch);
      case 'procFile':
        return this.procFile(request.path);
      case 'pageMap':
        this.sender.map = request.on
          ? { cols: request.cols, rows: request.rows, by: request.by, owners: request.owners }
          : null;
        this.sender.survey();
        return this.open ? this.pushFrame() : undefined;
      case 'trace':
        this.sender.trace = request.on;
        return this.open ? this.pushFrame() : undefined;
      case 'inspectPage':
        if (!this.sender.map) throw new RefusalError('bad-cell', { cell: request.cell });
        return inspectCell(this.timeline.machine, this.sender.map, request.cell);
    }
  }

  private openSession(input: Session, at?: number, futures?: Futures): void {
    // All that can be wrong is found before the machine that is open is touched.
    const { session, timeline } = openSession(input, futures);
    this.questions.drop();
    this.open = { session, timeline, booted: sysctls(timeline.machine.kernel) };
    this.mode = { kind: 'paused' };
    this.pace.stop();
    this.sender.forget();
    if (at !== undefined && at > 0) this.seek(at);
    else this.stop();
  }

  private checkAlive(): void {
    if (this.timeline.machine.kernel.panic !== '') throw new RefusalError('machine-stopped');
  }

  private start(mode: Mode): void {
    this.mode = mode;
    this.pace.start(this.timeline.t);
    this.loop();
  }

  private untilMode(landmark: Landmark | { t: number }): Mode {
    if (typeof landmark === 'object') return { kind: 'until', landmark: null, t: landmark.t };
    return { kind: 'until', landmark, t: this.timeline.t + SEARCH_NS };
  }

  private stop(): void {
    this.mode = { kind: 'paused' };
    this.pace.stop();
    this.sender.survey();
    this.hash = this.open ? this.timeline.hash() : '';
    this.pushAll();
    this.arrived();
  }

  private seek(t: number): void {
    this.sender.setOut();
    this.timeline.approach(t);
    this.mode = { kind: 'seeking', t };
    // Most ways are short: they are gone at once, so that the answer finds the machine there.
    this.slice();
    this.afterSlice();
  }

  private reset(keepCommands: boolean): void {
    const { timeline } = this;
    timeline.reset(keepCommands);
    this.sender.forget();
    this.stop();
  }

  private command(input: Command): { t: number } {
    const command = parseCommand(input);
    const { timeline } = this;
    const { machine } = timeline;
    const action = resolveCommand(command, factsOf(machine.config));
    checkAction(machine, action);
    const t = timeline.t;
    if (timeline.command({ command, action })) this.sender.forked(t, machine.rec.samples.length);
    if (this.mode.kind === 'paused') this.stop();
    else this.pushAll();
    return { t };
  }

  private rewrite(input: TimedCommand[]): void {
    const { timeline } = this;
    const facts = factsOf(timeline.machine.config);
    const commands = input.map(({ t, command }) => {
      const checked = parseCommand(command);
      return { t, command: checked, action: resolveCommand(checked, facts) };
    });
    const t = timeline.rewrite(commands);
    this.sender.forget();
    this.seek(t);
  }

  private switchTo(id: number): void {
    const t = this.timeline.switchTo(id);
    if (t < 0) throw new RefusalError('no-branch', { id });
    this.sender.forget();
    // What was sent of the other future is not to be seen in this one.
    this.world.post({ type: 'samples', from: 0, samples: [] });
    this.seek(t);
  }

  private procFile(path: string): string {
    const text = readProcFile(this.timeline.machine.kernel, path);
    if (text === null) throw new RefusalError('unknown-proc-file', { path });
    return text;
  }

  private loop(): void {
    if (this.looping) return;
    this.looping = true;
    this.world.soon(() => this.turn());
  }

  private turn(): void {
    this.looping = false;
    if (this.idle() || !this.open) return;
    const waitMs = this.slice();
    this.afterSlice();
    if (this.idle()) return;
    this.looping = true;
    if (waitMs > 0) this.world.later(() => this.turn(), waitMs);
    else this.world.soon(() => this.turn());
  }

  /** The mode as another call may have left it. */
  private idle(): boolean {
    return this.mode.kind === 'paused' || this.mode.kind === 'held';
  }

  /** Runs for some ms of real time. Returns ms until there is something to do again. */
  private slice(): number {
    const { timeline, mode, world } = this;
    const until = world.now() + SLICE_MS;
    const target = this.target();
    const landmark = mode.kind === 'until' ? mode.landmark : null;
    for (;;) {
      const reason = timeline.run({ t: target, ...(landmark && { landmark }) }, CHUNK_WORK);
      if (reason === 'panic' || reason === 'livelock' || reason === 'landmark') {
        this.mode = { kind: 'paused' };
        return 0;
      }
      if (reason === 'time') {
        if (mode.kind === 'running') return this.pace.waitMs(timeline.t, target);
        this.searched = landmark !== null;
        this.mode = { kind: mode.kind === 'advance' ? 'held' : 'paused' };
        return 0;
      }
      if (world.now() >= until) return 0;
    }
  }

  /** Up to which moment this slice may run, ns. */
  private target(): number {
    const { mode } = this;
    if (mode.kind === 'seeking' || mode.kind === 'until' || mode.kind === 'advance') return mode.t;
    return this.pace.target(this.timeline.t);
  }

  private afterSlice(): void {
    this.pace.measure(this.timeline.t);
    if (this.mode.kind === 'paused') this.stop();
    else if (this.mode.kind === 'held') {
      this.hash = '';
      this.pushAll();
      this.arrived();
    } else {
      this.hash = '';
      if (this.sender.due(this.status())) this.pushAll();
      this.loop();
    }
  }

  private pushAll(): void {
    if (!this.open) return;
    this.sender.recording(this.timeline, this.mode.kind !== 'paused');
    this.pushFrame();
  }

  private status(): Frame['status'] {
    const { machine } = this.timeline;
    if (this.mode.kind === 'seeking') return 'seeking';
    if (this.mode.kind !== 'paused') return 'running';
    if (machine.kernel.panic !== '') return 'panic';
    if (this.searched) return 'finished';
    return machine.livelock ? 'livelock' : 'paused';
  }

  private pushFrame(): void {
    if (!this.open) return;
    const status = this.status();
    this.sender.frame(this.timeline, {
      status,
      stateHash: isMoving(status) ? '' : this.hash,
      speed: this.pace.speed,
      achievedSpeed: this.pace.achieved,
    });
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof RefusalError) return error.refusal;
  if (error instanceof RangeError && /allocation|array length|length/i.test(error.message)) {
    return { code: 'out-of-memory', params: {} };
  }
  throw error;
}
