/**
 * CPU caches at the grain of pages: each level holds so many pages, found by a hash of whose page it is. Just enough for
 * how full they are and which level serves a visit, not for timing single loads.
 */
import type { CacheLevel } from './config';
import { RAM_LATENCY_NS } from './costs';
import type { CacheState } from './machine';

const PAGE = 4096;

export function createCaches(levels: CacheLevel[]): CacheState {
  const tags = levels.map(({ bytes }) => {
    // A power of two, so that a slot is a mask away.
    const pages = Math.max(1, Math.floor(bytes / PAGE));
    return new Int32Array(2 ** Math.floor(Math.log2(pages)));
  });
  return { tags, served: new Array<number>(levels.length + 1).fill(0) };
}

/** A visit to `count` pages from `vpn` on, `stride` apart, of address space `mm`. */
export function visitPages(c: CacheState, mm: number, vpn: number, count: number, stride = 1): void {
  const { tags, served } = c;
  const levels = tags.length;
  for (let i = 0; i < count; i++) {
    const page = vpn + i * stride;
    let h = Math.imul(page ^ Math.imul(mm + 1, 0x9e3779b1), 0x85ebca6b);
    h ^= h >>> 15;
    const tag = h | 1;
    let level = 0;
    for (; level < levels; level++) {
      const set = tags[level];
      const slot = (h >>> 1) & (set.length - 1);
      if (set[slot] === tag) break;
      set[slot] = tag;
    }
    served[level]++;
  }
}

/** Share of a level that holds something, 0..1. */
export function occupied(c: CacheState, level: number): number {
  const set = c.tags[level];
  let n = 0;
  for (let i = 0; i < set.length; i++) if (set[i] !== 0) n++;
  return n / set.length;
}

/** Average ns of an access whose page is in memory, from shares by level (RAM last). 0 accesses: RAM's. */
export function meanLatency(levels: CacheLevel[], served: number[]): number {
  let visits = 0;
  let ns = 0;
  for (let i = 0; i < served.length; i++) {
    visits += served[i];
    ns += served[i] * (i < levels.length ? levels[i].latencyNs : RAM_LATENCY_NS);
  }
  return visits > 0 ? ns / visits : RAM_LATENCY_NS;
}
