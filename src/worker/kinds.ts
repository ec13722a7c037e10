/** What each frame of memory holds: counted by zone, and classified for the page map. */
import type { Kernel } from '../linux/include/kernel';
import {
  PG_MLOCKED,
  PG_SWAPBACKED,
  PG_TAIL,
  PG_UNEVICTABLE,
  PGTYPE_BUDDY,
  PGTYPE_BUDDY_TAIL,
  PGTYPE_HOLE,
  PGTYPE_ISOLATED,
  PGTYPE_MASK,
  PGTYPE_PCP,
  PGTYPE_RESERVED,
  PGTYPE_SHIFT,
  PGTYPE_SLAB_RECLAIMABLE,
  PGTYPE_SLAB_UNRECLAIMABLE,
  PGTYPE_TABLE,
  PGTYPE_USER,
} from '../linux/include/page';
import { compoundHead } from '../linux/mm/huge_memory';
import { zonePcpCount } from '../linux/mm/page_alloc';
import { folioIsActive } from '../linux/mm/vmscan/lru_gen/mm_inline';
import { type Kind, type KindPages, MAP_KINDS } from './protocol';

const index = (kind: Kind): number => MAP_KINDS.indexOf(kind);
const FREE = index('free');
const ANON_ACTIVE = index('anonActive');
const ANON_INACTIVE = index('anonInactive');
const MLOCKED = index('mlocked');
const SHMEM = index('shmem');
const FILE_ACTIVE = index('fileActive');
const FILE_INACTIVE = index('fileInactive');
const KERNEL = index('kernel');
const PCP = index('pcp');
/** No frame: past the end of a zone. */
export const HOLE = MAP_KINDS.length;

/** Kind by page type; user pages are told apart by their flags. */
const BY_TYPE = new Uint8Array(16).fill(KERNEL);
const setType = (type: number, kind: number): void => {
  BY_TYPE[type >>> PGTYPE_SHIFT] = kind;
};
setType(PGTYPE_BUDDY, FREE);
setType(PGTYPE_BUDDY_TAIL, FREE);
setType(PGTYPE_PCP, PCP);
setType(PGTYPE_ISOLATED, PCP);
setType(PGTYPE_RESERVED, index('reserved'));
setType(PGTYPE_TABLE, index('pagetables'));
setType(PGTYPE_SLAB_RECLAIMABLE, index('slab'));
setType(PGTYPE_SLAB_UNRECLAIMABLE, index('slab'));
setType(PGTYPE_HOLE, HOLE);

/** Index in MAP_KINDS of what a frame holds; HOLE. */
export function kindOf(k: Kernel, pfn: number): number {
  let f = k.mem.flags[pfn];
  if (f & PG_TAIL) f = k.mem.flags[compoundHead(pfn)];
  if ((f & PGTYPE_MASK) !== PGTYPE_USER) return BY_TYPE[(f & PGTYPE_MASK) >>> PGTYPE_SHIFT];
  if (f & (PG_UNEVICTABLE | PG_MLOCKED)) return MLOCKED;
  const mapping = k.mem.mapping[pfn];
  if (mapping < 0) {
    if (f & PG_SWAPBACKED) return SHMEM;
    return folioIsActive(k, pfn, f) ? FILE_ACTIVE : FILE_INACTIVE;
  }
  return folioIsActive(k, pfn, f) ? ANON_ACTIVE : ANON_INACTIVE;
}

const NO_PAGES: KindPages = {
  anonActive: 0,
  anonInactive: 0,
  mlocked: 0,
  shmem: 0,
  fileActive: 0,
  fileInactive: 0,
  slab: 0,
  pagetables: 0,
  kernel: 0,
  free: 0,
  pcp: 0,
  reserved: 0,
};

export function addKinds(a: KindPages, b: KindPages): KindPages {
  const sum = { ...a };
  for (const kind of Object.keys(b) as Kind[]) sum[kind] += b[kind];
  return sum;
}
export const noKinds = (): KindPages => ({ ...NO_PAGES });

/** A machine with more frames than this is looked at in samples. */
const EXACT_FRAMES = 300_000;
const SAMPLES = 65_536;

/**
 * Pages of each zone by what they hold; they sum to its present pages.
 *
 * @param exact looks at every frame; else a large machine is sampled, so that the cost does not grow with it. Free pages
 *   and per-cpu lists are exact in any case
 */
export function countKinds(k: Kernel, exact: boolean): KindPages[] {
  const { nrPages } = k.mem;
  const stride = exact || nrPages <= EXACT_FRAMES ? 1 : Math.ceil(nrPages / SAMPLES);
  return k.zones.map((z) => {
    const counts = new Float64Array(HOLE + 1);
    let seen = 0;
    for (let p = z.base; p < z.end; p += stride) {
      counts[kindOf(k, p)]++;
      seen++;
    }
    const kinds = noKinds();
    if (seen === 0) return kinds;
    kinds.free = z.free;
    kinds.pcp = zonePcpCount(z);
    kinds.reserved = z.present - z.managed;
    const known = kinds.free + kinds.pcp + kinds.reserved;
    share(kinds, counts, z.present - known);
    return kinds;
  });
}

/** Divides `pages` among the kinds that are known by sample only, in the proportions of `counts`. */
function share(kinds: KindPages, counts: Float64Array, pages: number): void {
  let sampled = 0;
  for (let i = 0; i < HOLE; i++) if (isSampled(i)) sampled += counts[i];
  let left = pages;
  let largest: Kind = 'kernel';
  let most = -1;
  for (let i = 0; i < HOLE; i++) {
    if (!isSampled(i)) continue;
    const kind = MAP_KINDS[i] as Kind;
    kinds[kind] = sampled > 0 ? Math.floor((counts[i] * pages) / sampled) : 0;
    left -= kinds[kind];
    if (counts[i] > most) {
      most = counts[i];
      largest = kind;
    }
  }
  kinds[largest] += left;
}
const isSampled = (kind: number): boolean => {
  const name = MAP_KINDS[kind];
  return name !== 'free' && name !== 'pcp' && name !== 'reserved' && name !== 'freePieces';
};
