/** Overcommit: what mmap, brk and fork may promise. §9.1. */
import { ENOMEM } from '../include/errno';
import type { Kernel } from '../include/kernel';
import type { MmStruct } from '../include/mm_types';
import { PAGE_SIZE, SEC } from '../include/units';
import { KERN_WARNING, printk, ratelimit } from '../kernel/printk';
import { findTask } from '../kernel/sched/core';

export const OVERCOMMIT_GUESS = 0;
export const OVERCOMMIT_ALWAYS = 1;
export const OVERCOMMIT_NEVER = 2;

/** Whole pages of so many kB, which may be more than an int holds. */
const pagesOf = (kbytes: number): number => Math.floor(kbytes / 4);

/** vm_commit_limit: CommitLimit of /proc/meminfo, pages. Enforced only in mode 2. */
export function vmCommitLimit(k: Kernel): number {
  const s = k.sysctl;
  const allowed =
    s.overcommit_kbytes > 0 ? pagesOf(s.overcommit_kbytes) : Math.floor((k.totalramPages * s.overcommit_ratio) / 100);
  return allowed + k.swap.total;
}

/** vm_acct_memory: `pages` were promised. */
export function vmAcctMemory(k: Kernel, pages: number): void {
  k.committedAs += pages;
}

/** vm_unacct_memory: a promise is taken back. */
export function vmUnacctMemory(k: Kernel, pages: number): void {
  k.committedAs -= pages;
}

/**
 * __vm_enough_memory: charges a promise of `pages` to vm_committed_as, or refuses it.
 *
 * Mode 0 refuses only a single request above all RAM plus swap; mode 1 nothing; mode 2 what would exceed CommitLimit less
 * the reserves for root and for the user's own recovery.
 *
 * A refusal is logged, ten times in 5 s at most.
 *
 * @param mm whose address space it is for, null = none (the user's reserve is then not subtracted)
 * @returns 0, or -ENOMEM with nothing charged
 */
export function vmEnoughMemory(k: Kernel, mm: MmStruct | null, pages: number, capSysAdmin: boolean): number {
  vmAcctMemory(k, pages);
  const s = k.sysctl;
  if (s.overcommit_memory === OVERCOMMIT_ALWAYS) return 0;
  if (s.overcommit_memory === OVERCOMMIT_GUESS) {
    if (pages <= k.totalramPages + k.swap.total) return 0;
  } else {
    let allowed = vmCommitLimit(k);
    if (!capSysAdmin) allowed -= pagesOf(s.admin_reserve_kbytes);
    if (mm !== null) allowed -= Math.min(Math.floor(mm.totalVm / 32), pagesOf(s.user_reserve_kbytes));
    if (k.committedAs < allowed) return 0;
  }
  vmUnacctMemory(k, pages);
  if (ratelimit(k, k.overcommitRatelimit, '__vm_enough_memory', 5 * SEC, 10)) {
    const comm = findTask(k, k.current)?.comm ?? '';
    const size = `bytes: ${pages * PAGE_SIZE} not enough memory for the allocation`;
    printk(k, KERN_WARNING, `__vm_enough_memory: pid: ${k.current}, comm: ${comm}, ${size}`);
  }
  return -ENOMEM;
}
