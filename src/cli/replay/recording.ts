/** A `kernel-oracle/1` recording of a real kernel, as far as a replay reads it: the machine and the script, no answers. */
import * as v from 'valibot';
import { pathText } from '../../scenario/schema';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Numbers with spaces between them, as files of /proc have them. */
const numbersText = v.pipe(v.string(), v.regex(/^\s*\d+(\s+\d+)*\s*$/));
const counts = v.record(v.string(), v.number());

const Zone = v.looseObject({
  managed: count,
  present: count,
  spanned: count,
  free: count,
  min: count,
  low: count,
  high: count,
  promo: v.optional(count),
  protection: v.array(count),
  start_pfn: v.optional(count),
  pcp_count: v.optional(count),
  pcp_high: v.optional(count),
  pcp_batch: v.optional(count),
});

const Boot = v.looseObject({
  version: v.optional(v.string()),
  lruGenEnabled: v.optional(v.string()),
  thp: v.optional(v.string()),
  sysctl: v.record(v.string(), v.string()),
  log: v.optional(v.array(v.string()), []),
});

const Before = v.looseObject({
  meminfo: counts,
  vmstat: counts,
  zones: v.record(v.string(), Zone),
  buddy: v.record(v.string(), v.array(count)),
  swaps: v.optional(v.string(), ''),
  zoneinfoText: v.optional(v.string(), ''),
  pagetypeinfoText: v.optional(v.string(), ''),
});

const Params = v.looseObject({
  kernel: v.string(),
  memMB: count,
  smp: v.optional(count, 1),
  swapMB: v.optional(v.number(), 0),
});

const Scripted = v.looseObject({
  format: v.literal('kernel-oracle/1'),
  name: v.optional(v.string(), ''),
  params: Params,
  qemu: v.optional(v.string(), ''),
  cmdline: v.optional(v.string(), ''),
  script: v.array(v.string()),
  boot: Boot,
  before: Before,
});

const TableZone = v.looseObject({ managed: count, present: count, spanned: count, start_pfn: v.optional(count) });

const Row = v.looseObject({
  min_free_kbytes: v.union([count, v.literal('default')]),
  watermark_scale_factor: v.union([count, v.literal('default')]),
  lowmem_reserve_ratio: v.union([v.array(count), v.literal('default')]),
});

const TableBoot = v.looseObject({
  kernel: v.optional(v.string()),
  memMB: v.optional(count),
  thp: v.optional(v.string()),
  zones: v.record(v.string(), TableZone),
  defaults: v.looseObject({
    min_free_kbytes: count,
    watermark_scale_factor: count,
    lowmem_reserve_ratio: v.union([numbersText, v.array(count)]),
  }),
  rows: v.array(Row),
});

const Table = v.looseObject({
  format: v.literal('kernel-oracle/1'),
  name: v.optional(v.string(), ''),
  boots: v.array(TableBoot),
});

/** A recording with a script. */
export type Recording = v.InferOutput<typeof Scripted>;
/** A table of watermarks over sizes and sysctls. */
export type WatermarkTable = v.InferOutput<typeof Table>;
export type WatermarkBoot = v.InferOutput<typeof TableBoot>;

/** Bad input: its message is one line that says where and what was expected. */
export class RecordingError extends Error {}

/** Where something is in a recording: `$.before.zones["0/DMA"].managed`. */
export function jsonPath(keys: readonly unknown[]): string {
  const text = pathText(keys);
  return text === '' || text.startsWith('[') ? `$${text}` : `$.${text}`;
}

function check<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = jsonPath(((issue.path ?? []) as { key: unknown }[]).map(({ key }) => key));
  throw new RecordingError(`${path}: expected ${issue.expected ?? issue.message}, received ${issue.received}`);
}

/**
 * Reads a recording. `boots` makes it a watermark table; otherwise it has a script.
 * Throws RecordingError with the JSON path of the first thing that is wrong.
 */
export function parseRecording(value: unknown): Recording | WatermarkTable {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RecordingError('$: expected an object with "format": "kernel-oracle/1"');
  if ('boots' in value) return check(Table, { ...value, boots: withRows((value as { boots: unknown }).boots) });
  return check(Scripted, value);
}

/** A machine too small to boot has no rows; it is left out. */
const withRows = (boots: unknown): unknown =>
  Array.isArray(boots)
    ? boots.filter((b: unknown) => typeof b !== 'object' || b === null || 'rows' in b || !('booted' in b) || b.booted)
    : boots;
