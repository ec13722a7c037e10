/** The questions of shrink_folio_list: which of the pages that reclaim has isolated may go. §5.3, §5.4 */
import type { Kernel } from '../../include/kernel';
import { VM_EXEC, VM_LOCKED } from '../../include/mm_types';
import { PGDAT_WRITEBACK, type PgData } from '../../include/mmzone';
import {
  PG_DIRTY,
  PG_HEAD,
  PG_LOCKED,
  PG_MLOCKED,
  PG_RECLAIM,
  PG_REFERENCED,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PG_WRITEBACK,
} from '../../include/page';
import type { ScanControl } from '../../include/sched';
import { HPAGE_PMD_NR } from '../../include/units';
import { PGSCAN_ANON, PGSCAN_DIRECT, PGSCAN_KSWAPD } from '../../include/vmstat';
import { folioReferenced, referenced } from '../rmap';
import { folioEvictable } from '../swap';
import { batch, isPlain, plainOwners, ptes, verdicts } from './batch';
import { examineRun } from './examine_run';
import type { ReclaimStat } from './shrink_folio_list';
import { ACTIVATE, KEEP, ORPHAN, RECLAIM, RECLAIM_CLEAN, REF_KEEP } from './verdict';

/** folio_check_references: has the page been used since it was looked at last? §5.3 */
function folioCheckReferences(k: Kernel, pfn: number): number {
  const { flags } = k.mem;
  const ptes = folioReferenced(k, pfn);
  const f = flags[pfn];
  flags[pfn] = f & ~PG_REFERENCED;
  if (referenced.vmFlags & VM_LOCKED) return ACTIVATE;
  if (ptes < 0) return REF_KEEP;
  const file = !(f & PG_SWAPBACKED);
  if (ptes > 0) {
    flags[pfn] = f | PG_REFERENCED;
    if (f & PG_REFERENCED || ptes > 1) return ACTIVATE;
    // Programs' text gets its place on the active list at once.
    if (referenced.vmFlags & VM_EXEC && file) return ACTIVATE;
    return REF_KEEP;
  }
  return f & PG_REFERENCED && file ? RECLAIM_CLEAN : RECLAIM;
}

/**
 * The questions about the pages that come before eviction; the answers go to `verdicts` and `ptes`. They change nothing
 * but the pages' marks of use.
 *
 * @returns true when all are anonymous pages in use that nothing is done with yet
 */
export function examineFolios(
  k: Kernel,
  sc: ScanControl,
  node: PgData,
  from: number,
  n: number,
  st: ReclaimStat,
): boolean {
  const { flags, mapping, mapcount } = k.mem;
  const mayUnmap = sc.mayUnmap === true;
  const busy = PG_LOCKED | PG_MLOCKED | PG_HEAD | PG_WRITEBACK | (k.lruGenEnabled ? PG_REFERENCED : 0);
  let refKeep = 0;
  let allPeaceful = true;
  for (let i = from; i < n; i++) {
    if (mayUnmap) {
      i = examineRun(k, i, n);
      if (i === n) break;
    }
    const pfn = batch[i];
    // Of an anonymous page in use that nothing is done with, all there is to know is whether it has been used.
    const peaceful = mapping[pfn] > 0 && mapcount[pfn] > 0 && (flags[pfn] & busy) === 0;
    const verdict = peaceful && mayUnmap ? folioCheckReferences(k, pfn) : examineFolio(k, sc, node, pfn, st);
    if (!peaceful) allPeaceful = false;
    if (verdict === REF_KEEP) refKeep++;
    verdicts[i] = verdict;
    ptes[i] = referenced.pte;
    plainOwners[i] = verdict === RECLAIM && referenced.pte >= 0 && isPlain(flags[pfn]) ? mapping[pfn] : 0;
  }
  st.nrRefKeep += refKeep;
  return allPeaceful;
}

/** The same for one page, whatever it is. */
function examineFolio(k: Kernel, sc: ScanControl, node: PgData, pfn: number, st: ReclaimStat): number {
  const m = k.mem;
  const f = m.flags[pfn];
  const mapping = m.mapping[pfn];
  const mapped = m.mapcount[pfn] > 0;
  referenced.pte = -1;
  if (f & PG_HEAD) return examineHuge(k, sc, pfn);
  if (f & PG_LOCKED) {
    // Not even looked at.
    sc.nrScanned--;
    return KEEP;
  }
  if (!folioEvictable(k, pfn)) return ACTIVATE;
  if (mapped && !sc.mayUnmap) return KEEP;
  // Another page's look around has found this one young meanwhile.
  if (mapped && f & PG_REFERENCED && k.lruGenEnabled) return KEEP;
  if (mapping < 0 && !(f & PG_SWAPBACKED) && f & (PG_DIRTY | PG_WRITEBACK)) {
    st.nrDirty++;
    if (!(f & PG_WRITEBACK)) st.nrUnqueuedDirty++;
  }
  if (f & PG_WRITEBACK) {
    if (f & PG_RECLAIM) st.nrCongested++;
    if (sc.kind === 'kswapd' && f & PG_RECLAIM && node.flags & PGDAT_WRITEBACK) {
      st.nrImmediate++;
    } else {
      m.flags[pfn] = f | PG_RECLAIM;
      st.nrWriteback++;
    }
    return ACTIVATE;
  }
  if (!mapped && (f & PG_SWAPCACHE ? k.swap.map[m.index[pfn]] === 0 : mapping >= 0)) return ORPHAN;
  return folioCheckReferences(k, pfn);
}

/** A huge page: used if one of its frames is. What is not split here counts as so many pages scanned. */
function examineHuge(k: Kernel, sc: ScanControl, head: number): number {
  if (!folioEvictable(k, head)) return ACTIVATE;
  const marked = k.lruGenEnabled && (k.mem.flags[head] & PG_REFERENCED) !== 0;
  const verdict = !sc.mayUnmap || marked ? KEEP : folioCheckReferences(k, head);
  if (verdict === RECLAIM) return verdict;
  sc.nrScanned += HPAGE_PMD_NR - 1;
  k.vmEvents[sc.kind === 'kswapd' ? PGSCAN_KSWAPD : PGSCAN_DIRECT] += HPAGE_PMD_NR - 1;
  k.vmEvents[PGSCAN_ANON] += HPAGE_PMD_NR - 1;
  return verdict;
}
