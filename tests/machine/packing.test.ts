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

describe('a packed chunk', () => {
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
    expect(
      pack(
        chunk((i) => Math.imul(i, 0x9e3779b1) ^ (i >>> 3)),
        CHUNK,
      ),
    ).toBeNull();
  });
});
