/**
 * What the kernel's structures say about each page frame: lists, page tables, page caches, swap. Collected once, held
 * against the memmap afterwards.
 */
import { MIGRATE_TYPES } from '../include/gfp';
import type { Kernel } from '../include/kernel';
import { type MmStruct, VM_SHARED, type Vma } from '../include/mm_types';
import {
  ANON_AND_FILE,
  LRU_UNEVICTABLE,
  type Lruvec,
  MAX_NR_GENS,
  MAX_NR_ZONES,
  MIN_NR_GENS,
  NR_LRU_GEN_LISTS,
  NR_LRU_LISTS,
  type Zone,
} from '../include/mmzone';
import {
  PG_ACTIVE,
  PG_BATCHED,
  PG_ISOLATED,
  PG_LRU,
  PG_SWAPCACHE,
  PG_UNEVICTABLE,
  PGTYPE_BUDDY,
  PGTYPE_BUDDY_TAIL,
  PGTYPE_KERNEL,
  PGTYPE_MASK,
  PGTYPE_PCP,
  PGTYPE_TABLE,
  PGTYPE_USER,
  PGZONE_MASK,
  PGZONE_SHIFT,
  PTE_PRESENT,
  PTE_SHIFT,
  PTE_SPECIAL,
} from '../include/page';
import { NR_PAGE_ORDERS } from '../include/units';
import { NR_LRU_BASE, NR_ZONE_LRU_BASE } from '../include/vmstat';
import { folioNrPages } from '../mm/huge_memory/folio';
import { folioMemcg } from '../mm/mmzone';
import { NR_PCP_LISTS } from '../mm/page_alloc';
import { orderToPindex, pindexToOrder } from '../mm/page_alloc/pcp';
import { PGDIR_SHIFT, PTRS_PER_PGD } from '../mm/pgtable';
import { pageVpn } from '../mm/rmap';
import { folioLruList } from '../mm/swap';
import { folioLruGen, folioLruType, genList, lruGenIsActive } from '../mm/vmscan/lru_gen/mm_inline';
import { equal, type Findings, fault } from './report';

/** Where a frame was met. */
export const ON_NOTHING = 0;
export const ON_BUDDY = 1;
export const ON_PCP = 2;
export const ON_LRU = 3;
export const ON_BATCH = 4;
export const ON_SLAB = 5;

/** Per address space, counted in its page tables. */
export interface MmCount {
  file: number;
  anon: number;
  shmem: number;
  swap: number;
  /** Anonymous or private pages that the reaper would take. */
  reapable: number;
  tables: number;
}

export interface Walk {
  /** ON_* by frame. */
  list: Uint8Array;
  /** Present page table entries by frame. */
  mapcount: Int32Array;
  /** 1 = belongs to a page table or to a PGD. */
  table: Uint8Array;
  /** 1 = entered in its inode's page cache. */
  cached: Uint8Array;
  /** Page table entries and shmem places that refer to a slot. */
  slotRefs: Int32Array;
  mms: (MmCount | null)[];
}

/** Walks an intrusive list; stops at the first broken link. */
function walkList(k: Kernel, f: Findings, what: string, head: number, visit: (p: number) => void): number {
  const { next, prev, nrPages } = k.mem;
  let n = 0;
  for (let p = next[head]; p !== head; p = next[p]) {
    if (p < 0 || p >= nrPages || prev[next[p]] !== p || n > nrPages) {
      fault(f, `${what}: broken link at ${p}`);
      return n;
    }
    n++;
    visit(p);
  }
  return n;
}

function mark(k: Kernel, f: Findings, w: Walk, p: number, on: number, what: string): void {
  if (p >= k.mem.nrPages) return;
  if (w.list[p] !== ON_NOTHING) fault(f, `page ${p}: on ${what} and on another list`);
  w.list[p] = on;
}

const typeOf = (k: Kernel, p: number): number => k.mem.flags[p] & PGTYPE_MASK;

/** Free lists: blocks aligned, apart, fully merged, counted. Invariants 1 and 3. */
function walkFreeLists(k: Kernel, f: Findings, w: Walk, z: Zone): void {
  const m = k.mem;
  let pages = 0;
  for (let order = 0; order < NR_PAGE_ORDERS; order++) {
    const size = 2 ** order;
    let blocks = 0;
    for (let mt = 0; mt < MIGRATE_TYPES; mt++) {
      const what = `${z.name} free list (order ${order}, type ${mt})`;
      blocks += walkList(k, f, what, z.freeHeads + order * MIGRATE_TYPES + mt, (p) => {
        if (p < z.base || p + size > z.end) {
          fault(f, `${what}: block ${p} is not in the zone`);
          return;
        }
        if (p & (size - 1)) fault(f, `${what}: block ${p} is not aligned`);
        if (typeOf(k, p) !== PGTYPE_BUDDY || m.index[p] !== order) fault(f, `${what}: page ${p} is not such a block`);
        for (let q = p; q < p + size; q++) {
          mark(k, f, w, q, ON_BUDDY, what);
          if (q > p && typeOf(k, q) !== PGTYPE_BUDDY_TAIL) fault(f, `${what}: page ${q} inside block ${p} is in use`);
        }
        const buddy = p ^ size;
        const mergeable = order < NR_PAGE_ORDERS - 1 && buddy > p && buddy >= z.base && buddy < z.end;
        if (mergeable && typeOf(k, buddy) === PGTYPE_BUDDY && m.index[buddy] === order) {
          fault(f, `${what}: ${p} and ${buddy} should have been merged`);
        }
      });
    }
    equal(f, `${z.name} nr_free of order ${order}`, z.nrFree[order], blocks);
    pages += blocks * size;
  }
  equal(f, `${z.name} free`, z.free, pages);
}

/** Per-cpu lists. */
function walkPcp(k: Kernel, f: Findings, w: Walk, z: Zone): void {
  z.pcp.forEach((pcp, cpu) => {
    let pages = 0;
    for (let list = 0; list < NR_PCP_LISTS; list++) {
      const what = `${z.name} pcp list of cpu ${cpu}`;
      const order = pindexToOrder(list);
      const size = 2 ** order;
      walkList(k, f, what, pcp.heads + list, (p) => {
        pages += size;
        if (p < z.base || p + size > z.end) fault(f, `${what}: page ${p} is not in the zone`);
        if (typeOf(k, p) !== PGTYPE_PCP) fault(f, `${what}: page ${p} is not a free page of the list`);
        if (orderToPindex(order, k.mem.index[p]) !== list) fault(f, `${what}: page ${p} stands under another type`);
        for (let q = p; q < p + size; q++) mark(k, f, w, q, ON_PCP, what);
      });
    }
    equal(f, `${z.name} pcp count of cpu ${cpu}`, pcp.count, pages);
  });
}

const lruvecName = (l: Lruvec): string => (l.memcg === 0 ? `node ${l.nid}` : `node ${l.nid} cgroup ${l.memcg}`);

/**
 * The lists of the multi-gen LRU: pages of the right type and zone, counted by the generation in their flags. The two
 * youngest count as active.
 */
function walkLruGen(k: Kernel, f: Findings, w: Walk, lruvec: Lruvec, perZone: number[][]): void {
  const g = lruvec.lrugen;
  const name = lruvecName(lruvec);
  for (let type = 0; type < ANON_AND_FILE; type++) {
    const gens = g.maxSeq - g.minSeq[type] + 1;
    if (gens < MIN_NR_GENS || gens > MAX_NR_GENS) fault(f, `${name}: ${gens} generations of type ${type}`);
  }
  const sizes = new Int32Array(NR_LRU_GEN_LISTS);
  for (let gen = 0; gen < MAX_NR_GENS; gen++) {
    for (let type = 0; type < ANON_AND_FILE; type++) {
      for (let zone = 0; zone < MAX_NR_ZONES; zone++) {
        const what = `${name} generation ${gen} type ${type} zone ${zone}`;
        const n = walkList(k, f, what, g.heads + genList(gen, type, zone), (p) => {
          const flags = k.mem.flags[p];
          mark(k, f, w, p, ON_LRU, what);
          const state = flags & (PG_LRU | PG_BATCHED | PG_ISOLATED | PG_ACTIVE | PG_UNEVICTABLE);
          if (state !== PG_LRU || (flags & PGTYPE_MASK) !== PGTYPE_USER) {
            fault(f, `${what}: page ${p} has not the flags of a listed page`);
          }
          const z = k.zones[(flags & PGZONE_MASK) >>> PGZONE_SHIFT];
          if (
            z.node !== lruvec.nid ||
            folioMemcg(k, p) !== lruvec.memcg ||
            z.type !== zone ||
            folioLruType(flags) !== type
          ) {
            fault(f, `${what}: page ${p} does not belong here`);
          }
          const is = folioLruGen(flags);
          if (is < 0) {
            fault(f, `${what}: page ${p} has no generation`);
            return;
          }
          const nr = folioNrPages(flags);
          sizes[genList(is, type, zone)] += nr;
          const lru = type * 2 + (lruGenIsActive(g, is) ? 1 : 0);
          perZone[z.type][lru] += nr;
        });
        if (!k.lruGenEnabled && n > 0) fault(f, `${what}: ${n} pages, but the classic lists are in use`);
      }
    }
  }
  sizes.forEach((n, i) => {
    equal(f, `${name} size of generation list ${i}`, g.nrPages[i], n);
  });
}

/** The lists of one lruvec, of both schemes. Returns their sizes by zone type and list. */
function walkLruvec(k: Kernel, f: Findings, w: Walk, lruvec: Lruvec): number[][] {
  const perZone = Array.from({ length: MAX_NR_ZONES }, () => new Array<number>(NR_LRU_LISTS).fill(0));
  for (let l = 0; l < NR_LRU_LISTS; l++) {
    const what = `${lruvecName(lruvec)} LRU list ${l}`;
    const n = walkList(k, f, what, lruvec.heads + l, (p) => {
      const flags = k.mem.flags[p];
      mark(k, f, w, p, ON_LRU, what);
      if ((flags & (PG_LRU | PG_BATCHED | PG_ISOLATED)) !== PG_LRU)
        fault(f, `${what}: page ${p} has not the flags of a listed page`);
      if ((flags & PGTYPE_MASK) !== PGTYPE_USER) fault(f, `${what}: page ${p} is no user page`);
      if (folioLruList(flags) !== l) fault(f, `${what}: page ${p} belongs on list ${folioLruList(flags)}`);
      const z = k.zones[(flags & PGZONE_MASK) >>> PGZONE_SHIFT];
      if (z.node !== lruvec.nid) fault(f, `${what}: page ${p} belongs to node ${z.node}`);
      if (folioMemcg(k, p) !== lruvec.memcg) fault(f, `${what}: page ${p} belongs to cgroup ${folioMemcg(k, p)}`);
      perZone[z.type][l] += folioNrPages(flags);
    });
    if (k.lruGenEnabled && l !== LRU_UNEVICTABLE && n > 0) fault(f, `${what}: ${n} pages, but generations are in use`);
  }
  walkLruGen(k, f, w, lruvec, perZone);
  return perZone;
}

/** LRU lists and their counters, per zone and node; batches on the way to them. Invariant 4. */
function walkLru(k: Kernel, f: Findings, w: Walk): void {
  const perZone = k.zones.map(() => new Array<number>(NR_LRU_LISTS).fill(0));
  for (const node of k.nodes) {
    const perNode = new Array<number>(NR_LRU_LISTS).fill(0);
    for (const lruvec of node.lruvecs) {
      const perType = walkLruvec(k, f, w, lruvec);
      for (let type = 0; type < MAX_NR_ZONES; type++) {
        for (let l = 0; l < NR_LRU_LISTS; l++) {
          const n = perType[type][l];
          perNode[l] += n;
          if (node.zones[type] >= 0) perZone[node.zones[type]][l] += n;
          equal(
            f,
            `${lruvecName(lruvec)} size of LRU list ${l}, zone type ${type}`,
            lruvec.lruSize[type * NR_LRU_LISTS + l],
            n,
          );
        }
      }
    }
    for (let l = 0; l < NR_LRU_LISTS; l++) {
      equal(f, `node ${node.id} size of LRU list ${l}`, node.stat[NR_LRU_BASE + l], perNode[l]);
    }
  }
  for (const z of k.zones) {
    for (let l = 0; l <= LRU_UNEVICTABLE; l++) {
      equal(f, `${z.name} size of LRU list ${l}`, z.stat[NR_ZONE_LRU_BASE + l], perZone[z.idx][l]);
    }
  }
  for (let cpu = 0; cpu < k.nrCpus; cpu++) {
    for (let i = 0; i < k.lruBatchCount[cpu]; i++) {
      const p = k.lruBatch[cpu * 32 + i];
      mark(k, f, w, p, ON_BATCH, `the batch of cpu ${cpu}`);
      if ((k.mem.flags[p] & (PG_LRU | PG_BATCHED)) !== (PG_LRU | PG_BATCHED)) {
        fault(f, `batch of cpu ${cpu}: page ${p} has not the flags of a page in a batch`);
      }
    }
  }
}

/** The VMA that holds a virtual page, or null; `i` is where to start looking in the sorted list. */
function vmaFrom(mm: MmStruct, vpn: number, i: { at: number }): Vma | null {
  while (i.at < mm.vmas.length && mm.vmas[i.at].end <= vpn) i.at++;
  return i.at < mm.vmas.length && mm.vmas[i.at].start <= vpn ? mm.vmas[i.at] : null;
}

/** One page table entry. */
function walkPte(
  k: Kernel,
  f: Findings,
  w: Walk,
  mm: MmStruct,
  c: MmCount,
  vpn: number,
  pte: number,
  vma: Vma | null,
): void {
  const m = k.mem;
  const at = `mm ${mm.id} page ${vpn}`;
  if (vma === null) fault(f, `${at}: mapped outside of all VMAs`);
  const taken = vma !== null && (vma.inode < 0 || !(vma.flags & VM_SHARED));
  if (!(pte & PTE_PRESENT)) {
    const slot = pte >>> PTE_SHIFT;
    c.swap++;
    if (taken) c.reapable++;
    if (slot >= k.swap.slots) fault(f, `${at}: swap slot ${slot} does not exist`);
    else w.slotRefs[slot]++;
    return;
  }
  if (pte & PTE_SPECIAL) return;
  const p = pte >>> PTE_SHIFT;
  if (p >= m.nrPages || (m.flags[p] & PGTYPE_MASK) !== PGTYPE_USER) {
    fault(f, `${at}: maps frame ${p}, which is no user page`);
    return;
  }
  w.mapcount[p]++;
  if (taken) c.reapable++;
  const mapping = m.mapping[p];
  if (mapping > 0) {
    c.anon++;
    if (pageVpn(k, p) !== vpn) fault(f, `${at}: maps frame ${p}, whose virtual page is ${pageVpn(k, p)}`);
    if (mapping - 1 !== mm.id && !k.anonVmas[mapping - 1]?.mms.includes(mm.id)) {
      fault(f, `${at}: maps frame ${p} of mm ${mapping - 1}, to which it is not related`);
    }
    return;
  }
  if (mapping === 0) {
    fault(f, `${at}: maps frame ${p}, which has no owner`);
    return;
  }
  const inode = k.inodes[-mapping - 1];
  if (inode.kind === 'shmem') c.shmem++;
  else c.file++;
  if (vma !== null && (vma.inode !== inode.id || vma.pgoff + (vpn - vma.start) !== pageVpn(k, p))) {
    fault(f, `${at}: maps frame ${p}, page ${pageVpn(k, p)} of inode ${inode.id}, against its VMA`);
  }
}

/** All page tables of an address space. Invariants 6 and 8. */
function walkMm(k: Kernel, f: Findings, w: Walk, mm: MmStruct): MmCount {
  const c: MmCount = { file: 0, anon: 0, shmem: 0, swap: 0, reapable: 0, tables: 0 };
  const pool = k.pgtables;
  const i = { at: 0 };
  const frame = (t: number, type: number): void => {
    const p = pool.pfn[t];
    if (w.table[p]) fault(f, `mm ${mm.id}: frame ${p} holds two tables`);
    w.table[p] = 1;
    if (typeOf(k, p) !== type) fault(f, `mm ${mm.id}: frame ${p} of table ${t} is not marked as one`);
  };
  const level = (t: number, shift: number, base: number): void => {
    let used = 0;
    const entries = shift === PGDIR_SHIFT ? PTRS_PER_PGD : 512;
    for (let e = 0; e < entries; e++) {
      const value = pool.entries[t * 512 + e];
      if (value === 0) continue;
      used++;
      const vpn = base + e * 2 ** shift;
      if (shift === 0) {
        walkPte(k, f, w, mm, c, vpn, value, vmaFrom(mm, vpn, i));
      } else if (value < 0 || value >= pool.high) {
        fault(f, `mm ${mm.id}: table ${value} does not exist`);
      } else {
        c.tables++;
        // Some releases do not tell tables of the PUD level from other kernel memory.
        frame(value, shift === PGDIR_SHIFT && !k.release.countsPudTables ? PGTYPE_KERNEL : PGTYPE_TABLE);
        level(value, shift - 9, vpn);
      }
    }
    equal(f, `mm ${mm.id} entries in table ${t}`, pool.used[t], used);
  };
  frame(mm.pgd, PGTYPE_KERNEL);
  level(mm.pgd, PGDIR_SHIFT, 0);
  return c;
}

/** Page caches: each place names its page and each page its place. */
function walkInodes(k: Kernel, f: Findings, w: Walk): void {
  const m = k.mem;
  for (const inode of k.inodes) {
    const what = `inode ${inode.id} (${inode.name})`;
    let cached = 0;
    let shadows = 0;
    for (let i = 0; i < inode.cache.length; i++) {
      const v = inode.cache[i];
      if (v === 0) continue;
      if (v < 0) {
        if (inode.kind !== 'shmem') shadows++;
        else if (-v - 1 >= k.swap.slots) fault(f, `${what} page ${i}: swap slot ${-v - 1} does not exist`);
        else w.slotRefs[-v - 1]++;
        continue;
      }
      const p = v - 1;
      cached++;
      if ((m.flags[p] & PGTYPE_MASK) !== PGTYPE_USER || m.mapping[p] !== -(inode.id + 1)) {
        fault(f, `${what} page ${i}: frame ${p} belongs to somebody else`);
        continue;
      }
      if (w.cached[p]) fault(f, `${what} page ${i}: frame ${p} is cached twice`);
      w.cached[p] = 1;
      const index = m.flags[p] & PG_SWAPCACHE ? k.swap.index[m.index[p]] : m.index[p];
      if (index !== i) fault(f, `${what} page ${i}: frame ${p} says it is page ${index}`);
    }
    equal(f, `${what} pages in its cache`, inode.nrCached, cached);
    equal(f, `${what} shadows`, inode.nrShadows, shadows);
  }
}

/** Collects everything, noting what is wrong on the way. */
export function walkKernel(k: Kernel, f: Findings): Walk {
  const n = k.mem.nrPages;
  const w: Walk = {
    list: new Uint8Array(n),
    mapcount: new Int32Array(n),
    table: new Uint8Array(n),
    cached: new Uint8Array(n),
    slotRefs: new Int32Array(k.swap.slots),
    mms: [],
  };
  for (const z of k.zones) {
    walkFreeLists(k, f, w, z);
    walkPcp(k, f, w, z);
  }
  walkLru(k, f, w);
  walkList(k, f, 'slab list', k.slab.head, (p) => mark(k, f, w, p, ON_SLAB, 'the slab list'));
  w.mms = k.mms.map((mm) => (mm && mm.pgd > 0 ? walkMm(k, f, w, mm) : null));
  walkInodes(k, f, w);
  return w;
}
