/** The zones of a machine that is found: where they lie, and their watermarks. */
import type { Kernel } from '../../linux/include/kernel';
import { ZONE_MOVABLE, ZONE_NAMES } from '../../linux/include/mmzone';
import type { BootZone } from '../../linux/mm/mm_init';
import { calculateTotalreservePages } from '../../linux/mm/page_alloc';
import type { FoundZone } from './types';

/** Frame numbers at which zones begin: ISA memory ends at 16 MiB, what devices can reach with 32 bits at 4 GiB. */
const STARTS: Record<FoundZone['name'], number> = { DMA: 1, DMA32: 4096, Normal: 1_048_576, Movable: 1_048_576 };

/** As createKernel wants them. */
export function bootZonesOf(zones: readonly FoundZone[]): BootZone[] {
  let end = 0;
  return zones.map((z) => {
    const startPfn = Math.max(STARTS[z.name], end);
    end = startPfn + z.present;
    const type = ZONE_NAMES.indexOf(z.name);
    return { node: z.node ?? 0, type, startPfn, spanned: z.present, present: z.present, managed: z.managed };
  });
}

/** Sets the watermarks and reserves that were found. A sysctl written later computes them anew. */
export function setFoundMarks(k: Kernel, zones: readonly FoundZone[]): void {
  zones.forEach((found, i) => {
    const z = k.zones[i];
    const { min, low, high } = found;
    if (min !== undefined && low !== undefined && high !== undefined) {
      z.watermark = [min, low, high, high + (high - low)];
    }
    if (found.reserve && z.type < ZONE_MOVABLE) {
      z.lowmemReserve = z.lowmemReserve.map((_, type) => found.reserve?.[type] ?? 0);
    }
  });
  calculateTotalreservePages(k);
}
