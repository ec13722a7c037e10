/** How fast a machine runs: so much virtual time for real time, as was asked for and as it is. */
import { SLICE_MS } from './world';

/** A machine that cannot keep up with its speed does not try to make up for more than this, ms. */
const MAX_LAG_MS = 100;
/** Longest sleep of a machine that is ahead of its pace: a change of speed must not wait for it, ms. */
const MAX_WAIT_MS = 50;
/** Achieved speed is measured over this, ms. */
const SPEED_WINDOW_MS = 500;
const DEFAULT_SPEED = 1;
const SLOWEST = 0.0001;
const FASTEST = 1000;

export class Pace {
  /** Virtual time for real time, as asked for and as measured; 0 = it does not run. */
  speed = DEFAULT_SPEED;
  achieved = 0;
  /** Where real (ms) and virtual (ns) time were when the present pace began, and the present measurement. */
  private began = { real: 0, virtual: 0 };
  private measured = { real: 0, virtual: 0 };

  constructor(private readonly now: () => number) {}

  setSpeed(speed: number, t: number): void {
    this.speed = Math.min(FASTEST, Math.max(SLOWEST, speed));
    this.rebase(t);
  }

  /** Begins a new pace at this moment, ns. */
  private rebase(t: number): void {
    this.began = { real: this.now(), virtual: t };
  }

  /** The machine begins to run, from `t` on. */
  start(t: number): void {
    this.rebase(t);
    this.measured = { real: this.now(), virtual: t };
  }

  stop(): void {
    this.achieved = 0;
  }

  /** Up to which moment a machine that stands at `t` may run now, ns. */
  target(t: number): number {
    const real = this.now();
    const target = this.began.virtual + (real - this.began.real) * 1e6 * this.speed;
    if (target - t <= MAX_LAG_MS * 1e6 * this.speed) return target;
    // Held up for long: the pace begins anew rather than rushes.
    this.began = { real, virtual: t };
    return t + SLICE_MS * 1e6 * this.speed;
  }

  /** How long a machine that has come to `t` has to wait that was to come to `target`, ms. */
  waitMs(t: number, target: number): number {
    return Math.min(MAX_WAIT_MS, Math.max(1, (t - target) / 1e6 / this.speed));
  }

  /** It has come to `t`. */
  measure(t: number): void {
    const now = this.now();
    if (now - this.measured.real < SPEED_WINDOW_MS) return;
    this.achieved = Math.max(0, (t - this.measured.virtual) / 1e6 / (now - this.measured.real));
    this.measured = { real: now, virtual: t };
  }
}
