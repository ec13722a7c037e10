/** Generations come and go: min_seq and max_seq. §6.4, §6.5. */
import type { Kernel } from '../../../include/kernel';
import { listAddTail, listDel, listEmpty } from '../../../include/list';
import { ANON_AND_FILE, type Lruvec, MAX_NR_GENS, MAX_NR_ZONES, MIN_NR_GENS } from '../../../include/mmzone';
import { resetCtrlPos } from './ctrl_pos';
import { folioIncGen, genList, getNrGens, lruGenFromSeq, updateLruSize } from './mm_inline';

/**
 * inc_min_seq: makes room for a new generation: the oldest is merged into the next one. Anonymous pages that cannot be
 * swapped stay where they are, and so become the youngest. (The kernel pauses every 4096 pages to let others run.)
 */
function incMinSeq(k: Kernel, lruvec: Lruvec, type: number, canSwap: boolean): void {
  const g = lruvec.lrugen;
  const m = k.mem;
  if (type === 1 || canSwap) {
    const old = lruGenFromSeq(g.minSeq[type]);
    for (let zone = 0; zone < MAX_NR_ZONES; zone++) {
      const head = g.heads + genList(old, type, zone);
      while (!listEmpty(m, head)) {
        const pfn = m.prev[head];
        const gen = folioIncGen(k, lruvec, pfn, false);
        listDel(m, pfn);
        listAddTail(m, g.heads + genList(gen, type, zone), pfn);
        k.cost += k.costs.freePage;
      }
    }
  }
  resetCtrlPos(g, type);
  g.minSeq[type]++;
}

/** True when no list of this generation and type has a page. */
function genEmpty(k: Kernel, lruvec: Lruvec, gen: number, type: number): boolean {
  const { heads } = lruvec.lrugen;
  for (let zone = 0; zone < MAX_NR_ZONES; zone++) {
    if (!listEmpty(k.mem, heads + genList(gen, type, zone))) return false;
  }
  return true;
}

/** try_to_inc_min_seq: an empty oldest generation ends. Returns whether one has. */
export function tryToIncMinSeq(k: Kernel, lruvec: Lruvec, canSwap: boolean): boolean {
  const g = lruvec.lrugen;
  let anon = g.minSeq[0];
  let file = g.minSeq[1];
  if (canSwap) while (anon + MIN_NR_GENS <= g.maxSeq && genEmpty(k, lruvec, lruGenFromSeq(anon), 0)) anon++;
  while (file + MIN_NR_GENS <= g.maxSeq && genEmpty(k, lruvec, lruGenFromSeq(file), 1)) file++;
  if (canSwap) {
    // Anonymous pages may be a generation older than file pages, never younger.
    anon = Math.min(anon, file);
    file = Math.max(anon, g.minSeq[1]);
  }
  let success = false;
  if (anon !== g.minSeq[0]) {
    resetCtrlPos(g, 0);
    g.minSeq[0] = anon;
    success = true;
  }
  if (file !== g.minSeq[1]) {
    resetCtrlPos(g, 1);
    g.minSeq[1] = file;
    success = true;
  }
  return success;
}

/** inc_max_seq: a new youngest generation begins; what was second youngest no longer counts as active. */
export function incMaxSeq(k: Kernel, lruvec: Lruvec, canSwap: boolean): void {
  const g = lruvec.lrugen;
  for (let type = ANON_AND_FILE - 1; type >= 0; type--) {
    if (getNrGens(g, type) === MAX_NR_GENS) incMinSeq(k, lruvec, type, canSwap);
  }
  const prev = lruGenFromSeq(g.maxSeq - 1);
  const next = lruGenFromSeq(g.maxSeq + 1);
  for (let type = 0; type < ANON_AND_FILE; type++) {
    for (let zone = 0; zone < MAX_NR_ZONES; zone++) {
      // The next one is not empty when its number is also that of the oldest, which could not be swapped.
      const delta = g.nrPages[genList(prev, type, zone)] - g.nrPages[genList(next, type, zone)];
      if (delta === 0) continue;
      const z = k.zones[k.nodes[lruvec.nid].zones[zone]];
      updateLruSize(k, lruvec, z, type * 2, delta);
      updateLruSize(k, lruvec, z, type * 2 + 1, -delta);
    }
  }
  g.timestamps[next] = k.now;
  g.maxSeq++;
}
