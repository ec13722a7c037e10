/** The physical machine of a recording: its zones, their free blocks, its cpus and sysctls. */
import { MIGRATE_TYPES } from '../../linux/include/gfp';
import type { VmSysctl } from '../../linux/include/kernel';
import { ZONE_DMA32, ZONE_NAMES } from '../../linux/include/mmzone';
import { NR_PAGE_ORDERS } from '../../linux/include/units';
import { type BootZone, DEFAULT_SYSCTL } from '../../linux/mm/mm_init';
import { GIB, MAX_CPUS, MAX_NODES, MAX_RAM, MAX_SWAP } from '../../machine/config';
import { readZoneKey, ZONE_KEY_EXPECTED } from '../zones';
import { UnsupportedError } from './guest';
import { jsonPath, type Recording, RecordingError } from './recording';

/** Frames that a zone may end at: RAM at most, and the hole below 4 GiB. */
const MAX_PFN = (MAX_RAM + 4 * GIB) / 4096;

/** Rows of pagetypeinfo, in the order of the model's free lists. */
const TYPES = ['Unmovable', 'Movable', 'Reclaimable', 'HighAtomic'];

/** Free blocks of a zone, [order][type], from pagetypeinfo; from buddyinfo as movable ones when there is none. */
function freeBlocks(r: Recording, node: number, name: string, key: string): number[][] {
  const blocks = Array.from({ length: NR_PAGE_ORDERS }, () => new Array<number>(MIGRATE_TYPES).fill(0));
  let found = false;
  for (const line of r.before.pagetypeinfoText.split('\n')) {
    const m = /^Node\s+(\d+), zone\s+(\S+), type\s+(\S+)\s+(.*)$/.exec(line);
    if (!m || Number(m[1]) !== node || m[2] !== name) continue;
    const type = TYPES.indexOf(m[3]);
    if (type < 0) continue;
    found = true;
    for (const [order, n] of m[4].trim().split(/\s+/).entries()) blocks[order][type] = Number(n.replace('>', ''));
  }
  if (!found) for (const [order, n] of (r.before.buddy[key] ?? []).entries()) blocks[order][1] = n;
  return blocks;
}

/** A counter of a node as recorded: it stands under the node's first zone. */
export const recordedStat = (r: Recording, nid: number, name: string): number =>
  Number(Object.entries(r.before.zones).find(([key]) => key.startsWith(`${nid}/`))?.[1][name] ?? 0);

/** Pageblocks of each type in a zone, from the table at the end of pagetypeinfo. */
function blockTypes(r: Recording, node: number, name: string): number[] | undefined {
  const m = new RegExp(`^Node ${node}, zone +${name}((?: +\\d+)+) *$`, 'm').exec(r.before.pagetypeinfoText);
  return m?.[1].trim().split(/\s+/).map(Number).slice(0, MIGRATE_TYPES);
}

/** Pages that the kernel gave back after it had set its zones up: its own init sections and the initrd. */
function freedAfterBoot(r: Recording): number {
  let kB = 0;
  for (const line of r.boot.log) {
    const m = /Freeing (?:initrd|unused (?:decrypted|kernel image .*)) ?memory: (\d+)K/.exec(line);
    if (m) kB += Number(m[1]);
  }
  return kB >> 2;
}

/** Populated zones of the recording. Throws RecordingError on a zone name that x86-64 does not have. */
export function bootZones(r: Recording): BootZone[] {
  const zones: BootZone[] = [];
  const freed = freedAfterBoot(r);
  for (const [key, z] of Object.entries(r.before.zones)) {
    if (z.managed === 0) continue;
    const path = jsonPath(['before', 'zones', key]);
    const name = readZoneKey(key);
    if (!name || name.node >= MAX_NODES)
      throw new RecordingError(`${path}: expected ${ZONE_KEY_EXPECTED}, on nodes 0 to ${MAX_NODES - 1}`);
    const { node, type } = name;
    const end = (z.start_pfn ?? 0) + z.spanned;
    if (end > MAX_PFN) throw new RecordingError(`${path}: expected it to end by page ${MAX_PFN}, received ${end}`);
    const holdsKernel = type === ZONE_DMA32 && !zones.some((other) => other.type === ZONE_DMA32);
    zones.push({
      node,
      type,
      startPfn: z.start_pfn ?? 0,
      spanned: z.spanned,
      present: z.present,
      managed: z.managed,
      bootManaged: holdsKernel ? z.managed - freed : z.managed,
      freeBlocks: freeBlocks(r, node, ZONE_NAMES[type], key),
      blockTypes: blockTypes(r, node, ZONE_NAMES[type]),
      pcpCount: z.pcp_count ?? 0,
      pcpHigh: z.pcp_high ?? 0,
      watermark: [z.min, z.low, z.high, z.promo ?? z.high + (z.high - z.low)],
      lowmemReserve: z.protection,
    });
  }
  if (zones.length === 0) throw new RecordingError('$.before.zones: expected at least one zone with managed pages');
  return zones;
}

/**
 * Node of each cpu, from QEMU's -numa options; node 0 for a cpu that they do not name. Throws UnsupportedError on more cpus
 * than the model has, RecordingError on a node without zones.
 */
export function cpuNodes(r: Recording, zones: readonly BootZone[]): number[] {
  const { smp } = r.params;
  if (smp > MAX_CPUS) throw new UnsupportedError(`${smp} CPUs, there are at most ${MAX_CPUS}`);
  const nodes = new Array<number>(Math.max(1, smp)).fill(0);
  for (const m of r.qemu.matchAll(/-numa node,nodeid=(\d+),cpus=(\d+)(?:-(\d+))?/g)) {
    const node = Number(m[1]);
    if (!zones.some((z) => z.node === node))
      throw new RecordingError(`$.qemu: expected CPUs on nodes that have zones, received node ${node}`);
    const end = Math.min(nodes.length, Number(m[3] ?? m[2]) + 1);
    for (let cpu = Number(m[2]); cpu < end; cpu++) nodes[cpu] = node;
  }
  return nodes;
}

/** vm.* as the recording found them. */
export function bootSysctl(r: Recording): Partial<VmSysctl> {
  const out: Partial<Record<keyof VmSysctl, number | number[]>> = {};
  for (const name of Object.keys(DEFAULT_SYSCTL) as (keyof VmSysctl)[]) {
    const text = r.boot.sysctl[`vm.${name === 'page_cluster' ? 'page-cluster' : name}`];
    if (text === undefined) continue;
    const numbers = text.trim().split(/\s+/).map(Number);
    if (numbers.some(Number.isNaN))
      throw new RecordingError(`$.boot.sysctl["vm.${name}"]: expected a number, received ${JSON.stringify(text)}`);
    out[name] = Array.isArray(DEFAULT_SYSCTL[name]) ? numbers : numbers[0];
  }
  return out as Partial<VmSysctl>;
}

/** Swap areas: name, size in pages with the header, priority. Throws RecordingError on more than the model holds. */
export function swapAreas(r: Recording): { name: string; pages: number; prio: number }[] {
  const areas: { name: string; pages: number; prio: number }[] = [];
  for (const line of r.before.swaps.split('\n').slice(1)) {
    const m = /^(\S+)\s+\S+\s+(\d+)\s+\d+\s+(-?\d+)/.exec(line);
    if (!m) continue;
    if (Number(m[2]) * 1024 > MAX_SWAP)
      throw new RecordingError(`$.before.swaps: expected at most ${MAX_SWAP / 1024} kB, received ${m[2]}`);
    // The size is that of the usable slots, in kB.
    areas.push({ name: m[1], pages: Number(m[2]) / 4 + 1, prio: Number(m[3]) });
  }
  return areas;
}
