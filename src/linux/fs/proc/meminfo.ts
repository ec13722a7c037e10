/** /proc/meminfo. §14.1, §14.2. */
import type { Kernel } from '../../include/kernel';
import {
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  LRU_UNEVICTABLE,
} from '../../include/mmzone';
import { kB } from '../../include/units';
import {
  NODE_STAT_NAMES,
  NR_ANON_MAPPED,
  NR_ANON_THPS,
  NR_FILE_DIRTY,
  NR_FILE_MAPPED,
  NR_FILE_PAGES,
  NR_KERNEL_STACK_KB,
  NR_LRU_BASE,
  NR_MLOCK,
  NR_PAGETABLE,
  NR_SHMEM,
  NR_SLAB_RECLAIMABLE_B,
  NR_SLAB_UNRECLAIMABLE_B,
  NR_SWAPCACHE,
  NR_WRITEBACK,
  ZONE_STAT_NAMES,
} from '../../include/vmstat';
import { totalLowWmark } from '../../mm/page_alloc';
import { vmCommitLimit } from '../../mm/util';
import { globalNodeState, globalZoneState, nrFreePages } from '../../mm/vmstat';
import { zswapKnown } from '../../mm/zswap_params';

const NR_KERNEL_MISC_RECLAIMABLE = NODE_STAT_NAMES.indexOf('nr_kernel_misc_reclaimable');
const NR_SECONDARY_PAGETABLE = NODE_STAT_NAMES.indexOf('nr_sec_page_table_pages');
const NR_BOUNCE = ZONE_STAT_NAMES.indexOf('nr_bounce');
const NR_WRITEBACK_TEMP = NODE_STAT_NAMES.indexOf('nr_writeback_temp');

/** si_mem_available: an estimate of what new processes could get without swapping, pages. */
export function siMemAvailable(k: Kernel): number {
  const wmarkLow = totalLowWmark(k);
  let available = nrFreePages(k) - k.totalreservePages;
  let pagecache =
    globalNodeState(k, NR_LRU_BASE + LRU_ACTIVE_FILE) + globalNodeState(k, NR_LRU_BASE + LRU_INACTIVE_FILE);
  pagecache -= Math.min(Math.floor(pagecache / 2), wmarkLow);
  available += pagecache;
  let reclaimable = globalNodeState(k, NR_SLAB_RECLAIMABLE_B) + globalNodeState(k, NR_KERNEL_MISC_RECLAIMABLE);
  reclaimable -= Math.min(Math.floor(reclaimable / 2), wmarkLow);
  available += reclaimable;
  return Math.max(0, available);
}

/**
 * The values of /proc/meminfo in the order of its lines: kB, the HugePages_ lines are counts.
 *
 * What the model has no notion of stands at 0 (per-cpu areas, huge pages, NFS); VmallocUsed is the kernel stacks.
 */
export function meminfoKb(k: Kernel): Record<string, number> {
  const n = (item: number): number => kB(globalNodeState(k, item));
  const lru = (l: number): number => n(NR_LRU_BASE + l);
  const swapCached = n(NR_SWAPCACHE);
  const slabReclaimable = n(NR_SLAB_RECLAIMABLE_B);
  const slabUnreclaimable = n(NR_SLAB_UNRECLAIMABLE_B);
  const stacks = globalNodeState(k, NR_KERNEL_STACK_KB);
  const present = kB(k.zones.reduce((sum, z) => sum + z.present, 0));
  const out: Record<string, number> = {
    MemTotal: kB(k.totalramPages),
    MemFree: kB(nrFreePages(k)),
    MemAvailable: kB(siMemAvailable(k)),
    Buffers: 0,
    Cached: Math.max(0, n(NR_FILE_PAGES) - swapCached),
    SwapCached: swapCached,
    Active: lru(LRU_ACTIVE_ANON) + lru(LRU_ACTIVE_FILE),
    Inactive: lru(LRU_INACTIVE_ANON) + lru(LRU_INACTIVE_FILE),
    'Active(anon)': lru(LRU_ACTIVE_ANON),
    'Inactive(anon)': lru(LRU_INACTIVE_ANON),
    'Active(file)': lru(LRU_ACTIVE_FILE),
    'Inactive(file)': lru(LRU_INACTIVE_FILE),
    Unevictable: lru(LRU_UNEVICTABLE),
    Mlocked: kB(globalZoneState(k, NR_MLOCK)),
    SwapTotal: kB(k.swap.total),
    SwapFree: kB(k.swap.free),
    ...(zswapKnown(k) && { Zswap: kB(k.zswap.poolPages), Zswapped: kB(k.zswap.stored) }),
    Dirty: n(NR_FILE_DIRTY),
    Writeback: n(NR_WRITEBACK),
    AnonPages: n(NR_ANON_MAPPED),
    Mapped: n(NR_FILE_MAPPED),
    Shmem: n(NR_SHMEM),
    KReclaimable: slabReclaimable + n(NR_KERNEL_MISC_RECLAIMABLE),
    Slab: slabReclaimable + slabUnreclaimable,
    SReclaimable: slabReclaimable,
    SUnreclaim: slabUnreclaimable,
    KernelStack: stacks,
    PageTables: n(NR_PAGETABLE),
    SecPageTables: n(NR_SECONDARY_PAGETABLE),
    NFS_Unstable: 0,
    Bounce: kB(globalZoneState(k, NR_BOUNCE)),
    WritebackTmp: n(NR_WRITEBACK_TEMP),
    CommitLimit: kB(vmCommitLimit(k)),
    Committed_AS: kB(k.committedAs),
    VmallocTotal: k.release.vmallocTotalKb,
    VmallocUsed: stacks,
    VmallocChunk: 0,
    Percpu: 0,
  };
  if (k.release.memoryFailure) out.HardwareCorrupted = 0;
  Object.assign(out, {
    AnonHugePages: n(NR_ANON_THPS),
    ShmemHugePages: 0,
    ShmemPmdMapped: 0,
    FileHugePages: 0,
    FilePmdMapped: 0,
  });
  if (k.release.unacceptedMemory) out.Unaccepted = 0;
  return Object.assign(out, {
    HugePages_Total: 0,
    HugePages_Free: 0,
    HugePages_Rsvd: 0,
    HugePages_Surp: 0,
    Hugepagesize: 2048,
    Hugetlb: 0,
    DirectMap4k: present % 2048,
    DirectMap2M: present - (present % 2048),
    DirectMap1G: 0,
  });
}

/** /proc/meminfo as text. */
export function meminfo(k: Kernel): string {
  let text = '';
  for (const [name, value] of Object.entries(meminfoKb(k))) {
    if (name === 'HardwareCorrupted') text += `${name}: ${String(value).padStart(5)} kB\n`;
    else text += `${`${name}:`.padEnd(16)}${String(value).padStart(8)}${name.startsWith('HugePages_') ? '' : ' kB'}\n`;
  }
  return text;
}
