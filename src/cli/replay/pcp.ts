/**
 * The per-cpu lists at the end of boot. Only their length is recorded; of what types their pages are follows in part from
 * what the pageblocks of each type lack.
 */
import { MIGRATE_MOVABLE, MIGRATE_PCPTYPES, MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE } from '../../linux/include/gfp';
import type { Kernel } from '../../linux/include/kernel';
import { listAdd, listDel, listEmpty } from '../../linux/include/list';
import { PGTYPE_KERNEL, PGTYPE_MASK, PGTYPE_PCP } from '../../linux/include/page';
import { PAGEBLOCK_NR_PAGES } from '../../linux/include/units';
import { pageZone } from '../../linux/kernel/sched/core';
import { claimBootPages } from '../../linux/mm/memblock';
import type { BootZone } from '../../linux/mm/mm_init';
import { clearBlock, orderToPindex, zonePcpCount } from '../../linux/mm/page_alloc';
import type { Recording } from './recording';
import { recordedStat } from './zones';

/** Refills of unmovable pages that the per-cpu lists hold at the end of boot. */
const OWN_REFILLS = 3;

/**
 * Puts `count` frames that the kernel holds since boot on the first cpu's page lists, so that what is made now does not
 * come out of the recorded free blocks.
 */
function lendPages(k: Kernel, count: number, type: number): void {
  const m = k.mem;
  for (const p of claimBootPages(k, count, PGTYPE_PCP, type)) {
    const pcp = pageZone(k, p).pcp[0];
    m.index[p] = type;
    listAdd(m, pcp.heads + type, p);
    pcp.count++;
  }
}

/** The same for the two pages of PID 1's top page table. */
function lendTopTable(k: Kernel): void {
  const m = k.mem;
  const frames = claimBootPages(k, 3, PGTYPE_PCP, MIGRATE_UNMOVABLE);
  const p = frames.find((f, i) => !(f & 1) && frames[i + 1] === f + 1);
  for (const f of frames)
    if (p === undefined || f >> 1 !== p >> 1) m.flags[f] = (m.flags[f] & ~PGTYPE_MASK) | PGTYPE_KERNEL;
  if (p === undefined) return;
  clearBlock(m, p, 1);
  m.flags[p] = (m.flags[p] & ~PGTYPE_MASK) | PGTYPE_PCP;
  m.index[p] = MIGRATE_UNMOVABLE;
  const pcp = pageZone(k, p).pcp[0];
  listAdd(m, pcp.heads + orderToPindex(1, MIGRATE_UNMOVABLE), p);
  pcp.count += 2;
}

/**
 * Reclaimable pages on a zone's per-cpu lists: what its pageblocks of that type have that is neither free nor slab. How
 * the lists are made up is not recorded otherwise.
 */
export function reclaimableAtHand(r: Recording, z: BootZone): number {
  const blocks = z.blockTypes?.[MIGRATE_RECLAIMABLE] ?? 0;
  const free = z.freeBlocks?.reduce((n, types, order) => n + (types[MIGRATE_RECLAIMABLE] << order), 0) ?? 0;
  const used = blocks * PAGEBLOCK_NR_PAGES - free - recordedStat(r, z.node, 'nr_slab_reclaimable');
  return Math.max(0, Math.min(used, z.pcpCount ?? 0));
}

/**
 * Takes back what was lent and not used: down to the recorded number on each zone's lists. Of unmovable pages they are
 * taken to hold some refills, or as many as of reclaimable ones.
 */
export function takeBackPages(k: Kernel, recorded: readonly number[], reclaimable: readonly number[]): void {
  const m = k.mem;
  for (const [i, z] of k.zones.entries()) {
    const pcp = z.pcp[0];
    const most = Math.floor(recorded[i] / MIGRATE_PCPTYPES);
    for (const [type, least] of [
      [MIGRATE_UNMOVABLE, Math.min(Math.max(OWN_REFILLS * pcp.batch, reclaimable[i]), most)],
      [MIGRATE_RECLAIMABLE, Math.min(reclaimable[i], most)],
      [MIGRATE_MOVABLE, 0],
    ]) {
      const head = pcp.heads + type;
      let n = 0;
      for (let p = m.next[head]; p !== head; p = m.next[p]) n++;
      for (; n > least && zonePcpCount(z) > recorded[i] && !listEmpty(m, head); n--) {
        const p = m.next[head];
        listDel(m, p);
        m.flags[p] = (m.flags[p] & ~PGTYPE_MASK) | PGTYPE_KERNEL;
        pcp.count--;
      }
    }
  }
}

/** Puts at hand what PID 1 takes when it is started, and some more of each type, which is taken back. */
export function lendBootPages(k: Kernel, movable: number, reclaimable: number): void {
  lendPages(k, movable, MIGRATE_MOVABLE);
  lendPages(k, reclaimable + 256, MIGRATE_UNMOVABLE);
  lendPages(k, reclaimable + 32, MIGRATE_RECLAIMABLE);
  lendTopTable(k);
}
