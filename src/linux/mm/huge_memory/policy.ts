/** Who gets huge pages, and how hard is tried: /sys/kernel/mm/transparent_hugepage. §9.5 */
import { EINVAL, ENOENT } from '../../include/errno';
import {
  __GFP_DIRECT_RECLAIM,
  __GFP_KSWAPD_RECLAIM,
  __GFP_NORETRY,
  GFP_TRANSHUGE,
  GFP_TRANSHUGE_LIGHT,
} from '../../include/gfp';
import type { Kernel, ThpDefrag, ThpEnabled } from '../../include/kernel';
import { VM_HUGEPAGE, VM_NOHUGEPAGE, type Vma } from '../../include/mm_types';
import { HPAGE_PMD_NR } from '../../include/units';
import { calculateMinFreeKbytes, setRecommendedMinFreeKbytes, setupPerZoneWmarks } from '../page_alloc';

export const THP_DIR = '/sys/kernel/mm/transparent_hugepage/';
export const THP_ENABLED = `${THP_DIR}enabled`;
export const THP_DEFRAG = `${THP_DIR}defrag`;
export const THP_FILES: readonly string[] = [THP_ENABLED, THP_DEFRAG];

const ENABLED: readonly ThpEnabled[] = ['always', 'madvise', 'never'];
const DEFRAG: readonly ThpDefrag[] = ['always', 'defer', 'defer+madvise', 'madvise', 'never'];

/** True for the path of one of these files. */
export const isThpFile = (path: string): boolean => THP_FILES.includes(path);

/** thp_vma_allowable_order: the mapping is one for huge pages. */
export function thpVmaAllowable(k: Kernel, vma: Vma): boolean {
  if (k.thp.enabled === 'never' || vma.inode >= 0 || vma.flags & VM_NOHUGEPAGE) return false;
  return k.thp.enabled === 'always' || (vma.flags & VM_HUGEPAGE) !== 0;
}

/** thp_vma_suitable_order: the 512 virtual pages around `vpn` lie within the mapping. */
export function thpVmaSuitable(vma: Vma, vpn: number): boolean {
  const start = vpn & ~(HPAGE_PMD_NR - 1);
  return start >= vma.start && start + HPAGE_PMD_NR <= vma.end;
}

/** vma_thp_gfp_mask: reclaim and compact for it, have it done in the background, or take it only if it is there. */
export function vmaThpGfpMask(k: Kernel, vma: Vma): number {
  const advised = (vma.flags & VM_HUGEPAGE) !== 0;
  switch (k.thp.defrag) {
    case 'always':
      return advised ? GFP_TRANSHUGE : GFP_TRANSHUGE | __GFP_NORETRY;
    case 'defer':
      return GFP_TRANSHUGE_LIGHT | __GFP_KSWAPD_RECLAIM;
    case 'defer+madvise':
      return GFP_TRANSHUGE_LIGHT | (advised ? __GFP_DIRECT_RECLAIM : __GFP_KSWAPD_RECLAIM);
    case 'madvise':
      return GFP_TRANSHUGE_LIGHT | (advised ? __GFP_DIRECT_RECLAIM : 0);
    default:
      return GFP_TRANSHUGE_LIGHT;
  }
}

/** enabled_store: khugepaged starts or stops, and min_free_kbytes is raised or falls back with it. §2.1 */
function setEnabled(k: Kernel, value: ThpEnabled): void {
  k.thp.enabled = value;
  if (value !== 'never') {
    setRecommendedMinFreeKbytes(k);
    return;
  }
  calculateMinFreeKbytes(k);
  setupPerZoneWmarks(k);
}

/** The values that a file takes. */
export const thpValues = (path: string): readonly string[] => (path === THP_ENABLED ? ENABLED : DEFRAG);

/** Whether a file takes the value. */
export const thpAccepts = (path: string, value: string): boolean => thpValues(path).includes(value);

/** Writes one of the files. Returns 0, -EINVAL or -ENOENT. */
export function writeThp(k: Kernel, path: string, text: string): number {
  if (path === THP_ENABLED) {
    const value = ENABLED.find((v) => v === text);
    if (value === undefined) return -EINVAL;
    setEnabled(k, value);
    return 0;
  }
  if (path !== THP_DEFRAG) return -ENOENT;
  const value = DEFRAG.find((v) => v === text);
  if (value === undefined) return -EINVAL;
  k.thp.defrag = value;
  return 0;
}

const chosen = (values: readonly string[], value: string): string =>
  `${values.map((v) => (v === value ? `[${v}]` : v)).join(' ')}\n`;

/** The text of one of the files: all values, the present one in brackets. Or -ENOENT. */
export function readThp(k: Kernel, path: string): string | number {
  if (path === THP_ENABLED) return chosen(ENABLED, k.thp.enabled);
  return path === THP_DEFRAG ? chosen(DEFRAG, k.thp.defrag) : -ENOENT;
}
