/** Block devices, and the descriptors of what is asked of them. */
import type { Zram } from './zswap';

/** A block device: a queue with latency and bandwidth. Requests in flight stand in a ring, in order of completion. */
export interface Disk {
  name: string;
  /** ns before the first byte of a random request; 0 for one that follows its predecessor. */
  latency: number;
  /** ns to transfer one page. */
  pageTime: number;
  rotational: boolean;
  /** Done within the call, as a RAM disk is (BLK_FEAT_SYNCHRONOUS): swap on it needs no swap cache and no read-ahead. */
  synchronous: boolean;
  /** Its store when it is a zram device. */
  zram: Zram | null;
  /** Requests served at the same time. */
  parallel: number;
  /** ns until which each parallel slot is busy. */
  busyUntil: Float64Array;
  /** Ring: completion time, page, 1 = write. `head` is the oldest, `count` in flight. */
  doneAt: Float64Array;
  pfn: Int32Array;
  op: Uint8Array;
  head: number;
  count: number;
  /** Sector (in pages) of the last page asked for. */
  lastSector: number;
  /** Pages of the request that is being put together, and ns when it was begun. */
  merged: number;
  mergedAt: number;
  reads: number;
  writes: number;
}

/** Descriptors of block I/O: the pool, and the slabs that they come from (block/bio.ts). */
export interface BioState {
  /** Those kept back for when there is no memory. */
  pool: number;
  /** Left in the cpu's slab, and given back since a slab was last empty. */
  free: number;
  freed: number;
  /** Empty slabs at the cpu's hand, and of the node. */
  cpuSlabs: number;
  nodeSlabs: number;
  /** Frames of the slabs made since boot. */
  blocks: number[];
}
