/** lru_gen_change_state: switching between the two schemes at run time. §6.1. */
import type { Kernel } from '../../../include/kernel';
import { listEmpty } from '../../../include/list';
import { LRU_UNEVICTABLE, NR_LRU_GEN_LISTS } from '../../../include/mmzone';
import { lruAddDrainAll, lruvecAddFolio, lruvecDelFolio } from '../../swap';
import { LRU_GEN_CORE } from './init';
import { lruGenAddFolio, lruGenDelFolio } from './mm_inline';

/** fill_evictable: from the classic lists to those with generations; the active ones become the youngest. */
function fillEvictable(k: Kernel): void {
  const m = k.mem;
  k.lruGenEnabled = false;
  for (const lruvec of k.nodes.flatMap((node) => node.lruvecs)) {
    for (let lru = 0; lru < LRU_UNEVICTABLE; lru++) {
      const head = lruvec.heads + lru;
      while (!listEmpty(m, head)) {
        const pfn = m.prev[head];
        lruvecDelFolio(k, pfn);
        lruGenAddFolio(k, pfn, false);
      }
    }
  }
  k.lruGenEnabled = true;
}

/** drain_evictable: back again; the two youngest generations become active. */
function drainEvictable(k: Kernel): void {
  const m = k.mem;
  k.lruGenEnabled = false;
  for (const lruvec of k.nodes.flatMap((node) => node.lruvecs)) {
    const { heads } = lruvec.lrugen;
    for (let head = heads; head < heads + NR_LRU_GEN_LISTS; head++) {
      while (!listEmpty(m, head)) {
        const pfn = m.prev[head];
        lruGenDelFolio(k, pfn, false);
        lruvecAddFolio(k, pfn);
      }
    }
  }
}

/** Sets the parts that are in use; moves all pages when the first of them, the core, changes. */
export function lruGenChangeState(k: Kernel, caps: number): void {
  const on = (caps & LRU_GEN_CORE) !== 0;
  if (on !== k.lruGenEnabled) {
    lruAddDrainAll(k);
    if (on) fillEvictable(k);
    else drainEvictable(k);
  }
  k.lruGenCaps = caps;
}
