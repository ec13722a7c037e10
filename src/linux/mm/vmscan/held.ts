/**
 * A batch whose reclaimer sleeps in the middle of it. Its pages are on no list meanwhile: those whose write ends now miss
 * their move to the tail of the list. §5.4
 */
import { bioAtHand, waitForBio } from '../../block/bio';
import { completeBios } from '../../block/blk-mq';
import type { Kernel } from '../../include/kernel';
import { PG_ISOLATED } from '../../include/page';
import type { ScanControl, Task } from '../../include/sched';
import { pageNode } from '../../kernel/sched/core';
import { swapFlushPlug } from '../page_io';
import { isolatedStat, lruAddFolios } from '../swap';
import { batch } from './batch';

/** Those of the batch that there was no descriptor to write with, in order. Meaningless between calls. */
export const unwritten = { count: 0, pages: new Int32Array(batch.length) };

/** Whether the task has a batch in hand. */
export function isHolding(k: Kernel, task: Task): boolean {
  for (let i = 0; i < k.heldBatches.length; i++) if (k.heldBatches[i].pid === task.pid) return true;
  return false;
}

/**
 * Puts the task to sleep until a write has ended, its own writes sent off before. It keeps the first `kept` pages of the
 * batch in hand, and the `unwritten`, with which it goes on when it wakes.
 */
export function sleepInBatch(k: Kernel, task: Task, sc: ScanControl, kept: number): void {
  const { flags } = k.mem;
  const pages: number[] = [];
  for (let i = 0; i < kept; i++) pages.push(batch[i]);
  for (let i = 0; i < unwritten.count; i++) pages.push(unwritten.pages[i]);
  for (const pfn of pages) {
    flags[pfn] |= PG_ISOLATED;
    pageNode(k, pfn).stat[isolatedStat(flags[pfn])]++;
  }
  k.heldBatches.push({ pid: task.pid, pages, done: kept });
  swapFlushPlug(k, sc.plug);
  completeBios(k, k.now + k.cost);
  if (!bioAtHand(k)) waitForBio(k, task);
}

/** Where a batch stands that is in hand again: its pages, and how many of them have been through. Meaningless between calls. */
export const resumed = { count: 0, done: 0 };

/** The batch that the task has slept over is the one in hand again. */
export function resumeBatch(k: Kernel, task: Task): void {
  const { flags } = k.mem;
  resumed.count = 0;
  resumed.done = 0;
  for (let i = 0; i < k.heldBatches.length; i++) {
    const { pid, pages, done } = k.heldBatches[i];
    if (pid !== task.pid) continue;
    for (let j = 0; j < pages.length; j++) {
      const pfn = pages[j];
      flags[pfn] &= ~PG_ISOLATED;
      pageNode(k, pfn).stat[isolatedStat(flags[pfn])]--;
      batch[j] = pfn;
    }
    resumed.count = pages.length;
    resumed.done = done;
    k.heldBatches.splice(i, 1);
    return;
  }
}

/** Puts back what the task has in hand, as it is. */
export function putBackHeld(k: Kernel, task: Task): void {
  resumeBatch(k, task);
  lruAddFolios(k, batch, 0, resumed.count);
}
