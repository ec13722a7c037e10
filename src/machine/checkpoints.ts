/** The checkpoints of a run, in the order of time, and the memory that they take together. */
import type { Machine } from './machine';
import { CHUNK } from './packing';
import { eachChunk, type Snapshot, takeSnapshot, workOf } from './snapshot';

/** So many of the latest checkpoints are kept however close they are. */
const LATEST = 8;
/** Buffers kept for the next checkpoints: 16 MiB. */
const MOST_SPARE = 1024;

export class Checkpoints {
  /** Bytes that they may take; the first and the last are kept in any case. */
  limit = Number.POSITIVE_INFINITY;
  private readonly list: Snapshot[] = [];
  /** How many checkpoints hold a chunk. */
  private readonly holders = new Map<Uint8Array, number>();
  private held = 0;
  /** Chunks of dropped checkpoints, for the next: waiting for the garbage collector they would take memory twice. */
  private readonly spare: Uint8Array[] = [];

  get first(): Snapshot {
    return this.list[0];
  }

  /** Bytes that they take. */
  get bytes(): number {
    return this.held;
  }

  /** The last one that is not after `t`, ns, or else the first of all. */
  at(t: number): Snapshot {
    let i = this.list.length - 1;
    while (i > 0 && this.list[i].t > t) i--;
    return this.list[i];
  }

  /** Takes one of the machine, which stands at `t`, ns; none of a part of the run that has its checkpoints. */
  take(machine: Machine, t: number): void {
    const last = this.list.at(-1) ?? null;
    if (last !== null && last.t >= t) return;
    const snapshot = takeSnapshot(machine, t, last, this.spare);
    this.list.push(snapshot);
    eachChunk(snapshot, (chunk) => {
      const n = this.holders.get(chunk) ?? 0;
      if (n === 0) this.held += chunk.length;
      this.holders.set(chunk, n + 1);
    });
    while (this.held > this.limit && this.list.length > 2) this.thin();
  }

  /** Drops from the end those of which `gone` is true, but not the first. */
  drop(gone: (t: number) => boolean): void {
    while (this.list.length > 1 && gone(this.list[this.list.length - 1].t)) {
      const dropped = this.list.pop();
      if (dropped) this.release(dropped);
    }
  }

  /**
   * Drops the checkpoint between whose neighbours there is the least work, so that no moment is far from one. The latest
   * stay: from the present one steps back most.
   */
  private thin(): void {
    const { list } = this;
    const end = Math.max(2, list.length - LATEST);
    let best = 1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 1; i < end; i++) {
      const between = workOf(list[i + 1]) - workOf(list[i - 1]);
      if (between < least) {
        best = i;
        least = between;
      }
    }
    this.release(list[best]);
    list.splice(best, 1);
  }

  private release(snapshot: Snapshot): void {
    eachChunk(snapshot, (chunk) => {
      const n = (this.holders.get(chunk) ?? 1) - 1;
      if (n > 0) {
        this.holders.set(chunk, n);
        return;
      }
      this.holders.delete(chunk);
      this.held -= chunk.length;
      if (chunk.length === CHUNK && this.spare.length < MOST_SPARE) this.spare.push(chunk);
    });
  }
}
