/**
 * Copies of a machine's state, and putting one back.
 *
 * State is plain data, so copying needs to know nothing about its meaning. Big typed arrays (the memmap, page tables) are
 * copied in chunks, and a chunk that has not changed since the copy before is shared with it: a copy of a large machine
 * costs a comparison of memory, not memory. Chunks that count up or down most of the way are packed (packing.ts).
 */
import type { Machine } from './machine';
import { CHUNK, pack, sameAsPacked, unpack } from './packing';

/** Smaller typed arrays are copied whole. */
const SMALL = 4096;

type Typed = Int32Array | Uint8Array | Uint16Array | Float64Array | Uint32Array;
/** As it is in memory, or packed: then it is shorter. */
type Chunk = Uint8Array;

/** A big typed array in chunks. */
interface Chunked {
  kind: 'chunked';
  make: (length: number) => Typed;
  length: number;
  chunks: Chunk[];
}
type Saved = Chunked | Typed | SavedObject | Saved[] | string | number | boolean | null | undefined;
type SavedObject = { [key: string]: Saved };

export interface Snapshot {
  /** ns. */
  t: number;
  state: SavedObject;
}

/** Parts of a machine that are no state (see machine.ts). */
const NO_STATE: readonly (keyof Machine)[] = ['config', 'script', 'rec'];
/** Lists that only grow, of things that never change: their items are shared instead of copied. */
const APPEND_ONLY: readonly string[] = ['log', 'code', 'oomRecords'];
/** Objects of lists that never change, which stand in several places: the lists are shared as well. */
const OF_FIXED_LISTS = 'tests';

const makers = {
  Int32Array: (n: number): Typed => new Int32Array(n),
  Uint8Array: (n: number): Typed => new Uint8Array(n),
  Uint16Array: (n: number): Typed => new Uint16Array(n),
  Float64Array: (n: number): Typed => new Float64Array(n),
  Uint32Array: (n: number): Typed => new Uint32Array(n),
};
function makerOf(a: Typed): (length: number) => Typed {
  if (a instanceof Int32Array) return makers.Int32Array;
  if (a instanceof Uint8Array) return makers.Uint8Array;
  if (a instanceof Uint16Array) return makers.Uint16Array;
  if (a instanceof Float64Array) return makers.Float64Array;
  return makers.Uint32Array;
}

export const isTyped = (x: unknown): x is Typed => ArrayBuffer.isView(x);
const bytesOf = (a: Typed): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);

function isChunked(x: Saved): x is Chunked {
  return (
    typeof x === 'object' && x !== null && !isTyped(x) && !Array.isArray(x) && x.kind === 'chunked' && 'chunks' in x
  );
}

/** Equality of two byte ranges whose offsets and length are multiples of four, but for a tail. */
function same(a: Uint8Array, aFrom: number, b: Uint8Array, n: number): boolean {
  const words = n >> 2;
  const x = new Int32Array(a.buffer, a.byteOffset + aFrom, words);
  const y = new Int32Array(b.buffer, b.byteOffset, words);
  for (let i = 0; i < words; i++) if (x[i] !== y[i]) return false;
  for (let i = words * 4; i < n; i++) if (a[aFrom + i] !== b[i]) return false;
  return true;
}

/** `n` bytes from `at` on, in a buffer that is no longer used where there is one. */
function copyChunk(bytes: Uint8Array, at: number, n: number, spare: Chunk[]): Chunk {
  const buffer = n === CHUNK ? spare.pop() : undefined;
  if (buffer === undefined) return bytes.slice(at, at + n);
  buffer.set(bytes.subarray(at, at + n));
  return buffer;
}

function saveTyped(a: Typed, before: Saved, spare: Chunk[]): Saved {
  if (a.byteLength < SMALL) return a.slice();
  const bytes = bytesOf(a);
  const old = isChunked(before) ? before.chunks : [];
  const chunks: Chunk[] = [];
  for (let at = 0, i = 0; at < bytes.length; at += CHUNK, i++) {
    const n = Math.min(CHUNK, bytes.length - at);
    const candidate = old[i];
    const kept =
      candidate &&
      (candidate.length === n ? same(bytes, at, candidate, n) : n === CHUNK && sameAsPacked(bytes, at, candidate));
    if (kept) chunks.push(candidate);
    else chunks.push((n === CHUNK ? pack(bytes, at) : null) ?? copyChunk(bytes, at, n, spare));
  }
  return { kind: 'chunked', make: makerOf(a), length: a.length, chunks };
}

function save(value: unknown, before: Saved, key: string, spare: Chunk[]): Saved {
  if (typeof value !== 'object' || value === null) return value as Saved;
  if (isTyped(value)) return saveTyped(value, before, spare);
  if (Array.isArray(value)) {
    if (APPEND_ONLY.includes(key)) return value.slice();
    const old = Array.isArray(before) ? before : [];
    const copy: Saved[] = new Array(value.length);
    for (let i = 0; i < value.length; i++) copy[i] = save(value[i], old[i], '', spare);
    return copy;
  }
  if (key === OF_FIXED_LISTS) return { ...(value as SavedObject) };
  const from = value as Record<string, unknown>;
  const old = typeof before === 'object' && before !== null && !isTyped(before) ? (before as SavedObject) : undefined;
  const copy: SavedObject = {};
  for (const k in from) copy[k] = save(from[k], old?.[k], k, spare);
  return copy;
}

/**
 * A copy of the state, sharing with `before` what has not changed since.
 *
 * @param spare buffers of CHUNK bytes that no snapshot uses any more; what is needed is taken from it
 */
export function takeSnapshot(m: Machine, t: number, before: Snapshot | null, spare: Uint8Array[] = []): Snapshot {
  const state: SavedObject = {};
  for (const k in m) {
    const key = k as keyof Machine;
    if (!NO_STATE.includes(key)) state[k] = save(m[key], before?.state[k], k, spare);
  }
  return { t, state };
}

function restoreTyped(live: unknown, saved: Chunked): Typed {
  let a = isTyped(live) && live.length === saved.length && makerOf(live) === saved.make ? live : null;
  a ??= saved.make(saved.length);
  const bytes = bytesOf(a);
  for (let i = 0; i < saved.chunks.length; i++) {
    const chunk = saved.chunks[i];
    if (chunk.length === Math.min(CHUNK, bytes.length - i * CHUNK)) bytes.set(chunk, i * CHUNK);
    else unpack(chunk, bytes, i * CHUNK);
  }
  return a;
}

type Plain = Record<string, unknown>;
const isPlain = (x: unknown): x is Plain => typeof x === 'object' && x !== null && !Array.isArray(x) && !isTyped(x);

/**
 * Objects that restored states had no place for, by the names of their fields. Tasks and allocations come and go: those
 * that come are made of those that went, which keeps their hidden class.
 */
type Retired = Map<string, Plain[]>;
/** Of each machine its own: what one has no place for may still stand in another place of it. */
const retiredOf = new WeakMap<Machine, Retired>();
/** So many of a kind are kept. */
const RETIRED_KEPT = 32;

/** A restore under way: the objects that have been filled, and those that may be. */
interface Restoring {
  placed: Set<object>;
  retired: Retired;
}

const shapeOf = (object: object): string => Object.keys(object).join();

function retire({ retired }: Restoring, live: unknown): void {
  if (!isPlain(live)) return;
  const shape = shapeOf(live);
  const list = retired.get(shape);
  if (list === undefined) retired.set(shape, [live]);
  else if (list.length < RETIRED_KEPT) list.push(live);
}

/**
 * The object to fill: the one that is there, unless it has a place already. One may stand in two places, as an
 * allocation does that has just ended, which were two objects before.
 */
function objectFor({ placed, retired }: Restoring, live: unknown, saved: SavedObject): Plain {
  let object: Plain | undefined = isPlain(live) ? live : undefined;
  if (object === undefined || placed.has(object)) {
    const list = retired.get(shapeOf(saved));
    do object = list?.pop();
    while (object !== undefined && placed.has(object));
  }
  object ??= {};
  placed.add(object);
  return object;
}

/**
 * The value as it was saved. Objects are filled in place where they can be: they keep their hidden class that way, and
 * code that was compiled for it stays fast.
 */
function restore(at: Restoring, live: unknown, saved: Saved, key: string): unknown {
  if (typeof saved !== 'object' || saved === null) {
    retire(at, live);
    return saved;
  }
  if (isTyped(saved)) {
    if (isTyped(live) && live.length === saved.length && makerOf(live) === makerOf(saved)) {
      live.set(saved);
      return live;
    }
    return saved.slice();
  }
  if (isChunked(saved)) return restoreTyped(live, saved);
  if (Array.isArray(saved)) {
    const list: unknown[] = Array.isArray(live) ? live : [];
    const shared = APPEND_ONLY.includes(key);
    if (!shared) for (let i = saved.length; i < list.length; i++) retire(at, list[i]);
    list.length = saved.length;
    for (let i = 0; i < saved.length; i++) list[i] = shared ? saved[i] : restore(at, list[i], saved[i], '');
    return list;
  }
  if (key === OF_FIXED_LISTS) return { ...saved };
  const object = objectFor(at, live, saved);
  for (const k in object) if (!(k in saved)) delete object[k];
  for (const k in saved) object[k] = restore(at, object[k], saved[k], k);
  return object;
}

/** Puts a machine back to where it was. */
export function restoreSnapshot(m: Machine, snapshot: Snapshot): void {
  const live = m as unknown as Plain;
  let retired = retiredOf.get(m);
  if (retired === undefined) {
    retired = new Map();
    retiredOf.set(m, retired);
  }
  const at: Restoring = { placed: new Set(), retired };
  for (const k in snapshot.state) live[k] = restore(at, live[k], snapshot.state[k], k);
}

/** Bytes that the typed arrays of the state take in the machine itself. */
export function stateBytes(snapshot: Snapshot): number {
  let bytes = 0;
  const walk = (value: Saved): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isTyped(value)) bytes += value.byteLength;
    else if (isChunked(value)) bytes += value.length * value.make(0).BYTES_PER_ELEMENT;
    else if (!Array.isArray(value)) for (const k in value) walk(value[k]);
    else if (typeof value[0] === 'object') for (const item of value) walk(item);
  };
  walk(snapshot.state);
  return bytes;
}

/** Units of work that the machine had done by then. */
export const workOf = (snapshot: Snapshot): number => snapshot.state.work as number;

/** Calls `visit` for each chunk of a snapshot, shared ones too. */
export function eachChunk(snapshot: Snapshot, visit: (chunk: Uint8Array) => void): void {
  const walk = (value: Saved): void => {
    if (typeof value !== 'object' || value === null || isTyped(value)) return;
    if (isChunked(value)) {
      for (const chunk of value.chunks) visit(chunk);
    } else if (Array.isArray(value)) {
      if (typeof value[0] === 'object') for (const item of value) walk(item);
    } else {
      for (const k in value) walk(value[k]);
    }
  };
  walk(snapshot.state);
}
