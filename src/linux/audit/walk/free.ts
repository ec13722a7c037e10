/** Free pages: the buddy allocator's lists and those of the cpus. */
import { MIGRATE_TYPES } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import type { Zone } from '../../include/mmzone';
import { PGTYPE_BUDDY, PGTYPE_BUDDY_TAIL, PGTYPE_PCP } from '../../include/page';
import { NR_PAGE_ORDERS } from '../../include/units';
import { NR_PCP_LISTS } from '../../mm/page_alloc';
import { orderToPindex, pindexToOrder } from '../../mm/page_alloc/pcp';
import { equal, type Findings, fault } from '../report';
import { mark, ON_BUDDY, ON_PCP, typeOf, type Walk, walkList } from './list';

/** Free lists: blocks aligned, apart, fully merged, counted. Invariants 1 and 3. */
export function walkFreeLists(k: Kernel, f: Findings, w: Walk, z: Zone): void {
  const m = k.mem;
  let pages = 0;
  for (let order = 0; order < NR_PAGE_ORDERS; order++) {
    const size = 2 ** order;
    let blocks = 0;
    for (let mt = 0; mt < MIGRATE_TYPES; mt++) {
      const what = `${z.name} free list (order ${order}, type ${mt})`;
      blocks += walkList(k, f, what, z.freeHeads + order * MIGRATE_TYPES + mt, (p) => {
        if (p < z.base || p + size > z.end) {
          fault(f, `${what}: block ${p} is not in the zone`);
          return;
        }
        if (p & (size - 1)) fault(f, `${what}: block ${p} is not aligned`);
        if (typeOf(k, p) !== PGTYPE_BUDDY || m.index[p] !== order) fault(f, `${what}: page ${p} is not such a block`);
        for (let q = p; q < p + size; q++) {
          mark(k, f, w, q, ON_BUDDY, what);
          if (q > p && typeOf(k, q) !== PGTYPE_BUDDY_TAIL) fault(f, `${what}: page ${q} inside block ${p} is in use`);
        }
        const buddy = p ^ size;
        const mergeable = order < NR_PAGE_ORDERS - 1 && buddy > p && buddy >= z.base && buddy < z.end;
        if (mergeable && typeOf(k, buddy) === PGTYPE_BUDDY && m.index[buddy] === order) {
          fault(f, `${what}: ${p} and ${buddy} should have been merged`);
        }
      });
    }
    equal(f, `${z.name} nr_free of order ${order}`, z.nrFree[order], blocks);
    pages += blocks * size;
  }
  equal(f, `${z.name} free`, z.free, pages);
}

/** Per-cpu lists. */
export function walkPcp(k: Kernel, f: Findings, w: Walk, z: Zone): void {
  z.pcp.forEach((pcp, cpu) => {
    let pages = 0;
    for (let list = 0; list < NR_PCP_LISTS; list++) {
      const what = `${z.name} pcp list of cpu ${cpu}`;
      const order = pindexToOrder(list);
      const size = 2 ** order;
      walkList(k, f, what, pcp.heads + list, (p) => {
        pages += size;
        if (p < z.base || p + size > z.end) fault(f, `${what}: page ${p} is not in the zone`);
        if (typeOf(k, p) !== PGTYPE_PCP) fault(f, `${what}: page ${p} is not a free page of the list`);
        if (orderToPindex(order, k.mem.index[p]) !== list) fault(f, `${what}: page ${p} stands under another type`);
        for (let q = p; q < p + size; q++) mark(k, f, w, q, ON_PCP, what);
      });
    }
    equal(f, `${z.name} pcp count of cpu ${cpu}`, pcp.count, pages);
  });
}
