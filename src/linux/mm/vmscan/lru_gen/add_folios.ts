/** The way of freshly faulted pages to the youngest generation, many at a time. §6.3. */
import type { Kernel } from '../../../include/kernel';
import { LRU_GEN_FILE, NR_LRU_LISTS } from '../../../include/mmzone';
import {
  LRU_GEN_MASK,
  LRU_GEN_PGOFF,
  PG_ACTIVE,
  PG_BATCHED,
  PG_HEAD,
  PG_ISOLATED,
  PG_LRU,
  PG_MLOCKED,
  PG_SWAPBACKED,
  PG_UNEVICTABLE,
  PGZONE_MASK,
  PGZONE_SHIFT,
} from '../../../include/page';
import { NR_LRU_BASE, NR_ZONE_LRU_BASE } from '../../../include/vmstat';
import { zoneLruvec } from '../../mmzone';
import { folioPutbackLru, isPlain } from '../../swap';
import { folioLruType, genList, lruGenFromSeq } from './mm_inline';

/** What decides about the list of an active page. */
const PLACE = PGZONE_MASK | PG_SWAPBACKED | PG_ACTIVE | PG_MLOCKED | PG_UNEVICTABLE | PG_HEAD;

/**
 * lruAddFolios for the multi-gen LRU: active neighbours of one type and zone are counted and linked together, all others
 * one by one.
 */
export function lruGenAddFolios(k: Kernel, pages: Int32Array, from: number, end: number): void {
  const { flags, next, prev, mapping } = k.mem;
  for (let i = from; i < end; ) {
    const f = flags[pages[i]];
    if (!(f & PG_ACTIVE) || !isPlain(k, f, pages[i])) {
      folioPutbackLru(k, pages[i++]);
      continue;
    }
    const want = f & PLACE;
    const z = k.zones[(f & PGZONE_MASK) >>> PGZONE_SHIFT];
    const lruvec = zoneLruvec(k, z, pages[i]);
    const g = lruvec.lrugen;
    const gen = lruGenFromSeq(g.maxSeq);
    const type = folioLruType(f);
    const list = genList(gen, type, z.type);
    const head = g.heads + list;
    const bits = PG_LRU | ((gen + 1) << LRU_GEN_PGOFF);
    const { memcg } = k.mem;
    const cgroups = memcg.length > 0;
    const charged = lruvec.memcg;
    const file = type === LRU_GEN_FILE;
    // Of a file all pages are evictable when one is.
    const owner = mapping[pages[i]];
    const start = i;
    let first = next[head];
    for (; i < end; i++) {
      const p = pages[i];
      const pf = flags[p];
      if ((pf & PLACE) !== want || (cgroups && memcg[p] !== charged) || (file && mapping[p] !== owner)) break;
      flags[p] = (pf & ~(PG_BATCHED | PG_ISOLATED | PG_ACTIVE | LRU_GEN_MASK)) | bits;
      next[p] = first;
      prev[first] = p;
      first = p;
    }
    next[head] = first;
    prev[first] = head;
    const lru = type * 2 + 1;
    g.nrPages[list] += i - start;
    z.stat[NR_ZONE_LRU_BASE + lru] += i - start;
    k.nodes[z.node].stat[NR_LRU_BASE + lru] += i - start;
    lruvec.lruSize[z.type * NR_LRU_LISTS + lru] += i - start;
  }
}
