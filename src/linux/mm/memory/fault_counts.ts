/** What a run of faults has counted by its end: of the slots it has read, the refaults, and the faults themselves. */
import type { Kernel } from '../../include/kernel';
import type { SwapArea } from '../../include/mm_types';
import type { Lruvec, PgData, Zone } from '../../include/mmzone';
import type { Task } from '../../include/sched';
import {
  NR_ANON_MAPPED,
  NUMA_HIT,
  NUMA_LOCAL,
  PGALLOC_BASE,
  PGFAULT,
  PGMAJFAULT,
  PGPGIN,
  PSWPIN,
  WORKINGSET_ACTIVATE_ANON,
  WORKINGSET_RESTORE_ANON,
} from '../../include/vmstat';
import { countMemcgEvents, MEMCG_ACTIVATE, MEMCG_RESTORE } from '../memcontrol/stat';
import { pageCounterUncharge } from '../page_counter';

/** swap_entry_free's counts, and the device's, for `n` slots of a cluster that have been read. */
export function countFreed(k: Kernel, area: SwapArea | null, cluster: number, n: number, memcg: number): void {
  if (area === null || n === 0) return;
  k.disks[area.disk].reads += n;
  k.swap.free += n;
  if (memcg !== 0) pageCounterUncharge(k, memcg, 'swap', n);
  area.used -= n;
  area.clusterUsed[cluster] -= n;
  if (area.clusterUsed[cluster] === 0) area.freeClusters++;
}

/** lru_gen_refault's counts for `n` pages that came back at once. */
export function countStalls(k: Kernel, node: PgData, lruvec: Lruvec, n: number): void {
  lruvec.activated[0] += n;
  node.stat[WORKINGSET_ACTIVATE_ANON] += n;
  node.stat[WORKINGSET_RESTORE_ANON] += n;
  countMemcgEvents(k, lruvec.memcg, MEMCG_ACTIVATE, n);
  countMemcgEvents(k, lruvec.memcg, MEMCG_RESTORE, n);
}

/** Counts of allocPages, of the faults and of reading, for `fresh` new pages and `back` from swap. */
export function account(k: Kernel, task: Task, z: Zone, node: PgData, fresh: number, back: number): void {
  const n = fresh + back;
  const ev = k.vmEvents;
  ev[PGFAULT] += n;
  ev[PGMAJFAULT] += back;
  ev[PSWPIN] += back;
  ev[PGPGIN] += 4 * back;
  ev[PGALLOC_BASE + z.type] += n;
  z.stat[NUMA_HIT] += n;
  z.stat[NUMA_LOCAL] += n;
  node.stat[NR_ANON_MAPPED] += n;
  task.minFlt += fresh;
  task.majFlt += back;
}
