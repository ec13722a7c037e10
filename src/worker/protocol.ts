/**
 * What passes between the page and the worker that runs the machine. Everything is structured-cloneable plain data.
 *
 * Requests carry an id and are answered by exactly one reply; frames, samples and notices are pushed.
 */
import type { OomRecord, OomZone } from '../linux/include/kernel';
import type { BadnessStep } from '../linux/versions/badness';
import type { Command, Refusal, TimedCommand } from '../machine/commands';
import type { KillReport, Landmark, Sample, TimelineEvent } from '../machine/record';
import type { Flows } from '../machine/window';
import type { Session } from '../scenario/schema';

export type { Command, Refusal, TimedCommand } from '../machine/commands';
export { type KillReport, type Landmark, SAMPLE_NS, type Sample, type TimelineEvent } from '../machine/record';

export type Request =
  /** Opens a session: a scenario with its seed and commands. The running machine stays when it is refused. */
  | { type: 'open'; session: Session; at?: number; futures?: Futures }
  | { type: 'run' }
  | { type: 'pause' }
  /** To the next kernel event, or one back. */
  | { type: 'step' }
  | { type: 'stepBack' }
  /** To time 0 with the commands kept (`keepCommands`) or dropped. */
  | { type: 'reset'; keepCommands: boolean }
  /** To a moment, ns: backwards from checkpoints, forwards by running. `arrive`: answered when it is there, refused (superseded) if it goes elsewhere. */
  | { type: 'seek'; t: number; arrive?: boolean }
  | { type: 'runUntil'; landmark: Landmark | { t: number } }
  /** Virtual seconds a real second. */
  | { type: 'speed'; value: number }
  | { type: 'command'; command: Command }
  /** Other commands for those given so far (undo, redo); the head goes to where they begin to differ. */
  | { type: 'rewrite'; commands: TimedCommand[] }
  /** Values of all settings when the machine had booted, by name. */
  | { type: 'bootSettings' }
  /** Goes over to another future, at the same moment as far as that is known. */
  | { type: 'branch'; id: number }
  /** Forgets a future; not the one that is open. */
  | { type: 'dropBranch'; id: number }
  /** What is known of a future from where it parts from the open one; answered with a Ghost. */
  | { type: 'ghost'; id: number }
  /** The session, of another branch than the open one too. */
  | { type: 'session'; branch?: number }
  /** Runs to a moment and waits there, still running, for the next request; answered when it is reached. */
  | { type: 'advance'; t: number }
  /** The text of a /proc file, e.g. "/proc/meminfo", "/proc/412/status". */
  | { type: 'procFile'; path: string }
  /** Page map: size of the drawing in cells, pages per cell is derived. */
  | { type: 'pageMap'; on: boolean; cols: number; rows: number; by: 'kind' | 'owner' | 'age'; owners?: boolean }
  | { type: 'inspectPage'; cell: number }
  /** Whether frames bring the trace: there is much of it. */
  | { type: 'trace'; on: boolean }
  /** What would have come of a kill if a process had had another adj; answered with a WhatIf once it is computed. */
  | { type: 'whatIf'; before: number; pid: number; adj: number }
  /** How much more of something would have made a difference to a kill; answered with a Remedy, told of on the way. */
  | { type: 'remedy'; before: number; what: RemedyKind }
  /** Gives up the question that is being computed: its request is refused. */
  | { type: 'stopSearch' };

/** A request as it is sent. */
export interface Asked {
  id: number;
  request: Request;
}
/** Sent by a page that has drawn the last frame. */
export const SEEN = 'seen';

export type Reply = { id: number; ok: true; result?: unknown } | { id: number; ok: false; refusal: Refusal };

export type Push =
  | { type: 'frame'; frame: Frame }
  /** Time series from index `from` on (later samples are dropped first): the timeline's lanes. */
  | { type: 'samples'; from: number; samples: Sample[] }
  /** Landmarks, kills and marks of user commands known so far, ahead of the head too. */
  | { type: 'events'; events: TimelineEvent[] }
  /** OOMs known so far, ahead of the head too, from index `from` on (later ones are dropped first). */
  | { type: 'kills'; from: number; kills: KillReport[] }
  /** The futures of this run, in the order in which they were begun. */
  | ({ type: 'branches' } & Futures)
  /** The run was forked in the past: what lay after `t` is another branch now. */
  | { type: 'forked'; t: number }
  /** How far the search for a remedy has come. */
  | { type: 'remedy'; progress: RemedyProgress }
  | { type: 'fatal'; message: string };

/** The futures of a run, and which of them is open. */
export interface Futures {
  branches: BranchInfo[];
  active: number;
}

/** Memory on another future than the open one, in parallel lists: ns and pages. */
export interface Ghost {
  t: number[];
  /** Free pages of the gauge's zone, as in Sample. */
  zoneFree: number[];
  swapUsed: number[];
}

/** A future of the run. */
export interface BranchInfo {
  id: number;
  /** The one it was forked from, -1 = the first. */
  parent: number;
  /** ns. */
  forkedAt: number;
  /** All that was done on it; of that `shared` commands are its parent's too, the rest is what was changed. */
  commands: TimedCommand[];
  shared: number;
  /** ns of the farthest moment computed. */
  known: number;
  kills: { t: number; pid: number; comm: string }[];
}

/** What came of a run that was gone through again with a change. */
export interface WhatIf {
  pid: number;
  adj: number;
  /** The OOM that was looked at, and the next one if there was any. */
  kills: KillReport[];
  /** Why the kernel panicked, '' = it did not. */
  panic: string;
  /** ns up to which it was computed. */
  t: number;
}

/** What there could be more of: swap from boot on, or a limit of the group just before the kill. */
export type RemedyKind = 'swap' | 'memory.max' | 'memory.swap.max';

/** What came of one amount. */
export interface RemedyTrial {
  /** Pages more than there were. */
  extra: number;
  /** The kill that came all the same; null = none within the time that was looked at. */
  kill: { t: number; pid: number; comm: string; memcg: string } | null;
  /** That kill is for another want than the one asked about: the group's limit was not hit before it. */
  elsewhere: boolean;
  /** Why the kernel panicked, '' = it did not. */
  panic: string;
}

/** A search under way: what is known, and how far the present trial has come, ns. */
export interface RemedyProgress {
  what: RemedyKind;
  before: number;
  trials: RemedyTrial[];
  extra: number;
  t: number;
  until: number;
}

export interface Remedy {
  what: RemedyKind;
  before: number;
  /** In the order in which they were tried; each is a replay. */
  trials: RemedyTrial[];
  /** Nothing beyond this was tried, pages. */
  bound: number;
  /** ns after the kill that were looked at. */
  span: number;
  /** The least amount with which there was no such kill, -1 = none; and the largest one below it with which there was. */
  least: number;
  below: number;
}

/** An OOM decision in short; `Push` of kind `kills` has all of it. */
export type OomBrief = Pick<
  OomRecord,
  't' | 'invoker' | 'invokerComm' | 'chosen' | 'chosenPoints' | 'memcg' | 'sacrificed'
>;

/** Pages by what they hold. Sums to present pages. */
export interface KindPages {
  anonActive: number;
  anonInactive: number;
  /** Anonymous or file pages on the unevictable list. */
  mlocked: number;
  shmem: number;
  fileActive: number;
  fileInactive: number;
  slab: number;
  /** Page tables. */
  pagetables: number;
  /** Kernel stacks and all other kernel allocations. */
  kernel: number;
  free: number;
  /** In per-cpu lists: neither free nor used. */
  pcp: number;
  /** Kernel image, memmap and firmware: never handed to the allocator. */
  reserved: number;
}
export type Kind = keyof KindPages;

export interface ZoneFrame extends OomZone {
  /** Key as in "0/DMA32". */
  id: string;
  /** First pfn of the zone and the one past its last; equal when it is empty. */
  firstPfn: number;
  endPfn: number;
  kinds: KindPages;
}

export interface ProcFrame {
  pid: number;
  comm: string;
  uid: number;
  /** Colour chip, 0..6, and its letter. */
  chip: number;
  /** running, sleeping, swap-in, stalled (direct reclaim), stopped, exiting, killed (dead, kept for the list). */
  state: 'running' | 'sleeping' | 'swap-in' | 'stalled' | 'stopped' | 'exiting' | 'killed' | 'exited';
  /** ns, when it was killed; -1. */
  killedAt: number;
  /** Pages. */
  totalVm: number;
  rssAnon: number;
  rssFile: number;
  rssShmem: number;
  swap: number;
  /** Page tables, in pages. */
  pgtables: number;
  adj: number;
  /** adj * (totalpages / 1000), pages. */
  adjPoints: number;
  /** oom_badness, pages; null = can never be chosen (`never` says why). */
  points: number | null;
  /** How the rules in force come to the points; empty when it cannot be chosen. */
  steps: BadnessStep[];
  /** /proc/PID/oom_score. */
  oomScore: number;
  never: '' | 'init' | 'kthread' | 'adj' | 'exiting' | 'oom_skip' | 'vfork' | 'no_mm';
  /** What the program says it does, e.g. "touching 12,000 pages/s". Key and parameters for i18n. */
  doing: Refusal | null;
  /** Path of its cgroup, "/" = the root. */
  cgroup: string;
  minFlt: number;
  majFlt: number;
}

/** A control group with a memory controller. Pages; null = no limit. */
export interface CgroupFrame {
  /** "/web/db"; the tree is in the paths, parents come before their children. */
  path: string;
  current: number;
  /** Of `current`: on the lists of anonymous (and shared) pages, of file pages, and not evictable; the rest is kernel's. */
  anon: number;
  file: number;
  mlocked: number;
  peak: number;
  min: number;
  low: number;
  /** What of min and low holds when the whole machine reclaims now: parents and siblings have a say. */
  emin: number;
  elow: number;
  high: number | null;
  max: number | null;
  swapCurrent: number;
  swapMax: number | null;
  oomGroup: boolean;
  /** memory.events: of it and all below. */
  events: { low: number; high: number; max: number; oom: number; oomKill: number; oomGroupKill: number };
  /** Processes in it (not below it). */
  procs: number;
  /** Processes may be put in it: it has not handed its controller on to children. */
  leaf: boolean;
  /** `totalpages` of an OOM at its own limit, pages; null = it has none. */
  totalpages: number | null;
  /** Who would die for that limit: those of it and below with most points, the first of equals first. */
  ranking: MemcgCandidate[];
}
/** A process as the OOM killer of a group counts it: adj weighs by the group's limits. */
export interface MemcgCandidate {
  pid: number;
  points: number;
  adjPoints: number;
}

/** One step of the allocation path. */
export interface PathStep {
  /** Kernel's name of the step (AllocStage or an addition). */
  id: string;
  state: 'passed' | 'failed' | 'skipped' | 'active' | 'waiting' | 'not-reached';
  /** The comparison that decided it: "659 < 837". Numbers for i18n to format. */
  compare?: { left: number; op: '<' | '<=' | '>' | '>='; right: number; zone: string; reserve: number };
  /** Other fact: i18n key and parameters. */
  note?: Refusal;
}
export interface PathFrame {
  pid: number;
  comm: string;
  order: number;
  gfp: string;
  /** ns since the request entered the slow path. */
  since: number;
  steps: PathStep[];
  /** Direct reclaim: priority now (12..0), pages scanned, reclaimed, wanted. null = not in it. */
  reclaim: { priority: number; scanned: number; reclaimed: number; target: number; sleeping: boolean } | null;
  /** no_progress_loops, of 16. */
  retries: number;
}

export interface KswapdFrame {
  node: number;
  running: boolean;
  priority: number;
  failures: number;
  scanned: number;
  reclaimed: number;
}

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

/** One generation of the multi-gen LRU. */
export interface GenerationFrame {
  /** Its number; a larger one is younger. */
  seq: number;
  pages: number;
  /** Since it was begun, ms. */
  ageMs: number;
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

/**
 * Kinds in the order of the page map's bytes (by 'kind'); 255 = beyond the end. `freePieces` is free in blocks too small
 * for a request of 16 pages.
 */
export const MAP_KINDS: readonly (Kind | 'freePieces')[] = [
  'free',
  'anonActive',
  'anonInactive',
  'mlocked',
  'shmem',
  'fileActive',
  'fileInactive',
  'slab',
  'pagetables',
  'kernel',
  'pcp',
  'reserved',
  'freePieces',
];

/**
 * Bytes of the page map by 'owner': 0..6 is the chip of the process that has most pages of the cell; these are the rest.
 * By 'age': 0 (just put on its list) .. 7 (next to be reclaimed), by the place on the LRU list, inactive after active.
 */
export const MAP_FREE = 8;
/** By 'owner': kernel, page cache and pages that several processes share. By 'age': not on an LRU list. */
export const MAP_NOBODY = 9;
export const MAP_BEYOND = 255;

/** Answer to inspectPage. */
export interface PageInfo {
  pfn: number;
  zone: string;
  kind: string;
  owner: string;
  ownerPid: number;
  flags: string[];
  mapcount: number;
  /** The page is part of a block of 2^order pages: a free block, a huge page, or a kernel allocation. */
  order: number;
  /** Migrate type of its pageblock, in the kernel's words. */
  migratetype: string;
  /** First and last pfn of the cell. */
  firstPfn: number;
  lastPfn: number;
}

/** Whether the machine is on its way somewhere: what a frame shows of it has changed when it is seen. */
export const isMoving = (status: Frame['status']): boolean => status === 'running' || status === 'seeking';
