/** try_charge_memcg: a page counts for a memory cgroup, or the cgroup makes room, or it kills. §11.4. */
import { __GFP_DIRECT_RECLAIM, __GFP_HIGH, __GFP_NOFAIL, __GFP_NORETRY, __GFP_RETRY_MAYFAIL } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { type ChargeContext, MEMCG_CHARGE_BATCH, MEMCG_MAX } from '../../include/memcontrol';
import { MMF_OOM_SKIP } from '../../include/mm_types';
import { PGTYPE_MASK, PGTYPE_USER } from '../../include/page';
import { PF_EXITING, PF_MEMALLOC, type Task } from '../../include/sched';
import { MAX_RECLAIM_RETRIES, PAGE_ALLOC_COSTLY_ORDER } from '../../include/units';
import { psiMemstallEnter, psiMemstallLeave } from '../../kernel/sched/psi';
import { freePage } from '../page_alloc';
import { pageCounterCharge, pageCounterTryCharge, pageCounterUncharge } from '../page_counter';
import { newMemcgScanControl, tryToFreePagesStep } from '../vmscan';
import { memcgPut } from './css';
import { memcgMemoryEvent } from './events';
import { abandonOom, memCgroupOomStep, OOM_DONE, OOM_WAIT } from './oom';
import { consumeStock, drainAllStock, refillStock } from './stock';

/** mem_cgroup_margin: pages that may still be charged before the limit. */
export function memCgroupMargin(k: Kernel, memcg: number): number {
  const { usage, max } = k.memcgs[memcg].memory;
  return Math.max(0, max - usage);
}

/** task_is_dying. */
export const taskIsDying = (t: Task): boolean => t.sigkill || t.oomMm >= 0 || (t.flags & PF_EXITING) !== 0;

/** After a charge: what was charged too much goes to the stock; a memcg above its high limit slows the task down. §11.3 */
function doneRestock(k: Kernel, task: Task | null, memcg: number, batch: number, n: number): void {
  if (batch > n) refillStock(k, memcg, batch - n);
  for (let id = memcg; id > 0; id = k.memcgs[id].parent) {
    const { memory, swap } = k.memcgs[id];
    if (memory.usage > memory.high || swap.usage > swap.high) {
      if (task !== null) task.memcgOverHigh += batch;
      return;
    }
  }
}

/**
 * A charge of `n` pages without reclaim: from the stock, else a batch, else just as many.
 *
 * @param task whose way back to user mode pays for a high limit exceeded, null = nobody's
 * @param batch 64, or `n` when a batch has been refused before
 * @returns −1, or the memcg whose limit does not allow it
 */
export function tryChargeNow(
  k: Kernel,
  task: Task | null,
  memcg: number,
  n: number,
  batch = Math.max(MEMCG_CHARGE_BATCH, n),
): number {
  if (consumeStock(k, memcg, n)) return -1;
  let over = pageCounterTryCharge(k, memcg, 'memory', batch);
  if (over < 0) {
    doneRestock(k, task, memcg, batch, n);
    return -1;
  }
  if (batch === n) return over;
  over = pageCounterTryCharge(k, memcg, 'memory', n);
  if (over < 0) doneRestock(k, task, memcg, n, n);
  return over;
}

/** commit_charge: the page is the memcg's. */
export function commitCharge(k: Kernel, pfn: number, memcg: number): void {
  k.mem.memcg[pfn] = memcg;
}

/**
 * mem_cgroup_uncharge of a page that is being freed. Kernel memory goes to the stock, user pages to the counters.
 * Its type must still be what it was.
 */
export function memCgroupUncharge(k: Kernel, pfn: number): void {
  const { memcg, flags } = k.mem;
  const id = memcg[pfn];
  memcg[pfn] = 0;
  unchargePages(k, id, 1, (flags[pfn] & PGTYPE_MASK) !== PGTYPE_USER);
}

/** mem_cgroup_uncharge_folios: the same for `n` user pages that reclaim has taken off the lists of one memcg. */
export function memCgroupUnchargeFolios(k: Kernel, pages: Int32Array, n: number): void {
  const { memcg } = k.mem;
  const id = memcg[pages[0]];
  if (id === 0) return;
  for (let i = 0; i < n; i++) memcg[pages[i]] = 0;
  unchargePages(k, id, n, false);
}

function unchargePages(k: Kernel, id: number, n: number, kmem: boolean): void {
  if (kmem && k.memcgs[id].online) {
    refillStock(k, id, n);
    return;
  }
  pageCounterUncharge(k, id, 'memory', n);
  if (!k.memcgs[id].online) memcgPut(k, id);
}

/** A charge that does not wait and never fails: it may exceed the limit. */
function chargeInAnyCase(k: Kernel, memcg: number, pages: number): void {
  if (tryChargeNow(k, null, memcg, pages) >= 0) pageCounterCharge(k, memcg, 'memory', pages);
}

/** obj_cgroup_charge for a process's small kernel objects, in whole pages. It never fails. */
export function chargeSlab(k: Kernel, memcg: number, pages: number): void {
  if (memcg === 0) return;
  chargeInAnyCase(k, memcg, pages);
  k.memcgs[memcg].slab += pages;
}

/** The charge of a block of kernel memory. It never fails. */
export function chargeBlock(k: Kernel, memcg: number, pfn: number, order: number): void {
  if (memcg === 0) return;
  chargeInAnyCase(k, memcg, 1 << order);
  for (let p = pfn; p < pfn + (1 << order); p++) commitCharge(k, p, memcg);
}

/** obj_cgroup_uncharge. */
export function unchargeSlab(k: Kernel, memcg: number, pages: number): void {
  if (memcg === 0) return;
  k.memcgs[memcg].slab -= pages;
  unchargePages(k, memcg, pages, true);
}

/** Begins the slow way of a charge, for a page that the task holds. */
export function beginCharge(
  k: Kernel,
  task: Task,
  memcg: number,
  pfn: number,
  gfp: number,
  chargeGfp: number,
  over: number,
): void {
  task.charge = {
    memcg,
    gfp,
    chargeGfp,
    pfn,
    stage: 'try_charge',
    retries: MAX_RECLAIM_RETRIES,
    drained: false,
    passedOom: false,
    raisedMaxEvent: false,
    over,
    sc: null,
    oom: null,
    done: false,
    failed: false,
    startedAt: k.now,
  };
  limitHit(k, task, task.charge);
}

function succeed(k: Kernel, c: ChargeContext): void {
  commitCharge(k, c.pfn, c.memcg);
  c.done = true;
}

/** nomem and force: −ENOMEM, or beyond the limit for who must not fail. */
function nomem(k: Kernel, c: ChargeContext): void {
  if (c.chargeGfp & (__GFP_NOFAIL | __GFP_HIGH)) {
    force(k, c);
    return;
  }
  c.done = true;
  c.failed = true;
  freePage(k, c.pfn);
}

function force(k: Kernel, c: ChargeContext): void {
  if (!c.raisedMaxEvent) memcgMemoryEvent(k, c.over, MEMCG_MAX);
  pageCounterCharge(k, c.memcg, 'memory', 1);
  succeed(k, c);
}

/** The limit of `c.over` does not allow the page: reclaim, if the request may. */
function limitHit(k: Kernel, task: Task, c: ChargeContext): void {
  if (task.flags & PF_MEMALLOC) {
    force(k, c);
    return;
  }
  // A victim that has given up its memory already is not to wait for more of it. §10.10
  const skipped = task.oomMm >= 0 && (k.mms[task.oomMm].flags & MMF_OOM_SKIP) !== 0;
  if (!(c.chargeGfp & __GFP_DIRECT_RECLAIM) || skipped) {
    nomem(k, c);
    return;
  }
  memcgMemoryEvent(k, c.over, MEMCG_MAX);
  c.raisedMaxEvent = true;
  k.cost += k.costs.slowpath;
  psiMemstallEnter(k, task);
  task.flags |= PF_MEMALLOC;
  c.sc = newMemcgScanControl(k, c.over, 1, c.chargeGfp);
  c.stage = 'reclaim';
}

/** After a reclaim: is there room, is another try worth it, or must somebody die? */
function afterReclaim(k: Kernel, task: Task, c: ChargeContext, reclaimed: number): void {
  c.stage = 'try_charge';
  if (memCgroupMargin(k, c.over) >= 1) return;
  if (!c.drained) {
    drainAllStock(k, c.over);
    c.drained = true;
    return;
  }
  if (c.chargeGfp & __GFP_NORETRY) {
    nomem(k, c);
    return;
  }
  if (reclaimed > 0 && 1 <= 1 << PAGE_ALLOC_COSTLY_ORDER) return;
  if (c.retries-- > 0) return;
  if (c.chargeGfp & __GFP_RETRY_MAYFAIL || (c.passedOom && taskIsDying(task))) {
    nomem(k, c);
    return;
  }
  c.stage = 'mem_cgroup_oom';
}

/** One step of the charge under way in `task.charge`. The task may be asleep afterwards. */
export function chargeStep(k: Kernel, task: Task): void {
  const c = task.charge;
  if (c === null || c.done) return;
  switch (c.stage) {
    case 'try_charge': {
      const over = tryChargeNow(k, task, c.memcg, 1, 1);
      if (over < 0) {
        succeed(k, c);
        return;
      }
      c.over = over;
      limitHit(k, task, c);
      return;
    }

    case 'reclaim': {
      const { sc } = c;
      if (sc !== null && !tryToFreePagesStep(k, task, sc)) return;
      c.sc = null;
      task.flags &= ~PF_MEMALLOC;
      psiMemstallLeave(k, task);
      afterReclaim(k, task, c, sc?.result ?? 0);
      return;
    }

    case 'mem_cgroup_oom': {
      const r = memCgroupOomStep(k, task, c, c.over, c.chargeGfp);
      if (r === OOM_WAIT) return;
      if (r === OOM_DONE) {
        c.passedOom = true;
        c.retries = MAX_RECLAIM_RETRIES;
        c.stage = 'try_charge';
        return;
      }
      nomem(k, c);
      return;
    }
  }
}

/** Ends a charge whose task is going away: its page is freed. */
export function abandonCharge(k: Kernel, task: Task): void {
  const c = task.charge;
  task.charge = null;
  if (c === null) return;
  if (c.sc !== null) task.flags &= ~PF_MEMALLOC;
  abandonOom(k, c);
  if (!c.failed) freePage(k, c.pfn);
}
