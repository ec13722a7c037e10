/** LRU lists, classic and with generations, and the batches on the way to them. */
import type { Kernel } from '../../include/kernel';
import {
  ANON_AND_FILE,
  LRU_UNEVICTABLE,
  type Lruvec,
  MAX_NR_GENS,
  MAX_NR_ZONES,
  MIN_NR_GENS,
  NR_LRU_GEN_LISTS,
  NR_LRU_LISTS,
} from '../../include/mmzone';
import {
  PG_ACTIVE,
  PG_BATCHED,
  PG_ISOLATED,
  PG_LRU,
  PG_UNEVICTABLE,
  PGTYPE_MASK,
  PGTYPE_USER,
  PGZONE_MASK,
  PGZONE_SHIFT,
} from '../../include/page';
import { NR_LRU_BASE, NR_ZONE_LRU_BASE } from '../../include/vmstat';
import { folioNrPages } from '../../mm/huge_memory/folio';
import { folioMemcg } from '../../mm/mmzone';
import { folioLruList } from '../../mm/swap';
import { folioLruGen, folioLruType, genList, lruGenIsActive } from '../../mm/vmscan/lru_gen/mm_inline';
import { equal, type Findings, fault } from '../report';
import { mark, ON_BATCH, ON_LRU, type Walk, walkList } from './list';

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
export function walkLru(k: Kernel, f: Findings, w: Walk): void {
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
