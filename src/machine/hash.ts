/**
 * A hash of a machine's whole state: equal states have equal hashes, in every engine and however they were reached. Two
 * 32-bit lanes; object keys are taken in sorted order.
 */
import type { Machine } from './machine';
import { isTyped } from './snapshot';

const NO_STATE: readonly string[] = ['config', 'script', 'rec'];

const f64 = new Float64Array(1);
const words = new Int32Array(f64.buffer);

interface Lanes {
  a: number;
  b: number;
}

function mix(h: Lanes, word: number): void {
  h.a = Math.imul(h.a ^ word, 0x85ebca6b);
  h.a ^= h.a >>> 13;
  h.b = Math.imul(h.b ^ word, 0xc2b2ae35);
  h.b ^= h.b >>> 16;
}

function mixNumber(h: Lanes, n: number): void {
  // +0 and −0 are the same state.
  f64[0] = n === 0 ? 0 : n;
  mix(h, words[0]);
  mix(h, words[1]);
}

function mixText(h: Lanes, text: string): void {
  mix(h, text.length);
  for (let i = 0; i < text.length; i++) mix(h, text.charCodeAt(i));
}

/** The hot loop has a function of its own: compiled, it is not thrown away for what comes after it. */
function mixWords(h: Lanes, view: Int32Array): void {
  let x = h.a;
  let y = h.b;
  for (let i = 0; i < view.length; i++) {
    const w = view[i];
    x = Math.imul(x ^ w, 0x85ebca6b);
    x ^= x >>> 13;
    y = Math.imul(y ^ w, 0xc2b2ae35);
    y ^= y >>> 16;
  }
  h.a = x;
  h.b = y;
}

function mixBytes(h: Lanes, a: ArrayBufferView): void {
  const n = a.byteLength >> 2;
  mixWords(h, new Int32Array(a.buffer, a.byteOffset, n));
  const tail = new Uint8Array(a.buffer, a.byteOffset + n * 4, a.byteLength - n * 4);
  for (let i = 0; i < tail.length; i++) mix(h, tail[i]);
  mix(h, a.byteLength);
}

function mixValue(h: Lanes, value: unknown): void {
  switch (typeof value) {
    case 'number':
      mixNumber(h, value);
      return;
    case 'string':
      mixText(h, value);
      return;
    case 'boolean':
      mix(h, value ? 3 : 2);
      return;
    case 'object':
      if (value === null) mix(h, 5);
      else if (isTyped(value)) mixBytes(h, value);
      else if (Array.isArray(value)) {
        mix(h, value.length);
        for (let i = 0; i < value.length; i++) mixValue(h, value[i]);
      } else mixObject(h, value as Record<string, unknown>);
      return;
    default:
      mix(h, 7);
  }
}

function mixObject(h: Lanes, object: Record<string, unknown>): void {
  for (const key of Object.keys(object).sort()) {
    // A field that was never set and one set to undefined are the same state.
    if (object[key] === undefined) continue;
    mixText(h, key);
    mixValue(h, object[key]);
  }
}

const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, '0');

/** 16 hexadecimal digits. */
export function hashMachine(m: Machine): string {
  const h: Lanes = { a: 0x9747b28c | 0, b: 0x3c6ef372 | 0 };
  const state: Record<string, unknown> = {};
  for (const key of Object.keys(m)) if (!NO_STATE.includes(key)) state[key] = m[key as keyof Machine];
  mixObject(h, state);
  return hex(h.a) + hex(h.b);
}
