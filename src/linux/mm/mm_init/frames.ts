/** Zones, nodes and the memmap as they are found at boot. §1. */
import { MIGRATE_MOVABLE, MIGRATE_TYPES } from '../../include/gfp';
import { listInit } from '../../include/list';
import {
  MAX_NR_ZONES,
  MEMCG_NR_BINS,
  MEMCG_NR_GENS,
  type PerCpuPages,
  type PgData,
  ZONE_NAMES,
  type Zone,
} from '../../include/mmzone';
import type { MemMap } from '../../include/page';
import { MAX_PAGE_ORDER, NR_PAGE_ORDERS, PAGEBLOCK_ORDER } from '../../include/units';
import { NR_VM_NODE_STAT_ITEMS, NR_VM_ZONE_STAT_ITEMS } from '../../include/vmstat';
import { lruvecInit, NR_LRUVEC_HEADS } from '../mmzone';
import { NR_PCP_LISTS } from '../page_alloc/pcp';
import type { BootConfig, BootZone } from './config';

/** Memory as it is found at boot, before anything is in it. */
export interface Frames {
  zones: Zone[];
  nodes: PgData[];
  mem: MemMap;
  /** Head of the list of slab pages. */
  slabHead: number;
}

/** Lays out all frames, and gives zones and nodes their list heads. */
export function layOutFrames(config: BootConfig, nrNodes: number): Frames {
  const { zones, nrPages } = layZones(config);
  const mem = newMemMap(config, nrPages, nrNodes);
  let head = nrPages;
  for (const z of zones) {
    z.freeHeads = head;
    head += NR_PAGE_ORDERS * MIGRATE_TYPES;
    for (let c = 0; c < config.cpus; c++) {
      z.pcp.push(newPcp(head));
      head += NR_PCP_LISTS;
    }
  }
  const nodes: PgData[] = [];
  for (let id = 0; id < nrNodes; id++) {
    nodes.push(newNode(id, zones, head));
    head += NR_LRUVEC_HEADS;
  }
  return { zones, nodes, mem, slabHead: head };
}

/** The zones in the model's frame numbers, each begun where a block of 1024 frames is, without lists; and the frames in all. */
function layZones(config: BootConfig): { zones: Zone[]; nrPages: number } {
  const zones: Zone[] = [];
  let base = 0;
  for (const z of config.zones) {
    const end = base + alignPad(z) + z.present;
    zones.push({
      idx: zones.length,
      node: z.node,
      type: z.type,
      name: ZONE_NAMES[z.type],
      startPfn: z.startPfn,
      base,
      end,
      spanned: z.spanned,
      present: z.present,
      managed: z.managed,
      bootManaged: z.bootManaged ?? z.managed,
      watermark: [0, 0, 0, 0],
      boost: 0,
      lowmemReserve: new Array<number>(MAX_NR_ZONES).fill(0),
      free: 0,
      freeHeads: 0,
      nrFree: new Int32Array(NR_PAGE_ORDERS),
      nrReservedHighatomic: 0,
      nrFreeHighatomic: 0,
      flags: 0,
      pcp: [],
      stat: new Int32Array(NR_VM_ZONE_STAT_ITEMS),
      compactConsidered: 0,
      compactDeferShift: 0,
      compactOrderFailed: 0,
      compactCachedMigratePfn: [base, base],
      compactCachedFreePfn: -1,
      compactInitMigratePfn: -1,
      compactBlockskipFlush: false,
    });
    base = (end + 1023) & ~1023;
  }
  return { zones, nrPages: base };
}

/** The memmap, with the heads of all lists behind the frames' links. */
function newMemMap(config: BootConfig, nrPages: number, nrNodes: number): MemMap {
  const headsPerZone = NR_PAGE_ORDERS * MIGRATE_TYPES + config.cpus * NR_PCP_LISTS;
  const nrHeads = config.zones.length * headsPerZone + nrNodes * NR_LRUVEC_HEADS + 1;
  const mem: MemMap = {
    nrPages,
    next: new Int32Array(nrPages + nrHeads),
    prev: new Int32Array(nrPages + nrHeads),
    flags: new Int32Array(nrPages),
    mapping: new Int32Array(nrPages),
    index: new Int32Array(nrPages),
    mapcount: new Int32Array(nrPages),
    pageblock: new Uint8Array(nrPages >> PAGEBLOCK_ORDER).fill(MIGRATE_MOVABLE),
    pageblockSkip: new Uint8Array(nrPages >> PAGEBLOCK_ORDER),
    memcg: new Uint8Array(0),
  };
  for (let h = nrPages; h < nrPages + nrHeads; h++) listInit(mem, h);
  return mem;
}

/**
 * Frames left out in front of a zone's, so that its end is aligned as the real one is: the blocks that the buddy
 * allocator can form depend on it. The holes of the zone are taken to lie at its beginning.
 */
const alignPad = (z: BootZone): number => (z.startPfn + z.spanned - z.present) & ((1 << MAX_PAGE_ORDER) - 1);

const newPcp = (heads: number): PerCpuPages => ({
  count: 0,
  high: 0,
  highMin: 0,
  highMax: 0,
  batch: 1,
  allocFactor: 0,
  freeCount: 0,
  prevFreeHighOrder: false,
  heads,
});

function newNode(id: number, zones: Zone[], heads: number): PgData {
  const own = new Array<number>(MAX_NR_ZONES).fill(-1);
  for (const z of zones) if (z.node === id) own[z.type] = z.idx;
  return {
    id,
    zones: own,
    zonelist: [],
    lruvecs: [lruvecInit(id, 0, heads)],
    memcgLru: {
      seq: 0,
      // The root is in the first one.
      fifo: Array.from({ length: MEMCG_NR_GENS * MEMCG_NR_BINS }, (_, i) => (i === 0 ? [0] : [])),
    },
    stat: new Float64Array(NR_VM_NODE_STAT_ITEMS),
    kswapd: -1,
    kswapdFailures: 0,
    kswapdOrder: 0,
    kswapdHighestZoneidx: -1,
    flags: 0,
    kswapdSc: null,
    kcompactd: -1,
    kcompactdMaxOrder: 0,
    kcompactdHighestZoneidx: MAX_NR_ZONES - 1,
    kcompactdRun: null,
    deferredSplit: [],
    nrWritebackThrottled: 0,
    nrReclaimStart: 0,
  };
}
