/** Writing pages to swap and reading them back. §7.2. */

import { submitBio, swapSector } from '../block/blk-mq';
import { zramWrite } from '../drivers/block/zram';
import type { Kernel } from '../include/kernel';
import { PG_DIRTY } from '../include/page';
import { PGPGIN, PGPGOUT, PSWPIN, PSWPOUT } from '../include/vmstat';
import { folioStartWriteback } from './page-writeback';
import { swapAreaOf } from './swapfile';
import { zswapHas, zswapLoad, zswapStore } from './zswap';

/**
 * swap_writepage: starts the write of a page in the swap cache to its slot.
 *
 * @returns false when the device could not take it: the page stays dirty
 */
export function swapWritepage(k: Kernel, pfn: number): boolean {
  const m = k.mem;
  const slot = m.index[pfn];
  if (zswapStore(k, slot)) {
    m.flags[pfn] &= ~PG_DIRTY;
    return true;
  }
  const { disk, start } = swapAreaOf(k.swap, slot);
  const d = k.disks[disk];
  if (d.zram !== null && !zramWrite(k, d, d.zram, slot, start)) return false;
  m.flags[pfn] &= ~PG_DIRTY;
  k.vmEvents[PSWPOUT]++;
  if (d.synchronous === true) {
    if (d.zram === null) {
      d.writes++;
      k.cost += d.latency + d.pageTime;
    }
    k.vmEvents[PGPGOUT] += 4;
    return true;
  }
  k.cost += k.costs.submitPage;
  folioStartWriteback(k, pfn);
  submitBio(k, disk, pfn, true, swapSector(slot));
  return true;
}

/** True when the slot's device works synchronously (SWP_SYNCHRONOUS_IO), and the page is on it. */
export const swapIsSynchronous = (k: Kernel, slot: number): boolean =>
  !zswapHas(k, slot) && k.disks[swapAreaOf(k.swap, slot).disk].synchronous;

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
  submitBio(k, swapAreaOf(k.swap, slot).disk, pfn, false, swapSector(slot));
}
