/** One moment of the machine, as the page shows it. */
import type { OomRecord } from '../../linux/include/kernel';
import type { Flows } from '../../machine/window';
import type { KswapdFrame, PathFrame } from './allocation';
import type { CgroupFrame } from './cgroups';
import type { GenerationFrame, KindPages, ZoneFrame } from './memory';
import type { ProcFrame } from './processes';

/** An OOM decision in short; `Push` of kind `kills` has all of it. */
export type OomBrief = Pick<
  OomRecord,
  't' | 'invoker' | 'invokerComm' | 'chosen' | 'chosenPoints' | 'memcg' | 'sacrificed'
>;

export interface LogFrame {
  t: number;
  level: number;
  text: string;
}

export interface TraceFrame {
  seq: number;
  t: number;
  pid: number;
  comm: string;
  name: string;
  args: Record<string, number>;
}

export interface Frame {
  seq: number;
  /** Virtual ns. */
  t: number;
  status: 'paused' | 'running' | 'seeking' | 'finished' | 'panic' | 'livelock';
  /** Hash of the displayed state while paused, '' while it runs. */
  stateHash: string;
  /** Speed asked for, and virtual seconds per real second achieved. */
  speed: number;
  achievedSpeed: number;
  /** Machine facts. */
  machine: {
    title: string;
    /** Bytes, as the machine was configured. */
    ram: number;
    present: number;
    managed: number;
    swapTotal: number;
    cpus: number;
    /** NUMA nodes. */
    nodes: number;
    swapDevice: 'ssd' | 'hdd' | 'zram' | 'none';
    kernel: string;
    /** Name of the rules that the OOM killer goes by (linux/versions/oom_rules). */
    oomRules: string;
    minFreeKbytes: number;
    thp: boolean;
  };
  kinds: KindPages;
  zones: ZoneFrame[];
  swap: {
    total: number;
    free: number;
    cached: number;
    latencyNs: number;
    /** Pages of RAM that a zram device and zswap keep their compressed pages in. */
    pool: number;
    /** Swapped pages that zswap holds instead of the device. */
    zswapped: number;
  };
  /** L1, L2, L3: bytes, latency ns, share occupied 0..1, share of accesses served 0..1. */
  caches: { name: string; bytes: number; latencyNs: number; occupied: number; hits: number }[];
  /** Effective access time: (1 - p) * ramNs + p * swapNs. `history`: ns over the last 2 s, oldest first. */
  eat: { ns: number; p: number; ramNs: number; swapNs: number; history: number[] };
  /** Over the last 100 ms of virtual time. */
  flows: Flows;
  /** Free pages of the gauge's zone (the largest) over the last 2 s of virtual time, evenly spaced, oldest first. */
  gauge: { zone: string; history: number[] };
  procs: ProcFrame[];
  /** All cgroups but the root; empty until one is made. */
  cgroups: CgroupFrame[];
  /** totalpages of a global OOM: managed + swap, pages. */
  totalpages: number;
  /** pid with the most points, -1 = nobody. */
  candidate: number;
  /** pid of the child that would die in place of the next to be chosen, by old rules; -1 = that one itself dies. */
  sacrifice: number;
  path: PathFrame | null;
  kswapd: KswapdFrame[];
  psi: { some: number[]; full: number[]; someNow: number; fullNow: number };
  /** Sizes of the lists, pages. With the multi-gen LRU the two youngest generations are the active ones. */
  lru: { activeAnon: number; inactiveAnon: number; activeFile: number; inactiveFile: number; unevictable: number };
  /** The generations of each type, youngest first; null while the classic lists are in use. */
  generations: { anon: GenerationFrame[]; file: GenerationFrame[] } | null;
  /** Last lines; `logTotal` lines in all. */
  log: LogFrame[];
  logTotal: number;
  /** Its latest records, if they were asked for; `traceTotal` records in all. */
  trace: TraceFrame[];
  traceTotal: number;
  oomRecords: OomBrief[];
  panic: string;
  sysctl: Record<string, string>;
  vmstat: Record<string, number>;
  /** The page map when it is on: one byte per cell (kind index, owner chip or age), and pages per cell. */
  pageMap: {
    cells: Uint8Array;
    cols: number;
    pagesPerCell: number;
    by: 'kind' | 'owner' | 'age';
    /** Whose each cell is, as by 'owner', where that was asked for beside something else. */
    owners: Uint8Array | null;
  } | null;
  /** ns of the farthest moment computed: the known future ends here. */
  known: number;
}

/** Whether the machine is on its way somewhere: what a frame shows of it has changed when it is seen. */
export const isMoving = (status: Frame['status']): boolean => status === 'running' || status === 'seeking';
