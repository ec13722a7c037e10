/**
 * Block devices: a queue with latency, bandwidth and a depth.
 *
 * Neighbouring pages that are asked for at one moment are one request, as a plug merges them: they are done together.
 *
 * A device serves `parallel` requests at the same time; each waits for its own seek or flash read, then all share one
 * channel at `pageTime` a page. Requests are served in the order they come, writes and reads alike.
 */
import type { Disk, Kernel } from '../include/kernel';
import type { Inode } from '../include/mm_types';
import { PG_LOCKED } from '../include/page';
import { TASK_UNINTERRUPTIBLE, type Task } from '../include/sched';
import { PGPGIN, PGPGOUT } from '../include/vmstat';
import { scheduleTimeout, tasksChanged, wakeUpPage } from '../kernel/sched/core';
import { folioEndWriteback } from '../mm/page-writeback';
import { bioFree } from './bio';

/**
 * Pages a device takes before it makes submitters wait: 256 requests (nr_requests of a SATA disk) of 32 KiB, the size
 * neighbouring pages are commonly merged to.
 */
export const QUEUE_DEPTH_PAGES = 2048;
/** Place on disk of the first swap slot, in pages: far from all files, so that going from one to the other seeks. */
const SWAP_BASE = 2 ** 40;
/** Room a file has on its disk, in pages. */
const FILE_EXTENT = 2 ** 26;
const FIRST_RING = 64;
/** Pages of the largest request: one segment each, and a virtio queue of 256 descriptors has room for so many. */
export const MAX_SEGMENTS = 254;

/** What a request is: a read, a write, or a write to swap, whose descriptors come from the pool (block/bio.ts). */
export const REQ_OP_READ = 0;
export const REQ_OP_WRITE = 1;
export const REQ_SWAP = 2;

/** What a device is like. Times in ns. */
export interface DiskInit {
  name: string;
  /** Before the first byte: a seek with half a turn, or a flash read. */
  latency: number;
  /** Transfer of one page. */
  pageTime: number;
  /** A page behind its predecessor costs no latency. */
  rotational: boolean;
  /** Requests served at the same time. */
  parallel: number;
  /** The device's work is done within the call, on the caller's time. */
  synchronous?: boolean;
}

/** Adds a block device; returns its index in `Kernel.disks`. */
export function addDisk(k: Kernel, init: DiskInit): number {
  const disk: Disk = {
    name: init.name,
    latency: init.latency,
    pageTime: init.pageTime,
    rotational: init.rotational,
    synchronous: init.synchronous ?? false,
    zram: null,
    parallel: init.parallel,
    // One slot more: the channel they share.
    busyUntil: new Float64Array(init.parallel + 1),
    doneAt: new Float64Array(FIRST_RING),
    pfn: new Int32Array(FIRST_RING),
    op: new Uint8Array(FIRST_RING),
    head: 0,
    count: 0,
    lastSector: -2,
    merged: 0,
    mergedAt: -1,
    reads: 0,
    writes: 0,
  };
  return k.disks.push(disk) - 1;
}

/** Place on its disk of a file's page, in pages. */
export const fileSector = (inode: Inode, index: number): number => inode.id * FILE_EXTENT + index;
/** Place on its disk of a swap slot, in pages. */
export const swapSector = (slot: number): number => SWAP_BASE + slot;

function growRing(d: Disk): void {
  const size = d.pfn.length;
  const doneAt = new Float64Array(size * 2);
  const pfn = new Int32Array(size * 2);
  const op = new Uint8Array(size * 2);
  for (let i = 0; i < d.count; i++) {
    const j = (d.head + i) & (size - 1);
    doneAt[i] = d.doneAt[j];
    pfn[i] = d.pfn[j];
    op[i] = d.op[j];
  }
  d.doneAt = doneAt;
  d.pfn = pfn;
  d.op = op;
  d.head = 0;
}

/**
 * submit_bio: queues the read or write of one page. It never fails and never sleeps; who cares about a long queue asks
 * `blkWaitForQueue` before. A read leaves the page locked until it is done; a page to write is under writeback already.
 *
 * @param op REQ_OP_READ, REQ_OP_WRITE or REQ_SWAP
 * @param sector place on the disk in pages, from `fileSector` or `swapSector`
 */
export function submitBio(k: Kernel, disk: number, pfn: number, op: number, sector: number): void {
  const d = k.disks[disk];
  if (d.count === d.pfn.length) growRing(d);
  const busy = d.busyUntil;
  const channel = d.parallel;
  const mask = d.pfn.length - 1;
  const at = (d.head + d.count) & mask;
  const next = sector === d.lastSector + 1;
  const merge =
    next && d.mergedAt === k.now && d.merged < MAX_SEGMENTS && d.merged <= d.count && d.op[(at - 1) & mask] === op;
  let done: number;
  let slot = 0;
  if (merge) {
    while (busy[slot] !== busy[channel]) slot++;
    done = busy[channel] + d.pageTime;
    d.merged++;
  } else {
    // The request before this one is complete as it is: its pages are done together.
    for (let i = Math.min(d.merged, d.count); i > 0; i--) d.doneAt[(at - i) & mask] = busy[channel];
    for (let i = 1; i < channel; i++) if (busy[i] < busy[slot]) slot = i;
    const now = k.now + k.cost;
    const start = busy[slot] > now ? busy[slot] : now;
    const ready = d.rotational && next ? start : start + d.latency;
    done = (busy[channel] > ready ? busy[channel] : ready) + d.pageTime;
    d.merged = 1;
    d.mergedAt = k.now;
  }
  busy[slot] = done;
  busy[channel] = done;
  d.lastSector = sector;
  // Each request ends later than the one before, since all pass the same channel: the ring is in order by itself.
  d.pfn[at] = pfn;
  d.op[at] = op;
  d.count++;

  if (op !== REQ_OP_READ) {
    d.writes++;
    k.vmEvents[PGPGOUT] += 4;
  } else {
    d.reads++;
    k.mem.flags[pfn] |= PG_LOCKED;
    k.vmEvents[PGPGIN] += 4;
  }
}

/** All pages in flight are of the request that came last, which may still grow: `doneAt` has not got them yet. */
const lastIsFirst = (d: Disk): boolean => d.merged >= d.count;

/** ns of the next request to complete on any device, Infinity = all idle. */
export function nextCompletion(k: Kernel): number {
  let at = Infinity;
  const { disks } = k;
  for (let i = 0; i < disks.length; i++) {
    const d = disks[i];
    if (d.count === 0) continue;
    const first = lastIsFirst(d) ? d.busyUntil[d.parallel] : d.doneAt[d.head];
    if (first < at) at = first;
  }
  return at;
}

/**
 * Handles all requests complete at `now`, and what else completes while it does: pages are unlocked or leave writeback,
 * their waiters wake.
 */
export function completeBios(k: Kernel, now = k.now): void {
  const { disks } = k;
  const before = k.cost;
  for (let i = 0; i < disks.length; i++) {
    const d = disks[i];
    // Pages that are done at the same moment were one request.
    let request = -1;
    while (d.count > 0) {
      const at = lastIsFirst(d) ? d.busyUntil[d.parallel] : d.doneAt[d.head];
      if (at > now + k.cost - before) break;
      if (at !== request) k.cost += k.costs.interrupt;
      request = at;
      const pfn = d.pfn[d.head];
      const op = d.op[d.head];
      d.head = (d.head + 1) & (d.pfn.length - 1);
      d.count--;
      if (op !== REQ_OP_READ) folioEndWriteback(k, pfn);
      else k.mem.flags[pfn] &= ~PG_LOCKED;
      wakeUpPage(k, pfn);
      if (op !== REQ_SWAP) continue;
      k.cost += k.costs.endioPage;
      bioFree(k);
    }
  }
}

/**
 * blk_mq_get_tag: a full queue makes the task sleep until a request is done. Returns true when it does; the caller
 * gives up its turn and comes again.
 */
export function blkWaitForQueue(k: Kernel, task: Task, disk: number): boolean {
  const d = k.disks[disk];
  if (d.count < QUEUE_DEPTH_PAGES) return false;
  const ns = (lastIsFirst(d) ? d.busyUntil[d.parallel] : d.doneAt[d.head]) - k.now;
  scheduleTimeout(k, task, ns > 0 ? ns : 0, TASK_UNINTERRUPTIBLE);
  task.inIowait = true;
  tasksChanged(k);
  return true;
}
