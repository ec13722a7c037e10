/** Sums over zones and nodes. */
import type { Kernel } from '../include/kernel';
import { MAX_NR_ZONES, type Zone } from '../include/mmzone';
import { decayPcpHigh } from './page_alloc';

/** global_zone_page_state: pages. */
export function globalZoneState(k: Kernel, item: number): number {
  let n = 0;
  for (let i = 0; i < k.zones.length; i++) n += k.zones[i].stat[item];
  return n;
}

/** global_node_page_state: in the counter's own unit, pages unless its name says otherwise. */
export function globalNodeState(k: Kernel, item: number): number {
  let n = 0;
  for (let i = 0; i < k.nodes.length; i++) n += k.nodes[i].stat[item];
  return n;
}

/** Free pages of all zones (NR_FREE_PAGES). */
export function nrFreePages(k: Kernel): number {
  let n = 0;
  for (let i = 0; i < k.zones.length; i++) n += k.zones[i].free;
  return n;
}

/** for_each_populated_zone: node by node, lowest zone first. */
export function populatedZones(k: Kernel): Zone[] {
  const out: Zone[] = [];
  for (const node of k.nodes) {
    for (let type = 0; type < MAX_NR_ZONES; type++) {
      const i = node.zones[type] ?? -1;
      if (i >= 0 && k.zones[i].present > 0) out.push(k.zones[i]);
    }
  }
  return out;
}

/** A bit mask as the kernel's `%*pbl` prints it: "0-1,3". */
export function formatBitmapList(mask: number): string {
  const out: string[] = [];
  for (let i = 0; i < 31; i++) {
    if (!(mask & (1 << i))) continue;
    let j = i;
    while (j < 30 && mask & (1 << (j + 1))) j++;
    out.push(i === j ? `${i}` : `${i}-${j}`);
    i = j;
  }
  return out.join(',');
}

/** N_MEMORY: the nodes that have memory, as a bit mask. */
export function nodesWithMemory(k: Kernel): number {
  let mask = 0;
  for (const z of k.zones) if (z.managed > 0) mask |= 1 << z.node;
  return mask;
}

/** refresh_cpu_vm_stats, once a second on each cpu. The model's counters are exact; idle per-cpu lists shrink. §3.6. */
export function vmstatUpdate(k: Kernel, cpu: number): void {
  decayPcpHigh(k, cpu);
}

/** A write to vm.stat_refresh: the same at once, on all cpus. */
export function refreshVmStats(k: Kernel): void {
  for (let cpu = 0; cpu < k.nrCpus; cpu++) vmstatUpdate(k, cpu);
}
