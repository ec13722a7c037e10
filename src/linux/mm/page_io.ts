/** Writing pages to swap and reading them back. §7.2. */

import { bioAlloc } from '../block/bio';
import { MAX_SEGMENTS, REQ_OP_READ, REQ_SWAP, submitBio, swapSector } from '../block/blk-mq';
import { zramWrite } from '../drivers/block/zram';
import type { Kernel } from '../include/kernel';
import { PG_DIRTY } from '../include/page';
import { PGPGIN, PGPGOUT, PSWPIN, PSWPOUT } from '../include/vmstat';
import { folioStartWriteback } from './page-writeback';
import { swapAreaOf } from './swapfile';
import { zswapHas, zswapLoad, zswapStore } from './zswap';

/** BLK_PLUG_FLUSH_SIZE: behind a request of 128 KiB another one does not wait. */
const BLK_PLUG_FLUSH_PAGES = 32;
/** BLK_MAX_REQUEST_COUNT: requests that wait at most. */
const BLK_MAX_REQUEST_COUNT = 32;

/**
 * swap_writepage: starts the write of a page in the swap cache to its slot.
 *
 * @param plug writes gathered so far
 * @returns false after a write error (a device in memory has found none): the page stays dirty. The attempt counts
 */
export function swapWritepage(k: Kernel, pfn: number, plug: number[]): boolean {
  const m = k.mem;
  const slot = m.index[pfn];
  if (zswapStore(k, slot)) {
    m.flags[pfn] &= ~PG_DIRTY;
    return true;
  }
  const { disk, start } = swapAreaOf(k.swap, slot);
  const d = k.disks[disk];
  k.vmEvents[PSWPOUT]++;
  if (d.zram !== null && !zramWrite(k, d, d.zram, slot, start)) {
    k.vmEvents[PGPGOUT] += 4;
    return false;
  }
  m.flags[pfn] &= ~PG_DIRTY;
  if (d.synchronous === true) {
    if (d.zram === null) {
      d.writes++;
      k.cost += d.latency + d.pageTime;
    }
    k.vmEvents[PGPGOUT] += 4;
    return true;
  }
  bioAlloc(k);
  k.cost += k.costs.submitPage;
  folioStartWriteback(k, pfn);
  plugSwapWrite(k, plug, slot);
  return true;
}

/**
 * submit_bio under a plug: the write waits with its neighbours in one request until the plug is pulled, or until another
 * request is begun behind one that is large enough, or there are many.
 */
function plugSwapWrite(k: Kernel, plug: number[], slot: number): void {
  const last = plug.length - 2;
  if (last >= 0) {
    const count = plug[last + 1];
    if (slot === plug[last] + count && count < MAX_SEGMENTS) {
      plug[last + 1]++;
      return;
    }
    if (count >= BLK_PLUG_FLUSH_PAGES || plug.length >= 2 * BLK_MAX_REQUEST_COUNT) swapFlushPlug(k, plug);
  }
  plug.push(slot, 1);
}

/** blk_flush_plug: the gathered writes go to their devices. */
export function swapFlushPlug(k: Kernel, plug: number[]): void {
  for (let i = 0; i < plug.length; i += 2) {
    const { disk } = swapAreaOf(k.swap, plug[i]);
    // The device hears of a request when all of it is described.
    k.cost += k.costs.dispatch + plug[i + 1] * k.costs.dispatchPage;
    for (let slot = plug[i]; slot < plug[i] + plug[i + 1]; slot++) {
      submitBio(k, disk, k.swap.cache[slot] - 1, REQ_SWAP, swapSector(slot));
    }
  }
  plug.length = 0;
}

/** True when the slot's device works synchronously (SWP_SYNCHRONOUS_IO), and the page is on it. */
export const swapIsSynchronous = (k: Kernel, slot: number): boolean =>
  !zswapHas(k, slot) && k.disks[swapAreaOf(k.swap, slot).disk].synchronous;

/** Whether any swap device works through its queue: a write to it is under way for a while. */
export function swapIsQueued(k: Kernel): boolean {
  const { areas } = k.swap;
  for (let i = 0; i < areas.length; i++) if (!k.disks[areas[i].disk].synchronous) return true;
  return false;
}

/** Reads a slot from a synchronous device: it costs the caller's time, and nothing is under way afterwards. */
export function swapReadSync(k: Kernel, slot: number): void {
  const d = k.disks[swapAreaOf(k.swap, slot).disk];
  d.reads++;
  k.cost += d.latency + d.pageTime;
  k.vmEvents[PSWPIN]++;
  k.vmEvents[PGPGIN] += 4;
}

/** swap_read_folio: starts the read of a page in the swap cache; it is locked until the data are there. */
export function swapReadFolio(k: Kernel, pfn: number): void {
  const slot = k.mem.index[pfn];
  if (zswapLoad(k, pfn, slot)) return;
  if (swapIsSynchronous(k, slot)) {
    swapReadSync(k, slot);
    return;
  }
  k.vmEvents[PSWPIN]++;
  k.cost += k.costs.submitPage;
  submitBio(k, swapAreaOf(k.swap, slot).disk, pfn, REQ_OP_READ, swapSector(slot));
}
