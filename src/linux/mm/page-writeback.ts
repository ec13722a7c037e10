/** Dirty pages: their limits, throttling those who make them, and the flusher that writes them. §8.1–8.3. */

import { blkWaitForQueue, fileSector, REQ_OP_WRITE, submitBio } from '../block/blk-mq';
import type { Kernel } from '../include/kernel';
import type { Inode } from '../include/mm_types';
import { LRU_ACTIVE_FILE, LRU_INACTIVE_FILE } from '../include/mmzone';
import { PG_DIRTY, PG_LOCKED, PG_RECLAIM, PG_WRITEBACK, PGZONE_MASK, PGZONE_SHIFT } from '../include/page';
import { TASK_INTERRUPTIBLE, TASK_KILLABLE, type Task, WAIT_KTHREAD } from '../include/sched';
import { trace, tracepointId } from '../include/trace';
import { clamp, MS, PAGE_SIZE, SEC } from '../include/units';
import {
  NR_DIRTIED,
  NR_FILE_DIRTY,
  NR_LRU_BASE,
  NR_WRITEBACK,
  NR_WRITTEN,
  NR_ZONE_WRITE_PENDING,
} from '../include/vmstat';
import { findTask, scheduleTimeout, sleepOn, wakeKthread } from '../kernel/sched/core';
import { folioMkclean } from './rmap';
import { folioRotateReclaimable } from './swap';
import { acctReclaimWriteback } from './vmscan/throttle';
import { globalNodeState, nrFreePages } from './vmstat';

const WRITEBACK_START = tracepointId('writeback_start');
const BALANCE_DIRTY = tracepointId('balance_dirty_pages');

/** Why the flusher writes. */
export const WB_REASON_BACKGROUND = 1;
export const WB_REASON_VMSCAN = 2;
export const WB_REASON_SYNC = 3;
export const WB_REASON_PERIODIC = 4;

/** Longest pause of a writer: HZ/5. */
const MAX_PAUSE = 200 * MS;
/** Shortest pause worth a sleep: less is let pass until more has come together. */
const MIN_PAUSE = MS;
/** File pages the flusher looks at, and writes, in one step. */
const FLUSHER_SCAN = 2048;
const FLUSHER_WRITE = 64;

/**
 * global_dirty_limits: pages.
 *
 * @returns `bg`: the flusher starts; `thresh`: writers stop; `freerun`: up to here they are left alone. §8.1
 */
export function globalDirtyLimits(k: Kernel): { thresh: number; bg: number; freerun: number } {
  const { sysctl } = k;
  const free = nrFreePages(k);
  const dirtyable =
    free -
    Math.min(free, k.totalreservePages) +
    globalNodeState(k, NR_LRU_BASE + LRU_INACTIVE_FILE) +
    globalNodeState(k, NR_LRU_BASE + LRU_ACTIVE_FILE) +
    1;
  const share = (ratio: number): number => Math.floor((dirtyable * Math.floor((ratio * PAGE_SIZE) / 100)) / PAGE_SIZE);
  const thresh = sysctl.dirty_bytes ? Math.ceil(sysctl.dirty_bytes / PAGE_SIZE) : share(sysctl.dirty_ratio);
  let bg = sysctl.dirty_background_bytes
    ? Math.ceil(sysctl.dirty_background_bytes / PAGE_SIZE)
    : share(sysctl.dirty_background_ratio);
  if (bg >= thresh) bg = Math.floor(thresh / 2);
  return { thresh, bg, freerun: Math.floor((thresh + bg) / 2) };
}

const nodeAndZone = (k: Kernel, pfn: number, item: number, n: number): void => {
  const z = k.zones[(k.mem.flags[pfn] & PGZONE_MASK) >>> PGZONE_SHIFT];
  k.nodes[z.node].stat[item] += n;
  z.stat[NR_ZONE_WRITE_PENDING] += n;
};

/** The file whose dirty pages are counted and written by the flusher, or null: anonymous, shmem, ramfs. */
function writebackInode(k: Kernel, pfn: number): Inode | null {
  const mapping = k.mem.mapping[pfn];
  if (mapping >= 0) return null;
  const inode = k.inodes[-mapping - 1];
  return inode.kind === 'file' && inode.disk >= 0 ? inode : null;
}

/** folio_mark_dirty: the page differs from its copy on disk. Returns false when it did already. */
export function setPageDirty(k: Kernel, pfn: number): boolean {
  const m = k.mem;
  if (m.flags[pfn] & PG_DIRTY) return false;
  m.flags[pfn] |= PG_DIRTY;
  const inode = writebackInode(k, pfn);
  if (inode === null) return true;
  nodeAndZone(k, pfn, NR_FILE_DIRTY, 1);
  k.nodes[k.zones[(m.flags[pfn] & PGZONE_MASK) >>> PGZONE_SHIFT].node].stat[NR_DIRTIED]++;
  if (inode.nrDirty++ === 0) inode.dirtiedWhen = k.now || 1;
  return true;
}

/** folio_cancel_dirty / folio_account_cleaned: the page goes without being written (truncation). */
export function folioCancelDirty(k: Kernel, pfn: number): void {
  const m = k.mem;
  if (!(m.flags[pfn] & PG_DIRTY)) return;
  m.flags[pfn] &= ~PG_DIRTY;
  const inode = writebackInode(k, pfn);
  if (inode === null) return;
  nodeAndZone(k, pfn, NR_FILE_DIRTY, -1);
  if (--inode.nrDirty === 0) inode.dirtiedWhen = 0;
}

/**
 * folio_clear_dirty_for_io: the page is about to be written. Shared mappings become read-only, so that the next write to
 * one is seen. Returns false when it is clean.
 */
export function clearPageDirtyForIo(k: Kernel, pfn: number): boolean {
  const m = k.mem;
  if (writebackInode(k, pfn) !== null && folioMkclean(k, pfn)) setPageDirty(k, pfn);
  if (!(m.flags[pfn] & PG_DIRTY)) return false;
  folioCancelDirty(k, pfn);
  return true;
}

/** folio_start_writeback. */
export function folioStartWriteback(k: Kernel, pfn: number): void {
  k.mem.flags[pfn] |= PG_WRITEBACK;
  nodeAndZone(k, pfn, NR_WRITEBACK, 1);
}

/** folio_end_writeback: the write is done. A page that reclaim waits for goes to the tail of its list. */
export function folioEndWriteback(k: Kernel, pfn: number): void {
  const m = k.mem;
  const flags = m.flags[pfn];
  if (!(flags & PG_WRITEBACK)) return;
  m.flags[pfn] = flags & ~(PG_WRITEBACK | PG_RECLAIM);
  nodeAndZone(k, pfn, NR_WRITEBACK, -1);
  const node = k.nodes[k.zones[(flags & PGZONE_MASK) >>> PGZONE_SHIFT].node];
  node.stat[NR_WRITTEN]++;
  if (flags & PG_RECLAIM) folioRotateReclaimable(k, pfn);
  acctReclaimWriteback(k, node);
}

/** Starts the write of one dirty file page. */
export function writeFilePage(k: Kernel, pfn: number, inode: Inode): boolean {
  const m = k.mem;
  if (m.flags[pfn] & (PG_WRITEBACK | PG_LOCKED) || !clearPageDirtyForIo(k, pfn)) return false;
  folioStartWriteback(k, pfn);
  submitBio(k, inode.disk, pfn, REQ_OP_WRITE, fileSector(inode, m.index[pfn]));
  return true;
}

/** wakeup_flusher_threads: asks for all dirty pages to be written. */
export function wakeupFlusherThreads(k: Kernel, reason: number): void {
  const wb = k.writeback;
  if (wb.reason === 0 || wb.reason === WB_REASON_PERIODIC) startPass(k, reason);
  wakeFlusher(k);
}

function wakeFlusher(k: Kernel): void {
  if (k.writeback.flusher < 0) return;
  const task = findTask(k, k.writeback.flusher);
  if (task !== null) wakeKthread(k, task);
}

/**
 * balance_dirty_pages: what a task goes through that dirties pages.
 *
 * Above the background limit the flusher starts; above the middle between the limits the task sleeps, the longer the
 * nearer it is to the upper one. The device's bandwidth stands for the rate that the kernel estimates.
 *
 * @param pages dirtied since the last call
 * @returns true when the task sleeps: give up the turn
 */
export function balanceDirtyPages(k: Kernel, task: Task, pages = 1): boolean {
  const unwritten = globalNodeState(k, NR_FILE_DIRTY);
  const dirty = unwritten + globalNodeState(k, NR_WRITEBACK);
  const { thresh, bg, freerun } = globalDirtyLimits(k);
  // What is being written already is not the flusher's any more.
  if (unwritten > bg && k.writeback.reason === 0) {
    startPass(k, WB_REASON_BACKGROUND);
    wakeFlusher(k);
  }
  if (dirty <= freerun) return false;
  let pause = MAX_PAUSE;
  if (dirty < thresh) {
    const setpoint = (freerun + thresh) / 2;
    const x = (setpoint - dirty) / Math.max(1, thresh - setpoint);
    const ratio = clamp(1 + x * x * x, 0, 2);
    const pageTime = slowestPageTime(k);
    if (ratio > 0) pause = Math.min(MAX_PAUSE, (pages * pageTime) / ratio);
  }
  trace(k.trace, k.now, task.pid, BALANCE_DIRTY, dirty, thresh, Math.round(pause / MS));
  if (pause < MIN_PAUSE) {
    // Too short to sleep: the task pays with its own time.
    k.cost += pause;
    return false;
  }
  scheduleTimeout(k, task, pause, TASK_KILLABLE);
  return true;
}

function slowestPageTime(k: Kernel): number {
  let t = 0;
  for (let i = 0; i < k.disks.length; i++) if (k.disks[i].pageTime > t) t = k.disks[i].pageTime;
  return t;
}

function startPass(k: Kernel, reason: number): void {
  const wb = k.writeback;
  wb.reason = reason;
  wb.left = k.inodes.length;
  wb.written = 0;
  trace(k.trace, k.now, k.current, WRITEBACK_START, globalNodeState(k, NR_FILE_DIRTY), reason);
}

const needsWriting = (k: Kernel, inode: Inode, reason: number): boolean =>
  inode.nrDirty > 0 &&
  inode.disk >= 0 &&
  (reason !== WB_REASON_PERIODIC || k.now - inode.dirtiedWhen >= k.sysctl.dirty_expire_centisecs * (SEC / 100));

/**
 * One step of the flusher: writes up to 64 pages of one file, or goes on to the next, or sleeps: until the device's
 * queue has room, or until somebody asks, at the latest for dirty_writeback_centisecs. §8.3
 */
export function flusherStep(k: Kernel, task: Task): void {
  const wb = k.writeback;
  wb.flusher = task.pid;
  const period = k.sysctl.dirty_writeback_centisecs * (SEC / 100);
  if (wb.reason === 0) {
    if (globalNodeState(k, NR_FILE_DIRTY) > globalDirtyLimits(k).bg) {
      startPass(k, WB_REASON_BACKGROUND);
    } else if (period > 0 && k.now >= wb.nextPeriodic) {
      wb.nextPeriodic = k.now + period;
      startPass(k, WB_REASON_PERIODIC);
    } else {
      sleepOn(k, task, WAIT_KTHREAD, 0, period > 0 ? wb.nextPeriodic : Infinity, TASK_INTERRUPTIBLE);
      return;
    }
  }
  if (wb.inode >= k.inodes.length) wb.inode = 0;
  const inode = k.inodes[wb.inode];
  if (inode !== undefined && needsWriting(k, inode, wb.reason)) {
    if (blkWaitForQueue(k, task, inode.disk)) return;
    if (writeInode(k, inode)) return;
  }
  wb.index = 0;
  wb.inode++;
  wb.left--;
  if (wb.left > 0) return;
  const over = wb.reason === WB_REASON_BACKGROUND && globalNodeState(k, NR_FILE_DIRTY) > globalDirtyLimits(k).bg;
  if (over && wb.written > 0) startPass(k, WB_REASON_BACKGROUND);
  else if (over) {
    // All that is dirty is in the queues already.
    wb.reason = 0;
    scheduleTimeout(k, task, 10 * MS, TASK_INTERRUPTIBLE);
  } else wb.reason = 0;
}

/** Writes on from where the flusher is in this file. Returns true while there is more of it. */
function writeInode(k: Kernel, inode: Inode): boolean {
  const wb = k.writeback;
  const { cache } = inode;
  const end = Math.min(cache.length, wb.index + FLUSHER_SCAN);
  let written = 0;
  let i = wb.index;
  for (; i < end && written < FLUSHER_WRITE; i++) {
    const pfn = cache[i] - 1;
    if (pfn >= 0 && k.mem.flags[pfn] & PG_DIRTY && writeFilePage(k, pfn, inode)) written++;
  }
  k.cost += (i - wb.index) * 2 + written * k.costs.scanPage;
  wb.written += written;
  wb.index = i;
  return i < cache.length && inode.nrDirty > 0;
}
