/** /sys/module/zswap/parameters: the files `enabled`, `max_pool_percent` and `accept_threshold_percent`. §7.4 */
import { EINVAL, ENOENT } from '../include/errno';
import type { Kernel } from '../include/kernel';

const DIR = '/sys/module/zswap/parameters/';
export const ZSWAP_ENABLED = `${DIR}enabled`;
const MAX_POOL_PERCENT = `${DIR}max_pool_percent`;
const ACCEPT_THRESHOLD_PERCENT = `${DIR}accept_threshold_percent`;
export const ZSWAP_FILES: readonly string[] = [ZSWAP_ENABLED, MAX_POOL_PERCENT, ACCEPT_THRESHOLD_PERCENT];

/** True for the path of one of these files. */
export const isZswapFile = (path: string): boolean => ZSWAP_FILES.includes(path);

/** What a text means to one of the files: 1 or 0, or a percentage; null when it would be refused. */
export function parseZswap(path: string, text: string): number | null {
  if (path === ZSWAP_ENABLED) return /^(y|1|on)/i.test(text) ? 1 : /^(n|0|of)/i.test(text) ? 0 : null;
  return /^\d{1,3}$/.test(text) && Number(text) <= 100 ? Number(text) : null;
}

/** A write by root. Returns 0, -EINVAL or -ENOENT. */
export function writeZswap(k: Kernel, path: string, text: string): number {
  if (!isZswapFile(path)) return -ENOENT;
  const n = parseZswap(path, text);
  if (n === null) return -EINVAL;
  if (path === ZSWAP_ENABLED) k.zswap.enabled = n === 1;
  else if (path === MAX_POOL_PERCENT) k.zswap.maxPoolPercent = n;
  else k.zswap.acceptThresholdPercent = n;
  return 0;
}

/** The text of one of the files, or -ENOENT. */
export function readZswap(k: Kernel, path: string): string | number {
  const z = k.zswap;
  if (path === ZSWAP_ENABLED) return `${z.enabled ? 'Y' : 'N'}\n`;
  if (path === MAX_POOL_PERCENT) return `${z.maxPoolPercent}\n`;
  return path === ACCEPT_THRESHOLD_PERCENT ? `${z.acceptThresholdPercent}\n` : -ENOENT;
}

/** Whether it is, or has been, in use on this machine. */
export const zswapKnown = (k: Kernel): boolean => k.zswap.enabled || k.zswap.size.length > 0;
