/**
 * What things take, in ns of virtual time. They are of the order measured on a present x86-64 server core; the model
 * wants their proportions, not their last digit.
 */
import type { Costs } from '../linux/include/kernel';
import type { SwapDevice } from './config';

export const COSTS: Costs = {
  // A visit to a page: 64 cache lines that the prefetcher brings at about 20 GB/s (STREAM on one core).
  touch: 200,
  // Exception entry and exit, VMA lookup, page table walk, and return: lmbench lat_pagefault gives 200 to 600 ns.
  fault: 400,
  // 4 KiB at 30 to 40 GB/s: rep stosb, and rep movsb with its second stream (Agner Fog's memory tables).
  clearPage: 120,
  copyPage: 200,
  // A list operation on the cpu's own lines; a page moved under the zone lock touches cold lines (Gorman, pcp series).
  allocPcp: 25,
  buddyPage: 40,
  // rmap walk, young bit test and list move for one folio: kswapd scans some 5 to 10 million pages a second at best.
  scanPage: 120,
  // A frame's flags, next to those of the one before: the scanners go through about a pageblock in 5 us (Gorman, 4.20).
  compactScan: 10,
  // One page through blk-mq down to the driver's doorbell and back: a core does about a million a second (fio, null_blk).
  // What a request of many pages takes once is in that.
  dispatch: 0,
  interrupt: 0,
  submitPage: 600,
  dispatchPage: 200,
  endioPage: 200,
  // Clearing an entry with its share of the TLB flush; returning a page in exit's batches (zap_pte_range profiles).
  unmapPage: 90,
  freePage: 40,
  // Entering the slow path and one walk over the zonelist.
  slowpath: 800,
  // Walks that find nothing: a lock and a look at each list; the shrinkers, a dozen or more at about 100 ns each.
  shrinkLruvec: 300,
  shrinkSlab: 1_200,
  // oom_badness of one task with task_lock: under a microsecond.
  oomTask: 500,
  // lmbench lat_ctx on one core, caches warm.
  contextSwitch: 1500,
  // getppid with mitigations on: 100 to 200 ns.
  syscall: 150,
  // fork of a large process: about 5 ms a GiB, that is 20 ns an entry.
  copyPte: 20,
  // copy_to_user of 4 KiB with the page cache lookup.
  readPage: 250,
};

/** ns of a load that misses all caches: 80 to 120 on servers (Intel MLC, idle latency). */
export const RAM_LATENCY_NS = 100;

export interface DiskSpec {
  /** ns before the first byte of a random request. */
  latency: number;
  /** ns to transfer 4 KiB. */
  pageTime: number;
  rotational: boolean;
  /** Requests served at once. */
  parallel: number;
  synchronous?: boolean;
}

export const DISKS: Record<SwapDevice, DiskSpec> = {
  // SATA SSD: about 100 us for a random read, 500 MB/s, and more with several requests in flight.
  ssd: { latency: 90_000, pageTime: 8_000, rotational: false, parallel: 8 },
  // 7200 rpm: 4.2 ms half a turn and a short seek; 150 MB/s.
  hdd: { latency: 8_000_000, pageTime: 27_000, rotational: true, parallel: 1 },
  // zram with lzo: about 2 us to compress or expand a page on one core, within the call.
  zram: { latency: 0, pageTime: 2_000, rotational: false, parallel: 1, synchronous: true },
};
