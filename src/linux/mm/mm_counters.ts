/** RSS counters of an address space. §9.4, §10.6. */
import type { Kernel } from '../include/kernel';
import { MM_ANONPAGES, MM_FILEPAGES, MM_SHMEMPAGES, type MmStruct, NR_MM_COUNTERS } from '../include/mm_types';

/** SPLIT_RSS_COUNTING (6.1 and earlier): faults a thread takes before its own counts are added to the mm's. */
const TASK_RSS_EVENTS_THRESH = 64;

/** `MmStruct.rss` of a new address space: four central counts, four for each cpu, and the events of the split counting. */
export const newRss = (nrCpus: number): Int32Array => new Int32Array(NR_MM_COUNTERS * (1 + nrCpus) + 1);

/** A local count is folded into the central one from this many pages on (percpu_counter_batch). */
const rssBatch = (k: Kernel): number => Math.max(32, 2 * k.nrCpus);

/**
 * add_mm_counter: `n` pages more (or less) of a kind.
 *
 * From 6.2 on a percpu_counter: added to this cpu's share, which is folded when it reaches 32 (or twice the cpus).
 * Before: added to the central count at once.
 */
export function addMmCounter(k: Kernel, mm: MmStruct, member: number, n: number): void {
  const rss = mm.rss;
  if (k.release.rssPercpuCounter === false) {
    rss[member] += n;
    return;
  }
  const at = NR_MM_COUNTERS + (k.cpu << 2) + member;
  const v = rss[at] + n;
  const batch = k.nrCpus > 16 ? rssBatch(k) : 32;
  if (v >= batch || v <= -batch) {
    rss[member] += v;
    rss[at] = 0;
  } else {
    rss[at] = v;
  }
}

/** add_mm_counter, |n| times one page more (or less). */
export function addMmCounterTimes(k: Kernel, mm: MmStruct, member: number, n: number): void {
  const { rss } = mm;
  if (k.release.rssPercpuCounter === false) {
    rss[member] += n;
    return;
  }
  const at = NR_MM_COUNTERS + (k.cpu << 2) + member;
  const batch = rssBatch(k);
  const v = rss[at] + n;
  // Each fold leaves the local count at 0, so that they come a batch apart.
  const folded = Math.trunc(v / batch) * batch;
  rss[member] += folded;
  rss[at] = v - folded;
}

/**
 * add_mm_counter_fast, for the process itself in a fault: before 6.2 the thread keeps the count to itself until
 * syncMmRss(), so a new process shows hardly any RSS.
 */
export function addMmCounterFast(k: Kernel, mm: MmStruct, member: number, n: number): void {
  if (k.release.rssPercpuCounter === true) addMmCounter(k, mm, member, n);
  else mm.rss[NR_MM_COUNTERS + member] += n;
}

/** check_sync_rss_stat: called once a fault; every 65th folds the thread's counts (before 6.2). */
export function checkSyncRssStat(k: Kernel, mm: MmStruct): void {
  if (k.release.rssPercpuCounter === true) return;
  const rss = mm.rss;
  if (rss[rss.length - 1]++ > TASK_RSS_EVENTS_THRESH) syncMmRss(k, mm);
}

/** sync_mm_rss: folds the thread's counts now (before 6.2): before an unmap, an exec, an exit. */
export function syncMmRss(k: Kernel, mm: MmStruct): void {
  if (k.release.rssPercpuCounter) return;
  const rss = mm.rss;
  for (let i = 0; i < NR_MM_COUNTERS; i++) {
    rss[i] += rss[NR_MM_COUNTERS + i];
    rss[NR_MM_COUNTERS + i] = 0;
  }
  rss[rss.length - 1] = 0;
}

/** get_mm_counter: the central count alone, at least 0. What the OOM killer and statm read. Pages. */
export const getMmCounter = (mm: MmStruct, member: number): number => (mm.rss[member] > 0 ? mm.rss[member] : 0);

/** get_mm_counter_sum: with all local counts. Pages. */
export function getMmCounterSum(mm: MmStruct, member: number): number {
  let n = 0;
  for (let i = member; i < mm.rss.length - 1; i += NR_MM_COUNTERS) n += mm.rss[i];
  return n > 0 ? n : 0;
}

/** What /proc/PID/status shows: exact from 6.2 on, before that what has been folded. Pages. */
export const procMmCounter = (k: Kernel, mm: MmStruct, member: number): number =>
  k.release.rssPercpuCounter ? getMmCounterSum(mm, member) : getMmCounter(mm, member);

/** get_mm_rss, approximate as get_mm_counter is. Pages. */
export const getMmRss = (mm: MmStruct): number =>
  getMmCounter(mm, MM_FILEPAGES) + getMmCounter(mm, MM_ANONPAGES) + getMmCounter(mm, MM_SHMEMPAGES);

/** The same, exact. Pages. */
export function getMmRssSum(mm: MmStruct): number {
  const { rss } = mm;
  let n = 0;
  // Exact counts are never negative: they need no lower limit each.
  for (let i = 0; i < rss.length - 1; i += NR_MM_COUNTERS) {
    n += rss[i + MM_FILEPAGES] + rss[i + MM_ANONPAGES] + rss[i + MM_SHMEMPAGES];
  }
  return n;
}

/** update_hiwater_rss: before pages go. */
export function updateHiwaterRss(mm: MmStruct): void {
  const rss = getMmRssSum(mm);
  if (rss > mm.hiwaterRss) mm.hiwaterRss = rss;
}

/** VmHWM. Pages. */
export const getMmHiwaterRss = (mm: MmStruct): number => Math.max(mm.hiwaterRss, getMmRssSum(mm));
