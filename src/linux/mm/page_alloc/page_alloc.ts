/** Asking for pages: the fast path, and the way into the slow one. §4.1. */
import { gfpMigratetype, gfpZone } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import type { Mempolicy } from '../../include/mempolicy';
import type { Task } from '../../include/sched';
import { cpusetMems } from '../../kernel/cpuset';
import { NO_INTERLEAVE_INDEX, policyNode, policyNodemask } from '../mempolicy';
import { fastPathFlags, LONG_WAY, takeFromPcp } from './fast_path';
import { freePages } from './free';
import { getPageFromFreelist, preferredZone } from './freelist';
import { newAllocContext } from './slowpath_context';

/** The request waits: drive the slow path or the sleep in the task, then ask again. */
export const ALLOC_WAIT = -2;
/** The request failed: NULL. */
export const ALLOC_NULL = -1;

/**
 * __alloc_pages: asks for a block of 2^order pages.
 *
 * The fast path serves it on the spot. Otherwise the slow path is begun in `task.alloc` and ALLOC_WAIT returned: the
 * task's runner drives it with `allocSlowpathStep` and the caller asks again with the same gfp and order.
 *
 * @param task on whose behalf: its cpuset and its memory policy say from which nodes
 * @param pol the policy of the mapping that the page is for, if it has one
 * @param index place of the page in its mapping, by which pages are spread over nodes
 * @returns model pfn >= 0, ALLOC_WAIT, or ALLOC_NULL. §4.1
 */
export function allocPages(
  k: Kernel,
  task: Task,
  gfp: number,
  order: number,
  pol: Mempolicy | null = task.mempolicy,
  index = NO_INTERLEAVE_INDEX,
): number {
  if (task.alloc !== null) {
    const ctx = task.alloc;
    if (!ctx.done) return ALLOC_WAIT;
    task.alloc = null;
    if (ctx.gfp === gfp && ctx.order === order) return ctx.failed ? ALLOC_NULL : ctx.page;
    // The caller changed its mind while it waited; the page is not lost.
    if (!ctx.failed) freePages(k, ctx.page, ctx.order);
  }
  k.cost += k.costs.allocPcp;
  const highest = gfpZone(gfp);
  const mt = gfpMigratetype(gfp);
  const nid = pol === null ? k.cpuNode[k.cpu] : policyNode(k, pol, index);
  const nodemask = pol === null ? 0 : policyNodemask(k, task, pol, highest);
  const list = k.nodes[nid].zonelist;
  // All zones there are have been found short.
  let short = false;
  if (order === 0 && pol === null && task.cpuset < 0) {
    short = true;
    for (let i = 0; i < list.length && short; i++) {
      const z = k.zones[list[i]];
      if (z.type > highest) continue;
      const p = z.node === nid ? takeFromPcp(k, z, mt, highest) : LONG_WAY;
      if (p >= 0) return p;
      if (p === LONG_WAY) short = false;
    }
  }
  if (!short) {
    // The first try keeps to the cpuset whatever the request; without a policy its nodes stand in for one.
    const first = nodemask === 0 && task.cpuset >= 0 ? cpusetMems(k, task) : nodemask;
    const flags = fastPathFlags(k, gfp, preferredZone(k, list, highest, first));
    const p = getPageFromFreelist(k, order, flags, highest, mt, nid, gfp, first);
    if (p >= 0) return p;
  }
  task.alloc = newAllocContext(k, gfp, order, highest, mt, nid, nodemask);
  return ALLOC_WAIT;
}

/**
 * An allocation that must not sleep (GFP_ATOMIC and the like, boot): one try, no slow path.
 *
 * @returns model pfn, or ALLOC_NULL
 */
export function allocPagesNowait(k: Kernel, gfp: number, order: number, allocFlags: number): number {
  return getPageFromFreelist(k, order, allocFlags, gfpZone(gfp), gfpMigratetype(gfp), k.cpuNode[k.cpu], gfp, 0);
}
