/** Giving pages back: to the per-cpu lists, or straight to the buddy lists. §3.3, §3.6. */
import type { Kernel } from '../../include/kernel';
import { PGFREE } from '../../include/vmstat';
import { pageZone } from '../../kernel/sched/core';
import { memCgroupUncharge, memCgroupUnchargeFolios } from '../memcontrol';
import { clearBlock, freeOnePage } from './buddy';
import { freeRunToPcplist, freeToPcplist, pcpAllowedOrder } from './pcp';

/** free_unref_page: gives back one page. It must be on no list; its flags and links are cleared. */
export function freePage(k: Kernel, p: number): void {
  const m = k.mem;
  if (m.memcg.length > 0 && m.memcg[p] !== 0) memCgroupUncharge(k, p);
  m.mapping[p] = 0;
  m.mapcount[p] = 0;
  k.vmEvents[PGFREE]++;
  k.cost += k.costs.freePage;
  freeToPcplist(k, p, 0);
}

/** free_unref_folios: gives back `n` pages that reclaim has taken off the lists of one memcg, in order, as freePage does one. */
export function freeUnrefFolios(k: Kernel, pages: Int32Array, n: number): void {
  const { mapping, mapcount } = k.mem;
  if (k.mem.memcg.length > 0) memCgroupUnchargeFolios(k, pages, n);
  for (let i = 0; i < n; i++) {
    i = freeRunToPcplist(k, pages, i, n);
    if (i === n) break;
    const p = pages[i];
    mapping[p] = 0;
    mapcount[p] = 0;
    freeToPcplist(k, p, 0);
  }
  k.vmEvents[PGFREE] += n;
  k.cost += n * k.costs.freePage;
}

/** __free_pages: gives back a block of 2^order pages. */
export function freePages(k: Kernel, p: number, order: number): void {
  if (order === 0) {
    freePage(k, p);
    return;
  }
  if (k.mem.memcg.length > 0) {
    for (let q = p; q < p + (1 << order); q++) if (k.mem.memcg[q] !== 0) memCgroupUncharge(k, q);
  }
  clearBlock(k.mem, p, order);
  k.vmEvents[PGFREE] += 1 << order;
  if (pcpAllowedOrder(order)) freeToPcplist(k, p, order);
  else freeOnePage(k, pageZone(k, p), p, order);
}
