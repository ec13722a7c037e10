/** The memory part of a report: Mem-Info, nodes, zones, free blocks. §10.12. */
import { __GFP_NOWARN, gfpZone, MIGRATE_TYPES } from '../include/gfp';
import type { Kernel } from '../include/kernel';
import {
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  LRU_UNEVICTABLE,
  MAX_NR_ZONES,
  type PgData,
  WMARK_HIGH,
  WMARK_LOW,
  WMARK_MIN,
  wmarkPages,
  ZONE_DEVICE,
  type Zone,
} from '../include/mmzone';
import type { Task } from '../include/sched';
import { kB, MAX_RECLAIM_RETRIES, NR_PAGE_ORDERS, SEC } from '../include/units';
import {
  NODE_STAT_NAMES,
  NR_FILE_DIRTY,
  NR_FILE_MAPPED,
  NR_FILE_PAGES,
  NR_ISOLATED_ANON,
  NR_ISOLATED_FILE,
  NR_KERNEL_STACK_KB,
  NR_LRU_BASE,
  NR_MLOCK,
  NR_PAGETABLE,
  NR_SHMEM,
  NR_SLAB_RECLAIMABLE_B,
  NR_SLAB_UNRECLAIMABLE_B,
  NR_SWAPCACHE,
  NR_WRITEBACK,
  NR_ZONE_LRU_BASE,
  NR_ZONE_WRITE_PENDING,
  ZONE_STAT_NAMES,
} from '../include/vmstat';
import { cpusetMems, cpusetName } from '../kernel/cpuset';
import { KERN_DEFAULT, KERN_WARNING, printk, ratelimit } from '../kernel/printk';
import { allocSite, dumpStack } from '../lib/dump_stack';
import { formatGfpMask } from '../trace/gfpflags';
import { zonePcpCount } from './page_alloc';
import { formatBitmapList, globalNodeState, globalZoneState, nrFreePages, populatedZones } from './vmstat';

const node = (name: (typeof NODE_STAT_NAMES)[number]): number => NODE_STAT_NAMES.indexOf(name);
const zone = (name: (typeof ZONE_STAT_NAMES)[number]): number => ZONE_STAT_NAMES.indexOf(name);
const NR_SHMEM_THPS = node('nr_shmem_hugepages');
const NR_SHMEM_PMDMAPPED = node('nr_shmem_pmdmapped');
const NR_ANON_THPS = node('nr_anon_transparent_hugepages');
const NR_WRITEBACK_TEMP = node('nr_writeback_temp');
const NR_SECONDARY_PAGETABLE = node('nr_sec_page_table_pages');
const NR_KERNEL_MISC_RECLAIMABLE = node('nr_kernel_misc_reclaimable');
const NR_BOUNCE = zone('nr_bounce');
const NR_FREE_CMA_PAGES = zone('nr_free_cma');

/** Letters of the migrate types in the lines of free blocks. */
const MIGRATE_LETTERS = ['U', 'M', 'E', 'H'];

/** kB of pages, with the unit. */
const K = (pages: number): string => `${kB(pages)}kB`;

/** Global counters, pages. */
function memInfo(k: Kernel): string {
  const n = (item: number): number => globalNodeState(k, item);
  const lru = (l: number): number => n(NR_LRU_BASE + l);
  const pcp = k.zones.reduce((sum, z) => sum + zonePcpCount(z), 0);
  return [
    `active_anon:${lru(LRU_ACTIVE_ANON)} inactive_anon:${lru(LRU_INACTIVE_ANON)} isolated_anon:${n(NR_ISOLATED_ANON)}`,
    ` active_file:${lru(LRU_ACTIVE_FILE)} inactive_file:${lru(LRU_INACTIVE_FILE)} isolated_file:${n(NR_ISOLATED_FILE)}`,
    ` unevictable:${lru(LRU_UNEVICTABLE)} dirty:${n(NR_FILE_DIRTY)} writeback:${n(NR_WRITEBACK)}`,
    ` slab_reclaimable:${n(NR_SLAB_RECLAIMABLE_B)} slab_unreclaimable:${n(NR_SLAB_UNRECLAIMABLE_B)}`,
    ` mapped:${n(NR_FILE_MAPPED)} shmem:${n(NR_SHMEM)} pagetables:${n(NR_PAGETABLE)}`,
    ` sec_pagetables:${n(NR_SECONDARY_PAGETABLE)} bounce:${globalZoneState(k, NR_BOUNCE)}`,
    ` kernel_misc_reclaimable:${n(NR_KERNEL_MISC_RECLAIMABLE)}`,
    ` free:${nrFreePages(k)} free_pcp:${pcp} free_cma:${globalZoneState(k, NR_FREE_CMA_PAGES)}`,
  ].join('\n');
}

function nodeLine(k: Kernel, p: PgData): string {
  const s = p.stat;
  const lru = (l: number): string => K(s[NR_LRU_BASE + l]);
  const thp = k.release.thpColonSpace ? ' ' : '';
  return (
    `Node ${p.id} active_anon:${lru(LRU_ACTIVE_ANON)} inactive_anon:${lru(LRU_INACTIVE_ANON)}` +
    ` active_file:${lru(LRU_ACTIVE_FILE)} inactive_file:${lru(LRU_INACTIVE_FILE)}` +
    ` unevictable:${lru(LRU_UNEVICTABLE)} isolated(anon):${K(s[NR_ISOLATED_ANON])}` +
    ` isolated(file):${K(s[NR_ISOLATED_FILE])} mapped:${K(s[NR_FILE_MAPPED])} dirty:${K(s[NR_FILE_DIRTY])}` +
    ` writeback:${K(s[NR_WRITEBACK])} shmem:${K(s[NR_SHMEM])} shmem_thp:${thp}${K(s[NR_SHMEM_THPS])}` +
    ` shmem_pmdmapped:${thp}${K(s[NR_SHMEM_PMDMAPPED])} anon_thp:${thp}${K(s[NR_ANON_THPS])}` +
    ` writeback_tmp:${K(s[NR_WRITEBACK_TEMP])} kernel_stack:${s[NR_KERNEL_STACK_KB]}kB` +
    ` pagetables:${K(s[NR_PAGETABLE])} sec_pagetables:${K(s[NR_SECONDARY_PAGETABLE])}` +
    ` all_unreclaimable? ${p.kswapdFailures >= MAX_RECLAIM_RETRIES ? 'yes' : 'no'}`
  );
}

function zoneLine(k: Kernel, z: Zone): string {
  const s = z.stat;
  const lru = (l: number): string => K(s[NR_ZONE_LRU_BASE + l]);
  return (
    `Node ${z.node} ${z.name} free:${K(z.free)} boost:${K(z.boost)} min:${K(wmarkPages(z, WMARK_MIN))}` +
    ` low:${K(wmarkPages(z, WMARK_LOW))} high:${K(wmarkPages(z, WMARK_HIGH))}` +
    ` reserved_highatomic:${kB(z.nrReservedHighatomic)}KB active_anon:${lru(LRU_ACTIVE_ANON)}` +
    ` inactive_anon:${lru(LRU_INACTIVE_ANON)} active_file:${lru(LRU_ACTIVE_FILE)}` +
    ` inactive_file:${lru(LRU_INACTIVE_FILE)} unevictable:${lru(LRU_UNEVICTABLE)}` +
    ` writepending:${K(s[NR_ZONE_WRITE_PENDING])} present:${K(z.present)} managed:${K(z.managed)}` +
    ` mlocked:${K(s[NR_MLOCK])} bounce:${K(s[NR_BOUNCE])} free_pcp:${K(zonePcpCount(z))}` +
    ` local_pcp:${K(z.pcp[k.cpu]?.count ?? 0)} free_cma:${K(s[NR_FREE_CMA_PAGES])}`
  );
}

/** lowmem_reserve of a zone for each zone type, pages. */
export function lowmemReserveList(z: Zone): number[] {
  return Array.from({ length: MAX_NR_ZONES }, (_, type) => z.lowmemReserve[type] ?? 0);
}

/** A zone's free blocks by order, with the letters of the migrate types that have some. */
export function buddyLine(k: Kernel, z: Zone): string {
  const m = k.mem;
  let line = `Node ${z.node} ${z.name}: `;
  let total = 0;
  for (let order = 0; order < NR_PAGE_ORDERS; order++) {
    const nr = z.nrFree[order];
    total += nr * 2 ** order;
    line += `${nr}*${kB(2 ** order)}kB `;
    if (nr > 0) {
      let letters = '';
      for (let mt = 0; mt < MIGRATE_TYPES; mt++) {
        const head = z.freeHeads + order * MIGRATE_TYPES + mt;
        if (m.next[head] !== head) letters += MIGRATE_LETTERS[mt];
      }
      line += `(${letters}) `;
    }
  }
  return `${line}= ${K(total)}`;
}

/**
 * show_mem: prints the state of memory.
 *
 * @param maxZoneIdx zones above it (the highest one a request may use) are left out
 * @param nodemask bit mask of the nodes to show, 0 = all
 */
export function showMem(k: Kernel, maxZoneIdx: number = ZONE_DEVICE, nodemask = 0): void {
  const print = (text: string): void => printk(k, KERN_DEFAULT, text);
  const shown = (nid: number): boolean => nodemask === 0 || (nodemask & (1 << nid)) !== 0;
  const zones = populatedZones(k);
  const shownZones = zones.filter((z) => z.type <= maxZoneIdx && shown(z.node));

  print('Mem-Info:');
  print(memInfo(k));
  for (const p of k.nodes) {
    if (shown(p.id) && zones.some((z) => z.node === p.id && z.type <= maxZoneIdx && z.managed > 0))
      print(nodeLine(k, p));
  }
  for (const z of shownZones) {
    print(zoneLine(k, z));
    print(`lowmem_reserve[]: ${lowmemReserveList(z).join(' ')}`);
  }
  for (const z of shownZones) print(buddyLine(k, z));
  for (const p of k.nodes) {
    if (!shown(p.id)) continue;
    for (const size of k.release.hugepageSizesKb) {
      print(`Node ${p.id} hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=${size}kB`);
    }
  }
  print(`${globalNodeState(k, NR_FILE_PAGES)} total pagecache pages`);
  print(`${globalNodeState(k, NR_SWAPCACHE)} pages in swap cache`);
  print(`Free swap  = ${K(k.swap.free)}`);
  print(`Total swap = ${K(k.swap.total)}`);
  print(`${zones.reduce((n, z) => n + z.present, 0)} pages RAM`);
  print('0 pages HighMem/MovableOnly');
  print(`${zones.reduce((n, z) => n + z.present - z.managed, 0)} pages reserved`);
  if (k.release.memoryFailure) print('0 pages hwpoisoned');
}

/**
 * warn_alloc: "page allocation failure", at most one in 10 s, never for a request with __GFP_NOWARN. §4.4.
 *
 * @param nodemask bit mask of the nodes allowed, 0 = all
 */
export function warnAlloc(k: Kernel, task: Task, gfp: number, order: number, nodemask = 0): void {
  if (gfp & __GFP_NOWARN) return;
  if (!ratelimit(k, k.warnRatelimit, 'warn_alloc', 10 * SEC, 1)) return;
  printk(
    k,
    KERN_WARNING,
    `${task.comm}: page allocation failure: order:${order}, mode:${formatGfpMask(gfp)}, ` +
      `nodemask=${formatNodemask(nodemask)},cpuset=${cpusetName(k, task)},` +
      `mems_allowed=${formatBitmapList(cpusetMems(k, task))}`,
  );
  dumpStack(k, task, ['warn', allocSite(task, gfp)]);
  showMem(k, gfpZone(gfp), nodemask || cpusetMems(k, task));
}

/** A request's nodemask as reports print it: "(null)" when it has none. */
export const formatNodemask = (nodemask: number): string => (nodemask === 0 ? '(null)' : formatBitmapList(nodemask));
