/**
 * The eviction of pages that `examineRun` has found to be the common lot, many at a time, where swap is on one device that
 * works synchronously. §5.4, §7.2
 *
 * `evictRun` equals evictFolio for each of its pages. What is common to them is looked up once and counted once. Between its
 * slot and its freeing a page is in the swap cache for no longer than evictFolio takes, which nobody can see: it is not put
 * there.
 */
import { zramWrite } from '../../drivers/block/zram';
import { __GFP_IO } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { MM_ANONPAGES, MM_SWAPENTS } from '../../include/mm_types';
import type { PgData } from '../../include/mmzone';
import { PG_ANON_EXCLUSIVE, PG_DIRTY, PG_SWAPBACKED, PG_SWAPCACHE, PTE_SHIFT, PTE_SWAP } from '../../include/page';
import type { ScanControl } from '../../include/sched';
import { trace, tracepointId, traceRun } from '../../include/trace';
import { NR_ANON_MAPPED, NR_SWAPCACHE, NR_VMSCAN_WRITE, PGPGOUT, PSWPOUT } from '../../include/vmstat';
import { XA_CHUNK_SHIFT, XA_CHUNK_SIZE, xaAdd } from '../../lib/xarray';
import { memCgroupGetNrSwapPages } from '../memcontrol';
import { slotMemcgs } from '../memcontrol/slot';
import { addMmCounterTimes, updateHiwaterRss } from '../mm_counters';
import { folioMemcg } from '../mmzone';
import { pageCounterCharge } from '../page_counter';
import { addToSwapCache } from '../swap_state';
import { countSlots, getSwapSlot, swapClusterEnd } from '../swapfile';
import { globalNodeState } from '../vmstat';
import { workingsetEviction } from '../workingset';
import { batch, LRU_USES, plainOwners, ptes, verdicts } from './batch';
import type { ReclaimStat } from './shrink_folio_list';
import { KEEP, RECLAIM } from './verdict';

const WRITE_FOLIO = tracepointId('mm_vmscan_write_folio');

/** Where pages go and what may be done for it allow `evictRun`. */
export function evictsRuns(k: Kernel, sc: ScanControl): boolean {
  const { areas } = k.swap;
  if (!(sc.gfp & __GFP_IO) || !sc.mayWritepage || areas.length !== 1) return false;
  return k.disks[areas[0].disk].synchronous && !k.zswap.enabled;
}

/**
 * Evicts the batch's pages from `from` on with the verdict RECLAIM, up to the first that needs the general way.
 *
 * @param st gets what they were like
 * @returns index of that first page, `n` when there is none. Those before it are to be freed
 */
export function evictRun(k: Kernel, sc: ScanControl, node: PgData, from: number, n: number, st: ReclaimStat): number {
  const s = k.swap;
  const area = s.areas[0];
  const disk = k.disks[area.disk];
  const { flags, mapping, mapcount, index } = k.mem;
  // The batch is off the lists of one memcg: and the slots that it may still have.
  const memcg = folioMemcg(k, batch[from]);
  if (memcg !== 0 && !k.memcgs[memcg].online) return from;
  const allowance = memcg === 0 ? n : Math.min(n, memCgroupGetNrSwapPages(k, memcg)) | 0;
  const shadowOwner = k.lruGenEnabled ? memcg : sc.targetMemcg;
  const { entries } = k.pgtables;
  const { map, cache, shadow, nodes } = s;
  const swapMapping = s.mapping;
  const swapIndex = s.index;
  const { memcgs } = s;
  const slotOwners = slotMemcgs(memcg, shadowOwner);
  const { zram } = disk;
  const { now, current } = k;
  const ring = k.trace;
  const mayBeCached = globalNodeState(k, NR_SWAPCACHE) > 0;
  // With the multi-gen LRU all pages without marks of use leave the same shadow: 0 = not known yet, and how many did.
  let alike = 0;
  let untiered = 0;
  let owner = 0;
  let mine = 0;
  // Slots taken one after the other and not counted yet, and where the next one would be no neighbour of theirs.
  let slot = area.cursor - 1;
  let slots = 0;
  let clusterEnd = -1;
  let errors = 0;
  // Slots that count for the memcg.
  let charged = 0;
  let i = from;
  while (i < n && verdicts[i] === RECLAIM) {
    // Those like the one before, to slots beside its slot, in the same node.
    if (alike !== 0 && zram === null && !mayBeCached) {
      const first = slot + 1;
      const room = Math.min(clusterEnd, slot - slots + s.free + 1, (slot | (XA_CHUNK_SIZE - 1)) + 1) - first;
      const took = evictAlike(k, i, Math.min(n, i + room, from + allowance), first, owner, alike, slotOwners);
      if (took > 0) {
        if (memcg !== 0) charged += took;
        traceRun(ring, now, current, WRITE_FOLIO, batch, i, first, took);
        nodes[first >> XA_CHUNK_SHIFT] += took;
        i += took;
        slot += took;
        slots += took;
        mine += took;
        untiered += took;
        continue;
      }
    }
    const pfn = batch[i];
    const at = ptes[i];
    const f = flags[pfn];
    if (at < 0 || (f & (PG_SWAPBACKED | PG_SWAPCACHE)) !== PG_SWAPBACKED) break;
    if (i - from >= allowance) break;
    const beside = slot + 1;
    if (beside < clusterEnd && slots < s.free && map[beside] === 0 && cache[beside] === 0) {
      slot = beside;
      slots++;
    } else {
      countSlots(s, area, slot, slots);
      slots = 0;
      const found = getSwapSlot(k);
      if (found < 0) break;
      slot = found;
      clusterEnd = swapClusterEnd(area, slot);
    }
    if (memcg !== 0) {
      charged++;
      memcgs[slot] = slotMemcgs(memcg, 0);
    }
    // The shadow's place in the swap cache, which the page itself would have taken first.
    xaAdd(k, nodes, slot);
    const whose = mapping[pfn];
    if (whose !== owner) {
      if (owner > 0) countUnmapped(k, node, owner, mine);
      owner = whose;
      mine = 0;
      updateHiwaterRss(k.mms[whose - 1]);
    }
    mine++;
    entries[at] = (slot << PTE_SHIFT) | PTE_SWAP;
    map[slot] = 1;
    swapIndex[slot] = index[pfn];
    swapMapping[slot] = whose;
    if (zram !== null && !zramWrite(k, disk, zram, slot, area.start)) {
      // No memory to store it in: it is unmapped and in the swap cache, and stays there,
      // in the place that was taken above.
      shadow[slot] = 1;
      addToSwapCache(k, pfn, slot);
      flags[pfn] = (flags[pfn] & ~PG_ANON_EXCLUSIVE) | PG_DIRTY;
      mapcount[pfn] = 0;
      trace(ring, now, current, WRITE_FOLIO, pfn, slot);
      verdicts[i] = KEEP;
      errors++;
      break;
    }
    if (memcg !== 0) memcgs[slot] = slotOwners;
    trace(ring, now, current, WRITE_FOLIO, pfn, slot);
    if (alike !== 0 && !(f & LRU_USES)) {
      shadow[slot] = alike;
      untiered++;
    } else {
      shadow[slot] = workingsetEviction(k, pfn, sc.targetMemcg);
      if (k.lruGenEnabled && !(f & LRU_USES)) alike = shadow[slot];
    }
    i++;
  }
  countSlots(s, area, slot, slots);
  if (charged > 0) pageCounterCharge(k, memcg, 'swap', charged);
  if (owner > 0) countUnmapped(k, node, owner, mine);
  const written = i - from + errors;
  node.lruvecs[memcg].lrugen.evicted[0] += untiered;
  node.stat[NR_VMSCAN_WRITE] += written;
  k.vmEvents[PSWPOUT] += written;
  k.vmEvents[PGPGOUT] += 4 * written;
  st.nrPageout += written;
  if (zram === null) {
    disk.writes += written;
    k.cost += written * (disk.latency + disk.pageTime);
  }
  return i;
}

/**
 * Moves the batch's pages from `from` on to the slots from `first` on, as long as they are the owner's, go to swap as most
 * do, and the slots are free.
 *
 * @param left shadow that they leave
 * @param slotOwners the memcgs of page and shadow, see mm/memcontrol/slot.ts; 0 = none
 * @returns how many
 */
function evictAlike(
  k: Kernel,
  from: number,
  end: number,
  first: number,
  owner: number,
  left: number,
  slotOwners: number,
): number {
  const { index } = k.mem;
  const s = k.swap;
  const { map, shadow, memcgs } = s;
  const swapIndex = s.index;
  const swapMapping = s.mapping;
  const { entries } = k.pgtables;
  const by = first - from;
  let i = from;
  for (; i < end && plainOwners[i] === owner && map[i + by] === 0; i++) {
    const slot = i + by;
    entries[ptes[i]] = (slot << PTE_SHIFT) | PTE_SWAP;
    map[slot] = 1;
    swapIndex[slot] = index[batch[i]];
    swapMapping[slot] = owner;
    shadow[slot] = left;
    if (slotOwners !== 0) memcgs[slot] = slotOwners;
  }
  return i - from;
}

/** try_to_unmap's counters for `n` pages of the anon_vma `owner` − 1, which is its mm's number as well. */
function countUnmapped(k: Kernel, node: PgData, owner: number, n: number): void {
  const mm = k.mms[owner - 1];
  addMmCounterTimes(k, mm, MM_SWAPENTS, n);
  addMmCounterTimes(k, mm, MM_ANONPAGES, -n);
  node.stat[NR_ANON_MAPPED] -= n;
  k.cost += n * k.costs.unmapPage;
}
