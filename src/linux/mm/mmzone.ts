/** lruvec_init, and finding the lruvec of a page. §5.1. */
import type { Kernel } from '../include/kernel';
import { type Lruvec, MAX_NR_ZONES, NR_LRU_GEN_LISTS, NR_LRU_LISTS, type Zone } from '../include/mmzone';
import { NR_LRU_BASE, WORKINGSET_ACTIVATE_ANON } from '../include/vmstat';
import { pageNode } from '../kernel/sched/core';
import { memcgNext } from './memcontrol/iter';
import { lruGenInit } from './vmscan/lru_gen/init';

/** List heads of a lruvec, of both schemes. */
export const NR_LRUVEC_HEADS = NR_LRU_LISTS + NR_LRU_GEN_LISTS;

/**
 * lruvec_init: empty lists.
 *
 * @param heads first of its NR_LRUVEC_HEADS list heads
 */
export const lruvecInit = (nid: number, memcg: number, heads: number): Lruvec => ({
  nid,
  memcg,
  heads,
  lruSize: new Int32Array(MAX_NR_ZONES * NR_LRU_LISTS),
  activated: [0, 0],
  anonCost: 0,
  fileCost: 0,
  refaults: [0, 0],
  nonresidentAge: 0,
  lrugen: lruGenInit(heads + NR_LRU_LISTS),
});

/** lruvec_page_state for the size of a list: with the cgroups below. */
export function lruvecPageState(k: Kernel, lruvec: Lruvec, lru: number): number {
  if (lruvec.memcg === 0) return k.nodes[lruvec.nid].stat[NR_LRU_BASE + lru];
  let n = 0;
  const { lruvecs } = k.nodes[lruvec.nid];
  for (let id = lruvec.memcg; id >= 0; id = memcgNext(k, lruvec.memcg, id)) {
    const { lruSize } = lruvecs[id];
    for (let at = lru; at < lruSize.length; at += NR_LRU_LISTS) n += lruSize[at];
  }
  return n;
}

/** The same for what its refaults have activated, by type. */
export function lruvecActivated(k: Kernel, lruvec: Lruvec, type: number): number {
  if (lruvec.memcg === 0) return k.nodes[lruvec.nid].stat[WORKINGSET_ACTIVATE_ANON + type];
  let n = 0;
  const { lruvecs } = k.nodes[lruvec.nid];
  for (let id = lruvec.memcg; id >= 0; id = memcgNext(k, lruvec.memcg, id)) n += lruvecs[id].activated[type];
  return n;
}

/** parent_lruvec: that of the memcg above, null for the root's, and for one that reclaim has just freed the last page of. */
export function parentLruvec(k: Kernel, lruvec: Lruvec): Lruvec | null {
  const { parent } = k.memcgs[lruvec.memcg];
  return parent < 0 ? null : k.nodes[lruvec.nid].lruvecs[parent];
}

/** folio_memcg: the memory cgroup charged for a page, 0 = none or the root. */
export const folioMemcg = (k: Kernel, pfn: number): number => (k.mem.memcg.length === 0 ? 0 : k.mem.memcg[pfn]);

/** folio_lruvec, for a page whose zone is known. */
export const zoneLruvec = (k: Kernel, z: Zone, pfn: number): Lruvec =>
  k.nodes[z.node].lruvecs[k.mem.memcg.length === 0 ? 0 : k.mem.memcg[pfn]];

/** folio_lruvec: the lists that a page belongs on. */
export const folioLruvec = (k: Kernel, pfn: number): Lruvec => pageNode(k, pfn).lruvecs[folioMemcg(k, pfn)];
