/** Answers a recorded table of watermarks: one row per setting of the sysctls. It is arithmetic, no machine runs. §2. */
import { MAX_NR_ZONES, ZONE_MOVABLE, ZONE_NAMES } from '../../linux/include/mmzone';
import { zoneLowmemReserve, zoneReserve, zoneWatermarks } from '../../linux/mm/page_alloc/watermarks';
import type { WatermarkBoot, WatermarkTable } from './recording';

/** One row, keyed by `node/zone`, pages. */
export interface WatermarkRow {
  /** min, low, high, promo; promo is null where the kernel does not show it. */
  wm: Record<string, (number | null)[]>;
  protection: Record<string, number[]>;
  totalreserve: number;
}
export interface WatermarkAnswer {
  rows: WatermarkRow[];
}

const numbers = (text: string | number[]): number[] =>
  typeof text === 'string' ? text.trim().split(/\s+/).map(Number) : text;

/** zoneinfo has a promo line from 6.2 on. */
export const showsPromo = (kernel: string | undefined): boolean => {
  const [major, minor] = (kernel ?? '6.12').split('.').map((n) => Number.parseInt(n, 10));
  return major > 6 || (major === 6 && minor >= 2);
};

function answerBoot(boot: WatermarkBoot): WatermarkAnswer {
  const zones = Object.entries(boot.zones).map(([key, z]) => {
    const [node, name] = key.split('/');
    const type = (ZONE_NAMES as readonly string[]).indexOf(name);
    return { key, node, type, managed: z.managed };
  });
  const lowmem = zones.reduce((n, z) => n + (z.type === ZONE_MOVABLE ? 0 : z.managed), 0);
  const promo = showsPromo(boot.kernel);
  const rows = boot.rows.map((row): WatermarkRow => {
    const minFree = row.min_free_kbytes === 'default' ? boot.defaults.min_free_kbytes : row.min_free_kbytes;
    const scale =
      row.watermark_scale_factor === 'default' ? boot.defaults.watermark_scale_factor : row.watermark_scale_factor;
    const ratio = numbers(
      row.lowmem_reserve_ratio === 'default' ? boot.defaults.lowmem_reserve_ratio : row.lowmem_reserve_ratio,
    );
    const out: WatermarkRow = { wm: {}, protection: {}, totalreserve: 0 };
    for (const z of zones) {
      const managed = new Array<number>(MAX_NR_ZONES).fill(0);
      for (const other of zones) if (other.node === z.node) managed[other.type] = other.managed;
      const marks = zoneWatermarks(z.managed, z.type === ZONE_MOVABLE, minFree >> 2, lowmem, scale);
      const protection = zoneLowmemReserve(managed, z.type, ratio);
      out.wm[z.key] = [marks[0], marks[1], marks[2], promo ? marks[3] : null];
      out.protection[z.key] = protection;
      out.totalreserve += zoneReserve(z.managed, marks[2], protection);
    }
    return out;
  });
  return { rows };
}

/** The rows of every boot, in order. */
export const answerTable = (table: WatermarkTable): WatermarkAnswer[] => table.boots.map(answerBoot);
