/**
 * The common lot of pages that reclaim has isolated, many at a time: anonymous, mapped once, of its first owner, of one
 * memory cgroup, and swap on one device that works synchronously. §5.3, §5.4, §7.2
 *
 * `examineRun` equals folioCheckReferences for each of its pages, `evictRun` equals evictFolio. What is common to them is
 * looked up once and counted once. Between its slot and its freeing a page is in the swap cache for no longer than
 * evictFolio takes, which nobody can see: it is not put there.
 */
import { zramWrite } from '../../drivers/block/zram';
import { __GFP_IO } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { MM_ANONPAGES, MM_SWAPENTS, MMF_UNSTABLE } from '../../include/mm_types';
import type { PgData } from '../../include/mmzone';
import {
  LRU_REFS_MASK,
  PG_ANON_EXCLUSIVE,
  PG_DIRTY,
  PG_HEAD,
  PG_LOCKED,
  PG_MLOCKED,
  PG_REFERENCED,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PG_WORKINGSET,
  PG_WRITEBACK,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_SPECIAL,
  PTE_SWAP,
  PTE_YOUNG,
} from '../../include/page';
import type { ScanControl } from '../../include/sched';
import { trace, tracepointId, traceRun } from '../../include/trace';
import { NR_ANON_MAPPED, NR_SWAPCACHE, NR_VMSCAN_WRITE, PGPGOUT, PSWPOUT } from '../../include/vmstat';
import { XA_CHUNK_SHIFT, XA_CHUNK_SIZE, xaAdd } from '../../lib/xarray';
import { memCgroupGetNrSwapPages } from '../memcontrol';
import { slotMemcgs } from '../memcontrol/slot';
import { addMmCounterTimes, updateHiwaterRss } from '../mm_counters';
import { folioMemcg } from '../mmzone';
import { pageCounterCharge } from '../page_counter';
import { ptePtr } from '../pgtable';
import { addToSwapCache } from '../swap_state';
import { countSlots, getSwapSlot, swapClusterEnd } from '../swapfile';
import { globalNodeState } from '../vmstat';
import { workingsetEviction } from '../workingset';
import { batch, plainOwners, ptes, verdicts } from './batch';
import type { ReclaimStat } from './shrink_folio_list';
import { ACTIVATE, KEEP, RECLAIM } from './verdict';

const WRITE_FOLIO = tracepointId('mm_vmscan_write_folio');

/** Marks of accesses through file descriptors: they make the tier. */
const LRU_USES = LRU_REFS_MASK | PG_WORKINGSET;
/** What tells whether an anonymous page goes to swap as most do and leaves the shadow that most leave. */
const ALIKE = PG_SWAPBACKED | PG_SWAPCACHE | LRU_USES;
export const isPlain = (flags: number): boolean => (flags & ALIKE) === PG_SWAPBACKED;
/** Marks of a page that needs more questions. */
const BUSY = PG_LOCKED | PG_MLOCKED | PG_WRITEBACK | PG_SWAPCACHE | PG_HEAD;

/**
 * The verdicts on the batch's pages from `from` on, up to the first that needs the general way.
 *
 * @returns index of that first page, `n` when there is none
 */
export function examineRun(k: Kernel, from: number, n: number): number {
  const { flags, mapping, mapcount, index } = k.mem;
  const { entries } = k.pgtables;
  // Where the aging has been meanwhile it has left its mark.
  const mark = k.lruGenEnabled ? PG_REFERENCED : 0;
  // The page table at hand: its owner, which 512 pages it maps, its first entry.
  let owner = 0;
  let span = -1;
  let base = -1;
  let i = from;
  for (;;) {
    for (; i < n; i++) {
      const pfn = batch[i];
      const f = flags[pfn];
      if (f & BUSY) return i;
      // An exclusive page that is not in the swap cache is anonymous and mapped once: who unmaps it last frees it.
      const single = f & PG_ANON_EXCLUSIVE;
      if (f & mark) {
        if (!single) return i;
        verdicts[i] = KEEP;
        plainOwners[i] = 0;
        continue;
      }
      const vpn = index[pfn];
      if (mapping[pfn] !== owner || vpn >>> 9 !== span) break;
      if (!single && mapcount[pfn] !== 1) return i;
      const at = base + (vpn & 511);
      const e = entries[at];
      if ((e & (PTE_PRESENT | PTE_SPECIAL | PTE_YOUNG)) !== PTE_PRESENT || e >>> PTE_SHIFT !== pfn) return i;
      if (f & PG_REFERENCED) flags[pfn] = f & ~PG_REFERENCED;
      verdicts[i] = RECLAIM;
      ptes[i] = at;
      plainOwners[i] = isPlain(f) ? owner : 0;
    }
    if (i === n) return n;
    // Another table.
    const pfn = batch[i];
    owner = mapping[pfn];
    if (owner <= 0) return i;
    const mm = k.mms[owner - 1];
    if (mm.pgd <= 0 || mm.users === 0 || mm.flags & MMF_UNSTABLE || mm.lockedVm > 0) return i;
    span = index[pfn] >>> 9;
    base = ptePtr(k, mm, span << 9);
    if (base < 0) return i;
  }
}

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
  // Slots that count for the memcg.
  let charged = 0;
  let i = from;
  while (i < n && verdicts[i] === RECLAIM) {
    // Those like the one before, to slots beside its slot, in the same node.
    if (alike !== 0 && zram === null && !mayBeCached) {
      const first = slot + 1;
      const room = Math.min(clusterEnd, slot - slots + s.free + 1, (slot | (XA_CHUNK_SIZE - 1)) + 1) - first;
      const took = evictAlike(k, i, Math.min(n, i + room, from + allowance), first, owner, alike);
      if (took > 0) {
        if (memcg !== 0) {
          charged += took;
          for (let j = first; j < first + took; j++) memcgs[j] = slotOwners;
        }
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
      verdicts[i] = ACTIVATE;
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
  const written = i - from;
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
 * @returns how many
 */
function evictAlike(k: Kernel, from: number, end: number, first: number, owner: number, left: number): number {
  const { index } = k.mem;
  const s = k.swap;
  const { map, shadow } = s;
  const swapIndex = s.index;
  const swapMapping = s.mapping;
  const { entries } = k.pgtables;
  const by = first - from;
  let i = from;
  while (i < end && plainOwners[i] === owner && map[i + by] === 0) i++;
  let j = from;
  for (; j + 4 <= i; j += 4) {
    moveToSlot(entries, map, swapIndex, swapMapping, shadow, index, j, by, owner, left);
    moveToSlot(entries, map, swapIndex, swapMapping, shadow, index, j + 1, by, owner, left);
    moveToSlot(entries, map, swapIndex, swapMapping, shadow, index, j + 2, by, owner, left);
    moveToSlot(entries, map, swapIndex, swapMapping, shadow, index, j + 3, by, owner, left);
  }
  for (; j < i; j++) moveToSlot(entries, map, swapIndex, swapMapping, shadow, index, j, by, owner, left);
  return i - from;
}

/** For `evictAlike`: the batch's page `i`. */
function moveToSlot(
  entries: Int32Array,
  map: Uint16Array,
  swapIndex: Int32Array,
  swapMapping: Int32Array,
  shadow: Int32Array,
  index: Int32Array,
  i: number,
  by: number,
  owner: number,
  left: number,
): void {
  const slot = i + by;
  entries[ptes[i]] = (slot << PTE_SHIFT) | PTE_SWAP;
  map[slot] = 1;
  swapIndex[slot] = index[batch[i]];
  swapMapping[slot] = owner;
  shadow[slot] = left;
}

/** try_to_unmap's counters for `n` pages of the anon_vma `owner` − 1, which is its mm's number as well. */
function countUnmapped(k: Kernel, node: PgData, owner: number, n: number): void {
  const mm = k.mms[owner - 1];
  addMmCounterTimes(k, mm, MM_SWAPENTS, n);
  addMmCounterTimes(k, mm, MM_ANONPAGES, -n);
  node.stat[NR_ANON_MAPPED] -= n;
  k.cost += n * k.costs.unmapPage;
}
