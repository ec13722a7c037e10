/** Each frame has exactly one state, and the counters are sums over the frames. Invariants 2, 4, 5. */
import type { CompactControl } from '../include/compaction';
import type { Kernel } from '../include/kernel';
import {
  LRU_GEN_MASK,
  PG_BATCHED,
  PG_COMPOUND,
  PG_DIRTY,
  PG_HEAD,
  PG_ISOLATED,
  PG_LRU,
  PG_MLOCKED,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PG_TAIL,
  PG_WRITEBACK,
  PGTYPE_BUDDY,
  PGTYPE_BUDDY_TAIL,
  PGTYPE_HOLE,
  PGTYPE_ISOLATED,
  PGTYPE_KSTACK,
  PGTYPE_MASK,
  PGTYPE_PCP,
  PGTYPE_RESERVED,
  PGTYPE_SLAB_RECLAIMABLE,
  PGTYPE_SLAB_UNRECLAIMABLE,
  PGTYPE_SLAB_XARRAY,
  PGTYPE_TABLE,
  PGTYPE_USER,
  PGZONE_MASK,
  PGZONE_SHIFT,
} from '../include/page';
import { kB } from '../include/units';
import {
  NODE_STAT_NAMES,
  NR_ANON_MAPPED,
  NR_ANON_THPS,
  NR_FILE_DIRTY,
  NR_FILE_MAPPED,
  NR_FILE_PAGES,
  NR_ISOLATED_ANON,
  NR_ISOLATED_FILE,
  NR_KERNEL_STACK_KB,
  NR_MLOCK,
  NR_PAGETABLE,
  NR_SHMEM,
  NR_SLAB_RECLAIMABLE_B,
  NR_SLAB_UNRECLAIMABLE_B,
  NR_SWAPCACHE,
  NR_WRITEBACK,
  NR_ZONE_WRITE_PENDING,
  ZONE_STAT_NAMES,
} from '../include/vmstat';
import { compoundHead, folioNrPages } from '../mm/huge_memory/folio';
import { auditHugePage } from './huge';
import { equal, type Findings, fault } from './report';
import { ON_BATCH, ON_BUDDY, ON_LRU, ON_NOTHING, ON_PCP, ON_SLAB, type Walk } from './walk';

/** Node and zone counters that are sums over frames, counted anew. */
interface Sums {
  node: Float64Array[];
  zone: Float64Array[];
}
const NODE_SUMS = [
  NR_ANON_MAPPED,
  NR_ANON_THPS,
  NR_FILE_MAPPED,
  NR_FILE_PAGES,
  NR_SHMEM,
  NR_SWAPCACHE,
  NR_FILE_DIRTY,
  NR_WRITEBACK,
  NR_ISOLATED_ANON,
  NR_ISOLATED_FILE,
  NR_SLAB_RECLAIMABLE_B,
  NR_SLAB_UNRECLAIMABLE_B,
  NR_PAGETABLE,
  NR_KERNEL_STACK_KB,
];
const ZONE_SUMS = [NR_ZONE_WRITE_PENDING, NR_MLOCK];

/** Frames that a request has been given and not yet put to use, or that are unmapped and not yet freed: 1 by frame. */
function framesInHand(k: Kernel): Uint8Array {
  const out = new Uint8Array(k.mem.nrPages);
  for (const t of k.tasks) {
    const a = t.alloc;
    if (a?.done && !a.failed && a.page >= 0) out.fill(1, a.page, a.page + 2 ** a.order);
    const c = t.charge;
    if (c !== null && !c.failed) out[c.pfn] = 1;
  }
  for (const mm of k.mms) {
    const { tlb } = mm;
    if (tlb !== null) for (let i = tlb.freed; i < tlb.pages.length; i++) out[tlb.pages[i]] = 1;
  }
  return out;
}

const isDiskFile = (k: Kernel, mapping: number): boolean => {
  if (mapping >= 0) return false;
  const inode = k.inodes[-mapping - 1];
  return inode.kind === 'file' && inode.disk >= 0;
};

/** A page of a process or a file. */
function userFrame(
  k: Kernel,
  f: Findings,
  w: Walk,
  p: number,
  inHand: boolean,
  node: Float64Array,
  zone: Float64Array,
): void {
  const m = k.mem;
  const flags = m.flags[p];
  const mapping = m.mapping[p];
  equal(f, `page ${p} mapcount`, m.mapcount[p], w.mapcount[p]);

  const listed =
    flags & PG_LRU ? (flags & PG_BATCHED ? ON_BATCH : flags & PG_ISOLATED ? ON_NOTHING : ON_LRU) : ON_NOTHING;
  if (w.list[p] !== listed) fault(f, `page ${p}: its flags say list ${listed}, it was found on ${w.list[p]}`);
  if (flags & LRU_GEN_MASK && listed !== ON_LRU) fault(f, `page ${p}: has a generation, but is on no list`);
  if (flags & PG_ISOLATED) node[flags & PG_SWAPBACKED ? NR_ISOLATED_ANON : NR_ISOLATED_FILE]++;
  if (flags & PG_MLOCKED) zone[NR_MLOCK] += folioNrPages(flags);
  if (flags & PG_WRITEBACK) {
    node[NR_WRITEBACK]++;
    zone[NR_ZONE_WRITE_PENDING]++;
  }
  if (flags & PG_DIRTY && isDiskFile(k, mapping)) {
    node[NR_FILE_DIRTY]++;
    zone[NR_ZONE_WRITE_PENDING]++;
  }
  if (flags & PG_SWAPCACHE) {
    node[NR_SWAPCACHE]++;
    node[NR_FILE_PAGES]++;
    if (k.swap.cache[m.index[p]] !== p + 1) fault(f, `page ${p}: slot ${m.index[p]} does not know it`);
  }
  if (w.cached[p]) {
    node[NR_FILE_PAGES]++;
    if (k.inodes[-mapping - 1].kind === 'shmem') node[NR_SHMEM]++;
  }
  if (m.mapcount[p] > 0) node[mapping > 0 ? NR_ANON_MAPPED : NR_FILE_MAPPED]++;

  const swapCached = (flags & PG_SWAPCACHE) !== 0;
  if (mapping < 0 && !w.cached[p] && !swapCached) fault(f, `page ${p}: of inode ${-mapping - 1}, but not in its cache`);
  if (mapping > 0 && m.mapcount[p] === 0 && !swapCached && !inHand && !(flags & PG_COMPOUND)) {
    fault(f, `page ${p}: anonymous, mapped by nobody and not in the swap cache`);
  }
  if (mapping === 0 && !swapCached && !inHand) fault(f, `page ${p}: neither free nor used`);
  if (mapping !== 0 && !inHand && !(flags & (PG_LRU | PG_TAIL))) fault(f, `page ${p}: in use, but not on the lists`);
}

function kernelFrame(k: Kernel, f: Findings, w: Walk, p: number, type: number, node: Float64Array): void {
  const flags = k.mem.flags[p];
  if (w.mapcount[p] > 0) fault(f, `page ${p}: a page of the kernel is mapped`);
  if (flags & PG_LRU) fault(f, `page ${p}: a page of the kernel says it is on the LRU lists`);
  const on = type === PGTYPE_SLAB_RECLAIMABLE ? ON_SLAB : ON_NOTHING;
  if (w.list[p] !== on)
    fault(f, `page ${p}: a page of the kernel of type ${type >> 16} was found on list ${w.list[p]}`);
  if (type === PGTYPE_TABLE) node[NR_PAGETABLE]++;
  else if (type === PGTYPE_SLAB_RECLAIMABLE || type === PGTYPE_SLAB_XARRAY) node[NR_SLAB_RECLAIMABLE_B]++;
  else if (type === PGTYPE_SLAB_UNRECLAIMABLE) node[NR_SLAB_UNRECLAIMABLE_B]++;
  else if (type === PGTYPE_KSTACK) node[NR_KERNEL_STACK_KB] += kB(1);
}

/** Free pages that runs of compaction hold, by zone index. */
function compactionTargets(k: Kernel): number[] {
  const out = k.zones.map(() => 0);
  const add = (cc: CompactControl | null | undefined): void => {
    cc?.freepages.forEach((blocks, order) => {
      out[cc.zone] += blocks.length << order;
    });
  };
  for (const t of k.tasks) add(t.alloc?.compact?.cc);
  for (const node of k.nodes) add(node.kcompactdRun?.cc);
  return out;
}

/** Checks all frames against what the walk has found. */
export function auditFrames(k: Kernel, f: Findings, w: Walk): void {
  const m = k.mem;
  const inHand = framesInHand(k);
  const sums: Sums = {
    node: k.nodes.map(() => new Float64Array(NODE_STAT_NAMES.length)),
    zone: k.zones.map(() => new Float64Array(ZONE_STAT_NAMES.length)),
  };
  const targets = compactionTargets(k);
  for (const z of k.zones) {
    let isolated = 0;
    let managed = 0;
    let present = 0;
    for (let p = z.base; p < z.end; p++) {
      const type = m.flags[p] & PGTYPE_MASK;
      const zone = (m.flags[p] & PGZONE_MASK) >>> PGZONE_SHIFT;
      if (zone !== z.idx) fault(f, `page ${p}: of ${z.name}, but says zone ${zone}`);
      if (type === PGTYPE_HOLE) continue;
      present++;
      if (type === PGTYPE_RESERVED) {
        if (w.list[p] !== ON_NOTHING) fault(f, `page ${p}: reserved, but on list ${w.list[p]}`);
        continue;
      }
      managed++;
      if (type === PGTYPE_ISOLATED) isolated++;
      if (type === PGTYPE_BUDDY || (type === PGTYPE_BUDDY_TAIL && w.list[p] === ON_BUDDY)) {
        if (w.list[p] !== ON_BUDDY) fault(f, `page ${p}: says it is a free block, but is on no free list`);
      } else if (type === PGTYPE_PCP || type === PGTYPE_BUDDY_TAIL) {
        if (w.list[p] !== ON_PCP) fault(f, `page ${p}: says it is free, but is on no list`);
      } else if (type === PGTYPE_USER) {
        if (m.flags[p] & PG_HEAD) auditHugePage(k, f, p, sums.node[z.node]);
        else if (m.flags[p] & PG_TAIL && !(m.flags[compoundHead(p)] & PG_HEAD))
          fault(f, `page ${p}: a tail without a head`);
        userFrame(k, f, w, p, inHand[p] === 1, sums.node[z.node], sums.zone[z.idx]);
      } else {
        kernelFrame(k, f, w, p, type, sums.node[z.node]);
      }
    }
    equal(f, `${z.name} pages taken by compaction`, isolated, targets[z.idx]);
    equal(f, `${z.name} managed`, z.managed, managed);
    equal(f, `${z.name} present`, z.present, present);
    if (z.present > z.spanned) fault(f, `${z.name}: more pages present than spanned`);
    for (const item of ZONE_SUMS) equal(f, `${z.name} ${ZONE_STAT_NAMES[item]}`, z.stat[item], sums.zone[z.idx][item]);
  }
  for (const node of k.nodes) {
    for (const item of NODE_SUMS) {
      equal(f, `node ${node.id} ${NODE_STAT_NAMES[item]}`, node.stat[item], sums.node[node.id][item]);
    }
  }
}
