/**
 * memory.stat. §11.7.
 *
 * What pages a memcg has is not counted all the time, but looked up when somebody reads the file: every frame knows whose
 * it is. Only what happens to pages is counted.
 */
import type { Kernel } from '../../include/kernel';
import { LRU_ACTIVE_FILE, LRU_INACTIVE_FILE, LRU_UNEVICTABLE, MAX_NR_ZONES, NR_LRU_LISTS } from '../../include/mmzone';
import {
  PG_COMPOUND,
  PG_DIRTY,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PG_WRITEBACK,
  PGTYPE_KSTACK,
  PGTYPE_MASK,
  PGTYPE_TABLE,
  PGTYPE_USER,
} from '../../include/page';
import { PAGE_SIZE } from '../../include/units';
import { memcgNext, memcgSubtree } from './iter';

/** What is counted, in the order of `MemCgroup.vmEvents`. */
export const MEMCG_STAT_EVENTS = [
  'workingset_refault_anon',
  'workingset_refault_file',
  'workingset_activate_anon',
  'workingset_activate_file',
  'workingset_restore_anon',
  'workingset_restore_file',
  'pgscan_kswapd',
  'pgscan_direct',
  'pgsteal_kswapd',
  'pgsteal_direct',
  'pgfault',
  'pgmajfault',
  'pgrefill',
  'pgactivate',
  'pgdeactivate',
] as const;
type StatEvent = (typeof MEMCG_STAT_EVENTS)[number];
const ev = (name: StatEvent): number => MEMCG_STAT_EVENTS.indexOf(name);
/** + type: 0 anon, 1 file. */
export const MEMCG_REFAULT = ev('workingset_refault_anon');
export const MEMCG_ACTIVATE = ev('workingset_activate_anon');
export const MEMCG_RESTORE = ev('workingset_restore_anon');
/** + 0 for kswapd, 1 for direct reclaim. */
export const MEMCG_PGSCAN = ev('pgscan_kswapd');
export const MEMCG_PGSTEAL = ev('pgsteal_kswapd');
export const MEMCG_PGFAULT = ev('pgfault');
export const MEMCG_PGMAJFAULT = ev('pgmajfault');
export const MEMCG_PGREFILL = ev('pgrefill');
export const MEMCG_PGACTIVATE = ev('pgactivate');
export const MEMCG_PGDEACTIVATE = ev('pgdeactivate');

/** count_memcg_events. The root's are not kept. */
export function countMemcgEvents(k: Kernel, memcg: number, event: number, n: number): void {
  if (memcg > 0) k.memcgs[memcg].vmEvents[event] += n;
}

/** The file's lines, in its order. */
const NAMES = [
  'anon',
  'file',
  'kernel',
  'kernel_stack',
  'pagetables',
  'sec_pagetables',
  'percpu',
  'sock',
  'vmalloc',
  'shmem',
  'file_mapped',
  'file_dirty',
  'file_writeback',
  'swapcached',
  'anon_thp',
  'file_thp',
  'shmem_thp',
  'inactive_anon',
  'active_anon',
  'inactive_file',
  'active_file',
  'unevictable',
  'slab_reclaimable',
  'slab_unreclaimable',
  'slab',
  'workingset_refault_anon',
  'workingset_refault_file',
  'workingset_activate_anon',
  'workingset_activate_file',
  'workingset_restore_anon',
  'workingset_restore_file',
  'workingset_nodereclaim',
  'pgdemote_kswapd',
  'pgdemote_direct',
  'pgdemote_khugepaged',
  'pgpromote_success',
  'pgscan',
  'pgsteal',
  'pgscan_kswapd',
  'pgscan_direct',
  'pgscan_khugepaged',
  'pgsteal_kswapd',
  'pgsteal_direct',
  'pgsteal_khugepaged',
  'pgfault',
  'pgmajfault',
  'pgrefill',
  'pgactivate',
  'pgdeactivate',
  'pglazyfree',
  'pglazyfreed',
  'swpin_zero',
  'swpout_zero',
  'thp_fault_alloc',
  'thp_collapse_alloc',
  'thp_swpout',
  'thp_swpout_fallback',
  'numa_pages_migrated',
  'numa_pte_updates',
  'numa_hint_faults',
] as const;
type StatName = (typeof NAMES)[number];

type StatValues = { [name in StatName]?: number };

/** Bytes of a subtree's pages by what they are; for the list sizes and the counts see memoryStat. */
function countPages(k: Kernel, ids: readonly number[]): StatValues {
  const mine = new Uint8Array(256);
  for (const id of ids) mine[id] = 1;
  const all = ids.includes(0);
  const { memcg, flags, mapping, mapcount, nrPages } = k.mem;
  const n: StatValues = {};
  const add = (name: StatName): void => {
    n[name] = (n[name] ?? 0) + PAGE_SIZE;
  };
  for (let pfn = 0; pfn < nrPages; pfn++) {
    const id = memcg.length === 0 ? 0 : memcg[pfn];
    if (id === 0 ? !all : mine[id] === 0) continue;
    const f = flags[pfn];
    const type = f & PGTYPE_MASK;
    if (type !== PGTYPE_USER) {
      if (id === 0) continue;
      add('kernel');
      if (type === PGTYPE_TABLE) add('pagetables');
      if (type === PGTYPE_KSTACK) add('kernel_stack');
      continue;
    }
    if (mapping[pfn] > 0) {
      if (mapcount[pfn] > 0) add('anon');
      if (mapcount[pfn] > 0 && f & PG_COMPOUND) add('anon_thp');
    } else if (mapping[pfn] < 0 && !(f & PG_SWAPCACHE)) {
      add('file');
      if (f & PG_SWAPBACKED) add('shmem');
      if (mapcount[pfn] > 0) add('file_mapped');
      if (f & PG_DIRTY && !(f & PG_SWAPBACKED)) add('file_dirty');
    }
    if (f & PG_SWAPCACHE) add('swapcached');
    if (f & PG_WRITEBACK) add('file_writeback');
  }
  return n;
}

const LRU_NAMES: readonly StatName[] = ['inactive_anon', 'active_anon', 'inactive_file', 'active_file', 'unevictable'];

/** Numbers of memory.stat of a memcg and all below it, in the units of the file. */
export function memoryStatValues(k: Kernel, root: number): { name: string; value: number }[] {
  const ids = memcgSubtree(k, root);
  const value = countPages(k, ids);
  const add = (name: StatName, n: number): void => {
    value[name] = (value[name] ?? 0) + n;
  };
  for (const id of ids) {
    const memcg = k.memcgs[id];
    const slab = memcg.slab * PAGE_SIZE;
    for (const name of ['kernel', 'slab', 'slab_unreclaimable'] as const) add(name, slab);
    for (const [i, name] of MEMCG_STAT_EVENTS.entries()) add(name, memcg.vmEvents[i]);
    add('pgscan', memcg.vmEvents[MEMCG_PGSCAN] + memcg.vmEvents[MEMCG_PGSCAN + 1]);
    add('pgsteal', memcg.vmEvents[MEMCG_PGSTEAL] + memcg.vmEvents[MEMCG_PGSTEAL + 1]);
    for (const node of k.nodes) {
      const { lruSize } = node.lruvecs[id];
      for (let type = 0; type < MAX_NR_ZONES; type++) {
        for (const [lru, name] of LRU_NAMES.entries()) add(name, lruSize[type * NR_LRU_LISTS + lru] * PAGE_SIZE);
      }
    }
  }
  return NAMES.filter((name) => !k.release.absentMemoryStats.includes(name)).map((name) => ({
    name,
    value: value[name] ?? 0,
  }));
}

/** Pages on the lists of a memcg and all below it. */
export interface MemcgListed {
  anon: number;
  file: number;
  mlocked: number;
}

/** What of a memcg's pages lies on which kind of list, with all below it; shared memory counts as anonymous. Pages. */
export function memcgListed(k: Kernel, root: number): MemcgListed {
  const n = { anon: 0, file: 0, mlocked: 0 };
  for (let id = root; id >= 0; id = memcgNext(k, root, id)) {
    for (const node of k.nodes) {
      const { lruSize } = node.lruvecs[id];
      for (let i = 0; i < lruSize.length; i++) {
        const lru = i % NR_LRU_LISTS;
        if (lru === LRU_UNEVICTABLE) n.mlocked += lruSize[i];
        else if (lru === LRU_INACTIVE_FILE || lru === LRU_ACTIVE_FILE) n.file += lruSize[i];
        else n.anon += lruSize[i];
      }
    }
  }
  return n;
}

/** The text of memory.stat. */
export const memoryStat = (k: Kernel, root: number): string =>
  memoryStatValues(k, root)
    .map(({ name, value }) => `${name} ${value}\n`)
    .join('');
