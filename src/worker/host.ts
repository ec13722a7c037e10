/**
 * The worker's side: takes requests, lets the machine run in slices, and pushes what it shows.
 *
 * Time of the real world comes in here, and only here: it paces the run and decides how often something is sent, never
 * what happens in the machine.
 */

import { readProcFile } from '../linux/fs/proc';
import { checkAction } from '../machine/actions';
import { type Branch, partingOf } from '../machine/branches';
import { type Command, type Refusal, RefusalError, type TimedCommand } from '../machine/commands';
import type { Landmark } from '../machine/record';
import { Timeline } from '../machine/timetravel';
import { type CompiledSession, compileSession, scenarioOf } from '../scenario/compile';
import { parseCommand, parseScenarioOrSession, SESSION_FORMAT, type Session } from '../scenario/schema';
import { factsOf, resolveCommand } from '../userspace/palette';
import { buildFrame, sysctls } from './frame';
import { countKinds } from './kinds';
import { buildPageMap, inspectCell, type MapRequest } from './pageMap';
import type { BranchInfo, Frame, Futures, Ghost, KillReport, KindPages, Push, Reply, Request } from './protocol';
import { beginRemedy, remedyOn, remedyProgress, remedyResult } from './remedy';
import { beginSearch, searchOn, searchResult } from './whatIf';

/** What the host needs of the world. Real times in ms. */
export interface HostWorld {
  post: (message: Push | Reply) => void;
  now: () => number;
  /** Calls back soon, after messages that wait have been taken. */
  soon: (call: () => void) => void;
  /** Calls back in so many ms. */
  later: (call: () => void, ms: number) => void;
}

/** A slice of running, ms: short enough to answer requests in between. */
const SLICE_MS = 8;
/** Work between two looks at the clock. */
const CHUNK_WORK = 1500;
/** Frames are sent at most this often, ms. */
const FRAME_MS = 16;
/** A page that has not drawn the last frame gets the next one after this, ms: it is busy, or hidden. */
const UNSEEN_MS = 250;
/** A large machine's pages are counted, and the page map is made, at most this often, ms. */
const SURVEY_MS = 250;
/** A machine that cannot keep up with its speed does not try to make up for more than this, ms. */
const MAX_LAG_MS = 100;
/** Longest sleep of a machine that is ahead of its pace: a change of speed must not wait for it, ms. */
const MAX_WAIT_MS = 50;
/** Achieved speed is measured over this, ms. */
const SPEED_WINDOW_MS = 500;
const DEFAULT_SPEED = 1;
/** A search for a landmark that does not come ends after so much virtual time, ns. */
const SEARCH_NS = 300e9;
/** Different from any length: everything is to be sent. */
const NOTHING_SENT = -1;

type Mode =
  | { kind: 'paused' }
  | { kind: 'running' }
  | { kind: 'until'; landmark: Landmark | null; t: number }
  | { kind: 'seeking'; t: number }
  /** On the way to a moment, and waiting there. */
  | { kind: 'advance'; t: number }
  | { kind: 'held' };

interface Open {
  session: Session;
  compiled: CompiledSession;
  timeline: Timeline;
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

/** A question that takes time, and the request it came with. */
interface Question {
  id: number;
  /** Goes on for a slice; true = the answer is known. */
  goOn: () => boolean;
  result: () => unknown;
  /** Tells how far it has come. */
  tell?: () => Push;
}
/** It is told of that often, ms. */
const TELL_MS = 200;

export class Host {
  private open: Open | null = null;
  private mode: Mode = { kind: 'paused' };
  private speed = DEFAULT_SPEED;
  private achieved = 0;
  private map: MapRequest | null = null;

  private looping = false;
  private seq = 0;
  private framedAt = Number.NEGATIVE_INFINITY;
  /** The last frame has not been drawn. */
  private unseen = false;
  private surveyedAt = Number.NEGATIVE_INFINITY;
  private kinds: KindPages[] | null = null;
  private pageMap: Frame['pageMap'] = null;
  private hash = '';
  /** A search for a landmark ended without it. */
  private searched = false;
  private logSent = 0;
  private traceSent = 0;
  /** The question that is being computed, and the request it came with. */
  private search: Question | null = null;
  /** The request that waits for a moment to be reached. */
  private advancing: number | null = null;
  private samplesSent = NOTHING_SENT;
  private eventsSent = NOTHING_SENT;
  /** The reports as they were sent, and how many points each had. */
  private killsSent: { kill: KillReport; version: string }[] = [];
  private killsSentAt = Number.NEGATIVE_INFINITY;
  private branchesSent = '';
  /** Where real and virtual time were when the present pace began. */
  private pace = { real: 0, virtual: 0 };
  private measured = { real: 0, virtual: 0 };

  constructor(private readonly world: HostWorld) {}

  /** The page has drawn the last frame. A page that falls behind is not sent more than it can draw. */
  seen(): void {
    this.unseen = false;
  }

  /** Answers a request. */
  handle(id: number, request: Request): void {
    try {
      if (request.type === 'whatIf' || request.type === 'remedy') {
        this.ask(id, request);
        return;
      }
      if (request.type === 'advance') {
        this.advance(id, request.t);
        return;
      }
      const result = this.perform(request);
      this.world.post(result === undefined ? { id, ok: true } : { id, ok: true, result });
    } catch (error) {
      this.world.post({ id, ok: false, refusal: refusalOf(error) });
    }
  }

  private get timeline(): Timeline {
    if (!this.open) throw new RefusalError('no_machine');
    return this.open.timeline;
  }

  /** Answered when it is computed; an older question that is not by then never is to be. */
  private ask(id: number, request: Extract<Request, { type: 'whatIf' | 'remedy' }>): void {
    this.dropSearch();
    const { now } = this.world;
    if (request.type === 'whatIf') {
      const search = beginSearch(this.timeline, request.before, request.pid, request.adj, now());
      this.search = { id, goOn: () => searchOn(search, now), result: () => searchResult(search) };
    } else {
      const search = beginRemedy(this.timeline, request.before, request.what);
      this.search = {
        id,
        goOn: () => remedyOn(search, now),
        result: () => remedyResult(search),
        tell: () => ({ type: 'remedy', progress: remedyProgress(search) }),
      };
    }
    this.searchOn(this.search, Number.NEGATIVE_INFINITY);
  }

  /** @param told when it was last told of, ms */
  private searchOn(question: Question, told: number): void {
    this.world.soon(() => {
      if (this.search !== question) return;
      if (question.goOn()) {
        this.search = null;
        this.world.post({ id: question.id, ok: true, result: question.result() });
        return;
      }
      const now = this.world.now();
      const due = question.tell !== undefined && now - told >= TELL_MS;
      if (due && question.tell) this.world.post(question.tell());
      this.searchOn(question, due ? now : told);
    });
  }

  private dropSearch(): void {
    if (this.search) this.world.post({ id: this.search.id, ok: false, refusal: { code: 'superseded', params: {} } });
    this.search = null;
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
    if (this.advancing === null) return;
    this.world.post({ id: this.advancing, ok: true, result: { t: this.timeline.t } });
    this.advancing = null;
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
        this.speed = Math.min(1000, Math.max(0.0001, request.value));
        this.rebase();
        return this.pushFrame();
      case 'command':
        return this.command(request.command);
      case 'rewrite':
        return this.rewrite(request.commands);
      case 'stopSearch':
        return this.dropSearch();
      case 'bootSettings':
        if (!this.open) throw new RefusalError('no_machine');
        return this.open.booted;
      case 'branch':
        return this.switchTo(request.id);
      case 'dropBranch':
        this.timeline.dropBranch(request.id);
        return this.pushAll();
      case 'ghost':
        return this.ghost(request.id);
      case 'session':
        return this.session(request.branch);
      case 'procFile':
        return this.procFile(request.path);
      case 'pageMap':
        this.map = request.on
          ? { cols: request.cols, rows: request.rows, by: request.by, owners: request.owners }
          : null;
        this.surveyedAt = Number.NEGATIVE_INFINITY;
        return this.open ? this.pushFrame() : undefined;
      case 'inspectPage':
        if (!this.map) throw new RefusalError('bad-cell', { cell: request.cell });
        return inspectCell(this.timeline.machine, this.map, request.cell);
    }
  }

  private openSession(input: Session, at?: number, futures?: Futures): void {
    // All that can be wrong is found before the machine that is open is touched.
    const session = parseScenarioOrSession(input);
    const compiled = compileSession(session);
    const timeline = new Timeline(compiled.config, compiled.seed, compiled.commands);
    this.dropSearch();
    if (futures) {
      timeline.adopt(
        futures.branches.map((b) => ({
          ...b,
          commands: compileSession({ ...session, commands: b.commands }).commands,
        })),
        futures.active,
      );
    }
    this.open = { session, compiled, timeline, booted: sysctls(timeline.machine.kernel) };
    this.mode = { kind: 'paused' };
    this.achieved = 0;
    this.forgetSent();
    if (at !== undefined && at > 0) this.seek(at);
    else this.stop();
  }

  private forgetSent(): void {
    this.logSent = 0;
    this.traceSent = 0;
    this.samplesSent = NOTHING_SENT;
    this.eventsSent = NOTHING_SENT;
    this.killsSent = [];
    this.killsSentAt = NOTHING_SENT;
    this.branchesSent = '';
    this.surveyedAt = Number.NEGATIVE_INFINITY;
  }

  private checkAlive(): void {
    if (this.timeline.machine.kernel.panic !== '') throw new RefusalError('machine-stopped');
  }

  private start(mode: Mode): void {
    this.mode = mode;
    this.rebase();
    this.measured = { real: this.world.now(), virtual: this.timeline.t };
    this.loop();
  }

  private untilMode(landmark: Landmark | { t: number }): Mode {
    if (typeof landmark === 'object') return { kind: 'until', landmark: null, t: landmark.t };
    return { kind: 'until', landmark, t: this.timeline.t + SEARCH_NS };
  }

  private stop(): void {
    this.mode = { kind: 'paused' };
    this.achieved = 0;
    this.surveyedAt = Number.NEGATIVE_INFINITY;
    this.hash = this.open ? this.timeline.hash() : '';
    this.pushAll();
    this.arrived();
  }

  private seek(t: number): void {
    this.timeline.approach(t);
    this.mode = { kind: 'seeking', t };
    // Most ways are short: they are gone at once, so that the answer finds the machine there.
    this.slice();
    this.afterSlice();
  }

  private reset(keepCommands: boolean): void {
    const { timeline } = this;
    timeline.reset(keepCommands);
    this.forgetSent();
    this.stop();
  }

  private command(input: Command): { t: number } {
    const command = parseCommand(input);
    const { timeline } = this;
    const { machine } = timeline;
    const action = resolveCommand(command, factsOf(machine.config));
    checkAction(machine, action);
    const t = timeline.t;
    if (timeline.command({ command, action })) {
      this.eventsSent = NOTHING_SENT;
      this.samplesSent = machine.rec.samples.length;
      this.world.post({ type: 'samples', from: this.samplesSent, samples: [] });
      this.world.post({ type: 'forked', t });
    }
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
    this.forgetSent();
    this.seek(t);
  }

  private switchTo(id: number): void {
    const t = this.timeline.switchTo(id);
    if (t < 0) throw new RefusalError('no-branch', { id });
    this.forgetSent();
    // What was sent of the other future is not to be seen in this one.
    this.world.post({ type: 'samples', from: 0, samples: [] });
    this.seek(t);
  }

  private ghost(id: number): Ghost {
    const { timeline } = this;
    const branch = timeline.branches.find((b) => b.id === id);
    if (!branch) throw new RefusalError('no-branch', { id });
    const parting = partingOf(timeline.commands, branch.commands);
    // The last one they have in common is where the line begins.
    const { samples } = branch.rec;
    const from = Math.max(
      0,
      samples.findLastIndex((s) => s.t <= parting),
    );
    const apart = branch === timeline.branch ? [] : samples.slice(from);
    return {
      t: apart.map((s) => s.t),
      zoneFree: apart.map((s) => s.zoneFree),
      swapUsed: apart.map((s) => s.swapUsed),
    };
  }

  private session(id?: number): Session {
    if (!this.open) throw new RefusalError('no_machine');
    const { session, timeline } = this.open;
    const branch = id === undefined ? timeline.branch : timeline.branches.find((b) => b.id === id);
    if (!branch) throw new RefusalError('no-branch', { id: id ?? -1 });
    return {
      format: SESSION_FORMAT,
      // Whole, not by name: what is handed over means the same when the built-in one has changed.
      scenario: scenarioOf(session),
      seed: session.seed,
      commands: branch.commands.map(({ t, command }) => ({ t, command })),
    };
  }

  private procFile(path: string): string {
    const text = readProcFile(this.timeline.machine.kernel, path);
    if (text === null) throw new RefusalError('unknown-proc-file', { path });
    return text;
  }

  /** Begins a new pace at this moment. */
  private rebase(): void {
    this.pace = { real: this.world.now(), virtual: this.open ? this.open.timeline.t : 0 };
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
        if (mode.kind === 'running')
          return Math.min(MAX_WAIT_MS, Math.max(1, (timeline.t - target) / 1e6 / this.speed));
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
    const real = this.world.now();
    const target = this.pace.virtual + (real - this.pace.real) * 1e6 * this.speed;
    // Held up for long: the pace begins anew rather than rushes.
    if (target - this.timeline.t > MAX_LAG_MS * 1e6 * this.speed) {
      this.pace = { real, virtual: this.timeline.t };
      return this.timeline.t + SLICE_MS * 1e6 * this.speed;
    }
    return target;
  }

  private afterSlice(): void {
    const now = this.world.now();
    const { t } = this.timeline;
    if (now - this.measured.real >= SPEED_WINDOW_MS) {
      this.achieved = Math.max(0, (t - this.measured.virtual) / 1e6 / (now - this.measured.real));
      this.measured = { real: now, virtual: t };
    }
    if (this.mode.kind === 'paused') this.stop();
    else if (this.mode.kind === 'held') {
      this.hash = '';
      this.pushAll();
      this.arrived();
    } else {
      this.hash = '';
      if (now - this.framedAt >= (this.unseen ? UNSEEN_MS : FRAME_MS)) this.pushAll();
      this.loop();
    }
  }

  private pushAll(): void {
    if (!this.open) return;
    this.pushRecording();
    this.pushFrame();
  }

  private pushRecording(): void {
    const { rec } = this.timeline.machine;
    if (rec.samples.length !== this.samplesSent) {
      const from = Math.max(0, Math.min(this.samplesSent, rec.samples.length));
      this.samplesSent = rec.samples.length;
      this.world.post({ type: 'samples', from, samples: rec.samples.slice(from) });
    }
    if (rec.events.length !== this.eventsSent) {
      this.eventsSent = rec.events.length;
      this.world.post({ type: 'events', events: rec.events });
    }
    this.pushKills(rec.kills);
    this.pushBranches();
  }

  private pushBranches(): void {
    const { branches, branch } = this.timeline;
    const version = branches
      .map((b) => [b.id, b.commands.length, b.rec.kills.length, b === branch ? 0 : b.rec.known].join(' '))
      .join();
    if (`${branch.id}: ${version}` === this.branchesSent) return;
    this.branchesSent = `${branch.id}: ${version}`;
    this.world.post({ type: 'branches', branches: branches.map(branchInfo), active: branch.id });
  }

  /** Reports that are new or have changed; one that is still being followed not with every frame. */
  private pushKills(kills: readonly KillReport[]): void {
    const version = (kill: KillReport): string =>
      [kill.after.t.length, kill.lines.length, kill.exitedAt, kill.reapedAt, kill.retry?.t, kill.over].join();
    const sent = this.killsSent;
    let from = 0;
    while (from < kills.length && sent[from]?.kill === kills[from] && sent[from].version === version(kills[from]))
      from++;
    if (from === kills.length && from === sent.length && this.killsSentAt !== NOTHING_SENT) return;
    const now = this.world.now();
    const following = kills.length === sent.length && this.mode.kind !== 'paused';
    if (following && now - this.killsSentAt < SURVEY_MS) return;
    this.killsSentAt = now;
    this.killsSent = kills.map((kill) => ({ kill, version: version(kill) }));
    this.world.post({ type: 'kills', from, kills: kills.slice(from) });
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
    const { machine } = this.timeline;
    const now = this.world.now();
    const status = this.status();
    this.framedAt = now;
    if (now - this.surveyedAt >= SURVEY_MS) {
      this.surveyedAt = now;
      this.kinds = null;
      this.pageMap = this.map ? buildPageMap(machine, this.map) : null;
    }
    const small = machine.kernel.mem.nrPages <= SMALL_MACHINE;
    if (small || this.kinds === null) this.kinds = countKinds(machine.kernel, status !== 'running');
    const frame = buildFrame(machine, {
      seq: this.seq++,
      status,
      stateHash: status === 'running' || status === 'seeking' ? '' : this.hash,
      speed: this.speed,
      achievedSpeed: this.achieved,
      logSent: this.logSent,
      traceSent: this.traceSent,
      kinds: this.kinds,
      pageMap: this.pageMap,
    });
    this.logSent = frame.logTotal;
    this.traceSent = frame.traceTotal;
    this.unseen = true;
    this.world.post({ type: 'frame', frame });
  }
}

/** Frames of memory that are counted for each frame of the screen, some tenths of a ms. */
const SMALL_MACHINE = 300_000;

const branchInfo = ({ id, parent, forkedAt, shared, commands, rec }: Branch): BranchInfo => ({
  id,
  parent,
  forkedAt,
  commands: commands.map(({ t, command }) => ({ t, command })),
  shared,
  known: rec.known,
  kills: rec.kills.flatMap((kill) => kill.victims.map((v) => ({ t: kill.record.t, ...v }))),
});

function refusalOf(error: unknown): Refusal {
  if (error instanceof RefusalError) return error.refusal;
  if (error instanceof RangeError && /allocation|array length|length/i.test(error.message)) {
    return { code: 'out-of-memory', params: {} };
  }
  throw error;
}
