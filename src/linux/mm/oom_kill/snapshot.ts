/** The numbers of a report, kept beside its text for whoever wants to compute with them. */
import { gfpZone } from '../../include/gfp';
import type { Kernel, OomLimit, OomMemory, OomTask, OomZone } from '../../include/kernel';
import { PAGE_COUNTER_MAX } from '../../include/memcontrol';
import { MM_ANONPAGES, MM_FILEPAGES, MM_SHMEMPAGES, MM_SWAPENTS, type MmStruct } from '../../include/mm_types';
import {
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  WMARK_HIGH,
  WMARK_LOW,
  WMARK_MIN,
  wmarkPages,
  type Zone,
} from '../../include/mmzone';
import type { Task } from '../../include/sched';
import { NR_LRU_BASE, NR_PAGETABLE, NR_SHMEM, NR_SLAB_RECLAIMABLE_B } from '../../include/vmstat';
import { memcgListed } from '../memcontrol';
import { memcgSubtree } from '../memcontrol/iter';
import { getMmCounter, getMmRss } from '../mm_counters';
import { zonePcpCount } from '../page_alloc';
import { globalNodeState, nrFreePages, populatedZones } from '../vmstat';
import { oomUnkillableTask } from './badness';

/** What the report's memory block says. Pages. §10.12. */
export function oomMemory(k: Kernel): OomMemory {
  const lru = (l: number): number => globalNodeState(k, NR_LRU_BASE + l);
  return {
    free: nrFreePages(k),
    freePcp: k.zones.reduce((n, z) => n + zonePcpCount(z), 0),
    activeAnon: lru(LRU_ACTIVE_ANON),
    inactiveAnon: lru(LRU_INACTIVE_ANON),
    activeFile: lru(LRU_ACTIVE_FILE),
    inactiveFile: lru(LRU_INACTIVE_FILE),
    shmem: globalNodeState(k, NR_SHMEM),
    slabReclaimable: globalNodeState(k, NR_SLAB_RECLAIMABLE_B),
    pagetables: globalNodeState(k, NR_PAGETABLE),
    swapFree: k.swap.free,
  };
}

/** A zone with its watermarks, and what it keeps back from a request that may use zones up to `highest`. Pages. */
export const zoneNumbers = (z: Zone, highest: number): OomZone => ({
  node: z.node,
  name: z.name,
  present: z.present,
  managed: z.managed,
  free: z.free,
  pcp: zonePcpCount(z),
  min: wmarkPages(z, WMARK_MIN),
  low: wmarkPages(z, WMARK_LOW),
  high: wmarkPages(z, WMARK_HIGH),
  boost: z.boost,
  reserve: z.lowmemReserve[highest] ?? 0,
});

/** The zones as a request with these flags finds them. §10.12. */
export function oomZones(k: Kernel, gfp: number): OomZone[] {
  const highest = gfpZone(gfp);
  return populatedZones(k).map((z) => zoneNumbers(z, highest));
}

/** A cgroup whose limit was hit, as the charge that failed found it. §11.5. */
export function oomLimit(k: Kernel, id: number): OomLimit {
  const { memory, swap } = k.memcgs[id];
  const limit = (pages: number): number | null => (pages >= PAGE_COUNTER_MAX ? null : pages);
  const subtree = memcgSubtree(k, id);
  return {
    usage: memory.usage,
    max: memory.max,
    failcnt: memory.failcnt,
    swapUsage: swap.usage,
    swapMax: limit(swap.max),
    ...memcgListed(k, id),
    below: subtree
      .slice(1)
      .filter((at) => k.memcgs[at].online)
      .map((at) => ({
        path: k.memcgs[at].path,
        usage: k.memcgs[at].memory.usage,
        max: limit(k.memcgs[at].memory.max),
      })),
    outside: k.tasks.filter((t) => !oomUnkillableTask(t) && t.mm >= 0 && !subtree.includes(t.memcg)).length,
  };
}

/** A row of the task dump. */
export const oomTask = (t: Task, mm: MmStruct): OomTask => ({
  pid: t.pid,
  comm: t.comm,
  totalVm: mm.totalVm,
  rss: getMmRss(mm),
  rssAnon: getMmCounter(mm, MM_ANONPAGES),
  rssFile: getMmCounter(mm, MM_FILEPAGES),
  rssShmem: getMmCounter(mm, MM_SHMEMPAGES),
  pgtablesBytes: mm.pgtablesBytes,
  swapents: getMmCounter(mm, MM_SWAPENTS),
  oomScoreAdj: t.oomScoreAdj,
});
