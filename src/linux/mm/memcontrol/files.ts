/** memory.* files of a cgroup. §11.1. */
import { EACCES, EINVAL, ENOENT } from '../../include/errno';
import type { Kernel } from '../../include/kernel';
import {
  MEMCG_HIGH,
  MEMCG_LOW,
  MEMCG_MAX,
  MEMCG_OOM,
  MEMCG_OOM_GROUP_KILL,
  MEMCG_OOM_KILL,
  MEMCG_SWAP_FAIL,
  MEMCG_SWAP_HIGH,
  MEMCG_SWAP_MAX,
  type MemCgroup,
  type MemcgWork,
  PAGE_COUNTER_MAX,
} from '../../include/memcontrol';
import { PAGE_SIZE } from '../../include/units';
import { beginLimitWrite } from './limits';
import { memoryStat } from './stat';

type Counter = 'memory' | 'swap';
type Limit = 'min' | 'low' | 'high' | 'max';

/** Files that hold a limit. */
const LIMITS: { readonly [file: string]: { counter: Counter; key: Limit; work?: MemcgWork['kind'] } } = {
  'memory.min': { counter: 'memory', key: 'min' },
  'memory.low': { counter: 'memory', key: 'low' },
  'memory.high': { counter: 'memory', key: 'high', work: 'write_high' },
  'memory.max': { counter: 'memory', key: 'max', work: 'write_max' },
  'memory.swap.high': { counter: 'swap', key: 'high' },
  'memory.swap.max': { counter: 'swap', key: 'max' },
};

const EVENTS: readonly (readonly [string, number])[] = [
  ['low', MEMCG_LOW],
  ['high', MEMCG_HIGH],
  ['max', MEMCG_MAX],
  ['oom', MEMCG_OOM],
  ['oom_kill', MEMCG_OOM_KILL],
  ['oom_group_kill', MEMCG_OOM_GROUP_KILL],
];
const SWAP_EVENTS: readonly (readonly [string, number])[] = [
  ['high', MEMCG_SWAP_HIGH],
  ['max', MEMCG_SWAP_MAX],
  ['fail', MEMCG_SWAP_FAIL],
];
const lines = (names: typeof EVENTS, counts: number[]): string => names.map(([n, i]) => `${n} ${counts[i]}\n`).join('');

const limitText = (pages: number): string => (pages >= PAGE_COUNTER_MAX ? 'max\n' : `${pages * PAGE_SIZE}\n`);
const bytes = (pages: number): string => `${pages * PAGE_SIZE}\n`;

/** Files that are not limits; those of the root are `memory.stat` and `memory.reclaim` alone. */
const READ: { readonly [file: string]: (k: Kernel, m: MemCgroup) => string } = {
  'memory.current': (_, m) => bytes(m.memory.usage),
  'memory.peak': (_, m) => bytes(m.memory.watermark),
  'memory.events': (_, m) => lines(EVENTS, m.events),
  'memory.events.local': (_, m) => lines(EVENTS, m.eventsLocal),
  'memory.stat': (k, m) => memoryStat(k, m.id),
  'memory.oom.group': (_, m) => `${m.oomGroup ? 1 : 0}\n`,
  'memory.swap.current': (_, m) => bytes(m.swap.usage),
  'memory.swap.peak': (_, m) => bytes(m.swap.watermark),
  'memory.swap.events': (_, m) => lines(SWAP_EVENTS, m.events),
};

/** Names of all memory files of a cgroup that is not the root. */
export const MEMORY_FILES: readonly string[] = [...Object.keys(READ), ...Object.keys(LIMITS), 'memory.reclaim'].sort();
const ROOT_FILES: readonly string[] = ['memory.stat', 'memory.reclaim'];

/** True for a file that this memcg has. */
export const hasMemoryFile = (memcg: number, file: string): boolean =>
  (memcg === 0 ? ROOT_FILES : MEMORY_FILES).includes(file);

/** The text of a file, or a negative error number. */
export function readMemoryFile(k: Kernel, memcg: number, file: string): string | number {
  if (!hasMemoryFile(memcg, file)) return -ENOENT;
  const m = k.memcgs[memcg];
  const limit = LIMITS[file];
  if (limit) return limitText(m[limit.counter][limit.key]);
  return READ[file]?.(k, m) ?? -EACCES;
}

const UNITS = 'kmgtpe';
/** memparse: a size with a suffix, bytes. null when something follows it that is none. */
function memparse(text: string): number | null {
  const m = /^(0[xX][0-9a-fA-F]+|[0-9]+)([kKmMgGtTpPeE]?)$/.exec(text);
  if (!m) return null;
  const digits = m[1];
  const n = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return m[2] === '' ? n : n * 1024 ** (UNITS.indexOf(m[2].toLowerCase()) + 1);
}

/** page_counter_memparse: pages, rounded down; "max" = no limit. null when it is refused. An empty text is 0. */
export function parseLimit(text: string): number | null {
  if (text === 'max') return PAGE_COUNTER_MAX;
  const n = text === '' ? 0 : memparse(text);
  return n === null ? null : Math.min(Math.floor(n / PAGE_SIZE), PAGE_COUNTER_MAX);
}

/** True for a value that a write to this file of a cgroup that is not the root would not be refused for. */
export function acceptsMemoryWrite(file: string, value: string): boolean {
  const text = value.trim();
  if (file === 'memory.oom.group') return text === '0' || text === '1';
  if (file === 'memory.reclaim') return memparse(text) !== null;
  return LIMITS[file] !== undefined && parseLimit(text) !== null;
}

/** What a write came to: an error, or work that a task has to do before the write is over. */
export interface WriteResult {
  /** 0 or a negative error number. */
  error: number;
  work: MemcgWork | null;
}
const failed = (error: number): WriteResult => ({ error, work: null });

/** A write to a memory file. The value takes effect at once; reclaim, where it asks for some, is left to `work`. */
export function writeMemoryFile(k: Kernel, memcg: number, file: string, value: string): WriteResult {
  if (!hasMemoryFile(memcg, file)) return failed(-ENOENT);
  const m = k.memcgs[memcg];
  const text = value.trim();
  if (file === 'memory.oom.group') {
    if (text !== '0' && text !== '1') return failed(-EINVAL);
    m.oomGroup = text === '1';
    return failed(0);
  }
  if (file === 'memory.reclaim') {
    const n = memparse(text);
    if (n === null) return failed(-EINVAL);
    return { error: 0, work: beginLimitWrite(k, 'reclaim', memcg, Math.floor(n / PAGE_SIZE)) };
  }
  const limit = LIMITS[file];
  if (!limit) return failed(file in READ && !file.endsWith('.peak') ? -EINVAL : -EACCES);
  const pages = parseLimit(text);
  if (pages === null) return failed(-EINVAL);
  m[limit.counter][limit.key] = pages;
  return { error: 0, work: limit.work ? beginLimitWrite(k, limit.work, memcg, pages) : null };
}
