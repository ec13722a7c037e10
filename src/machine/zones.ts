/** The physical layout of a machine: which frames are in which node and zone, and what boot leaves of them. §1.1, §1.2 */
import { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL } from '../linux/include/mmzone';
import type { BootZone } from '../linux/mm/mm_init';

/** Pages. ISA memory, of which the firmware keeps a little. §1.2 */
const DMA = { startPfn: 1, spanned: 4095, present: 3998, managed: 3840 };
const DMA_END = 4096;
/** The firmware's tables at the top of low memory. */
const FIRMWARE = 32;
/** PCI devices begin at 3 GiB; what RAM is left goes on at 4 GiB. */
const PCI_HOLE = 786_432;
const FOUR_GIB = 1_048_576;

/** A stretch of RAM, real page frames. */
interface Range {
  node: number;
  from: number;
  to: number;
}

/** Where the nodes' RAM lies: one after the other, with the hole for PCI devices below 4 GiB. */
function ranges(nodes: readonly { pages: number }[]): Range[] {
  const out: Range[] = [];
  let at = 0;
  nodes.forEach(({ pages }, node) => {
    let left = pages;
    while (left > 0) {
      if (at === PCI_HOLE) at = FOUR_GIB;
      const n = Math.min(left, at < PCI_HOLE ? PCI_HOLE - at : left);
      out.push({ node, from: at, to: at + n });
      at += n;
      left -= n;
    }
  });
  return out;
}

/**
 * Zones of a machine with so much RAM: what is present, and what is left of it when the kernel's image, the memmap and
 * the hash tables have been taken out. Each node holds the memmap of its own frames; the rest is from the first.
 *
 * @param ramPages of all nodes
 * @param nodes RAM of each in bytes; none = one node with all
 */
export function zonesFor(ramPages: number, nodes: readonly { ram: number }[] = []): BootZone[] {
  const sizes = nodes.length > 0 ? nodes.map((n) => ({ pages: Math.floor(n.ram / 4096) })) : [{ pages: ramPages }];
  const zones: BootZone[] = [{ node: 0, type: ZONE_DMA, ...DMA }];
  for (const { node, from, to } of ranges(sizes)) {
    for (const [type, low, high] of [
      [ZONE_DMA32, DMA_END, FOUR_GIB],
      [ZONE_NORMAL, FOUR_GIB, Number.POSITIVE_INFINITY],
    ]) {
      const startPfn = Math.max(from, low);
      const spanned = Math.min(to, high) - startPfn;
      if (spanned <= 0) continue;
      zones.push({ node, type, startPfn, spanned, present: spanned, managed: 0 });
    }
  }
  const top = zones.filter((z) => z.type === ZONE_DMA32).at(-1) as BootZone;
  top.present -= FIRMWARE;
  const present = zones.reduce((n, z) => n + z.present, 0);
  // Image and firmware: 60 MiB on a PC; a small guest has a small kernel.
  const image = Math.min(15_000, Math.floor(present * 0.066)) - (DMA.present - DMA.managed);
  sizes.forEach((_, node) => {
    const own = zones.filter((z) => z.node === node);
    const pages = own.reduce((n, z) => n + z.present, 0);
    const reserved = Math.floor(pages / 64) + Math.floor(pages / 680) + (node === 0 ? image : 0);
    const largest = own.reduce((a, b) => (b.present > a.present ? b : a));
    for (const z of own) if (z.type !== ZONE_DMA) z.managed = z.present - (z === largest ? reserved : 0);
  });
  return zones;
}
