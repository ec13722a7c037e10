/** Small kernels for unit tests. */
import type { Costs, Kernel, Release } from '../../src/linux/include/kernel';
import { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL } from '../../src/linux/include/mmzone';
import { type BootConfig, createKernel } from '../../src/linux/mm/mm_init';
import { LINUX_6_12 } from '../../src/linux/versions/6.12';

export const TEST_COSTS: Costs = {
  touch: 100,
  fault: 500,
  clearPage: 100,
  copyPage: 300,
  allocPcp: 50,
  buddyPage: 10,
  compactScan: 10,
  scanPage: 100,
  unmapPage: 100,
  dispatch: 0,
  interrupt: 0,
  submitPage: 600,
  dispatchPage: 200,
  endioPage: 200,
  freePage: 20,
  slowpath: 500,
  shrinkLruvec: 0,
  shrinkSlab: 0,
  oomTask: 200,
  contextSwitch: 1000,
  syscall: 100,
  copyPte: 10,
  readPage: 300,
};

export const TEST_RELEASE: Release = LINUX_6_12;

/** A machine of one CPU with these zones. */
export const bootZones = (zones: BootConfig['zones'], more: Partial<BootConfig> = {}): Kernel =>
  createKernel({ release: TEST_RELEASE, cpus: 1, thp: 'never', seed: 1, costs: TEST_COSTS, zones, ...more });

/** A machine with a DMA zone and the rest in DMA32 and, above 3 GiB, Normal. `managed` in pages. */
export function bootTestKernel(managed: number, more: Partial<BootConfig> = {}): Kernel {
  const dma = Math.min(3840, Math.floor(managed / 2));
  const dma32 = Math.min(managed - dma, 700_000);
  const normal = managed - dma - dma32;
  const zone = (type: number, startPfn: number, pages: number) => ({
    node: 0,
    type,
    startPfn,
    spanned: pages,
    present: pages,
    managed: pages,
  });
  return bootZones(
    [
      zone(ZONE_DMA, 1, dma),
      zone(ZONE_DMA32, 4096, dma32),
      ...(normal > 0 ? [zone(ZONE_NORMAL, 1 << 20, normal)] : []),
    ],
    more,
  );
}
