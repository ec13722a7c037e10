/**
 * The worker's side: takes requests, moves the machine, and pushes what it shows.
 *
 * Time of the real world comes in here, and only here: it paces the run and decides how often something is sent, never
 * what happens in the machine.
 */

import { readProcFile } from '../linux/fs/proc';
import { checkAction } from '../machine/actions';
import { type Command, type Refusal, RefusalError, type TimedCommand } from '../machine/commands';
import type { Timeline } from '../machine/timetravel';
import { parseCommand, type Session } from '../scenario/schema';
import { factsOf, resolveCommand } from '../userspace/palette';
import { Drive } from './drive';
import { sysctls } from './frame';
import { ghostOf, type OpenSession, openSession, sessionOf } from './openSession';
import { inspectCell } from './pageMap';
import { type Futures, isMoving, type Request } from './protocol';
import { Questions } from './questions';
import { Sender } from './sender';
import type { HostWorld } from './world';

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
  private readonly drive: Drive;
  private readonly sender: Sender;
  private readonly questions: Questions;
  private hash = '';
  /** The request that waits for a moment to be reached. */
  private advancing: number | null = null;
  /** The same, of one that wants to be nowhere else: whatever moves the machine meanwhile ends it. */
  private arriving: number | null = null;

  constructor(private readonly world: HostWorld) {
    this.drive = new Drive(world, {
      rested: () => this.stop(),
      held: () => this.held(),
      moved: () => this.moved(),
    });
    this.sender = new Sender(world);
    this.questions = new Questions(world);
  }

  /** The page has drawn the last frame. */
  seen(): void {
    this.sender.seen();
  }

  /** Answers a request. */
  handle(id: number, request: Request): void {
    if (request.type === 'pause' || MOVES.includes(request.type)) this.giveWay(request.type);
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
    this.drive.forgetSearch();
    this.checkAlive();
    this.advancing = id;
    this.drive.advance(t);
  }

  private arrived(): void {
    const id = this.advancing ?? this.arriving;
    if (id === null) return;
    this.world.post({ id, ok: true, result: { t: this.timeline.t } });
    this.advancing = this.arriving = null;
  }

  /** Whoever waits for a moment is told when the machine is sent elsewhere; a machine that is led may be stopped early. */
  private giveWay(to: Request['type']): void {
    for (const id of [to === 'pause' ? null : this.advancing, this.arriving]) {
      if (id !== null) this.world.post({ id, ok: false, refusal: { code: 'superseded', params: {} } });
    }
    if (to !== 'pause') this.advancing = null;
    this.arriving = null;
  }

  private perform(request: Exclude<Request, { type: 'whatIf' | 'remedy' | 'advance' }>): unknown {
    if (MOVES.includes(request.type)) this.drive.forgetSearch();
    switch (request.type) {
      case 'open':
        return this.openSession(request.session, request.at, request.futures);
      case 'run':
        this.checkAlive();
        return this.drive.run();
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
        return this.drive.until(request.landmark);
      case 'speed':
        this.drive.setSpeed(request.value);
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
    this.drive.take(timeline);
    this.sender.forget();
    if (at !== undefined && at > 0) this.seek(at);
    else this.stop();
  }

  private checkAlive(): void {
    if (this.timeline.machine.kernel.panic !== '') throw new RefusalError('machine-stopped');
  }

  private stop(): void {
    this.drive.halt();
    this.sender.survey();
    this.hash = this.open ? this.timeline.hash() : '';
    this.pushAll();
    this.arrived();
  }

  private seek(t: number): void {
    this.sender.setOut();
    // Where the way is short the answer finds the machine there.
    this.drive.seek(t);
  }

  /** It waits where it was led to. */
  private held(): void {
    this.hash = '';
    this.pushAll();
    this.arrived();
  }

  private moved(): void {
    this.hash = '';
    if (this.sender.due(this.drive.status)) this.pushAll();
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
    if (this.drive.resting) this.stop();
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

  private pushAll(): void {
    if (!this.open) return;
    this.sender.recording(this.timeline, !this.drive.resting);
    this.pushFrame();
  }

  private pushFrame(): void {
    if (!this.open) return;
    const { status, speed, achievedSpeed } = this.drive;
    this.sender.frame(this.timeline, {
      status,
      stateHash: isMoving(status) ? '' : this.hash,
      speed,
      achievedSpeed,
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
