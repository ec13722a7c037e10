/** Allocations that are charged: of user pages, and of kernel memory with __GFP_ACCOUNT. §4.8, §11.1. */
import { GFP_KERNEL } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import type { Mempolicy } from '../../include/mempolicy';
import type { Task } from '../../include/sched';
import { NO_INTERLEAVE_INDEX } from '../mempolicy';
import { ALLOC_NULL, ALLOC_WAIT, allocPages, freePage } from '../page_alloc';
import { beginCharge, commitCharge, tryChargeNow } from './charge';

/**
 * folio_alloc and mem_cgroup_charge: a single page, charged to a memcg. Where that has to wait, what is done so far is
 * kept in the task (`task.alloc`, `task.charge`): call again with the same flags.
 *
 * @param memcg 0 = nobody is charged
 * @param gfp flags of the allocation
 * @param chargeGfp flags of the charge, which differ for anonymous memory: what an OOM report prints
 * @param pol memory policy of the page, as for allocPages
 * @param index its place for an interleaving one
 * @returns pfn, ALLOC_WAIT, or ALLOC_NULL
 */
export function allocCharged(
  k: Kernel,
  task: Task,
  memcg: number,
  gfp: number,
  chargeGfp: number,
  pol: Mempolicy | null = task.mempolicy,
  index = NO_INTERLEAVE_INDEX,
): number {
  const pending = task.charge;
  if (pending !== null) {
    if (!pending.done) return ALLOC_WAIT;
    task.charge = null;
    if (pending.gfp === gfp) return pending.failed ? ALLOC_NULL : pending.pfn;
    // The caller changed its mind while it waited.
    if (!pending.failed) freePage(k, pending.pfn);
  }
  const pfn = allocPages(k, task, gfp, 0, pol, index);
  if (pfn < 0 || memcg === 0) return pfn;
  const over = tryChargeNow(k, task, memcg, 1);
  if (over < 0) {
    commitCharge(k, pfn, memcg);
    return pfn;
  }
  beginCharge(k, task, memcg, pfn, gfp, chargeGfp, over);
  return ALLOC_WAIT;
}

/** The same for a user page of the task's own memory: charged with GFP_KERNEL. */
export const allocAnonPage = (k: Kernel, task: Task, gfp: number, pol: Mempolicy | null, vpn: number): number =>
  allocCharged(k, task, task.memcg, gfp, GFP_KERNEL, pol, vpn);

/** mem_cgroup_charge for a page that must not wait: false when there is no room for it. */
export function chargeNowait(k: Kernel, pfn: number, memcg: number): boolean {
  if (memcg === 0) return true;
  if (tryChargeNow(k, null, memcg, 1) >= 0) return false;
  commitCharge(k, pfn, memcg);
  return true;
}
