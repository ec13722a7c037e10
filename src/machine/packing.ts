/**
 * Packing of chunks of memory. Much of a machine's state counts up or down: links from a page to its neighbour, virtual
 * pages of pages that were touched in order, page table entries; or it is the same for many pages. A chunk of that is
 * packed as a list of runs, three 32-bit words each: how many words, the first one, and the step from each to the next.
 * Others take fewer bits (bitPacking.ts).
 */
import { isBitPacked, packBits, sameAsBits, unpackBits } from './bitPacking';

/** Bytes of a chunk. */
export const CHUNK = 16 * 1024;
const WORDS = CHUNK / 4;
/** A chunk of more runs than this is not worth packing; and so many are too many for the first words already. */
const MAX_RUNS = WORDS / 12;
const TRIAL_WORDS = 512;
const TRIAL_RUNS = TRIAL_WORDS / 4;

const scratch = new Int32Array(MAX_RUNS * 3 + 3);

const wordsAt = (bytes: Uint8Array, at: number, n: number): Int32Array =>
  new Int32Array(bytes.buffer, bytes.byteOffset + at, n);

/** The chunk `bytes[at]` … `bytes[at + CHUNK - 1]` packed, or null when that would not make it much shorter. */
export function pack(bytes: Uint8Array, at: number): Uint8Array | null {
  const x = wordsAt(bytes, at, WORDS);
  return packRuns(x) ?? packBits(x);
}

function packRuns(x: Int32Array): Uint8Array | null {
  let n = 0;
  for (let i = 0; i < WORDS; ) {
    if (n >= MAX_RUNS || (n > TRIAL_RUNS && i < TRIAL_WORDS)) return null;
    const first = x[i];
    let j = i + 1;
    let step = 0;
    if (j < WORDS) {
      step = (x[j] - first) | 0;
      for (let v = x[j]; j < WORDS && x[j] === v; j++) v = (v + step) | 0;
    }
    scratch[n * 3] = j - i;
    scratch[n * 3 + 1] = first;
    scratch[n * 3 + 2] = step;
    n++;
    i = j;
  }
  return new Uint8Array(scratch.slice(0, n * 3).buffer);
}

/** Whether unpacking would leave `bytes` at `at` as they are. */
export function sameAsPacked(bytes: Uint8Array, at: number, packed: Uint8Array): boolean {
  const x = wordsAt(bytes, at, WORDS);
  const runs = wordsAt(packed, 0, packed.length / 4);
  if (isBitPacked(runs)) return sameAsBits(runs, x);
  let i = 0;
  for (let r = 0; r < runs.length; r += 3) {
    const step = runs[r + 2];
    let v = runs[r + 1];
    for (const end = i + runs[r]; i < end; i++) {
      if (x[i] !== v) return false;
      v = (v + step) | 0;
    }
  }
  return true;
}

/** Writes the chunk to `bytes` at `at`. */
export function unpack(packed: Uint8Array, bytes: Uint8Array, at: number): void {
  const x = wordsAt(bytes, at, WORDS);
  const runs = wordsAt(packed, 0, packed.length / 4);
  if (isBitPacked(runs)) {
    unpackBits(runs, x);
    return;
  }
  let i = 0;
  for (let r = 0; r < runs.length; r += 3) {
    const step = runs[r + 2];
    let v = runs[r + 1];
    for (const end = i + runs[r]; i < end; i++) {
      x[i] = v;
      v = (v + step) | 0;
    }
  }
}
