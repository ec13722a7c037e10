/** The zones of a report as a scenario has them, and the sysctls that their watermarks tell. */
import { ZONE_NAMES } from '../../linux/include/mmzone';
import type { FoundInFile } from '../../scenario/schema';
import type { RawReport, ReportedZone } from '../types';
import { zoneOrder } from '../zones';
import { PAGE_SIZE } from './page';

type Zone = FoundInFile['zones'][number];

const NAMES = ['DMA', 'DMA32', 'Normal', 'Movable'] as const;
const PAGE_KB = PAGE_SIZE / 1024;

/** Watermarks are printed with the boost of the moment, which ends by itself. kB. */
const unboosted = (z: ReportedZone, mark: string): number => Math.max(0, (z.kb[mark] ?? 0) - (z.kb.boost ?? 0));

/**
 * Managed pages of each zone. A line that was cut off lacks them: then the zones have the shares of all managed memory
 * that their min watermarks are of the sum, which is how the kernel made those. §2.2
 *
 * @param ramPages all managed memory, where the text has it
 * @returns null where they cannot be told
 */
export function managedPages(zones: readonly ReportedZone[], ramPages: number | null): number[] | null {
  if (zones.every((z) => z.kb.managed !== undefined)) return zones.map((z) => Math.floor(z.kb.managed / PAGE_KB));
  const min = zones.reduce((n, z) => n + unboosted(z, 'min'), 0);
  if (ramPages === null || min === 0 || zones.some((z) => z.name === 'Movable')) return null;
  const pages = zones.map((z) => Math.floor((ramPages * unboosted(z, 'min')) / min));
  return zones.every((z, i) => pages[i] * PAGE_KB >= (z.kb.free ?? 0)) ? pages : null;
}

/** ISA memory, which is what a DMA zone is on a PC. Elsewhere it is what some devices can reach, and may be all there is. */
const ISA_KB = 4095 * PAGE_KB;

/** What a zone of the report is in the lab: a large DMA zone stands where DMA32 does. */
const nameIn = (r: RawReport, name: string): string => {
  const large = r.zones.some((z) => z.name === 'DMA' && (z.kb.managed ?? z.kb.present ?? 0) > ISA_KB);
  return name === 'DMA' && large ? 'DMA32' : name;
};

/** lowmem_reserve[] in the model's order of zones. */
function reserveOf(z: ReportedZone, order: readonly string[]): number[] {
  return ZONE_NAMES.map((name) => {
    const i = order.lastIndexOf(name);
    return i < 0 ? 0 : (z.reserve[i] ?? 0);
  });
}

/**
 * One zone of each name: those of several nodes are put together.
 *
 * @returns the zones, the sum of their free pages, and whether there were several nodes
 */
export function foundZones(r: RawReport, ramPages: number | null): { zones: Zone[]; free: number; merged: boolean } {
  const entries = Math.max(0, ...r.zones.map((z) => z.reserve.length));
  const order = zoneOrder(r.zones, entries).map((name) => nameIn(r, name));
  const managed = managedPages(r.zones, ramPages) ?? [];
  const kbOf = (z: ReportedZone): number => managed[r.zones.indexOf(z)] * PAGE_KB;
  const zones: Zone[] = [];
  let merged = false;
  for (const name of NAMES) {
    const parts = r.zones.filter((z) => nameIn(r, z.name) === name);
    if (parts.length === 0) continue;
    merged ||= new Set(parts.map((z) => z.node)).size > 1;
    const bytes = (pick: (z: ReportedZone) => number): number => parts.reduce((n, z) => n + pick(z), 0) * 1024;
    zones.push({
      name,
      present: bytes((z) => Math.max(z.kb.present ?? 0, kbOf(z))),
      managed: bytes(kbOf),
      free: bytes((z) => z.kb.free),
      min: bytes((z) => unboosted(z, 'min')),
      low: bytes((z) => unboosted(z, 'low')),
      high: bytes((z) => unboosted(z, 'high')),
      reserve: reserveOf(parts[parts.length - 1], order),
    });
  }
  return { zones, free: zones.reduce((n, z) => n + Number(z.free), 0) / PAGE_SIZE, merged };
}

/** Half of what a rounding of the factor can be off by, in parts of 10,000. */
const DEFAULT_SCALE = 10;

/** vm.min_free_kbytes and vm.watermark_scale_factor, which the watermarks were made from. §2.2 */
export function sysctlOf(r: RawReport): Record<string, string> {
  const zones = r.zones.filter((z) => z.name !== 'Movable');
  const min = zones.reduce((n, z) => n + unboosted(z, 'min'), 0);
  const out: Record<string, string> = { 'vm.min_free_kbytes': String(min) };
  const big = zones.reduce<ReportedZone | null>((a, z) => (a && a.kb.managed >= z.kb.managed ? a : z), null);
  if (big?.kb.managed === undefined) return out;
  const gap = (unboosted(big, 'low') - unboosted(big, 'min')) / PAGE_KB;
  const quarter = unboosted(big, 'min') / PAGE_KB / 4;
  if (gap <= quarter + 1) return out;
  const scale = Math.round((gap * 10_000 * PAGE_KB) / big.kb.managed);
  if (scale !== DEFAULT_SCALE && scale >= 1 && scale <= 3000) out['vm.watermark_scale_factor'] = String(scale);
  return out;
}
