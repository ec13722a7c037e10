/** `oomlab watermarks`: the watermarks and reserves of given zones. Arithmetic, no machine runs. §2. */
import { MAX_NR_ZONES, WMARK_HIGH, ZONE_NORMAL } from '../linux/include/mmzone';
import { DEFAULT_SYSCTL } from '../linux/mm/mm_init';
import { defaultMinFreeKbytes, recommendedMinFreeKbytes, zoneWatermarks } from '../linux/mm/page_alloc/watermarks';
import { pathText, show, WHOLE_FILE } from '../scenario/schema';
import { readArguments } from './arguments';
import { type CommandIo, readJson, UsageError, withUsage } from './input';
import { type GivenZone, lowmemPages, marksOfZones, readZoneKey, ZONE_KEY_EXPECTED } from './zones';

const USAGE = `Usage: oomlab watermarks --zones FILE.json [--json]

Prints min, low, high and promo watermarks and lowmem_reserve of each zone, in
pages. FILE.json ("-" reads standard input) is
  {"zones": {"0/DMA": {"managed": 3840, "present": 3998}, ...},
   "sysctl": {"min_free_kbytes"?, "watermark_scale_factor"?, "lowmem_reserve_ratio"?: [...]},
   "thp": "always"|"madvise"|"never"}
Without min_free_kbytes the kernel's default is taken, which huge pages raise.

Exit status: 0 done, 2 bad input or usage.
`;

interface Input {
  zones: GivenZone[];
  minFreeKbytes: number | null;
  scaleFactor: number;
  ratio: number[];
  thp: boolean;
}

export interface WatermarksDocument {
  zones: Record<string, { min: number; low: number; high: number; promo: number; protection: number[] }>;
  min_free_kbytes: number;
  totalreserve: number;
}

type Json = Record<string, unknown>;
const isObject = (x: unknown): x is Json => typeof x === 'object' && x !== null && !Array.isArray(x);

function bad(path: string, expected: string, got: unknown): never {
  throw new UsageError(`${path}: expected ${expected}, got ${show(got)}`);
}

function whole(x: unknown, path: string, min: number, max: number): number {
  if (typeof x === 'number' && Number.isInteger(x) && x >= min && x <= max) return x;
  return bad(path, `a whole number from ${min} to ${max}`, x);
}

const MAX_PAGES = 2 ** 40;

function parseZones(zones: unknown): GivenZone[] {
  if (!isObject(zones) || Object.keys(zones).length === 0) bad('zones', 'at least one zone by name', zones);
  return Object.entries(zones).map(([key, zone]) => {
    const name = readZoneKey(key);
    if (!name) throw new UsageError(`zones: expected ${ZONE_KEY_EXPECTED}, got ${show(key)}`);
    const path = pathText(['zones', key]);
    if (!isObject(zone)) return bad(path, 'an object with "managed"', zone);
    return { key, ...name, managed: whole(zone.managed, `${path}.managed`, 0, MAX_PAGES) };
  });
}

function parseRatio(x: unknown): number[] {
  const ratio = [...DEFAULT_SYSCTL.lowmem_reserve_ratio];
  if (x === undefined) return ratio;
  if (!Array.isArray(x) || x.length === 0 || x.length > MAX_NR_ZONES) {
    return bad('sysctl.lowmem_reserve_ratio', `a list of 1 to ${MAX_NR_ZONES} numbers`, x);
  }
  x.forEach((n, i) => {
    ratio[i] = whole(n, `sysctl.lowmem_reserve_ratio[${i}]`, 0, 2 ** 31 - 1);
  });
  return ratio;
}

function parseInput(json: unknown): Input {
  if (!isObject(json)) return bad(WHOLE_FILE, 'an object', json);
  const zones = parseZones(json.zones);
  const sysctl = json.sysctl ?? {};
  if (!isObject(sysctl)) return bad('sysctl', 'an object', sysctl);
  for (const name of Object.keys(sysctl)) {
    if (!['min_free_kbytes', 'watermark_scale_factor', 'lowmem_reserve_ratio'].includes(name)) {
      throw new UsageError(
        `sysctl.${name}: no such setting here; expected min_free_kbytes, watermark_scale_factor or lowmem_reserve_ratio`,
      );
    }
  }
  const thp = json.thp ?? 'never';
  if (thp !== 'always' && thp !== 'madvise' && thp !== 'never') bad('thp', '"always", "madvise" or "never"', thp);
  const { min_free_kbytes: min, watermark_scale_factor: scale } = sysctl;
  return {
    zones,
    minFreeKbytes: min === undefined ? null : whole(min, 'sysctl.min_free_kbytes', 0, 2 ** 31 - 1),
    scaleFactor:
      scale === undefined
        ? DEFAULT_SYSCTL.watermark_scale_factor
        : whole(scale, 'sysctl.watermark_scale_factor', 1, 3000),
    ratio: parseRatio(sysctl.lowmem_reserve_ratio),
    thp: thp !== 'never',
  };
}

/** What the kernel sets at boot: its default, raised when khugepaged starts. */
function bootMinFree(zones: GivenZone[], thp: boolean): number {
  const buffers = zones.filter((z) => z.type <= ZONE_NORMAL && z.managed > 0);
  const min = defaultMinFreeKbytes(buffers.reduce((n, z) => n + z.managed, 0));
  if (!thp) return min;
  const lowmem = lowmemPages(zones);
  let free = 0;
  for (const z of buffers) {
    const high = zoneWatermarks(z.managed, false, min >> 2, lowmem, DEFAULT_SYSCTL.watermark_scale_factor)[WMARK_HIGH];
    if (z.managed > high) free += z.managed - high;
  }
  return Math.max(min, recommendedMinFreeKbytes(buffers.length, free));
}

/**
 * @throws {UsageError} with the path of what is wrong
 */
export function watermarksOf(json: unknown): WatermarksDocument {
  const input = parseInput(json);
  const minFree = input.minFreeKbytes ?? bootMinFree(input.zones, input.thp);
  const { zones, totalreserve } = marksOfZones(input.zones, { ...input, minFreeKbytes: minFree });
  return {
    zones: Object.fromEntries(
      zones.map(({ key, marks: [min, low, high, promo], protection }) => [key, { min, low, high, promo, protection }]),
    ),
    min_free_kbytes: minFree,
    totalreserve,
  };
}

function table(d: WatermarksDocument): string {
  const lines = [`min_free_kbytes ${d.min_free_kbytes}, totalreserve ${d.totalreserve} pages`];
  for (const [key, z] of Object.entries(d.zones)) {
    lines.push(
      `${key}: min ${z.min} low ${z.low} high ${z.high} promo ${z.promo} protection ${z.protection.join(' ')}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The command. Resolves to the exit code. */
export function watermarks(argv: string[], io: CommandIo): Promise<number> {
  return withUsage('watermarks', io, async () => {
    const given = readArguments(argv, { flags: ['json'], values: ['zones'] });
    if (given.help) {
      io.stdout.write(USAGE);
      return 0;
    }
    if (given.files.length > 0) throw new UsageError(`expected --zones FILE.json, got ${given.files.join(' and ')}`);
    const file = given.values.get('zones');
    if (file === undefined) throw new UsageError('expected --zones FILE.json, got none');
    const result = watermarksOf(await readJson(file, io));
    io.stdout.write(given.flags.has('json') ? `${JSON.stringify(result, null, 2)}\n` : table(result));
    return 0;
  });
}
