/** What the page is sent of a machine: the frame, and of its recording what is new. */
import type { Branch } from '../machine/branches';
import type { Timeline } from '../machine/timetravel';
import { buildFrame } from './frame';
import { countKinds } from './kinds';
import { buildPageMap, type MapRequest } from './pageMap';
import { type BranchInfo, type Frame, isMoving, type KillReport, type KindPages } from './protocol';
import type { HostWorld } from './world';

/** Frames are sent at most this often, ms. */
const FRAME_MS = 16;
/** A page that has not drawn the last frame gets the next one after this, ms: it is busy, or hidden. */
const UNSEEN_MS = 250;
/** A large machine's pages are counted, the page map is made, and the trace is sent, at most this often, ms. */
const SURVEY_MS = 250;
/** Frames of memory that are counted for each frame of the screen, some tenths of a ms. */
const SMALL_MACHINE = 300_000;
/** Different from any length: everything is to be sent. */
const NOTHING_SENT = -1;

/** What the host says of the machine in a frame. */
export type Standing = Pick<Frame, 'status' | 'stateHash' | 'speed' | 'achievedSpeed'>;

export class Sender {
  /** The page map that is to be sent. */
  map: MapRequest | null = null;
  /** Whether the trace is. */
  trace = false;
  private seq = 0;
  private framedAt = Number.NEGATIVE_INFINITY;
  /** The last frame has not been drawn. */
  private unseen = false;
  private surveyedAt = Number.NEGATIVE_INFINITY;
  private kinds: KindPages[] | null = null;
  private pageMap: Frame['pageMap'] = null;
  private logSent = 0;
  private traceSent = 0;
  private tracedAt = Number.NEGATIVE_INFINITY;
  private samplesSent = NOTHING_SENT;
  private eventsSent = NOTHING_SENT;
  /** The reports as they were sent, and how many points each had. */
  private killsSent: { kill: KillReport; version: string }[] = [];
  private killsSentAt = Number.NEGATIVE_INFINITY;
  private branchesSent = '';

  constructor(private readonly world: HostWorld) {}

  /** The page has drawn the last frame. A page that falls behind is not sent more than it can draw. */
  seen(): void {
    this.unseen = false;
  }

  /** Another machine, or another past of it: everything is to be sent. */
  forget(): void {
    this.logSent = 0;
    this.traceSent = 0;
    this.samplesSent = NOTHING_SENT;
    this.eventsSent = NOTHING_SENT;
    this.killsSent = [];
    this.killsSentAt = NOTHING_SENT;
    this.branchesSent = '';
    this.survey();
  }

  /** The future that was known has been left at `t`, ns; so many samples are still true. */
  forked(t: number, samples: number): void {
    this.eventsSent = NOTHING_SENT;
    this.samplesSent = samples;
    this.world.post({ type: 'samples', from: samples, samples: [] });
    this.world.post({ type: 'forked', t });
  }

  /** Pages are counted and mapped for the next frame. */
  survey(): void {
    this.surveyedAt = Number.NEGATIVE_INFINITY;
  }

  /** The way to a moment that was sought begins: where it is short, nothing is sent on it. */
  setOut(): void {
    this.framedAt = this.world.now();
  }

  /** The next frame of a moving machine may be sent; on the way to a moment that was sought few are wanted. */
  due(status: Frame['status']): boolean {
    const seldom = this.unseen || status === 'seeking';
    return this.world.now() - this.framedAt >= (seldom ? UNSEEN_MS : FRAME_MS);
  }

  /** @param running reports that grow are not sent with every frame then */
  recording(timeline: Timeline, running: boolean): void {
    const { rec } = timeline.machine;
    if (rec.samples.length !== this.samplesSent) {
      const from = Math.max(0, Math.min(this.samplesSent, rec.samples.length));
      this.samplesSent = rec.samples.length;
      this.world.post({ type: 'samples', from, samples: rec.samples.slice(from) });
    }
    if (rec.events.length !== this.eventsSent) {
      this.eventsSent = rec.events.length;
      this.world.post({ type: 'events', events: rec.events });
    }
    this.kills(rec.kills, running);
    this.branches(timeline);
  }

  private branches({ branches, branch }: Timeline): void {
    const version = branches
      .map((b) => [b.id, b.commands.length, b.rec.kills.length, b === branch ? 0 : b.rec.known].join(' '))
      .join();
    if (`${branch.id}: ${version}` === this.branchesSent) return;
    this.branchesSent = `${branch.id}: ${version}`;
    this.world.post({ type: 'branches', branches: branches.map(branchInfo), active: branch.id });
  }

  /** Reports that are new or have changed; one that is still being followed not with every frame. */
  private kills(kills: readonly KillReport[], running: boolean): void {
    const version = (kill: KillReport): string =>
      [kill.after.t.length, kill.lines.length, kill.exitedAt, kill.reapedAt, kill.retry?.t, kill.over].join();
    const sent = this.killsSent;
    let from = 0;
    while (from < kills.length && sent[from]?.kill === kills[from] && sent[from].version === version(kills[from]))
      from++;
    if (from === kills.length && from === sent.length && this.killsSentAt !== NOTHING_SENT) return;
    const now = this.world.now();
    const following = kills.length === sent.length && running;
    if (following && now - this.killsSentAt < SURVEY_MS) return;
    this.killsSentAt = now;
    this.killsSent = kills.map((kill) => ({ kill, version: version(kill) }));
    this.world.post({ type: 'kills', from, kills: kills.slice(from) });
  }

  frame({ machine }: Timeline, standing: Standing): void {
    const now = this.world.now();
    this.framedAt = now;
    if (now - this.surveyedAt >= SURVEY_MS) {
      this.surveyedAt = now;
      this.kinds = null;
      this.pageMap = this.map ? buildPageMap(machine, this.map) : null;
    }
    const traced = this.trace && (!isMoving(standing.status) || now - this.tracedAt >= SURVEY_MS);
    if (traced) this.tracedAt = now;
    const small = machine.kernel.mem.nrPages <= SMALL_MACHINE;
    if (small || this.kinds === null) this.kinds = countKinds(machine.kernel, !isMoving(standing.status));
    const frame = buildFrame(machine, {
      ...standing,
      seq: this.seq++,
      logSent: this.logSent,
      traceSent: traced ? this.traceSent : null,
      kinds: this.kinds,
      pageMap: this.pageMap,
    });
    this.logSent = frame.logTotal;
    if (traced) this.traceSent = frame.traceTotal;
    this.unseen = true;
    this.world.post({ type: 'frame', frame });
  }
}

const branchInfo = ({ id, parent, forkedAt, shared, commands, rec }: Branch): BranchInfo => ({
  id,
  parent,
  forkedAt,
  commands: commands.map(({ t, command }) => ({ t, command })),
  shared,
  known: rec.known,
  kills: rec.kills.flatMap((kill) => kill.victims.map((v) => ({ t: kill.record.t, ...v }))),
});
