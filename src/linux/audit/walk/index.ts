/**
 * What the kernel's structures say about each page frame: lists, page tables, page caches, swap. Collected once, held
 * against the memmap afterwards.
 */
import type { Kernel } from '../../include/kernel';
import type { Findings } from '../report';
import { walkInodes } from './cache';
import { walkFreeLists, walkPcp } from './free';
import { mark, ON_SLAB, type Walk, walkList } from './list';
import { walkLru } from './lru';
import { walkMm } from './mm';

export { type MmCount, ON_BATCH, ON_BUDDY, ON_LRU, ON_NOTHING, ON_PCP, ON_SLAB, type Walk } from './list';

/** Collects everything, noting what is wrong on the way. */
export function walkKernel(k: Kernel, f: Findings): Walk {
  const n = k.mem.nrPages;
  const w: Walk = {
    list: new Uint8Array(n),
    mapcount: new Int32Array(n),
    table: new Uint8Array(n),
    cached: new Uint8Array(n),
    slotRefs: new Int32Array(k.swap.slots),
    mms: [],
  };
  for (const z of k.zones) {
    walkFreeLists(k, f, w, z);
    walkPcp(k, f, w, z);
  }
  walkLru(k, f, w);
  walkList(k, f, 'slab list', k.slab.head, (p) => mark(k, f, w, p, ON_SLAB, 'the slab list'));
  w.mms = k.mms.map((mm) => (mm && mm.pgd > 0 ? walkMm(k, f, w, mm) : null));
  walkInodes(k, f, w);
  return w;
}
