/** migrate_pages: a page's content, owners and place on the lists go over to another frame. §3.7. */
import type { Kernel } from '../include/kernel';
import {
  LRU_REFS_MASK,
  PG_ACTIVE,
  PG_ANON_EXCLUSIVE,
  PG_DIRTY,
  PG_LOCKED,
  PG_MLOCKED,
  PG_READAHEAD,
  PG_REFERENCED,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PG_UNEVICTABLE,
  PG_WORKINGSET,
  PG_WRITEBACK,
  PGTYPE_USER,
  PGZONE_MASK,
  PTE_SHIFT,
} from '../include/page';
import { pageVpn, rmapWalk } from './rmap';

/** folio_migrate_flags: what the new frame takes over. */
const KEPT =
  PG_ACTIVE |
  PG_REFERENCED |
  PG_DIRTY |
  PG_WORKINGSET |
  PG_SWAPBACKED |
  PG_SWAPCACHE |
  PG_UNEVICTABLE |
  PG_MLOCKED |
  PG_READAHEAD |
  PG_ANON_EXCLUSIVE |
  LRU_REFS_MASK;

const PFN_BITS = (1 << PTE_SHIFT) - 1;

/** Somebody holds a reference besides page tables and caches: the page cannot change places now. */
function isPinned(k: Kernel, p: number): boolean {
  if (k.heldPages > 0) for (const t of k.tasks) if (t.heldPage === p + 1) return true;
  return false;
}

/** The page can be moved: its I/O is done, and its file system has a way to do so. */
export function canMigrate(k: Kernel, p: number): boolean {
  const m = k.mem;
  if (m.flags[p] & (PG_LOCKED | PG_WRITEBACK)) return false;
  const mapping = m.mapping[p];
  if (mapping < 0 && k.inodes[-mapping - 1].kind === 'ramfs') return false;
  return !isPinned(k, p);
}

/**
 * migrate_folio_unmap and migrate_folio_move for a single page. It must be isolated from its list; afterwards `to` has
 * all that `from` had and is on no list, and `from` is nobody's, to be freed.
 *
 * @returns false when the page has to stay where it is
 */
export function migratePage(k: Kernel, from: number, to: number): boolean {
  if (!canMigrate(k, from)) return false;
  const m = k.mem;
  const f = m.flags[from];
  const { entries } = k.pgtables;
  rmapWalk(k, from, (at) => {
    entries[at] = (to << PTE_SHIFT) | (entries[at] & PFN_BITS);
    k.cost += k.costs.unmapPage;
  });
  const mapping = m.mapping[from];
  if (mapping < 0 && cachedAt(k, mapping, from)) k.inodes[-mapping - 1].cache[pageVpn(k, from)] = to + 1;
  if (f & PG_SWAPCACHE) k.swap.cache[m.index[from]] = to + 1;
  m.flags[to] = (m.flags[to] & PGZONE_MASK) | PGTYPE_USER | (f & KEPT);
  m.mapping[to] = mapping;
  m.index[to] = m.index[from];
  m.mapcount[to] = m.mapcount[from];
  if (m.memcg.length > 0) {
    // mem_cgroup_migrate: the charge goes with the content.
    m.memcg[to] = m.memcg[from];
    m.memcg[from] = 0;
  }
  m.flags[from] = (f & PGZONE_MASK) | PGTYPE_USER;
  m.mapping[from] = 0;
  m.mapcount[from] = 0;
  k.cost += k.costs.copyPage;
  return true;
}

/** The page stands in its inode's cache (one of shmem on its way to swap does not any more). */
const cachedAt = (k: Kernel, mapping: number, p: number): boolean =>
  k.inodes[-mapping - 1].cache[pageVpn(k, p)] === p + 1;
