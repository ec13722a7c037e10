import { describe, expect, it } from 'vitest';
import { CHUNK, pack, sameAsPacked, unpack } from '../../src/machine/packing';

const WORDS = CHUNK / 4;

/** Bytes of a chunk whose words are `of(i)`, behind another chunk. */
function chunk(of: (i: number) => number): Uint8Array {
  const words = new Int32Array(WORDS * 2);
  for (let i = 0; i < WORDS; i++) words[WORDS + i] = of(i);
  return new Uint8Array(words.buffer);
}

const REGULAR: [string, (i: number) => number][] = [
  ['zeros', () => 0],
  ['counting up', (i) => 1000 + i],
  ['counting down over the sign', (i) => 2000 - i],
  ['page table entries', (i) => ((50_000 + i) << 5) | 7],
  ['runs of 31', (i) => (i % 31 === 0 ? -i : i)],
  ['one odd word at the end', (i) => (i === WORDS - 1 ? 77 : 5)],
  ['wrapping around', (i) => (0x7ffffff0 + i) | 0],
];

/** Some number for each i, of 32 bits. */
const scattered = (i: number): number => Math.imul(i ^ (i >>> 3), 0x9e3779b1);

/** With how much of a chunk they take up at the most. */
const NARROW: [string, (i: number) => number, number][] = [
  ['page frame numbers, 17 bits', (i) => 70_000 + (scattered(i) >>> 15), 17 / 32],
  ['links that may be -1', (i) => (i % 50 === 0 ? -1 : scattered(i) >>> 13), 19 / 32],
  ['two values', (i) => (scattered(i) & 1 ? -7 : 1 << 30), 1 / 32],
  ['small counts', (i) => scattered(i) & 7, 3 / 32],
  ['a few sets of flags', (i) => [0x10000041, 0x2000_0000, -1, 0, 0x30405][(scattered(i) >>> 8) % 5], 3 / 32],
  ['as many values as make a list', (i) => scattered(((i >> 4) ^ (scattered(i) & 1)) + 1), 8 / 32],
  ['24 bits, over the sign', (i) => (i === 9 ? -(2 ** 23) : i === 10 ? 2 ** 23 - 1 : scattered(i) >> 9), 24 / 32],
];

describe('a packed chunk', () => {
  it.each(NARROW)('takes the bits that its words need and unpacks to what it was: %s', (_, of, share) => {
    const bytes = chunk(of);
    const packed = pack(bytes, CHUNK);
    if (packed === null) throw new Error('not packed');
    expect(packed.length).toBeLessThanOrEqual(CHUNK * share + 8 + 4 * 256);
    const back = new Uint8Array(CHUNK * 2);
    unpack(packed, back, CHUNK);
    expect(back).toEqual(bytes);
    expect(sameAsPacked(bytes, CHUNK, packed)).toBe(true);
    for (const at of [0, 1, WORDS - 1]) {
      const other = bytes.slice();
      other[CHUNK + at * 4] ^= 1;
      expect(sameAsPacked(other, CHUNK, packed)).toBe(false);
    }
  });

  it.each(REGULAR)('is shorter and unpacks to what it was: %s', (_, of) => {
    const bytes = chunk(of);
    const packed = pack(bytes, CHUNK);
    if (packed === null) throw new Error('not packed');
    expect(packed.length).toBeLessThan(CHUNK / 3);
    const back = new Uint8Array(CHUNK * 2);
    unpack(packed, back, CHUNK);
    expect(back).toEqual(bytes);
  });

  it('is told from a chunk that differs in one word', () => {
    const bytes = chunk((i) => i * 3);
    const packed = pack(bytes, CHUNK);
    if (packed === null) throw new Error('not packed');
    expect(sameAsPacked(bytes, CHUNK, packed)).toBe(true);
    for (const at of [0, 1, WORDS - 1]) {
      const other = bytes.slice();
      other[CHUNK + at * 4] ^= 1;
      expect(sameAsPacked(other, CHUNK, packed)).toBe(false);
    }
  });

  it('is not made of what does not count', () => {
    expect(pack(chunk(scattered), CHUNK)).toBeNull();
  });
});
