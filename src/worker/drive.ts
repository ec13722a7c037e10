/** How the machine of a host goes on: by itself, to a landmark, or to a moment, in slices of real time. */
import type { Landmark } from '../machine/record';
import type { Timeline } from '../machine/timetravel';
import { Pace } from './pace';
import type { Frame } from './protocol';
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

/** Who wants to know how far the machine has come. */
export interface Passenger {
  /** It has come to rest. */
  rested(): void;
  /** It is where it was to wait. */
  held(): void;
  /** It is on its way. */
  moved(): void;
}

export class Drive {
  private timeline: Timeline | null = null;
  private mode: Mode = { kind: 'paused' };
  private readonly pace: Pace;
  private looping = false;
  /** A search for a landmark ended without it. */
  private searched = false;

  constructor(
    private readonly world: HostWorld,
    private readonly passenger: Passenger,
  ) {
    this.pace = new Pace(world.now);
  }

  /** Takes another machine, which stands still. */
  take(timeline: Timeline): void {
    this.timeline = timeline;
    this.halt();
  }

  halt(): void {
    this.mode = { kind: 'paused' };
    this.pace.stop();
  }

  /** The machine is moved by a user: that a search found nothing is no news any more. */
  forgetSearch(): void {
    this.searched = false;
  }

  run(): void {
    this.start({ kind: 'running' });
  }

  until(landmark: Landmark | { t: number }): void {
    this.start(
      typeof landmark === 'object'
        ? { kind: 'until', landmark: null, t: landmark.t }
        : { kind: 'until', landmark, t: this.at + SEARCH_NS },
    );
  }

  /** To a moment, ns, which may lie before this one. Most ways are short: they are gone at once. */
  seek(t: number): void {
    this.timeline?.approach(t);
    this.mode = { kind: 'seeking', t };
    this.slice();
    this.afterSlice();
  }

  /** To a moment, ns, and waits there as if it ran. Short ways are gone at once. */
  advance(t: number): void {
    this.start({ kind: 'advance', t });
    this.slice();
    this.afterSlice();
  }

  /** @param value virtual seconds a real second */
  setSpeed(value: number): void {
    this.pace.setSpeed(value, this.at);
  }

  get speed(): number {
    return this.pace.speed;
  }
  get achievedSpeed(): number {
    return this.pace.achieved;
  }

  get resting(): boolean {
    return this.mode.kind === 'paused';
  }

  get status(): Frame['status'] {
    if (this.mode.kind === 'seeking') return 'seeking';
    if (this.mode.kind !== 'paused') return 'running';
    if (this.timeline && this.timeline.machine.kernel.panic !== '') return 'panic';
    if (this.searched) return 'finished';
    return this.timeline?.machine.livelock ? 'livelock' : 'paused';
  }

  /** The present moment, ns. */
  private get at(): number {
    return this.timeline?.t ?? 0;
  }

  private start(mode: Mode): void {
    this.mode = mode;
    this.pace.start(this.at);
    this.loop();
  }

  private loop(): void {
    if (this.looping) return;
    this.looping = true;
    this.world.soon(() => this.turn());
  }

  private turn(): void {
    this.looping = false;
    if (this.idle()) return;
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
    if (!timeline) return 0;
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
    return this.pace.target(this.at);
  }

  private afterSlice(): void {
    this.pace.measure(this.at);
    if (this.mode.kind === 'paused') this.passenger.rested();
    else if (this.mode.kind === 'held') this.passenger.held();
    else {
      this.passenger.moved();
      this.loop();
    }
  }
}
