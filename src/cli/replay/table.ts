/** Answers a recorded table of watermarks: one row per setting of the sysctls. It is arithmetic, no machine runs. §2. */
import { marksOfZones, readZoneKey, ZONE_KEY_EXPECTED } from '../zones';
import { jsonPath, RecordingError, type WatermarkBoot, type WatermarkTable } from './recording';

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

function answerBoot(boot: WatermarkBoot, at: number): WatermarkAnswer {
  const zones = Object.entries(boot.zones).map(([key, { managed }]) => {
    const name = readZoneKey(key);
    if (!name) throw new RecordingError(`${jsonPath(['boots', at, 'zones', key])}: expected ${ZONE_KEY_EXPECTED}`);
    return { key, ...name, managed };
  });
  const promo = showsPromo(boot.kernel);
  const { defaults } = boot;
  const rows = boot.rows.map((row): WatermarkRow => {
    const marks = marksOfZones(zones, {
      minFreeKbytes: row.min_free_kbytes === 'default' ? defaults.min_free_kbytes : row.min_free_kbytes,
      scaleFactor:
        row.watermark_scale_factor === 'default' ? defaults.watermark_scale_factor : row.watermark_scale_factor,
      ratio: numbers(row.lowmem_reserve_ratio === 'default' ? defaults.lowmem_reserve_ratio : row.lowmem_reserve_ratio),
    });
    const out: WatermarkRow = { wm: {}, protection: {}, totalreserve: marks.totalreserve };
    for (const { key, marks: m, protection } of marks.zones) {
      out.wm[key] = [m[0], m[1], m[2], promo ? m[3] : null];
      out.protection[key] = protection;
    }
    return out;
  });
  return { rows };
}

/** The rows of every boot, in order. Throws RecordingError on a zone name that x86-64 does not have. */
export const answerTable = (table: WatermarkTable): WatermarkAnswer[] => table.boots.map(answerBoot);
