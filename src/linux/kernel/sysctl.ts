/** /proc/sys/vm: names, ranges and what a write sets off. §14.6. */

import { dropCaches } from '../fs/drop_caches';
import { EACCES, EINVAL, ENOENT } from '../include/errno';
import type { Kernel, VmSysctl } from '../include/kernel';
import { MAX_NR_ZONES } from '../include/mmzone';
import { PAGE_SIZE } from '../include/units';
import { compactNodes } from '../mm/compaction';
import { isThpFile, readThp, writeThp } from '../mm/huge_memory';
import { setupPerZoneLowmemReserve, setupPerZoneWmarks, zonePcpUpdate } from '../mm/page_alloc';
import { isLruGenFile, readLruGen, writeLruGen } from '../mm/vmscan/lru_gen/sysfs';
import { refreshVmStats } from '../mm/vmstat';
import { isZswapFile, readZswap, writeZswap } from '../mm/zswap_params';

const INT_MAX = 2 ** 31 - 1;
const INT_MIN = -(2 ** 31);

/** Keys of VmSysctl that hold a single number. */
type NumberKey = { [K in keyof VmSysctl]: VmSysctl[K] extends number ? K : never }[keyof VmSysctl];

interface Entry {
  /** Name below /proc/sys/vm. */
  name: string;
  key: NumberKey;
  min?: number;
  max?: number;
  /** An unsigned long: negative numbers are ignored without an error, and it may exceed an int. */
  ulong?: boolean;
  /** What follows a write; an error code takes the write back. */
  after?: (k: Kernel, before: number) => number;
}

const ok = (): number => 0;
const done = (f: (k: Kernel) => void) => (k: Kernel) => {
  f(k);
  return 0;
};

/** Below it a percpu_pagelist_high_fraction would starve the zone. */
const MIN_PERCPU_PAGELIST_HIGH_FRACTION = 8;

const ENTRIES: readonly Entry[] = [
  {
    name: 'min_free_kbytes',
    key: 'min_free_kbytes',
    min: 0,
    after: done((k) => {
      k.sysctl.user_min_free_kbytes = k.sysctl.min_free_kbytes;
      setupPerZoneWmarks(k);
    }),
  },
  { name: 'watermark_boost_factor', key: 'watermark_boost_factor', min: 0 },
  {
    name: 'watermark_scale_factor',
    key: 'watermark_scale_factor',
    min: 1,
    max: 3000,
    after: done(setupPerZoneWmarks),
  },
  { name: 'swappiness', key: 'swappiness', min: 0, max: 200 },
  { name: 'overcommit_memory', key: 'overcommit_memory', min: 0, max: 2 },
  {
    name: 'overcommit_ratio',
    key: 'overcommit_ratio',
    after: done((k) => {
      k.sysctl.overcommit_kbytes = 0;
    }),
  },
  {
    name: 'overcommit_kbytes',
    key: 'overcommit_kbytes',
    ulong: true,
    after: done((k) => {
      k.sysctl.overcommit_ratio = 0;
    }),
  },
  { name: 'admin_reserve_kbytes', key: 'admin_reserve_kbytes', ulong: true },
  { name: 'user_reserve_kbytes', key: 'user_reserve_kbytes', ulong: true },
  { name: 'panic_on_oom', key: 'panic_on_oom', min: 0, max: 2 },
  { name: 'oom_kill_allocating_task', key: 'oom_kill_allocating_task' },
  { name: 'oom_dump_tasks', key: 'oom_dump_tasks' },
  {
    name: 'dirty_ratio',
    key: 'dirty_ratio',
    min: 0,
    max: 100,
    after: (k, before) => {
      if (k.sysctl.dirty_ratio !== before) k.sysctl.dirty_bytes = 0;
      return 0;
    },
  },
  {
    name: 'dirty_background_ratio',
    key: 'dirty_background_ratio',
    min: 0,
    max: 100,
    after: done((k) => {
      k.sysctl.dirty_background_bytes = 0;
    }),
  },
  {
    name: 'dirty_bytes',
    key: 'dirty_bytes',
    ulong: true,
    min: 2 * PAGE_SIZE,
    after: (k, before) => {
      if (k.sysctl.dirty_bytes !== before) k.sysctl.dirty_ratio = 0;
      return 0;
    },
  },
  {
    name: 'dirty_background_bytes',
    key: 'dirty_background_bytes',
    ulong: true,
    min: 1,
    after: done((k) => {
      k.sysctl.dirty_background_ratio = 0;
    }),
  },
  { name: 'dirty_expire_centisecs', key: 'dirty_expire_centisecs', min: 0 },
  { name: 'dirty_writeback_centisecs', key: 'dirty_writeback_centisecs' },
  { name: 'vfs_cache_pressure', key: 'vfs_cache_pressure', min: 0 },
  { name: 'page-cluster', key: 'page_cluster', min: 0, max: 31 },
  {
    name: 'percpu_pagelist_high_fraction',
    key: 'percpu_pagelist_high_fraction',
    min: 0,
    after: (k) => {
      const f = k.sysctl.percpu_pagelist_high_fraction;
      if (f > 0 && f < MIN_PERCPU_PAGELIST_HIGH_FRACTION) return -EINVAL;
      for (const z of k.zones) zonePcpUpdate(k, z);
      return 0;
    },
  },
  { name: 'extfrag_threshold', key: 'extfrag_threshold', min: 0, max: 1000 },
  { name: 'compaction_proactiveness', key: 'compaction_proactiveness', min: 0, max: 100 },
  { name: 'zone_reclaim_mode', key: 'zone_reclaim_mode', min: 0 },
];

/** Files that do something when written and hold nothing. */
const ACTIONS: readonly { name: string; min: number; max: number; run: (k: Kernel, value: number) => void }[] = [
  { name: 'compact_memory', min: 1, max: 1, run: compactNodes },
  { name: 'drop_caches', min: 1, max: 4, run: dropCaches },
  { name: 'stat_refresh', min: INT_MIN, max: INT_MAX, run: refreshVmStats },
];

/** Their names: writing one of them changes memory, not a setting. */
export const SYSCTL_ACTIONS: readonly string[] = ACTIONS.map((a) => a.name);

/** Whether such a file takes the value. */
export function acceptsActionValue(file: string, value: string): boolean {
  const action = ACTIONS.find((a) => a.name === file);
  const n = parseInteger(value.trim());
  return action !== undefined && n !== null && n >= action.min && n <= action.max;
}

/** All files of /proc/sys/vm that the model has, by name. */
export const SYSCTL_NAMES: readonly string[] = [
  ...ENTRIES.map((e) => e.name),
  'lowmem_reserve_ratio',
  ...ACTIONS.map((a) => a.name),
].sort();

/** "vm.swappiness", "vm/swappiness" or "/proc/sys/vm/swappiness" to "swappiness"; '' for anything else. */
function vmName(name: string): string {
  const m = /^(?:\/proc\/sys\/)?vm[./](.+)$/.exec(name.trim());
  if (!m) return '';
  return m[1] === 'page_cluster' ? 'page-cluster' : m[1];
}

/** A number as the kernel reads it: decimal, octal with a leading 0, hexadecimal with 0x. null when it is none. */
function parseInteger(text: string): number | null {
  const m = /^(-?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.exec(text);
  if (!m) return null;
  const digits = m[2];
  const n = /^0[xX]/.test(digits)
    ? Number.parseInt(digits.slice(2), 16)
    : digits.length > 1 && digits[0] === '0'
      ? Number.parseInt(digits, 8)
      : Number(digits);
  return m[1] ? 0 - n : n;
}

/** lowmem_reserve_ratio: as many numbers as are given, the rest stay. Anything below 1 means no reserve. */
function writeLowmemReserveRatio(k: Kernel, text: string): number {
  const values = text
    .split(/\s+/)
    .filter((s) => s !== '')
    .map(parseInteger);
  if (values.length === 0 || values.length > MAX_NR_ZONES) return -EINVAL;
  if (values.some((v) => v === null || v > INT_MAX || v < INT_MIN)) return -EINVAL;
  const ratio = k.sysctl.lowmem_reserve_ratio;
  values.forEach((v, i) => {
    ratio[i] = Math.max(0, v ?? 0);
  });
  setupPerZoneLowmemReserve(k);
  return 0;
}

/**
 * A write to a file below /proc/sys/vm, or to one of /sys/kernel/mm or /sys/module/zswap, by root.
 *
 * @param name "vm.swappiness", "/proc/sys/vm/swappiness" or "/sys/kernel/mm/lru_gen/enabled"
 * @param value as text; numbers are accepted for convenience
 * @returns 0, -ENOENT for a name that does not exist, -EINVAL for a value outside the kernel's range
 */
export function writeSysctl(k: Kernel, name: string, value: string | number): number {
  const file = vmName(name);
  const text = String(value).trim();
  if (isLruGenFile(name)) return writeLruGen(k, name, text);
  if (isThpFile(name)) return writeThp(k, name, text);
  if (isZswapFile(name)) return writeZswap(k, name, text);
  if (file === 'lowmem_reserve_ratio') return writeLowmemReserveRatio(k, text);
  const action = ACTIONS.find((a) => a.name === file);
  const entry = ENTRIES.find((e) => e.name === file);
  if (!action && !entry) return -ENOENT;
  const n = parseInteger(text);
  if (n === null) return -EINVAL;
  if (action) {
    if (n < action.min || n > action.max) return -EINVAL;
    action.run(k, n);
    return 0;
  }
  return entry ? writeNumber(k, entry, n) : -ENOENT;
}

function writeNumber(k: Kernel, e: Entry, n: number): number {
  if (e.ulong && n < 0) return 0;
  if (n < (e.min ?? INT_MIN) || n > (e.max ?? (e.ulong ? Number.MAX_SAFE_INTEGER : INT_MAX))) return -EINVAL;
  const before = k.sysctl[e.key];
  k.sysctl[e.key] = n;
  const err = (e.after ?? ok)(k, before);
  if (err < 0) k.sysctl[e.key] = before;
  return err;
}

/**
 * The text of a file below /proc/sys/vm, or a negative error: -ENOENT for a name that does not exist, -EACCES for a file
 * that can only be written. (A real read of lowmem_reserve_ratio also recomputes the reserves; looking at it here
 * changes nothing.)
 */
export function readSysctl(k: Kernel, name: string): string | number {
  if (isLruGenFile(name)) return readLruGen(k, name);
  if (isThpFile(name)) return readThp(k, name);
  if (isZswapFile(name)) return readZswap(k, name);
  const file = vmName(name);
  if (file === 'lowmem_reserve_ratio') {
    const ratio = k.sysctl.lowmem_reserve_ratio;
    return `${Array.from({ length: MAX_NR_ZONES }, (_, i) => ratio[i] ?? 0).join('\t')}\n`;
  }
  if (ACTIONS.some((a) => a.name === file)) return -EACCES;
  const entry = ENTRIES.find((e) => e.name === file);
  return entry ? `${k.sysctl[entry.key]}\n` : -ENOENT;
}

/** The range a file accepts, for controls and their messages; null where it has none or does not exist. */
export function sysctlRange(name: string): { min: number; max: number } | null {
  const file = vmName(name);
  const e = ENTRIES.find((x) => x.name === file) ?? ACTIONS.find((x) => x.name === file);
  if (!e) return null;
  const most = 'ulong' in e && e.ulong ? Number.POSITIVE_INFINITY : INT_MAX;
  return { min: e.min ?? INT_MIN, max: e.max ?? most };
}

export { writeOomScoreAdj } from '../fs/proc/oom';
