/**
 * Words that need fewer bits than 32: each is written as a code of so many bits as the chunk's codes take. A code is the
 * word's distance from the least one (page frame numbers, links), or where there are few different words (flags,
 * mappings, counts) its place in a list of them.
 *
 * A chunk packed so is 32-bit words: the negative width, the number of words in the list (0 = distances), the list or the
 * least word, then the codes.
 */

/** Codes of more bits are not worth it. */
const MAX_WIDTH = 24;
const MAX_WORDS = 256;
/** A chunk with so many different words among its first ones has too many. */
const TRIAL = 512;
const TRIAL_WORDS = 128;
/** So many words are compared before all are. */
const PROBE = 64;

/** A hash table of the different words of a chunk: those of an earlier chunk have an older stamp. */
const SLOTS = 1024;
const slotWord = new Int32Array(SLOTS);
const slotCode = new Int32Array(SLOTS);
const slotStamp = new Int32Array(SLOTS);
let stamp = 0;
const list = new Int32Array(MAX_WORDS);
let codes = new Int32Array(0);

const widthOf = (codeCount: number): number => 32 - Math.clz32(codeCount - 1);

/** Fills `list` and `codes`; the number of different words, 0 = too many. */
function listWords(x: Int32Array): number {
  if (codes.length < x.length) codes = new Int32Array(x.length);
  stamp = (stamp + 1) | 0;
  let n = 0;
  for (let i = 0; i < x.length; i++) {
    const word = x[i];
    let slot = Math.imul(word, 0x9e3779b1) >>> 22;
    while (slotStamp[slot] === stamp && slotWord[slot] !== word) slot = (slot + 1) & (SLOTS - 1);
    if (slotStamp[slot] !== stamp) {
      if (n === MAX_WORDS || (i < TRIAL && n === TRIAL_WORDS)) return 0;
      slotStamp[slot] = stamp;
      slotWord[slot] = word;
      slotCode[slot] = n;
      list[n++] = word;
    }
    codes[i] = slotCode[slot];
  }
  return n;
}

/** The words packed, or null when that would not make them much shorter. Their number is a multiple of 32. */
export function packBits(x: Int32Array): Uint8Array | null {
  let least = x[0];
  let most = x[0];
  for (let i = 1; i < x.length; i++) {
    const word = x[i];
    if (word < least) least = word;
    else if (word > most) most = word;
  }
  const range = most - least + 1;
  // The distances of short ones need no search.
  const words = range <= MAX_WORDS ? 0 : listWords(x);
  if (words > 0) return write(widthOf(words), list.subarray(0, words), words, codes, x.length, 0);
  if (range > 2 ** MAX_WIDTH) return null;
  list[0] = least;
  return write(Math.max(1, widthOf(range)), list.subarray(0, 1), 0, x, x.length, least);
}

/** Packs `n` codes, which are as far as `base` from what `from` has. */
function write(width: number, head: Int32Array, words: number, from: Int32Array, n: number, base: number): Uint8Array {
  const out = new Int32Array(2 + head.length + (n >> 5) * width);
  out[0] = -width;
  out[1] = words;
  out.set(head, 2);
  let o = 2 + head.length;
  let bits = 0;
  let used = 0;
  for (let i = 0; i < n; i++) {
    const code = (from[i] - base) | 0;
    bits |= code << used;
    used += width;
    if (used >= 32) {
      out[o++] = bits;
      used -= 32;
      bits = used > 0 ? code >>> (width - used) : 0;
    }
  }
  return new Uint8Array(out.buffer);
}

/** Whether a packed chunk was packed by `packBits`. */
export const isBitPacked = (packed: Int32Array): boolean => packed[0] < 0;

/** Reads the codes of a packed chunk into `codes`, and returns the words that they stand for; null = distances. */
function readCodes(packed: Int32Array, n: number): Int32Array | null {
  if (codes.length < n) codes = new Int32Array(n);
  const width = -packed[0];
  const words = packed[1];
  const mask = (1 << width) - 1;
  let o = 2 + Math.max(1, words);
  let bits = packed[o];
  let used = 0;
  for (let i = 0; i < n; i++) {
    let code = bits >>> used;
    used += width;
    if (used >= 32) {
      used -= 32;
      bits = packed[++o];
      if (used > 0) code |= bits << (width - used);
    }
    codes[i] = code & mask;
  }
  return words > 0 ? packed.subarray(2, 2 + words) : null;
}

/** Writes the words that `packed` stands for. */
export function unpackBits(packed: Int32Array, x: Int32Array): void {
  const words = readCodes(packed, x.length);
  const base = packed[2];
  if (words === null) for (let i = 0; i < x.length; i++) x[i] = base + codes[i];
  else for (let i = 0; i < x.length; i++) x[i] = words[codes[i]];
}

/** Whether these are the words that `packed` stands for. */
export function sameAsBits(packed: Int32Array, x: Int32Array): boolean {
  // Most that differ do so soon.
  for (let n = PROBE; ; n = x.length) {
    const words = readCodes(packed, n);
    const base = packed[2];
    for (let i = 0; i < n; i++) if (x[i] !== (words === null ? base + codes[i] : words[codes[i]])) return false;
    if (n === x.length) return true;
  }
}
