/**
 * A run of page faults on anonymous memory, one entry after the other of one page table: a program that goes through
 * memory it has not touched yet, or that reads back from a synchronous swap device what it goes through. §9.2, §7.2
 *
 * The same as `handleTableFault` for each of them: doAnonymousPage and doSwapPage by way of swapinSync, with folioAddLru
 * and the shortest way of allocPages. All that is common to the faults is looked up once, and counted once at the end.
 * What needs more than that ends the run, and is left to the general way.
 */
import { zramFree } from '../../drivers/block/zram';
import { GFP_ANON_FAULT, gfpMigratetype } from '../../include/gfp';
import type { Disk, Kernel } from '../../include/kernel';
import { MM_ANONPAGES, MM_SWAPENTS, type MmStruct, type SwapArea, VM_WRITE, type Vma } from '../../include/mm_types';
import type { PerCpuPages } from '../../include/mmzone';
import {
  LRU_REFS_MASK,
  type MemMap,
  PG_ACTIVE,
  PG_ANON_EXCLUSIVE,
  PG_BATCHED,
  PG_LRU,
  PG_SWAPBACKED,
  PG_WORKINGSET,
  PGTYPE_USER,
  PGZONE_SHIFT,
  PTE_DIRTY,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_WRITE,
  PTE_YOUNG,
} from '../../include/page';
import type { Task } from '../../include/sched';
import { NR_SWAPCACHE, WORKINGSET_REFAULT_ANON } from '../../include/vmstat';
import { xaDel } from '../../lib/xarray';
import { slotMemcgs } from '../memcontrol/slot';
import { countMemcgEvents, MEMCG_PGFAULT, MEMCG_REFAULT } from '../memcontrol/stat';
import { mayRestock, restock } from '../memcontrol/stock';
import { vmaPolicy } from '../mempolicy';
import { addMmCounterTimes } from '../mm_counters';
import { pcpZone, refillPcp } from '../page_alloc';
import { LRU_BATCH_STRIDE, lruAddDrain } from '../swap';
import { SWAPFILE_CLUSTER_SHIFT, swapAreaOf, swapClusterEnd } from '../swapfile';
import { globalNodeState } from '../vmstat';
import { isBygone, oldestToken, shadowNode, shadowTier, workingsetRefault } from '../workingset';
import { account, countFreed, countStalls } from './fault_counts';
import { inStock, mayRun, takesPage } from './may_run';
import { readAlike } from './read_run';

/** What a page gets that a process needs again right after its eviction. §6.7 */
const REFAULTED = PG_WORKINGSET | LRU_REFS_MASK;

/**
 * Handles faults at the virtual pages `vpn`, `vpn + stride`, … and makes the accesses, while they are in one page table
 * and in `vma`, the cpu's list has pages, and `k.cost` is below `budget`.
 *
 * @param ptr index of the entry of `vpn`
 * @param count most accesses
 * @param write stores rather than loads; the VMA allows it
 * @returns accesses made, 0 when the first one is none of these faults or the budget ended right after its fault
 */
export function faultRun(
  k: Kernel,
  task: Task,
  mm: MmStruct,
  vma: Vma,
  vpn: number,
  ptr: number,
  count: number,
  stride: number,
  write: boolean,
  budget: number,
): number {
  if (!mayRun(k, task, vma)) return 0;
  const z = pcpZone(k, task, GFP_ANON_FAULT, vmaPolicy(task, vma));
  if (z === null) return 0;
  const { mem, swap, costs, cpu, lruBatch, lruBatchCount } = k;
  const { next, flags, mapping, index, mapcount } = mem;
  const { map, cache, shadow } = swap;
  const swapMapping = swap.mapping;
  const swapIndex = swap.index;
  const slotOwners = swap.memcgs;
  const cgroups = slotOwners.length > 0;
  const { memcg } = task;
  const owners = mem.memcg;
  let stock = inStock(k, memcg);
  // What it was when it was looked up, or filled, last.
  let inHand = stock;
  const { entries } = k.pgtables;
  const node = k.nodes[z.node];
  const pcp = z.pcp[cpu];
  const head = pcp.heads + gfpMigratetype(GFP_ANON_FAULT);
  const mayBeCached = globalNodeState(k, NR_SWAPCACHE) > 0;
  const lruvec = node.lruvecs[memcg];
  const { lrugen } = lruvec;
  const { refaulted } = lrugen;
  const canMapNew = write && vma.inode < 0;
  const newCost = costs.allocPcp + costs.clearPage + costs.fault;
  const touchCost = costs.touch;
  // What a page fault brings in is young. §6.3
  const young = k.lruGenEnabled ? PG_ACTIVE : 0;
  const plainShadows = k.lruGenEnabled;
  const bits = (z.idx << PGZONE_SHIFT) | PGTYPE_USER | PG_SWAPBACKED | PG_ANON_EXCLUSIVE | PG_LRU | PG_BATCHED | young;
  const pteBits = PTE_PRESENT | PTE_YOUNG | (vma.flags & VM_WRITE ? (write ? PTE_WRITE | PTE_DIRTY : PTE_WRITE) : 0);
  const owner = mm.id + 1;
  const batchSize = k.release.folioBatch;
  const batchAt = cpu * LRU_BATCH_STRIDE;
  const end = Math.min(vma.end, (vpn | 511) + 1);
  const nid = node.id;
  const oldest = oldestToken(lrugen);

  let cost = k.cost;
  let batched = lruBatchCount[cpu];
  let area: SwapArea | null = null;
  let disk: Disk | null = null;
  let areaStart = 0;
  // The slots of the cluster at hand, when reading them needs nothing but time.
  let plainStart = 0;
  let plainEnd = 0;
  let areaEnd = 0;
  let readCost = 0;
  // The cluster of the last slots freed, and how many of it are to be counted.
  let cluster = -1;
  let freed = 0;
  let fresh = 0;
  let back = 0;
  let refaults = 0;
  // Those of them that came back while their generation was still the oldest.
  let stalls = 0;
  let done = 0;
  let v = vpn;
  let at = ptr;
  k.inLruFault = true;
  let first = next[head];
  let popped = 0;
  let poolShrank = false;
  // The zone is good for one page more, or for all that the list has.
  let lastOne = false;
  while (done < count && v < end && cost < budget && !poolShrank && !lastOne) {
    if (first === head || stock === 0) {
      if (!takesPage(k, entries[at], canMapNew, memcg) || (stock === 0 && !mayRestock(k, memcg))) break;
      if (first === head) {
        takeOff(mem, pcp, head, first, popped);
        popped = 0;
        k.cost = cost;
        if (!refillPcp(k, z, GFP_ANON_FAULT)) break;
        cost = k.cost;
        first = next[head];
        lastOne = pcpZone(k, task, GFP_ANON_FAULT, vmaPolicy(task, vma)) !== z;
      }
      if (stock === 0) {
        k.memcgStock[cpu].pages -= inHand;
        restock(k, memcg);
        stock = inStock(k, memcg);
        inHand = stock;
      }
    }
    const most = lastOne ? 1 : Math.min(batchSize - batched, count - done, stock);
    let n = 0;
    if (entries[at] === 0) {
      if (!canMapNew) break;
      for (
        ;
        n < most && v < end && (cost < budget || n === 0) && first !== head && entries[at] === 0;
        v += stride, at += stride
      ) {
        const pfn = first;
        first = next[pfn];
        mapcount[pfn] = 1;
        mapping[pfn] = owner;
        index[pfn] = v;
        flags[pfn] = bits;
        if (memcg !== 0) owners[pfn] = memcg;
        entries[at] = (pfn << PTE_SHIFT) | pteBits;
        lruBatch[batchAt + batched + n] = pfn;
        n++;
        cost += newCost;
        if (cost >= budget) break;
        cost += touchCost;
        done++;
      }
      fresh += n;
      popped += n;
    } else if (entries[at] & PTE_PRESENT) {
      break;
    } else {
      const from = entries[at] >>> PTE_SHIFT;
      if (from >= plainStart && from < plainEnd) {
        const left = shadow[from];
        if (left === 0 || (plainShadows && shadowNode(left) === nid)) {
          const stall = left !== 0 && !isBygone(oldest, left);
          const ns = readCost + touchCost;
          let fits = Math.min(most, plainEnd - from, stride === 1 ? end - v : Math.ceil((end - v) / stride));
          if (cost + fits * ns >= budget) fits = Math.min(fits, Math.ceil((budget - cost - readCost) / ns));
          const marks = stall ? bits | REFAULTED : bits;
          const to = batchAt + batched;
          n = readAlike(k, at, stride, from, left, fits | 0, mayBeCached, memcg, first, head, marks, pteBits, to);
          if (n > 0) first = next[lruBatch[to + n - 1]];
          if (left !== 0) refaults += n;
          if (stall) {
            stalls += n;
            refaulted[shadowTier(left)] += n;
          }
          cost += n * ns;
          done += n;
          v += n * stride;
          at += n * stride;
        }
      }
      freed += n;
      popped += n;
      if (n === 0) {
        const slot = entries[at] >>> PTE_SHIFT;
        if (map[slot] !== 1 || (mayBeCached && cache[slot] !== 0)) break;
        if (cgroups && slotOwners[slot] !== slotMemcgs(memcg, memcg)) break;
        countFreed(k, area, cluster, freed, memcg);
        freed = 0;
        if (area === null || disk === null || slot < areaStart || slot >= areaEnd) {
          // The first one, or one of another area.
          area = swapAreaOf(swap, slot);
          disk = k.disks[area.disk];
          if (!disk.synchronous) break;
          areaStart = area.start;
          areaEnd = area.end;
          readCost = costs.allocPcp + disk.latency + disk.pageTime + costs.fault;
        }
        cluster = (slot - areaStart) >> SWAPFILE_CLUSTER_SHIFT;
        plainStart = areaStart + (cluster << SWAPFILE_CLUSTER_SHIFT);
        plainEnd = disk.zram === null ? swapClusterEnd(area, slot) : plainStart;
        const pfn = first;
        mapcount[pfn] = 1;
        mapping[pfn] = swapMapping[slot];
        index[pfn] = swapIndex[slot];
        flags[pfn] = bits;
        if (memcg !== 0) owners[pfn] = memcg;
        const left = shadow[slot];
        if (left !== 0) {
          if (plainShadows && shadowNode(left) === nid && isBygone(oldest, left)) refaults++;
          else workingsetRefault(k, pfn, left, memcg);
        }
        if (memcg !== 0) slotOwners[slot] = 0;
        map[slot] = 0;
        shadow[slot] = 0;
        swapMapping[slot] = 0;
        swapIndex[slot] = 0;
        freed = 1;
        cost += readCost;
        // What the slot leaves behind may go back to the per-cpu list.
        takeOff(mem, pcp, head, next[pfn], popped + 1);
        popped = 0;
        k.cost = cost;
        poolShrank = releaseSlot(k, disk, areaStart, slot, left !== 0);
        cost = k.cost;
        first = next[head];
        entries[at] = (pfn << PTE_SHIFT) | pteBits;
        lruBatch[batchAt + batched] = pfn;
        n = 1;
        if (cost < budget) {
          cost += touchCost;
          done++;
          v += stride;
          at += stride;
        }
      }
      back += n;
    }
    stock -= n;
    batched += n;
    if (batched >= batchSize) {
      lruBatchCount[cpu] = batched;
      lruAddDrain(k, cpu);
      batched = 0;
    }
  }
  k.inLruFault = false;
  k.cost = cost;
  takeOff(mem, pcp, head, first, popped);
  countFreed(k, area, cluster, freed, memcg);
  node.stat[WORKINGSET_REFAULT_ANON] += refaults;
  if (stalls > 0) countStalls(k, node, lruvec, stalls);
  addMmCounterTimes(k, mm, MM_ANONPAGES, fresh + back);
  addMmCounterTimes(k, mm, MM_SWAPENTS, -back);
  lruBatchCount[cpu] = batched;
  account(k, task, z, node, fresh, back);
  if (memcg !== 0) {
    k.memcgStock[cpu].pages -= inHand - stock;
    countMemcgEvents(k, memcg, MEMCG_PGFAULT, fresh + back);
    countMemcgEvents(k, memcg, MEMCG_REFAULT, refaults);
  }
  if (fresh + back > 0) vma.anon = true;
  k.pgtables.used[ptr >>> 9] += fresh;
  k.anonVmas[mm.id].pages += fresh;
  return done;
}

/** rmqueue_pcplist for `n` pages: `first` is what the list begins with from now on. */
function takeOff(m: MemMap, pcp: PerCpuPages, head: number, first: number, n: number): void {
  m.next[head] = first;
  m.prev[first] = head;
  pcp.count -= n;
  pcp.freeCount = n > 31 ? 0 : pcp.freeCount >> n;
}

/**
 * What else goes with a slot that begins at `start` of its area: what zram has stored, the shadow's place.
 *
 * @returns true when pages have gone to the per-cpu list, which may have been trimmed: the zone is to be asked anew
 */
function releaseSlot(k: Kernel, { zram }: Disk, start: number, slot: number, hadShadow: boolean): boolean {
  const before = k.xaNodes.capacity + (zram === null ? 0 : zram.poolPages);
  if (zram !== null) zramFree(k, zram, slot - start);
  if (hadShadow) xaDel(k, k.swap.nodes, slot);
  return k.xaNodes.capacity + (zram === null ? 0 : zram.poolPages) !== before;
}
