/** Zones that are given as numbers, and what the kernel computes of them; no machine runs. §2. */
import { MAX_NR_ZONES, WMARK_HIGH, ZONE_MOVABLE, ZONE_NAMES } from '../linux/include/mmzone';
import { zoneLowmemReserve, zoneReserve, zoneWatermarks } from '../linux/mm/page_alloc/watermarks';

export interface GivenZone {
  /** As it was given: "0/DMA32". */
  key: string;
  node: number;
  /** Index in ZONE_NAMES. */
  type: number;
  /** Pages. */
  managed: number;
}

/** What a key such as "0/DMA32" names; null = none of an x86-64 machine's zones. */
export function readZoneKey(key: string): Pick<GivenZone, 'node' | 'type'> | null {
  const match = /^(\d{1,4})\/(\w+)$/.exec(key);
  const type = match ? (ZONE_NAMES as readonly string[]).indexOf(match[2]) : -1;
  return match && type >= 0 ? { node: Number(match[1]), type } : null;
}

export const ZONE_KEY_EXPECTED = `node and zone such as "0/DMA32", of ${ZONE_NAMES.join(', ')}`;

const isMovable = (z: GivenZone): boolean => z.type === ZONE_MOVABLE;

/** Pages that min_free_kbytes is divided among. */
export const lowmemPages = (zones: readonly GivenZone[]): number =>
  zones.reduce((n, z) => n + (isMovable(z) ? 0 : z.managed), 0);

export interface Settings {
  /** min_free_kbytes, watermark_scale_factor and lowmem_reserve_ratio. */
  minFreeKbytes: number;
  scaleFactor: number;
  ratio: number[];
}

/** Pages. */
interface ZoneMarks {
  key: string;
  /** min, low, high, promo. */
  marks: number[];
  protection: number[];
}

/** Watermarks and reserves of zones, in their order; all in pages. */
export function marksOfZones(
  zones: readonly GivenZone[],
  settings: Settings,
): { zones: ZoneMarks[]; totalreserve: number } {
  const lowmem = lowmemPages(zones);
  let totalreserve = 0;
  const found = zones.map((z): ZoneMarks => {
    const managed = new Array<number>(MAX_NR_ZONES).fill(0);
    for (const other of zones) if (other.node === z.node) managed[other.type] = other.managed;
    const marks = zoneWatermarks(z.managed, isMovable(z), settings.minFreeKbytes >> 2, lowmem, settings.scaleFactor);
    const protection = zoneLowmemReserve(managed, z.type, settings.ratio);
    totalreserve += zoneReserve(z.managed, marks[WMARK_HIGH], protection);
    return { key: z.key, marks, protection };
  });
  return { zones: found, totalreserve };
}
