/** /sys/kernel/mm/lru_gen: the files `enabled` and `min_ttl_ms`. §6.1, §6.6. */
import { EINVAL, ENOENT } from '../../../include/errno';
import type { Kernel } from '../../../include/kernel';
import { LRU_GEN_ALL_CAPS } from './init';
import { lruGenChangeState } from './state';

export const LRU_GEN_ENABLED = '/sys/kernel/mm/lru_gen/enabled';
export const LRU_GEN_MIN_TTL_MS = '/sys/kernel/mm/lru_gen/min_ttl_ms';
export const LRU_GEN_FILES: readonly string[] = [LRU_GEN_ENABLED, LRU_GEN_MIN_TTL_MS];

const UINT_MAX = 2 ** 32 - 1;

/** True for the path of one of these files. */
export const isLruGenFile = (path: string): boolean => LRU_GEN_FILES.includes(path);

/** kstrtouint with base 0; null for anything else. */
function parseUint(text: string): number | null {
  if (!/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text)) return null;
  const n = /^0[xX]/.test(text) ? Number.parseInt(text, 16) : Number.parseInt(text, text[0] === '0' ? 8 : 10);
  return n <= UINT_MAX && Number.isFinite(n) ? n : null;
}

/** What a text means to one of the files: y, n or a bit mask; milliseconds. null when it would be refused. */
export function parseLruGen(path: string, text: string): number | null {
  if (path === LRU_GEN_MIN_TTL_MS) return parseUint(text);
  if (/^y/i.test(text)) return LRU_GEN_ALL_CAPS;
  return /^n/i.test(text) ? 0 : parseUint(text);
}

/** enabled_store, min_ttl_ms_store. Returns 0, -EINVAL or -ENOENT. */
export function writeLruGen(k: Kernel, path: string, text: string): number {
  if (!isLruGenFile(path)) return -ENOENT;
  const n = parseLruGen(path, text);
  if (n === null) return -EINVAL;
  if (path === LRU_GEN_ENABLED) lruGenChangeState(k, n & LRU_GEN_ALL_CAPS);
  else k.lruGenMinTtlMs = n;
  return 0;
}

/** The text of one of the files, or -ENOENT. */
export function readLruGen(k: Kernel, path: string): string | number {
  if (path === LRU_GEN_ENABLED) return `0x${k.lruGenCaps.toString(16).padStart(4, '0')}\n`;
  return path === LRU_GEN_MIN_TTL_MS ? `${k.lruGenMinTtlMs}\n` : -ENOENT;
}
