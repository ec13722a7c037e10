/** Writing pages to swap and reading them back. §7.2. */

import { submitBio, swapSector } from '../block/blk-mq';
import type { Kernel } from '../include/kernel';
import { PG_DIRTY } from '../include/page';
import { trace, tracepointId } from '../include/trace';
import { PSWPIN, PSWPOUT } from '../include/vmstat';
import { folioStartWriteback } from './page-writeback';
import { swapAreaOf } from './swapfile';

const SWAP_OUT = tracepointId('swap_out');

/** swap_writepage: starts the write of a page in the swap cache to its slot. */
export function swapWritepage(k: Kernel, pfn: number): void {
  const m = k.mem;
  const slot = m.index[pfn];
  m.flags[pfn] &= ~PG_DIRTY;
  folioStartWriteback(k, pfn);
  k.vmEvents[PSWPOUT]++;
  trace(k.trace, k.now, k.current, SWAP_OUT, pfn, slot);
  submitBio(k, swapAreaOf(k.swap, slot).disk, pfn, true, swapSector(slot));
}

/** swap_read_folio: starts the read of a page in the swap cache; it is locked until the data are there. */
export function swapReadFolio(k: Kernel, pfn: number): void {
  const slot = k.mem.index[pfn];
  k.vmEvents[PSWPIN]++;
  submitBio(k, swapAreaOf(k.swap, slot).disk, pfn, false, swapSector(slot));
}
